import type { Named, Operand, Tensor } from '@sporelet/core';
import { Tensor as TensorClass } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { bool, float32, int64 } from '@sporelet/ir';
import { cast } from './compare.ts';
import { fill, linSpace, ones, onesLike as onesOf, range, zeros, zerosLike as zerosOf } from './creation.ts';
import { pow } from './elementwise.ts';
import { bound } from './functional-bind.ts';
import { broadcastTo } from './shape.ts';

type Scalar = number | bigint | boolean;

/** The dtype that a value has by its type: Float32 for numbers, Int64 for bigints. */
function ownDType(value: Scalar): DType {
  return typeof value === 'number' ? float32 : typeof value === 'bigint' ? int64 : bool;
}

/**
 * A tensor of a shape with one value everywhere.
 * @param fillValue - a number, or a tensor of shape ()
 * @param dtype - by default that of the value: Float32 for numbers, Int64 for bigints, Bool for booleans
 */
export function full(
  size: number | readonly number[],
  fillValue: Operand,
  dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
): Tensor;
export function full(...args: readonly unknown[]): Tensor {
  type Given = [size: number | readonly number[], fillValue: Operand, dtype: DType | null];
  const [size, given, dtype = null] = bound<Given>('full', ['size', 'fillValue', 'dtype?'], args);
  const value = given!;
  if (!(value instanceof TensorClass)) return fill(dtype ?? ownDType(value), size, value);
  return broadcastTo(dtype && dtype !== value.dtype ? cast(value, dtype) : value, [size].flat());
}

/** A tensor of the shape and dtype of another with one value everywhere. */
export function fullLike(
  input: Tensor,
  fillValue: Operand,
  dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
): Tensor;
export function fullLike(...args: readonly unknown[]): Tensor {
  type Given = [input: Tensor, fillValue: Operand, dtype: DType | null];
  const [x, value, dtype = null] = bound<Given>('full_like', ['input', 'fillValue', 'dtype?'], args);
  return full([...x.shape], value!, dtype ?? x.dtype);
}

/** Zeros of the shape of a tensor, in its dtype unless another is given. */
export function zerosLike(
  input: Tensor,
  dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
): Tensor;
export function zerosLike(...args: readonly unknown[]): Tensor {
  const [x, dtype = null] = bound<[Tensor, DType | null]>('zeros_like', ['input', 'dtype?'], args);
  return dtype === null ? zerosOf(x) : zeros([...x.shape], dtype);
}

/** Ones of the shape of a tensor, in its dtype unless another is given. */
export function onesLike(
  input: Tensor,
  dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
): Tensor;
export function onesLike(...args: readonly unknown[]): Tensor {
  const [x, dtype = null] = bound<[Tensor, DType | null]>('ones_like', ['input', 'dtype?'], args);
  return dtype === null ? onesOf(x) : ones([...x.shape], dtype);
}

/**
 * Numbers from start (0) up to but without end, in steps (1): `arange(end)`, `arange(start, end, step)`. Int64 when all of
 * them are whole numbers, else Float32.
 * @throws ValueError for a step of 0, and for one that leads away from end
 */
export function arange(
  start?: number | bigint,
  end?: number | bigint | null | Named<{ readonly step?: number | bigint | undefined; readonly dtype?: DType | null | undefined }>,
  step?: number | bigint | Named<{ readonly dtype?: DType | null | undefined }>,
  dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
): Tensor; // prettier-ignore
export function arange(...args: readonly unknown[]): Tensor {
  type Given = [start: number | bigint, end: number | bigint | null, step: number | bigint, dtype: DType | null];
  const [first = 0, last = null, step = 1, dtype = null] = bound<Given>('arange', ['start?', 'end?', 'step?', 'dtype?'], args); // prettier-ignore
  const [start, end] = last === null ? [0, first] : [first, last];
  const numbers = range(Number(start), Number(end), Number(step));
  return dtype === null || dtype === numbers.dtype ? numbers : cast(numbers, dtype);
}

/** `base` to powers at equal distances from start to end, both included. */
export function logspace(start: Operand, end: Operand, steps: number, base = 10, dtype: DType = float32): Tensor {
  const powers = pow(base, linSpace(start, end, steps));
  return powers.dtype === dtype ? powers : cast(powers, dtype);
}

/** Zeros of a shape in the dtype of this tensor, unless another is given. */
export function newZeros(
  self: Tensor,
  size: number | readonly number[],
  dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
): Tensor;
export function newZeros(...args: readonly unknown[]): Tensor {
  return fresh('new_zeros', zeros, args);
}

/** Ones of a shape in the dtype of this tensor, unless another is given. */
export function newOnes(
  self: Tensor,
  size: number | readonly number[],
  dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
): Tensor;
export function newOnes(...args: readonly unknown[]): Tensor {
  return fresh('new_ones', ones, args);
}

function fresh(op: string, make: typeof zeros, args: readonly unknown[]): Tensor {
  type Given = [self: Tensor, size: number | readonly number[], dtype: DType | null];
  const [self, size, dtype = null] = bound<Given>(op, ['self', 'size', 'dtype?'], args);
  return make(size!, dtype ?? self.dtype);
}

/** Tensor's methods among these functions. */
export const creationMethods = { newZeros, newOnes };
