import type { Args, ParameterTuple, Tensor } from '@sporelet/core';
import { bindArguments } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { checkBool, checkNumber } from '@sporelet/nn';
import { ApplyFtrl } from '@sporelet/ops';
import type { OptimizerOptions } from './momentum.ts';
import { Optimizer } from './optimizer.ts';
import type { Parameters, WeightDecay } from './param-groups.ts';

export interface FTRLOptions extends OptimizerOptions {
  /** What the accumulated squares start with, at least 0. Default 0.1. */
  initialAccum?: number | undefined;
  /** A number above 0: rates that change or differ by group are not supported. Default 0.001. */
  learningRate?: number | undefined;
  /** Power of the accumulated squares, at most 0. Default -0.5. */
  lrPower?: number | undefined;
  /** L1 regularization, at least 0. Default 0. */
  l1?: number | undefined;
  /** L2 regularization, at least 0. Default 0. */
  l2?: number | undefined;
  /** Has no effect: updates are not concurrent. Default false. */
  useLocking?: boolean | undefined;
}

const names = [
  'params',
  'initialAccum',
  'learningRate',
  'lrPower',
  'l1',
  'l2',
  'useLocking',
  'lossScale',
  'weightDecay',
];

/** Follow the regularized leader: McMahan et al., KDD 2013; see the op ApplyFtrl for the formula. */
export class FTRL extends Optimizer {
  readonly moments: ParameterTuple;
  readonly linear: ParameterTuple;
  readonly lrPower: number;
  readonly l1: number;
  readonly l2: number;
  readonly #apply = new ApplyFtrl();

  /** @throws ValueError for numbers out of range, and for learning rates that change or differ by group */
  constructor(named: { readonly params: Parameters } & FTRLOptions);
  constructor(
    ...args: Args<
      [params: Parameters],
      [
        initialAccum?: number,
        learningRate?: number,
        lrPower?: number,
        l1?: number,
        l2?: number,
        useLocking?: boolean,
        lossScale?: number,
        weightDecay?: WeightDecay,
      ],
      FTRLOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'FTRL';
    const [params, initialAccum, learningRate, lrPower, l1, l2, useLocking, lossScale, weightDecay] = bindArguments(op, names, 1, args); // prettier-ignore
    const rate = learningRate ?? 0.001;
    super(rate as number, params as Parameters, weightDecay as WeightDecay, lossScale as number);
    if (this.dynamicLr || this.isGroupLr) {
      throw new ValueError(`For '${op}', dynamic learning rate and group learning rate are currently not supported.`);
    }
    const start = checkNumber(op, 'initialAccum', initialAccum ?? 0.1, 'float', { ge: 0 });
    checkNumber(op, 'learningRate', rate, 'float', { gt: 0 });
    this.lrPower = checkNumber(op, 'lrPower', lrPower ?? -0.5, 'float', { le: 0 });
    this.l1 = checkNumber(op, 'l1', l1 ?? 0, 'float', { ge: 0 });
    this.l2 = checkNumber(op, 'l2', l2 ?? 0, 'float', { ge: 0 });
    checkBool(op, 'useLocking', useLocking ?? false);
    // Unlike in other optimizers weight decay spares no parameter.
    if (!this.isGroup) this.decayFlags = this.parameters.map(() => this.weightDecay !== 0);
    this.moments = this.$cloneState('moments', start);
    this.linear = this.$cloneState('linear', 'zeros');
  }
  construct(gradients: readonly Tensor[]): Tensor {
    const { moments, linear, lrPower, l1, l2 } = this;
    return this.$update(this.$prepare(gradients), (p, g, lr, i) => {
      this.#apply(p, moments[i]!, linear[i]!, g, lr, l1, l2, lrPower);
    });
  }
}
