import { int32, int64 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { nd } from './sample.ts';
import { at, copyOf, indicesOf, make, put, zerosOf } from './shape-oracle.ts';

type Dims = readonly number[];

const sliced = (size: Dims, begin: Dims, step: Dims) => (x: Nd) =>
  make(size, (i) => at(x, i.map((n, d) => begin[d]! + n * step[d]!))); // prettier-ignore

const slice = (shape: Dims, begin: Dims, size: Dims, step: Dims): Sample => ({
  ins: [{ shape }],
  attrs: { begin, size, step },
  expect: sliced(size, begin, step),
});

const scattered = (shape: Dims, begin: Dims, step: Dims) => (part: Nd) => {
  const out = zerosOf(shape);
  for (const i of indicesOf(part.shape)) put(out, i.map((n, d) => begin[d]! + n * step[d]!), () => at(part, i)); // prettier-ignore
  return out;
};

const places = (begin: Dims): readonly SampleInput[] =>
  begin.map((n) => ({ shape: [], values: [n], dtype: int64, group: 1 }));

const sliceAt = (shape: Dims, begin: Dims, size: Dims, step: Dims): Sample => ({
  ins: [{ shape }, ...places(begin)],
  attrs: { size, step },
  expect: sliced(size, begin, step),
});

const unslice = (shape: Dims, begin: Dims, size: Dims, step: Dims): Sample => ({
  ins: [{ shape: size }, ...places(begin)],
  attrs: { shape, step },
  expect: scattered(shape, begin, step),
});

const assign = (shape: Dims, begin: Dims, size: Dims, step: Dims): Sample => ({
  ins: [{ shape }, { shape: size }, ...places(begin)],
  attrs: { step },
  expect: (x, value) => {
    const out = copyOf(x);
    for (const i of indicesOf(size)) put(out, i.map((n, d) => begin[d]! + n * step[d]!), () => at(value, i)); // prettier-ignore
    return out;
  },
});

/** Python's slices of the axes in order, as [first, step, count]. */
const strided = (shape: Dims, attrs: Sample['attrs'], parts: readonly Dims[], out: Dims): Sample => ({
  ins: [{ shape }],
  attrs: attrs!,
  expect: (x) => nd(out, sliced(parts.map((p) => p[2]!), parts.map((p) => p[0]!), parts.map((p) => p[1]!))(x).data), // prettier-ignore
});

const mod = (a: number, n: number): number => ((a % n) + n) % n;

export const samples: Samples = {
  Slice: [
    slice([4, 6], [1, 2], [2, 3], [1, 1]),
    slice([9, 5], [8, 0], [3, 5], [-4, 1]),
    slice([40], [3], [12], [3]),
    { ...slice([3, 4], [1, 1], [2, 3], [1, 1]), attrs: { begin: [1, 1], size: [2, -1] } },
    slice([3], [3], [0], [1]),
    slice([], [], [], []),
    { ...slice([5, 3], [2, 0], [2, 3], [1, 1]), dtypes: [int32] },
  ],
  SliceAt: [
    sliceAt([4, 6], [1, 2], [2, 3], [1, 1]),
    sliceAt([9, 5], [8, 0], [3, 5], [-4, 1]),
    sliceAt([40], [3], [12], [3]),
    // Places outside are kept inside.
    { ...sliceAt([5], [3], [3], [1]), expect: sliced([3], [2], [1]) },
    { ...sliceAt([5], [-7], [2], [-2]), expect: sliced([2], [2], [-2]) },
  ],
  SliceAtGrad: [
    unslice([4, 6], [1, 2], [2, 3], [1, 1]),
    unslice([9, 5], [8, 0], [3, 5], [-4, 1]),
    unslice([7, 40], [0, 3], [7, 12], [1, 3]),
    unslice([6], [4], [5], [-1]),
    unslice([5], [2], [1], [3]),
    unslice([4], [1], [0], [1]),
  ],
  SetSliceAt: [
    assign([4, 6], [1, 2], [2, 3], [1, 1]),
    assign([9, 5], [8, 0], [3, 5], [-4, 1]),
    assign([6], [2], [0], [1]),
  ],
  StridedSlice: [
    strided([3, 4], { begin: [0, 3], end: [3, 0], strides: [1, -1] }, [[0, 1, 3], [3, -1, 3]], [3, 3]), // prettier-ignore
    strided([3, 4], { begin: [1], end: [3], strides: [1] }, [[1, 1, 2], [0, 1, 4]], [2, 4]), // prettier-ignore
    strided([3, 4], { begin: [1, 1], end: [2, 3], strides: [1, 1], shrinkAxisMask: 1 }, [[1, 1, 1], [1, 1, 2]], [2]), // prettier-ignore
    strided([3, 4], { begin: [1, 1], end: [2, 3], strides: [1, 1], newAxisMask: 1 }, [[1, 1, 2], [0, 1, 4]], [1, 2, 4]), // prettier-ignore
    strided([3, 4, 2], { begin: [1, 1], end: [2, 2], strides: [1, 1], ellipsisMask: 1 }, [[0, 1, 3], [0, 1, 4], [1, 1, 1]], [3, 4, 1]), // prettier-ignore
    strided([3, 4, 2], { begin: [1, 1, 0], end: [2, 2, 1], strides: [1, 1, 1], ellipsisMask: 1, newAxisMask: 2 }, [[0, 1, 3], [0, 1, 4], [0, 1, 1]], [3, 4, 1, 1]), // prettier-ignore
    strided([3, 4], { begin: [2, 1], end: [1, 3], strides: [1, 1] }, [[0, 1, 0], [1, 1, 2]], [0, 2]), // prettier-ignore
    strided([3, 4], { begin: [2, 1], end: [1, 3], strides: [1, 1], beginMask: 1, endMask: 2 }, [[0, 1, 1], [1, 1, 3]], [1, 3]), // prettier-ignore
    strided([5], { begin: [-100], end: [100], strides: [2] }, [[0, 2, 3]], [3]),
    strided([5], { begin: [0], end: [0], strides: [-2], beginMask: 1, endMask: 1 }, [[4, -2, 3]], [3]),
  ],
  ReverseV2: [
    {
      ins: [{ shape: [2, 3] }],
      attrs: { axis: [0, -1] },
      expect: (x) => make([2, 3], ([i, j]) => at(x, [1 - i!, 2 - j!])),
    },
    { ins: [{ shape: [3, 19] }], attrs: { axis: 1 }, expect: (x) => make([3, 19], ([i, j]) => at(x, [i!, 18 - j!])) },
    { ins: [{ shape: [0, 2] }], attrs: { axis: 0 }, expect: (x) => x },
    { ins: [{ shape: [4, 2] }], attrs: { axis: [] }, expect: (x) => x },
  ],
  Roll: [
    {
      ins: [{ shape: [5] }],
      attrs: { shifts: 2, dims: 0 },
      expect: (x) => make([5], ([i]) => at(x, [mod(i! - 2, 5)])),
    },
    {
      ins: [{ shape: [2, 3] }],
      attrs: { shifts: -1 },
      expect: (x) => make([2, 3], ([i, j]) => x.data[mod(i! * 3 + j! + 1, 6)]!),
    },
    {
      ins: [{ shape: [4, 3] }],
      attrs: { shifts: [1, -7], dims: [0, 1] },
      expect: (x) => make([4, 3], ([i, j]) => at(x, [mod(i! - 1, 4), mod(j! + 7, 3)])),
    },
    {
      ins: [{ shape: [5] }],
      attrs: { shifts: [1, 2], dims: [0, 0] },
      expect: (x) => make([5], ([i]) => at(x, [mod(i! - 3, 5)])),
    },
    { ins: [{ shape: [0, 3] }], attrs: { shifts: [1], dims: [0] }, expect: (x) => x },
  ],
};
