import type { Args, ParameterTuple, Tensor } from '@sporelet/core';
import { bindArguments } from '@sporelet/core';
import { checkBool, checkNumber, checkOneOf } from '@sporelet/nn';
import { ApplyAdagrad, ApplyProximalAdagrad } from '@sporelet/ops';
import type { LearningRate } from './learning-rate.ts';
import type { OptimizerOptions } from './momentum.ts';
import { Optimizer } from './optimizer.ts';
import type { Parameters, WeightDecay } from './param-groups.ts';

interface AccumOptions extends OptimizerOptions {
  /** What accum starts with, at least 0. Default 0.1. */
  accum?: number | undefined;
  /** Default 0.001. */
  learningRate?: LearningRate | undefined;
}

export interface AdagradOptions extends AccumOptions {
  /** Whether accum is updated. Default true. */
  updateSlots?: boolean | undefined;
}

const adagradNames = ['params', 'accum', 'learningRate', 'updateSlots', 'lossScale', 'weightDecay'];

/** accum += g²; w -= lr · g / √accum. The second position is accum, as in MindSpore. */
export class Adagrad extends Optimizer {
  readonly accum: ParameterTuple;
  readonly #apply: ApplyAdagrad;

  /** @throws ValueError for a negative accum */
  constructor(named: { readonly params: Parameters } & AdagradOptions);
  constructor(
    ...args: Args<
      [params: Parameters],
      [
        accum?: number,
        learningRate?: LearningRate,
        updateSlots?: boolean,
        lossScale?: number,
        weightDecay?: WeightDecay,
      ],
      AdagradOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'Adagrad';
    const [params, accum, learningRate, updateSlots, lossScale, weightDecay] = bindArguments(op, adagradNames, 1, args);
    super(
      (learningRate ?? 0.001) as LearningRate,
      params as Parameters,
      weightDecay as WeightDecay,
      lossScale as number,
    );
    const start = checkNumber(op, 'accum', accum ?? 0.1, 'float', { ge: 0 });
    this.#apply = new ApplyAdagrad({ updateSlots: checkBool(op, 'updateSlots', updateSlots ?? true) });
    this.accum = this.$cloneState('accum', start);
  }
  construct(gradients: readonly Tensor[]): Tensor {
    return this.$update(this.$prepare(gradients), (p, g, lr, i) => {
      this.#apply(p, this.accum[i]!, lr, g);
    });
  }
}

export interface ProximalAdagradOptions extends AccumOptions {
  /** L1 regularization, at least 0. Default 0. */
  l1?: number | undefined;
  /** L2 regularization, at least 0. Default 0. */
  l2?: number | undefined;
  /** Has no effect: updates are not concurrent. Default false. */
  useLocking?: boolean | undefined;
  /**
   * The rate of the shrinking: 'lr' as MindSpore documents it, or 'adagrad', lr / √accum, as its kernels compute it; the
   * same when l1 and l2 are 0. Default 'lr'.
   */
  proximalRate?: 'lr' | 'adagrad' | undefined;
}

const proximalNames = ['params', 'accum', 'learningRate', 'l1', 'l2', 'useLocking', 'lossScale', 'weightDecay', 'proximalRate']; // prettier-ignore

/**
 * accum += g²; prox = w - lr · g / √accum; w = sign(prox) · max(|prox| - rate · l1, 0) / (1 + rate · l2), rate = lr
 * unless `proximalRate` says otherwise. The second position is accum, as in MindSpore.
 */
export class ProximalAdagrad extends Optimizer {
  readonly accum: ParameterTuple;
  readonly l1: number;
  readonly l2: number;
  readonly #apply: ApplyProximalAdagrad;

  /** @throws ValueError for a negative accum, l1 or l2 */
  constructor(named: { readonly params: Parameters } & ProximalAdagradOptions);
  constructor(
    ...args: Args<
      [params: Parameters],
      [
        accum?: number,
        learningRate?: LearningRate,
        l1?: number,
        l2?: number,
        useLocking?: boolean,
        lossScale?: number,
        weightDecay?: WeightDecay,
        proximalRate?: 'lr' | 'adagrad',
      ],
      ProximalAdagradOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'ProximalAdagrad';
    const given = bindArguments(op, proximalNames, 1, args);
    const [params, accum, learningRate, l1, l2, useLocking, lossScale, weightDecay, proximalRate] = given;
    super(
      (learningRate ?? 0.001) as LearningRate,
      params as Parameters,
      weightDecay as WeightDecay,
      lossScale as number,
    );
    const start = checkNumber(op, 'accum', accum ?? 0.1, 'float', { ge: 0 });
    this.l1 = checkNumber(op, 'l1', l1 ?? 0, 'float', { ge: 0 });
    this.l2 = checkNumber(op, 'l2', l2 ?? 0, 'float', { ge: 0 });
    this.#apply = new ApplyProximalAdagrad({
      useLocking: checkBool(op, 'useLocking', useLocking ?? false),
      proximalRate: checkOneOf(op, 'proximalRate', proximalRate ?? 'lr', ['lr', 'adagrad']),
    });
    this.accum = this.$cloneState('accum', start);
  }
  construct(gradients: readonly Tensor[]): Tensor {
    return this.$update(this.$prepare(gradients), (p, g, lr, i) => {
      this.#apply(p, this.accum[i]!, lr, this.l1, this.l2, g);
    });
  }
}
