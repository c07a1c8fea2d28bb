import type { Args, Named, Tensor } from '@sporelet/core';
import { tupleOf } from '@sporelet/core';
import type { DType, Dims } from '@sporelet/ir';
import { ValueError, int64, sameShape, shapeText, sizeOf } from '@sporelet/ir';
import { cast } from './compare.ts';
import { conv2D } from './conv.ts';
import type { PadMode } from './conv-geometry.ts';
import { pair } from './conv-geometry.ts';
import { ones, zeros } from './creation.ts';
import { add, mul } from './elementwise.ts';
import { bound } from './functional-bind.ts';
import { batchMatMul, biasAdd, matMul } from './matmul.ts';
import { batchNormOp, layerNormOp, normalizeGroups } from './norm.ts';
import { adaptiveAvgPool2D, avgPool, maxPool, maxPoolArgmax } from './pool.ts';
import { expandDims, reshape, squeeze, transpose } from './shape.ts';
import { softmax as softmaxOp } from './softmax.ts';
import { neg } from './unary.ts';

type Size = number | readonly number[];

/**
 * The matrix product by NumPy's rules: of the last two axes, the axes before them broadcast; a 1-D operand is a row in
 * front and a column behind, and its axis is dropped again.
 * @throws ValueError when the inner axes differ, the others do not broadcast, or an operand is 0-d
 */
export function matmul(input: Tensor, other: Tensor): Tensor {
  const [a, b] = [input.shape, other.shape];
  const inner = b.length > 1 ? b.at(-2) : b.at(-1);
  if (!a.length || !b.length || a.at(-1) !== inner) {
    throw new ValueError(
      `For 'matmul', the last axis of 'input' must be the last but one (or only) axis of 'other', ` +
        `but got shapes ${shapeText(a)} and ${shapeText(b)}.`,
    );
  }
  if (a.length === 2 && b.length === 2) return matMul(input, other);
  const out = [...a.slice(0, -1), ...b.slice(-1)];
  if (b.length === 1) return reshape(product(input, reshape(other, [inner, 1])), a.slice(0, -1));
  if (b.length === 2) return reshape(product(a.length === 1 ? reshape(input, [1, inner]) : input, other), out);
  if (a.length > 1) return batchMatMul(input, other);
  return squeeze(batchMatMul(reshape(input, [1, inner]), other), -2);
}

/** Rows of any number of axes times one matrix: as one product of matrices. */
function product(rows: Tensor, matrix: Tensor): Tensor {
  return matMul(reshape(rows, [sizeOf(rows.shape.slice(0, -1)), rows.shape.at(-1)]), matrix);
}

/** The product of two matrices. */
export function mm(input: Tensor, mat2: Tensor): Tensor {
  return matMul(input, mat2);
}

/** Products of matrices in the last two axes; the axes before them broadcast. */
export function bmm(inputX: Tensor, mat2: Tensor): Tensor {
  return batchMatMul(inputX, mat2);
}

interface Scales {
  readonly beta?: number | undefined;
  readonly alpha?: number | undefined;
}
const scaled = (x: Tensor, by: number): Tensor => (by === 1 ? x : mul(x, by));

/** beta · input + alpha · mat1 mat2. */
export function addmm(
  input: Tensor,
  mat1: Tensor,
  mat2: Tensor,
  options?: { readonly beta?: number | undefined; readonly alpha?: number | undefined },
): Tensor {
  // prettier-ignore
  return plus('addmm', input, matMul(mat1, mat2), options);
}

/** beta · input + alpha · batch1 batch2 of matrices in the last two axes. */
export function baddbmm(
  input: Tensor,
  batch1: Tensor,
  batch2: Tensor,
  options?: { readonly beta?: number | undefined; readonly alpha?: number | undefined },
): Tensor {
  // prettier-ignore
  return plus('baddbmm', input, batchMatMul(batch1, batch2), options);
}

/** beta · input + alpha · mat vec. */
export function addmv(
  input: Tensor,
  mat: Tensor,
  vec: Tensor,
  options?: { readonly beta?: number | undefined; readonly alpha?: number | undefined },
): Tensor {
  // prettier-ignore
  return plus('addmv', input, mv(mat, vec), options);
}

function plus(op: string, input: Tensor, product: Tensor, options: Scales = {}): Tensor {
  const [beta = 1, alpha = 1] = bound<[number, number]>(op, ['beta?', 'alpha?'], [options]);
  return add(scaled(input, beta), scaled(product, alpha));
}

/** A matrix times a vector. */
export function mv(mat: Tensor, vec: Tensor): Tensor {
  if (mat.ndim !== 2 || vec.ndim !== 1) {
    throw new ValueError(`For 'mv', the 'mat' must have two axes and 'vec' one, but got shapes ${shapeText(mat.shape)} and ${shapeText(vec.shape)}.`); // prettier-ignore
  }
  return matmul(mat, vec);
}

/**
 * Products over the last axis of `input` and the last but one of `other` (its only one if it is 1-D): out[i.., j.., k] =
 * Σ input[i.., n]·other[j.., n, k]. MindSpore refuses 1-D operands.
 */
export function dot(input: Tensor, other: Tensor): Tensor {
  const [a, b] = [input.shape, other.shape];
  if (a.length < 1 || b.length < 1 || b.length <= 2) return matmul(input, other);
  const inner = b.length - 2;
  const order = [inner, ...b.map((_, d) => d).filter((d) => d !== inner)];
  const columns = transpose(other, order);
  const flat = matmul(input, reshape(columns, [b[inner]!, sizeOf(b) / Math.max(b[inner]!, 1)]));
  return reshape(flat, [...a.slice(0, -1), ...order.slice(1).map((d) => b[d]!)]);
}

/** Products over the last axes of both: out[i.., j..] = Σ input[i.., n]·other[j.., n]; of a scalar and a tensor. */
export function inner(input: Tensor, other: Tensor): Tensor {
  const [a, b] = [input.shape, other.shape];
  if (!a.length || !b.length) return mul(input, other);
  const n = a.at(-1);
  if (b.at(-1) !== n) {
    throw new ValueError(
      `For 'inner', the last axes must be equal, but got shapes ${shapeText(a)} and ${shapeText(b)}.`,
    );
  }
  const rows = (t: Tensor): Tensor => reshape(t, [sizeOf(t.shape.slice(0, -1)), n]);
  return reshape(matMul(rows(input), rows(other), false, true), [...a.slice(0, -1), ...b.slice(0, -1)]);
}

/** The products of all pairs of elements of two vectors. */
export function outer(input: Tensor, vec2: Tensor): Tensor {
  if (input.ndim !== 1 || vec2.ndim !== 1) {
    throw new ValueError(`For 'outer', both inputs must have one axis, but got shapes ${shapeText(input.shape)} and ${shapeText(vec2.shape)}.`); // prettier-ignore
  }
  return mul(expandDims(input, 1), vec2);
}

interface ConvOptions {
  readonly bias?: Tensor | null | undefined;
  readonly stride?: Size | undefined;
  readonly padMode?: PadMode | undefined;
  readonly padding?: Size | undefined;
  readonly dilation?: Size | undefined;
  readonly groups?: number | undefined;
}
type ConvList = [
  bias?: Tensor | null,
  stride?: Size,
  padMode?: PadMode,
  padding?: Size,
  dilation?: Size,
  groups?: number,
];
type ConvBound = [input: Tensor, weight: Tensor, bias: Tensor | null, stride: Size, padMode: PadMode, padding: Size, dilation: Size, groups: number]; // prettier-ignore
const convNames = ['input', 'weight', 'bias?', 'stride?', 'padMode?', 'padding?', 'dilation?', 'groups?'];

/**
 * 2-D convolution (cross-correlation) of (N, C, H, W) with a weight (out, C / groups, height, width), plus a bias (out).
 * @param padMode - 'valid' (default), 'same', or 'pad' with `padding` = n, (h, w) or (top, bottom, left, right)
 * @throws ValueError or RuntimeError when shapes do not fit, TypeError when dtypes differ
 */
export function conv2d(...args: Args<[input: Tensor, weight: Tensor], ConvList, ConvOptions>): Tensor {
  return convolved('conv2d', bound<ConvBound>('conv2d', convNames, args));
}

function convolved(op: string, args: Partial<ConvBound> & { readonly 0: Tensor }): Tensor {
  const [input, weight, bias = null, stride = 1, padMode = 'valid', pad = 0, dilation = 1, group = 1] = args;
  const outChannel = weight!.shape[0];
  if (bias && (bias.ndim !== 1 || bias.shape[0] !== outChannel)) {
    throw new ValueError(
      `For '${op}', the 'bias' must have one axis of ${outChannel} elements as 'weight' has, but got shape ${shapeText(bias.shape)}.`,
    );
  }
  const y = conv2D(input, weight!, {
    outChannel,
    kernelSize: weight!.shape.slice(2),
    padMode,
    pad,
    stride,
    dilation,
    group,
  });
  return bias ? biasAdd(y, bias) : y;
}

/** 1-D convolution of (N, C, L) with a weight (out, C / groups, length), plus a bias (out); see conv2d. */
export function conv1d(...args: Args<[input: Tensor, weight: Tensor], ConvList, ConvOptions>): Tensor {
  const given = bound<ConvBound>('conv1d', convNames, args);
  const [input, weight, bias, stride = 1, padMode, padding = 0, dilation = 1, groups] = given;
  for (const [name, t] of Object.entries({ input, weight: weight! })) {
    if (t.ndim !== 3)
      throw new ValueError(`For 'conv1d', the '${name}' must have three axes, but got shape ${shapeText(t.shape)}.`);
  }
  const along = (v: Size): number => [v].flat().at(-1)!;
  const ends = [padding].flat();
  const pads =
    padMode === 'pad' ? (ends.length === 2 ? [0, 0, ends[0]!, ends[1]!] : [0, 0, ends[0]!, ends[0]!]) : padding;
  const image = [expandDims(input, 2), expandDims(weight!, 2)] as const;
  const y = convolved('conv1d', [
    ...image,
    bias ?? null,
    [1, along(stride)],
    padMode ?? 'valid',
    pads,
    [1, along(dilation)],
    groups ?? 1,
  ]);
  return squeeze(y, 2);
}

interface MaxPoolOptions {
  readonly stride?: Size | null | undefined;
  readonly padding?: Size | undefined;
  readonly dilation?: Size | undefined;
  readonly returnIndices?: boolean | undefined;
  readonly ceilMode?: boolean | undefined;
}
type MaxPoolBound = [
  x: Tensor,
  kernelSize: Size,
  stride: Size | null,
  padding: Size,
  dilation: Size,
  returnIndices: boolean,
  ceilMode: boolean,
];

/**
 * The greatest element of each window of (N, C, H, W). The stride is the kernel size unless given; padding is at most
 * half the kernel.
 * @param returnIndices - also gives where they lie in their planes (y·W + x), Int64
 */
export function maxPool2d(x: Tensor, kernelSize: Size, stride: Size | null | undefined, padding: Size | undefined, dilation: Size | undefined, returnIndices: true, ceilMode?: boolean): readonly [output: Tensor, indices: Tensor]; // prettier-ignore
export function maxPool2d(x: Tensor, kernelSize: Size, options: Named<MaxPoolOptions> & { readonly returnIndices: true }): readonly [output: Tensor, indices: Tensor]; // prettier-ignore
export function maxPool2d(...args: Args<[x: Tensor, kernelSize: Size], [stride?: Size | null, padding?: Size, dilation?: Size, returnIndices?: false, ceilMode?: boolean], MaxPoolOptions>): Tensor; // prettier-ignore
export function maxPool2d(...args: readonly unknown[]): Tensor | readonly Tensor[] {
  const names = ['x', 'kernelSize', 'stride?', 'padding?', 'dilation?', 'returnIndices?', 'ceilMode?'];
  const [x, kernelSize, stride, pad = 0, dilation = 1, returnIndices = false, ceilMode = false] = bound<MaxPoolBound>(
    'maxPool2d',
    names,
    args,
  );
  const attrs = {
    kernelSize: kernelSize!,
    strides: stride ?? kernelSize!,
    padMode: 'pad' as const,
    pad,
    dilation,
    ceilMode,
  };
  const y = maxPool(x, attrs);
  return returnIndices ? tupleOf([y, cast(maxPoolArgmax(x, attrs), int64)]) : y;
}

interface AvgPoolOptions {
  readonly kernelSize?: Size | undefined;
  readonly stride?: Size | undefined;
  readonly padding?: Size | undefined;
  readonly ceilMode?: boolean | undefined;
  readonly countIncludePad?: boolean | undefined;
  readonly divisorOverride?: number | null | undefined;
}
type AvgPoolList = [kernelSize?: Size, stride?: Size, padding?: Size, ceilMode?: boolean, countIncludePad?: boolean, divisorOverride?: number | null]; // prettier-ignore
type AvgPoolBound = [x: Tensor, kernelSize: Size, stride: Size, padding: Size, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null]; // prettier-ignore
const avgNames = ['inputX', 'kernelSize?', 'stride?', 'padding?', 'ceilMode?', 'countIncludePad?', 'divisorOverride?'];

/**
 * The mean of each window of (N, C, H, W). kernelSize and stride are 1 unless given; padding is at most half the kernel
 * and counts as zeros unless countIncludePad is false.
 */
export function avgPool2d(...args: Args<[inputX: Tensor], AvgPoolList, AvgPoolOptions>): Tensor {
  return averaged(bound<AvgPoolBound>('avgPool2d', avgNames, args));
}

function averaged(args: Partial<AvgPoolBound> & { readonly 0: Tensor }): Tensor {
  const [x, kernelSize = 1, strides = 1, pad = 0, ceilMode = false, countIncludePad = true, divisor = null] = args;
  return avgPool(x, {
    kernelSize,
    strides,
    padMode: 'pad',
    pad,
    ceilMode,
    countIncludePad,
    divisorOverride: divisor ?? 0,
  });
}

/** The mean of each window of (N, C, L); see avgPool2d. */
export function avgPool1d(
  ...args: Args<[inputX: Tensor], AvgPoolList, Omit<AvgPoolOptions, 'divisorOverride'>>
): Tensor {
  const [x, kernelSize = 1, stride = 1, padding = 0, ceilMode = false, countIncludePad = true] = bound<AvgPoolBound>(
    'avgPool1d',
    avgNames.slice(0, -1),
    args,
  );
  if (x.ndim !== 3)
    throw new ValueError(`For 'avgPool1d', the 'inputX' must have three axes, but got shape ${shapeText(x.shape)}.`);
  const flat = (v: Size, other: number): readonly number[] => [other, pair(v)[1]];
  return squeeze(
    averaged([expandDims(x, 2), flat(kernelSize, 1), flat(stride, 1), flat(padding, 0), ceilMode, countIncludePad]),
    2,
  );
}

/** Means of outputSize windows that divide the last axis of (N, C, L) or (C, L) as evenly as possible. */
export function adaptiveAvgPool1d(input: Tensor, outputSize: number): Tensor {
  if (input.ndim !== 2 && input.ndim !== 3) {
    throw new ValueError(
      `For 'adaptiveAvgPool1d', the 'input' must have two or three axes, but got shape ${shapeText(input.shape)}.`,
    );
  }
  return squeeze(adaptiveAvgPool2D(expandDims(input, -2), [1, outputSize]), -2);
}

interface BatchNormOptions {
  readonly training?: boolean | undefined;
  readonly momentum?: number | undefined;
  readonly eps?: number | undefined;
}
type BatchNormInputs = [inputX: Tensor, runningMean: Tensor, runningVar: Tensor, weight: Tensor, bias: Tensor];

/**
 * (x - mean) / √(variance + eps) · weight + bias per channel of axis 1. In training the statistics are those of the
 * batch, and runningMean and runningVar, if Parameters, become (1 - momentum)·old + momentum·batch in place.
 */
export function batchNorm(
  ...args: Args<BatchNormInputs, [training?: boolean, momentum?: number, eps?: number], BatchNormOptions>
): Tensor {
  const names = ['inputX', 'runningMean', 'runningVar', 'weight', 'bias', 'training?', 'momentum?', 'eps?'];
  const [x, mean, variance, weight, bias, training = false, momentum = 0.1, eps = 1e-5] = bound<[...BatchNormInputs, boolean, number, number]>('batchNorm', names, args); // prettier-ignore
  return batchNormOp(x, weight!, bias!, mean!, variance!, training, eps, momentum)[0];
}

interface AffineOptions {
  readonly weight?: Tensor | null | undefined;
  readonly bias?: Tensor | null | undefined;
  readonly eps?: number | undefined;
}
type AffineList = [weight?: Tensor | null, bias?: Tensor | null, eps?: number];

/** (x - mean) / √(variance + eps) · weight + bias over the last axes, whose shape is `normalizedShape`. */
export function layerNorm(...args: Args<[input: Tensor, normalizedShape: Dims], AffineList, AffineOptions>): Tensor {
  const names = ['input', 'normalizedShape', 'weight?', 'bias?', 'eps?'];
  const [x, given, weight, bias, eps = 1e-5] = bound<[Tensor, Dims, Tensor | null, Tensor | null, number]>(
    'layerNorm',
    names,
    args,
  );
  const shape = given!;
  const axis = x.ndim - shape.length;
  if (!shape.length || axis < 0 || !sameShape(x.shape.slice(axis), shape)) {
    throw new ValueError(
      `For 'layerNorm', the 'normalizedShape' must be the last axes of 'input', but got ${shapeText(shape)} for shape ${shapeText(x.shape)}.`,
    );
  }
  return layerNormOp(x, weight ?? ones(shape, x.dtype), bias ?? zeros(shape, x.dtype), axis, axis, eps)[0];
}

/** Groups of channels (axis 1) normalised together with the axes behind, times weight plus bias per channel. */
export function groupNorm(...args: Args<[input: Tensor, numGroups: number], AffineList, AffineOptions>): Tensor {
  const names = ['input', 'numGroups', 'weight?', 'bias?', 'eps?'];
  const [x, groups, weight, bias, eps = 1e-5] = bound<[Tensor, number, Tensor | null, Tensor | null, number]>(
    'groupNorm',
    names,
    args,
  );
  const channels = x.shape[1] ?? 0;
  return normalizeGroups(x, groups!, weight ?? ones(channels, x.dtype), bias ?? zeros(channels, x.dtype), eps);
}

/** exp(x) / Σ exp(x) along an axis (default -1); with `dtype` the input is converted first. */
export function softmax(
  input: Tensor,
  axis?: number | Named<{ readonly axis?: number | undefined; readonly dtype?: DType | null | undefined }>,
  options?: { readonly dtype?: DType | null | undefined },
): Tensor;
export function softmax(...args: readonly unknown[]): Tensor {
  const [input, axis = -1, dtype = null] = bound<[Tensor, number, DType | null]>(
    'softmax',
    ['input', 'axis?', 'dtype?'],
    args,
  );
  return softmaxOp(dtype ? cast(input, dtype) : input, axis);
}

/** The softmax of -x. */
export function softmin(
  ...args: Args<
    [x: Tensor],
    [axis?: number],
    { readonly axis?: number | undefined; readonly dtype?: DType | null | undefined }
  >
): Tensor {
  // prettier-ignore
  const [x, axis = -1, dtype = null] = bound<[Tensor, number, DType | null]>('softmin', ['x', 'axis?', 'dtype?'], args);
  return softmaxOp(neg(dtype ? cast(x, dtype) : x), axis);
}

/** Tensor methods of this family; the first argument is the tensor. */
export const nnMethods = {
  matmul,
  mm,
  bmm,
  addmm,
  baddbmm,
  addmv,
  dot,
  inner,
  outer,
  softmax,
};
