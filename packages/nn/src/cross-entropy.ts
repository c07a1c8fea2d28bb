import type { Args, Tensor } from '@sporelet/core';
import { Tensor as TensorClass, describe } from '@sporelet/core';
import { ValueError, int32, int64, shapeText } from '@sporelet/ir';
import { add, cast, div, equal, gather, gatherD, logSoftmax, mul, neg, notEqual, reduceSum, reshape, select, softmaxCrossEntropyWithLogits, sparseSoftmaxCrossEntropyWithLogits } from '@sporelet/ops'; // prettier-ignore
import { checkBool, checkNumber } from './check.ts';
import { bindNamed } from './layer.ts';
import type { Reduction, ReductionOptions } from './loss-base.ts';
import { LossBase, checkTensors, reduceLoss } from './loss-base.ts';

export interface NLLLossOptions extends ReductionOptions {
  /** Factor of each class's losses, of shape (C). Default none. */
  weight?: Tensor | null | undefined;
  /** Examples of this class do not count. Default -100. */
  ignoreIndex?: number | undefined;
}

export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** Share of each target that is spread over all classes. Default 0. */
  labelSmoothing?: number | undefined;
}

const isIndex = (t: Tensor): boolean => t.dtype === int32 || t.dtype === int64;

/** The class axis: 1, or 0 for one example without a batch axis. */
const classAxis = (logits: Tensor): number => (logits.ndim === 1 ? 0 : 1);

/** A 1-D tensor along the class axis. */
function alongClasses(x: Tensor, logits: Tensor): Tensor {
  const axis = classAxis(logits);
  return reshape(x, [...new Array<number>(axis).fill(1), x.size, ...new Array<number>(logits.ndim - axis - 1).fill(1)]);
}

function checkWeight(op: string, weight: Tensor | null, logits: Tensor): void {
  const classes = logits.shape[classAxis(logits)];
  if (weight && (weight.ndim !== 1 || weight.shape[0] !== classes)) {
    throw new ValueError(`For '${op}', the 'weight' must have shape (${classes},), but got ${shapeText(weight.shape)}.`);
  }
}

/** Minus log-probabilities of targets, weighted, over the sum of the weights for 'mean'. */
function negativeLogLikelihood(
  op: string,
  logProbabilities: Tensor,
  labels: Tensor,
  weight: Tensor | null,
  ignoreIndex: number,
  reduction: Reduction,
  smoothing: number,
): Tensor {
  const axis = classAxis(logProbabilities);
  const { shape } = logProbabilities;
  const expected = shape.filter((_, i) => i !== axis);
  if (!isIndex(labels)) throw new TypeError(`For '${op}', the dtype of 'labels' must be Int32 or Int64, but got ${labels.dtype.name}.`); // prettier-ignore
  if (shapeText(labels.shape) !== shapeText(expected)) {
    throw new ValueError(
      `For '${op}', the shape of 'labels' must be ${shapeText(expected)} for logits of shape ${shapeText(shape)}, ` +
        `but got ${shapeText(labels.shape)}.`,
    );
  }
  checkWeight(op, weight, logProbabilities);
  const along = reshape(
    labels,
    shape.map((n, i) => (i === axis ? 1 : n)),
  );
  const counted = notEqual(along, ignoreIndex);
  const target = select(counted, along, 0);
  const factor = weight && cast(weight, logProbabilities.dtype);
  const weights = cast(counted, logProbabilities.dtype);
  const picked = factor ? mul(weights, gather(factor, target, 0)) : weights;
  let losses = neg(mul(gatherD(logProbabilities, axis, target), picked));
  if (smoothing > 0) {
    const all = factor ? mul(logProbabilities, alongClasses(factor, logProbabilities)) : logProbabilities;
    const spread = neg(mul(reduceSum(all, axis, true), weights));
    losses = add(mul(losses, 1 - smoothing), mul(spread, smoothing / shape[axis]!));
  }
  if (reduction === 'mean') return div(reduceSum(losses), reduceSum(picked));
  return reduceLoss(reshape(losses, expected), reduction);
}

/**
 * Minus the log-probability of the target: logits (log-probabilities) of shape (N, C, ...) or (C) and labels Int32 or
 * Int64 of shape (N, ...) or (). Reduction 'mean', over the sum of the weights, by default.
 */
export class NLLLoss extends LossBase {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;

  constructor(
    ...args: Args<[], [weight?: Tensor | null, ignoreIndex?: number, reduction?: Reduction], NLLLossOptions>
  );
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('NLLLoss', ['weight', 'ignoreIndex', 'reduction'], 0, args);
    super((given.reduction ?? 'mean') as Reduction);
    this.weight = checkOptionalTensor('NLLLoss', given.weight);
    this.ignoreIndex = checkNumber('NLLLoss', 'ignoreIndex', given.ignoreIndex ?? -100, 'int');
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return negativeLogLikelihood(this.clsName, logits, labels, this.weight, this.ignoreIndex, this.reduction, 0);
  }
}

function checkOptionalTensor(op: string, weight: unknown): Tensor | null {
  if (weight === undefined || weight === null) return null;
  if (weight instanceof TensorClass) return weight;
  throw new TypeError(`For '${op}', the 'weight' must be a Tensor or None, but got ${describe(weight)}.`);
}

/**
 * Cross entropy of softmax(logits) with labels: class numbers (Int32 or Int64) of shape (N, ...) for logits (N, C, ...),
 * or probabilities of the logits' shape. Reduction 'mean' by default: over the sum of the targets' weights for class
 * numbers, over the number of examples for probabilities.
 */
export class CrossEntropyLoss extends LossBase {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;

  /** @throws ValueError for a label smoothing outside [0, 1] */
  constructor(
    ...args: Args<
      [],
      [weight?: Tensor | null, ignoreIndex?: number, reduction?: Reduction, labelSmoothing?: number],
      CrossEntropyLossOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'CrossEntropyLoss';
    const given = bindNamed(op, ['weight', 'ignoreIndex', 'reduction', 'labelSmoothing'], 0, args);
    super((given.reduction ?? 'mean') as Reduction);
    this.weight = checkOptionalTensor(op, given.weight);
    this.ignoreIndex = checkNumber(op, 'ignoreIndex', given.ignoreIndex ?? -100, 'int');
    this.labelSmoothing = checkNumber(op, 'labelSmoothing', given.labelSmoothing ?? 0, 'float', { ge: 0, le: 1 });
  }

  construct(logits: Tensor, labels: Tensor): Tensor {
    const { clsName: op, weight, ignoreIndex, reduction, labelSmoothing } = this;
    checkTensors(op, { logits, labels });
    const axis = classAxis(logits);
    const logProbabilities = logSoftmax(logits, axis);
    if (labels.ndim !== logits.ndim || isIndex(labels)) {
      return negativeLogLikelihood(op, logProbabilities, labels, weight, ignoreIndex, reduction, labelSmoothing);
    }
    if (shapeText(labels.shape) !== shapeText(logits.shape)) {
      throw new ValueError(
        `For '${op}', the shape of 'labels' as probabilities must be that of 'logits', ${shapeText(logits.shape)}, ` +
          `but got ${shapeText(labels.shape)}.`,
      );
    }
    checkWeight(op, weight, logits);
    const classes = logits.shape[axis]!;
    const smooth = labelSmoothing > 0 ? add(mul(labels, 1 - labelSmoothing), labelSmoothing / classes) : labels;
    const target = weight ? mul(smooth, alongClasses(weight, logits)) : smooth;
    const losses = neg(reduceSum(mul(logProbabilities, target), axis));
    return reduceLoss(losses, reduction);
  }
}

export interface SoftmaxCrossEntropyWithLogitsOptions extends ReductionOptions {
  /** Whether labels are class numbers instead of one-hot rows. Default false. */
  sparse?: boolean | undefined;
}

/**
 * Cross entropy of softmax(logits), logits (N, C), with one-hot labels (N, C), or class numbers (N) when sparse.
 * Reduction 'none' by default.
 */
export class SoftmaxCrossEntropyWithLogits extends LossBase {
  readonly sparse: boolean;

  constructor(...args: Args<[], [sparse?: boolean, reduction?: Reduction], SoftmaxCrossEntropyWithLogitsOptions>);
  constructor(...args: readonly unknown[]) {
    const op = 'SoftmaxCrossEntropyWithLogits';
    const given = bindNamed(op, ['sparse', 'reduction'], 0, args);
    super((given.reduction ?? 'none') as Reduction);
    this.sparse = checkBool(op, 'sparse', given.sparse ?? false);
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    if (!this.sparse) return this.getLoss(softmaxCrossEntropyWithLogits(logits, labels)[0]);
    if (this.reduction === 'mean') return sparseSoftmaxCrossEntropyWithLogits(logits, labels);
    const classes = new TensorClass(Int32Array.from({ length: logits.shape[1] }, (_, i) => i), { shape: [1, logits.shape[1]] }); // prettier-ignore
    const oneHot = cast(equal(reshape(labels, [-1, 1]), classes), logits.dtype);
    return this.getLoss(softmaxCrossEntropyWithLogits(logits, oneHot)[0]);
  }
}
