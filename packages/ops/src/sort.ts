import type { Args, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, RoutineArray } from '@sporelet/ir';
import { ValueError, bf16ToNumber, bfloat16, f16ToNumber, float16, normalizeAxis, shapeText } from '@sporelet/ir';
import { gatherDGrad } from './indexing.ts';
import { numbers } from './elementwise-dtypes.ts';

type Pair = readonly [values: Tensor, indices: Tensor];

/** The elements as JavaScript numbers that compare as the dtype does; 64-bit integers stay bigints. */
function comparable({ data, dtype }: RoutineArray): ArrayLike<number | bigint> {
  const decode = dtype === float16 ? f16ToNumber : dtype === bfloat16 ? bf16ToNumber : null;
  return decode ? Float64Array.from(data as ArrayLike<number>, decode) : data;
}

/**
 * Writes the first `count` elements in order along an axis, with their places: equal elements in the order they had,
 * NaN last in both directions.
 */
function ranked(x: RoutineArray, values: RoutineArray, indices: RoutineArray, axis: number, descending: boolean): void {
  const n = x.shape[axis]!;
  const count = values.shape[axis]!;
  const inner = x.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const rows = n ? x.data.length / n : 0;
  const keys = comparable(x);
  const order = new Int32Array(n);
  const sign = descending ? -1 : 1;
  for (let row = 0; row < rows; row++) {
    const outer = Math.floor(row / inner);
    const start = outer * n * inner + (row % inner);
    for (let i = 0; i < n; i++) order[i] = i;
    order.sort((i, j) => {
      const [a, b] = [keys[start + i * inner]!, keys[start + j * inner]!];
      if (a < b) return -sign;
      if (a > b) return sign;
      // Equal, or NaN is among them.
      return a === b ? i - j : Number(a !== a) - Number(b !== b) || i - j;
    });
    const out = outer * count * inner + (row % inner);
    for (let i = 0; i < count; i++) {
      values.data[out + i * inner] = x.data[start + order[i]! * inner]!;
      indices.data[out + i * inner] = order[i]!;
    }
  }
}

function axisOf(shape: Dims, axis: number, op: string, name = 'axis'): number {
  if (!shape.length) throw new ValueError(`For '${op}', the input must have at least one axis, but got shape ().`);
  return normalizeAxis(axis, shape.length, op, name);
}

interface SortOptions {
  readonly axis?: number | undefined;
  readonly descending?: boolean | undefined;
}

export const sort: Op<
  (
    inputX: Tensor,
    axis?: number | { readonly axis?: number | undefined; readonly descending?: boolean | undefined },
    descending?: boolean,
  ) => readonly [values: Tensor, indices: Tensor],
  new (...args: Args<[], [axis?: number, descending?: boolean], SortOptions>) => (inputX: Tensor) => Pair
> = defineOp({
  name: 'Sort',
  sig: 'inputX!:T ; axis, descending -> T, Int32',
  doc: 'The elements in order along an axis, and the places they had. Stable; NaN comes last in both directions.',
  method: 'sort',
  dtypes: { T: numbers },
  attrs: { axis: attr.int(-1), descending: attr.bool(false) },
  infer: ({ inputX: { shape } }, { axis }, op) => {
    axisOf(shape, axis, op);
    return [shape, shape];
  },
  // A routine: no expression says where an element goes in less than n steps.
  routine: ([x], [values, indices], { axis, descending }) =>
    ranked(x!, values!, indices!, axisOf(x!.shape, axis, 'Sort'), descending),
  grad: ({ g, ins: [x], outs: [, indices], attrs: { axis } }) => [() => gatherDGrad(g, indices, x.shape, axis)],
});

interface TopKOptions {
  readonly sorted?: boolean | undefined;
  readonly dim?: number | undefined;
  readonly largest?: boolean | undefined;
}
type TopKList = [sorted?: boolean, dim?: number, largest?: boolean];

export const topK: Op<
  (...args: Args<[inputX: Tensor, k: number], TopKList, TopKOptions>) => Pair,
  new (...args: Args<[], TopKList, TopKOptions>) => (inputX: Tensor, k: number) => Pair
> = defineOp({
  name: 'TopK',
  fn: 'topK',
  sig: 'inputX!:T, k ; sorted, dim, largest -> T, Int32',
  doc: 'The k greatest (or least) elements along an axis in order, and their places; of equal ones the first, NaN last. They come in order even when sorted is false. dim and largest are additions to the class of MindSpore.',
  dtypes: { T: numbers },
  attrs: { k: attr.int(), sorted: attr.bool(true), dim: attr.int(-1), largest: attr.bool(true) },
  infer: ({ inputX: { shape } }, { k, dim }, op) => {
    const at = axisOf(shape, dim, op, 'dim');
    if (k < 1 || k > shape[at]!) {
      throw new ValueError(
        `For '${op}', the 'k' must be in (0, ${shape[at]}] for shape ${shapeText(shape)}, but got ${k}.`,
      );
    }
    const out = shape.map((n, d) => (d === at ? k : n));
    return [out, out];
  },
  // A routine: as Sort.
  routine: ([x], [values, indices], { dim, largest }) =>
    ranked(x!, values!, indices!, axisOf(x!.shape, dim, 'TopK'), largest),
  grad: ({ g, ins: [x], outs: [, indices], attrs: { dim } }) => [() => gatherDGrad(g, indices, x.shape, dim)],
});
