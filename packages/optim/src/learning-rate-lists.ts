import { bindArguments, describe } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { checkBool, checkNumber } from '@sporelet/nn';
import { checkOrder } from './schedule.ts';

// Learning rates as lists, one number per step; epoch = floor(step / stepPerEpoch).

/** The rates of all steps, from a function of the epoch. */
function perEpoch(op: string, totalStep: unknown, stepPerEpoch: unknown, rate: (epoch: number) => number): number[] {
  const total = checkNumber(op, 'totalStep', totalStep, 'int', { gt: 0 });
  const steps = checkNumber(op, 'stepPerEpoch', stepPerEpoch, 'int', { gt: 0 });
  return Array.from({ length: total }, (_, i) => rate(Math.floor(i / steps)));
}

/** Decays of one form: the rate of an epoch from the decay rate and the epoch in units of decayEpoch. */
function decay(op: string, args: readonly unknown[], of: (decayRate: number, p: number, decayEpoch: number) => number) {
  const names = ['learningRate', 'decayRate', 'totalStep', 'stepPerEpoch', 'decayEpoch', 'isStair'];
  const [learningRate, decayRate, totalStep, stepPerEpoch, decayEpoch, isStair] = bindArguments(op, names, 5, args);
  const lr = checkNumber(op, 'learningRate', learningRate, 'float', { gt: 0 });
  const rate = checkNumber(op, 'decayRate', decayRate, 'float', { gt: 0 });
  const period = checkNumber(op, 'decayEpoch', decayEpoch, 'int', { gt: 0 });
  const stair = checkBool(op, 'isStair', isStair ?? false);
  return perEpoch(op, totalStep, stepPerEpoch, (epoch) => {
    const p = epoch / period;
    return lr * of(rate, stair ? Math.floor(p) : p, period);
  });
}

interface DecayListOptions {
  /** Whether the rate changes only every `decayEpoch` epochs. Default false. */
  isStair?: boolean | undefined;
}
type DecayList = (
  learningRate: number,
  decayRate: number,
  totalStep: number,
  stepPerEpoch: number,
  decayEpoch: number,
  isStair?: boolean | DecayListOptions,
) => number[];

/** learningRate · decayRate^(epoch / decayEpoch). */
export const exponentialDecayLr: DecayList = (...args) => decay('exponentialDecayLr', args, (rate, p) => rate ** p);

/** learningRate · e^(-decayRate · epoch); with `isStair` the epoch is cut to a multiple of decayEpoch. */
export const naturalExpDecayLr: DecayList = (...args) =>
  decay('naturalExpDecayLr', args, (rate, p, decayEpoch) => Math.exp(-rate * p * decayEpoch));

/** learningRate / (1 + decayRate · epoch / decayEpoch). */
export const inverseDecayLr: DecayList = (...args) => decay('inverseDecayLr', args, (rate, p) => 1 / (1 + rate * p));

/**
 * learningRates[i] up to step milestone[i], exclusive.
 * @param milestone - steps, rising
 */
export function piecewiseConstantLr(milestone: readonly number[], learningRates: readonly number[]): number[] {
  const op = 'piecewiseConstantLr';
  for (const [name, list] of Object.entries({ milestone, learningRates })) {
    if (!Array.isArray(list))
      throw new TypeError(`For '${op}', the '${name}' must be a tuple or list, but got ${describe(list)}.`);
  }
  if (milestone.length !== learningRates.length) {
    throw new ValueError(
      `For '${op}', the size of 'milestone' must be same with the size of 'learningRates', ` +
        `but got 'milestone' size: ${milestone.length}, 'learningRates' size: ${learningRates.length}.`,
    );
  }
  let last = 0;
  return milestone.flatMap((end, i) => {
    checkNumber(op, `milestone[${i}]`, end, 'int', { gt: 0 });
    const lr = checkNumber(op, `learningRates[${i}]`, learningRates[i], 'float');
    if (end < last) {
      throw new ValueError(
        `For '${op}', the value of milestone[${i}] must be greater than milestone[${i - 1}], ` +
          `but got milestone[${i}]: ${end}, milestone[${i - 1}]: ${last}.`,
      );
    }
    const part = new Array<number>(end - last).fill(lr);
    last = end;
    return part;
  });
}

/** minLr + (maxLr - minLr) / 2 · (1 + cos(π · min(epoch, decayEpoch) / decayEpoch)). */
export function cosineDecayLr(
  minLr: number,
  maxLr: number,
  totalStep: number,
  stepPerEpoch: number,
  decayEpoch: number,
): number[] {
  const op = 'cosineDecayLr';
  checkNumber(op, 'minLr', minLr, 'float', { ge: 0 });
  checkNumber(op, 'maxLr', maxLr, 'float', { gt: 0 });
  checkNumber(op, 'decayEpoch', decayEpoch, 'int', { gt: 0 });
  checkOrder(op, minLr, maxLr);
  const delta = 0.5 * (maxLr - minLr);
  return perEpoch(op, totalStep, stepPerEpoch, (epoch) => {
    const e = Math.min(epoch, decayEpoch);
    return minLr + delta * (1 + Math.cos((Math.PI * e) / decayEpoch));
  });
}

/**
 * (learningRate - endLearningRate) · (1 - p)^power + endLearningRate, p = min(epoch, decayEpoch) / decayEpoch.
 * @param updateDecayEpoch - whether decayEpoch grows to the next multiple that is not below the epoch
 */
export function polynomialDecayLr(
  learningRate: number,
  endLearningRate: number,
  totalStep: number,
  stepPerEpoch: number,
  decayEpoch: number,
  power: number,
  updateDecayEpoch: boolean | { readonly updateDecayEpoch?: boolean | undefined } = false,
): number[] {
  const op = 'polynomialDecayLr';
  checkNumber(op, 'learningRate', learningRate, 'float', { gt: 0 });
  checkNumber(op, 'endLearningRate', endLearningRate, 'float', { ge: 0 });
  checkNumber(op, 'decayEpoch', decayEpoch, 'int', { gt: 0 });
  checkNumber(op, 'power', power, 'float', { gt: 0 });
  const given = typeof updateDecayEpoch === 'object' ? (updateDecayEpoch.updateDecayEpoch ?? false) : updateDecayEpoch;
  const update = checkBool(op, 'updateDecayEpoch', given);
  return perEpoch(op, totalStep, stepPerEpoch, (epoch) => {
    const period = update ? decayEpoch * Math.max(Math.ceil(epoch / decayEpoch), 1) : decayEpoch;
    const p = Math.min(epoch, period) / period;
    return (learningRate - endLearningRate) * (1 - p) ** power + endLearningRate;
  });
}

/** learningRate · min(epoch, warmupEpoch) / warmupEpoch. */
export function warmupLr(learningRate: number, totalStep: number, stepPerEpoch: number, warmupEpoch: number): number[] {
  const op = 'warmupLr';
  checkNumber(op, 'learningRate', learningRate, 'float', { ge: 0 });
  checkNumber(op, 'warmupEpoch', warmupEpoch, 'int', { gt: 0 });
  return perEpoch(op, totalStep, stepPerEpoch, (epoch) => (learningRate * Math.min(epoch, warmupEpoch)) / warmupEpoch);
}
