import type { Named, Tensor } from '@sporelet/core';
import { tuple } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { ValueError, bool, int64, uint8 } from '@sporelet/ir';
import { cast, select } from './compare.ts';
import { zeros } from './creation.ts';
import { maximum, minimum } from './elementwise.ts';
import { bound } from './functional-bind.ts';
import { argMaxWithValue, argMinWithValue, argmax as greatestPlace, argmin as leastPlace } from './reduce-arg.ts';
import { cumSum } from './reduce-scan.ts';
import { reshape } from './shape.ts';
import type { Axes } from './reduce.ts';
import { reduceAll, reduceAny, reduceMax, reduceMean, reduceMin, reduceProd, reduceSum } from './reduce.ts';

// The types are written out in each signature because Tensor's generated methods repeat them word for word. Where
// MindSpore spells an argument in several ways all of them are taken.

const axis = 'axis|dim?';
const keep = 'keepDims|keepdims|keepdim?';

/** Bools, signed integers and UInt8 are added up and multiplied in Int64. */
function widened(x: Tensor, dtype: DType | null): Tensor {
  const own = x.dtype;
  const to = dtype ?? (own === bool || own.kind === 'int' || own === uint8 ? int64 : own);
  return to === own ? x : cast(x, to);
}

/**
 * The sum over axes, all unless given; bools, signed integers and UInt8 give Int64.
 * @param dtype - what the input is converted to first
 */
export function sum(input: Tensor, dim?: number | readonly number[] | null | Named<{ dim?: number | readonly number[] | null | undefined; axis?: number | readonly number[] | null | undefined; keepdim?: boolean | undefined; keepdims?: boolean | undefined; dtype?: DType | null | undefined }>, keepdim?: boolean | Named<{ keepdim?: boolean | undefined; keepdims?: boolean | undefined; dtype?: DType | null | undefined }>, dtype?: DType | null): Tensor; // prettier-ignore
export function sum(...args: readonly unknown[]): Tensor {
  return folded('sum', reduceSum, args);
}

/**
 * The product over axes, all unless given; bools, signed integers and UInt8 give Int64.
 * @param dtype - what the input is converted to first
 */
export function prod(input: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; keepDims?: boolean | undefined; keepdim?: boolean | undefined; dtype?: DType | null | undefined }>, keepDims?: boolean | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined; dtype?: DType | null | undefined }>, dtype?: DType | null): Tensor; // prettier-ignore
export function prod(...args: readonly unknown[]): Tensor {
  return folded('prod', reduceProd, args);
}

type Reduce = (x: Tensor, axes?: Axes, keepDims?: boolean) => Tensor;

function folded(op: string, reduce: Reduce, args: readonly unknown[]): Tensor {
  type Given = [Tensor, Axes, boolean, DType | null];
  const [x, axes = null, keepDims, dtype = null] = bound<Given>(op, ['input', axis, keep, 'dtype?'], args);
  return reduce(widened(x, dtype), axes, keepDims);
}

function simple(op: string, reduce: Reduce, args: readonly unknown[]): Tensor {
  const [x, axes = null, keepDims] = bound<[Tensor, Axes, boolean]>(op, ['input|x', axis, keep], args);
  return reduce(x, axes, keepDims);
}

/** The mean over axes, all unless given; integers stay integers. */
export function mean(x: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; keepDims?: boolean | undefined; keepdim?: boolean | undefined }>, keepDims?: boolean | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined }>): Tensor; // prettier-ignore
export function mean(...args: readonly unknown[]): Tensor {
  return simple('mean', reduceMean, args);
}

/** Whether all elements over axes are true (not 0); all axes unless given. */
export function all(input: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; keepDims?: boolean | undefined; keepdim?: boolean | undefined }>, keepDims?: boolean | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined }>): Tensor; // prettier-ignore
export function all(...args: readonly unknown[]): Tensor {
  return simple('all', reduceAll, args);
}

/** Whether any element over axes is true (not 0); all axes unless given. */
export function any(input: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; keepDims?: boolean | undefined; keepdim?: boolean | undefined }>, keepDims?: boolean | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined }>): Tensor; // prettier-ignore
export function any(...args: readonly unknown[]): Tensor {
  return simple('any', reduceAny, args);
}

type Extreme = [Tensor, number | null, boolean, number | null, Tensor | null];
const extreme = ['input', axis, keep, 'initial?', 'where?'];

/** The elements that count: where a mask is false, the initial value takes their place. */
function masked(op: string, x: Tensor, initial: number | null, where: Tensor | null): Tensor {
  if (!where) return x;
  if (initial === null) throw new ValueError(`For '${op}', 'initial' must be given with 'where', but got None.`);
  return select(where, x, initial);
}

/**
 * The largest elements along an axis and their places (Int64), of equal ones the first. Without an axis the largest of
 * all, with 0 for its place.
 * @param initial - takes part in each comparison
 * @param where - which elements count; needs `initial`
 */
export function max(input: Tensor, axis?: number | null | Named<{ axis?: number | null | undefined; dim?: number | null | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, keepdims?: boolean | Named<{ keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, initial?: number | null, where?: Tensor | null): readonly [values: Tensor, indices: Tensor]; // prettier-ignore
export function max(...args: readonly unknown[]): readonly [values: Tensor, indices: Tensor] {
  return extremeWithPlace('max', args);
}

/**
 * The smallest elements along an axis and their places (Int64), of equal ones the first. Without an axis the smallest of
 * all, with 0 for its place.
 * @param initial - takes part in each comparison
 * @param where - which elements count; needs `initial`
 */
export function min(input: Tensor, axis?: number | null | Named<{ axis?: number | null | undefined; dim?: number | null | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, keepdims?: boolean | Named<{ keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, initial?: number | null, where?: Tensor | null): readonly [values: Tensor, indices: Tensor]; // prettier-ignore
export function min(...args: readonly unknown[]): readonly [values: Tensor, indices: Tensor] {
  return extremeWithPlace('min', args);
}

function extremeWithPlace(op: 'max' | 'min', args: readonly unknown[]): readonly [values: Tensor, indices: Tensor] {
  const [input, along = null, keepDims, initial = null, where = null] = bound<Extreme>(op, extreme, args);
  const x = masked(op, input, initial, where);
  const of = op === 'max' ? maximum : minimum;
  const limit = (value: Tensor): Tensor => (initial === null ? value : of(value, initial));
  if (along === null) return tuple(limit((op === 'max' ? reduceMax : reduceMin)(x)), zeros([], int64));
  const [index, value] = (op === 'max' ? argMaxWithValue : argMinWithValue)(x, along, keepDims);
  return tuple(limit(value), index);
}

/**
 * The largest element over axes, all unless given. Equal elements share the gradient.
 * @param initial - takes part in each comparison
 * @param where - which elements count; needs `initial`
 */
export function amax(input: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, keepdims?: boolean | Named<{ keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, initial?: number | null, where?: Tensor | null): Tensor; // prettier-ignore
export function amax(...args: readonly unknown[]): Tensor {
  const [x, axes = null, keepDims, initial = null, where = null] = bound<Extreme>('amax', extreme, args);
  const value = reduceMax(masked('amax', x, initial, where), axes, keepDims);
  return initial === null ? value : maximum(value, initial);
}

/**
 * The smallest element over axes, all unless given. Equal elements share the gradient.
 * @param initial - takes part in each comparison
 * @param where - which elements count; needs `initial`
 */
export function amin(input: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, keepdims?: boolean | Named<{ keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | null | undefined; where?: Tensor | null | undefined }>, initial?: number | null, where?: Tensor | null): Tensor; // prettier-ignore
export function amin(...args: readonly unknown[]): Tensor {
  const [x, axes = null, keepDims, initial = null, where = null] = bound<Extreme>('amin', extreme, args);
  const value = reduceMin(masked('amin', x, initial, where), axes, keepDims);
  return initial === null ? value : minimum(value, initial);
}

/** The smallest and the largest elements along an axis. */
export function aminmax(input: Tensor, axis: number | null = 0, keepdims = false): readonly [min: Tensor, max: Tensor] {
  return tuple(reduceMin(input, axis, keepdims), reduceMax(input, axis, keepdims));
}

/** The place (Int64) of the largest element along an axis, or in the flattened tensor; of equal ones the first. */
export function argmax(input: Tensor, dim?: number | null | Named<{ dim?: number | null | undefined; axis?: number | null | undefined; keepdim?: boolean | undefined; keepdims?: boolean | undefined }>, keepdim?: boolean | Named<{ keepdim?: boolean | undefined; keepdims?: boolean | undefined }>): Tensor; // prettier-ignore
export function argmax(...args: readonly unknown[]): Tensor {
  return placeOf('argmax', (x, along) => greatestPlace(x, along, int64), args);
}

/** The place (Int32) of the smallest element along an axis, or in the flattened tensor; of equal ones the first. */
export function argmin(input: Tensor, axis?: number | null | Named<{ axis?: number | null | undefined; dim?: number | null | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined }>, keepdims?: boolean | Named<{ keepdims?: boolean | undefined; keepdim?: boolean | undefined }>): Tensor; // prettier-ignore
export function argmin(...args: readonly unknown[]): Tensor {
  return placeOf('argmin', leastPlace, args);
}

function placeOf(op: string, find: (x: Tensor, along: number) => Tensor, args: readonly unknown[]): Tensor {
  const [x, along = null, keepDims] = bound<[Tensor, number | null, boolean]>(op, ['input', axis, keep], args);
  if (along === null) return find(reshape(x, [x.size]), 0);
  const place = find(x, along);
  if (!keepDims || !x.ndim) return place;
  return reshape(place, x.shape.map((n, d) => (d === along || d === along + x.ndim ? 1 : n))); // prettier-ignore
}

/** Running sums along an axis, in the dtype of x unless another is given. */
export function cumsum(x: Tensor, axis: number, dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>): Tensor; // prettier-ignore
export function cumsum(...args: readonly unknown[]): Tensor {
  const [x, along, dtype = null] = bound<[Tensor, number, DType | null]>('cumsum', ['x|input', 'axis|dim', 'dtype?'], args); // prettier-ignore
  return cumSum(dtype && dtype !== x.dtype ? cast(x, dtype) : x, along!);
}

/** Tensor's methods among these functions. */
export const reduceMethods = { sum, prod, mean, all, any, amax, amin, aminmax, argmax, argmin, cumsum };
