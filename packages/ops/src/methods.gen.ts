// Written by scripts/generate.ts from the op declarations; run `npm run generate` after changing them.

import type { Tensor, Operand } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { hShrink, sigmoid } from './activation.ts';
import {
  bitwiseAnd,
  bitwiseOr,
  bitwiseXor,
  cast,
  equal,
  greater,
  greaterEqual,
  invert,
  isFinite,
  isInf,
  isNan,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  notEqual,
} from './compare.ts';
import {
  add,
  addcdiv,
  addcmul,
  atan2,
  floorDiv,
  lerp,
  maximum,
  minimum,
  mod,
  mul,
  pow,
  sub,
  xdivy,
  xlogy,
} from './elementwise.ts';
import { logSumExp } from './reduce.ts';
import {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  ceil,
  cos,
  cosh,
  erf,
  erfc,
  erfinv,
  exp,
  expm1,
  floor,
  log,
  log10,
  log1p,
  log2,
  neg,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  tan,
  tanh,
  trunc,
} from './unary.ts';

declare module '@sporelet/core' {
  interface Tensor {
    /** |input|. The least integer of a dtype stays what it is. The derivative at 0 is 0. */
    abs(): Tensor;
    /** |input|. The least integer of a dtype stays what it is. The derivative at 0 is 0. */
    absolute(): Tensor;
    /** The inverse cosine, in [0, π]; NaN outside [-1, 1]. */
    acos(): Tensor;
    /** The inverse hyperbolic cosine; NaN below 1. */
    acosh(): Tensor;
    /** input + other. */
    add(other: Operand): Tensor;
    /** input + value · tensor1 / tensor2; value is 1 unless given. */
    addcdiv(tensor1: Operand, tensor2: Operand, value?: Operand): Tensor;
    /** input + value · tensor1 · tensor2; value is 1 unless given. */
    addcmul(tensor1: Operand, tensor2: Operand, value?: Operand): Tensor;
    /** The inverse cosine, in [0, π]; NaN outside [-1, 1]. */
    arccos(): Tensor;
    /** The inverse hyperbolic cosine; NaN below 1. */
    arccosh(): Tensor;
    /** The inverse sine, in [-π/2, π/2]; NaN outside [-1, 1]. */
    arcsin(): Tensor;
    /** The inverse hyperbolic sine. */
    arcsinh(): Tensor;
    /** The inverse tangent, in [-π/2, π/2]. */
    arctan(): Tensor;
    /** The angle of the point (other, input) from the positive x axis, in (-π, π]. */
    arctan2(other: Operand): Tensor;
    /** The inverse hyperbolic tangent; infinite at ±1, NaN beyond. */
    arctanh(): Tensor;
    /** The inverse sine, in [-π/2, π/2]; NaN outside [-1, 1]. */
    asin(): Tensor;
    /** The inverse hyperbolic sine. */
    asinh(): Tensor;
    /** input with another dtype. Fractions are cut towards zero; what an integer dtype cannot hold becomes its nearest value and NaN becomes 0 (MindSpore leaves both to the machine); integers wrap. */
    astype(dtype: DType): Tensor;
    /** The inverse tangent, in [-π/2, π/2]. */
    atan(): Tensor;
    /** The angle of the point (other, input) from the positive x axis, in (-π, π]. */
    atan2(other: Operand): Tensor;
    /** The inverse hyperbolic tangent; infinite at ±1, NaN beyond. */
    atanh(): Tensor;
    /** The bits set in both integers. */
    bitwiseAnd(other: Operand): Tensor;
    /** All bits of an integer inverted: -input - 1 for signed ones; for bools their negation. */
    bitwiseNot(): Tensor;
    /** The bits set in either integer. */
    bitwiseOr(other: Operand): Tensor;
    /** The bits set in one of the integers only. */
    bitwiseXor(other: Operand): Tensor;
    /** The least integer not below input. */
    ceil(): Tensor;
    /** The cosine of an angle in radians. */
    cos(): Tensor;
    /** The hyperbolic cosine. */
    cosh(): Tensor;
    /** input = other; NaN equals nothing. */
    eq(other: Operand): Tensor;
    /** input = other; NaN equals nothing. */
    equal(other: Operand): Tensor;
    /** The error function: 2/√π times the integral of exp(-t²) from 0 to input. */
    erf(): Tensor;
    /** 1 - erf(input), accurate for large arguments. */
    erfc(): Tensor;
    /** The inverse of erf; infinite at ±1, NaN beyond. */
    erfinv(): Tensor;
    /** e to the power input. */
    exp(): Tensor;
    /** e to the power input, minus 1, accurate near 0. */
    expm1(): Tensor;
    /** The greatest integer not above input. */
    floor(): Tensor;
    /** ⌊input / other⌋; for integers x / 0 is 0. */
    floorDivide(other: Operand): Tensor;
    /** The remainder with the sign of input, as C's %. For integers 0 when other is 0. */
    fmod(other: Operand): Tensor;
    /** input ≥ other. */
    ge(other: Operand): Tensor;
    /** input > other. */
    greater(other: Operand): Tensor;
    /** input ≥ other. */
    greaterEqual(other: Operand): Tensor;
    /** input > other. */
    gt(other: Operand): Tensor;
    /** input where |input| > lambd, else 0. */
    hardshrink(...attributes: P): Tensor;
    /** All bits of an integer inverted: -input - 1 for signed ones; for bools their negation. */
    invert(): Tensor;
    /** Whether the element is neither infinite nor NaN; integers always are. */
    isfinite(): Tensor;
    /** Whether the element is infinite; integers never are. */
    isinf(): Tensor;
    /** Whether the element is NaN; integers never are. */
    isnan(): Tensor;
    /** input ≤ other. */
    le(other: Operand): Tensor;
    /** input + weight · (end - input). */
    lerp(end: Operand, weight: Operand): Tensor;
    /** input < other. */
    less(other: Operand): Tensor;
    /** input ≤ other. */
    lessEqual(other: Operand): Tensor;
    /** The natural logarithm; -inf at 0, NaN for negative numbers. */
    log(): Tensor;
    /** The logarithm to base 10. */
    log10(): Tensor;
    /** The natural logarithm of 1 + input, accurate near 0. */
    log1p(): Tensor;
    /** The logarithm to base 2. */
    log2(): Tensor;
    /** input and other; a number is true unless it is 0. */
    logicalAnd(other: Operand): Tensor;
    /** Not input; a number is true unless it is 0. */
    logicalNot(): Tensor;
    /** input or other; a number is true unless it is 0. */
    logicalOr(other: Operand): Tensor;
    /** Either input or other; a number is true unless it is 0. */
    logicalXor(other: Operand): Tensor;
    /** log Σ exp(input) over axes, without overflow. Integers give Float32. Infinite elements give what the limit is; MindSpore gives NaN. */
    logsumexp(dim?: Axes, keepdim?: boolean): Tensor;
    /** input < other. */
    lt(other: Operand): Tensor;
    /** The larger operand; NaN when either is NaN. Equal operands share the gradient in halves. */
    maximum(other: Operand): Tensor;
    /** The smaller operand; NaN when either is NaN. Equal operands share the gradient in halves. */
    minimum(other: Operand): Tensor;
    /** input · other; for bools their conjunction. */
    mul(other: Operand): Tensor;
    /** input · other; for bools their conjunction. */
    multiply(other: Operand): Tensor;
    /** input ≠ other. */
    ne(other: Operand): Tensor;
    /** -input; unsigned integers wrap. */
    neg(): Tensor;
    /** -input; unsigned integers wrap. */
    negative(): Tensor;
    /** input ≠ other. */
    notEqual(other: Operand): Tensor;
    /** input to the power exponent. Integers stay integers and wrap; their negative powers are 0 but for those of 1 and -1. Where input is 0 the derivative by an exponent that is not negative is 0. */
    pow(exponent: Operand): Tensor;
    /** 1 / input. */
    reciprocal(): Tensor;
    /** input rounded to a number of decimals, halves to the even digit. Negative decimals round to tens, hundreds, ...; MindSpore for CPU has decimals = 0 only. */
    round(decimals?: number | { readonly decimals?: number | undefined }): Tensor;
    /** 1 / √input. */
    rsqrt(): Tensor;
    /** -1, 0 or 1; zero keeps its sign and NaN stays NaN (MindSpore for CPU: 0). */
    sgn(): Tensor;
    /** 1 / (1 + exp(-input)). */
    sigmoid(...attributes: P): Tensor;
    /** -1, 0 or 1; zero keeps its sign and NaN stays NaN (MindSpore for CPU: 0). */
    sign(): Tensor;
    /** The sine of an angle in radians. */
    sin(): Tensor;
    /** The hyperbolic sine. */
    sinh(): Tensor;
    /** The square root; NaN for negative numbers. */
    sqrt(): Tensor;
    /** input². */
    square(): Tensor;
    /** input - other. */
    sub(other: Operand): Tensor;
    /** The tangent of an angle in radians. */
    tan(): Tensor;
    /** The hyperbolic tangent. */
    tanh(): Tensor;
    /** input without its fraction. */
    trunc(): Tensor;
    /** input / other, and 0 where input is 0, whatever other is. */
    xdivy(other: Operand): Tensor;
    /** input · log(other), and 0 where input is 0 (NaN where other is NaN), as documented; the kernels of MindSpore for CPU give NaN for log(0) there. */
    xlogy(other: Operand): Tensor;
  }
}

/** What Tensor has as methods: functions whose first argument is the tensor. */
export const tensorMethods = {
  abs,
  absolute: abs,
  acos,
  acosh,
  add,
  addcdiv,
  addcmul,
  arccos: acos,
  arccosh: acosh,
  arcsin: asin,
  arcsinh: asinh,
  arctan: atan,
  arctan2: atan2,
  arctanh: atanh,
  asin,
  asinh,
  astype: cast,
  atan,
  atan2,
  atanh,
  bitwiseAnd,
  bitwiseNot: invert,
  bitwiseOr,
  bitwiseXor,
  ceil,
  cos,
  cosh,
  eq: equal,
  equal,
  erf,
  erfc,
  erfinv,
  exp,
  expm1,
  floor,
  floorDivide: floorDiv,
  fmod: mod,
  ge: greaterEqual,
  greater,
  greaterEqual,
  gt: greater,
  hardshrink: hShrink,
  invert,
  isfinite: isFinite,
  isinf: isInf,
  isnan: isNan,
  le: lessEqual,
  lerp,
  less,
  lessEqual,
  log,
  log10,
  log1p,
  log2,
  logicalAnd,
  logicalNot,
  logicalOr,
  logicalXor,
  logsumexp: logSumExp,
  lt: less,
  maximum,
  minimum,
  mul,
  multiply: mul,
  ne: notEqual,
  neg,
  negative: neg,
  notEqual,
  pow,
  reciprocal,
  round,
  rsqrt,
  sgn: sign,
  sigmoid,
  sign,
  sin,
  sinh,
  sqrt,
  square,
  sub,
  tan,
  tanh,
  trunc,
  xdivy,
  xlogy,
};
export type { Tensor };
