import { GRAPH_MODE, PYNATIVE_MODE, Parameter, Tensor, jit, setContext, setSeed, valueAndGrad } from '@sporelet/core';
import { int32 } from '@sporelet/ir';
import { BatchNorm1d, Cell, CrossEntropyLoss, Dense, Dropout, Embedding, MSELoss, TrainOneStepCell, WithLossCell } from '@sporelet/nn'; // prettier-ignore
import * as ops from '@sporelet/ops';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CosineDecayLR, ExponentialDecayLR, Momentum, SGD } from '../src/index.ts';
import './setup.ts';

afterEach(() => setContext({ mode: PYNATIVE_MODE }));

class Net extends Cell<(x: Tensor) => Tensor> {
  fc1 = new Dense(3, 8);
  bn = new BatchNorm1d(8);
  drop = new Dropout({ p: 0.5 });
  fc2 = new Dense(8, 3);
  traced = 0;
  construct(x: Tensor): Tensor {
    this.traced++;
    return this.fc2(this.drop(ops.relu(this.bn(this.fc1(x)))));
  }
}

const x = new Tensor(Array.from({ length: 5 }, (_, i) => [Math.sin(i), Math.cos(i * 2), Math.sin(i * 3 + 1)]));
const y = new Tensor([0, 1, 2, 1, 0], int32);

const elements = (p: Tensor): number[] => [...p.asnumpy().toFloat64()];

/** Losses and Parameters of some training steps. */
function train(graph: boolean, rate: () => number | ExponentialDecayLR | CosineDecayLR) {
  setSeed(11);
  const net = new Net();
  const optimizer = new Momentum(net.trainableParams(), rate(), 0.9);
  const step = new TrainOneStepCell(new WithLossCell(net, new CrossEntropyLoss()), optimizer);
  step.setTrain();
  if (graph) expect(jit(step)).toBe(step);
  const losses = Array.from({ length: 5 }, () => step(x, y).item());
  return { losses, parameters: [...net.getParameters()].map(elements), traced: net.traced };
}

describe('a training step in graph mode', () => {
  it('is eager mode, bit for bit: batch norm statistics, dropout with one seed, momentum', () => {
    const [eager, graph] = [train(false, () => 0.1), train(true, () => 0.1)];
    expect(graph.losses).toEqual(eager.losses);
    expect(graph.parameters).toEqual(eager.parameters);
    expect([eager.traced, graph.traced]).toEqual([5, 1]);
  });
  it('follows learning rate schedules without compiling anew', () => {
    for (const rate of [() => new ExponentialDecayLR(0.1, 0.5, 2), () => new CosineDecayLR(0.01, 0.1, 4)]) {
      const [eager, graph] = [train(false, rate), train(true, rate)];
      expect(graph.losses).toEqual(eager.losses);
      expect(graph.parameters).toEqual(eager.parameters);
      expect(graph.traced).toBe(1);
    }
  });
  it('is what GRAPH_MODE makes of every outermost cell', () => {
    const eager = train(false, () => 0.1);
    setContext({ mode: GRAPH_MODE });
    const graph = train(false, () => 0.1);
    expect(graph.losses).toEqual(eager.losses);
    expect(graph.traced).toBe(1);
  });
});

it('the training mode of a cell is part of what was compiled', () => {
  setSeed(1);
  const net = jit(new Net());
  net.setTrain(false);
  const still = elements(net(x));
  net.setTrain(true);
  const [a, b] = [elements(net(x)), elements(net(x))];
  expect(a).not.toEqual(b);
  expect(net.traced).toBe(2);
  net.setTrain(false);
  net.fc1.weight.setData(net.fc1.weight.value());
  expect(elements(net(x))).not.toEqual(still);
  expect(net.traced).toBe(2);
});

it('an index out of range in a step changes nothing', () => {
  setSeed(2);
  const table = new Embedding(4, 3);
  const head = new Dense(3, 3);
  const before = new Parameter([0], 'steps');
  const params = [table.embeddingTable, ...head.trainableParams()];
  const optimizer = new SGD(params, 0.1);
  const lossFn = (ids: Tensor, y: Tensor): Tensor => new CrossEntropyLoss()(head(table(ids)), y);
  const gradient = valueAndGrad(lossFn, null, optimizer.parameters);
  const step = jit((ids: Tensor, y: Tensor) => {
    before.setData(before.add(1));
    const [loss, grads] = gradient(ids, y);
    optimizer(grads);
    return loss;
  });
  const first = step(new Tensor([0, 3, 1], int32), new Tensor([0, 1, 2], int32)).item();
  const kept = [...params, before].map(elements);
  expect(() => step(new Tensor([0, 4, 1], int32), new Tensor([0, 1, 2], int32))).toThrow(/For 'Gather'/);
  expect([...params, before].map(elements)).toEqual(kept);
  expect(step(new Tensor([0, 3, 1], int32), new Tensor([0, 1, 2], int32)).item()).toBeLessThan(first);
  expect(before.tolist()).toEqual([2]);
});

it('a shape that changes with every call is warned about', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const net = jit(new WithLossCell(new Dense(2, 1), new MSELoss()));
  for (let n = 1; n <= 8; n++) net(ops.ones([n, 2]), ops.ones([n, 1]));
  expect(warn).toHaveBeenCalledTimes(1);
  expect(String(warn.mock.calls[0]![0])).toMatch(/'WithLossCell' was compiled 8 times; the last time because argument 0 is Float32\(8,2\) after Float32\(7,2\)/); // prettier-ignore
  warn.mockRestore();
});
