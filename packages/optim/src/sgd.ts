import type { Args, ParameterTuple, Tensor } from '@sporelet/core';
import { Parameter, Tensor as TensorClass, bindArguments } from '@sporelet/core';
import { ValueError, float32 } from '@sporelet/ir';
import { checkBool, checkNumber } from '@sporelet/nn';
import { SGD as ApplySGD } from '@sporelet/ops';
import type { LearningRate } from './learning-rate.ts';
import type { OptimizerOptions } from './momentum.ts';
import { Optimizer } from './optimizer.ts';
import type { Parameters, WeightDecay } from './param-groups.ts';

export interface SGDOptions extends OptimizerOptions {
  /** Default 0.1. */
  learningRate?: LearningRate | undefined;
  /** Weight of the old accumulated gradient. Default 0. */
  momentum?: number | undefined;
  /** The new gradient counts 1 - dampening. Default 0. */
  dampening?: number | undefined;
  /** Whether the step looks ahead along the momentum. Default false. */
  nesterov?: boolean | undefined;
  /** A number: SGD takes no cell. Default 0. */
  weightDecay?: number | undefined;
}

const names = ['params', 'learningRate', 'momentum', 'dampening', 'weightDecay', 'nesterov', 'lossScale'];

/** accum = momentum · accum + (1 - dampening) · g, at the first step g; w -= lr · accum, or lr · (g + momentum · accum). */
export class SGD extends Optimizer {
  readonly momentum: Parameter;
  readonly accum: ParameterTuple;
  /** 1 before the first step, 0 after it. */
  readonly stat: ParameterTuple;
  readonly dampening: number;
  readonly nesterov: boolean;
  readonly #apply: ApplySGD;

  /** @throws ValueError for a negative momentum or dampening, or nesterov without momentum or with dampening */
  constructor(named: { readonly params: Parameters } & SGDOptions);
  constructor(
    ...args: Args<
      [params: Parameters],
      [
        learningRate?: LearningRate,
        momentum?: number,
        dampening?: number,
        weightDecay?: number,
        nesterov?: boolean,
        lossScale?: number,
      ],
      SGDOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'SGD';
    const [params, learningRate, momentum, dampening, weightDecay, nesterov, lossScale] = bindArguments(
      op,
      names,
      1,
      args,
    );
    super((learningRate ?? 0.1) as LearningRate, params as Parameters, weightDecay as WeightDecay, lossScale as number);
    const value = checkNumber(op, 'momentum', momentum ?? 0, 'float', { ge: 0 });
    this.dampening = checkNumber(op, 'dampening', dampening ?? 0, 'float', { ge: 0 });
    this.nesterov = checkBool(op, 'nesterov', nesterov ?? false);
    if (this.nesterov && (value <= 0 || this.dampening !== 0)) {
      throw new ValueError(
        `For '${op}', if 'nesterov' is true, 'momentum' must be > 0.0 and 'dampening' must equal to 0.0, ` +
          `but got 'momentum' ${value}, 'dampening' ${this.dampening}.`,
      );
    }
    if (this.dynamicWeightDecay) {
      throw new TypeError(
        `For '${op}', the 'weightDecay' must be a number: a weight decay that changes is not supported.`,
      );
    }
    this.momentum = new Parameter(new TensorClass(value, float32), 'momentum');
    this.accum = this.$cloneState('accum', 'zeros');
    this.stat = this.$cloneState('stat', 'ones');
    this.#apply = new ApplySGD({ dampening: this.dampening, nesterov: this.nesterov });
  }
  construct(gradients: readonly Tensor[]): Tensor {
    const { momentum, accum, stat } = this;
    return this.$update(this.$prepare(gradients), (p, g, lr, i) => {
      this.#apply(p, g, lr, accum[i]!, momentum, stat[i]!);
    });
  }
}
