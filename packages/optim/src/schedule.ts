import type { Args, Tensor } from '@sporelet/core';
import { bindArguments } from '@sporelet/core';
import { ValueError, float32 } from '@sporelet/ir';
import { Cell, checkBool, checkNumber } from '@sporelet/nn';
import { add, cast, ceil, cos, div, exp, floor, maximum, minimum, mul, pow, sub } from '@sporelet/ops';

/** A learning rate as a function of the step: a cell that takes the step as a tensor of an integer dtype. */
export abstract class LearningRateSchedule extends Cell<(globalStep: Tensor) => Tensor> {}

/** The part of the decay that is done: step / decaySteps, cut to a whole number when `isStair`. */
function progress(step: Tensor, decaySteps: number, isStair: boolean): Tensor {
  const p = div(cast(step, float32), decaySteps);
  return isStair ? floor(p) : p;
}

export interface DecayOptions {
  /** Whether the rate changes only every `decaySteps` steps. Default false. */
  isStair?: boolean | undefined;
}
interface DecayNamed extends DecayOptions {
  readonly learningRate: number;
  readonly decayRate: number;
  readonly decaySteps: number;
}

/** What the decays by a rate share. */
abstract class Decay extends LearningRateSchedule {
  readonly learningRate: number;
  readonly decayRate: number;
  readonly decaySteps: number;
  readonly isStair: boolean;

  /**
   * @param learningRate - the rate at step 0, above 0
   * @param decayRate - above 0
   * @param decaySteps - steps of one decay, an int above 0
   */
  constructor(named: DecayNamed);
  constructor(
    ...args: Args<[learningRate: number, decayRate: number, decaySteps: number], [isStair?: boolean], DecayOptions>
  );
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const names = ['learningRate', 'decayRate', 'decaySteps', 'isStair'];
    const [learningRate, decayRate, decaySteps, isStair] = bindArguments(op, names, 3, args);
    this.decaySteps = checkNumber(op, 'decaySteps', decaySteps, 'int', { gt: 0 });
    this.learningRate = checkNumber(op, 'learningRate', learningRate, 'float', { gt: 0 });
    this.decayRate = checkNumber(op, 'decayRate', decayRate, 'float', { gt: 0 });
    this.isStair = checkBool(op, 'isStair', isStair ?? false);
  }
}

/** learningRate · decayRate^p, p = step / decaySteps. */
export class ExponentialDecayLR extends Decay {
  construct(globalStep: Tensor): Tensor {
    const p = progress(globalStep, this.decaySteps, this.isStair);
    return mul(pow(this.decayRate, p), this.learningRate);
  }
}

/** learningRate · e^(-decayRate · step); with `isStair` the step is cut to a multiple of decaySteps. */
export class NaturalExpDecayLR extends Decay {
  construct(globalStep: Tensor): Tensor {
    const { decaySteps, isStair } = this;
    const step = isStair ? mul(progress(globalStep, decaySteps, true), decaySteps) : cast(globalStep, float32);
    return mul(exp(mul(step, -this.decayRate)), this.learningRate);
  }
}

/** learningRate / (1 + decayRate · p), p = step / decaySteps. */
export class InverseDecayLR extends Decay {
  construct(globalStep: Tensor): Tensor {
    const p = progress(globalStep, this.decaySteps, this.isStair);
    return div(this.learningRate, add(mul(p, this.decayRate), 1));
  }
}

/** minLr + (maxLr - minLr) / 2 · (1 + cos(π · min(step, decaySteps) / decaySteps)). */
export class CosineDecayLR extends LearningRateSchedule {
  readonly minLr: number;
  readonly maxLr: number;
  readonly decaySteps: number;

  /** @throws ValueError unless 0 <= minLr < maxLr */
  constructor(named: { readonly minLr: number; readonly maxLr: number; readonly decaySteps: number });
  constructor(minLr: number, maxLr: number, decaySteps: number);
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const [minLr, maxLr, decaySteps] = bindArguments(op, ['minLr', 'maxLr', 'decaySteps'], 3, args);
    this.minLr = checkNumber(op, 'minLr', minLr, 'float', { ge: 0 });
    this.maxLr = checkNumber(op, 'maxLr', maxLr, 'float', { gt: 0 });
    this.decaySteps = checkNumber(op, 'decaySteps', decaySteps, 'int', { gt: 0 });
    checkOrder(op, this.minLr, this.maxLr);
  }
  construct(globalStep: Tensor): Tensor {
    const { minLr, maxLr, decaySteps } = this;
    const p = minimum(progress(globalStep, decaySteps, false), 1);
    return add(mul(add(cos(mul(p, Math.PI)), 1), 0.5 * (maxLr - minLr)), minLr);
  }
}

/** @throws ValueError unless minLr is below maxLr */
export function checkOrder(op: string, minLr: number, maxLr: number): void {
  if (minLr < maxLr) return;
  throw new ValueError(
    `For '${op}', the 'maxLr' must be greater than the 'minLr', but got 'maxLr' value: ${maxLr}, 'minLr' value: ${minLr}.`,
  );
}

export interface PolynomialDecayOptions {
  /** Whether decaySteps grows to the next multiple that is not below the step. Default false. */
  updateDecaySteps?: boolean | undefined;
}

/** (learningRate - endLearningRate) · (1 - p)^power + endLearningRate, p = min(step, decaySteps) / decaySteps. */
export class PolynomialDecayLR extends LearningRateSchedule {
  readonly learningRate: number;
  readonly endLearningRate: number;
  readonly decaySteps: number;
  readonly power: number;
  readonly updateDecaySteps: boolean;

  constructor(
    named: {
      readonly learningRate: number;
      readonly endLearningRate: number;
      readonly decaySteps: number;
      readonly power: number;
    } & PolynomialDecayOptions,
  );
  constructor(
    ...args: Args<
      [learningRate: number, endLearningRate: number, decaySteps: number, power: number],
      [updateDecaySteps?: boolean],
      PolynomialDecayOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const names = ['learningRate', 'endLearningRate', 'decaySteps', 'power', 'updateDecaySteps'];
    const [learningRate, endLearningRate, decaySteps, power, update] = bindArguments(op, names, 4, args);
    this.learningRate = checkNumber(op, 'learningRate', learningRate, 'float', { gt: 0 });
    this.endLearningRate = checkNumber(op, 'endLearningRate', endLearningRate, 'float', { ge: 0 });
    this.decaySteps = checkNumber(op, 'decaySteps', decaySteps, 'int', { gt: 0 });
    this.power = checkNumber(op, 'power', power, 'float', { gt: 0 });
    this.updateDecaySteps = checkBool(op, 'updateDecaySteps', update ?? false);
  }
  construct(globalStep: Tensor): Tensor {
    const { learningRate, endLearningRate, decaySteps, power, updateDecaySteps } = this;
    const step = progress(globalStep, decaySteps, false);
    const p = updateDecaySteps ? div(step, maximum(ceil(step), 1)) : minimum(step, 1);
    return add(mul(pow(sub(1, p), power), learningRate - endLearningRate), endLearningRate);
  }
}

/** learningRate · min(step, warmupSteps) / warmupSteps. */
export class WarmUpLR extends LearningRateSchedule {
  readonly learningRate: number;
  readonly warmupSteps: number;

  constructor(named: { readonly learningRate: number; readonly warmupSteps: number });
  constructor(learningRate: number, warmupSteps: number);
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const [learningRate, warmupSteps] = bindArguments(op, ['learningRate', 'warmupSteps'], 2, args);
    this.learningRate = checkNumber(op, 'learningRate', learningRate, 'float', { ge: 0 });
    this.warmupSteps = checkNumber(op, 'warmupSteps', warmupSteps, 'int', { gt: 0 });
  }
  construct(globalStep: Tensor): Tensor {
    return mul(minimum(progress(globalStep, this.warmupSteps, false), 1), this.learningRate);
  }
}
