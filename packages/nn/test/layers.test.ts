import { Tensor } from '@sporelet/core';
import { int32 } from '@sporelet/ir';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../src/index.ts';
import { AvgPool2d, BatchNorm1d, BatchNorm2d, CELU, Conv1d, Conv2d, Dense, Dropout, ELU, Embedding, FastGelu, GELU, GLU, GroupNorm, HShrink, HSigmoid, HSwish, Hardtanh, LayerNorm, LeakyReLU, LogSigmoid, LogSoftmax, MaxPool2d, Mish, PReLU, ReLU, ReLU6, SeLU, SiLU, Sigmoid, SoftShrink, Softmax, Softmin, Softsign, Tanh, Tanhshrink } from '../src/index.ts'; // prettier-ignore
import { layersReference } from './layers-reference.ts';
import { expectLike, waves } from './reference-case.ts';
import './setup.ts';

const image = waves([2, 2, 5, 5]);
const points = waves([4, 3]);
const ids = new Tensor([[0, 2], [4, 2]], int32); // prettier-ignore
const mixed = new Tensor([[-7, -3.2, -2.5, -1, -0.4], [0.3, 0.5001, 1.2, 3.3, 6.5]]); // prettier-ignore
const one = (shape: readonly number[]): Tensor => waves(shape);

type Case = readonly [make: () => Cell, input: Tensor, training?: boolean];
const cases: Readonly<Record<string, Case>> = {
  Dense: [() => new Dense(3, 4), one([2, 3])],
  'Dense 3d': [() => new Dense(3, 2, { activation: 'tanh' }), one([2, 2, 3])],
  'Conv2d same': [() => new Conv2d(2, 3, 3, { hasBias: true }), image],
  'Conv2d valid stride': [() => new Conv2d(2, 3, 3, { stride: 2, padMode: 'valid' }), image],
  'Conv2d pad dilation group': [
    () =>
      new Conv2d({ inChannels: 2, outChannels: 4, kernelSize: 3, padMode: 'pad', padding: [1, 2, 0, 1], dilation: 2, group: 2, hasBias: true }), // prettier-ignore
    image,
  ],
  Conv1d: [() => new Conv1d(2, 3, 3, { hasBias: true }), one([2, 2, 6])],
  'Conv1d pad': [() => new Conv1d(2, 3, 3, 2, 'pad', 2), one([2, 2, 6])],
  MaxPool2d: [() => new MaxPool2d(2, 2), image],
  'MaxPool2d same': [() => new MaxPool2d(3, 2, { padMode: 'same' }), image],
  'MaxPool2d pad': [() => new MaxPool2d(3, 2, { padMode: 'pad', padding: 1 }), image],
  'MaxPool2d 3d': [() => new MaxPool2d(2, 2), one([2, 5, 5])],
  AvgPool2d: [() => new AvgPool2d(2, 2), image],
  'AvgPool2d same': [() => new AvgPool2d(3, 2, { padMode: 'same' }), image],
  'AvgPool2d pad': [() => new AvgPool2d(3, 2, { padMode: 'pad', padding: 1, countIncludePad: false }), image],
  'AvgPool2d divisor': [
    () => new AvgPool2d(2, 1, { padMode: 'pad', padding: 1, divisorOverride: 3, ceilMode: true }),
    image,
  ],
  'BatchNorm2d eval': [() => new BatchNorm2d(2), image],
  'BatchNorm2d train': [() => new BatchNorm2d(2), image, true],
  'BatchNorm2d batch statistics': [() => new BatchNorm2d(2, { useBatchStatistics: true }), image],
  'BatchNorm1d train': [() => new BatchNorm1d(3, { momentum: 0.8, eps: 1e-3 }), points, true],
  'BatchNorm1d eval': [() => new BatchNorm1d(3), points],
  'BatchNorm1d 3d eval': [() => new BatchNorm1d(3), one([4, 3, 2])],
  LayerNorm: [() => new LayerNorm([3]), one([2, 3])],
  'LayerNorm 2': [() => new LayerNorm([5, 5], { beginNormAxis: 2, beginParamsAxis: 2, epsilon: 1e-3 }), image],
  GroupNorm: [() => new GroupNorm(2, 4), one([2, 4, 3, 3])],
  'Dropout eval': [() => new Dropout({ p: 0.5 }), one([2, 3])],
  Embedding: [() => new Embedding(5, 3), ids],
  'Embedding one hot': [() => new Embedding(5, 3, true), ids],
  ReLU: [() => new ReLU(), mixed],
  ReLU6: [() => new ReLU6(), mixed],
  LeakyReLU: [() => new LeakyReLU(), mixed],
  ELU: [() => new ELU(), mixed],
  GELU: [() => new GELU(), mixed],
  GELUerf: [() => new GELU(false), mixed],
  SiLU: [() => new SiLU(), mixed],
  Tanh: [() => new Tanh(), mixed],
  Sigmoid: [() => new Sigmoid(), mixed],
  Softmax: [() => new Softmax(), mixed],
  Softmax0: [() => new Softmax(0), mixed],
  LogSoftmax: [() => new LogSoftmax(), mixed],
  HSwish: [() => new HSwish(), mixed],
  HSigmoid: [() => new HSigmoid(), mixed],
  Mish: [() => new Mish(), mixed],
  SeLU: [() => new SeLU(), mixed],
  CELU: [() => new CELU(2), mixed],
  Softsign: [() => new Softsign(), mixed],
  LogSigmoid: [() => new LogSigmoid(), mixed],
  Hardtanh: [() => new Hardtanh(), mixed],
  Tanhshrink: [() => new Tanhshrink(), mixed],
  SoftShrink: [() => new SoftShrink({ lambd: 0.5 }), mixed],
  HShrink: [() => new HShrink(), mixed],
  FastGelu: [() => new FastGelu(), mixed],
  Softmin: [() => new Softmin(), mixed],
  PReLU: [() => new PReLU(), mixed],
  GLU: [() => new GLU(0), mixed],
};

describe.each(Object.keys(cases))('%s', (name) => {
  it('computes what MindSpore computes', () => {
    const [make, input, training] = cases[name]!;
    // MindSpore's float32 functions are off by up to 5e-5.
    const tolerance = input === mixed ? 1e-4 : 1e-5;
    expectLike(layersReference[name]!, make(), [input], { training, tolerance });
  });
});

it('every reference is used', () => {
  expect(Object.keys(layersReference).filter((name) => !(name in cases))).toEqual([]);
});
