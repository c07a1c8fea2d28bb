import { Parameter, Tensor } from '@sporelet/core';
import { float32 } from '@sporelet/ir';
import { Cell } from '@sporelet/nn';
import { add, cast, mul } from '@sporelet/ops';
import { describe, expect, it } from 'vitest';
import type { Optimizer } from '../src/index.ts';
import { AdamWeightDecay, Adagrad, Adam, CosineDecayLR, ExponentialDecayLR, FTRL, Momentum, ProximalAdagrad, RMSProp, SGD } from '../src/index.ts'; // prettier-ignore
import { documentedReference, optimizerReference } from './reference.ts';
import './setup.ts';

const gradients = [
  [
    [[0.1, -0.2, 0.3], [-0.4, 0.5, 0.6]],
    [0.05, -0.07],
  ],
  [
    [[-0.3, 0.2, 0.1], [0.2, -0.1, 0.05]],
    [-0.02, 0.04],
  ],
  [
    [[0.15, 0.25, -0.35], [0.45, -0.55, 0.65]],
    [0.01, 0.03],
  ],
] as const; // prettier-ignore

/** 0.01 · (step + 1). */
class GrowingDecay extends Cell<(step: Tensor) => Tensor> {
  construct(step: Tensor): Tensor {
    return mul(add(cast(step, float32), 1), 0.01);
  }
}

type Make = (w: Parameter, gamma: Parameter) => Optimizer;
const cases: Readonly<Record<string, Make>> = {
  SGD: (w, g) => new SGD([w, g], 0.1),
  'SGD momentum': (w, g) => new SGD([w, g], 0.1, { momentum: 0.9, dampening: 0.2, weightDecay: 0.01 }),
  'SGD nesterov': (w, g) => new SGD([w, g], 0.1, { momentum: 0.9, nesterov: true, weightDecay: 0.01, lossScale: 2 }),
  Momentum: (w, g) => new Momentum([w, g], 0.1, 0.9),
  'Momentum nesterov': (w, g) => new Momentum([w, g], 0.1, 0.9, 0.01, { lossScale: 4, useNesterov: true }),
  Adam: (w, g) => new Adam([w, g], 0.01),
  'Adam nesterov': (w, g) =>
    new Adam([w, g], 0.01, { beta1: 0.8, beta2: 0.99, eps: 1e-6, useNesterov: true, weightDecay: 0.05, lossScale: 2 }),
  'Adam amsgrad': (w, g) => new Adam([w, g], 0.01, { useAmsgrad: true }),
  AdamWeightDecay: (w, g) => new AdamWeightDecay([w, g], 0.01, { weightDecay: 0.1 }),
  Adagrad: (w, g) => new Adagrad([w, g], { accum: 0.2, learningRate: 0.1 }),
  'Adagrad no slots': (w, g) =>
    new Adagrad({ params: [w, g], accum: 0.2, learningRate: 0.1, updateSlots: false, weightDecay: 0.01 }),
  'ProximalAdagrad plain': (w, g) => new ProximalAdagrad([w, g], { learningRate: 0.1, weightDecay: 0.01 }),
  // MindSpore's kernels shrink by the adaptive rate, not as documented.
  ProximalAdagrad: (w, g) => new ProximalAdagrad([w, g], 0.2, 0.1, 0.02, 0.05, { proximalRate: 'adagrad' }),
  'ProximalAdagrad lr': (w, g) => new ProximalAdagrad([w, g], 0.2, 0.1, 0.02, 0.05),
  RMSProp: (w, g) => new RMSProp([w, g], 0.05),
  'RMSProp momentum': (w, g) =>
    new RMSProp([w, g], 0.05, { decay: 0.8, momentum: 0.5, epsilon: 1e-6, weightDecay: 0.01 }),
  'RMSProp centered': (w, g) => new RMSProp([w, g], 0.05, { momentum: 0.5, centered: true }),
  FTRL: (w, g) => new FTRL([w, g], { learningRate: 0.1 }),
  'FTRL l1': (w, g) => new FTRL([w, g], 0.2, 0.1, -0.5, 0.05, 0.1, { weightDecay: 0.01 }),
  'list lr': (w, g) => new Momentum([w, g], [0.1, 0.05, 0.01, 0.005], 0.9),
  'schedule lr': (w, g) => new Adam([w, g], new CosineDecayLR(0.01, 0.1, 4)),
  groups: (w, g) => new Momentum([{ params: [w], weightDecay: 0.01, lr: 0.2 }, { params: [g] }], 0.1, 0.9, 0.02),
  'groups order': (w, g) =>
    new SGD([{ params: [g], lr: 0.2 }, { params: [w], weightDecay: 0.1 }, { orderParams: [w, g] }], 0.1),
  'groups dynamic': (w, g) =>
    new Adam(
      [
        { params: [w], lr: new ExponentialDecayLR(0.1, 0.5, 2) },
        { params: [g], weightDecay: 0.1 },
      ],
      0.02,
    ),
  'groups lists': (w, g) =>
    new Momentum([{ params: [w], lr: [0.3, 0.2, 0.1] }, { params: [g] }], [0.1, 0.05, 0.01], 0.9),
  'dynamic weight decay': (w, g) => new Momentum([w, g], 0.1, 0.9, new GrowingDecay()),
  'AdamWeightDecay groups': (w, g) =>
    new AdamWeightDecay(
      [
        { params: [w], weightDecay: 0.1, lr: 0.05 },
        { params: [g], weightDecay: 0 },
      ],
      0.01,
      {
        weightDecay: 0.1,
      },
    ),
};

const references = { ...optimizerReference, ...documentedReference };

describe.each(Object.keys(cases))('%s', (name) => {
  it('does three steps as MindSpore does', () => {
    const w = new Parameter([[1, -2, 0.5], [0.25, 3, -1.5]], 'w'); // prettier-ignore
    const gamma = new Parameter([0.3, -0.1], 'gamma');
    const optimizer = cases[name]!(w, gamma);
    for (const [a, b] of gradients) expect(optimizer([new Tensor(a), new Tensor(b)]).tolist()).toBe(true);
    const expected = references[name]!;
    const parameters = [...optimizer.getParameters()];
    expect(parameters.map((p) => p.name)).toEqual(Object.keys(expected));
    for (const p of parameters) {
      const theirs = [expected[p.name]].flat(3) as number[];
      p.asnumpy()
        .toFloat64()
        .forEach((own, i) => {
          // A few float32 roundings on the way.
          const allowed = 2 ** -20 * Math.abs(theirs[i]!) + 2 ** -24;
          expect(Math.abs(own - theirs[i]!), `${p.name} ${own} ${theirs[i]}`).toBeLessThanOrEqual(allowed);
        });
    }
  });
});
