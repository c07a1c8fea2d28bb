import { Tensor, dtype, ops } from 'sporelet';

/** The elements of a tensor as numbers: for inputs that hold axes, shapes or counts. */
export const list = (t: Tensor): number[] => {
  const values = t.asnumpy();
  return Array.from({ length: values.size }, (_, i) => Number(values.at(i)));
};

/** The only element of a tensor as a number. */
export const scalar = (t: Tensor): number => list(t)[0]!;

/** A list of integers as ONNX gives it. */
export const int64s = (values: readonly number[]): Tensor =>
  new Tensor(BigInt64Array.from(values, BigInt), dtype.int64, [values.length]);

export const int64 = (x: Tensor): Tensor => ops.cast(x, dtype.int64);

/** An axis counted from the front. */
export const front = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

export const product = (values: readonly number[]): number => values.reduce((a, b) => a * b, 1);

/** A quantised value: rounded to even, moved by the zero point, cut to the range of its dtype. */
export function quantized(x: Tensor, zeroPoint: Tensor): Tensor {
  const moved = ops.add(ops.round(x), ops.cast(zeroPoint, dtype.float32));
  return ops.cast(moved, zeroPoint.dtype);
}

/** A quantised value without its zero point, in Int32. */
export function centred(x: Tensor, zeroPoint?: Tensor): Tensor {
  const wide = ops.cast(x, dtype.int32);
  return zeroPoint ? ops.sub(wide, ops.cast(zeroPoint, dtype.int32)) : wide;
}

/** One scale or zero point per element of an axis, so that it broadcasts against a tensor of `rank` axes. */
export function alongAxis(x: Tensor, axis: number, rank: number): Tensor {
  if (x.size === 1) return x;
  return ops.reshape(
    x,
    Array.from({ length: rank }, (_, d) => (d === front(axis, rank) ? -1 : 1)),
  );
}
