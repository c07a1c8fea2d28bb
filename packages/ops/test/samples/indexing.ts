import { bool, float16, float32, int32, int64 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { nd } from './sample.ts';
import { at, indicesOf, make, put, zerosOf } from './shape-oracle.ts';

type Dims = readonly number[];

const places = (shape: Dims, values: Dims, dtype = int32): SampleInput => ({ shape, values, dtype });
const wrap = (i: number, n: number): number => (i < 0 ? i + n : i);

/** Where element `i` of a Gather's output comes from. */
function gatherSource(params: Dims, indices: Nd, axis: number, batch: number, i: Dims): number[] {
  const r = indices.shape.length - batch;
  const place = at(indices, [...i.slice(0, batch), ...i.slice(axis, axis + r)]);
  return [...i.slice(0, axis), wrap(place, params[axis]!), ...i.slice(axis + r)];
}
const gatherShape = (params: Dims, indices: Dims, axis: number, batch: number): number[] => [
  ...params.slice(0, axis),
  ...indices.slice(batch),
  ...params.slice(axis + 1),
];

interface GatherCase {
  readonly params: Dims;
  readonly indices: SampleInput;
  readonly axis: number;
  readonly batch?: number;
}
const gathers: readonly GatherCase[] = [
  { params: [3, 4], indices: places([2], [0, 2]), axis: 0 },
  { params: [3, 4], indices: places([3], [-1, 0, 3]), axis: 1 },
  { params: [2, 5, 3], indices: places([2, 2], [4, 4, 0, -5], int64), axis: 1 },
  { params: [5], indices: places([], [3]), axis: 0 },
  { params: [2, 3], indices: places([2, 2], [0, 1, 2, 0]), axis: 1, batch: 1 },
  { params: [2, 3, 17], indices: places([2, 4], [0, 1, 2, 0, 2, 2, 1, 1]), axis: 1, batch: 1 },
  { params: [4, 2], indices: places([0], []), axis: 0 },
];

const gather = ({ params, indices, axis, batch = 0 }: GatherCase): Sample => ({
  ins: [{ shape: params }, indices],
  attrs: { axis, batchDims: batch },
  expect: (x, p) =>
    make(gatherShape(params, indices.shape, axis, batch), (i) => at(x, gatherSource(params, p, axis, batch, i))),
});
const gatherGrad = ({ params, indices, axis, batch = 0 }: GatherCase): Sample => ({
  ins: [{ shape: gatherShape(params, indices.shape, axis, batch) }, indices],
  attrs: { shape: params, axis, batchDims: batch },
  expect: (g, p) => {
    const out = zerosOf(params);
    for (const i of indicesOf(g.shape)) put(out, gatherSource(params, p, axis, batch, i), (old) => old + at(g, i));
    return out;
  },
});

const nd_ = (x: Dims, indices: SampleInput): Sample => ({
  ins: [{ shape: x }, indices],
  expect: (v, p) => {
    const depth = indices.shape.at(-1)!;
    const lead = indices.shape.slice(0, -1);
    return make([...lead, ...x.slice(depth)], (i) => {
      const position = Array.from({ length: depth }, (_, d) => at(p, [...i.slice(0, lead.length), d]));
      return at(v, [...position, ...i.slice(lead.length)]);
    });
  },
});

interface AlongCase {
  readonly x: Dims;
  readonly index: SampleInput;
  readonly dim: number;
}
const alongs: readonly AlongCase[] = [
  { x: [2, 3], index: places([2, 2], [0, 2, 1, 1]), dim: 1 },
  { x: [2, 3], index: places([1, 5], [0, -1, 1, 1, -3]), dim: 1 },
  { x: [4, 2, 3], index: places([3, 2, 1], [0, 3, 1, 1, -4, 2], int64), dim: 0 },
  { x: [5], index: places([2], [4, 4]), dim: -1 },
  { x: [3], index: places([0], []), dim: 0 },
];
const replaced = (i: Dims, dim: number, place: number): number[] => i.map((n, d) => (d === dim ? place : n));
const alongSource = ({ x, dim }: AlongCase, p: Nd, i: Dims): number[] => {
  const d = wrap(dim, x.length);
  return replaced(i, d, wrap(at(p, i), x[d]!));
};
const gatherD = (c: AlongCase): Sample => ({
  ins: [{ shape: c.x }, c.index],
  attrs: { dim: c.dim },
  expect: (x, p) => make(c.index.shape, (i) => at(x, alongSource(c, p, i))),
});
const gatherDGrad = (c: AlongCase): Sample => ({
  ins: [{ shape: c.index.shape }, c.index],
  attrs: { shape: c.x, dim: c.dim },
  expect: (g, p) => {
    const out = zerosOf(c.x);
    for (const i of indicesOf(g.shape)) put(out, alongSource(c, p, i), (old) => old + at(g, i));
    return out;
  },
});

const fancy = (x: Dims, lead: Dims, ...indices: readonly SampleInput[]): Sample => ({
  ins: [{ shape: x }, ...indices.map((i) => ({ ...i, group: 1 }))],
  expect: (v, ...p) =>
    make([...lead, ...x.slice(indices.length)], (i) => {
      const position = p.map((q, d) => {
        const own = i.slice(lead.length - q.shape.length, lead.length);
        return wrap(at(q, own.map((k, e) => (q.shape[e] === 1 ? 0 : k))), x[d]!); // prettier-ignore
      });
      return at(v, [...position, ...i.slice(lead.length)]);
    }),
});

const hot = (indices: SampleInput, depth: number, axis: number, on: SampleInput, off: SampleInput): Sample => ({
  ins: [indices, on, off],
  attrs: { depth, axis },
  expect: (p, one, zero) => {
    const place = axis < 0 ? axis + p.shape.length + 1 : axis;
    const shape = [...p.shape.slice(0, place), depth, ...p.shape.slice(place)];
    return make(shape, (i) => (at(p, i.filter((_, d) => d !== place)) === i[place] ? one.data[0]! : zero.data[0]!)); // prettier-ignore
  },
});
const scalar: SampleInput = { shape: [] };

const mask = (shape: Dims, values: Dims): SampleInput => ({ shape, values, dtype: bool });

export const samples: Samples = {
  Gather: gathers.map(gather),
  GatherGrad: gathers.map(gatherGrad),
  GatherNd: [
    nd_([3, 4], places([2, 2], [0, 1, 2, 3])),
    nd_([3, 4], places([2, 1], [0, 2], int64)),
    nd_([2, 3, 5], places([2, 2, 2], [0, 1, 1, 1, 0, 1, 1, 2])),
    nd_([4], places([1], [2])),
    nd_([2, 2], places([3, 0], [])),
  ],
  GatherD: alongs.map(gatherD),
  GatherDGrad: alongs.map(gatherDGrad),
  Index: [
    fancy([3, 4], [2], places([2], [0, -1])),
    fancy([3, 4], [2], places([2], [0, -1]), places([1], [3])),
    fancy([3, 4, 5], [2, 3], places([2, 1], [0, 2]), places([3], [0, 1, -4])),
    fancy([3], [], places([], [1], int64)),
  ],
  OneHot: [
    hot(places([4], [0, 2, 5, -1]), 3, -1, scalar, scalar),
    hot(places([2], [0, 2], int64), 3, 0, scalar, scalar),
    hot(places([2, 2], [0, 1, 1, 2]), 3, 1, scalar, scalar),
    hot(places([], [1]), 2, -1, { shape: [1] }, scalar),
    hot(places([3], [1, 0, 1]), 0, -1, scalar, scalar),
    { ...hot(places([2], [1, 0]), 4, -1, { ...scalar, dtype: int64 }, { ...scalar, dtype: int64 }) },
  ],
  MaskedFill: [
    {
      ins: [{ shape: [2, 3] }, mask([3], [1, 0, 1]), { shape: [] }],
      expect: (x, m, v) => make([2, 3], (i) => (m.data[i[1]!] ? v.data[0]! : at(x, i))),
    },
    {
      ins: [{ shape: [2] }, mask([2, 2], [1, 0, 0, 1]), { shape: [], values: [9], scalar: true }],
      expect: (x, m) => make([2, 2], (i) => (at(m, i) ? 9 : x.data[i[1]!]!)),
    },
    {
      ins: [
        { shape: [40], dtype: int32 },
        { shape: [40], dtype: bool },
        { shape: [], values: [-3], scalar: true },
      ],
      expect: (x, m) => make([40], ([i]) => (m.data[i!] ? -3 : x.data[i!]!)),
    },
    { ins: [{ shape: [0] }, mask([0], []), { shape: [] }], expect: () => nd([0], []) },
  ],
  NonZero: [
    {
      ins: [{ shape: [2, 3], values: [0, 1, 0, -2, 0, 0.5] }],
      values: [[0, 1, 1, 0, 1, 2]],
    },
    { ins: [{ shape: [3], values: [0, -0, 0] }], dtypes: [float32, float16], values: [[]] },
    { ins: [{ shape: [2, 2], values: [1, 0, 0, 1], dtype: bool }], values: [[0, 0, 1, 1]] },
    { ins: [{ shape: [4], values: [0, 7, 0, 1], dtype: int64 }], values: [[1, 3]] },
  ],
  MaskedSelect: [
    {
      ins: [{ shape: [2, 2] }, mask([2], [1, 0])],
      expect: (x) => nd([2], [at(x, [0, 0]), at(x, [1, 0])]),
    },
    {
      ins: [{ shape: [2, 1] }, mask([1, 2], [1, 1])],
      expect: (x) => nd([4], [x.data[0]!, x.data[0]!, x.data[1]!, x.data[1]!]),
    },
    { ins: [{ shape: [3] }, mask([3], [0, 0, 0])], expect: () => nd([0], []) },
  ],
};
