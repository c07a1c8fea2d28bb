import type { Args, Tensor } from '@sporelet/core';
import { Tensor as TensorClass } from '@sporelet/core';
import { cast, crossEntropy, equal, nllLoss, reshape, softmaxCrossEntropyWithLogits, sparseSoftmaxCrossEntropyWithLogits } from '@sporelet/ops'; // prettier-ignore
import { checkBool, checkNumber } from './check.ts';
import { bindNamed } from './layer.ts';
import type { Reduction, ReductionOptions } from './loss-base.ts';
import { LossBase, checkOptionalTensor, checkTensors } from './loss-base.ts';

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

/**
 * Minus the log-probability of the target: logits (log-probabilities) of shape (N, C, ...) or (C) and labels Int32 or
 * Int64 of shape (N, ...) or (). Reduction 'mean', over the sum of the weights, by default.
 */
export class NLLLoss extends LossBase {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;

  constructor(...args: Args<[], [weight?: Tensor | null, ignoreIndex?: number, reduction?: Reduction], NLLLossOptions>);
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('NLLLoss', ['weight', 'ignoreIndex', 'reduction'], 0, args);
    super(given.reduction ?? 'mean');
    this.weight = checkOptionalTensor('NLLLoss', 'weight', given.weight);
    this.ignoreIndex = checkNumber('NLLLoss', 'ignoreIndex', given.ignoreIndex ?? -100, 'int');
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return nllLoss(logits, labels, this.weight, this.ignoreIndex, this.reduction);
  }
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
    super(given.reduction ?? 'mean');
    this.weight = checkOptionalTensor(op, 'weight', given.weight);
    this.ignoreIndex = checkNumber(op, 'ignoreIndex', given.ignoreIndex ?? -100, 'int');
    this.labelSmoothing = checkNumber(op, 'labelSmoothing', given.labelSmoothing ?? 0, 'float', { ge: 0, le: 1 });
  }

  construct(logits: Tensor, labels: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    checkTensors(this.clsName, { logits, labels });
    return crossEntropy(logits, labels, weight, ignoreIndex, reduction, labelSmoothing);
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
    super(given.reduction ?? 'none');
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
