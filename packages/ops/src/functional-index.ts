import type { Args, Operand, Tensor } from '@sporelet/core';
import { bindArguments, tupleOf } from '@sporelet/core';
import { ValueError, shapeText } from '@sporelet/ir';
import { fill } from './creation.ts';
import { gather, gatherDOp, nonZero, oneHotOp } from './indexing.ts';
import { tensorScatterElements } from './scatter.ts';
import { broadcastTo } from './shape.ts';
import { unstack } from './shape-join.ts';
import { sort, topK } from './sort.ts';

/** `out[.., i, ..] = x[.., index[.., i, ..], ..]` along `dim`; negative places count from the end. */
export function gatherD(x: Tensor, dim: number, index: Tensor): Tensor {
  return gatherDOp(x, index, dim);
}

/** `gatherD` under its other name. */
export function gatherElements(input: Tensor, dim: number, index: Tensor): Tensor {
  return gatherDOp(input, index, dim);
}

/** Slices along an axis at the places in a 1-D index. */
export function indexSelect(input: Tensor, axis: number, index: Tensor): Tensor {
  if (index.ndim !== 1) {
    throw new ValueError(`For 'indexSelect', the 'index' must have one axis, but got shape ${shapeText(index.shape)}.`);
  }
  return gather(input, index, axis);
}

/** A copy of the input with `input[.., index[.., i, ..], ..] = src[.., i, ..]` along an axis; src may be a number. */
export function scatter(input: Tensor, axis: number, index: Tensor, src: Operand): Tensor {
  return tensorScatterElements(input, index, sourceLike(src, input, index), axis);
}

function sourceLike(src: Operand, input: Tensor, index: Tensor): Tensor {
  if (typeof src !== 'object') return fill(input.dtype, index.shape, src);
  return src.ndim ? src : broadcastTo(src, index.shape);
}

interface OneHotOptions {
  readonly onValue?: Operand | undefined;
  readonly offValue?: Operand | undefined;
  readonly axis?: number | undefined;
}

/**
 * `onValue` (default 1) where a new axis of `depth` elements is at the index, `offValue` (default 0) elsewhere. The
 * dtype is that of the values: Int64 by default, Float32 for plain numbers, else the tensors' own.
 */
export function oneHot(
  ...args: Args<[indices: Tensor, depth: number], [onValue?: Operand, offValue?: Operand, axis?: number], OneHotOptions>
): Tensor {
  // prettier-ignore
  const bound = bindArguments('oneHot', ['indices', 'depth', 'onValue', 'offValue', 'axis'], 2, args);
  const [indices, depth, on, off, axis = -1] = bound as [
    Tensor,
    number,
    Operand | undefined,
    Operand | undefined,
    number,
  ];
  const whole = on === undefined && off === undefined;
  return oneHotOp(indices, depth, on ?? (whole ? 1n : 1), off ?? (whole ? 0n : 0), axis);
}

/**
 * Positions of the elements that are not zero, Int64: one row of coordinates each, or with `asTuple` one tensor per
 * axis. The shape depends on the values, so the input is read at once.
 */
export function nonzero(input: Tensor, options: { readonly asTuple: true }): readonly Tensor[];
export function nonzero(input: Tensor, options?: { readonly asTuple?: false | undefined }): Tensor;
export function nonzero(
  input: Tensor,
  options: { readonly asTuple?: boolean | undefined } = {},
): Tensor | readonly Tensor[] {
  const rows = nonZero(input);
  return options.asTuple ? tupleOf(unstack(rows, 1)) : rows;
}

/** Positions of the elements that are not zero: `nonzero` under its other name. */
export function argwhere(input: Tensor): Tensor {
  return nonZero(input);
}

/** The places of the elements in order along an axis (default -1), Int32. Stable; NaN last in both directions. */
export function argsort(
  input: Tensor,
  axis?: number | { readonly axis?: number | undefined; readonly descending?: boolean | undefined },
  descending?: boolean,
): Tensor;
export function argsort(...args: readonly unknown[]): Tensor {
  const [input, axis = -1, descending = false] = bindArguments('argsort', ['input', 'axis', 'descending'], 1, args) as [
    Tensor,
    number,
    boolean,
  ];
  return sort(input, axis, descending)[1];
}

/** The k greatest (or least) elements along `dim` (default: the last axis) in order, and their places, Int32. */
export function topk(
  input: Tensor,
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
export function topk(...args: readonly unknown[]): readonly [values: Tensor, indices: Tensor] {
  const bound = bindArguments('topk', ['input', 'k', 'dim', 'largest', 'sorted'], 2, args);
  const [input, k, dim, largest = true, sorted = true] = bound as [
    Tensor,
    number,
    number | null | undefined,
    boolean,
    boolean,
  ];
  return topK(input, k, sorted, dim ?? -1, largest);
}

/** Tensor methods of this family; the first argument is the tensor. */
export const indexMethods = {
  gatherElements,
  indexSelect,
  scatter,
  nonzero,
  argwhere,
  argsort,
  topk,
};
