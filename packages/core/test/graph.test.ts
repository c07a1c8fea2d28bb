import { beforeEach, describe, expect, test } from 'vitest';
import { RuntimeError, ValueError } from '@sporelet/ir';
import { Parameter, Tensor, grad, randomKey, setSeed, trace, valueAndGrad, vmap } from '../src/index.ts';
import { add, applyStep, device, full, matmul, mul, reshape, sin, sum } from './test-ops.ts';
import { float32 } from '@sporelet/ir';

beforeEach(() => setSeed(1));

describe('recording', () => {
  test('runs nothing, and its text tells the operations', () => {
    const w = new Parameter(
      [
        [1, 2],
        [3, 4],
      ],
      'w',
    );
    const x = new Tensor([[1, 1]]);
    const runs = device.runs;
    const graph = trace((x: Tensor) => add(matmul(x, w), 1), x);
    expect(device.runs).toBe(runs);
    expect(String(graph)).toBe(
      [
        'graph(x0: Float32(1, 2), w: Parameter Float32(2, 2)) {',
        '  %0 = MatMul(x0, w) : Float32(1, 2)',
        '  %1 = Add(%0, 1.0) : Float32(1, 2)',
        '  return %1',
        '}',
      ].join('\n'),
    );
    expect((graph.run(x) as Tensor).tolist()).toEqual([[5, 7]]);
  });
  test('a Parameter is read anew by each run', () => {
    const w = new Parameter([2, 3], 'w');
    const graph = trace((x: Tensor) => mul(x, w), new Tensor([1, 1]));
    w.setData(new Tensor([5, 6]));
    expect((graph.run(new Tensor([1, 2])) as Tensor).tolist()).toEqual([5, 12]);
  });
  test('results keep their nesting', () => {
    const graph = trace((x: Tensor) => [x, [sin(x), mul(x, 2)]], new Tensor([0]));
    const [a, [b, c]] = graph.run(new Tensor([0])) as [Tensor, [Tensor, Tensor]];
    expect([a.tolist(), b.tolist(), c.tolist()]).toEqual([[0], [0], [0]]);
  });
  test('reading elements is refused with the way out', () => {
    expect(() => trace((x: Tensor) => x.item(), new Tensor(1))).toThrow(/recorded into a graph.*without jit/);
    let leaked = new Tensor(0);
    trace((x: Tensor) => (leaked = sin(x)), new Tensor(1));
    expect(() => leaked.asnumpy()).toThrow(RuntimeError);
  });
  test('other dtypes and shapes are refused', () => {
    const graph = trace((x: Tensor) => sin(x), new Tensor([1, 2]));
    expect(() => graph.run(new Tensor([1, 2, 3]))).toThrow(ValueError);
    expect(() => graph.run()).toThrow(ValueError);
    expect(() => graph.run(new Tensor(Int32Array.from([1, 2])))).toThrow(ValueError);
  });
});

describe('a training step', () => {
  const make = () => ({
    w: new Parameter(
      [
        [1, 2],
        [3, 4],
      ],
      'w',
    ),
    accum: new Parameter(
      [
        [0, 0],
        [0, 0],
      ],
      'accum',
    ),
  });
  const step = ({ w, accum }: ReturnType<typeof make>) => {
    const loss = (x: Tensor): Tensor => sum(sin(matmul(x, w)));
    const gradient = valueAndGrad(loss, null, w);
    return (x: Tensor): Tensor => {
      const [value, g] = gradient(x);
      applyStep(w, accum, 0.1, g);
      return value;
    };
  };
  test('replays as it runs: the same losses and Parameters, bit for bit', () => {
    const x = new Tensor([
      [0.5, -1],
      [2, 0.25],
    ]);
    const [eager, recorded] = [make(), make()];
    const run = step(eager);
    const graph = trace(step(recorded), x);
    expect(recorded.w.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    for (let i = 0; i < 3; i++) expect((graph.run(x) as Tensor).item()).toBe(run(x).item());
    expect(recorded.w.tolist()).toEqual(eager.w.tolist());
    expect(recorded.accum.tolist()).toEqual(eager.accum.tolist());
  });
  test('a value read before the update is not overwritten', () => {
    const w = new Parameter([1, 2], 'w');
    const accum = new Parameter([0, 0], 'accum');
    const f = (g: Tensor): Tensor => {
      const before = w.value();
      applyStep(w, accum, 1, g);
      return add(before, mul(w, 10));
    };
    const graph = trace(f, new Tensor([1, 1]));
    expect((graph.run(new Tensor([1, 1])) as Tensor).tolist()).toEqual([1, 12]);
    expect(w.tolist()).toEqual([0, 1]);
  });
});

test('gradients and mapping inside a graph, and a graph inside them', () => {
  const f = (x: Tensor): Tensor => sum(mul(sin(x), x));
  const x = new Tensor([
    [0.5, 1],
    [2, 3],
  ]);
  const expected = vmap(grad(f))(x).tolist();
  expect((trace(vmap(grad(f)), x).run(x) as Tensor).tolist()).toEqual(expected);
  const graph = trace(f, new Tensor([0, 0]));
  expect(vmap(grad((r: Tensor) => graph.run(r) as Tensor))(x).tolist()).toEqual(expected);
});

test('constants from outside are kept, also when they are changed later', () => {
  const c = new Parameter([1, 1], 'c');
  const kept = c.value();
  const graph = trace((x: Tensor) => add(x, kept), new Tensor([0, 0]));
  applyStep(c, new Parameter([0, 0]), 1, new Tensor([5, 5]));
  expect((graph.run(new Tensor([0, 0])) as Tensor).tolist()).toEqual([1, 1]);
});

test('every run draws its own random numbers', () => {
  const graph = trace((x: Tensor) => [add(x, 0), randomKey()], new Tensor([0]));
  const keys = [0, 1].map(() => String((graph.run(new Tensor([0])) as Tensor[])[1]));
  expect(keys[0]).not.toBe(keys[1]);
});

test('ops without inputs and aliases are recorded', () => {
  const graph = trace((x: Tensor) => add(reshape(x, [2, 1]), full([2], 3, float32)), new Tensor([1, 2]));
  expect((graph.run(new Tensor([1, 2])) as Tensor).tolist()).toEqual([
    [4, 4],
    [5, 5],
  ]);
});
