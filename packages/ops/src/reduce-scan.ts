import type { Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, RoutineArray } from '@sporelet/ir';
import { bf16ToNumber, bfloat16, f16ToNumber, float16, normalizeAxis, numberToBf16, numberToF16, sizeOf } from '@sporelet/ir'; // prettier-ignore
import { numbers } from './elementwise-dtypes.ts';

/** Elements of a routine's array as numbers: halves are kept as bits. */
function decoder(dtype: DType): (x: number) => number {
  return dtype === float16 ? f16ToNumber : dtype === bfloat16 ? bf16ToNumber : (x) => x;
}
function encoder(dtype: DType): (x: number) => number {
  return dtype === float16 ? numberToF16 : dtype === bfloat16 ? numberToBf16 : (x) => x;
}

/** Writes the running sums of `count` elements that lie `stride` apart, starting at `first`. */
function runningSum(
  x: RoutineArray,
  out: RoutineArray,
  first: number,
  stride: number,
  count: number,
  exclusive: boolean,
): void {
  const { data } = x;
  if (typeof data[0] === 'bigint') {
    let sum = 0n;
    for (let k = 0, at = first; k < count; k++, at += stride) {
      const next = sum + (data[at] as bigint);
      out.data[at] = exclusive ? sum : next;
      sum = next;
    }
    return;
  }
  const [decode, encode] = [decoder(x.dtype), encoder(x.dtype)];
  // Integers up to 32 bits wrap when they are stored; floats are added in float64 and rounded when stored.
  let sum = 0;
  for (let k = 0, at = first; k < count; k++, at += stride) {
    const next = x.dtype.isFloat ? sum + decode(data[at] as number) : (sum + (data[at] as number)) | 0;
    out.data[at] = encode(exclusive ? sum : next);
    sum = next;
  }
}

export interface CumSumOptions {
  readonly exclusive?: boolean | undefined;
  readonly reverse?: boolean | undefined;
}
type Scan = (input: Tensor, axis: number) => Tensor;

// A routine: each element needs the one before it, which no expression over its own index can say in linear time.
export const cumSum: Op<
  (input: Tensor, axis: number, exclusive?: boolean, reverse?: boolean) => Tensor,
  { new (options: CumSumOptions): Scan; new (exclusive?: boolean, reverse?: boolean): Scan }
> = defineOp({
  name: 'CumSum',
  sig: 'input!:T, axis ; exclusive, reverse -> T',
  doc: 'Running sums along an axis; exclusive leaves the element itself out, reverse starts at the end. Floats are added in float64.',
  dtypes: { T: numbers },
  attrs: { axis: attr.int(), exclusive: attr.bool(false), reverse: attr.bool(false) },
  infer: ({ input }, { axis }, op) => {
    normalizeAxis(axis, input.shape.length, op);
    return input.shape;
  },
  routine: ([x], [out], { axis, exclusive, reverse }) => {
    const { shape } = x!;
    const d = normalizeAxis(axis, shape.length, 'CumSum');
    const count = shape[d] ?? 1;
    const stride = sizeOf(shape.slice(d + 1));
    const block = count * stride;
    for (let outer = 0; block && outer < sizeOf(shape); outer += block) {
      for (let inner = 0; inner < stride; inner++) {
        const first = outer + inner + (reverse ? block - stride : 0);
        runningSum(x!, out!, first, reverse ? -stride : stride, count, exclusive);
      }
    }
  },
  grad: ({ g, attrs: { axis, exclusive, reverse } }) => [() => cumSum(g, axis, exclusive, !reverse)],
});
