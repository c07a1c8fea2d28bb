import type { Args, Tensor } from '@sporelet/core';
import { huberLoss, l1Loss, mseLoss, smoothL1Loss, sqrt } from '@sporelet/ops';
import { checkNumber } from './check.ts';
import { bindNamed } from './layer.ts';
import type { Reduction, ReductionOptions } from './loss-base.ts';
import { LossBase, checkTensors } from './loss-base.ts';

/** (logits - labels)². Reduction 'mean' by default. */
export class MSELoss extends LossBase {
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return mseLoss(logits, labels, this.reduction);
  }
}

/** The square root of the mean of (logits - labels)². */
export class RMSELoss extends LossBase {
  constructor() {
    super('mean');
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return sqrt(mseLoss(logits, labels));
  }
}

/** |logits - labels|. Reduction 'mean' by default. */
export class L1Loss extends LossBase {
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return l1Loss(logits, labels, this.reduction);
  }
}

/** |logits - labels|: the same as L1Loss. */
export class MAELoss extends L1Loss {}

export interface SmoothL1LossOptions extends ReductionOptions {
  /** Where the parabola ends. Default 1. */
  beta?: number | undefined;
}

/** d² / (2 beta) where d = |logits - labels| < beta, else d - beta / 2. Reduction 'none' by default. */
export class SmoothL1Loss extends LossBase {
  readonly beta: number;

  constructor(...args: Args<[], [beta?: number, reduction?: Reduction], SmoothL1LossOptions>);
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('SmoothL1Loss', ['beta', 'reduction'], 0, args);
    super(given.reduction ?? 'none');
    this.beta = checkNumber('SmoothL1Loss', 'beta', given.beta ?? 1, 'float', { ge: 0 });
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return smoothL1Loss(logits, labels, this.beta, this.reduction);
  }
}

export interface HuberLossOptions extends ReductionOptions {
  /** Where the parabola ends. Default 1. */
  delta?: number | undefined;
}

/** d² / 2 where d = |logits - labels| <= delta, else delta · (d - delta / 2). Reduction 'mean' by default. */
export class HuberLoss extends LossBase {
  readonly delta: number;

  constructor(...args: Args<[], [reduction?: Reduction, delta?: number], HuberLossOptions>);
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('HuberLoss', ['reduction', 'delta'], 0, args);
    super(given.reduction ?? 'mean');
    this.delta = checkNumber('HuberLoss', 'delta', given.delta ?? 1, 'float', { gt: 0 });
  }
  construct(logits: Tensor, labels: Tensor): Tensor {
    checkTensors(this.clsName, { logits, labels });
    return huberLoss(logits, labels, this.reduction, this.delta);
  }
}
