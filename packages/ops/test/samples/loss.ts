import { float32, int32, int64 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { nd } from './sample.ts';
import { at, indicesOf, make } from './shape-oracle.ts';

type Dims = readonly number[];
type Reduction = 'none' | 'mean' | 'sum';
const reductions: readonly Reduction[] = ['none', 'mean', 'sum'];

const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const reduced = (x: Nd, reduction: Reduction, by = x.data.length): Nd =>
  reduction === 'none' ? x : nd([], [reduction === 'mean' ? total(x.data) / by : total(x.data)]);

const labels = (shape: Dims, values: Dims, dtype = int32): SampleInput => ({ shape, values, dtype });

const logSoftmaxRow = (row: readonly number[]): number[] => {
  const sum = Math.log(total(row.map(Math.exp)));
  return row.map((x) => x - sum);
};
const row = (x: Nd, n: number): number[] => Array.from({ length: x.shape[1]! }, (_, c) => at(x, [n, c]));

const soft: readonly Dims[] = [[2, 3], [4, 20], [1, 1], [0, 3]]; // prettier-ignore
const loose = { Float32: 1e-5, Float16: 5e-3 };

const sparse = (isGrad: boolean): Sample[] =>
  [
    { shape: [2, 3], given: labels([2], [2, 0]) },
    { shape: [3, 20], given: labels([3], [19, 0, 7], int64) },
    { shape: [2, 2, 3], given: labels([2, 2], [0, 1, 2, 1]) },
    { shape: [4], given: labels([], [3]) },
  ].map(({ shape, given }) => ({
    ins: [{ shape }, given],
    attrs: { isGrad },
    expect: (x, t) => {
      const lead = shape.slice(0, -1);
      const count = lead.reduce((a, b) => a * b, 1);
      const logs = (n: Dims): number[] =>
        logSoftmaxRow(Array.from({ length: shape.at(-1)! }, (_, c) => at(x, [...n, c])));
      if (!isGrad) return nd([], [-total(indicesOf(lead).map((n) => logs(n)[at(t, n)]!)) / count]);
      return make(shape, (i) => {
        const n = i.slice(0, -1);
        return (Math.exp(logs(n)[i.at(-1)!]!) - Number(at(t, n) === i.at(-1))) / count;
      });
    },
    rtol: loose,
  }));

interface Likelihood {
  readonly shape: Dims;
  readonly given: SampleInput;
  readonly weight?: boolean;
  readonly ignoreIndex?: number;
  readonly labelSmoothing?: number;
}
const likelihoods: readonly Likelihood[] = [
  { shape: [2, 3], given: labels([2], [2, 0]) },
  { shape: [3, 4], given: labels([3], [1, 3, 1], int64), weight: true },
  { shape: [3, 4], given: labels([3], [1, -100, 2]), weight: true, labelSmoothing: 0.1 },
  { shape: [4, 3], given: labels([4], [0, 2, 0, 1]), ignoreIndex: 0 },
  { shape: [4, 3], given: labels([4], [0, 2, 0, 1]), weight: true, ignoreIndex: 0, labelSmoothing: 0.2 },
  { shape: [2, 3, 2, 2], given: labels([2, 2, 2], [0, 1, 2, 2, -100, 1, 0, 2]), weight: true, labelSmoothing: 0.3 },
];

const perLabel = (l: Likelihood, x: Nd, t: Nd, w: Nd | undefined) => {
  const [ignore, s, classes] = [l.ignoreIndex ?? -100, l.labelSmoothing ?? 0, l.shape[1]!];
  const weight = (c: number): number => w?.data[c] ?? 1;
  const counts = (n: Dims): boolean => at(t, n) !== ignore;
  const share = (n: Dims, c: number): number =>
    counts(n) ? (1 - s) * (at(t, n) === c ? weight(c) : 0) + (s / classes) * weight(c) : 0;
  const place = (n: Dims, c: number): Dims => [n[0]!, c, ...n.slice(1)];
  const loss = make(
    t.shape,
    (n) => -total(Array.from({ length: classes }, (_, c) => share(n, c) * at(x, place(n, c)))),
  );
  const mass = total(indicesOf(t.shape).map((n) => (counts(n) ? weight(at(t, n)) : 0)));
  return { loss, mass, share };
};
const nllAttrs = (l: Likelihood, reduction: Reduction) => ({
  reduction,
  ...(l.ignoreIndex === undefined ? {} : { ignoreIndex: l.ignoreIndex }),
  ...(l.labelSmoothing === undefined ? {} : { labelSmoothing: l.labelSmoothing }),
});
const classWeights = (l: Likelihood): SampleInput[] => (l.weight ? [{ shape: [l.shape[1]!], low: 0.5, high: 2 }] : []);

const nll = likelihoods.flatMap((l) =>
  reductions.map((reduction): Sample => ({
    ins: [{ shape: l.shape, low: -3, high: -0.1 }, l.given, ...classWeights(l)],
    attrs: nllAttrs(l, reduction),
    expect: (x, t, w) => {
      const { loss, mass } = perLabel(l, x, t, w);
      return [reduced(loss, reduction, mass), nd([], [mass])];
    },
    rtol: loose,
  })),
);

const nllGrad = likelihoods.filter((l) => l.weight).flatMap((l) =>
  reductions.map((reduction): Sample => ({
    ins: [{ shape: reduction === 'none' ? l.given.shape : [] }, { shape: l.shape }, l.given, ...classWeights(l), { shape: [], low: 1, high: 3 }],
    attrs: nllAttrs(l, reduction),
    expect: (g, x, t, w, mass) => {
      const { share } = perLabel(l, x, t, w);
      return make(l.shape, (i) => {
        const n = [i[0]!, ...i.slice(2)];
        const each = reduction === 'none' ? at(g, n) : reduction === 'mean' ? g.data[0]! / mass.data[0]! : g.data[0]!;
        return -each * share(n, i[1]!);
      });
    },
    rtol: loose,
  })),
); // prettier-ignore

export const samples: Samples = {
  SoftmaxCrossEntropyWithLogits: [
    ...soft.map((shape): Sample => ({
      ins: [{ shape }, { shape, low: 0, high: 1 }],
      expect: (x, t) => [
        make([shape[0]!], ([n]) => -total(logSoftmaxRow(row(x, n!)).map((l, c) => l * at(t, [n!, c])))),
        make(shape, ([n, c]) => Math.exp(logSoftmaxRow(row(x, n!))[c!]!) * total(row(t, n!)) - at(t, [n!, c!])),
      ],
      rtol: { Float32: 2e-5, Float16: 5e-3 },
    })),
    {
      // MindSpore 2.10, CPU, which computes these to 6 digits.
      ins: [
        { shape: [2, 3], values: [1, 2, 3, 1, 0, -1] },
        { shape: [2, 3], values: [0, 0, 1, 0.5, 0.5, 0] },
      ],
      dtypes: [float32],
      rtol: { Float32: 2e-6 },
      values: [
        [0.4076059, 0.9076059],
        [0.09003057, 0.2447284, -0.3347591, 0.1652409, -0.2552715, 0.09003057],
      ],
    },
  ],
  SparseSoftmaxCrossEntropyWithLogits: [...sparse(false), ...sparse(true)],
  NLLLoss: nll,
  NLLLossGrad: nllGrad,
  ...elementwiseSamples(),
};

/** A loss element by element over operands of one shape or broadcast ones, in all reductions. */
function pointwise(
  ins: (reduction: Reduction) => readonly SampleInput[],
  shape: Dims,
  f: (...x: number[]) => number,
  attrs: Readonly<Record<string, unknown>> = {},
  more: Partial<Sample> = {},
): Sample[] {
  return reductions.map((reduction) => ({
    ins: ins(reduction),
    attrs: { ...attrs, reduction },
    expect: (...operands) => {
      const one = (x: Nd, i: Dims): number => {
        const own = i.slice(i.length - x.shape.length);
        return at(x, own.map((k, d) => (x.shape[d] === 1 ? 0 : k))); // prettier-ignore
      };
      return reduced(
        make(shape, (i) => f(...operands.map((x) => one(x, i)))),
        reduction,
      );
    },
    rtol: { Float32: 5e-6, Float16: 5e-3 },
    ...more,
  }));
}

function elementwiseSamples(): Samples {
  const same = (shape: Dims) => () => [{ shape }, { shape }];
  const huber = (d: number, limit: number): number =>
    Math.abs(d) < limit ? 0.5 * d * d : limit * (Math.abs(d) - 0.5 * limit);
  const probability = (shape: Dims): SampleInput => ({ shape, low: 0.05, high: 0.95 });
  const logistic = (x: number, t: number, w = 1, p = 1): number =>
    w * ((1 - t) * x + (1 + (p - 1) * t) * (Math.log1p(Math.exp(-Math.abs(x))) + Math.max(-x, 0)));
  const entropy = (p: number, t: number, w = 1): number => -w * (t * Math.log(p) + (1 - t) * Math.log(1 - p));
  return {
    MSELossExt: [
      ...pointwise(same([2, 3]), [2, 3], (x, t) => (x - t) ** 2),
      ...pointwise(
        () => [{ shape: [2, 3] }, { shape: [3] }],
        [2, 3],
        (x, t) => (x - t) ** 2,
      ),
      ...pointwise(same([]), [], (x, t) => (x - t) ** 2),
      ...pointwise(same([3, 33]), [3, 33], (x, t) => (x - t) ** 2),
      { ins: [{ shape: [0] }, { shape: [0] }], expect: () => nd([], [NaN]), grad: false },
    ],
    L1LossExt: [
      ...pointwise(same([2, 3]), [2, 3], (x, t) => Math.abs(x - t)),
      ...pointwise(
        () => [{ shape: [2, 1] }, { shape: [3] }],
        [2, 3],
        (x, t) => Math.abs(x - t),
      ),
    ],
    HuberLoss: [
      ...pointwise(same([3, 4]), [3, 4], (x, t) => huber(x - t, 1)),
      ...pointwise(
        () => [{ shape: [2, 3] }, { shape: [3] }],
        [2, 3],
        (x, t) => huber(x - t, 0.5),
        { delta: 0.5 },
      ),
    ],
    SmoothL1Loss: [
      ...pointwise(same([3, 4]), [3, 4], (x, t) => huber(x - t, 1)),
      ...pointwise(same([5]), [5], (x, t) => huber(x - t, 2) / 2, { beta: 2 }),
      ...pointwise(same([5]), [5], (x, t) => Math.abs(x - t), { beta: 0 }),
    ],
    BinaryCrossEntropy: [
      ...pointwise(
        () => [probability([2, 3]), probability([2, 3])],
        [2, 3],
        (p, t) => entropy(p, t),
      ),
      ...pointwise(
        () => [probability([4]), probability([4]), { shape: [4] }],
        [4],
        (p, t, w) => entropy(p, t, w),
      ),
      {
        // MindSpore 2.10, CPU: log(0) counts as log(1e-12).
        ins: [{ shape: [3], values: [0.2, 0.7, 0] }, { shape: [3], values: [0, 1, 1] }, { shape: [3], values: [1, 2, 3] }], // prettier-ignore
        attrs: { reduction: 'none' },
        dtypes: [float32],
        values: [[0.2231435328722, 0.7133499383926392, 82.89306640625]],
      },
    ],
    BCEWithLogitsLoss: [
      ...pointwise(
        () => [{ shape: [2, 3] }, probability([2, 3])],
        [2, 3],
        (x, t) => logistic(x, t),
      ),
      ...pointwise(() => [{ shape: [2, 3] }, probability([2, 3]), { shape: [3] }, { shape: [1], low: 0.5 }], [2, 3], (x, t, w, p) => logistic(x, t, w, p)), // prettier-ignore
      {
        // MindSpore 2.10, CPU.
        ins: [
          { shape: [3], values: [0.2, -30, 2] },
          { shape: [3], values: [0, 1, 0.5] },
          { shape: [3], values: [1, 2, 3] },
          { shape: [3], values: [2, 1, 1] },
        ],
        attrs: { reduction: 'none' },
        dtypes: [float32],
        values: [[0.7981389164924622, 60, 3.380784273147583]],
      },
    ],
    KLDivLoss: [
      ...pointwise(
        () => [{ shape: [2, 3] }, probability([2, 3])],
        [2, 3],
        (x, t) => t * (Math.log(t) - x),
      ),
      {
        ins: [{ shape: [4, 3] }, probability([4, 3])],
        attrs: { reduction: 'batchmean' },
        expect: (x, t) => nd([], [total(x.data.map((v, i) => t.data[i]! * (Math.log(t.data[i]!) - v))) / 4]),
      },
      {
        // MindSpore 2.10, CPU: nothing where the label is 0.
        ins: [{ shape: [2], values: [0, -1] }, { shape: [2], values: [0, 1] }], // prettier-ignore
        attrs: { reduction: 'none' },
        dtypes: [float32],
        values: [[0, 1]],
        grad: false,
      },
    ],
  };
}
