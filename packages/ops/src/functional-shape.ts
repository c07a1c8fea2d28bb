import type { Args, Op, Tensor } from '@sporelet/core';
import { attr, bindArguments, defineOp, tupleOf } from '@sporelet/core';
import type { Dims } from '@sporelet/ir';
import { ValueError, broadcastShapes, normalizeAxis, shapeText, sizeOf } from '@sporelet/ir';
import { reduceSum } from './reduce.ts';
import { broadcastTo, expandDims, reshape, tile, transpose } from './shape.ts';
import { concat, splitAt, unstack } from './shape-join.ts';
import type { PadMode } from './shape-pad.ts';
import { padLast } from './shape-pad.ts';
import { cut, reverse } from './shape-slice.ts';
import { diagonal } from './shape-triangle.ts';

/**
 * The axes from `startDim` (default 1) to `endDim` (default -1) as one; a 0-d tensor becomes 1-D.
 * @param order - 'C' counts the last axis fastest, 'F' the first
 * @throws ValueError when startDim comes after endDim or one of them is out of range
 */
export function flatten(
  input: Tensor,
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
export function flatten(...args: readonly unknown[]): Tensor {
  const bound = bindArguments('flatten', ['input', 'order', 'startDim', 'endDim'], 1, args);
  const [input, order = 'C', startDim = 1, endDim = -1] = bound as [Tensor, 'C' | 'F', number, number];
  if (order !== 'C' && order !== 'F')
    throw new ValueError(`For 'flatten', the 'order' must be 'C' or 'F', but got '${String(order)}'.`);
  if (!input.ndim) return reshape(input, [1]);
  const x = order === 'C' ? input : reversedAxes(input);
  const { shape } = x;
  // A vector has no axis 1: it stays as it is.
  const start = shape.length === 1 && startDim === 1 ? 0 : normalizeAxis(startDim, shape.length, 'flatten', 'startDim');
  const end = normalizeAxis(endDim, shape.length, 'flatten', 'endDim');
  if (start > end)
    throw new ValueError(
      `For 'flatten', the 'startDim' must not come after 'endDim', but got ${startDim} and ${endDim}.`,
    );
  return reshape(x, [...shape.slice(0, start), sizeOf(shape.slice(start, end + 1)), ...shape.slice(end + 1)]);
}

function reversedAxes(x: Tensor): Tensor {
  return transpose(
    x,
    x.shape.map((_, d) => x.ndim - 1 - d),
  );
}

/** The elements as one axis. */
export function ravel(input: Tensor): Tensor {
  return reshape(input, [-1]);
}

/** The axes in another order: `transpose` under its other name. */
export function permute(input: Tensor, axis: Dims): Tensor {
  return transpose(input, axis);
}

/** Two axes exchanged. */
export function swapaxes(input: Tensor, axis0: number, axis1: number): Tensor {
  const a = normalizeAxis(axis0, input.ndim, 'swapaxes', 'axis0');
  const b = normalizeAxis(axis1, input.ndim, 'swapaxes', 'axis1');
  return transpose(
    input,
    input.shape.map((_, d) => (d === a ? b : d === b ? a : d)),
  );
}

/** Two axes exchanged: `swapaxes` under its other name. */
export function swapdims(input: Tensor, dim0: number, dim1: number): Tensor {
  return swapaxes(input, dim0, dim1);
}

/** number | Dims moved to other places; the others keep their order. */
export function moveaxis(x: Tensor, source: number | Dims, destination: number | Dims): Tensor {
  const from = [source].flat().map((a) => normalizeAxis(a, x.ndim, 'moveaxis', 'source'));
  const to = [destination].flat().map((a) => normalizeAxis(a, x.ndim, 'moveaxis', 'destination'));
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new ValueError(
      `For 'moveaxis', the 'source' and 'destination' must name equally many different axes, ` +
        `but got ${shapeText([source].flat())} and ${shapeText([destination].flat())}.`,
    );
  }
  const rest = x.shape.map((_, d) => d).filter((d) => !from.includes(d));
  return transpose(
    x,
    x.shape.map((_, d) => (to.includes(d) ? from[to.indexOf(d)]! : rest.shift()!)),
  );
}

/** number | Dims moved to other places: `moveaxis` under its other name. */
export function movedim(x: Tensor, source: number | Dims, destination: number | Dims): Tensor {
  return moveaxis(x, source, destination);
}

/** Tensors laid end to end along an axis (default 0): `concat` under its other name. */
export function cat(
  ...args: Args<[tensors: readonly Tensor[]], [axis?: number], { readonly axis?: number | undefined }>
): Tensor {
  return concat(...args);
}

/** An axis by position or by name, 0 when not given. */
function optionOr<N extends string>(
  given: number | { readonly [K in N]?: number | undefined } | undefined,
  name: N,
): number {
  return typeof given === 'object' ? (given[name] ?? 0) : (given ?? 0);
}

/**
 * Parts along an axis: of a size each (the last one may be smaller), or of the given sizes.
 * @throws ValueError when the sizes do not add up to the axis
 */
export function split(
  tensor: Tensor,
  splitSizeOrSections: number | Dims,
  axis?: number | { readonly axis?: number | undefined },
): readonly Tensor[] {
  // prettier-ignore
  const at = normalizeAxis(optionOr(axis, 'axis'), tensor.ndim, 'split');
  const n = tensor.shape[at] ?? 1;
  if (typeof splitSizeOrSections === 'number') {
    const size = splitSizeOrSections;
    if (!Number.isInteger(size) || size <= 0) {
      throw new ValueError(`For 'split', the 'splitSizeOrSections' must be more than zero, but got ${size}.`);
    }
    const count = Math.max(1, Math.ceil(n / size));
    return tupleOf(splitAt(tensor, Array.from({ length: count }, (_, k) => Math.min(size, n - k * size)), at)); // prettier-ignore
  }
  const total = splitSizeOrSections.reduce((a, b) => a + b, 0);
  if (total !== n || splitSizeOrSections.some((s) => s < 0)) {
    throw new ValueError(
      `For 'split', the 'splitSizeOrSections' must not be negative and add up to ${n}, but got ${shapeText(splitSizeOrSections)}.`,
    );
  }
  return tupleOf(splitAt(tensor, splitSizeOrSections, at));
}

/** At most `chunks` parts of one size along an axis (default 0); the last one may be smaller. */
export function chunk(
  input: Tensor,
  chunks: number,
  axis?: number | { readonly axis?: number | undefined },
): readonly Tensor[] {
  if (!Number.isInteger(chunks) || chunks <= 0)
    throw new ValueError(`For 'chunk', the 'chunks' must be more than zero, but got ${chunks}.`);
  const at = normalizeAxis(optionOr(axis, 'axis'), input.ndim, 'chunk');
  return split(input, Math.max(1, Math.ceil((input.shape[at] ?? 1) / chunks)), at);
}

/** The slices along an axis (default 0), without it. */
export function unbind(input: Tensor, dim?: number | { readonly dim?: number | undefined }): readonly Tensor[] {
  return unstack(input, optionOr(dim, 'dim'));
}

/** A new axis of size 1: `expandDims` under its other name. */
export function unsqueeze(input: Tensor, dim: number): Tensor {
  return expandDims(input, dim);
}

/** `broadcastTo` under its other name. */
export function expand(inputX: Tensor, size: Dims): Tensor {
  return broadcastTo(inputX, size);
}

interface PadOptions {
  readonly mode?: PadMode | undefined;
  readonly value?: number | null | undefined;
}

/**
 * More elements around the last axes: `padding` = (before, after) of the last axis, then of the one before it, ...;
 * negative numbers cut off.
 * @param mode - 'constant' (default; `value`, default 0), 'reflect', 'replicate' (also called 'edge'), 'circular', and
 * 'symmetric', which MindSpore has as MirrorPad only. Reflect and the others pad any number of axes here
 * @throws ValueError for odd or too long paddings, a value with another mode, more than a mode can pad
 */
export function pad(
  ...args: Args<[inputX: Tensor, padding: Dims], [mode?: PadMode, value?: number | null], PadOptions>
): Tensor {
  // prettier-ignore
  const bound = bindArguments('pad', ['inputX', 'padding', 'mode', 'value'], 2, args);
  const [inputX, padding, mode = 'constant', value = null] = bound as [Tensor, Dims, PadMode, number | null];
  return padLast(inputX, padding, mode, value);
}

/** The elements in reverse order along the given axes: `reverse` under its other name. */
export function flip(input: Tensor, dims: number | Dims): Tensor {
  return reverse(input, dims);
}

/** Axis 1 in reverse order. */
export function fliplr(input: Tensor): Tensor {
  return reverse(input, 1);
}

/** Axis 0 in reverse order. */
export function flipud(input: Tensor): Tensor {
  return reverse(input, 0);
}

/** `length` elements from `start` on along an axis. */
export function narrow(input: Tensor, axis: number, start: number, length: number): Tensor {
  const at = normalizeAxis(axis, input.ndim, 'narrow');
  const n = input.shape[at] ?? 1;
  if (start < -n || start > n || length < 0 || (start < 0 ? start + n : start) + length > n) {
    throw new ValueError(`For 'narrow', the range must be inside the ${n} elements of axis ${at}, but got start ${start} and length ${length}.`); // prettier-ignore
  }
  const from = start < 0 ? start + n : start;
  return cut(
    input,
    input.shape.map((_, d) => (d === at ? from : 0)),
    input.shape.map((m, d) => (d === at ? length : m)),
  );
}

/** Each element `repeats` times in a row along an axis; without an axis of the elements as one axis. */
export function repeatInterleave(
  input: Tensor,
  repeats: number,
  axis?: number | null | { readonly axis?: number | null | undefined },
): Tensor;
export function repeatInterleave(...args: readonly unknown[]): Tensor {
  const bound = bindArguments('repeatInterleave', ['input', 'repeats', 'axis'], 2, args);
  const [input, repeats, axis = null] = bound as [Tensor, number, number | null];
  if (!Number.isInteger(repeats) || repeats < 0) {
    throw new ValueError(`For 'repeatInterleave', the 'repeats' must be an int of at least 0, but got ${repeats}.`);
  }
  const x = axis === null ? ravel(input) : input;
  const at = axis === null ? 0 : normalizeAxis(axis, x.ndim, 'repeatInterleave');
  const { shape } = x;
  const repeated = tile(expandDims(x, at + 1), [...shape.slice(0, at + 1).map(() => 1), repeats, ...shape.slice(at + 1).map(() => 1)]); // prettier-ignore
  return reshape(repeated, [...shape.slice(0, at), shape[at]! * repeats, ...shape.slice(at + 1)]);
}

/** The sum of the elements on the main diagonal of a matrix. */
export function trace(input: Tensor): Tensor {
  if (input.ndim !== 2)
    throw new ValueError(`For 'trace', the 'input' must have two axes, but got shape ${shapeText(input.shape)}.`);
  return reduceSum(diagonal(input));
}

/** Tensors side by side along axis 1, 1-D ones along axis 0. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const all = tensors.map((t) => (t.ndim ? t : reshape(t, [1])));
  return concat(all, all[0]?.ndim === 1 ? 0 : 1);
}

/** Tensors below each other along axis 0, 1-D ones as rows. */
export function vstack(inputs: readonly Tensor[]): Tensor {
  return concat(
    inputs.map((t) => (t.ndim < 2 ? reshape(t, [1, -1]) : t)),
    0,
  );
}

/** Tensors broadcast to their common shape. */
export function broadcastTensors(op: string, tensors: readonly Tensor[]): Tensor[] {
  const shape = tensors.reduce<Dims>((a, t) => {
    const joined = broadcastShapes(a, t.shape);
    if (joined) return joined;
    throw new ValueError(
      `For '${op}', the shapes must broadcast, but got ${tensors.map((u) => shapeText(u.shape)).join(', ')}.`,
    );
  }, []);
  return tensors.map((t) => (shapeText(t.shape) === shapeText(shape) ? t : broadcastTo(t, shape)));
}

interface IndexingOption {
  readonly indexing?: 'xy' | 'ij' | undefined;
}

/** The class form; the function `meshgrid` takes the tensors one by one. */
export const meshgridOp: Op<
  (inputs: readonly Tensor[], indexing?: 'xy' | 'ij') => readonly Tensor[],
  new (...args: Args<[], [indexing?: 'xy' | 'ij'], IndexingOption>) => (inputs: readonly Tensor[]) => readonly Tensor[]
> = defineOp({
  name: 'Meshgrid',
  sig: 'inputs:T[] ; indexing -> T',
  doc: "Coordinates of a grid from 1-D tensors; 'xy' (default) has the first one along axis 1, 'ij' along axis 0.",
  attrs: { indexing: attr.oneOf(['xy', 'ij'], 'xy') },
  body: ({ inputs }, { indexing }) => {
    const bad = inputs.find((t) => t.ndim !== 1);
    if (bad)
      throw new ValueError(
        `For 'Meshgrid', the 'inputs' must have one axis each, but got shape ${shapeText(bad.shape)}.`,
      );
    const place = (k: number): number => (indexing === 'xy' && k < 2 && inputs.length > 1 ? 1 - k : k);
    const shape = inputs.map((_, k) => inputs[place(k)]!.size);
    return inputs.map((t, k) =>
      broadcastTo(
        reshape(
          t,
          shape.map((n, d) => (d === place(k) ? n : 1)),
        ),
        shape,
      ),
    );
  },
});

/** Coordinates of a grid from 1-D tensors: `meshgrid(x, y, { indexing: 'ij' })`. */
export function meshgrid(...inputs: readonly (Tensor | IndexingOption)[]): readonly Tensor[] {
  const last = inputs.at(-1);
  const options = last && !('asnumpy' in last) ? last : null;
  const tensors = (options ? inputs.slice(0, -1) : inputs) as readonly Tensor[];
  return meshgridOp(tensors, options?.indexing);
}
