import { Tensor, grad } from '@sporelet/core';
import { IndexError, ValueError, float16, float32, int32 } from '@sporelet/ir';
import { describe, expect, it } from 'vitest';
import type { Cell, Reduction } from '../src/index.ts';
import { BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, L1Loss, LossBase, MAELoss, MSELoss, NLLLoss, RMSELoss, SmoothL1Loss, SoftmaxCrossEntropyWithLogits } from '../src/index.ts'; // prettier-ignore
import { lossesReference } from './losses-reference.ts';
import { expectLike, waves } from './reference-case.ts';
import './setup.ts';

const map = (t: Tensor, f: (x: number) => number): Tensor =>
  new Tensor(Float32Array.from(t.asnumpy().data as Float32Array, f), float32, t.shape);

const logits = waves([3, 4]);
const target = waves([3, 4], 2);
const labels = new Tensor([1, 3, 0], int32);
const oneHot = new Tensor([[0, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0]]); // prettier-ignore
const logs = map(logits, (x) => Math.log(Math.abs(x) + 0.1));
const chances = map(logits, (x) => 1 / (1 + Math.exp(-x)));
const bits = map(target, (x) => (x > 0 ? 1 : 0));
const factors = map(target, Math.abs);
const weight = new Tensor([0.5, 1, 2, 0.25]);
const images = waves([2, 3, 2, 2]);
const classes = new Tensor([[[0, 1], [2, 1]], [[1, 0], [2, 2]]], int32); // prettier-ignore

type Case = readonly [loss: Cell, logits: Tensor, labels: Tensor];
const of = (reduction: Reduction): Readonly<Record<string, Case>> => ({
  [`CrossEntropyLoss ${reduction}`]: [new CrossEntropyLoss({ reduction }), logits, labels],
  [`CrossEntropyLoss weighted ${reduction}`]: [
    new CrossEntropyLoss(weight, 3, reduction, { labelSmoothing: 0.1 }),
    logits,
    labels,
  ],
  [`CrossEntropyLoss prob ${reduction}`]: [
    new CrossEntropyLoss({ weight, reduction, labelSmoothing: 0.1 }),
    logits,
    oneHot,
  ],
  [`MSELoss ${reduction}`]: [new MSELoss(reduction), logits, target],
  [`L1Loss ${reduction}`]: [new L1Loss({ reduction }), logits, target],
  [`SmoothL1Loss ${reduction}`]: [new SmoothL1Loss(0.5, reduction), logits, target],
  [`HuberLoss ${reduction}`]: [new HuberLoss(reduction, 0.7), logits, target],
  [`SCE ${reduction}`]: [new SoftmaxCrossEntropyWithLogits({ reduction }), logits, oneHot],
  [`SCE sparse ${reduction}`]: [new SoftmaxCrossEntropyWithLogits(true, reduction), logits, labels],
  [`NLLLoss ${reduction}`]: [new NLLLoss({ reduction }), logs, labels],
  [`NLLLoss weighted ${reduction}`]: [new NLLLoss(weight, 0, reduction), logs, labels],
  [`BCELoss ${reduction}`]: [new BCELoss({ reduction }), chances, bits],
  [`BCELoss weighted ${reduction}`]: [new BCELoss(factors, reduction), chances, bits],
  [`BCEWithLogitsLoss ${reduction}`]: [new BCEWithLogitsLoss(reduction), logits, bits],
  [`BCEWithLogitsLoss weighted ${reduction}`]: [new BCEWithLogitsLoss(reduction, factors, weight), logits, bits],
});
const cases: Readonly<Record<string, Case>> = {
  ...of('mean'),
  ...of('sum'),
  ...of('none'),
  'SmoothL1Loss default': [new SmoothL1Loss(), logits, target],
  'CrossEntropyLoss 4d': [new CrossEntropyLoss(), images, classes],
  'CrossEntropyLoss 4d none w': [new CrossEntropyLoss({ weight: new Tensor([0.5, 1, 2]), ignoreIndex: 1, reduction: 'none' }), images, classes], // prettier-ignore
};

describe.each(Object.keys(cases))('%s', (name) => {
  it('computes what MindSpore computes', () => {
    const [loss, x, y] = cases[name]!;
    expectLike(lossesReference[name]!, loss, [x, y]);
  });
});

describe('losses', () => {
  it('use every reference', () => {
    expect(Object.keys(lossesReference).filter((name) => !(name in cases))).toEqual([]);
  });
  it('ignore all examples of the ignored class, -100 by default', () => {
    const loss = new CrossEntropyLoss({ reduction: 'sum' });
    const some = new Tensor([1, -100, 0], int32);
    const rest = new Tensor([[logits.at(0).tolist(), logits.at(2).tolist()]].flat());
    expect(loss(logits, some).item()).toBeCloseTo(loss(rest, new Tensor([1, 0], int32)).item(), 6);
    const gradient = grad(loss)(logits, some);
    expect(gradient.at(1).tolist()).toEqual([0, 0, 0, 0]);
  });
  it('take one example without a batch axis', () => {
    const loss = new CrossEntropyLoss();
    const single = loss(logits.at(0), new Tensor(1, int32)).item();
    expect(single).toBeCloseTo(
      loss(new Tensor([logits.at(0).tolist()] as number[][]), new Tensor([1], int32)).item(),
      6,
    );
  });
  it('have two names for one', () => {
    expect(new MAELoss()(logits, target).item()).toBe(new L1Loss()(logits, target).item());
    expect(new RMSELoss()(logits, target).item()).toBeCloseTo(Math.sqrt(new MSELoss()(logits, target).item()), 6);
  });
  it('can be weighted and have other dtypes', () => {
    class Plain extends LossBase {
      construct(a: Tensor, b: Tensor): Tensor {
        return this.getLoss(a, b);
      }
    }
    expect(new Plain('sum')(new Tensor([1, 2]), new Tensor([3, 4])).item()).toBe(11);
    expect(new Plain('none')(new Tensor([1, 2]), new Tensor([3, 4])).tolist()).toEqual([3, 8]);
    const half = new Plain()(new Tensor([1, 2], float16), new Tensor(2));
    expect(half.dtype.name).toBe('Float16');
  });
  it.each([
    [
      () => new MSELoss('x' as never),
      ValueError,
      "For 'MSELoss', the 'reduction' must be one of 'mean', 'sum', 'none', but got 'x'.",
    ],
    [() => new MSELoss()(logits, 3 as never), TypeError, "For 'MSELoss', the 'labels' must be a Tensor, but got 3."],
    [() => new BCELoss()(logits, weight), ValueError, '(in BCELoss)'],
    [
      () => new CrossEntropyLoss()(logits, new Tensor([1, 2, 3])),
      ValueError,
      "For 'crossEntropy', a 'target' of probabilities must have",
    ],
    [() => new CrossEntropyLoss()(logits, new Tensor([1, 2], int32)), ValueError, '(in CrossEntropyLoss)'],
    [() => new CrossEntropyLoss()(logits, new Tensor([1, 2, 4], int32)), IndexError, 'NLLLoss'],
    [
      () => new CrossEntropyLoss({ labelSmoothing: 2 }),
      ValueError,
      "the 'labelSmoothing' must be a float in range [0, 1]",
    ],
    [
      () => new CrossEntropyLoss({ weight: new Tensor([1]) })(logits, labels),
      ValueError,
      "the shape of 'weight' must be (4,)",
    ],
    [() => new NLLLoss(3 as never), TypeError, "the 'weight' must be a Tensor or None, but got 3."],
    [() => new SoftmaxCrossEntropyWithLogits(1 as never), TypeError, "the 'sparse' must be a bool, but got 1."],
    [() => new HuberLoss({ delta: 0 }), ValueError, "the 'delta' must be a float > 0, but got 0."],
  ] as const)('check what they are given: %#', (run, type, text) => {
    expect(run).toThrow(type);
    expect(run).toThrow(text);
  });
});
