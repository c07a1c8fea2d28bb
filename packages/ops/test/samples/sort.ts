import { float16, float32, int32, int64, uint8 } from '@sporelet/ir';
import type { Nd, Sample, Samples } from './sample.ts';
import { at, indicesOf, make } from './shape-oracle.ts';

type Dims = readonly number[];

/** The places of a row in order: NaN last, equal elements as they came. */
function order(row: readonly number[], descending: boolean): number[] {
  const numbers = row.map((_, i) => i).filter((i) => !Number.isNaN(row[i]!));
  const rest = row.map((_, i) => i).filter((i) => Number.isNaN(row[i]!));
  // Selection: the first of the least (or greatest) again and again.
  const out: number[] = [];
  while (numbers.length) {
    let best = 0;
    numbers.forEach((i, k) => {
      const [a, b] = [row[i]!, row[numbers[best]!]!];
      if (descending ? a > b : a < b) best = k;
    });
    out.push(...numbers.splice(best, 1));
  }
  return [...out, ...rest];
}

function ranked(x: Nd, axis: number, descending: boolean, k: number): Nd[] {
  const shape = x.shape.map((n, d) => (d === axis ? k : n));
  const orders = new Map<string, number[]>();
  for (const i of indicesOf(x.shape.map((n, d) => (d === axis ? 1 : n)))) {
    const row = Array.from({ length: x.shape[axis]! }, (_, p) => at(x, i.map((n, d) => (d === axis ? p : n)))); // prettier-ignore
    orders.set(i.filter((_, d) => d !== axis).join(), order(row, descending));
  }
  const place = (i: Dims): number => orders.get(i.filter((_, d) => d !== axis).join())![i[axis]!]!;
  return [make(shape, (i) => at(x, i.map((n, d) => (d === axis ? place(i) : n)))), make(shape, place)]; // prettier-ignore
}

const sorted = (shape: Dims, axis: number, descending: boolean, more: Partial<Sample> = {}): Sample => ({
  ins: [{ shape, ...(more.ins?.[0] ?? {}) }],
  attrs: { axis, descending },
  expect: (x) => ranked(x, axis < 0 ? axis + shape.length : axis, descending, shape.at(axis)!),
  ...(more.dtypes ? { dtypes: more.dtypes } : {}),
});

const top = (
  shape: Dims,
  k: number,
  attrs: { dim?: number; largest?: boolean } = {},
  more: Partial<Sample> = {},
): Sample => ({
  ins: [{ shape, ...(more.ins?.[0] ?? {}) }],
  attrs: { k, ...attrs },
  expect: (x) => {
    const dim = attrs.dim ?? -1;
    return ranked(x, dim < 0 ? dim + shape.length : dim, attrs.largest ?? true, k);
  },
  ...(more.dtypes ? { dtypes: more.dtypes } : {}),
});

const special = {
  ins: [{ shape: [8], values: [3, 1, NaN, 2, 1, -0, Infinity, -Infinity] }],
  dtypes: [float32, float16],
};
const ties = { ins: [{ shape: [7], values: [2, 1, 2, 2, 1, 0, 2] }], dtypes: [int32, int64, uint8, float16] };

export const samples: Samples = {
  Sort: [
    sorted([6], -1, false),
    sorted([3, 5], 0, true),
    sorted([2, 4, 3], 1, false),
    sorted([8], 0, false, special),
    sorted([8], 0, true, special),
    sorted([7], 0, true, ties),
    sorted([0], 0, false),
    sorted([2, 0], 0, false),
  ],
  TopK: [
    top([6], 3),
    top([3, 5], 2, { dim: 0 }),
    top([2, 4, 3], 4, { dim: 1, largest: false }),
    top([8], 7, {}, special),
    top([8], 8, { largest: false }, special),
    top([7], 5, {}, ties),
  ],
};
