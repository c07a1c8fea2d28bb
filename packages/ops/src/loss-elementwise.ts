import type { Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr, TensorSpec } from '@sporelet/ir';
import { RuntimeError, ValueError, constant, sameShape, shapeText, where } from '@sporelet/ir';
import { greater, select } from './compare.ts';
import { floats } from './elementwise-dtypes.ts';
import { add, div, maximum, minimum, mul, sub } from './elementwise.ts';
import type { Reduction } from './loss-reduction.ts';
import { lossGradient, lossKernel, lossShape, reductionAttr } from './loss-reduction.ts';
import { checkOneDType } from './matmul.ts';
import { exp, log, neg, sign } from './unary.ts';
import { sigmoid } from './activation.ts';

interface ReductionOption {
  readonly reduction?: Reduction | undefined;
}
type Two = Op<
  (input: Tensor, target: Tensor, reduction?: Reduction) => Tensor,
  new (reduction?: Reduction | ReductionOption) => (input: Tensor, target: Tensor) => Tensor
>;

export const mSELossExt: Two = defineOp({
  name: 'MSELossExt',
  fn: 'mseLoss',
  sig: 'input!:T, target!:T ; reduction -> T',
  doc: '(input - target)², kept, summed or averaged.',
  dtypes: { T: floats },
  attrs: { reduction: reductionAttr('mean') },
  infer: ({ input, target }, { reduction }, op) => lossShape(op, [input, target], reduction),
  pull: ({ input, target }, { reduction }) =>
    lossKernel([input, target], reduction, (x, t) => {
      const d = x.sub(t);
      return d.mul(d);
    }),
  grad: ({ g, ins: [x, t], attrs: { reduction } }) => {
    const dx = (): Tensor => mul(mul(sub(x, t), 2), lossGradient(g, [x, t], reduction));
    return [dx, () => neg(dx())];
  },
});

export const l1LossExt: Two = defineOp({
  name: 'L1LossExt',
  fn: 'l1Loss',
  sig: 'input!:T, target!:T ; reduction -> T',
  doc: '|input - target|, kept, summed or averaged. The derivative where they are equal is 0.',
  dtypes: { T: floats },
  attrs: { reduction: reductionAttr('mean') },
  infer: ({ input, target }, { reduction }, op) => lossShape(op, [input, target], reduction),
  pull: ({ input, target }, { reduction }) => lossKernel([input, target], reduction, (x, t) => x.sub(t).abs()),
  grad: ({ g, ins: [x, t], attrs: { reduction } }) => {
    const dx = (): Tensor => mul(sign(sub(x, t)), lossGradient(g, [x, t], reduction));
    return [dx, () => neg(dx())];
  },
});

/** Quadratic near 0 and linear beyond `limit`: half the square, then limit·(|d| - limit/2). */
const huber = (d: Expr, limit: number): Expr => {
  const size = d.abs();
  return where(size.lt(limit), d.mul(d).mul(0.5), size.sub(0.5 * limit).mul(limit));
};
const clamped = (d: Tensor, limit: number): Tensor => maximum(minimum(d, limit), -limit);

export const huberLoss: Op<
  (input: Tensor, target: Tensor, reduction?: Reduction, delta?: number) => Tensor,
  new (
    reduction?: Reduction | (ReductionOption & { readonly delta?: number | undefined }),
    delta?: number,
  ) => (input: Tensor, target: Tensor) => Tensor
> = defineOp({
  name: 'HuberLoss',
  sig: 'input!:T, target!:T ; reduction, delta -> T',
  doc: 'With d = input - target: d²/2 where |d| < delta, else delta·(|d| - delta/2); kept, summed or averaged.',
  dtypes: { T: floats },
  attrs: { reduction: reductionAttr('mean'), delta: attr.float(1) },
  infer: ({ input, target }, { reduction, delta }, op) => {
    if (!(delta > 0)) throw new ValueError(`For '${op}', the 'delta' must be greater than 0, but got ${delta}.`);
    return lossShape(op, [input, target], reduction);
  },
  pull: ({ input, target }, { reduction, delta }) =>
    lossKernel([input, target], reduction, (x, t) => huber(x.sub(t), delta)),
  grad: ({ g, ins: [x, t], attrs: { reduction, delta } }) => {
    const dx = (): Tensor => mul(clamped(sub(x, t), delta), lossGradient(g, [x, t], reduction));
    return [dx, () => neg(dx())];
  },
});

export const smoothL1Loss: Op<
  (prediction: Tensor, target: Tensor, beta?: number, reduction?: Reduction) => Tensor,
  new (
    beta?: number | (ReductionOption & { readonly beta?: number | undefined }),
    reduction?: Reduction,
  ) => (prediction: Tensor, target: Tensor) => Tensor
> = defineOp({
  name: 'SmoothL1Loss',
  sig: 'prediction!:T, target!:T ; beta, reduction -> T',
  doc: 'With d = prediction - target: d²/(2·beta) where |d| < beta, else |d| - beta/2; kept, summed or averaged. The shapes must be the same. Girshick, 2015.',
  dtypes: { T: floats },
  attrs: { beta: attr.float(1), reduction: reductionAttr('none') },
  infer: ({ prediction, target }, { beta, reduction }, op) => {
    if (beta < 0) throw new RuntimeError(`For '${op}', the 'beta' must not be negative, but got ${beta}.`);
    checkOneShape(op, { prediction, target });
    return lossShape(op, [prediction, target], reduction);
  },
  pull: ({ prediction, target }, { beta, reduction }) =>
    lossKernel([prediction, target], reduction, (x, t) => (beta ? huber(x.sub(t), beta).div(beta) : x.sub(t).abs())),
  grad: ({ g, ins: [x, t], attrs: { beta, reduction } }) => {
    const slope = (d: Tensor): Tensor => (beta ? div(clamped(d, beta), beta) : sign(d));
    const dx = (): Tensor => mul(slope(sub(x, t)), lossGradient(g, [x, t], reduction));
    return [dx, () => neg(dx())];
  },
});

/** Raises unless inputs have one shape; absent ones are null. */
export function checkOneShape(op: string, ins: Readonly<Record<string, TensorSpec | null>>): void {
  const [[first, spec], ...rest] = Object.entries(ins) as [
    [string, { readonly shape: Dims }],
    ...[string, TensorSpec | null][],
  ];
  for (const [name, other] of rest) {
    if (!other || sameShape(other.shape, spec.shape)) continue;
    throw new ValueError(
      `For '${op}', the shape of '${name}' must be the same as that of '${first}', but got ${shapeText(other.shape)} and ${shapeText(spec.shape)}.`,
    );
  }
}

/** Probabilities below this count as this: log(0) must not be infinite. */
const LEAST = 1e-12;

export const binaryCrossEntropy: Op<
  (input: Tensor, target: Tensor, weight?: Tensor | null, reduction?: Reduction) => Tensor,
  new (reduction?: Reduction | ReductionOption) => (input: Tensor, target: Tensor, weight?: Tensor | null) => Tensor
> = defineOp({
  name: 'BinaryCrossEntropy',
  sig: 'input!:T, target!:U, weight?:V ; reduction -> T',
  doc: '-weight·(t·log p + (1 - t)·log(1 - p)) of probabilities p, kept, summed or averaged; p and 1 - p count as 1e-12 at least. Shapes and dtypes must be the same.',
  dtypes: { T: floats, U: floats, V: floats },
  attrs: { reduction: reductionAttr('mean') },
  infer: ({ input, target, weight }, { reduction }, op) => {
    checkOneDType(op, { input, target, weight });
    checkOneShape(op, { input, target, weight });
    return lossShape(op, [input], reduction);
  },
  pull: ({ input, target, weight }, { reduction }) =>
    lossKernel([input, target, weight], reduction, (p, t, w) => {
      const one = constant(1, p.dtype);
      const likelihood = t.mul(p.max(LEAST).log()).add(one.sub(t).mul(one.sub(p).max(LEAST).log()));
      return weight ? likelihood.mul(w).neg() : likelihood.neg();
    }),
  grad: ({ g, ins: [p, t, w], attrs: { reduction } }) => {
    const each = (): Tensor => {
      const own = lossGradient(g, [p], reduction);
      return w ? mul(w, own) : own;
    };
    const logs = (x: Tensor): Tensor => log(maximum(x, LEAST));
    const rest = (): Tensor => sub(1, p);
    return [
      () => mul(div(sub(p, t), maximum(mul(p, rest()), LEAST)), each()),
      () => mul(sub(logs(rest()), logs(p)), each()),
      () => mul(neg(add(mul(t, logs(p)), mul(sub(1, t), logs(rest())))), lossGradient(g, [p], reduction)),
    ];
  },
});

export const bCEWithLogitsLoss: Op<
  (input: Tensor, target: Tensor, weight?: Tensor | null, posWeight?: Tensor | null, reduction?: Reduction) => Tensor,
  new (
    reduction?: Reduction | ReductionOption,
  ) => (input: Tensor, target: Tensor, weight?: Tensor | null, posWeight?: Tensor | null) => Tensor
> = defineOp({
  name: 'BCEWithLogitsLoss',
  fn: 'binaryCrossEntropyWithLogits',
  sig: 'input!:T, target!:T, weight?:T, posWeight?:T ; reduction -> T',
  doc: 'weight·((1 - t)·x + (1 + (posWeight - 1)·t)·log(1 + e⁻ˣ)) of logits x, computed without overflow; kept, summed or averaged. weight and posWeight broadcast and default to 1.',
  dtypes: { T: floats },
  attrs: { reduction: reductionAttr('mean') },
  infer: ({ input, target, weight, posWeight }, { reduction }, op) => {
    checkOneShape(op, { input, target });
    return lossShape(op, [input, target, weight, posWeight], reduction);
  },
  pull: ({ input, target, weight, posWeight }, { reduction }) =>
    lossKernel([input, target, weight, posWeight], reduction, (x, t, w, p) => {
      const one = constant(1, x.dtype);
      const softplus = x.abs().neg().exp().fn1('log1p').add(x.neg().max(0));
      const positive = posWeight ? t.mul(p.sub(1)).add(1).mul(softplus) : softplus;
      const loss = one.sub(t).mul(x).add(positive);
      return weight ? loss.mul(w) : loss;
    }),
  grad: ({ g, ins: [x, t, w, p], attrs: { reduction } }) => {
    const own = lossGradient(g, [x, t, w, p], reduction);
    const each = (): Tensor => (w ? mul(w, own) : own);
    const weighted = (): Tensor => (p ? add(mul(t, sub(p, 1)), 1) : sub(1, mul(t, 0)));
    // log(1 + e^-x) = -log sigmoid(x), and its derivative is sigmoid(x) - 1.
    const softplus = (): Tensor => add(log(add(exp(neg(maximum(x, neg(x)))), 1)), maximum(neg(x), 0));
    return [
      () => mul(add(sub(1, t), mul(weighted(), sub(sigmoid(x), 1))), each()),
      () => mul(add(neg(x), p ? mul(sub(p, 1), softplus()) : mul(x, 0)), each()),
      () => mul(add(mul(sub(1, t), x), mul(weighted(), softplus())), own),
      () => mul(mul(t, softplus()), each()),
    ];
  },
});

type KLReduction = Reduction | 'batchmean';

export const kLDivLoss: Op<
  (logits: Tensor, labels: Tensor, reduction?: KLReduction) => Tensor,
  new (
    reduction?: KLReduction | { readonly reduction?: KLReduction | undefined },
  ) => (logits: Tensor, labels: Tensor) => Tensor
> = defineOp({
  name: 'KLDivLoss',
  fn: 'klDiv',
  sig: 'logits!:T, labels!:T ; reduction -> T',
  doc: "labels·(log labels - logits) for logarithms of probabilities in logits, 0 where a label is 0; kept, summed or averaged over all elements, with 'batchmean' the sum over the size of axis 0.",
  dtypes: { T: floats },
  attrs: { reduction: attr.oneOf(['none', 'mean', 'sum', 'batchmean'], 'mean') },
  infer: ({ logits, labels }, { reduction }, op) => {
    checkOneShape(op, { logits, labels });
    return lossShape(op, [logits], reduction === 'batchmean' ? 'sum' : reduction);
  },
  pull: ({ logits, labels }, { reduction }) => {
    const batch = reduction === 'batchmean' ? (logits.shape[0] ?? 1) : 1;
    const kernel = lossKernel([logits, labels], reduction === 'batchmean' ? 'sum' : reduction, (x, t) => {
      const zero = constant(0, t.dtype);
      return where(t.gt(0), t.mul(where(t.gt(0), t, constant(1, t.dtype)).log().sub(x)), zero);
    });
    return (...i) => {
      const total = kernel(...i);
      return batch === 1 ? total : total.div(batch);
    };
  },
  grad: ({ g, ins: [x, t], attrs: { reduction } }) => {
    const own = (): Tensor => (reduction === 'batchmean' ? div(g, x.shape[0] ?? 1) : lossGradient(g, [x], reduction));
    const positive = greater(t, 0);
    return [
      () => mul(select(positive, neg(t), 0), own()),
      () => mul(select(positive, sub(add(log(select(positive, t, 1)), 1), x), 0), own()),
    ];
  },
});
