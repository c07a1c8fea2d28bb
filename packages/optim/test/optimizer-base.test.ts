import { Parameter, Tensor, getContext } from '@sporelet/core';
import { KeyError, RuntimeError, ValueError, bool, float32, int32 } from '@sporelet/ir';
import { Cell, checkpointName } from '@sporelet/nn';
import { describe, expect, it } from 'vitest';
import { AdamWeightDecay, Adagrad, Adam, CosineDecayLR, FTRL, LearningRateSchedule, Momentum, Optimizer, ProximalAdagrad, RMSProp, SGD } from '../src/index.ts'; // prettier-ignore
import './setup.ts';

const make = (name: string, data: readonly number[] = [1, 1]): Parameter => new Parameter(data, name);
const a = make('a');
const b = make('b');
const ones = (...shape: number[]): Tensor => new Tensor(new Float32Array(shape.reduce((p, n) => p * n, 1)).fill(1), float32, shape); // prettier-ignore

describe('arguments', () => {
  it.each([
    [() => new Momentum(null as never, 0.1, 0.9), ValueError, 'the argument parameters can not be None.'],
    [() => new Momentum([], 0.1, 0.9), ValueError, 'the argument parameters must not be empty.'],
    [() => new Momentum(3 as never, 0.1, 0.9), TypeError, 'the argument parameters must be Iterable type, but got 3.'],
    [() => new Momentum([3] as never, 0.1, 0.9), TypeError, 'must be Parameters or all groups'],
    [() => new Momentum([a, { params: [b] }] as never, 0.1, 0.9), TypeError, 'must be Parameters or all groups'],
    [
      () => new Momentum([a], -0.1, 0.9),
      ValueError,
      "For 'Momentum', the 'learningRate' must be a float >= 0, but got -0.1.",
    ],
    [() => new Momentum([a], NaN, 0.9), ValueError, "the 'learningRate' must be a float >= 0, but got NaN."],
    [
      () => new Momentum([a], (() => 1) as never, 0.9),
      TypeError,
      'must be a number, Tensor, Iterable or LearningRateSchedule',
    ],
    [
      () => new Momentum([a], ones(2, 2), 0.9),
      ValueError,
      "the dimension of the 'learningRate' must be 0 or 1, but got 2.",
    ],
    [() => new Momentum([a], 0.1, -0.9), ValueError, "the 'momentum' must be a float >= 0, but got -0.9."],
    [() => new Momentum([a], 0.1, 0.9, -1), ValueError, "the 'weightDecay' must be a float >= 0, but got -1."],
    [
      () => new Momentum([a], 0.1, 0.9, 'x' as never),
      TypeError,
      "the 'weightDecay' must be a number or a Cell, but got 'x'.",
    ],
    [() => new Momentum([a], 0.1, 0.9, 0, 0), ValueError, "the 'lossScale' must be a float > 0, but got 0."],
    [
      () => new Momentum([a], 0.1, 0.9, { useNesterov: 1 as never }),
      TypeError,
      "the 'useNesterov' must be a bool, but got 1.",
    ],
    [
      () => new Momentum([a], 0.1, 0.9, { use_nesterov: true } as never),
      TypeError,
      "there is no argument 'use_nesterov'; did you mean 'useNesterov'?",
    ],
    [() => new Momentum([make('x'), make('x')], 0.1, 0.9), ValueError, "there are two Parameters named 'x'"],
    [() => new Momentum([a, a], 0.1, 0.9), ValueError, "For 'Optimizer', the parameter 'a' is given twice."],
    [
      () => new Momentum([{ params: [a], foo: 1 }] as never, 0.1, 0.9),
      KeyError,
      'must be one of params, lr, weightDecay, orderParams, gradCentralization, but got foo.',
    ],
    [() => new Momentum([{ lr: 1 }] as never, 0.1, 0.9), KeyError, "a group must have 'params'."],
    [() => new Momentum([{ params: [] }], 0.1, 0.9), ValueError, 'the argument group `params` must not be empty.'],
    [
      () => new Momentum([{ params: [3] }] as never, 0.1, 0.9),
      TypeError,
      'must be Parameter type, but got 3 at index 0.',
    ],
    [() => new Momentum([{ params: [a] }, { params: [a] }], 0.1, 0.9), RuntimeError, 'the a parameter already exists'],
    [
      () => new Momentum([{ params: [a] }, { orderParams: [a], lr: 1 }] as never, 0.1, 0.9),
      ValueError,
      "should only include the 'orderParams' key, but got orderParams, lr.",
    ],
    [
      () => new Momentum([{ params: [a] }, { orderParams: 3 }] as never, 0.1, 0.9),
      TypeError,
      'must be Iterable type, but got 3.',
    ],
    [
      () => new Momentum([{ params: [a] }, { orderParams: [a, b] }], 0.1, 0.9),
      ValueError,
      "order parameters' length 2, group parameters' length 1.",
    ],
    [() => new Momentum([{ params: [a] }, { orderParams: [b] }], 0.1, 0.9), ValueError, 'is in no group.'],
    [
      () =>
        new Momentum(
          [
            { params: [a], lr: [0.1, 0.2] },
            { params: [b], lr: [0.1, 0.2, 0.3] },
          ],
          0.1,
          0.9,
        ),
      ValueError,
      'must be the same size',
    ],
    [
      () => new Momentum([{ params: [a], gradCentralization: 1 }] as never, 0.1, 0.9),
      TypeError,
      "the 'gradCentralization' must be a bool",
    ],
    [() => new SGD([a], 0.1, { momentum: 'x' as never }), TypeError, "the 'momentum' must be a float, but got 'x'."],
    [() => new SGD([a], 0.1, { momentum: -1 }), ValueError, "the 'momentum' must be a float >= 0"],
    [() => new SGD([a], 0.1, { dampening: -1 }), ValueError, "the 'dampening' must be a float >= 0"],
    [() => new SGD([a], 0.1, { nesterov: true }), ValueError, "if 'nesterov' is true, 'momentum' must be > 0.0"],
    [
      () => new SGD([a], 0.1, { weightDecay: new CosineDecayLR(0.1, 0.2, 2) as never }),
      TypeError,
      'a weight decay that changes is not supported',
    ],
    [() => new Adam([a], { beta1: 1 }), ValueError, "the 'beta1' must be a float in range (0, 1), but got 1."],
    [() => new Adam([a], { eps: 0 }), ValueError, "the 'eps' must be a float > 0"],
    [() => new Adam([a], { useAmsgrad: 1 as never }), TypeError, "the 'useAmsgrad' must be a bool"],
    [() => new AdamWeightDecay([a], { beta2: 0 }), ValueError, "the 'beta2' must be a float in range (0, 1)"],
    [() => new Adagrad([a], -1), ValueError, "the 'accum' must be a float >= 0"],
    [() => new Adagrad([a], { updateSlots: 1 as never }), TypeError, "the 'updateSlots' must be a bool"],
    [() => new ProximalAdagrad([a], { l1: -1 }), ValueError, "the 'l1' must be a float >= 0"],
    [() => new ProximalAdagrad([a], { useLocking: 1 as never }), TypeError, "the 'useLocking' must be a bool"],
    [
      () => new ProximalAdagrad([a], { proximalRate: 'x' as never }),
      ValueError,
      "the 'proximalRate' must be one of 'lr', 'adagrad'",
    ],
    [() => new RMSProp([a], { decay: -0.1 }), ValueError, "the 'decay' must be a float >= 0"],
    [() => new RMSProp([a], { epsilon: 0 }), ValueError, "the 'epsilon' must be a float > 0"],
    [() => new FTRL([a], { lrPower: 0.5 }), ValueError, "the 'lrPower' must be a float <= 0"],
    [
      () => new FTRL([a], { learningRate: [0.1, 0.2] as never }),
      ValueError,
      'dynamic learning rate and group learning rate',
    ],
    [() => new FTRL([a], { learningRate: 0 }), ValueError, "the 'learningRate' must be a float > 0"],
  ] as const)('are checked: %#', (run, type, text) => {
    expect(run).toThrow(type);
    expect(run).toThrow(text);
  });
});

describe('a step', () => {
  it('gives a Bool tensor and counts', () => {
    const optimizer = new Momentum([make('w')], 0.1, 0.9);
    expect(optimizer([ones(2)]).dtype).toBe(bool);
    optimizer([ones(2)]);
    expect(optimizer.globalStep.value().tolist()).toEqual([2]);
    expect(optimizer.globalStep.dtype).toBe(int32);
  });
  it('that fails changes nothing', () => {
    const [v, w] = [make('v'), make('w')];
    const optimizer = new Adam([v, w], 0.1);
    expect(() => optimizer([ones(2), ones(3)])).toThrow(ValueError);
    expect(() => optimizer([ones(2), ones(3)])).toThrow(
      "For 'Adam', the gradient of 'w' must have its shape (2,), but got (3,).",
    );
    expect(() => optimizer([ones(2)])).toThrow('one gradient for each of 2 parameters, but got 1.');
    expect(() => optimizer([ones(2), 3 as never])).toThrow("the gradient of 'w' must be a Tensor, but got 3.");
    expect(() => optimizer(ones(2) as never)).toThrow(TypeError);
    expect(v.value().tolist()).toEqual([1, 1]);
    expect(optimizer.globalStep.value().tolist()).toEqual([0]);
    expect(optimizer.beta1Power.item()).toBe(1);
  });
  it('beyond a list of rates fails and changes nothing', () => {
    const w = make('w');
    const optimizer = new Adam([w], [0.1]);
    optimizer([ones(2)]);
    const before = w.value().tolist();
    expect(() => optimizer([ones(2)])).toThrow();
    expect(w.value().tolist()).toEqual(before);
    expect(optimizer.globalStep.value().tolist()).toEqual([1]);
  });
  it('spares beta and gamma from decay unless they are in a group', () => {
    const names = ['w', 'bn.gamma', 'bn.beta'];
    const zero = names.map(() => new Tensor([0]));
    const plain = names.map((n) => make(n, [1]));
    new SGD(plain, 0.5, { weightDecay: 0.5 })(zero);
    expect(plain.map((p) => p.item())).toEqual([0.75, 1, 1]);
    const grouped = names.map((n) => make(n, [1]));
    new SGD([{ params: grouped }], 0.5, { weightDecay: 0.5 })(zero);
    expect(grouped.map((p) => p.item())).toEqual([0.75, 0.75, 0.75]);
  });
  it('centralizes gradients of groups whose second axis is a multiple of 16', () => {
    const data = Float32Array.from({ length: 32 }, (_, i) => i);
    const wide = new Parameter(new Tensor(new Float32Array(32), float32, [2, 16]), 'wide');
    const narrow = new Parameter(new Tensor(new Float32Array(32), float32, [4, 8]), 'narrow');
    const optimizer = new SGD([{ params: [wide, narrow], gradCentralization: true }], 1);
    optimizer([new Tensor(data, float32, [2, 16]), new Tensor(data, float32, [4, 8])]);
    expect(wide.asnumpy().get(0, 0)).toBe(7.5);
    expect(wide.asnumpy().get(1, 15)).toBe(-7.5);
    expect(narrow.asnumpy().get(3, 7)).toBe(-31);
  });
  it("takes any rate: 0-d tensor, generator, schedule of one's own", () => {
    class Halving extends LearningRateSchedule {
      construct(step: Tensor): Tensor {
        return new Tensor(step.item() === 0 ? 1 : 0.5);
      }
    }
    const rates = [new Tensor(1), new Set([1, 0.5]), new Halving()] as const;
    for (const rate of rates) {
      const w = make('w', [4]);
      const optimizer = new SGD([w], rate);
      optimizer([new Tensor([1])]);
      optimizer([new Tensor([1])]);
      expect(w.item()).toBe(rate instanceof Tensor ? 2 : 2.5);
      expect(optimizer.dynamicLr).toBe(!(rate instanceof Tensor));
    }
  });
  it('uses a rate that was changed', () => {
    const w = make('w', [4]);
    const optimizer = new SGD([w], 1);
    const rate = optimizer.getLrParameter(w) as Parameter;
    rate.setData(0.25);
    optimizer([new Tensor([4])]);
    expect(w.item()).toBe(3);
    expect((optimizer.getLr() as Tensor).item()).toBe(0.25);
  });
});

describe('learning rates', () => {
  it('are found by parameter', () => {
    const schedule = new CosineDecayLR(0.1, 0.2, 2);
    const optimizer = new Momentum([{ params: [a], lr: schedule }, { params: [b] }], 0.5, 0.9);
    expect(optimizer.getLrParameter(a)).toBe(schedule);
    expect(String(optimizer.getLrParameter([b])[0])).toContain('name=learning_rate, shape=()');
    expect((optimizer.getLr() as readonly Tensor[]).map((t) => t.item())).toEqual([Math.fround(0.2), 0.5]);
    expect(() => optimizer.getLrParameter(make('c'))).toThrow('the parameter c is not in optimizer');
    expect(() => optimizer.getLrParameter('a' as never)).toThrow(TypeError);
  });
  it('print', () => {
    expect(String(new Momentum([a], 0.1, 0.9))).toBe('Momentum<>');
    expect(String(new Momentum([a], new CosineDecayLR(0.1, 0.2, 2), 0.9))).toBe(
      'Momentum<\n  (learningRate): CosineDecayLR<>\n  >',
    );
  });
});

describe("an optimizer of one's own", () => {
  it('uses the steps of the base', () => {
    class Plain extends Optimizer {
      construct(gradients: readonly Tensor[]): Tensor {
        const ready = this.scaleGrad(this.gradientsCentralization(this.decayWeight(gradients)));
        ready.forEach((g, i) => this.parameters[i]!.setData(new Tensor([this.parameters[i]!.item() - g.item()])));
        return new Tensor(true);
      }
    }
    const w = make('w', [4]);
    new Plain(1, [w], 0.5, 2)([new Tensor([6])]);
    // The gradient is divided by the loss scale, the decay is not.
    expect(w.item()).toBe(4 - (6 / 2 + 0.5 * 4));
    expect(getContext('deviceTarget')).toBe('CPU');
  });
  it('leaves the names of the parameters alone', () => {
    class Net extends Cell {
      movingMean = new Parameter([1]);
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    class Step extends Cell {
      optimizer: Momentum;
      net = new Net();
      constructor() {
        super();
        this.optimizer = new Momentum(this.net.trainableParams(), 0.1, 0.9);
      }
      construct(x: Tensor): Tensor {
        return x;
      }
    }
    const step = new Step();
    const names = [...step.parametersAndNames()].map(([, p]) => `${p.name} ${checkpointName(p)}`);
    expect(names).toContain('net.movingMean net.movingMean');
    expect(names).toContain('optimizer.globalStep optimizer.global_step');
    expect(names).toContain('optimizer.moments.net.movingMean optimizer.moments.net.movingMean');
  });
});
