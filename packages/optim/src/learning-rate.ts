import { Parameter, Tensor, describe } from '@sporelet/core';
import { ValueError, float32 } from '@sporelet/ir';
import { checkNumber } from '@sporelet/nn';
import { add, gather, reshape } from '@sporelet/ops';
import { LearningRateSchedule } from './schedule.ts';

/** A rate; a tensor of shape () or a number for ever; a list or a 1-D tensor: one per step; or a schedule. */
export type LearningRate = number | Tensor | Iterable<number> | LearningRateSchedule;

/** A learning rate checked: a number or schedule as given, a tensor as Float32. */
export type CheckedRate = number | Tensor | LearningRateSchedule;

/** What an optimizer keeps: a Parameter of shape (), or a schedule when the rate changes with the step. */
export type KeptRate = Parameter | LearningRateSchedule;

const isIterable = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value;

/** @throws ValueError for a negative number or a tensor of more than one axis, TypeError for other things */
export function checkRate(op: string, rate: unknown): CheckedRate {
  if (typeof rate === 'number') return checkNumber(op, 'learningRate', rate, 'float', { ge: 0 });
  if (rate instanceof LearningRateSchedule) return rate;
  if (rate instanceof Tensor) {
    if (rate.ndim <= 1) return new Tensor(rate, float32);
    throw new ValueError(`For '${op}', the dimension of the 'learningRate' must be 0 or 1, but got ${rate.ndim}.`);
  }
  if (isIterable(rate)) {
    const list = [...rate].map((r, i) => checkNumber(op, `learningRate[${i}]`, r, 'float'));
    return new Tensor(list, float32);
  }
  throw new TypeError(
    `For '${op}', the 'learningRate' must be a number, Tensor, Iterable or LearningRateSchedule, but got ${describe(rate)}.`,
  );
}

/** Steps that a rate lists, 0 for one that is no list. */
export function listedSteps(rate: CheckedRate): number {
  return rate instanceof Tensor && rate.ndim === 1 ? rate.size : 0;
}

export function isDynamic(rate: CheckedRate): boolean {
  return rate instanceof LearningRateSchedule || listedSteps(rate) > 0;
}

/** Keeps a rate under a name; `asSchedule` where others of the same optimizer change with the step. */
export function keepRate(rate: CheckedRate, name: string, asSchedule: boolean): KeptRate {
  if (rate instanceof LearningRateSchedule) return rate;
  const parameter = new Parameter(new Tensor(rate, float32), name);
  if (parameter.ndim === 1) return new ListedRate(parameter);
  return asSchedule ? new ConstantRate(parameter) : parameter;
}

/** The Parameter behind a kept rate, or the schedule. */
export function rateParameter(rate: KeptRate): KeptRate {
  return rate instanceof ListedRate || rate instanceof ConstantRate ? rate.learningRate : rate;
}

/** Rates of all steps. */
class ListedRate extends LearningRateSchedule {
  readonly learningRate: Parameter;
  constructor(learningRate: Parameter) {
    super();
    this.learningRate = learningRate;
  }
  /** @throws IndexError beyond the list */
  construct(globalStep: Tensor): Tensor {
    return gather(this.learningRate, globalStep, 0);
  }
}

/** One rate for all steps. */
class ConstantRate extends LearningRateSchedule {
  readonly learningRate: Parameter;
  constructor(learningRate: Parameter) {
    super();
    this.learningRate = learningRate;
  }
  construct(_globalStep: Tensor): Tensor {
    return add(this.learningRate, 0);
  }
}

/** The rate at a step, of shape (). */
export function rateAt(rate: KeptRate, globalStep: Tensor): Tensor {
  return rate instanceof LearningRateSchedule ? reshape(rate(globalStep), []) : rate;
}
