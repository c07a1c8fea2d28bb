import type { Args, Op, Tensor } from '@sporelet/core';
import { Parameter, attr, defineOp, grad } from '@sporelet/core';
import type { DType, Dims, Expr, TensorSpec, View } from '@sporelet/ir';
import { ValueError, float32, float64, normalizeAxis, sameShape, shapeText, sizeOf, sum } from '@sporelet/ir'; // prettier-ignore
import { cast } from './compare.ts';
import { floats, wideOf } from './elementwise-dtypes.ts';
import { add, div, mul, sub } from './elementwise.ts';
import { reduceMean, reduceSum } from './reduce.ts';
import { reshape } from './shape.ts';
import { neg, rsqrt } from './unary.ts';

/** Which axes are normalised, and where the elements of the parameters are: parameter axis j is axis paramAxes[j]. */
const normAttrs = { axes: attr.ints(), paramAxes: attr.ints(), epsilon: attr.float() };
interface NormAttrs {
  readonly axes: Dims;
  readonly paramAxes: Dims;
  readonly epsilon: number;
}

/** The shape of a statistic: 1 in the place of each normalised axis. */
const reducedTo = (shape: Dims, axes: Dims): Dims => shape.map((n, d) => (axes.includes(d) ? 1 : n));
const extentsOf = (shape: Dims, axes: Dims): number[] => axes.map((d) => shape[d]!);
/** An index with other values on some axes. */
const moved = (i: readonly Expr[], axes: Dims, k: readonly Expr[]): Expr[] =>
  i.map((e, d) => (axes.includes(d) ? k[axes.indexOf(d)]! : e));

export const normStats: Op<(x: Tensor, axes: Dims) => readonly [mean: Tensor, variance: Tensor]> = defineOp({
  name: 'NormStats',
  sig: 'x!:T, axes -> ?, ?',
  doc: 'Mean and biased variance over axes, which stay as 1; Float32 for halves. Internal: what the normalisations share.',
  dtypes: { T: floats },
  attrs: { axes: attr.ints() },
  infer: ({ x }, { axes }) => {
    const spec: TensorSpec = { dtype: wideOf(x.dtype), shape: reducedTo(x.shape, axes) };
    return [spec, spec];
  },
  pull:
    ({ x }, { axes }) =>
    (...i) => {
      const acc = wideOf(x.dtype);
      const extents = extentsOf(x.shape, axes);
      const count = sizeOf(extents);
      const read = (k: readonly Expr[]): Expr => x.at(...moved(i, axes, k)).cast(acc);
      const mean = sum(extents, (...k: Expr[]) => read(k)).div(count);
      const square = (k: readonly Expr[]): Expr => {
        const d = read(k).sub(mean);
        return d.mul(d);
      };
      return [mean, sum(extents, (...k: Expr[]) => square(k)).div(count)];
    },
  grad: ({ gs: [dMean, dVariance], ins: [x], outs: [mean], attrs: { axes } }) => {
    const count = sizeOf(extentsOf(x.shape, axes));
    const centred = sub(cast(x, mean.dtype), mean);
    return [() => div(add(dMean, mul(mul(dVariance, 2), centred)), count)];
  },
});

/** The normalised element and the parts of its formula. */
function normalized(x: View, mean: View, variance: View, { axes, epsilon }: NormAttrs, i: readonly Expr[], acc: DType) {
  const at = (view: View): Expr => view.at(...i.map((e, d) => (axes.includes(d) ? 0 : e))).cast(acc);
  const scale = at(variance).add(epsilon).sqrt();
  return { value: x.at(...i).cast(acc).sub(at(mean)).div(scale), scale }; // prettier-ignore
}

const parameterAt = (view: View, paramAxes: Dims, i: readonly Expr[], acc: DType): Expr =>
  view.at(...paramAxes.map((d) => i[d]!)).cast(acc);

type Five = readonly [x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, variance: Tensor];

export const normalize: Op<(...ins: [...Five, axes: Dims, paramAxes: Dims, epsilon: number]) => Tensor> = defineOp({
  name: 'Normalize',
  sig: 'x!:T, gamma!:P, beta!:P, mean!:M, variance!:M, axes, paramAxes, epsilon -> T',
  doc: '(x - mean) / √(variance + ε) · gamma + beta. Mean and variance must be the statistics of x over the axes: the gradient by x contains their own, and they get none. Internal: what the normalisations share.',
  dtypes: { T: floats, P: floats, M: [float32, float64] },
  attrs: normAttrs,
  infer: ({ x }) => x.shape,
  pull: ({ x, gamma, beta, mean, variance }, attrs) => {
    const acc = wideOf(x.dtype);
    return (...i) =>
      normalized(x, mean, variance, attrs, i, acc)
        .value.mul(parameterAt(gamma, attrs.paramAxes, i, acc))
        .add(parameterAt(beta, attrs.paramAxes, i, acc))
        .cast(x.dtype);
  },
  grad: ({ g, ins: [x, gamma, , mean, variance], attrs }) => {
    const { axes, paramAxes, epsilon } = attrs;
    let all: readonly Tensor[] | null = null;
    const part = (k: number) => () =>
      (all ??= normalizeGrad(g, x, gamma, mean, variance, axes, paramAxes, epsilon))[k]!;
    return [part(0), part(1), part(2), null, null];
  },
});

export const normalizeGrad: Op<
  (
    ...ins: [
      dout: Tensor,
      x: Tensor,
      gamma: Tensor,
      mean: Tensor,
      variance: Tensor,
      axes: Dims,
      paramAxes: Dims,
      epsilon: number,
    ]
  ) => readonly [dx: Tensor, dGamma: Tensor, dBeta: Tensor]
> = defineOp({
  name: 'NormalizeGrad',
  sig: 'dout!:T, x!:T, gamma!:P, mean!:M, variance!:M, axes, paramAxes, epsilon -> T, P, P',
  doc: 'The gradients of Normalize: with h = dout·gamma and y the normalised x, dx = (h - mean(h) - y·mean(h·y)) / √(variance + ε), dgamma = Σ dout·y, dbeta = Σ dout. Internal.',
  dtypes: { T: floats, P: floats, M: [float32, float64] },
  attrs: normAttrs,
  infer: ({ x, gamma }) => [x.shape, gamma.shape, gamma.shape],
  pull: ({ dout, x, gamma, mean, variance }, attrs) => {
    const acc = wideOf(x.dtype);
    const { axes, paramAxes } = attrs;
    const { shape } = x;
    const extents = extentsOf(shape, axes);
    const count = sizeOf(extents);
    const h = (i: readonly Expr[]): Expr => dout.at(...i).cast(acc).mul(parameterAt(gamma, paramAxes, i, acc)); // prettier-ignore
    const y = (i: readonly Expr[]): Expr => normalized(x, mean, variance, attrs, i, acc).value;
    const others = shape.map((_, d) => d).filter((d) => !paramAxes.includes(d));
    /** Sums over all elements that one element of the parameters meets. */
    const overOthers =
      (element: (i: readonly Expr[]) => Expr) =>
      (...p: Expr[]): Expr =>
        sum(extentsOf(shape, others), (...k: Expr[]) =>
          element(shape.map((_, d) => (paramAxes.includes(d) ? p[paramAxes.indexOf(d)]! : k[others.indexOf(d)]!))),
        );
    return [
      (...i) => {
        const { value, scale } = normalized(x, mean, variance, attrs, i, acc);
        const first = sum(extents, (...k: Expr[]) => h(moved(i, axes, k)));
        const second = sum(extents, (...k: Expr[]) => {
          const j = moved(i, axes, k);
          return h(j).mul(y(j));
        });
        return h(i)
          .sub(first.add(value.mul(second)).div(count))
          .div(scale);
      },
      overOthers((i) => dout.at(...i).cast(acc).mul(y(i))), // prettier-ignore
      overOthers((i) => dout.at(...i).cast(acc)),
    ];
  },
  // Seldom needed, so written as the formula in ops: its own gradient is the second derivative.
  grad: ({ gs, ins: [dout, x, gamma], attrs }) => {
    let all: readonly Tensor[] | null = null;
    const part = (k: number) => () => (all ??= secondGradients(dout, x, gamma, attrs, gs))[k]!;
    return [part(0), part(1), part(2), null, null];
  },
});

/** The gradients of NormalizeGrad by dout, x and gamma. */
function secondGradients(
  dout: Tensor,
  x: Tensor,
  gamma: Tensor,
  attrs: NormAttrs,
  gs: readonly Tensor[],
): readonly Tensor[] {
  const { axes, paramAxes, epsilon } = attrs;
  const byParam = x.shape.map((n, d) => (paramAxes.includes(d) ? n : 1));
  const wide = wideOf(x.dtype);
  const first = (g: Tensor, v: Tensor, w: Tensor): Tensor => {
    const centred = sub(v, reduceMean(v, axes, true));
    const y = mul(centred, rsqrt(add(reduceMean(mul(centred, centred), axes, true), epsilon)));
    const spread = reshape(w, byParam);
    // dgamma and dbeta are linear in dout: their parts of the gradient are those of Σ dout·(y·g1 + g2).
    const scalar = add(mul(y, reshape(cast(gs[1]!, wide), byParam)), reshape(cast(gs[2]!, wide), byParam));
    const h = mul(g, spread);
    const mean = (t: Tensor): Tensor => reduceMean(t, axes, true);
    const scale = rsqrt(add(mean(mul(centred, centred)), epsilon));
    const dx = mul(sub(sub(h, mean(h)), mul(y, mean(mul(h, y)))), scale);
    return add(mul(dx, cast(gs[0]!, wide)), mul(g, scalar));
  };
  const [g, v, w] = [dout, x, gamma].map((t) => cast(t, wide)) as [Tensor, Tensor, Tensor];
  return grad(first, [0, 1, 2])(g, v, w);
}

type LayerAxes = [beginNormAxis?: number, beginParamsAxis?: number, epsilon?: number];
interface LayerOptions {
  readonly beginNormAxis?: number | undefined;
  readonly beginParamsAxis?: number | undefined;
  readonly epsilon?: number | undefined;
}
type Three = readonly [output: Tensor, mean: Tensor, variance: Tensor];

/** The class form; the function `layerNorm` takes the normalised shape. */
export const layerNormOp: Op<
  (...args: Args<[inputX: Tensor, gamma: Tensor, beta: Tensor], LayerAxes, LayerOptions>) => Three,
  new (...args: Args<[], LayerAxes, LayerOptions>) => (inputX: Tensor, gamma: Tensor, beta: Tensor) => Three
> = defineOp({
  name: 'LayerNorm',
  sig: 'inputX!:T, gamma!:P, beta!:P ; beginNormAxis, beginParamsAxis, epsilon -> T, Float32, Float32',
  doc: '(x - mean) / √(variance + ε) · gamma + beta with the statistics over the axes from beginNormAxis on; gamma and beta have the shape of the axes from beginParamsAxis on. Also gives mean and biased variance. Ba, Kiros and Hinton, 2016.',
  dtypes: { T: floats, P: floats },
  attrs: { beginNormAxis: attr.int(1), beginParamsAxis: attr.int(1), epsilon: attr.float(1e-7) },
  body: ({ inputX, gamma, beta }, { beginNormAxis, beginParamsAxis, epsilon }) => {
    const { shape } = inputX;
    const from = (axis: number, name: string): number[] => {
      const first = normalizeAxis(axis, shape.length, 'LayerNorm', name);
      return shape.map((_, d) => d).filter((d) => d >= first);
    };
    const axes = from(beginNormAxis, 'beginNormAxis');
    const paramAxes = from(beginParamsAxis, 'beginParamsAxis');
    for (const [name, t] of Object.entries({ gamma, beta })) {
      if (sameShape(t.shape, extentsOf(shape, paramAxes))) continue;
      throw new ValueError(
        `For 'LayerNorm', the shape of '${name}' must be ${shapeText(extentsOf(shape, paramAxes))}, the axes of 'inputX' ` +
          `from beginParamsAxis on, but got ${shapeText(t.shape)}.`,
      );
    }
    const [mean, variance] = normStats(inputX, axes);
    return [normalize(inputX, gamma, beta, mean, variance, axes, paramAxes, epsilon), mean, variance];
  },
});

/** A 1-D statistic or parameter as one number per channel of axis 1. */
const perChannel = (view: View, i: readonly Expr[], acc: DType): Expr => view.at(i[1]!).cast(acc);

export const bNInfer: Op<(...ins: [...Five, epsilon?: number]) => Tensor> = defineOp({
  name: 'BNInfer',
  sig: 'x!:T, scale!:P, bias!:P, mean!:M, variance!:M, epsilon -> T',
  doc: '(x - mean) / √(variance + ε) · scale + bias with given statistics per channel of axis 1. Internal: batch normalisation at inference.',
  dtypes: { T: floats, P: floats, M: floats },
  attrs: { epsilon: attr.float(1e-5) },
  infer: ({ x }) => x.shape,
  pull: ({ x, scale, bias, mean, variance }, { epsilon }) => {
    const acc = wideOf(x.dtype);
    return (...i) =>
      x
        .at(...i)
        .cast(acc)
        .sub(perChannel(mean, i, acc))
        .div(perChannel(variance, i, acc).add(epsilon).sqrt())
        .mul(perChannel(scale, i, acc))
        .add(perChannel(bias, i, acc))
        .cast(x.dtype);
  },
  grad: ({ g, ins: [x, scale, , mean, variance], attrs: { epsilon } }) => {
    const spread = (t: Tensor): Tensor => reshape(cast(t, x.dtype), [-1, ...x.shape.slice(2).map(() => 1)]);
    const others = x.shape.map((_, d) => d).filter((d) => d !== 1);
    const inverse = rsqrt(add(variance, epsilon));
    const factor = (): Tensor => mul(scale, inverse);
    const centred = (): Tensor => sub(x, spread(mean));
    const channels = (t: Tensor): Tensor => reduceSum(t, others);
    return [
      () => mul(g, spread(factor())),
      () => mul(channels(mul(g, centred())), inverse),
      () => channels(g),
      () => neg(mul(channels(g), factor())),
      () => mul(channels(mul(g, centred())), mul(mul(factor(), mul(inverse, inverse)), -0.5)),
    ];
  },
});

export const batchNormUpdate: Op<
  (
    mean: Parameter,
    variance: Parameter,
    batchMean: Tensor,
    batchVariance: Tensor,
    momentum: number,
    count: number,
  ) => readonly [mean: Tensor, variance: Tensor]
> = defineOp({
  name: 'BatchNormUpdate',
  sig: 'mean&:M, variance&:M, batchMean!:U, batchVariance!:U, momentum, count -> M, M',
  doc: 'mean = (1 - momentum)·mean + momentum·batchMean, the same for the variance, made unbiased by count / (count - 1). In place. Internal: the running statistics of batch normalisation.',
  dtypes: { M: floats, U: floats },
  attrs: { momentum: attr.float(), count: attr.int() },
  infer: ({ mean, variance }) => [mean.shape, variance.shape],
  each: ({ mean, variance, batchMean, batchVariance }, { momentum, count }) => {
    const acc = wideOf(mean.dtype);
    const moving = (old: Expr, now: Expr): Expr => old.cast(acc).mul(1 - momentum).add(now.cast(acc).mul(momentum)); // prettier-ignore
    return [moving(mean, batchMean), moving(variance, batchVariance.cast(acc).mul(count / Math.max(count - 1, 1)))];
  },
  grad: null,
});

type BatchList = [isTraining?: boolean, epsilon?: number, momentum?: number, dataFormat?: 'NCHW'];
interface BatchOptions {
  readonly isTraining?: boolean | undefined;
  readonly epsilon?: number | undefined;
  readonly momentum?: number | undefined;
  readonly dataFormat?: 'NCHW' | undefined;
}
type BatchInputs = [inputX: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor];
type BatchOutputs = readonly [
  output: Tensor,
  batchMean: Tensor,
  batchVariance: Tensor,
  reserve1: Tensor,
  reserve2: Tensor,
];

/** The class form; the function `batchNorm` has its arguments in another order. */
export const batchNormOp: Op<
  (...args: Args<BatchInputs, BatchList, BatchOptions>) => BatchOutputs,
  new (...args: Args<[], BatchList, BatchOptions>) => (...ins: BatchInputs) => BatchOutputs
> = defineOp({
  name: 'BatchNorm',
  sig: 'inputX!:T, scale!:P, bias!:P, mean!:M, variance!:M ; isTraining, epsilon, momentum, dataFormat -> T, P, P, P, P',
  doc: '(x - mean) / √(variance + ε) · scale + bias per channel of axis 1. In training with the statistics of the batch (biased variance), and mean and variance, if Parameters, become (1 - momentum)·old + momentum·batch in place (unbiased variance; MindSpore gives NaN for a batch of one element, here it counts as biased). Also gives the statistics used, twice, as MindSpore does. Ioffe and Szegedy, 2015.',
  dtypes: { T: floats, P: floats, M: floats },
  attrs: {
    isTraining: attr.bool(false),
    epsilon: attr.float(1e-5),
    momentum: attr.float(0.1),
    dataFormat: attr.oneOf(['NCHW'], 'NCHW'),
  },
  body: ({ inputX, scale, bias, mean, variance }, { isTraining, epsilon, momentum }) => {
    const { shape } = inputX;
    if (shape.length < 2 || shape.length > 5) {
      throw new ValueError(`For 'BatchNorm', the 'inputX' must have 2 to 5 axes, but got shape ${shapeText(shape)}.`);
    }
    for (const [name, t] of Object.entries({ scale, bias, mean, variance })) {
      if (sameShape(t.shape, [shape[1]])) continue;
      throw new ValueError(
        `For 'BatchNorm', the shape of '${name}' must be (${shape[1]},) as axis 1 of 'inputX' is, but got ${shapeText(t.shape)}.`,
      );
    }
    for (const [name, value, low] of [
      ['epsilon', epsilon, 0],
      ['momentum', momentum, -1],
    ] as const) {
      // prettier-ignore
      if (!(value > low && value <= 1)) {
        throw new ValueError(`For 'BatchNorm', the '${name}' must be in ${low ? '[' : '('}0, 1], but got ${value}.`);
      }
    }
    if (!isTraining) return [bNInfer(inputX, scale, bias, mean, variance, epsilon), mean, variance, mean, variance];
    const axes = shape.map((_, d) => d).filter((d) => d !== 1);
    const [batchMean, batchVariance] = normStats(inputX, axes);
    const y = normalize(inputX, scale, bias, batchMean, batchVariance, axes, [1], epsilon);
    const stats = [reshape(batchMean, [-1]), reshape(batchVariance, [-1])] as const;
    if (mean instanceof Parameter && variance instanceof Parameter) {
      batchNormUpdate(mean, variance, ...stats, momentum, sizeOf(extentsOf(shape, axes)));
    }
    return [y, ...stats, ...stats];
  },
});

/** Normalisation of groups of channels: what `groupNorm` of functional-nn.ts computes. */
export function normalizeGroups(input: Tensor, groups: number, gamma: Tensor, beta: Tensor, epsilon: number): Tensor {
  const { shape } = input;
  const [n, c] = shape as unknown as [number, number];
  if (shape.length < 2 || groups < 1 || c % groups) {
    throw new ValueError(
      `For 'groupNorm', the 'numGroups' must divide the channels, axis 1 of 'input', but got ${groups} and shape ${shapeText(shape)}.`,
    );
  }
  const grouped = [groups, c / groups];
  const x = reshape(input, [n, ...grouped, sizeOf(shape.slice(2))]);
  const [mean, variance] = normStats(x, [2, 3]);
  return reshape(
    normalize(x, reshape(gamma, grouped), reshape(beta, grouped), mean, variance, [2, 3], [1, 2], epsilon),
    shape,
  );
}
