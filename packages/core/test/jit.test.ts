import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ValueError, float16 } from '@sporelet/ir';
import { Jit, Parameter, Tensor, grad, jit, mutable, running, setSeed, tuple, vmap } from '../src/index.ts';
import { tensorsIn } from '../src/tensor-tree.ts';
import { add, applyStep, cast, mul, sin, sum } from './test-ops.ts';

beforeEach(() => setSeed(1));
afterEach(() => vi.restoreAllMocks());

/** Counts how often a function is traced. */
function counted<F extends (...args: never[]) => unknown>(fn: F): { readonly run: F; readonly calls: () => number } {
  let calls = 0;
  const run = jit(((...args: never[]) => {
    calls++;
    return fn(...args);
  }) as F);
  return { run, calls: () => calls };
}

describe('the cache', () => {
  test('one program for each dtype and shape', () => {
    const { run, calls } = counted((x: Tensor) => sin(x));
    const inputs = [new Tensor([1, 2]), new Tensor([3, 4]), new Tensor([1, 2, 3]), cast(new Tensor([1, 2]), float16)];
    for (const x of [...inputs, ...inputs]) expect(run(x).tolist()).toEqual(sin(x).tolist());
    expect(calls()).toBe(3);
  });
  test('one for each plain value, by what it is', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const { run, calls } = counted((x: Tensor, how: unknown) => mul(x, how === 'twice' ? 2 : 3));
    const x = new Tensor([1]);
    for (const how of [
      'twice',
      'thrice',
      'twice',
      1,
      '1',
      1n,
      true,
      null,
      undefined,
      [1, 2],
      [1, 2],
      { a: 1 },
      { a: 1 },
    ])
      expect(run(x, how).tolist()).toEqual([how === 'twice' ? 2 : 3]);
    expect(calls()).toBe(10);
    const signs = counted((x: Tensor, zero: number) => mul(x, 1 / zero));
    expect([signs.run(x, 0).item(), signs.run(x, -0).item()]).toEqual([Infinity, -Infinity]);
  });
  test('a number that is marked as mutable is no constant', () => {
    const { run, calls } = counted((x: Tensor, k: Tensor) => mul(x, k));
    expect([2, 3, 4].map((k) => run(new Tensor([1, 10]), mutable(k)).tolist())).toEqual([
      [2, 20],
      [3, 30],
      [4, 40],
    ]);
    expect(calls()).toBe(1);
  });
  test('nested tensors, and results in their nesting with plain values', () => {
    const { run, calls } = counted((pair: readonly Tensor[], k: number) => tuple([add(pair[0]!, pair[1]!), k], 'text', null, pair[0]!)); // prettier-ignore
    const one = new Tensor([1]);
    const [[total, k], text, none, first] = run([one, new Tensor([2])], 7);
    expect([(total as Tensor).tolist(), k, text, none, first.tolist()]).toEqual([[3], 7, 'text', null, [1]]);
    expect(String(run([one, one], 7))).toBe("([Tensor(shape=[1], dtype=Float32, value= [ 2.00000000e+00]), 7], 'text', None, Tensor(shape=[1], dtype=Float32, value= [ 1.00000000e+00]))"); // prettier-ignore
    expect(calls()).toBe(1);
    run([one, one, one], 7);
    expect(calls()).toBe(2);
  });
  test('a Parameter of another shape is compiled anew, new elements are not', () => {
    const p = new Parameter([1, 2], 'p');
    const { run, calls } = counted((x: Tensor) => mul(x, p));
    expect(run(new Tensor([1])).tolist()).toEqual([1, 2]);
    p.setData(new Tensor([5, 6]));
    expect(run(new Tensor([1])).tolist()).toEqual([5, 6]);
    expect(calls()).toBe(1);
    p.setData(new Tensor([1, 2, 3]), true);
    expect(run(new Tensor([1])).tolist()).toEqual([1, 2, 3]);
    expect(calls()).toBe(2);
  });
  test('compiling often is worth a word that says why', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const compiled = new Jit((x: Tensor, _k: number) => sin(x), 'step');
    for (let k = 0; k < 7; k++) compiled.call([new Tensor([1]), k]);
    expect(warn).not.toHaveBeenCalled();
    for (let k = 7; k < 17; k++) compiled.call([new Tensor([1]), k]);
    expect(warn.mock.calls.map(([text]) => String(text))).toEqual([
      expect.stringMatching(/^sporelet: 'step' was compiled 8 times; the last time because argument 1 is 7 after 6\. .*mutable\(\)/), // prettier-ignore
      expect.stringMatching(/compiled 16 times; the last time because argument 1 is 15 after 14/),
    ]);
  });
});

describe('Parameters', () => {
  test('are updated in place; those whose elements somebody else was given are copied', () => {
    const [p, a] = [new Parameter([1, 2], 'p'), new Parameter([0, 0], 'a')];
    const run = jit((g: Tensor) => {
      applyStep(p, a, 1, g);
      return sum(p);
    });
    const kept = p.value();
    expect(run(new Tensor([1, 1])).item()).toBe(1);
    expect([kept.tolist(), p.tolist(), a.tolist()]).toEqual([
      [1, 2],
      [0, 1],
      [1, 1],
    ]);
    expect(run(new Tensor([1, 1])).item()).toBe(-1);
    expect(kept.tolist()).toEqual([1, 2]);
  });
  test('of two names for one storage, only the one updated changes', () => {
    const p = new Parameter([1, 2], 'p');
    const q = new Parameter(p, 'q');
    const a = new Parameter([0, 0], 'a');
    jit((g: Tensor) => applyStep(p, a, 1, g))(new Tensor([1, 1]));
    expect([p.tolist(), q.tolist()]).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
  test('an error while tracing leaves them as they were', () => {
    const [p, a] = [new Parameter([1, 2], 'p'), new Parameter([0, 0], 'a')];
    const run = jit((g: Tensor) => {
      applyStep(p, a, 1, g);
      throw new ValueError('no');
    });
    expect(() => run(new Tensor([1, 1]))).toThrow('no');
    expect([p.tolist(), a.tolist()]).toEqual([
      [1, 2],
      [0, 0],
    ]);
    expect([running.depth, running.graph]).toEqual([0, null]);
  });
});

test('tensors in plain objects and Maps are inputs and results like any other', () => {
  const f = jit((given: { x: Tensor; scale: number }, more: ReadonlyMap<string, Tensor>) => ({
    sum: add(mul(given.x, given.scale), more.get('y')!),
    all: new Map([['x', add(given.x, 0)]]),
    count: given.scale,
  }));
  for (const x of [1, 10]) {
    const r = f({ x: new Tensor([x]), scale: 2 }, new Map([['y', new Tensor([x * 100])]]));
    expect([r.sum.tolist(), r.all.get('x')!.tolist(), r.count]).toEqual([[102 * x], [x], 2]);
  }
});

test('inside another transformation it is transparent', () => {
  const f = (x: Tensor): Tensor => sum(mul(sin(x), x));
  const inner = jit(f);
  const x = new Tensor([0.5, 1]);
  expect(grad(inner)(x).tolist()).toEqual(grad(f)(x).tolist());
  expect(jit(grad(inner))(x).tolist()).toEqual(grad(f)(x).tolist());
  const rows = new Tensor([[0.5, 1]]);
  expect(vmap(inner)(rows).tolist()).toEqual(vmap(f)(rows).tolist());
});

test('what is no function is refused', () => {
  expect(() => jit(3 as never)).toThrow("For 'jit', the 'fn' must be a function or a Cell, but got 3.");
  expect(() => mutable('a' as never)).toThrow(/For 'mutable'/);
});

test('an object that contains itself is entered once', () => {
  const config: Record<string, unknown> = { x: new Tensor([1]) };
  config['self'] = config;
  expect(tensorsIn([config, config]).map((t) => t.tolist())).toEqual([[1], [1]]);
});
