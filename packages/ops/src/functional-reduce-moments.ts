import type { Named, Tensor } from '@sporelet/core';
import { tuple } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { ValueError, int32, sizeOf } from '@sporelet/ir';
import { cast, notEqual } from './compare.ts';
import { floatOf, wideOf } from './elementwise-dtypes.ts';
import { div, pow, sub } from './elementwise.ts';
import { bound } from './functional-bind.ts';
import { reducedAxes } from './reduce-axes.ts';
import type { Axes } from './reduce.ts';
import { reduceMax, reduceMean, reduceMin, reduceSum } from './reduce.ts';
import { abs, sqrt, square } from './unary.ts';

const as = (x: Tensor, dtype: DType): Tensor => (x.dtype === dtype ? x : cast(x, dtype));

/** Variance and mean, computed in float32 for halves. */
function moments(op: string, args: readonly unknown[]) {
  const parameters = ['input', 'axis|dim?', 'ddof|correction?', 'keepdims|keepdim?'];
  type Given = [input: Tensor, axis: Axes, ddof: number | boolean, keepdims: boolean];
  const [input, axes = null, ddof = 0, keepDims = false] = bound<Given>(op, parameters, args);
  const { dtype } = input;
  if (!dtype.isFloat) throw new TypeError(`For '${op}', the dtype of 'input' must be a float, but got ${dtype.name}.`);
  const x = as(input, wideOf(dtype));
  const over = reducedAxes(axes === null ? [] : [axes].flat(), x.shape, op);
  const count = sizeOf(over.map((d) => x.shape[d]!));
  const deviations = square(sub(x, reduceMean(x, over, true)));
  const variance = div(reduceSum(deviations, over, keepDims), count - Number(ddof));
  return { dtype, variance, mean: () => as(reduceMean(x, over, keepDims), dtype) };
}

/**
 * The variance over axes, all unless given: the squared deviations from the mean, added up and divided by n - ddof.
 * MindSpore's `ops.var`.
 * @throws TypeError for integers
 */
export function variance(input: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; ddof?: number | boolean | undefined; correction?: number | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined }>, ddof?: number | boolean | Named<{ ddof?: number | boolean | undefined; keepdims?: boolean | undefined }>, keepdims?: boolean): Tensor; // prettier-ignore
export function variance(...args: readonly unknown[]): Tensor {
  const m = moments('var', args);
  return as(m.variance, m.dtype);
}

/** The standard deviation over axes, all unless given: the square root of the variance. */
export function std(input: Tensor, axis?: number | readonly number[] | null | Named<{ axis?: number | readonly number[] | null | undefined; dim?: number | readonly number[] | null | undefined; ddof?: number | boolean | undefined; correction?: number | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined }>, ddof?: number | boolean | Named<{ ddof?: number | boolean | undefined; keepdims?: boolean | undefined }>, keepdims?: boolean): Tensor; // prettier-ignore
export function std(...args: readonly unknown[]): Tensor {
  const m = moments('std', args);
  return as(sqrt(m.variance), m.dtype);
}

/** Variance and mean over axes, all unless given. */
export function varMean(input: Tensor, axis?: number | readonly number[] | null, ddof?: number | boolean, keepdims?: boolean): readonly [variance: Tensor, mean: Tensor]; // prettier-ignore
export function varMean(...args: readonly unknown[]): readonly [variance: Tensor, mean: Tensor] {
  const m = moments('var_mean', args);
  return tuple(as(m.variance, m.dtype), m.mean());
}

/** Standard deviation and mean over axes, all unless given. */
export function stdMean(input: Tensor, axis?: number | readonly number[] | null, ddof?: number | boolean, keepdims?: boolean): readonly [std: Tensor, mean: Tensor]; // prettier-ignore
export function stdMean(...args: readonly unknown[]): readonly [std: Tensor, mean: Tensor] {
  const m = moments('std_mean', args);
  return tuple(as(sqrt(m.variance), m.dtype), m.mean());
}

type Order = number | 'fro' | null;

function vectorNorm(x: Tensor, order: number, axes: Axes, keepDims: boolean): Tensor {
  if (order === 2) return sqrt(reduceSum(square(x), axes, keepDims));
  if (order === 0) return reduceSum(as(notEqual(x, 0), x.dtype), axes, keepDims);
  const sizes = abs(x);
  if (order === Infinity) return reduceMax(sizes, axes, keepDims);
  if (order === -Infinity) return reduceMin(sizes, axes, keepDims);
  if (order === 1) return reduceSum(sizes, axes, keepDims);
  return pow(reduceSum(pow(sizes, order), axes, keepDims), 1 / order);
}

/** The largest (or smallest) sum of absolute values of a column (1) or a row (inf). */
function matrixNorm(x: Tensor, order: Order, [rows, columns]: readonly [number, number], keepDims: boolean): Tensor {
  if (order === 'fro' || order === null) return vectorNorm(x, 2, [rows, columns], keepDims);
  const summed = Math.abs(order) === 1 ? rows : Math.abs(order) === Infinity ? columns : null;
  if (summed === null) {
    throw new ValueError(`For 'norm', the 'ord' of a matrix must be 'fro', inf, -inf, 1 or -1 (others need singular values), but got ${order}.`); // prettier-ignore
  }
  const sums = reduceSum(abs(x), summed, true);
  const extreme = (order > 0 ? reduceMax : reduceMin)(sums, [rows, columns], keepDims);
  return extreme;
}

/**
 * A vector norm (ord a number: 0 counts what is not 0, inf is the largest absolute value) along one axis, or a matrix
 * norm ('fro', 1, -1, inf, -inf) over two. Without axes that of all elements: as a vector for ord null, else by rank.
 * Integers give Float32.
 * @throws ValueError for matrix norms that need singular values (2, -2, 'nuc')
 */
export function norm(A: Tensor, ord?: number | 'fro' | null | Named<{ ord?: number | 'fro' | null | undefined; dim?: number | readonly number[] | null | undefined; keepdim?: boolean | undefined; dtype?: DType | null | undefined }>, dim?: number | readonly number[] | null | Named<{ dim?: number | readonly number[] | null | undefined; keepdim?: boolean | undefined; dtype?: DType | null | undefined }>, keepdim?: boolean, dtype?: DType | null): Tensor; // prettier-ignore
export function norm(...args: readonly unknown[]): Tensor {
  const parameters = ['A|input', 'ord?', 'dim|axis?', 'keepdim|keepdims?', 'dtype?'];
  type Given = [A: Tensor, ord: Order, dim: Axes, keepdim: boolean, dtype: DType | null];
  const [input, order = null, dim = null, keepDims = false, dtype = null] = bound<Given>('norm', parameters, args);
  const result = dtype ?? floatOf(input.dtype);
  const x = as(as(input, result), wideOf(result));
  const over = reducedAxes(dim === null ? [] : [dim].flat(), x.shape, 'norm', 'dim');
  if (order === null && dim === null) return as(vectorNorm(x, 2, null, keepDims), result);
  const [a, b, c] = over;
  if (c === undefined && a !== undefined && b !== undefined) {
    return as(matrixNorm(x, order, [a, b], keepDims), result);
  }
  if (c !== undefined || order === 'fro') {
    throw new ValueError(`For 'norm', there must be one axis for a vector norm or two for a matrix norm, but got ${over.length}.`); // prettier-ignore
  }
  return as(vectorNorm(x, order ?? 2, over, keepDims), result);
}

/** The number of elements over axes that are not 0. */
export function countNonzero(
  x: Tensor,
  axis: number | readonly number[] | null = null,
  keepDims = false,
  dtype: DType = int32,
): Tensor {
  // prettier-ignore
  return reduceSum(as(notEqual(x, 0), dtype), axis, keepDims);
}

/** Tensor's methods among these functions. */
export const momentMethods = { var: variance, std, norm, countNonzero };
