import { Tensor } from '@sporelet/core';
import { ValueError, int32 } from '@sporelet/ir';
import { describe, expect, it } from 'vitest';
import type { LearningRateSchedule } from '../src/index.ts';
import { CosineDecayLR, ExponentialDecayLR, InverseDecayLR, NaturalExpDecayLR, PolynomialDecayLR, WarmUpLR, cosineDecayLr, exponentialDecayLr, inverseDecayLr, naturalExpDecayLr, piecewiseConstantLr, polynomialDecayLr, warmupLr } from '../src/index.ts'; // prettier-ignore
import './setup.ts';

// Values of MindSpore 2.10.0 at steps 0, 1, 3, 4 and 6; within 2^-20 relative.
const classes: readonly (readonly [string, LearningRateSchedule, readonly number[]])[] = [
  ['ExponentialDecayLR', new ExponentialDecayLR(0.1, 0.9, 4), [0.1, 0.0974003747, 0.092402108, 0.0899999961, 0.0853815004]],
  ['ExponentialDecayLR by stairs', new ExponentialDecayLR(0.1, 0.9, 4, true), [0.1, 0.1, 0.1, 0.0899999961, 0.0899999961]],
  ['NaturalExpDecayLR', new NaturalExpDecayLR(0.1, 0.9, 4), [0.1, 0.040656969, 0.00672055362, 0.00273237284, 0.000451658358]],
  ['NaturalExpDecayLR by stairs', new NaturalExpDecayLR(0.1, 0.9, 4, { isStair: true }), [0.1, 0.1, 0.1, 0.00273237284, 0.00273237284]],
  ['InverseDecayLR', new InverseDecayLR(0.1, 0.9, 4), [0.1, 0.0816326514, 0.0597014986, 0.0526315831, 0.0425531939]],
  ['InverseDecayLR by stairs', new InverseDecayLR(0.1, 0.9, 4, true), [0.1, 0.1, 0.1, 0.0526315831, 0.0526315831]],
  ['PolynomialDecayLR', new PolynomialDecayLR(0.1, 0.01, 4, 0.5), [0.1, 0.0879422873, 0.055, 0.01, 0.01]],
  ['PolynomialDecayLR with updates', new PolynomialDecayLR(0.1, 0.01, 4, 0.5, { updateDecaySteps: true }), [0.1, 0.0879422873, 0.055, 0.01, 0.055]],
  ['WarmUpLR', new WarmUpLR({ learningRate: 0.1, warmupSteps: 4 }), [0, 0.025, 0.075, 0.1, 0.1]],
  ['CosineDecayLR', new CosineDecayLR(0.01, 0.1, 4), [0.1, 0.0868198052, 0.0231801905, 0.01, 0.01]],
]; // prettier-ignore

describe.each(classes)('%s', (_name, schedule, expected) => {
  it('gives the rates of MindSpore', () => {
    [0, 1, 3, 4, 6].forEach((step, i) => {
      const rate = schedule(new Tensor(step, int32));
      expect(rate.shape).toHaveLength(0);
      expect(Math.abs(rate.item() - expected[i]!)).toBeLessThanOrEqual(2 ** -20 * expected[i]! + 1e-9);
    });
  });
});

// Lists of MindSpore 2.10.0; float64 arithmetic, the last digit may differ.
const lists: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['piecewiseConstantLr', piecewiseConstantLr([2, 5, 10], [0.1, 0.05, 0.01]), [0.1, 0.1, 0.05, 0.05, 0.05, 0.01, 0.01, 0.01, 0.01, 0.01]],
  ['exponentialDecayLr', exponentialDecayLr(0.1, 0.9, 6, 2, 1), [0.1, 0.1, 0.09, 0.09, 0.081, 0.081]],
  ['exponentialDecayLr by stairs', exponentialDecayLr(0.1, 0.9, 6, 2, 2, true), [0.1, 0.1, 0.1, 0.1, 0.09, 0.09]],
  ['naturalExpDecayLr', naturalExpDecayLr(0.1, 0.9, 6, 2, 2), [0.1, 0.1, 0.04065696597405991, 0.04065696597405991, 0.016529888822158657, 0.016529888822158657]],
  ['naturalExpDecayLr by stairs', naturalExpDecayLr(0.1, 0.9, 6, 2, 2, { isStair: true }), [0.1, 0.1, 0.1, 0.1, 0.016529888822158657, 0.016529888822158657]],
  ['inverseDecayLr', inverseDecayLr(0.1, 0.5, 6, 1, 2), [0.1, 0.08, 0.06666666666666667, 0.05714285714285715, 0.05, 0.044444444444444446]],
  ['inverseDecayLr by stairs', inverseDecayLr(0.1, 0.5, 6, 1, 2, true), [0.1, 0.1, 0.06666666666666667, 0.06666666666666667, 0.05, 0.05]],
  ['cosineDecayLr', cosineDecayLr(0.01, 0.1, 6, 2, 2), [0.1, 0.1, 0.055, 0.055, 0.01, 0.01]],
  ['polynomialDecayLr', polynomialDecayLr(0.1, 0.01, 6, 2, 2, 0.5), [0.1, 0.1, 0.07363961030678928, 0.07363961030678928, 0.01, 0.01]],
  ['polynomialDecayLr with updates', polynomialDecayLr(0.1, 0.01, 8, 1, 2, 0.5, true), [0.1, 0.07363961030678928, 0.01, 0.055, 0.01, 0.04674234614174767, 0.01, 0.041819805153394646]],
  ['warmupLr', warmupLr(0.1, 6, 2, 2), [0, 0, 0.05, 0.05, 0.1, 0.1]],
]; // prettier-ignore

describe.each(lists)('%s', (_name, own, expected) => {
  it('lists the rates of MindSpore', () => {
    expect(own).toHaveLength(expected.length);
    own.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 14));
  });
});

describe('arguments of schedules', () => {
  it.each([
    [
      () => new ExponentialDecayLR(0.1, 0.5, 0),
      ValueError,
      "For 'ExponentialDecayLR', the 'decaySteps' must be an int > 0",
    ],
    [() => new ExponentialDecayLR(-1, 0.5, 2), ValueError, "the 'learningRate' must be a float > 0, but got -1."],
    [() => new ExponentialDecayLR(0.1, 0.5, 2, 1 as never), TypeError, "the 'isStair' must be a bool, but got 1."],
    [() => new CosineDecayLR(0.1, 0.01, 2), ValueError, "the 'maxLr' must be greater than the 'minLr'"],
    [() => new WarmUpLR(0.1, 0), ValueError, "the 'warmupSteps' must be an int > 0"],
    [() => new PolynomialDecayLR(0.1, 0.01, 2, 0), ValueError, "the 'power' must be a float > 0"],
    [
      () => piecewiseConstantLr([2, 1], [0.1, 0.2]),
      ValueError,
      'the value of milestone[1] must be greater than milestone[0]',
    ],
    [() => piecewiseConstantLr([2], [0.1, 0.2]), ValueError, "the size of 'milestone' must be same with the size"],
    [() => piecewiseConstantLr([0], [0.1]), ValueError, "the 'milestone[0]' must be an int > 0"],
    [() => cosineDecayLr(0.1, 0.05, 1, 1, 1), ValueError, "the 'maxLr' must be greater than the 'minLr'"],
    [() => exponentialDecayLr(0.1, -0.9, 6, 2, 1), ValueError, "the 'decayRate' must be a float > 0"],
    [() => warmupLr('x' as never, 1, 1, 1), TypeError, "the 'learningRate' must be a float, but got 'x'."],
  ] as const)('are checked: %#', (make, type, text) => {
    expect(make).toThrow(type);
    expect(make).toThrow(text);
  });
});
