import type { Args, ParameterTuple, Tensor } from '@sporelet/core';
import { Parameter, Tensor as TensorClass, bindArguments } from '@sporelet/core';
import { float32 } from '@sporelet/ir';
import { checkBool, checkNumber } from '@sporelet/nn';
import { ApplyMomentum } from '@sporelet/ops';
import type { LearningRate } from './learning-rate.ts';
import { Optimizer } from './optimizer.ts';
import type { Parameters, WeightDecay } from './param-groups.ts';

/** Options that most optimizers have. */
export interface OptimizerOptions {
  /** Weight decay, at least 0. Without groups it spares parameters named with 'beta' or 'gamma'. Default 0. */
  weightDecay?: WeightDecay | undefined;
  /** Factor of the loss that the gradients carry. Default 1. */
  lossScale?: number | undefined;
}

export interface MomentumOptions extends OptimizerOptions {
  /** Whether the step looks ahead along the momentum. Default false. */
  useNesterov?: boolean | undefined;
}

const names = ['params', 'learningRate', 'momentum', 'weightDecay', 'lossScale', 'useNesterov'];

/** moment = momentum · moment + g; w -= lr · moment, or with Nesterov lr · (g + momentum · moment). Sutskever, 2013. */
export class Momentum extends Optimizer {
  readonly momentum: Parameter;
  readonly moments: ParameterTuple;
  readonly useNesterov: boolean;
  readonly #apply: ApplyMomentum;

  /** @throws ValueError for a momentum below 0 */
  constructor(
    named: {
      readonly params: Parameters;
      readonly learningRate: LearningRate;
      readonly momentum: number;
    } & MomentumOptions,
  );
  constructor(
    ...args: Args<
      [params: Parameters, learningRate: LearningRate, momentum: number],
      [weightDecay?: WeightDecay, lossScale?: number, useNesterov?: boolean],
      MomentumOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'Momentum';
    const [params, learningRate, momentum, weightDecay, lossScale, nesterov] = bindArguments(op, names, 3, args);
    super(learningRate as LearningRate, params as Parameters, weightDecay as WeightDecay, lossScale as number);
    const value = checkNumber(op, 'momentum', momentum, 'float', { ge: 0 });
    this.momentum = new Parameter(new TensorClass(value, float32), 'momentum');
    this.useNesterov = checkBool(op, 'useNesterov', nesterov ?? false);
    this.moments = this.$cloneState('moments', 'zeros');
    this.#apply = new ApplyMomentum({ useNesterov: this.useNesterov });
  }
  construct(gradients: readonly Tensor[]): Tensor {
    const { moments, momentum } = this;
    return this.$update(this.$prepare(gradients), (p, g, lr, i) => {
      this.#apply(p, moments[i]!, lr, g, momentum);
    });
  }
}
