import type { TensorData } from '@sporelet/core';
import { NdArray, Tensor, describe } from '@sporelet/core';
import type { DType, Dims, TypedArray } from '@sporelet/ir';
import { ValueError, bool, dtypeByName, float32, float64, int16, int32, int64, int8, uint16, uint32, uint64, uint8 } from '@sporelet/ir'; // prettier-ignore

/** An array in a pipeline: elements in memory form (half types as their bits, Bool as 0 and 1), row-major. */
export interface ArrayData {
  readonly data: TypedArray;
  readonly shape: Dims;
  readonly dtype: DType;
}

/**
 * What users give as a value: the data of a Tensor. The dtype follows the type: number is Float32, bigint Int64, boolean
 * Bool, a TypedArray its own.
 */
export type Value = TensorData;

const ownTypes: readonly (readonly [new (length: number) => object, DType])[] = [
  [Float32Array, float32],
  [Uint8Array, uint8],
  [Int32Array, int32],
  [BigInt64Array, int64],
  [Float64Array, float64],
  [Int8Array, int8],
  [Int16Array, int16],
  [Uint16Array, uint16],
  [Uint32Array, uint32],
  [BigUint64Array, uint64],
];

/** The dtype of a name or a dtype object. @throws TypeError naming `where` when there is none. */
export function dtypeOf(dtype: string | DType, where: string): DType {
  const found = typeof dtype === 'string' ? dtypeByName(dtype) : dtype;
  if (!found?.array)
    throw new TypeError(`For '${where}', the dtype must be one of mindspore's, but got ${describe(dtype)}.`);
  return found;
}

/** Copies `length` elements from one array into another of the same dtype. */
export function copyInto(to: TypedArray, at: number, from: TypedArray, start: number, length: number): void {
  // Both have one dtype, so the kinds (number or bigint elements) agree; TypeScript cannot see it.
  (to as Float32Array).set((from as Float32Array).subarray(start, start + length), at);
}

type Leaf = number | bigint | boolean;

function fromNested(value: readonly unknown[], where: string): ArrayData {
  const shape: number[] = [];
  for (let v: unknown = value; Array.isArray(v); v = v[0]) {
    shape.push(v.length);
    if (v.length === 0) break;
  }
  const flat: Leaf[] = [];
  const walk = (v: unknown, depth: number): void => {
    if (depth < shape.length) {
      if (!Array.isArray(v) || v.length !== shape[depth]) {
        const got = Array.isArray(v) ? `${v.length}` : describe(v);
        throw new ValueError(
          `For '${where}', the nested arrays are ragged: ${shape[depth]} elements are expected, but got ${got}.`,
        );
      }
      for (const item of v) walk(item, depth + 1);
    } else if (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean') flat.push(v);
    else
      throw new TypeError(`For '${where}', the elements must be numbers, bigints or booleans, but got ${describe(v)}.`);
  };
  walk(value, 0);
  const kinds = new Set(flat.map((v) => typeof v));
  if (kinds.size > 1)
    throw new TypeError(`For '${where}', the elements must be of one type, but got ${[...kinds].join(' and ')}.`);
  if (kinds.has('bigint')) return { data: BigInt64Array.from(flat as bigint[]), shape, dtype: int64 };
  if (kinds.has('boolean')) return { data: Uint8Array.from(flat as boolean[], Number), shape, dtype: bool };
  return { data: Float32Array.from(flat as number[]), shape, dtype: float32 };
}

/** Any value as an array. The memory of an NdArray and of a TypedArray is kept, not copied. */
export function toArray(value: unknown, where: string): ArrayData {
  if (value instanceof NdArray) return value;
  if (value instanceof Tensor) return value.asnumpy();
  if (typeof value === 'number') return { data: Float32Array.of(value), shape: [], dtype: float32 };
  if (typeof value === 'bigint') return { data: BigInt64Array.of(value), shape: [], dtype: int64 };
  if (typeof value === 'boolean') return { data: Uint8Array.of(Number(value)), shape: [], dtype: bool };
  if (Array.isArray(value)) return fromNested(value, where);
  if (value instanceof Uint8ClampedArray)
    return toArray(new Uint8Array(value.buffer, value.byteOffset, value.length), where);
  const dtype = ownTypes.find(([type]) => value instanceof type)?.[1];
  if (dtype) return { data: value as TypedArray, shape: [(value as TypedArray).length], dtype };
  throw new TypeError(`For '${where}', a value must be a number, an array or a Tensor, but got ${describe(value)}.`);
}

/** An array as users see it. */
export function toNdArray(x: ArrayData): NdArray {
  return x instanceof NdArray ? x : new NdArray(x.data, x.shape, x.dtype);
}
