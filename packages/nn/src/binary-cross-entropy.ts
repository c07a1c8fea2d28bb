import type { Args, Tensor } from '@sporelet/core';
import { abs, add, exp, log, log1p, maximum, mul, neg, sub } from '@sporelet/ops';
import { bindNamed } from './layer.ts';
import type { Reduction, ReductionOptions } from './loss-base.ts';
import { LossBase, checkSameShape, checkTensors } from './loss-base.ts';

export interface BCELossOptions extends ReductionOptions {
  /** Factor of each element's loss, broadcast to the logits. Default none. */
  weight?: Tensor | null | undefined;
}

/** Below this, probabilities count as this: a logarithm stays finite. */
const least = 1e-12;

/** -(y · log p + (1 - y) · log(1 - p)) for probabilities p and labels y. Reduction 'mean' by default. */
export class BCELoss extends LossBase {
  readonly weight: Tensor | null;

  constructor(...args: Args<[], [weight?: Tensor | null, reduction?: Reduction], BCELossOptions>);
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('BCELoss', ['weight', 'reduction'], 0, args);
    super((given.reduction ?? 'mean') as Reduction);
    this.weight = (given.weight ?? null) as Tensor | null;
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    checkSameShape(this.clsName, logits, labels);
    const ofOne = mul(labels, log(maximum(logits, least)));
    const ofZero = mul(sub(1, labels), log(maximum(sub(1, logits), least)));
    return this.getLoss(neg(add(ofOne, ofZero)), this.weight ?? 1);
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
    super((given.reduction ?? 'mean') as Reduction);
    this.weight = (given.weight ?? null) as Tensor | null;
    this.posWeight = (given.posWeight ?? null) as Tensor | null;
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    const softplus = add(maximum(neg(logits), 0), log1p(exp(neg(abs(logits)))));
    const factor = this.posWeight ? add(mul(sub(this.posWeight, 1), labels), 1) : 1;
    return this.getLoss(add(mul(sub(1, labels), logits), mul(softplus, factor)), this.weight ?? 1);
  }
}
