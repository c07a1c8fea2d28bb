import { Parameter, Tensor, currentDevice, jit } from '@sporelet/core';
import { ValueError, float32, int32 } from '@sporelet/ir';
import { BatchNorm1d, Cell, CrossEntropyLoss, Dense, MSELoss, ReLU, Tanh, TrainOneStepCell, WithEvalCell, WithLossCell } from '@sporelet/nn'; // prettier-ignore
import { describe, expect, it, vi } from 'vitest';
import { CosineDecayLR, Momentum, SGD } from '../src/index.ts';
import './setup.ts';

/** sin(1.7 i + k) · scale. */
function waves(shape: readonly number[], k = 0, scale = 1): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return new Tensor(
    Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + k) * scale),
    float32,
    shape,
  );
}

class Net extends Cell<(x: Tensor) => Tensor> {
  fc1 = new Dense(3, 4);
  bn = new BatchNorm1d(4);
  act = new Tanh();
  fc2 = new Dense(4, 2);

  constructor() {
    super();
    [...this.getParameters()].forEach((p, i) => p.requiresGrad && p.setData(waves(p.shape, i + 1, 0.5)));
  }
  construct(x: Tensor): Tensor {
    return this.fc2(this.act(this.bn(this.fc1(x))));
  }
}

const x = waves([5, 3]);
const y = new Tensor([0, 1, 1, 0, 1], int32);

describe('training', () => {
  it('gives the losses of MindSpore 2.10.0', () => {
    const net = new Net();
    const optimizer = new Momentum(net.trainableParams(), 0.1, 0.9, { weightDecay: 0.01 });
    const step = new TrainOneStepCell(new WithLossCell(net, new CrossEntropyLoss()), optimizer);
    step.setTrain();
    const losses = Array.from({ length: 6 }, () => step(x, y).item());
    const expected = [0.8691931962966919, 0.8408229947090149, 0.7935118675231934, 0.7398015856742859, 0.691682755947113, 0.6573289632797241]; // prettier-ignore
    losses.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 5));
    const close = (p: Parameter, values: readonly number[]) =>
      p.asnumpy().toFloat64().forEach((v, i) => expect(v).toBeCloseTo(values[i]!, 5)); // prettier-ignore
    close(net.bn.movingMean, [0.18627086281776428, -0.13204672932624817, -0.1608910858631134, 0.1926286816596985]);
    close(net.bn.gamma, [-0.5351478457450867, 0.20290379226207733, 0.4165179431438446, -0.3070545494556427]);
    close(net.fc2.bias!, [0.05861663818359375, 0.2938062846660614]);

    // A factor on the loss's gradient.
    const scaled = new TrainOneStepCell(new WithLossCell(net, new CrossEntropyLoss()), new SGD(net.trainableParams(), 0.1), 2); // prettier-ignore
    scaled.setTrain();
    expect(scaled(x, y).item()).toBeCloseTo(0.6393766403198242, 5);
    close(net.fc2.bias!, [0.05603788048028946, 0.2963850498199463]);

    net.setTrain(false);
    const [loss, outputs, label] = new WithEvalCell(net, new CrossEntropyLoss())(x, y);
    expect(loss.item()).toBeCloseTo(0.6455031037330627, 5);
    expect(outputs.shape.join()).toBe('5,2');
    expect(label).toBe(y);
  });

  it('gives the gradients of a compiled step too', () => {
    const net = new Dense(2, 1, { weightInit: 'ones', biasInit: 'zeros' });
    const optimizer = new SGD(net.trainableParams(), 0.5);
    const step = jit(new TrainOneStepCell(new WithLossCell(net, new MSELoss()), optimizer, { returnGrad: true }));
    const [loss, gradients] = step(new Tensor([[1, 2]]), new Tensor([[1]]));
    expect([loss.item(), gradients.get('weight')!.tolist(), gradients.get('bias')!.tolist()]).toEqual([
      4,
      [[4, 8]],
      [4],
    ]);
  });

  it('can give the gradients too', () => {
    const net = new Dense(2, 1, { weightInit: 'ones', biasInit: 'zeros' });
    const optimizer = new SGD(net.trainableParams(), 0.5);
    const step = new TrainOneStepCell(new WithLossCell(net, new MSELoss()), optimizer, { returnGrad: true });
    const [loss, gradients] = step(new Tensor([[1, 2]]), new Tensor([[1]]));
    expect(loss.item()).toBe(4);
    expect([...gradients].map(([name, g]) => [name, g.tolist()])).toEqual([
      ['weight', [[4, 8]]],
      ['bias', [4]],
    ]);
    expect(net.weight.value().tolist()).toEqual([[-1, -3]]);
  });

  it('needs a factor that is not 0', () => {
    const net = new ReLU();
    const optimizer = new SGD([new Parameter([1], 'w')], 0.1);
    expect(() => new TrainOneStepCell(net, optimizer, 0)).toThrow(ValueError);
    expect(() => new TrainOneStepCell(net, 3 as never)).toThrow("the 'optimizer' must be an Optimizer, but got 3");
    expect(() => new TrainOneStepCell(3 as never, optimizer)).toThrow("the 'network' must be a Cell, but got 3");
    expect(() => new WithLossCell(net, 3 as never)).toThrow("the 'lossFn' must be a Cell or a function, but got 3");
    expect(() => new WithEvalCell(3 as never, new MSELoss())).toThrow("the 'network' must be a Cell or a function");
    expect(() => new WithEvalCell(net, new MSELoss(), 1 as never)).toThrow(TypeError);
  });

  it('keeps the names of the network', () => {
    const net = new Net();
    const step = new TrainOneStepCell(
      new WithLossCell(net, new CrossEntropyLoss()),
      new SGD(net.trainableParams(), 0.1),
    );
    expect(net.fc1.weight.name).toBe('fc1.weight');
    expect([...step.parametersAndNames()][0]![0]).toBe('network._backbone.fc1.weight');
  });

  it('compiles nothing new when the learning rate changes', () => {
    const compile = vi.spyOn(currentDevice(), 'compile');
    const net = new Net();
    const optimizer = new Momentum(net.trainableParams(), new CosineDecayLR(0.01, 0.1, 10), 0.9);
    const step = new TrainOneStepCell(new WithLossCell(net, new CrossEntropyLoss()), optimizer);
    step.setTrain();
    step(x, y);
    step(x, y);
    const compiled = compile.mock.calls.length;
    expect(compiled).toBeGreaterThan(0);
    step(x, y);
    expect(compile.mock.calls.length).toBe(compiled);
    compile.mockRestore();
  });
});
