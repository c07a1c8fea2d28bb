import type { Tensor } from '@sporelet/core';
import type { Dims } from '@sporelet/ir';
import { chunk, flatten, fliplr, flipud, moveaxis, movedim, narrow, ravel, repeatInterleave, split, swapaxes, swapdims, trace, unbind } from './functional-shape.ts'; // prettier-ignore
import { broadcastTo, reshape, transpose } from './shape.ts';
import { reverse } from './shape-slice.ts';

/** Numbers given one by one or as one list. */
const listed = (given: readonly number[] | readonly [Dims]): Dims =>
  Array.isArray(given[0]) ? (given[0] as Dims) : (given as Dims);

/** The same elements in another shape: `x.reshape(2, -1)` or `x.reshape([2, -1])`. */
export function reshapeTo(input: Tensor, ...shape: readonly number[] | readonly [Dims]): Tensor {
  return reshape(input, listed(shape));
}

/** The same elements in the shape of another tensor. */
export function reshapeAs(input: Tensor, other: Tensor): Tensor {
  return reshape(input, other.shape);
}

/** The axes in another order; without arguments in reverse order. */
export function transposed(input: Tensor, ...axes: readonly number[] | readonly [Dims]): Tensor {
  return transpose(input, axes.length ? listed(axes) : input.shape.map((_, d) => input.ndim - 1 - d));
}

/** The axes in another order. */
export function permuted(input: Tensor, ...axis: readonly number[] | readonly [Dims]): Tensor {
  return transpose(input, listed(axis));
}

/** Repeated along axes of size 1 and new axes in front; -1 keeps an axis. */
export function expanded(input: Tensor, ...size: readonly number[] | readonly [Dims]): Tensor {
  return broadcastTo(input, listed(size));
}

/** Repeated along axes of size 1 and new axes in front, to the shape of another tensor. */
export function expandAs(input: Tensor, other: Tensor): Tensor {
  return broadcastTo(input, other.shape);
}

/** The elements in reverse order along the given axes. */
export function flipped(input: Tensor, ...dims: readonly number[] | readonly [Dims]): Tensor {
  return reverse(input, listed(dims));
}

/** Tensor methods of this family; the first argument is the tensor. */
export const shapeMethods = {
  reshape: reshapeTo,
  view: reshapeTo,
  viewAs: reshapeAs,
  reshapeAs,
  transpose: transposed,
  permute: permuted,
  expand: expanded,
  expandAs,
  flip: flipped,
  flatten,
  ravel,
  swapaxes,
  swapdims,
  moveaxis,
  movedim,
  split,
  chunk,
  unbind,
  fliplr,
  flipud,
  narrow,
  repeatInterleave,
  trace,
};
