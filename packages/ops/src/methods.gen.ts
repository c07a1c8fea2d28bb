// Written by scripts/generate.ts from the op declarations; run `npm run generate` after changing them.

import type { MethodFn, Tensor, Operand, Named } from '@sporelet/core';
import type { DType, Dims } from '@sporelet/ir';
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
import {
  isFloatingPoint,
  toBfloat16,
  toBool,
  toByte,
  toDouble,
  toFloat,
  toHalf,
  toInt,
  toLong,
  toShort,
  whereMethod,
} from './elementwise-methods.ts';
import { newOnes, newZeros } from './functional-creation.ts';
import { argsort, argwhere, gatherElements, indexSelect, nonzero, scatter, topk } from './functional-index.ts';
import { numel, rank } from './functional-inspect.ts';
import { clamp, div, frac, subtract } from './functional-math.ts';
import { remainder, trueDivide } from './functional-math-aliases.ts';
import { addmm, addmv, baddbmm, bmm, dot, inner, matmul, mm, outer, softmax } from './functional-nn.ts';
import { all, amax, amin, aminmax, any, argmax, argmin, cumsum, mean, prod, sum } from './functional-reduce.ts';
import { countNonzero, norm, std, variance } from './functional-reduce-moments.ts';
import {
  chunk,
  flatten,
  fliplr,
  flipud,
  moveaxis,
  movedim,
  narrow,
  ravel,
  repeatInterleave,
  split,
  swapaxes,
  swapdims,
  trace,
  unbind,
} from './functional-shape.ts';
import { gather, gatherNd, maskedFill, maskedSelect } from './indexing.ts';
import { logSumExp } from './reduce.ts';
import { maxMethod, minMethod } from './reduce-methods.ts';
import { tensorScatterAdd, tensorScatterMax, tensorScatterMin, tensorScatterMul, tensorScatterSub } from './scatter.ts';
import { broadcastTo, expandDims, squeeze, tile } from './shape.ts';
import { expandAs, expanded, flipped, permuted, reshapeAs, reshapeTo, transposed } from './shape-methods.ts';
import { roll } from './shape-slice.ts';
import { diag, diagonal, tril, triu } from './shape-triangle.ts';
import { sort } from './sort.ts';
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
    /** input + other; for bools their disjunction. */
    add(other: Operand): Tensor;
    /** input + value · tensor1 / tensor2; value is 1 unless given. */
    addcdiv(tensor1: Operand, tensor2: Operand, value?: Operand): Tensor;
    /** input + value · tensor1 · tensor2; value is 1 unless given. */
    addcmul(tensor1: Operand, tensor2: Operand, value?: Operand): Tensor;
    /** beta · input + alpha · mat1 mat2. */
    addmm(
      mat1: Tensor,
      mat2: Tensor,
      options?: { readonly beta?: number | undefined; readonly alpha?: number | undefined },
    ): Tensor;
    /** beta · input + alpha · mat vec. */
    addmv(
      mat: Tensor,
      vec: Tensor,
      options?: { readonly beta?: number | undefined; readonly alpha?: number | undefined },
    ): Tensor;
    /** Whether all elements over axes are true (not 0); all axes unless given. */
    all(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            keepDims?: boolean | undefined;
            keepdim?: boolean | undefined;
          }>,
      keepDims?: boolean | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined }>,
    ): Tensor;
    /**
     * The largest element over axes, all unless given. Equal elements share the gradient.
     * @param initial - takes part in each comparison
     * @param where - which elements count; needs `initial`
     */
    amax(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
            initial?: number | null | undefined;
            where?: Tensor | null | undefined;
          }>,
      keepdims?:
        | boolean
        | Named<{
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
            initial?: number | null | undefined;
            where?: Tensor | null | undefined;
          }>,
      initial?: number | null,
      where?: Tensor | null,
    ): Tensor;
    /**
     * The smallest element over axes, all unless given. Equal elements share the gradient.
     * @param initial - takes part in each comparison
     * @param where - which elements count; needs `initial`
     */
    amin(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
            initial?: number | null | undefined;
            where?: Tensor | null | undefined;
          }>,
      keepdims?:
        | boolean
        | Named<{
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
            initial?: number | null | undefined;
            where?: Tensor | null | undefined;
          }>,
      initial?: number | null,
      where?: Tensor | null,
    ): Tensor;
    /** The smallest and the largest elements along an axis. */
    aminmax(axis?: number | null, keepdims?: boolean): readonly [min: Tensor, max: Tensor];
    /** Whether any element over axes is true (not 0); all axes unless given. */
    any(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            keepDims?: boolean | undefined;
            keepdim?: boolean | undefined;
          }>,
      keepDims?: boolean | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined }>,
    ): Tensor;
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
    /** The place (Int64) of the largest element along an axis, or in the flattened tensor; of equal ones the first. */
    argmax(
      dim?:
        | number
        | null
        | Named<{
            dim?: number | null | undefined;
            axis?: number | null | undefined;
            keepdim?: boolean | undefined;
            keepdims?: boolean | undefined;
          }>,
      keepdim?: boolean | Named<{ keepdim?: boolean | undefined; keepdims?: boolean | undefined }>,
    ): Tensor;
    /** The place (Int32) of the smallest element along an axis, or in the flattened tensor; of equal ones the first. */
    argmin(
      axis?:
        | number
        | null
        | Named<{
            axis?: number | null | undefined;
            dim?: number | null | undefined;
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
          }>,
      keepdims?: boolean | Named<{ keepdims?: boolean | undefined; keepdim?: boolean | undefined }>,
    ): Tensor;
    /** The places of the elements in order along an axis (default -1), Int32. Stable; NaN last in both directions. */
    argsort(
      axis?: number | { readonly axis?: number | undefined; readonly descending?: boolean | undefined },
      descending?: boolean,
    ): Tensor;
    /** Positions of the elements that are not zero: `nonzero` under its other name. */
    argwhere(): Tensor;
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
    /** beta · input + alpha · batch1 batch2 of matrices in the last two axes. */
    baddbmm(
      batch1: Tensor,
      batch2: Tensor,
      options?: { readonly beta?: number | undefined; readonly alpha?: number | undefined },
    ): Tensor;
    /** As BFloat16. */
    bfloat16(): Tensor;
    /** The bits set in both integers. */
    bitwiseAnd(other: Operand): Tensor;
    /** All bits of an integer inverted: -input - 1 for signed ones; for bools their negation. */
    bitwiseNot(): Tensor;
    /** The bits set in either integer. */
    bitwiseOr(other: Operand): Tensor;
    /** The bits set in one of the integers only. */
    bitwiseXor(other: Operand): Tensor;
    /** Products of matrices in the last two axes; the axes before them broadcast. */
    bmm(mat2: Tensor): Tensor;
    /** As Bool: whether not 0. */
    bool(): Tensor;
    /** Repeated along axes of size 1 and along new axes in front, by NumPy's rule; -1 keeps an axis of the input. */
    broadcastTo(shape: Dims): Tensor;
    /** As UInt8. */
    byte(): Tensor;
    /** The least integer not below input. */
    ceil(): Tensor;
    /** At most `chunks` parts of one size along an axis (default 0); the last one may be smaller. */
    chunk(chunks: number, axis?: number | { readonly axis?: number | undefined }): readonly Tensor[];
    /**
     * The nearest value in [min, max], which are numbers or tensors; max where min > max. At a bound the gradient belongs to
     * the input.
     * @throws ValueError when neither bound is given
     */
    clamp(
      min?:
        | Operand
        | null
        | Named<{ readonly min?: Operand | null | undefined; readonly max?: Operand | null | undefined }>,
      max?: Operand | null | Named<{ readonly max?: Operand | null | undefined }>,
    ): Tensor;
    /**
     * The nearest value in [min, max], which are numbers or tensors; max where min > max. At a bound the gradient belongs to
     * the input.
     * @throws ValueError when neither bound is given
     */
    clip(
      min?:
        | Operand
        | null
        | Named<{ readonly min?: Operand | null | undefined; readonly max?: Operand | null | undefined }>,
      max?: Operand | null | Named<{ readonly max?: Operand | null | undefined }>,
    ): Tensor;
    /** The cosine of an angle in radians. */
    cos(): Tensor;
    /** The hyperbolic cosine. */
    cosh(): Tensor;
    /** The number of elements over axes that are not 0. */
    countNonzero(axis?: number | readonly number[] | null, keepDims?: boolean, dtype?: DType): Tensor;
    /** Running sums along an axis, in the dtype of x unless another is given. */
    cumsum(axis: number, dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>): Tensor;
    /** Shape s becomes s + s: the elements where both halves of the index agree, zeros elsewhere. */
    diag(): Tensor;
    /** The elements [.., r, .., r + offset, ..] of the axes dim1 and dim2, as a new last axis. */
    diagonal(
      offset?:
        | number
        | {
            readonly offset?: number | undefined;
            readonly dim1?: number | undefined;
            readonly dim2?: number | undefined;
          },
      dim1?: number,
      dim2?: number,
    ): Tensor;
    /**
     * input / other: a fraction, or rounded down ('floor') or towards zero ('trunc'), which keeps integers integers.
     * @throws ValueError for another rounding mode
     */
    div(
      other: Operand,
      roundingMode?: 'floor' | 'trunc' | null | Named<{ readonly roundingMode?: 'floor' | 'trunc' | null | undefined }>,
    ): Tensor;
    /**
     * input / other: a fraction, or rounded down ('floor') or towards zero ('trunc'), which keeps integers integers.
     * @throws ValueError for another rounding mode
     */
    divide(
      other: Operand,
      roundingMode?: 'floor' | 'trunc' | null | Named<{ readonly roundingMode?: 'floor' | 'trunc' | null | undefined }>,
    ): Tensor;
    /**
     * Products over the last axis of `input` and the last but one of `other` (its only one if it is 1-D): out[i.., j.., k] =
     * Σ input[i.., n]·other[j.., n, k]. MindSpore refuses 1-D operands.
     */
    dot(other: Tensor): Tensor;
    /** As Float64. */
    double(): Tensor;
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
    /** Repeated along axes of size 1 and new axes in front; -1 keeps an axis. */
    expand(...size: readonly number[] | readonly [Dims]): Tensor;
    /** Repeated along axes of size 1 and new axes in front, to the shape of another tensor. */
    expandAs(other: Tensor): Tensor;
    /** A new axis of size 1 at a place in [-rank - 1, rank]. */
    expandDims(axis: number): Tensor;
    /** e to the power input, minus 1, accurate near 0. */
    expm1(): Tensor;
    /**
     * The axes from `startDim` (default 1) to `endDim` (default -1) as one; a 0-d tensor becomes 1-D.
     * @param order - 'C' counts the last axis fastest, 'F' the first
     * @throws ValueError when startDim comes after endDim or one of them is out of range
     */
    flatten(
      order?:
        | 'C'
        | 'F'
        | {
            readonly order?: 'C' | 'F' | undefined;
            readonly startDim?: number | undefined;
            readonly endDim?: number | undefined;
          },
      options?: { readonly startDim?: number | undefined; readonly endDim?: number | undefined },
    ): Tensor;
    /** The elements in reverse order along the given axes. */
    flip(...dims: readonly number[] | readonly [Dims]): Tensor;
    /** Axis 1 in reverse order. */
    fliplr(): Tensor;
    /** Axis 0 in reverse order. */
    flipud(): Tensor;
    /** As Float32. */
    float(): Tensor;
    /** The greatest integer not above input. */
    floor(): Tensor;
    /** ⌊input / other⌋; for integers x / 0 is 0. */
    floorDivide(other: Operand): Tensor;
    /** The remainder with the sign of input, as C's %. For integers 0 when other is 0. */
    fmod(other: Operand): Tensor;
    /** input without its integer part; it has the sign of input. */
    frac(): Tensor;
    /** Slices of the parameters along an axis at the places given; negative ones count from the end. The first batchDims axes of both inputs go together. */
    gather(inputIndices: Operand, axis: number, batchDims?: number): Tensor;
    /** `gatherD` under its other name. */
    gatherElements(dim: number, index: Tensor): Tensor;
    /** Slices of the input at the positions in the last axis of the indices, which must not be negative. */
    gatherNd(indices: Tensor): Tensor;
    /** input ≥ other. */
    ge(other: Operand): Tensor;
    /** input > other. */
    greater(other: Operand): Tensor;
    /** input ≥ other. */
    greaterEqual(other: Operand): Tensor;
    /** input > other. */
    gt(other: Operand): Tensor;
    /** As Float16. */
    half(): Tensor;
    /** input where |input| > lambd, else 0. */
    hardshrink(lambd?: number): Tensor;
    /** Slices along an axis at the places in a 1-D index. */
    indexSelect(axis: number, index: Tensor): Tensor;
    /** Products over the last axes of both: out[i.., j..] = Σ input[i.., n]·other[j.., n]; of a scalar and a tensor. */
    inner(other: Tensor): Tensor;
    /** As Int32. */
    int(): Tensor;
    /** All bits of an integer inverted: -input - 1 for signed ones; for bools their negation. */
    invert(): Tensor;
    /** Whether the dtype is a float. */
    isFloatingPoint(): boolean;
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
    logsumexp(dim?: number | readonly number[] | null, keepdim?: boolean): Tensor;
    /** As Int64. */
    long(): Tensor;
    /** input < other. */
    lt(other: Operand): Tensor;
    /** value where the mask is true, else inputX. A fraction lifts an integer input to Float32 (MindSpore refuses it). */
    maskedFill(mask: Operand, value: Operand): Tensor;
    /** The elements where the mask is true, as one axis; both inputs broadcast. The shape depends on the mask, which is read at once. */
    maskedSelect(mask: Tensor): Tensor;
    /**
     * The matrix product by NumPy's rules: of the last two axes, the axes before them broadcast; a 1-D operand is a row in
     * front and a column behind, and its axis is dropped again.
     * @throws ValueError when the inner axes differ, the others do not broadcast, or an operand is 0-d
     */
    matmul(other: Tensor): Tensor;
    /** The largest element; along an axis a tuple of the largest elements and their places (Int64). */
    max(): Tensor;
    max(axis: null): Tensor;
    max(
      axis:
        | number
        | Named<{
            axis?: number | undefined;
            dim?: number | undefined;
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
            initial?: number | undefined;
            where?: Tensor | undefined;
          }>,
      keepdims?: boolean,
    ): readonly [values: Tensor, indices: Tensor];
    /** The larger operand; NaN when either is NaN. Equal operands share the gradient in halves. */
    maximum(other: Operand): Tensor;
    /** The mean over axes, all unless given; integers stay integers. */
    mean(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            keepDims?: boolean | undefined;
            keepdim?: boolean | undefined;
          }>,
      keepDims?: boolean | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined }>,
    ): Tensor;
    /** The smallest element; along an axis a tuple of the smallest elements and their places (Int64). */
    min(): Tensor;
    min(axis: null): Tensor;
    min(
      axis:
        | number
        | Named<{
            axis?: number | undefined;
            dim?: number | undefined;
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
            initial?: number | undefined;
            where?: Tensor | undefined;
          }>,
      keepdims?: boolean,
    ): readonly [values: Tensor, indices: Tensor];
    /** The smaller operand; NaN when either is NaN. Equal operands share the gradient in halves. */
    minimum(other: Operand): Tensor;
    /** The product of two matrices. */
    mm(mat2: Tensor): Tensor;
    /** number | Dims moved to other places; the others keep their order. */
    moveaxis(source: number | Dims, destination: number | Dims): Tensor;
    /** number | Dims moved to other places: `moveaxis` under its other name. */
    movedim(source: number | Dims, destination: number | Dims): Tensor;
    /** input · other; for bools their conjunction. */
    mul(other: Operand): Tensor;
    /** input · other; for bools their conjunction. */
    multiply(other: Operand): Tensor;
    /** `length` elements from `start` on along an axis. */
    narrow(axis: number, start: number, length: number): Tensor;
    /** The number of axes. */
    ndimension(): number;
    /** input ≠ other. */
    ne(other: Operand): Tensor;
    /** -input; unsigned integers wrap. */
    neg(): Tensor;
    /** -input; unsigned integers wrap. */
    negative(): Tensor;
    /** The number of elements. */
    nelement(): number;
    /** Ones of a shape in the dtype of this tensor, unless another is given. */
    newOnes(
      size: number | readonly number[],
      dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
    ): Tensor;
    /** Zeros of a shape in the dtype of this tensor, unless another is given. */
    newZeros(
      size: number | readonly number[],
      dtype?: DType | null | Named<{ readonly dtype?: DType | null | undefined }>,
    ): Tensor;
    /**
     * Positions of the elements that are not zero, Int64: one row of coordinates each, or with `asTuple` one tensor per
     * axis. The shape depends on the values, so the input is read at once.
     */
    nonzero(options: { readonly asTuple: true }): readonly Tensor[];
    nonzero(options?: { readonly asTuple?: false | undefined }): Tensor;
    /**
     * A vector norm (ord a number: 0 counts what is not 0, inf is the largest absolute value) along one axis, or a matrix
     * norm ('fro', 1, -1, inf, -inf) over two. Without axes that of all elements: as a vector for ord null, else by rank.
     * Integers give Float32.
     * @throws ValueError for matrix norms that need singular values (2, -2, 'nuc')
     */
    norm(
      ord?:
        | number
        | 'fro'
        | null
        | Named<{
            ord?: number | 'fro' | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            keepdim?: boolean | undefined;
            dtype?: DType | null | undefined;
          }>,
      dim?:
        | number
        | readonly number[]
        | null
        | Named<{
            dim?: number | readonly number[] | null | undefined;
            keepdim?: boolean | undefined;
            dtype?: DType | null | undefined;
          }>,
      keepdim?: boolean,
      dtype?: DType | null,
    ): Tensor;
    /** input ≠ other. */
    notEqual(other: Operand): Tensor;
    /** The number of elements. */
    numel(): number;
    /** The products of all pairs of elements of two vectors. */
    outer(vec2: Tensor): Tensor;
    /** The axes in another order. */
    permute(...axis: readonly number[] | readonly [Dims]): Tensor;
    /** input to the power exponent. Integers stay integers and wrap; their negative powers are 0 but for those of 1 and -1. Where input is 0 the derivative by an exponent that is not negative is 0. */
    pow(exponent: Operand): Tensor;
    /**
     * The product over axes, all unless given; bools, signed integers and UInt8 give Int64.
     * @param dtype - what the input is converted to first
     */
    prod(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            keepDims?: boolean | undefined;
            keepdim?: boolean | undefined;
            dtype?: DType | null | undefined;
          }>,
      keepDims?:
        | boolean
        | Named<{ keepDims?: boolean | undefined; keepdim?: boolean | undefined; dtype?: DType | null | undefined }>,
      dtype?: DType | null,
    ): Tensor;
    /** The elements as one axis. */
    ravel(): Tensor;
    /** 1 / input. */
    reciprocal(): Tensor;
    /** The remainder with the sign of other. The same as `floorMod`. */
    remainder(other: Operand): Tensor;
    /** Each element `repeats` times in a row along an axis; without an axis of the elements as one axis. */
    repeatInterleave(repeats: number, axis?: number | null | { readonly axis?: number | null | undefined }): Tensor;
    /** The same elements in another shape: `x.reshape(2, -1)` or `x.reshape([2, -1])`. */
    reshape(...shape: readonly number[] | readonly [Dims]): Tensor;
    /** The same elements in the shape of another tensor. */
    reshapeAs(other: Tensor): Tensor;
    /** Elements moved by `shifts` places along `dims`; those pushed out at the end come in at the start. Without dims as if the input had one axis. */
    roll(shifts: number | Dims, dims?: number | Dims | null): Tensor;
    /** input rounded to a number of decimals, halves to the even digit. Negative decimals round to tens, hundreds, ...; MindSpore for CPU has decimals = 0 only. */
    round(decimals?: number | { readonly decimals?: number | undefined }): Tensor;
    /** 1 / √input. */
    rsqrt(): Tensor;
    /** A copy of the input with `input[.., index[.., i, ..], ..] = src[.., i, ..]` along an axis; src may be a number. */
    scatter(axis: number, index: Tensor, src: Operand): Tensor;
    /** -1, 0 or 1; zero keeps its sign and NaN stays NaN (MindSpore for CPU: 0). */
    sgn(): Tensor;
    /** As Int16. */
    short(): Tensor;
    /** 1 / (1 + exp(-input)). */
    sigmoid(): Tensor;
    /** -1, 0 or 1; zero keeps its sign and NaN stays NaN (MindSpore for CPU: 0). */
    sign(): Tensor;
    /** The sine of an angle in radians. */
    sin(): Tensor;
    /** The hyperbolic sine. */
    sinh(): Tensor;
    /** exp(x) / Σ exp(x) along an axis (default -1); with `dtype` the input is converted first. */
    softmax(
      axis?: number | Named<{ readonly axis?: number | undefined; readonly dtype?: DType | null | undefined }>,
      options?: { readonly dtype?: DType | null | undefined },
    ): Tensor;
    /** The elements in order along an axis, and the places they had. Stable; NaN comes last in both directions. */
    sort(
      axis?: number | { readonly axis?: number | undefined; readonly descending?: boolean | undefined },
      descending?: boolean,
    ): readonly [values: Tensor, indices: Tensor];
    /**
     * Parts along an axis: of a size each (the last one may be smaller), or of the given sizes.
     * @throws ValueError when the sizes do not add up to the axis
     */
    split(
      splitSizeOrSections: number | Dims,
      axis?: number | { readonly axis?: number | undefined },
    ): readonly Tensor[];
    /** The square root; NaN for negative numbers. */
    sqrt(): Tensor;
    /** input². */
    square(): Tensor;
    /** Without the axes of size 1, or without those among the given ones; axes of other sizes stay. */
    squeeze(axis?: number | Dims | null | { readonly axis?: number | Dims | null | undefined }): Tensor;
    /** The standard deviation over axes, all unless given: the square root of the variance. */
    std(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            ddof?: number | boolean | undefined;
            correction?: number | undefined;
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
          }>,
      ddof?: number | boolean | Named<{ ddof?: number | boolean | undefined; keepdims?: boolean | undefined }>,
      keepdims?: boolean,
    ): Tensor;
    /** input - other. */
    sub(other: Operand): Tensor;
    /** input - alpha · other. */
    subtract(other: Operand, alpha?: number | Named<{ readonly alpha?: number | undefined }>): Tensor;
    /**
     * The sum over axes, all unless given; bools, signed integers and UInt8 give Int64.
     * @param dtype - what the input is converted to first
     */
    sum(
      dim?:
        | number
        | readonly number[]
        | null
        | Named<{
            dim?: number | readonly number[] | null | undefined;
            axis?: number | readonly number[] | null | undefined;
            keepdim?: boolean | undefined;
            keepdims?: boolean | undefined;
            dtype?: DType | null | undefined;
          }>,
      keepdim?:
        | boolean
        | Named<{ keepdim?: boolean | undefined; keepdims?: boolean | undefined; dtype?: DType | null | undefined }>,
      dtype?: DType | null,
    ): Tensor;
    /** Two axes exchanged. */
    swapaxes(axis0: number, axis1: number): Tensor;
    /** Two axes exchanged: `swapaxes` under its other name. */
    swapdims(dim0: number, dim1: number): Tensor;
    /** The tangent of an angle in radians. */
    tan(): Tensor;
    /** The hyperbolic tangent. */
    tanh(): Tensor;
    /** A copy of the input with the updates added to slices. Positions are in the last axis of the indices and must not be negative. */
    tensorScatterAdd(indices: Tensor, updates: Tensor): Tensor;
    /** A copy of the input with the greater of element and update; NaN wins. Positions are in the last axis of the indices and must not be negative. */
    tensorScatterMax(indices: Tensor, updates: Tensor): Tensor;
    /** A copy of the input with the lesser of element and update; NaN wins. Positions are in the last axis of the indices and must not be negative. */
    tensorScatterMin(indices: Tensor, updates: Tensor): Tensor;
    /** A copy of the input with slices multiplied by the updates. Where an update is 0 its gradient is exact only if no other update meets that element. Positions are in the last axis of the indices and must not be negative. */
    tensorScatterMul(indices: Tensor, updates: Tensor): Tensor;
    /** A copy of the input with the updates subtracted from slices. Positions are in the last axis of the indices and must not be negative. */
    tensorScatterSub(indices: Tensor, updates: Tensor): Tensor;
    /** The input repeated dims[i] times along axis i; the shorter of shape and dims gets ones in front. */
    tile(dims: Dims): Tensor;
    /** The k greatest (or least) elements along `dim` (default: the last axis) in order, and their places, Int32. */
    topk(
      k: number,
      dim?:
        | number
        | null
        | {
            readonly dim?: number | null | undefined;
            readonly largest?: boolean | undefined;
            readonly sorted?: boolean | undefined;
          },
      largest?: boolean,
      sorted?: boolean,
    ): readonly [values: Tensor, indices: Tensor];
    /** The sum of the elements on the main diagonal of a matrix. */
    trace(): Tensor;
    /** The axes in another order; without arguments in reverse order. */
    transpose(...axes: readonly number[] | readonly [Dims]): Tensor;
    /** Elements on and below a diagonal of each matrix (0 = main, positive = above it), zeros elsewhere. */
    tril(diagonal?: number | { readonly diagonal?: number | undefined }): Tensor;
    /** Elements on and above a diagonal of each matrix (0 = main, positive = above it), zeros elsewhere. */
    triu(diagonal?: number | { readonly diagonal?: number | undefined }): Tensor;
    /** input / other as a fraction. The same as `div`. */
    trueDivide(other: Operand): Tensor;
    /** input without its fraction. */
    trunc(): Tensor;
    /** The slices along an axis (default 0), without it. */
    unbind(dim?: number | { readonly dim?: number | undefined }): readonly Tensor[];
    /** A new axis of size 1 at a place in [-rank - 1, rank]. */
    unsqueeze(axis: number): Tensor;
    /**
     * The variance over axes, all unless given: the squared deviations from the mean, added up and divided by n - ddof.
     * MindSpore's `ops.var`.
     * @throws TypeError for integers
     */
    var(
      axis?:
        | number
        | readonly number[]
        | null
        | Named<{
            axis?: number | readonly number[] | null | undefined;
            dim?: number | readonly number[] | null | undefined;
            ddof?: number | boolean | undefined;
            correction?: number | undefined;
            keepdims?: boolean | undefined;
            keepdim?: boolean | undefined;
          }>,
      ddof?: number | boolean | Named<{ ddof?: number | boolean | undefined; keepdims?: boolean | undefined }>,
      keepdims?: boolean,
    ): Tensor;
    /** The same elements in another shape: `x.reshape(2, -1)` or `x.reshape([2, -1])`. */
    view(...shape: readonly number[] | readonly [Dims]): Tensor;
    /** The same elements in the shape of another tensor. */
    viewAs(other: Tensor): Tensor;
    /** This tensor where the condition is true, else y. */
    where(condition: Tensor, y: Operand): Tensor;
    /** input / other, and 0 where input is 0, whatever other is. */
    xdivy(other: Operand): Tensor;
    /** input · log(other), and 0 where input is 0 (NaN where other is NaN), as documented; the kernels of MindSpore for CPU give NaN for log(0) there. */
    xlogy(other: Operand): Tensor;
  }
}

/** What Tensor has as methods: functions whose first argument is the tensor. Accessors, so that one may be loaded at its first call. */
export const tensorMethods: Readonly<Record<string, MethodFn>> = {
  get abs() {
    return abs;
  },
  get absolute() {
    return abs;
  },
  get acos() {
    return acos;
  },
  get acosh() {
    return acosh;
  },
  get add() {
    return add;
  },
  get addcdiv() {
    return addcdiv;
  },
  get addcmul() {
    return addcmul;
  },
  get addmm() {
    return addmm;
  },
  get addmv() {
    return addmv;
  },
  get all() {
    return all;
  },
  get amax() {
    return amax;
  },
  get amin() {
    return amin;
  },
  get aminmax() {
    return aminmax;
  },
  get any() {
    return any;
  },
  get arccos() {
    return acos;
  },
  get arccosh() {
    return acosh;
  },
  get arcsin() {
    return asin;
  },
  get arcsinh() {
    return asinh;
  },
  get arctan() {
    return atan;
  },
  get arctan2() {
    return atan2;
  },
  get arctanh() {
    return atanh;
  },
  get argmax() {
    return argmax;
  },
  get argmin() {
    return argmin;
  },
  get argsort() {
    return argsort;
  },
  get argwhere() {
    return argwhere;
  },
  get asin() {
    return asin;
  },
  get asinh() {
    return asinh;
  },
  get astype() {
    return cast;
  },
  get atan() {
    return atan;
  },
  get atan2() {
    return atan2;
  },
  get atanh() {
    return atanh;
  },
  get baddbmm() {
    return baddbmm;
  },
  get bfloat16() {
    return toBfloat16;
  },
  get bitwiseAnd() {
    return bitwiseAnd;
  },
  get bitwiseNot() {
    return invert;
  },
  get bitwiseOr() {
    return bitwiseOr;
  },
  get bitwiseXor() {
    return bitwiseXor;
  },
  get bmm() {
    return bmm;
  },
  get bool() {
    return toBool;
  },
  get broadcastTo() {
    return broadcastTo;
  },
  get byte() {
    return toByte;
  },
  get ceil() {
    return ceil;
  },
  get chunk() {
    return chunk;
  },
  get clamp() {
    return clamp;
  },
  get clip() {
    return clamp;
  },
  get cos() {
    return cos;
  },
  get cosh() {
    return cosh;
  },
  get countNonzero() {
    return countNonzero;
  },
  get cumsum() {
    return cumsum;
  },
  get diag() {
    return diag;
  },
  get diagonal() {
    return diagonal;
  },
  get div() {
    return div;
  },
  get divide() {
    return div;
  },
  get dot() {
    return dot;
  },
  get double() {
    return toDouble;
  },
  get eq() {
    return equal;
  },
  get equal() {
    return equal;
  },
  get erf() {
    return erf;
  },
  get erfc() {
    return erfc;
  },
  get erfinv() {
    return erfinv;
  },
  get exp() {
    return exp;
  },
  get expand() {
    return expanded;
  },
  get expandAs() {
    return expandAs;
  },
  get expandDims() {
    return expandDims;
  },
  get expm1() {
    return expm1;
  },
  get flatten() {
    return flatten;
  },
  get flip() {
    return flipped;
  },
  get fliplr() {
    return fliplr;
  },
  get flipud() {
    return flipud;
  },
  get float() {
    return toFloat;
  },
  get floor() {
    return floor;
  },
  get floorDivide() {
    return floorDiv;
  },
  get fmod() {
    return mod;
  },
  get frac() {
    return frac;
  },
  get gather() {
    return gather;
  },
  get gatherElements() {
    return gatherElements;
  },
  get gatherNd() {
    return gatherNd;
  },
  get ge() {
    return greaterEqual;
  },
  get greater() {
    return greater;
  },
  get greaterEqual() {
    return greaterEqual;
  },
  get gt() {
    return greater;
  },
  get half() {
    return toHalf;
  },
  get hardshrink() {
    return hShrink;
  },
  get indexSelect() {
    return indexSelect;
  },
  get inner() {
    return inner;
  },
  get int() {
    return toInt;
  },
  get invert() {
    return invert;
  },
  get isFloatingPoint() {
    return isFloatingPoint;
  },
  get isfinite() {
    return isFinite;
  },
  get isinf() {
    return isInf;
  },
  get isnan() {
    return isNan;
  },
  get le() {
    return lessEqual;
  },
  get lerp() {
    return lerp;
  },
  get less() {
    return less;
  },
  get lessEqual() {
    return lessEqual;
  },
  get log() {
    return log;
  },
  get log10() {
    return log10;
  },
  get log1p() {
    return log1p;
  },
  get log2() {
    return log2;
  },
  get logicalAnd() {
    return logicalAnd;
  },
  get logicalNot() {
    return logicalNot;
  },
  get logicalOr() {
    return logicalOr;
  },
  get logicalXor() {
    return logicalXor;
  },
  get logsumexp() {
    return logSumExp;
  },
  get long() {
    return toLong;
  },
  get lt() {
    return less;
  },
  get maskedFill() {
    return maskedFill;
  },
  get maskedSelect() {
    return maskedSelect;
  },
  get matmul() {
    return matmul;
  },
  get max() {
    return maxMethod;
  },
  get maximum() {
    return maximum;
  },
  get mean() {
    return mean;
  },
  get min() {
    return minMethod;
  },
  get minimum() {
    return minimum;
  },
  get mm() {
    return mm;
  },
  get moveaxis() {
    return moveaxis;
  },
  get movedim() {
    return movedim;
  },
  get mul() {
    return mul;
  },
  get multiply() {
    return mul;
  },
  get narrow() {
    return narrow;
  },
  get ndimension() {
    return rank;
  },
  get ne() {
    return notEqual;
  },
  get neg() {
    return neg;
  },
  get negative() {
    return neg;
  },
  get nelement() {
    return numel;
  },
  get newOnes() {
    return newOnes;
  },
  get newZeros() {
    return newZeros;
  },
  get nonzero() {
    return nonzero;
  },
  get norm() {
    return norm;
  },
  get notEqual() {
    return notEqual;
  },
  get numel() {
    return numel;
  },
  get outer() {
    return outer;
  },
  get permute() {
    return permuted;
  },
  get pow() {
    return pow;
  },
  get prod() {
    return prod;
  },
  get ravel() {
    return ravel;
  },
  get reciprocal() {
    return reciprocal;
  },
  get remainder() {
    return remainder;
  },
  get repeatInterleave() {
    return repeatInterleave;
  },
  get reshape() {
    return reshapeTo;
  },
  get reshapeAs() {
    return reshapeAs;
  },
  get roll() {
    return roll;
  },
  get round() {
    return round;
  },
  get rsqrt() {
    return rsqrt;
  },
  get scatter() {
    return scatter;
  },
  get sgn() {
    return sign;
  },
  get short() {
    return toShort;
  },
  get sigmoid() {
    return sigmoid;
  },
  get sign() {
    return sign;
  },
  get sin() {
    return sin;
  },
  get sinh() {
    return sinh;
  },
  get softmax() {
    return softmax;
  },
  get sort() {
    return sort;
  },
  get split() {
    return split;
  },
  get sqrt() {
    return sqrt;
  },
  get square() {
    return square;
  },
  get squeeze() {
    return squeeze;
  },
  get std() {
    return std;
  },
  get sub() {
    return sub;
  },
  get subtract() {
    return subtract;
  },
  get sum() {
    return sum;
  },
  get swapaxes() {
    return swapaxes;
  },
  get swapdims() {
    return swapdims;
  },
  get tan() {
    return tan;
  },
  get tanh() {
    return tanh;
  },
  get tensorScatterAdd() {
    return tensorScatterAdd;
  },
  get tensorScatterMax() {
    return tensorScatterMax;
  },
  get tensorScatterMin() {
    return tensorScatterMin;
  },
  get tensorScatterMul() {
    return tensorScatterMul;
  },
  get tensorScatterSub() {
    return tensorScatterSub;
  },
  get tile() {
    return tile;
  },
  get topk() {
    return topk;
  },
  get trace() {
    return trace;
  },
  get transpose() {
    return transposed;
  },
  get tril() {
    return tril;
  },
  get triu() {
    return triu;
  },
  get trueDivide() {
    return trueDivide;
  },
  get trunc() {
    return trunc;
  },
  get unbind() {
    return unbind;
  },
  get unsqueeze() {
    return expandDims;
  },
  get var() {
    return variance;
  },
  get view() {
    return reshapeTo;
  },
  get viewAs() {
    return reshapeAs;
  },
  get where() {
    return whereMethod;
  },
  get xdivy() {
    return xdivy;
  },
  get xlogy() {
    return xlogy;
  },
};
export type { Tensor };
