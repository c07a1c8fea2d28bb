import type { Args, Tensor } from '@sporelet/core';
import { binaryCrossEntropy, binaryCrossEntropyWithLogits } from '@sporelet/ops';
import { bindNamed } from './layer.ts';
import type { Reduction, ReductionOptions } from './loss-base.ts';
import { LossBase, checkOptionalTensor, checkTensors } from './loss-base.ts';

export interface BCELossOptions extends ReductionOptions {
  /** Factor of each element's loss, broadcast to the logits. Default none. */
  weight?: Tensor | null | undefined;
}

/**
 * -(y · log p + (1 - y) · log(1 - p)) for probabilities p and labels y; p and 1 - p count as 1e-12 at least. Reduction
 * 'mean' by default.
 */
export class BCELoss extends LossBase {
  readonly weight: Tensor | null;

  constructor(...args: Args<[], [weight?: Tensor | null, reduction?: Reduction], BCELossOptions>);
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('BCELoss', ['weight', 'reduction'], 0, args);
    super(given.reduction ?? 'mean');
    this.weight = checkOptionalTensor('BCELoss', 'weight', given.weight);
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return binaryCrossEntropy(logits, labels, this.weight, this.reduction);
  }
}

export interface BCEWithLogitsLossOptions extends BCELossOptions {
  /** Factor of the losses of positive examples, broadcast to the logits. Default none. */
  posWeight?: Tensor | null | undefined;
}

/**
 * The binary cross entropy of sigmoid(x) and y, without overflow: (1 - y) · x + w · softplus(-x) with
 * w = 1 + (posWeight - 1) · y. Reduction 'mean' by default.
 */
export class BCEWithLogitsLoss extends LossBase {
  readonly weight: Tensor | null;
  readonly posWeight: Tensor | null;

  constructor(
    ...args: Args<
      [],
      [reduction?: Reduction, weight?: Tensor | null, posWeight?: Tensor | null],
      BCEWithLogitsLossOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('BCEWithLogitsLoss', ['reduction', 'weight', 'posWeight'], 0, args);
    super(given.reduction ?? 'mean');
    this.weight = checkOptionalTensor('BCEWithLogitsLoss', 'weight', given.weight);
    this.posWeight = checkOptionalTensor('BCEWithLogitsLoss', 'posWeight', given.posWeight);
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return binaryCrossEntropyWithLogits(logits, labels, this.weight, this.posWeight, this.reduction);
  }
}
