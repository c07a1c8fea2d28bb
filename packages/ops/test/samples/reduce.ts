import { bfloat16, bool, float16, float32, float64, int16, int32, int64, int8, uint32, uint8 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { nd } from './sample.ts';

interface Along {
  readonly axis?: number | readonly number[] | null;
  readonly keep?: boolean;
}

const axesOf = (axis: Along['axis'], rank: number): number[] => {
  const list = axis === undefined || axis === null ? [] : [axis].flat();
  return list.length ? list.map((d) => (d < 0 ? d + rank : d)) : Array.from({ length: rank }, (_, d) => d);
};

/** An oracle: the elements along the axes as a list, in row-major order, folded by `f`. */
function folding(f: (values: readonly number[]) => number, { axis, keep = false }: Along) {
  return ({ shape, data }: Nd): Nd => {
    const over = axesOf(axis, shape.length);
    const outShape = shape.flatMap((n, d) => (!over.includes(d) ? [n] : keep ? [1] : []));
    const groups = new Map<string, number[]>();
    const keys: string[] = [];
    const size = shape.reduce((a, b) => a * b, 1);
    for (let flat = 0; flat < size; flat++) {
      let rest = flat;
      const index = shape.map(() => 0);
      for (let d = shape.length - 1; d >= 0; d--) {
        index[d] = rest % shape[d]!;
        rest = Math.floor(rest / shape[d]!);
      }
      const key = index.filter((_, d) => !over.includes(d)).join();
      if (!groups.has(key)) keys.push(key);
      groups.set(key, [...(groups.get(key) ?? []), data[flat]!]);
    }
    const count = outShape.reduce((a, b) => a * b, 1);
    // Empty groups have no key: all results are that of no elements.
    const values = keys.length ? keys.map((k) => f(groups.get(k)!)) : Array.from({ length: count }, () => f([]));
    return nd(outShape, values.slice(0, count));
  };
}

const cases: readonly (readonly [shape: readonly number[], along: Along])[] = [
  [[2, 3, 4], {}],
  [[2, 3, 4], { axis: 1 }],
  [[2, 3, 4], { axis: -1, keep: true }],
  [[3, 1, 5], { axis: [0, -1] }],
  [[3, 5], { axis: [], keep: true }],
  [[17], { axis: 0 }],
  [[], {}],
  [[], { axis: 0, keep: true }],
  [[1, 3], { axis: 0 }],
];
const long: readonly (readonly [readonly number[], Along])[] = [[[3, 700], { axis: 1 }], [[700, 3], { axis: 0 }]]; // prettier-ignore
const empty: readonly (readonly [readonly number[], Along])[] = [[[0, 3], { axis: 0 }], [[2, 0], {}], [[0, 3], { axis: 1 }]]; // prettier-ignore

interface More extends Partial<Sample> {
  readonly low?: number;
  readonly high?: number;
  readonly of?: readonly (readonly [readonly number[], Along])[];
  readonly axisName?: string;
  readonly keepName?: string;
}

function reduction(f: (values: readonly number[]) => number, more: More = {}): Sample[] {
  const { low, high, of = cases, axisName = 'axis', keepName = 'keepDims', ...rest } = more;
  return of.map(([shape, along]) => ({
    ins: [{ shape, ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) }],
    attrs: {
      ...(along.axis === undefined ? {} : { [axisName]: along.axis }),
      ...(along.keep ? { [keepName]: true } : {}),
    },
    expect: folding(f, along),
    ...rest,
  }));
}

const given = (values: readonly number[], shape: readonly number[] = [values.length]): SampleInput => ({
  shape,
  values,
});
const sum = (v: readonly number[]): number => v.reduce((a, b) => a + b, 0);
const product = (v: readonly number[]): number => v.reduce((a, b) => a * b, 1);
const greatest = (v: readonly number[]): number => (v.some(Number.isNaN) ? NaN : Math.max(...v));
const least = (v: readonly number[]): number => (v.some(Number.isNaN) ? NaN : Math.min(...v));
const firstOf = (v: readonly number[], x: number): number => v.findIndex((y) => Object.is(y, x) || y === x);
const fixed = { dtypes: [float32, float64] };
// Long sums of float32 are compared with exact ones.
const loose = { rtol: { Float32: 1e-5, Float64: 1e-11 } };

const places = (f: (v: readonly number[]) => number): Sample[] =>
  reduction((v) => firstOf(v, f(v)), {
    of: [
      [[2, 3, 4], { axis: 1 }],
      [[5, 3], { axis: -1 }],
      [[40], { axis: 0 }],
      [[3, 0], { axis: 0 }],
    ],
    dtypes: [float32, float64, float16, int8, int64],
  }).map((s) => ({ ...s, attrs: { ...s.attrs, outputType: int64 } }));

const withValue = (f: (v: readonly number[]) => number): Sample[] =>
  ([[[2, 3, 4], { axis: 1 }], [[5, 3], { axis: -1, keep: true }], [[40], {}], [[], {}]] as const).map(([shape, along]) => ({
    ins: [{ shape }],
    attrs: { ...('axis' in along ? { axis: along.axis } : {}), ...('keep' in along ? { keepDims: true } : {}) },
    expect: (x: Nd) => {
      const at: Along = { axis: 0, ...along };
      return [folding((v) => firstOf(v, f(v)), at)(x), folding(f, at)(x)];
    },
  })); // prettier-ignore

/** Running sums along the last axis but one of a matrix given as rows. */
const running = (exclusive: boolean, reverse: boolean, axis: number) => (x: Nd): Nd => {
  const [rows = 1, columns = 1] = x.shape.length === 2 ? x.shape : [1, x.shape[0] ?? 1];
  const data = [...x.data];
  const down = axis === 0 && x.shape.length === 2;
  const [lines, count] = down ? [columns, rows] : [rows, columns];
  for (let line = 0; line < lines; line++) {
    let total = 0;
    for (let step = 0; step < count; step++) {
      const k = reverse ? count - 1 - step : step;
      const at = down ? k * columns + line : line * columns + k;
      const before = total;
      total += x.data[at]!;
      data[at] = exclusive ? before : total;
    }
  }
  return nd(x.shape, data);
}; // prettier-ignore

const scans: Sample[] = [];
for (const [exclusive, reverse] of [[false, false], [true, false], [false, true], [true, true]] as const) {
  for (const [shape, axis] of [[[4, 5], 0], [[4, 5], 1], [[7], -1], [[0, 3], 0]] as const) {
    scans.push({ ins: [{ shape }], attrs: { axis, exclusive, reverse }, expect: running(exclusive, reverse, axis) });
  }
} // prettier-ignore

export const samples: Samples = {
  ReduceSum: [
    ...reduction(sum),
    ...reduction(sum, { of: long, ...fixed, ...loose }),
    ...reduction(sum, { of: empty }),
    ...reduction(sum, { dtypes: [int8, int32, int64, uint8, uint32] }).slice(0, 3),
    { ins: [{ shape: [2, 3] }], attrs: { axis: [], skipMode: true }, expect: (x: Nd) => x },
    { ins: [given([1, 0, 0, 0], [2, 2])], attrs: { axis: 1 }, dtypes: [bool], values: [[1, 0]] },
    // Added in float32: in float16 the sum would stop at 2048.
    {
      ins: [given(new Array<number>(4096).fill(1))],
      values: [[4096]],
      dtypes: [float16, bfloat16],
      grad: false,
      vmap: false,
    },
    { ins: [given([100, 100, 100])], values: [[44]], dtypes: [int8] },
  ],
  ReduceMean: [
    ...reduction((v) => sum(v) / v.length),
    ...reduction((v) => sum(v) / v.length, { of: long, ...fixed, ...loose }),
    { ins: [{ shape: [0, 2] }], attrs: { axis: 0 }, values: [[NaN, NaN]], grad: false },
    {
      ins: [given([1, 5, 5, 2, 2, 1], [2, 3])],
      attrs: { axis: 1 },
      values: [[3, 1]],
      dtypes: [int8, int32, int64, uint8],
    },
    { ins: [given([-1, -2, -2])], values: [[-1]], dtypes: [int32] },
    { ins: [given([100, 100, 100])], values: [[100]], dtypes: [int8] },
  ],
  ReduceMax: [
    ...reduction(greatest),
    ...reduction(greatest, { of: long, ...fixed }),
    ...reduction(greatest, { dtypes: [int8, int64, uint8, bfloat16, bool] }).slice(0, 3),
    { ins: [given([1, NaN, 3, -0, -1, 0], [2, 3])], attrs: { axis: 1 }, values: [[NaN, 0]], grad: false },
    { ins: [{ shape: [0, 2] }], attrs: { axis: 1 }, values: [[]] },
  ],
  ReduceMin: [
    ...reduction(least),
    ...reduction(least, { of: long, ...fixed }),
    ...reduction(least, { dtypes: [int8, int64, uint32, bfloat16, bool] }).slice(0, 3),
    { ins: [given([1, NaN, 3, -0, 1, 0], [2, 3])], attrs: { axis: 1 }, values: [[NaN, -0]], grad: false },
  ],
  ReduceProd: [
    ...reduction(product, { low: 0.5, high: 1.6 }),
    ...reduction(product, { of: empty }),
    ...reduction(product, { dtypes: [int8, int32, int64], low: 1, high: 3 }).slice(1, 3),
    // The second derivative does not see the zeros.
    { ins: [given([0, 2, 3, 4, 0, 0, 5, 1, 2], [3, 3])], attrs: { axis: 1 }, values: [[0, 0, 10]], second: false },
    { ins: [given([1, 0, 1, 1], [2, 2])], attrs: { axis: 1 }, dtypes: [bool], values: [[0, 1]] },
  ],
  ReduceAll: [
    ...reduction((v) => Number(v.every((x) => x !== 0)), { dtypes: [bool, int8, float32, float16] }).slice(0, 7),
    { ins: [given([1, NaN, 0, 2], [2, 2])], attrs: { axis: 1 }, values: [[1, 0]] },
    { ins: [{ shape: [0] }], values: [[1]] },
  ],
  ReduceAny: [
    ...reduction((v) => Number(v.some((x) => x !== 0)), { dtypes: [bool, int8, float32, float16] }).slice(0, 7),
    { ins: [given([0, -0, 0, NaN], [2, 2])], attrs: { axis: 1 }, values: [[0, 1]] },
    { ins: [{ shape: [0] }], values: [[0]] },
  ],
  LogSumExp: [
    ...reduction((v) => Math.log(sum(v.map(Math.exp))), { axisName: 'dim', keepName: 'keepdim' }),
    { ins: [given([1000, 1000, -1000])], values: [[1000 + Math.LN2]], dtypes: [float32, float64] },
    {
      ins: [given([-Infinity, -Infinity, 1, Infinity], [2, 2])],
      attrs: { dim: 1 },
      values: [[-Infinity, Infinity]],
      grad: false,
    },
    { ins: [given([0, 0])], values: [[Math.LN2]], dtypes: [int32], rtol: { Int32: 2e-6 } },
  ],
  Argmax: [
    ...places(greatest),
    { ins: [given([1, 5, 5, 2, 2, 0], [2, 3])], values: [[1, 0]] },
    { ins: [given([1, NaN, 9, NaN])], values: [[1]] },
    { ins: [given([0, 1, 1])], values: [[1]], dtypes: [bool, int16, uint8] },
    { ins: [{ shape: [] }], values: [[0]] },
  ],
  Argmin: [
    ...places(least),
    { ins: [given([1, 5, 5, 2, 0, 0], [2, 3])], attrs: { axis: 0 }, values: [[0, 1, 1]] },
    { ins: [given([1, NaN, -9, NaN])], values: [[1]] },
    { ins: [given([1, 0, 0])], values: [[1]], dtypes: [bool, int16, uint8] },
  ],
  ArgMaxWithValue: [
    ...withValue(greatest),
    { ins: [given([1, 5, 5])], values: [[1], [5]], grad: false },
    { ins: [given([1, NaN, 9])], values: [[1], [NaN]], grad: false },
  ],
  ArgMinWithValue: [
    ...withValue(least),
    { ins: [given([1, 0, 0])], values: [[1], [0]], grad: false },
    { ins: [given([1, NaN, -9])], values: [[1], [NaN]], grad: false },
  ],
  CumSum: [
    ...scans,
    { ins: [given([100, 100, -7])], attrs: { axis: 0 }, values: [[100, -56, -63]], dtypes: [int8] },
    {
      ins: [given([3, 4, 5])],
      attrs: { axis: 0, exclusive: true },
      values: [[0, 3, 7]],
      dtypes: [int64, uint32, uint8],
    },
    // No running sum is rounded twice.
    {
      ins: [given([2048, 1, 1, 1])],
      attrs: { axis: 0 },
      values: [[2048, 2048, 2050, 2052]],
      dtypes: [float16],
      grad: false,
    },
  ],
};
