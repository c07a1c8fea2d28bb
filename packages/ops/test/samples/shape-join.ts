import { float32, int32 } from '@sporelet/ir';
import type { Nd, Sample, Samples } from './sample.ts';
import { nd } from './sample.ts';
import { at, make } from './shape-oracle.ts';

type Dims = readonly number[];

function concatenated(axis: number) {
  return (...parts: Nd[]): Nd => {
    const total = parts.reduce((n, p) => n + p.shape[axis]!, 0);
    return make(parts[0]!.shape.map((n, d) => (d === axis ? total : n)), (i) => {
      let place = i[axis]!;
      const part = parts.find((p) => (place < p.shape[axis]! ? true : ((place -= p.shape[axis]!), false)))!;
      return at(part, i.map((n, d) => (d === axis ? place : n))); // prettier-ignore
    }); // prettier-ignore
  };
}

const joined = (shapes: readonly Dims[], axis: number, given = axis): Sample => ({
  ins: shapes.map((shape) => ({ shape, group: 1 })),
  attrs: { axis: given },
  expect: concatenated(axis),
});

const stacked = (count: number, shape: Dims, axis: number): Sample => ({
  ins: Array.from({ length: count }, () => ({ shape, group: 1 })),
  attrs: { axis },
  expect: (...parts) => {
    const place = axis < 0 ? axis + shape.length + 1 : axis;
    return make([...shape.slice(0, place), count, ...shape.slice(place)], (i) => at(parts[i[place]!]!, i.filter((_, d) => d !== place))); // prettier-ignore
  },
});

const parts = (x: Nd, axis: number, extents: Dims): Nd[] => {
  let start = 0;
  return extents.map((n) => {
    const from = start;
    start += n;
    return make(x.shape.map((m, d) => (d === axis ? n : m)), (i) => at(x, i.map((k, d) => (d === axis ? k + from : k)))); // prettier-ignore
  });
};

export const samples: Samples = {
  Concat: [
    joined([[2, 3], [2, 2]], 1), // prettier-ignore
    joined([[2, 3], [1, 3], [4, 3]], 0), // prettier-ignore
    joined([[2, 1, 5], [2, 4, 5], [2, 0, 5], [2, 2, 5], [2, 3, 5]], 1, -2), // prettier-ignore
    joined([[17], [1], [30]], 0), // prettier-ignore
    joined([[0], [0]], 0), // prettier-ignore
    joined([[3]], 0),
    { ...joined([[2], [3]], 0), dtypes: [int32] }, // prettier-ignore
    // Promotion: Int32 with Float32.
    { ins: [{ shape: [2], dtype: int32, group: 1 }, { shape: [2], dtype: float32, group: 1 }], expect: concatenated(0) }, // prettier-ignore
  ],
  Stack: [stacked(2, [3], 0), stacked(3, [2, 5], -1), stacked(2, [], 0), stacked(1, [2, 2], 1), stacked(11, [3], 1)],
  Split: [
    { ins: [{ shape: [2, 4] }], attrs: { axis: 1, outputNum: 2 }, expect: (x) => parts(x, 1, [2, 2]) },
    { ins: [{ shape: [6] }], attrs: { outputNum: 3 }, expect: (x) => parts(x, 0, [2, 2, 2]) },
    { ins: [{ shape: [3, 2] }], expect: (x) => [x] },
  ],
  Unstack: [
    { ins: [{ shape: [2, 3] }], attrs: { axis: 1 }, expect: (x) => parts(x, 1, [1, 1, 1]).map((p) => nd([2], p.data)) },
    { ins: [{ shape: [3] }], attrs: { num: 3 }, expect: (x) => x.data.map((v) => nd([], [v])) },
  ],
  Meshgrid: [
    {
      ins: [{ shape: [2], group: 1 }, { shape: [3], group: 1 }], // prettier-ignore
      expect: (x, y) => [make([3, 2], ([, j]) => at(x, [j!])), make([3, 2], ([i]) => at(y, [i!]))],
    },
    {
      ins: [{ shape: [2], group: 1 }, { shape: [3], group: 1 }, { shape: [1], group: 1 }], // prettier-ignore
      attrs: { indexing: 'ij' },
      expect: (...v) => v.map((x, k) => make([2, 3, 1], (i) => at(x, [i[k]!]))),
    },
  ],
};
