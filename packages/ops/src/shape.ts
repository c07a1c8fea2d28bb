import type { Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims } from '@sporelet/ir';
import { RuntimeError, ValueError, broadcastAt, normalizeAxis, shapeText, sizeOf } from '@sporelet/ir';
import { reduceSum } from './reduce.ts';

/** A reshape's target with its -1 filled in. */
function targetShape(from: Dims, to: Dims, op: string): Dims {
  if (to.some((n) => n < -1)) {
    throw new ValueError(`For '${op}', the 'shape' must not be negative except for one -1, but got ${shapeText(to)}.`);
  }
  const free = to.indexOf(-1);
  if (free !== to.lastIndexOf(-1)) {
    throw new ValueError(`For '${op}', the 'shape' can have one -1 at most, but got ${shapeText(to)}.`);
  }
  const size = sizeOf(from);
  const known = sizeOf(to.filter((n) => n !== -1));
  if (free < 0 ? known !== size : known === 0 || size % known !== 0) {
    throw new ValueError(
      `For '${op}', the ${size} elements of shape ${shapeText(from)} do not fill the shape ${shapeText(to)}.`,
    );
  }
  return free < 0 ? to : to.map((n) => (n === -1 ? size / known : n));
}

export const reshape: Op<(input: Tensor, shape: Dims) => Tensor> = defineOp({
  name: 'Reshape',
  sig: 'input!:T, shape -> T',
  doc: 'The same elements in another shape, of which one axis may be -1: whatever is left. Shares the elements.',
  attrs: { shape: attr.ints() },
  infer: ({ input }, { shape }, op) => targetShape(input.shape, shape, op),
  alias: true,
  grad: ({ g, ins: [x] }) => [() => reshape(g, x.shape)],
});

/** The class form; the function `flatten` has a range of axes. */
export const flattenOp: Op<(inputX: Tensor) => Tensor> = defineOp({
  name: 'Flatten',
  sig: 'inputX!:T -> T',
  doc: 'Shape (N, rest): all axes but the first as one.',
  infer: ({ inputX: { shape } }, _, op) => {
    if (!shape.length) throw new RuntimeError(`For '${op}', the shape of 'inputX' must not be ().`);
    return [shape[0]!, sizeOf(shape.slice(1))];
  },
  alias: true,
  grad: ({ g, ins: [x] }) => [() => reshape(g, x.shape)],
});

export const expandDims: Op<(inputX: Tensor, axis: number) => Tensor> = defineOp({
  name: 'ExpandDims',
  sig: 'inputX!:T, axis -> T',
  doc: 'A new axis of size 1 at a place in [-rank - 1, rank].',
  method: ['expandDims', 'unsqueeze'],
  attrs: { axis: attr.int() },
  infer: ({ inputX: { shape } }, { axis }, op) => {
    const at = normalizeAxis(axis, shape.length + 1, op);
    return [...shape.slice(0, at), 1, ...shape.slice(at)];
  },
  alias: true,
  grad: ({ g, ins: [x] }) => [() => reshape(g, x.shape)],
});

interface SqueezeOptions {
  readonly axis?: number | Dims | null | undefined;
}

export const squeeze: Op<
  (input: Tensor, axis?: number | Dims | null | { readonly axis?: number | Dims | null | undefined }) => Tensor,
  new (axis?: number | Dims | null | SqueezeOptions) => (input: Tensor) => Tensor
> = defineOp({
  name: 'Squeeze',
  sig: 'input!:T ; axis -> T',
  doc: 'Without the axes of size 1, or without those among the given ones; axes of other sizes stay.',
  method: 'squeeze',
  attrs: { axis: attr.optional(attr.intOrInts()) },
  infer: ({ input: { shape } }, { axis }, op) => {
    const given = typeof axis === 'number' ? [axis] : axis?.length ? axis : null;
    const axes = given?.map((a) => normalizeAxis(a, shape.length, op)) ?? shape.map((_, d) => d);
    return shape.filter((n, d) => n !== 1 || !axes.includes(d));
  },
  alias: true,
  grad: ({ g, ins: [x] }) => [() => reshape(g, x.shape)],
});

/** Axes of a permutation as non-negative numbers, checked. */
function permutation(dims: Dims, rank: number, op: string): number[] {
  if (dims.length !== rank) {
    throw new ValueError(`For '${op}', the 'dims' must have ${rank} axes as 'input' has, but got ${shapeText(dims)}.`);
  }
  const axes = dims.map((a) => normalizeAxis(a, rank, op, 'dims'));
  if (new Set(axes).size !== rank) {
    throw new ValueError(`For '${op}', the 'dims' must name every axis once, but got ${shapeText(dims)}.`);
  }
  return axes;
}

export const transpose: Op<(input: Tensor, dims: Dims) => Tensor> = defineOp({
  name: 'Transpose',
  sig: 'input!:T, dims -> T',
  doc: 'The axes in another order: axis i of the output is axis dims[i] of the input.',
  attrs: { dims: attr.ints() },
  infer: ({ input: { shape } }, { dims }, op) => permutation(dims, shape.length, op).map((a) => shape[a]!),
  pull: ({ input }, { dims }) => {
    const axes = permutation(dims, input.shape.length, 'Transpose');
    return (...i) => input.at(...axes.map((_, d) => i[axes.indexOf(d)]!));
  },
  grad: ({ g, attrs: { dims } }) => {
    const axes = permutation(dims, dims.length, 'Transpose');
    return [
      () =>
        transpose(
          g,
          axes.map((_, d) => axes.indexOf(d)),
        ),
    ];
  },
});

export const broadcastTo: Op<
  (input: Tensor, shape: Dims) => Tensor,
  new (shape: Dims | { readonly shape: Dims }) => (input: Tensor) => Tensor
> = defineOp({
  name: 'BroadcastTo',
  sig: 'input!:T ; shape -> T',
  doc: "Repeated along axes of size 1 and along new axes in front, by NumPy's rule; -1 keeps an axis of the input.",
  method: 'broadcastTo',
  attrs: { shape: attr.ints() },
  infer: ({ input: { shape: from } }, { shape: to }, op) => {
    const skip = to.length - from.length;
    const fits = (n: number, d: number) =>
      d < skip ? n >= 0 : n === -1 || n === from[d - skip] || from[d - skip] === 1;
    if (skip < 0 || !to.every((n, d) => n >= -1 && fits(n, d))) {
      throw new ValueError(
        `For '${op}', each axis of 'input', aligned at the end, must be 1 or equal to that of 'shape' or meet a -1, ` +
          `but got input.shape = ${shapeText(from)} and shape = ${shapeText(to)}.`,
      );
    }
    return to.map((n, d) => (n === -1 ? from[d - skip]! : n));
  },
  pull:
    ({ input }) =>
    (...i) =>
      broadcastAt(input, i),
  // Summed back to the input's shape as for every broadcast input.
  grad: ({ g }) => [g],
});

export const tile: Op<(input: Tensor, dims: Dims) => Tensor> = defineOp({
  name: 'Tile',
  sig: 'input!:T, dims -> T',
  doc: 'The input repeated dims[i] times along axis i; the shorter of shape and dims gets ones in front.',
  method: 'tile',
  attrs: { dims: attr.ints() },
  infer: ({ input: { shape } }, { dims }, op) => {
    if (dims.some((m) => m < 0)) {
      throw new ValueError(`For '${op}', the 'dims' must not be negative, but got ${shapeText(dims)}.`);
    }
    return tiling(shape, dims).map(([m, n]) => m * n);
  },
  pull: ({ input }, { dims }) => {
    const skip = Math.max(dims.length - input.shape.length, 0);
    return (...i) => input.at(...input.shape.map((n, d) => (n === 1 ? 0 : i[skip + d]!.rem(n))));
  },
  grad: ({ g, ins: [x], attrs: { dims } }) => {
    const pairs = tiling(x.shape, dims);
    const copies = pairs.map((_, d) => 2 * d);
    return [() => reshape(reduceSum(reshape(g, pairs.flat()), copies), x.shape)];
  },
});

/** Repetitions and extent of each axis. */
function tiling(shape: Dims, dims: Dims): (readonly [repetitions: number, extent: number])[] {
  const rank = Math.max(shape.length, dims.length);
  return Array.from({ length: rank }, (_, d) => [
    dims[d - rank + dims.length] ?? 1,
    shape[d - rank + shape.length] ?? 1,
  ]);
}
