import { float32, float64 } from '@sporelet/ir';
import type { Nd, Sample, Samples } from './sample.ts';
import { nd } from './sample.ts';
import { at, indicesOf, make, zerosOf, put } from './shape-oracle.ts';

type Dims = readonly number[];

const reduced = (shape: Dims, axes: Dims): Dims => shape.map((n, d) => (axes.includes(d) ? 1 : n));
const project = (i: Dims, axes: Dims): number[] => i.map((k, d) => (axes.includes(d) ? 0 : k));

/** Mean and biased variance over axes, kept as 1. */
function stats(x: Nd, axes: Dims): readonly [mean: Nd, variance: Nd] {
  const count = axes.reduce((n, d) => n * x.shape[d]!, 1);
  const mean = zerosOf(reduced(x.shape, axes));
  for (const i of indicesOf(x.shape)) put(mean, project(i, axes), (old) => old + at(x, i) / count);
  const variance = zerosOf(mean.shape);
  for (const i of indicesOf(x.shape)) {
    put(variance, project(i, axes), (old) => old + (at(x, i) - at(mean, project(i, axes))) ** 2 / count);
  }
  return [mean, variance];
}

interface Layout {
  readonly shape: Dims;
  readonly axes: Dims;
  readonly paramAxes: Dims;
}
const layouts: readonly Layout[] = [
  { shape: [4, 3], axes: [0], paramAxes: [1] },
  { shape: [2, 3, 2, 5], axes: [0, 2, 3], paramAxes: [1] },
  { shape: [3, 7], axes: [1], paramAxes: [1] },
  { shape: [2, 3, 4], axes: [1, 2], paramAxes: [2] },
  { shape: [2, 2, 3, 4], axes: [2, 3], paramAxes: [1, 2] },
  { shape: [2, 20], axes: [1], paramAxes: [1] },
];
const paramShape = ({ shape, paramAxes }: Layout): Dims => paramAxes.map((d) => shape[d]!);
const param = (p: Nd, { paramAxes }: Layout, i: Dims): number => at(p, paramAxes.map((d) => i[d]!)); // prettier-ignore

const normalized = (l: Layout, x: Nd, gamma: Nd, beta: Nd, mean: Nd, variance: Nd, epsilon: number): Nd =>
  make(l.shape, (i) => {
    const j = project(i, l.axes);
    return ((at(x, i) - at(mean, j)) / Math.sqrt(at(variance, j) + epsilon)) * param(gamma, l, i) + param(beta, l, i);
  });

/** Values and the statistics that belong to them. */
function withStats(l: Layout): { x: Nd; mean: Nd; variance: Nd } {
  const x = make(l.shape, (i) => Math.round(Math.sin(i.reduce((a, k, d) => a + k * (d + 2) * 1.7, 0.3)) * 16) / 8);
  const [mean, variance] = stats(x, l.axes);
  return { x, mean, variance };
}

const loose = { Float32: 1e-5, Float16: 8e-3 };

/** LayerNorm of the axes from one on, with its statistics. */
const layer = (shape: Dims, begin: number, params: number, epsilon?: number): Sample => {
  const [from, own] = [begin, params].map((a) => (a < 0 ? a + shape.length : a)) as [number, number];
  const l: Layout = {
    shape,
    axes: shape.map((_, d) => d).filter((d) => d >= from),
    paramAxes: shape.map((_, d) => d).filter((d) => d >= own),
  };
  return {
    ins: [{ shape }, { shape: paramShape(l) }, { shape: paramShape(l) }],
    attrs: { beginNormAxis: begin, beginParamsAxis: params, ...(epsilon ? { epsilon } : {}) },
    expect: (x, gamma, beta) => {
      const [mean, variance] = stats(x, l.axes);
      return [normalized(l, x, gamma, beta, mean, variance, epsilon ?? 1e-7), mean, variance];
    },
    rtol: loose,
  };
};

const channels = (n: number, low = -2): { shape: Dims; low: number } => ({ shape: [n], low });
const statistics = (n: number) => [
  { shape: [n], parameter: true },
  { shape: [n], low: 0.2, parameter: true },
];

export const samples: Samples = {
  NormStats: layouts.map(({ shape, axes }) => ({
    ins: [{ shape }],
    attrs: { axes },
    expect: (x) => stats(x, axes),
    // Its outputs are Float32 for halves.
    rtol: { Float32: 1e-5, Float16: 1e-5 },
  })),
  Normalize: layouts.map((l) => {
    const { x, mean, variance } = withStats(l);
    const small = (v: Nd) => ({ shape: v.shape, values: v.data.map(Math.fround) });
    return {
      ins: [
        { shape: l.shape, values: x.data },
        { shape: paramShape(l) },
        { shape: paramShape(l) },
        small(mean),
        small(variance),
      ],
      attrs: { axes: l.axes, paramAxes: l.paramAxes, epsilon: 1e-3 },
      expect: (v: Nd, gamma: Nd, beta: Nd, m: Nd, s: Nd) => normalized(l, v, gamma, beta, m, s, 1e-3),
      rtol: loose,
      dtypes: [float32, float64],
      // The gradient by x contains that of the statistics: checked through LayerNorm and BatchNorm in norm.test.ts.
      grad: false,
    };
  }),
  NormalizeGrad: layouts.map((l) => {
    const { x, mean, variance } = withStats(l);
    const small = (v: Nd) => ({ shape: v.shape, values: v.data.map(Math.fround) });
    return {
      ins: [
        { shape: l.shape },
        { shape: l.shape, values: x.data },
        { shape: paramShape(l) },
        small(mean),
        small(variance),
      ],
      attrs: { axes: l.axes, paramAxes: l.paramAxes, epsilon: 1e-3 },
      expect: (g: Nd, v: Nd, gamma: Nd, m: Nd, s: Nd) => {
        // By the chain rule through the statistics, element by element.
        const n = l.axes.reduce((k, d) => k * l.shape[d]!, 1);
        const scale = (i: Dims): number => 1 / Math.sqrt(at(s, project(i, l.axes)) + 1e-3);
        const centred = (i: Dims): number => at(v, i) - at(m, project(i, l.axes));
        const [byMean, byVariance] = [zerosOf(m.shape), zerosOf(m.shape)];
        const [dGamma, dBeta] = [zerosOf(gamma.shape), zerosOf(gamma.shape)];
        for (const i of indicesOf(l.shape)) {
          const h = at(g, i) * param(gamma, l, i);
          put(byMean, project(i, l.axes), (old) => old - h * scale(i));
          put(byVariance, project(i, l.axes), (old) => old - 0.5 * h * centred(i) * scale(i) ** 3);
          const p = l.paramAxes.map((d) => i[d]!);
          put(dGamma, p, (old) => old + at(g, i) * centred(i) * scale(i));
          put(dBeta, p, (old) => old + at(g, i));
        }
        const dx = make(l.shape, (i) => {
          const j = project(i, l.axes);
          return (
            at(g, i) * param(gamma, l, i) * scale(i) + at(byMean, j) / n + (2 * centred(i) * at(byVariance, j)) / n
          );
        });
        return [dx, dGamma, dBeta];
      },
      rtol: { Float32: 2e-5 },
      dtypes: [float32, float64],
      grad: false,
    };
  }),
  LayerNorm: [
    layer([2, 3], 1, 1),
    layer([2, 3, 4], -1, -1, 1e-5),
    layer([2, 3, 4], 1, 2),
    layer([3, 40], -1, -1),
    {
      // MindSpore 2.10, CPU.
      ins: [
        { shape: [2, 3], values: [1, 2, 4, 3, 5, -1] },
        { shape: [3], values: [1, 2, 0.5] },
        { shape: [3], values: [0, 1, 2] },
      ],
      dtypes: [float32],
      values: [
        [
          -1.069044828414917, 0.46547770500183105, 2.6681530475616455, 0.2672612965106964, 3.138090133666992,
          1.3318469524383545,
        ],
        [2.3333332538604736, 2.3333332538604736],
        [1.5555555820465088, 6.222222328186035],
      ],
    },
  ],
  BNInfer: [
    [3, 4],
    [2, 3, 2, 5],
    [2, 2, 3],
  ].map((shape) => {
    // prettier-ignore
    const c = shape[1]!;
    return {
      ins: [{ shape }, channels(c), channels(c), channels(c), channels(c, 0.2)],
      attrs: { epsilon: 1e-3 },
      expect: (x: Nd, s: Nd, b: Nd, m: Nd, v: Nd) =>
        make(
          shape,
          (i) => ((at(x, i) - m.data[i[1]!]!) / Math.sqrt(v.data[i[1]!]! + 1e-3)) * s.data[i[1]!]! + b.data[i[1]!]!,
        ),
      rtol: loose,
    };
  }),
  BatchNormUpdate: [
    {
      ins: [...statistics(3), channels(3), channels(3, 0)],
      attrs: { momentum: 0.25, count: 6 },
      expect: (m, v, bm, bv) => [
        nd([3], m.data.map((x, i) => x * 0.75 + bm.data[i]! * 0.25)),
        nd([3], v.data.map((x, i) => x * 0.75 + bv.data[i]! * 1.2 * 0.25)),
      ], // prettier-ignore
    },
    {
      // A batch of one element has no unbiased variance.
      ins: [...statistics(2), channels(2), channels(2, 0)],
      attrs: { momentum: 1, count: 1 },
      expect: (_m, _v, bm, bv) => [bm, bv],
    },
  ],
  BatchNorm: [
    ...(
      [
        [4, 3],
        [2, 3, 2, 5],
        [3, 2, 4],
      ] as const
    ).map((shape): Sample => {
      // prettier-ignore
      const c = shape[1];
      const l: Layout = { shape, axes: shape.map((_, d) => d).filter((d) => d !== 1), paramAxes: [1] };
      return {
        ins: [{ shape }, channels(c), channels(c), ...statistics(c)],
        attrs: { isTraining: true, epsilon: 1e-3 },
        expect: (x, s, b) => {
          const [mean, variance] = stats(x, l.axes);
          const flat = [nd([c], mean.data), nd([c], variance.data)];
          return [normalized(l, x, s, b, mean, variance, 1e-3), ...flat, ...flat];
        },
        rtol: loose,
      };
    }),
    {
      ins: [{ shape: [4, 3] }, channels(3), channels(3), channels(3), channels(3, 0.2)],
      expect: (x, s, b, m, v) => [
        make([4, 3], (i) => ((at(x, i) - m.data[i[1]!]!) / Math.sqrt(v.data[i[1]!]! + 1e-5)) * s.data[i[1]!]! + b.data[i[1]!]!),
        m, v, m, v,
      ], // prettier-ignore
      rtol: loose,
    },
  ],
};
