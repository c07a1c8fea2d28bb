import { bool, float32, int32, int64 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { at, copyOf, indicesOf, put, zerosOf } from './shape-oracle.ts';

type Dims = readonly number[];
type Combine = (old: number, update: number) => number;

const places = (shape: Dims, values: Dims, dtype = int32): SampleInput => ({ shape, values, dtype });
const wrap = (i: number, n: number): number => (i < 0 ? i + n : i);

interface NdCase {
  readonly shape: Dims;
  readonly indices: SampleInput;
  readonly updates: Dims;
}
const nds: readonly NdCase[] = [
  { shape: [4], indices: places([3, 1], [0, 2, 0]), updates: [3] },
  { shape: [3, 2], indices: places([2, 1], [0, 2], int64), updates: [2, 2] },
  { shape: [3, 4], indices: places([2, 2, 2], [0, 1, 2, 3, 0, 1, 1, 1]), updates: [2, 2] },
  { shape: [2, 3, 20], indices: places([2, 2], [1, 0, 1, 2]), updates: [2, 20] },
  { shape: [5], indices: places([0, 1], []), updates: [0] },
  // Everything meets in one place.
  { shape: [], indices: places([3, 0], []), updates: [3] },
  { shape: [2, 3], indices: places([4, 0], []), updates: [4, 2, 3] },
];

function applied(out: ReturnType<typeof copyOf>, indices: Nd, updates: Nd, f: Combine): Nd {
  const outer = indices.shape.length - 1;
  for (const j of indicesOf(updates.shape)) {
    const position = Array.from({ length: indices.shape[outer]! }, (_, d) => at(indices, [...j.slice(0, outer), d]));
    put(out, [...position, ...j.slice(outer)], (old) => f(old, at(updates, j)));
  }
  return out;
}

const tensorScatter = (f: Combine, more: Partial<Sample> = {}): Sample[] =>
  nds.map(({ shape, indices, updates }) => ({
    ins: [{ shape }, indices, { shape: updates }],
    expect: (x, p, u) => applied(copyOf(x), p, u, f),
    ...more,
  }));

const parameters = (f: Combine): Sample[] =>
  nds.map(({ shape, indices, updates }) => ({
    ins: [{ shape, parameter: true }, indices, { shape: updates }],
    expect: (x, p, u) => applied(copyOf(x), p, u, f),
  }));

interface RowCase {
  readonly shape: Dims;
  readonly indices: SampleInput;
}
const rowCases: readonly RowCase[] = [
  { shape: [3, 2], indices: places([2], [0, 2]) },
  { shape: [4, 3], indices: places([2, 2], [0, 1, 1, 0], int64) },
  { shape: [5], indices: places([3], [4, 4, 1]) },
  { shape: [3, 17], indices: places([0], []) },
];
const rows = (f: Combine): Sample[] =>
  rowCases.map(({ shape, indices }) => ({
    ins: [{ shape, parameter: true }, indices, { shape: [...indices.shape, ...shape.slice(1)] }],
    expect: (x, p, u) => {
      const out = copyOf(x);
      const rank = p.shape.length;
      for (const j of indicesOf(u.shape))
        put(out, [at(p, j.slice(0, rank)), ...j.slice(rank)], (old) => f(old, at(u, j)));
      return out;
    },
  }));

interface AlongCase {
  readonly x: Dims;
  readonly index: SampleInput;
  readonly axis: number;
}
const elements = ({ x, index, axis }: AlongCase, reduction: 'none' | 'add', more: Partial<Sample> = {}): Sample => ({
  ins: [{ shape: x }, index, { shape: index.shape }],
  attrs: { axis, reduction },
  expect: (v, p, u) => {
    const out = copyOf(v);
    const d = wrap(axis, x.length);
    for (const j of indicesOf(u.shape)) {
      put(out, j.map((n, e) => (e === d ? wrap(at(p, j), x[d]!) : n)), (old) => (reduction === 'add' ? old + at(u, j) : at(u, j))); // prettier-ignore
    }
    return out;
  },
  ...more,
});

const fancy = (x: Dims, lead: Dims, accumulate: boolean, values: Dims, ...indices: readonly SampleInput[]): Sample => ({
  ins: [{ shape: x }, ...indices.map((i) => ({ ...i, group: 1 })), { shape: values }],
  attrs: { accumulate },
  expect: (v, ...rest) => {
    const out = copyOf(v);
    const [p, u] = [rest.slice(0, -1), rest.at(-1)!];
    const one = (q: Nd, i: Dims): number => {
      const own = i.slice(i.length - q.shape.length);
      return at(q, own.map((k, e) => (q.shape[e] === 1 ? 0 : k))); // prettier-ignore
    };
    for (const j of indicesOf([...lead, ...x.slice(indices.length)])) {
      const position = p.map((q, d) => wrap(one(q, j.slice(0, lead.length)), x[d]!));
      put(out, [...position, ...j.slice(lead.length)], (old) => (accumulate ? old + one(u, j) : one(u, j)));
    }
    return out;
  },
});

const set: Combine = (_, u) => u;
const plus: Combine = (a, b) => a + b;
const minus: Combine = (a, b) => a - b;
const times: Combine = (a, b) => a * b;

const bools = (shape: Dims, values: Dims): SampleInput => ({ shape, values, dtype: bool });
/** Bools whose updates meet: what is stored is a bool again. */
const ofBools = (f: Combine): Sample => ({
  ins: [bools([5], [1, 0, 0, 1, 0]), places([4, 1], [0, 2, 2, 4]), bools([4], [1, 1, 1, 0])],
  expect: (x, p, u) => applied(copyOf(x), p, u, f),
  dtypes: [float32],
});

export const samples: Samples = {
  ScatterNd: [
    ...nds.map(({ shape, indices, updates }) => ({
      ins: [indices, { shape: updates }],
      attrs: { shape },
      expect: (p: Nd, u: Nd) => applied(zerosOf(shape), p, u, plus),
    })),
    {
      ins: [places([3, 1], [1, 1, 0]), bools([3], [1, 1, 0])],
      attrs: { shape: [4] },
      expect: (p, u) => applied(zerosOf([4]), p, u, Math.max),
      dtypes: [float32],
    },
  ],
  // Where two updates meet, all but the last have no effect, yet MindSpore's gradient (gather) reaches all.
  TensorScatterUpdate: tensorScatter(set).map((s, i) => ([0, 2, 5, 6].includes(i) ? { ...s, grad: false } : s)),
  TensorScatterAdd: [...tensorScatter(plus), ofBools(Math.max)],
  TensorScatterSub: tensorScatter(minus),
  TensorScatterMul: [...tensorScatter(times, { rtol: { Float16: 4e-3 } }), ofBools(times)],
  TensorScatterMax: tensorScatter(Math.max, { second: false }),
  TensorScatterMin: tensorScatter(Math.min, { second: false }),
  TensorScatterElements: [
    elements({ x: [2, 3], index: places([2, 2], [0, 2, 1, 0]), axis: 1 }, 'none'),
    elements({ x: [2, 3], index: places([2, 2], [0, 2, 1, 1]), axis: 1 }, 'add'),
    elements({ x: [4, 2, 3], index: places([3, 2, 1], [0, 3, 1, 1, -4, 2], int64), axis: 0 }, 'add'),
    elements({ x: [5], index: places([2], [-1, 4]), axis: -1 }, 'none', { grad: false }),
    elements({ x: [3], index: places([0], []), axis: 0 }, 'none'),
  ],
  IndexPut: [
    fancy([3, 4], [2], false, [2, 4], places([2], [0, -1])),
    fancy([3, 4], [2], true, [2], places([2], [0, 0]), places([1], [3])),
    fancy([3, 4, 5], [2, 3], false, [5], places([2, 1], [0, 2]), places([3], [0, 1, -1])),
    fancy([3], [], true, [], places([], [1], int64)),
  ],
  ScatterUpdate: rows(set),
  ScatterAdd: rows(plus),
  ScatterSub: rows(minus),
  ScatterMul: rows(times),
  ScatterMax: rows(Math.max),
  ScatterMin: rows(Math.min),
  ScatterNdUpdate: parameters(set),
  ScatterNdAdd: parameters(plus),
  ScatterNdSub: parameters(minus),
};
