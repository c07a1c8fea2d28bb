import { inspect } from 'node:util';
import { Parameter, Tensor, grad, print, str, tuple, valueAndGrad } from '@sporelet/core';
import { ValueError, float16, float32, int32 } from '@sporelet/ir';
import { add, mul } from '@sporelet/ops';
import { describe, expect, it, vi } from 'vitest';
import { Cell, Dense, ReLU, SequentialCell } from '../src/index.ts';
import './setup.ts';

class Scale extends Cell<(x: Tensor) => Tensor> {
  w = new Parameter([2, 3]);
  construct(x: Tensor): Tensor {
    return mul(x, this.w);
  }
}
class Twice extends Cell<(x: Tensor) => Tensor> {
  inner = new Scale();
  construct(x: Tensor): Tensor {
    return this.inner(this.inner(x));
  }
}
const x = () => new Tensor([1, 10]);

describe('a cell', () => {
  it('is called with the types of its construct', () => {
    class Net extends Cell {
      construct(a: Tensor, k = 2): Tensor {
        return mul(a, k);
      }
    }
    const net = new Net();
    expect(net(x()).tolist()).toEqual([2, 20]);
    expect(net(x(), 3).tolist()).toEqual([3, 30]);
    // @ts-expect-error -- a number is no Tensor
    expect(() => net('1')).toThrow(TypeError);
    // @ts-expect-error -- there is an argument missing
    expect(() => net()).toThrow(TypeError);
    expect(net.setTrain()(x()).tolist()).toEqual([2, 20]);
  });
  it('is a function and an instance of its class', () => {
    const net = new Twice();
    expect(typeof net).toBe('function');
    expect(net).toBeInstanceOf(Twice);
    expect(net).toBeInstanceOf(Cell);
    const spy = vi.spyOn(net, 'construct');
    net(x());
    expect(spy).toHaveBeenCalledTimes(1);
  });
  it('has private fields and getters', () => {
    class Net extends Cell {
      #k = 3;
      get k(): number {
        return this.#k;
      }
      construct(a: Tensor): Tensor {
        return mul(a, this.#k);
      }
    }
    expect(new Net()(x()).tolist()).toEqual([3, 30]);
    expect(new Net().k).toBe(3);
  });
  it('needs a construct', () => {
    const Bare = Cell as unknown as new () => Cell<() => void>;
    expect(() => new Bare()()).toThrow("For 'Cell', the method 'construct' is not defined.");
  });
  it('refuses arrays as inputs, by position', () => {
    const net = new Twice();
    expect(() => net(x().asnumpy() as never)).toThrow(TypeError);
    expect(() => net(x().asnumpy() as never)).toThrow("For 'Twice', the 1st input must be a Tensor");
    class Two extends Cell {
      construct(a: Tensor, _b: Tensor): Tensor {
        return a;
      }
    }
    expect(() => new Two()(x(), Float32Array.of(1) as never)).toThrow('the 2nd input must be a Tensor');
  });
  it('tells in errors where it was', () => {
    class Net extends Cell {
      layers = [new Scale(), new Scale()] as const;
      construct(a: Tensor): Tensor {
        return this.layers[1](this.layers[0](a));
      }
    }
    expect(() => new Net()(new Tensor([1, 2, 3]))).toThrow(/\(in Net\.layers\.0\)$/);
    expect(() => new Scale()(new Tensor([1, 2, 3]))).toThrow(/\(in Scale\)$/);
  });
  it('is in inference mode until it is trained', () => {
    const net = new Twice();
    expect([net.training, net.inner.training]).toEqual([false, false]);
    expect(net.setTrain()).toBe(net);
    expect([net.training, net.inner.training]).toEqual([true, true]);
    net.setTrain(false);
    expect(net.inner.training).toBe(false);
    expect(net.setGrad().requiresGrad).toBe(true);
  });
  it('keeps flags', () => {
    const net = new Twice().addFlagsRecursive({ level: 2 });
    expect(net.getFlags()).toEqual({ level: 2 });
    expect((net.inner as unknown as { level: number }).level).toBe(2);
  });
  it('is differentiated', () => {
    const net = new Twice();
    expect(grad(net)(x()).tolist()).toEqual([4, 9]);
    const [value, gradients] = valueAndGrad(net, null, net.trainableParams())(x());
    expect(value.tolist()).toEqual([4, 90]);
    expect(gradients[0]!.tolist()).toEqual([4, 60]);
  });
});

describe('bprop', () => {
  class Custom extends Cell<(a: Tensor, b: Tensor) => Tensor> {
    construct(a: Tensor, b: Tensor): Tensor {
      return mul(a, b);
    }
    bprop(a: Tensor, _b: Tensor, out: Tensor, dout: Tensor): readonly [Tensor, Tensor] {
      return [mul(dout, 100), add(mul(out, 0), a)];
    }
  }
  it('takes the place of the gradient', () => {
    const gradients = grad(new Custom(), [0, 1])(new Tensor([1, 2]), new Tensor([3, 4]));
    expect(gradients.map((g) => g.tolist())).toEqual([[100, 100], [1, 2]]); // prettier-ignore
  });
  it('works inside other cells', () => {
    class Net extends Cell {
      custom = new Custom();
      construct(a: Tensor): Tensor {
        return mul(this.custom(mul(a, 2), a), 3);
      }
    }
    expect(grad(new Net())(new Tensor([1, 2])).tolist()).toEqual([602, 604]);
  });
});

describe('hooks', () => {
  it('see and replace inputs and output', () => {
    const net = new Scale();
    const seen: string[] = [];
    const pre = net.registerForwardPreHook((cell, args) => {
      seen.push(`${cell.clsName} ${str(args)}`);
      return [new Tensor([2, 2])];
    });
    const after = net.registerForwardHook((_cell, args, output) => {
      seen.push(str(args[0]), str(output));
      return mul(output as Tensor, 10);
    });
    expect(net(x()).tolist()).toEqual([40, 60]);
    expect(seen[0]).toContain('Scale (Tensor(shape=[2]');
    expect(seen.slice(1)).toEqual(['[2. 2.]', '[4. 6.]']);
    pre.remove();
    expect(net(x()).tolist()).toEqual([20, 300]);
    after.remove();
    after.remove();
    expect(net(x()).tolist()).toEqual([2, 30]);
  });
  it('are called in order', () => {
    const net = new Scale();
    net.registerForwardPreHook((_c, args) => add(args[0] as Tensor, 1));
    net.registerForwardPreHook((_c, args) => mul(args[0] as Tensor, 2), { prepend: true });
    expect(net(x()).tolist()).toEqual([6, 63]);
  });
  it('must be functions', () => {
    expect(() => new Scale().registerForwardHook(3 as never)).toThrow('Expected a callable hook function, but got 3.');
  });
  it('see and replace gradients', () => {
    const net = new Twice();
    const seen: string[] = [];
    const handle = net.inner.registerBackwardHook((cell, gradInput, gradOutput) => {
      seen.push(`${cell.clsName} ${str(gradInput[0])} ${str(gradOutput[0])}`);
      return [mul(gradInput[0]!, 10)];
    });
    expect(grad(net)(x()).tolist()).toEqual([400, 900]);
    expect(seen).toEqual(['Scale [2. 3.] [1. 1.]', 'Scale [40. 90.] [20. 30.]']);
    handle.remove();
    const pre = net.inner.registerBackwardPreHook((_cell, gradOutput) => [mul(gradOutput[0]!, 2)]);
    expect(grad(net)(x()).tolist()).toEqual([16, 36]);
    pre.remove();
    expect(grad(net)(x()).tolist()).toEqual([4, 9]);
  });
  it('see the gradients of all inputs and outputs', () => {
    class Two extends Cell<(a: Tensor, k: number, b: Tensor) => readonly [Tensor, Tensor]> {
      construct(a: Tensor, k: number, b: Tensor): readonly [Tensor, Tensor] {
        return tuple(mul(a, k), mul(a, b));
      }
    }
    const net = new Two();
    const seen: unknown[] = [];
    net.registerBackwardHook((_cell, gradInput, gradOutput) => {
      seen.push(gradInput.map((g) => g?.tolist()), gradOutput.map((g) => g?.tolist())); // prettier-ignore
    });
    const f = (a: Tensor, b: Tensor): Tensor => {
      const [p, q] = net(a, 5, b);
      return add(p, mul(q, 2));
    };
    const gradients = grad(f, [0, 1])(new Tensor(3), new Tensor(7));
    expect(gradients.map((g) => g.item())).toEqual([19, 6]);
    expect(seen).toEqual([[19, 6], [1, 2]]); // prettier-ignore
  });
});

describe('toFloat', () => {
  it('computes in another dtype and keeps the parameters', () => {
    const net = new Twice().toFloat(float16);
    expect(net(x()).dtype).toBe(float16);
    expect(net.inner.w.dtype).toBe(float32);
    const gradient = grad(net, null, net.trainableParams())(x())[0]!;
    expect(gradient.dtype).toBe(float32);
    expect(gradient.tolist()).toEqual([4, 60]);
    net.inner.toFloat(float32);
    expect(net(x()).dtype).toBe(float32);
  });
  it('takes three dtypes', () => {
    expect(() => new Scale().toFloat(int32)).toThrow(ValueError);
    expect(() => new Scale().toFloat(int32)).toThrow('but got Int32.');
  });
});

describe('setTrain', () => {
  it('takes a bool', () => {
    const net = new Scale();
    expect(() => net.setTrain(1 as never)).toThrow("For 'setTrain', the 'mode' must be a bool, but got 1.");
    expect(net.training).toBe(false);
  });
});

describe('state', () => {
  class Net extends Cell {
    inner = new Scale();
    mean: Tensor | null = null;
    constructor() {
      super();
      this.registerBuffer('mean', new Tensor([1]));
      this.registerBuffer('scratch', new Tensor([2]), false);
    }
    construct(a: Tensor): Tensor {
      return this.inner(a);
    }
  }
  it('has buffers', () => {
    const net = new Net();
    expect([...net.namedBuffers()].map(([name, b]) => `${name} ${str(b)}`)).toEqual(['mean [1.]', 'scratch [2.]']);
    expect(() => net.registerBuffer('inner', null)).toThrow("attribute 'inner' already exists");
    expect([...net.stateDict().keys()]).toEqual(['inner.w', 'mean']);
  });
  it('is loaded by path', () => {
    const net = new Net();
    const given = { 'inner.w': new Tensor([5, 6]), mean: new Tensor([9]) };
    expect(net.loadStateDict(given)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect([net.inner.w.value().tolist(), net.mean!.tolist()]).toEqual([[5, 6], [9]]); // prettier-ignore
  });
  it('is not loaded in part', () => {
    const net = new Net();
    const given = { 'inner.w': new Tensor([5, 6]), extra: new Tensor([9]) };
    expect(() => net.loadStateDict(given)).toThrow('Missing key(s) in stateDict: "mean"');
    expect(() => net.loadStateDict(given)).toThrow('Unexpected key(s) in stateDict: "extra"');
    expect(() => net.loadStateDict({ ...given, mean: new Tensor([1, 2]) })).toThrow('size mismatch for mean');
    expect(net.inner.w.value().tolist()).toEqual([2, 3]);
    expect(net.loadStateDict(given, false)).toEqual({ missingKeys: ['mean'], unexpectedKeys: ['extra'] });
    expect(net.inner.w.value().tolist()).toEqual([5, 6]);
  });
});

describe('the text of a cell', () => {
  const text = `Net<
  (flatten): ReLU<>
  (seq): SequentialCell<
    (0): Dense<input_channels=784, output_channels=512, has_bias=True>
    (1): ReLU<>
    >
  >`;
  class Net extends Cell {
    flatten = new ReLU();
    seq = new SequentialCell(new Dense(784, 512), new ReLU());
    construct(a: Tensor): Tensor {
      return this.seq(a);
    }
  }
  it('is what MindSpore prints', () => {
    expect(String(new Net())).toBe(text);
    expect(String(new Dense(2, 3, { hasBias: false, activation: 'relu' }))).toBe(
      'Dense<\n  input_channels=2, output_channels=3, activation=ReLU<>\n  (activation): ReLU<>\n  >',
    );
  });
  it('is the same everywhere', () => {
    const net = new Net();
    expect(inspect(net)).toBe(text);
    expect(JSON.parse(JSON.stringify({ net }))).toEqual({ net: text });
    expect(str([net])).toBe(`[${text}]`);
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    void print(net);
    expect(log.mock.calls).toEqual([[text]]);
    log.mockRestore();
  });
});
