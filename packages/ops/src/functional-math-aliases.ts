import type { Operand, Tensor } from '@sporelet/core';
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from './compare.ts';
import { atan2, div, floorDiv, floorMod, mul } from './elementwise.ts';
import { clamp, div as roundedQuotient } from './functional-math.ts';
import { abs, acos, acosh, asin, asinh, atan, atanh, neg, sign } from './unary.ts';

// MindSpore's second names.

/** |input|. The same as `abs`. */
export function absolute(input: Tensor): Tensor {
  return abs(input);
}
/** -input. The same as `neg`. */
export function negative(input: Tensor): Tensor {
  return neg(input);
}
/** -1, 0 or 1. The same as `sign`. */
export function sgn(input: Tensor): Tensor {
  return sign(input);
}
/** The inverse sine. The same as `asin`. */
export function arcsin(input: Tensor): Tensor {
  return asin(input);
}
/** The inverse cosine. The same as `acos`. */
export function arccos(input: Tensor): Tensor {
  return acos(input);
}
/** The inverse tangent. The same as `atan`. */
export function arctan(input: Tensor): Tensor {
  return atan(input);
}
/** The inverse hyperbolic sine. The same as `asinh`. */
export function arcsinh(input: Tensor): Tensor {
  return asinh(input);
}
/** The inverse hyperbolic cosine. The same as `acosh`. */
export function arccosh(input: Tensor): Tensor {
  return acosh(input);
}
/** The inverse hyperbolic tangent. The same as `atanh`. */
export function arctanh(input: Tensor): Tensor {
  return atanh(input);
}
/** input · other. The same as `mul`. */
export function multiply(input: Operand, other: Operand): Tensor {
  return mul(input, other);
}
/** input / other as a fraction. The same as `div`. */
export function trueDivide(input: Operand, other: Operand): Tensor {
  return div(input, other);
}
/** ⌊input / other⌋. The same as `floorDiv`. */
export function floorDivide(input: Operand, other: Operand): Tensor {
  return floorDiv(input, other);
}
/** The remainder with the sign of other. The same as `floorMod`. */
export function remainder(input: Operand, other: Operand): Tensor {
  return floorMod(input, other);
}
/** The angle of the point (other, input). The same as `atan2`. */
export function arctan2(input: Operand, other: Operand): Tensor {
  return atan2(input, other);
}
/** input = other. The same as `equal`. */
export function eq(input: Operand, other: Operand): Tensor {
  return equal(input, other);
}
/** input ≠ other. The same as `notEqual`. */
export function ne(input: Operand, other: Operand): Tensor {
  return notEqual(input, other);
}
/** input < other. The same as `less`. */
export function lt(input: Operand, other: Operand): Tensor {
  return less(input, other);
}
/** input ≤ other. The same as `lessEqual`. */
export function le(input: Operand, other: Operand): Tensor {
  return lessEqual(input, other);
}
/** input > other. The same as `greater`. */
export function gt(input: Operand, other: Operand): Tensor {
  return greater(input, other);
}
/** input ≥ other. The same as `greaterEqual`. */
export function ge(input: Operand, other: Operand): Tensor {
  return greaterEqual(input, other);
}
/** input / other: the same as `div`. */
export function divide(input: Operand, other: Operand, roundingMode?: 'floor' | 'trunc' | null): Tensor {
  return roundedQuotient(input, other, roundingMode);
}
/** The nearest value in [min, max]: the same as `clamp`. */
export function clip(input: Tensor, min?: Operand | null, max?: Operand | null): Tensor {
  return clamp(input, min, max);
}

export const aliasMethods = { remainder, trueDivide };
