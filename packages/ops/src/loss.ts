import type { Args, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Expr, TensorSpec, View } from '@sporelet/ir';
import { ValueError, constant, int64, rmax, sameShape, shapeText, sizeOf, sum, where } from '@sporelet/ir';
import { floats, wideOf } from './elementwise-dtypes.ts';
import { add, div, mul, sub } from './elementwise.ts';
import { nonNegative, oneHotOp } from './indexing.ts';
import type { Reduction } from './loss-reduction.ts';
import { lossShape, reductionAttr } from './loss-reduction.ts';
import { reduceSum } from './reduce.ts';
import { expandDims } from './shape.ts';
import { logSoftmax, softmax, softmaxGrad } from './softmax.ts';
import { neg } from './unary.ts';

/** The row of class scores that an index without its class axis (axis 1, or the last of a matrix) belongs to. */
interface Scores {
  readonly classes: number;
  readonly acc: DType;
  readonly at: (c: Expr) => Expr;
}

function scores(view: View, rest: readonly Expr[], axis: number): Scores {
  const acc = wideOf(view.dtype);
  return {
    classes: view.shape[axis]!,
    acc,
    at: (c) => view.at(...rest.slice(0, axis), c, ...rest.slice(axis)).cast(acc), // prettier-ignore
  };
}

/** Greatest score and logarithm of the sum of the exponentials of the others against it. */
function logTotal({ classes, at }: Scores): readonly [most: Expr, log: Expr, total: Expr] {
  const most = rmax(classes, (c) => at(c));
  const total = sum(classes, (c) => at(c).sub(most).exp());
  return [most, total.log(), total];
}

export const softmaxCrossEntropyWithLogits: Op<
  (logits: Tensor, labels: Tensor) => readonly [loss: Tensor, dlogits: Tensor]
> = defineOp({
  name: 'SoftmaxCrossEntropyWithLogits',
  sig: 'logits!:T, labels!:T -> T, T',
  doc: "-Σ labels·log softmax(logits) of each row, and its gradient softmax(logits)·Σ labels - labels. For labels that add up to 1 the gradient is MindSpore's softmax - labels; labels get a gradient too (MindSpore: zeros).",
  dtypes: { T: floats },
  infer: ({ logits, labels }, _, op) => {
    if (logits.shape.length !== 2 || !sameShape(logits.shape, labels.shape)) {
      throw new ValueError(
        `For '${op}', the 'logits' and 'labels' must have one shape (N, C), but got ${shapeText(logits.shape)} and ${shapeText(labels.shape)}.`,
      );
    }
    return [[logits.shape[0]!], logits.shape];
  },
  pull: ({ logits, labels }) => [
    (n) => {
      const [x, t] = [scores(logits, [n], 1), scores(labels, [n], 1)];
      const [most, log] = logTotal(x);
      return sum(x.classes, (c) => t.at(c).mul(log.sub(x.at(c).sub(most))));
    },
    (n, c) => {
      const [x, t] = [scores(logits, [n], 1), scores(labels, [n], 1)];
      const [most, , total] = logTotal(x);
      const mass = sum(t.classes, (k) => t.at(k));
      return x.at(c).sub(most).exp().div(total).mul(mass).sub(t.at(c));
    },
  ],
  grad: ({ g, gs, has, ins: [logits, labels], outs: [, dlogits] }) => {
    const column = expandDims(g, -1);
    return [
      () => {
        const first = mul(column, dlogits);
        if (!has(1)) return first;
        return add(first, softmaxGrad(mul(gs[1], reduceSum(labels, 1, true)), softmax(logits, 1), 1));
      },
      () => {
        const first = mul(column, neg(logSoftmax(logits, 1)));
        if (!has(1)) return first;
        return add(first, sub(reduceSum(mul(gs[1], softmax(logits, 1)), 1, true), gs[1]));
      },
    ];
  },
});

export const sparseSoftmaxCrossEntropyWithLogits: Op<
  (logits: Tensor, labels: Tensor, isGrad?: boolean) => Tensor,
  new (isGrad?: boolean | { readonly isGrad?: boolean | undefined }) => (logits: Tensor, labels: Tensor) => Tensor
> = defineOp({
  name: 'SparseSoftmaxCrossEntropyWithLogits',
  sig: 'logits!:T, labels!:I ; isGrad -> T',
  doc: 'The mean of -log softmax(logits)[label] over the rows, or with isGrad its gradient by the logits. A label outside [0, C) is an error (MindSpore: inf).',
  dtypes: { T: floats },
  attrs: { isGrad: attr.bool(false) },
  infer: ({ logits, labels }, { isGrad }, op) => {
    if (!logits.shape.length || !sameShape(logits.shape.slice(0, -1), labels.shape)) {
      throw new ValueError(
        `For '${op}', the shape of 'labels' must be that of 'logits' without the last axis, but got ` +
          `${shapeText(labels.shape)} and ${shapeText(logits.shape)}.`,
      );
    }
    return isGrad ? logits.shape : [];
  },
  pull: ({ logits, labels }, { isGrad }) => {
    const axis = labels.shape.length;
    const count = sizeOf(labels.shape);
    const label = (n: readonly Expr[]): Expr => nonNegative(labels.at(...n), logits.shape[axis]!);
    if (isGrad) {
      return (...i) => {
        const n = i.slice(0, -1);
        const x = scores(logits, n, axis);
        const [most, , total] = logTotal(x);
        const own = where(label(n).eq(i.at(-1)!), constant(1, x.acc), constant(0, x.acc));
        return x.at(i.at(-1)!).sub(most).exp().div(total).sub(own).div(count);
      };
    }
    return () => {
      const loss = (n: readonly Expr[]): Expr => {
        const x = scores(logits, n, axis);
        const [most, log] = logTotal(x);
        return log.sub(x.at(label(n)).sub(most));
      };
      return axis ? sum(labels.shape, (...n: Expr[]) => loss(n)).div(count) : loss([]);
    };
  },
  grad: ({ g, ins: [logits, labels], attrs: { isGrad } }) => {
    if (!isGrad) return [() => mul(g, sparseSoftmaxCrossEntropyWithLogits(logits, labels, true)), null];
    return [() => div(softmaxGrad(g, softmax(logits, -1), -1), sizeOf(labels.shape)), null];
  },
});

const nllAttrs = { reduction: reductionAttr('mean'), ignoreIndex: attr.int(-100), labelSmoothing: attr.float(0) };
interface NLLAttrs {
  readonly reduction: Reduction;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
}

function checkNll(op: string, logits: TensorSpec, labels: TensorSpec, weight: TensorSpec | null): void {
  const [n, c, ...rest] = logits.shape;
  if (c === undefined || !sameShape([n!, ...rest], labels.shape)) {
    throw new ValueError(
      `For '${op}', the 'logits' must have shape (N, C, ...) and the labels (N, ...), but got ${shapeText(logits.shape)} and ${shapeText(labels.shape)}.`,
    );
  }
  if (weight && !sameShape(weight.shape, [c])) {
    throw new ValueError(
      `For '${op}', the shape of 'weight' must be (${c},), one number per class, but got ${shapeText(weight.shape)}.`,
    );
  }
}

/** What a label says: whether it counts, its class, and its weight (0 where it does not count). */
function target(
  labels: View,
  weight: View | null,
  { ignoreIndex }: NLLAttrs,
  classes: number,
  acc: DType,
  n: readonly Expr[],
) {
  const label = labels.at(...n);
  const counts = label.ne(constant(label.dtype === int64 ? BigInt(ignoreIndex) : ignoreIndex, label.dtype));
  const index = nonNegative(where(counts, label, constant(0, label.dtype)), classes);
  const zero = constant(0, acc);
  const own = weight ? weight.at(index).cast(acc) : constant(1, acc);
  return { counts, index, weight: where(counts, own, zero), zero };
}

type NLLList = [reduction?: Reduction, ignoreIndex?: number, labelSmoothing?: number];
interface NLLOptions {
  readonly reduction?: Reduction | undefined;
  readonly ignoreIndex?: number | undefined;
  readonly labelSmoothing?: number | undefined;
}
type Loss = readonly [loss: Tensor, totalWeight: Tensor];

/** The class form; the function `nllLoss` gives the loss alone. */
export const nLLLoss: Op<
  (...args: Args<[logits: Tensor, labels: Tensor, weight: Tensor | null], NLLList, NLLOptions>) => Loss,
  new (...args: Args<[], NLLList, NLLOptions>) => (logits: Tensor, labels: Tensor, weight?: Tensor | null) => Loss
> = defineOp({
  name: 'NLLLoss',
  fn: 'nllLoss',
  sig: 'logits!:T, labels!:I, weight?:P ; reduction, ignoreIndex, labelSmoothing -> T, ?',
  doc: '-weight[label]·logits[label] of logarithms of probabilities (N, C, ...), 0 where the label is ignoreIndex; kept, summed, or divided by the sum of the weights of the labels, which is the second output. labelSmoothing s takes 1 - s of that and s/C of the weighted sum over all classes. A label outside [0, C) is an error.',
  dtypes: { T: floats, P: floats },
  attrs: nllAttrs,
  infer: ({ logits, labels, weight }, { reduction }, op) => {
    checkNll(op, logits, labels, weight);
    return [lossShape(op, [labels], reduction), { dtype: weight?.dtype ?? logits.dtype, shape: [] }];
  },
  pull: ({ logits, labels, weight }, attrs) => {
    const { reduction, labelSmoothing: s } = attrs;
    const loss = (n: readonly Expr[]): Expr => {
      const x = scores(logits, n, 1);
      const t = target(labels, weight, attrs, x.classes, x.acc, n);
      const own = t.weight.mul(x.at(t.index)).neg();
      if (!s) return own;
      const all = sum(x.classes, (c) => (weight ? weight.at(c).cast(x.acc).mul(x.at(c)) : x.at(c)));
      return own.mul(1 - s).sub(where(t.counts, all, t.zero).mul(s / x.classes)); // prettier-ignore
    };
    const acc = wideOf(logits.dtype);
    const weights = (n: readonly Expr[]): Expr => target(labels, weight, attrs, logits.shape[1]!, acc, n).weight;
    const totalWeight = (): Expr => sum(labels.shape, (...n: Expr[]) => weights(n));
    return [
      (...n) => {
        if (reduction === 'none') return loss(n);
        const total = sum(labels.shape, (...k: Expr[]) => loss(k));
        return reduction === 'mean' ? total.div(totalWeight()) : total;
      },
      () => totalWeight(),
    ];
  },
  grad: ({ g, gs, has, ins: [logits, labels, weight], outs: [loss, total], attrs }) => [
    () => nLLLossGrad(g, logits, labels, weight, total, attrs),
    null,
    () => {
      const byTotal = attrs.reduction === 'mean' ? sub(gs[1], div(mul(g, loss), total)) : gs[1];
      const direct = weightGradient(g, logits, labels, total, attrs);
      return has(1) || attrs.reduction === 'mean' ? add(direct, mul(byTotal, countsOf(labels, logits, attrs))) : direct;
    },
  ],
});

/** The labels as ones in a class axis 1, and whether they count, along one of size 1. */
function marked(labels: Tensor, logits: Tensor, { ignoreIndex }: NLLAttrs): readonly [hot: Tensor, counts: Tensor] {
  const classes = logits.shape[1];
  const all = oneHotOp(labels, classes, 1, 0, 1);
  const ignored = oneHotOp(sub(labels, ignoreIndex), 1, 1, 0, 1);
  const hot = ignoreIndex >= 0 && ignoreIndex < classes ? mul(all, sub(1, ignored)) : all;
  return [hot, reduceSum(hot, 1, true)];
}

const perClass = (x: Tensor): Tensor =>
  reduceSum(
    x,
    x.shape.map((_, d) => d).filter((d) => d !== 1),
  );

/** How many labels of each class count. */
const countsOf = (labels: Tensor, logits: Tensor, attrs: NLLAttrs): Tensor =>
  perClass(marked(labels, logits, attrs)[0]);

/** The gradient of NLLLoss by the weights, while their sum stays what it is. */
function weightGradient(g: Tensor, logits: Tensor, labels: Tensor, total: Tensor, attrs: NLLAttrs): Tensor {
  const { labelSmoothing: s, reduction } = attrs;
  const [hot, counts] = marked(labels, logits, attrs);
  const share = s ? add(mul(hot, 1 - s), mul(counts, s / logits.shape[1])) : hot;
  const own = reduction === 'none' ? expandDims(g, 1) : reduction === 'mean' ? div(g, total) : g;
  return neg(perClass(mul(mul(logits, share), own)));
}

export const nLLLossGrad: Op<
  (
    dout: Tensor,
    logits: Tensor,
    labels: Tensor,
    weight: Tensor | null,
    totalWeight: Tensor,
    attrs: NLLOptions,
  ) => Tensor
> = defineOp({
  name: 'NLLLossGrad',
  sig: 'dout!:T, logits!:T, labels!:I, weight?:P, totalWeight?:W ; reduction, ignoreIndex, labelSmoothing -> T',
  doc: 'The gradient of NLLLoss by its logits, which does not depend on them. Internal.',
  dtypes: { T: floats, P: floats, W: floats },
  attrs: nllAttrs,
  infer: ({ logits }) => logits.shape,
  pull: ({ dout, logits, labels, weight, totalWeight }, attrs) => {
    const { reduction, labelSmoothing: s } = attrs;
    const acc = wideOf(logits.dtype);
    const classes = logits.shape[1]!;
    return (...i) => {
      const n = [i[0]!, ...i.slice(2)];
      const t = target(labels, weight, attrs, classes, acc, n);
      const own = where(t.index.eq(i[1]!), t.weight, t.zero);
      const all = where(t.counts, weight ? weight.at(i[1]!).cast(acc) : constant(1, acc), t.zero);
      const share = s ? own.mul(1 - s).add(all.mul(s / classes)) : own;
      const g = (reduction === 'none' ? dout.at(...n) : dout.scalar).cast(acc);
      const each = reduction === 'mean' ? g.div(totalWeight!.scalar.cast(acc)) : g;
      return each.mul(share).neg();
    };
  },
  // Linear in dout; g takes the place of the logits.
  grad: ({ g, ins: [dout, , labels, weight, total], attrs }) => {
    const { reduction } = attrs;
    const loss = (): Tensor => {
      if (reduction !== 'mean') return nLLLoss(g, labels, weight, attrs)[0];
      return div(nLLLoss(g, labels, weight, { ...attrs, reduction: 'sum' })[0], total!);
    };
    return [
      loss,
      null,
      null,
      () => weightGradient(dout, g, labels, total!, attrs),
      reduction === 'mean' ? () => neg(div(mul(dout, loss()), total!)) : null,
    ];
  },
});
