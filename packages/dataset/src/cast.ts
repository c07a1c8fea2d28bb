import type { DType, TypedArray } from '@sporelet/ir';
import { bf16ToNumber, bfloat16, f16ToNumber, float16, numberToBf16, numberToF16, uint64 } from '@sporelet/ir';
import type { ArrayData } from './array.ts';

const isBig = (dtype: DType) => dtype.itemsize === 8 && dtype.isInt;

/** Elements as numbers (or, of 64-bit integers, bigints), so that a TypedArray constructor can convert them. */
function decoded({ data, dtype }: ArrayData): TypedArray {
  if (dtype !== float16 && dtype !== bfloat16) return data;
  return Float32Array.from(data as Uint16Array, dtype === float16 ? f16ToNumber : bf16ToNumber);
}

/** Float to integer: towards zero, what is out of range to the nearest end, NaN to 0. */
function saturated(from: Float32Array | Float64Array, to: DType): TypedArray {
  const out = new to.array(from.length);
  const bits = to.itemsize * 8;
  const [low, high] = to.kind === 'int' ? [-(2 ** (bits - 1)), 2 ** (bits - 1)] : [0, 2 ** bits];
  if (isBig(to)) {
    const big = out as BigInt64Array;
    for (let i = 0; i < big.length; i++) {
      const v = from[i]!;
      big[i] = v !== v ? 0n : v >= high ? BigInt(high) - 1n : BigInt(Math.trunc(Math.max(low, v)));
    }
  } else {
    // The store cuts the fraction and makes 0 of NaN.
    for (let i = 0; i < out.length; i++) out[i] = Math.min(high - 1, Math.max(low, from[i]!));
  }
  return out;
}

/** The elements in another dtype, as the Cast operator converts them. The array itself where the dtype is its own. */
export function castArray(x: ArrayData, to: DType): ArrayData {
  const from = x.dtype;
  if (to === from) return x;
  const source = decoded(x);
  const make = (data: TypedArray): ArrayData => ({ data, shape: x.shape, dtype: to });
  if (to.kind === 'bool')
    return make(Uint8Array.from(source as Float32Array, (v: number | bigint) => (Number(v) === 0 ? 0 : 1)));
  if (to === float16 || to === bfloat16) {
    const encode = to === float16 ? numberToF16 : numberToBf16;
    return make(Uint16Array.from(source as Float32Array, (v: number | bigint) => encode(Number(v))));
  }
  if (from.isFloat && to.isInt) return make(saturated(source as Float32Array, to));
  if (isBig(from) === isBig(to)) return make(new (to.array as unknown as new (from: TypedArray) => TypedArray)(source));
  if (to === uint64) return make(BigUint64Array.from(source as Int32Array, (v) => BigInt(v)));
  if (isBig(to)) return make(BigInt64Array.from(source as Int32Array, (v) => BigInt(v)));
  const out = new to.array(source.length);
  for (let i = 0; i < out.length; i++) {
    const v = source[i] as bigint;
    out[i] = Number(to.isFloat ? v : BigInt.asIntN(32, v));
  }
  return make(out);
}
