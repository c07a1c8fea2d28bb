import type { Named, Operand, Tensor } from '@sporelet/core';
import { describe } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { geLU } from './activation.ts';
import { cast, clampTensor, greater, select } from './compare.ts';
import { addN, div as quotient, floorDiv, maximum, minimum, mul, sub, truncateDiv } from './elementwise.ts';
import { bound } from './functional-bind.ts';
import { tanh, trunc } from './unary.ts';

type RoundingMode = 'floor' | 'trunc' | null;
type Pair = [input: Operand, other: Operand];

/**
 * input / other: a fraction, or rounded down ('floor') or towards zero ('trunc'), which keeps integers integers.
 * @throws ValueError for another rounding mode
 */
export function div(
  input: Operand,
  other: Operand,
  roundingMode?: 'floor' | 'trunc' | null | Named<{ readonly roundingMode?: 'floor' | 'trunc' | null | undefined }>,
): Tensor;
export function div(...args: readonly unknown[]): Tensor {
  if (args.length === 2) return quotient(...(args as Pair));
  const [x, y, mode = null] = bound<[...Pair, RoundingMode]>('div', ['input', 'other', 'roundingMode?'], args);
  if (mode === null) return quotient(x, y!);
  if (mode === 'floor') return floorDiv(x, y!);
  if (mode === 'trunc') return truncateDiv(x, y!);
  throw new ValueError(`For 'div', the 'roundingMode' must be None, 'floor' or 'trunc', but got ${describe(mode)}.`);
}

/** input - alpha · other. */
export function subtract(
  input: Operand,
  other: Operand,
  alpha?: number | Named<{ readonly alpha?: number | undefined }>,
): Tensor;
export function subtract(...args: readonly unknown[]): Tensor {
  const [x, y, alpha = 1] = bound<[...Pair, number]>('subtract', ['input', 'other', 'alpha?'], args);
  return sub(x, alpha === 1 ? y! : mul(y!, alpha));
}

/**
 * The nearest value in [min, max], which are numbers or tensors; max where min > max. At a bound the gradient belongs to
 * the input.
 * @throws ValueError when neither bound is given
 */
export function clamp(
  input: Tensor,
  min?:
    Operand | null | Named<{ readonly min?: Operand | null | undefined; readonly max?: Operand | null | undefined }>,
  max?: Operand | null | Named<{ readonly max?: Operand | null | undefined }>,
): Tensor;
export function clamp(...args: readonly unknown[]): Tensor {
  type Bounds = [input: Tensor, min: Operand | null, max: Operand | null];
  const [x, min = null, max = null] = bound<Bounds>('clamp', ['input', 'min?', 'max?'], args);
  if (min !== null || max !== null) return clampTensor(x, min, max);
  throw new ValueError("For 'clamp', at least one of 'min' or 'max' must not be None.");
}

/**
 * min(max(x, clipValueMin), clipValueMax) in the dtype of x. At a bound x and the bound share the gradient.
 * @throws ValueError when neither bound is given
 */
export function clipByValue(
  x: Tensor,
  clipValueMin: Operand | null = null,
  clipValueMax: Operand | null = null,
): Tensor {
  if (clipValueMin === null && clipValueMax === null) {
    throw new ValueError("For 'clip_by_value', at least one of 'clipValueMin' or 'clipValueMax' must not be None.");
  }
  const low = clipValueMin === null ? x : maximum(x, clipValueMin);
  const both = clipValueMax === null ? low : minimum(low, clipValueMax);
  return both.dtype === x.dtype ? both : cast(both, x.dtype);
}

/** input where the condition is true, else other; numbers are weak. */
export function where(condition: Tensor, input: Operand, other: Operand): Tensor {
  return select(condition, input, other);
}

/** input without its integer part; it has the sign of input. */
export function frac(x: Tensor): Tensor {
  return sub(x, trunc(x));
}

/** The sum of tensors of one shape. */
export function accumulateN(x: readonly Tensor[]): Tensor {
  return addN(x);
}

/**
 * The Gaussian error linear unit, input · Φ(input).
 * @param approximate - 'none' for the exact function, 'tanh' for the usual approximation
 */
export function gelu(
  input: Tensor,
  approximate?: 'none' | 'tanh' | Named<{ readonly approximate?: 'none' | 'tanh' | undefined }>,
): Tensor;
export function gelu(...args: readonly unknown[]): Tensor {
  const [x, approximate = 'none'] = bound<[Tensor, 'none' | 'tanh']>('gelu', ['input', 'approximate?'], args);
  return geLU(x, approximate);
}

/** input - tanh(input). */
export function tanhshrink(input: Tensor): Tensor {
  return sub(input, tanh(input));
}

/** input where it is above a threshold, else a value. */
export function threshold(input: Tensor, thr: number, value: number): Tensor {
  return select(greater(input, thr), input, value);
}

/** Tensor's methods among these functions. */
export const mathMethods = { div, divide: div, subtract, clamp, clip: clamp, frac };
