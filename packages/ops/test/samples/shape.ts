import { bool, int32, int64 } from '@sporelet/ir';
import type { Nd, Samples } from './sample.ts';
import { nd } from './sample.ts';
import { at, make } from './shape-oracle.ts';

const reshaped = (shape: readonly number[]) => (x: Nd) => nd(shape, x.data);
const alias = (from: readonly number[], to: readonly number[], attrs?: Readonly<Record<string, unknown>>) => ({
  ins: [{ shape: from }],
  ...(attrs ? { attrs } : {}),
  expect: reshaped(to),
});

export const samples: Samples = {
  Reshape: [
    alias([2, 6], [3, 4], { shape: [3, 4] }),
    alias([2, 6], [3, 2, 2], { shape: [3, -1, 2] }),
    alias([], [1, 1], { shape: [1, 1] }),
    alias([0, 3], [3, 0], { shape: [3, 0] }),
    { ...alias([5], [5, 1], { shape: [5, 1] }), dtypes: [int64] },
  ],
  Flatten: [alias([2, 3, 4], [2, 12]), alias([3], [3, 1]), alias([0, 4], [0, 4])],
  ExpandDims: [alias([2, 3], [2, 1, 3], { axis: 1 }), alias([2], [2, 1], { axis: -1 }), alias([], [1], { axis: 0 })],
  Squeeze: [
    alias([1, 3, 1], [3]),
    alias([1, 3, 1], [3, 1], { axis: 0 }),
    alias([1, 3, 1], [1, 3], { axis: [-1] }),
    alias([1, 3, 1], [1, 3, 1], { axis: 1 }),
    alias([1, 1], [], { axis: [] }),
  ],
  Transpose: [
    { ins: [{ shape: [3, 5] }], attrs: { dims: [1, 0] }, expect: (x) => make([5, 3], ([i, j]) => at(x, [j!, i!])) },
    {
      ins: [{ shape: [2, 3, 4] }],
      attrs: { dims: [-1, 0, 1] },
      expect: (x) => make([4, 2, 3], ([i, j, k]) => at(x, [j!, k!, i!])),
    },
    {
      ins: [{ shape: [17, 1, 9] }],
      attrs: { dims: [1, 2, 0] },
      expect: (x) => make([1, 9, 17], ([i, j, k]) => at(x, [k!, i!, j!])),
      dtypes: [int32],
    },
    { ins: [{ shape: [] }], attrs: { dims: [] }, expect: (x) => x },
    { ins: [{ shape: [0, 3] }], attrs: { dims: [1, 0] }, expect: () => nd([3, 0], []) },
  ],
  BroadcastTo: [
    { ins: [{ shape: [3] }], attrs: { shape: [2, 3] }, expect: (x) => make([2, 3], ([, j]) => at(x, [j!])) },
    {
      ins: [{ shape: [2, 1, 3] }],
      attrs: { shape: [-1, 5, 3] },
      expect: (x) => make([2, 5, 3], ([i, , k]) => at(x, [i!, 0, k!])),
    },
    { ins: [{ shape: [] }], attrs: { shape: [7] }, expect: (x) => make([7], () => x.data[0]!) },
    { ins: [{ shape: [1, 2] }], attrs: { shape: [0, 2] }, expect: () => nd([0, 2], []) },
    {
      ins: [{ shape: [2, 1], dtype: bool }],
      attrs: { shape: [2, 2] },
      expect: (x) => make([2, 2], ([i]) => at(x, [i!, 0])),
    },
  ],
  Tile: [
    {
      ins: [{ shape: [2, 3] }],
      attrs: { dims: [2, 3] },
      expect: (x) => make([4, 9], ([i, j]) => at(x, [i! % 2, j! % 3])),
    },
    { ins: [{ shape: [3] }], attrs: { dims: [2, 2] }, expect: (x) => make([2, 6], ([, j]) => at(x, [j! % 3])) },
    {
      ins: [{ shape: [2, 1, 3] }],
      attrs: { dims: [2] },
      expect: (x) => make([2, 1, 6], ([i, , k]) => at(x, [i!, 0, k! % 3])),
    },
    { ins: [{ shape: [2] }], attrs: { dims: [0] }, expect: () => nd([0], []) },
    { ins: [{ shape: [] }], attrs: { dims: [4] }, expect: (x) => make([4], () => x.data[0]!) },
  ],
};
