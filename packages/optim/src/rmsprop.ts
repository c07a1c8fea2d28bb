import type { Args, Tensor } from '@sporelet/core';
import { ParameterTuple, bindArguments } from '@sporelet/core';
import { checkBool, checkNumber } from '@sporelet/nn';
import { ApplyCenteredRMSProp, ApplyRMSProp } from '@sporelet/ops';
import type { LearningRate } from './learning-rate.ts';
import type { OptimizerOptions } from './momentum.ts';
import { Optimizer } from './optimizer.ts';
import type { Parameters, WeightDecay } from './param-groups.ts';

export interface RMSPropOptions extends OptimizerOptions {
  /** Default 0.1. */
  learningRate?: LearningRate | undefined;
  /** Decay of the mean square, at least 0. Default 0.9. */
  decay?: number | undefined;
  /** Weight of the old step, at least 0. Default 0. */
  momentum?: number | undefined;
  /** Added to the mean square, above 0. Default 1e-10. */
  epsilon?: number | undefined;
  /** Has no effect: updates are not concurrent. Default false. */
  useLocking?: boolean | undefined;
  /** Whether the variance of the gradient takes the place of its mean square. Default false. */
  centered?: boolean | undefined;
}

const names = ['params', 'learningRate', 'decay', 'momentum', 'epsilon', 'useLocking', 'centered', 'lossScale', 'weightDecay']; // prettier-ignore

/**
 * meanSquare = decay · meanSquare + (1 - decay) · g²; moment = momentum · moment + lr · g / √(meanSquare + epsilon);
 * w -= moment. Tieleman and Hinton, 2012; centered: Graves, 2013.
 */
export class RMSProp extends Optimizer {
  /** Means of the gradients, empty unless `centered`. */
  readonly mg: ParameterTuple;
  readonly ms: ParameterTuple;
  readonly moment: ParameterTuple;
  readonly decay: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  readonly #apply = new ApplyRMSProp();
  readonly #applyCentered = new ApplyCenteredRMSProp();

  /** @throws ValueError for a negative decay or momentum, or epsilon not above 0 */
  constructor(named: { readonly params: Parameters } & RMSPropOptions);
  constructor(
    ...args: Args<
      [params: Parameters],
      [
        learningRate?: LearningRate,
        decay?: number,
        momentum?: number,
        epsilon?: number,
        useLocking?: boolean,
        centered?: boolean,
        lossScale?: number,
        weightDecay?: WeightDecay,
      ],
      RMSPropOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'RMSProp';
    const given = bindArguments(op, names, 1, args);
    const [params, learningRate, decay, momentum, epsilon, useLocking, centered, lossScale, weightDecay] = given;
    super((learningRate ?? 0.1) as LearningRate, params as Parameters, weightDecay as WeightDecay, lossScale as number);
    this.decay = checkNumber(op, 'decay', decay ?? 0.9, 'float', { ge: 0 });
    this.momentum = checkNumber(op, 'momentum', momentum ?? 0, 'float', { ge: 0 });
    this.epsilon = checkNumber(op, 'epsilon', epsilon ?? 1e-10, 'float', { gt: 0 });
    checkBool(op, 'useLocking', useLocking ?? false);
    this.centered = checkBool(op, 'centered', centered ?? false);
    this.mg = this.centered ? this.$cloneState('mean_grad', 'zeros') : new ParameterTuple([]);
    this.ms = this.$cloneState('mean_square', 'ones');
    this.moment = this.$cloneState('moment', 'zeros');
  }
  construct(gradients: readonly Tensor[]): Tensor {
    const { mg, ms, moment, decay, momentum, epsilon, centered } = this;
    return this.$update(this.$prepare(gradients), (p, g, lr, i) => {
      if (centered) this.#applyCentered(p, mg[i]!, ms[i]!, moment[i]!, g, lr, decay, momentum, epsilon);
      else this.#apply(p, ms[i]!, moment[i]!, lr, g, decay, momentum, epsilon);
    });
  }
}
