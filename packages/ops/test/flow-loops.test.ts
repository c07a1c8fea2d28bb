import { beforeEach, describe, expect, test } from 'vitest';
import { RuntimeError, int32 } from '@sporelet/ir';
import { Parameter, Tensor, grad, jit, setSeed, stopGradient, vmap } from '@sporelet/core';
import { installOps } from '../src/index.ts';
import * as ops from '../src/index.ts';
import { both, close, same } from './flow-compare.ts';
import { registerDevices } from './harness.ts';

registerDevices();
installOps();
beforeEach(() => setSeed(3));

describe('scan', () => {
  const xs = new Tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ]).mul(0.1);
  const w = new Tensor([
    [0.5, -0.25],
    [0.125, 0.75],
  ]);
  const h0 = new Tensor([0.1, 0.2]);
  const rnn = (reverse = false) => (h0: Tensor, xs: Tensor, w: Tensor): readonly [Tensor, Tensor] =>
    ops.scan((h, x) => { const next = ops.matmul(h.reshape([1, 2]), w).reshape([2]).add(x).tanh(); return [next, next.mul(2)]; }, h0, xs, { reverse }); // prettier-ignore

  test('carries and stacks', () => {
    for (const reverse of [false, true]) {
      const f = rnn(reverse);
      const [carry, ys] = f(h0, xs, w);
      const [c, y] = jit(f)(h0, xs, w);
      same(c, carry);
      same(y, ys);
      expect([...y.shape]).toEqual([3, 2]);
      same(ys.at(reverse ? 0 : 2), carry.mul(2));
    }
  });
  test('has gradients, also of second order', () => {
    for (const reverse of [false, true]) {
      const loss = (h0: Tensor, xs: Tensor, w: Tensor): Tensor => {
        const [h, ys] = rnn(reverse)(h0, xs, w);
        return h.sum().add(ys.square().sum());
      };
      const first = grad(loss, [0, 1, 2]);
      const expected = first(h0, xs, w);
      jit(first)(h0, xs, w).forEach((g, i) => close(g, expected[i]!));
      const second = grad((h0: Tensor, xs: Tensor, w: Tensor) => grad(loss, 2)(h0, xs, w).square().sum(), [0, 1, 2]);
      const wanted = second(h0, xs, w);
      jit(second)(h0, xs, w).forEach((g, i) => close(g, wanted[i]!));
    }
  });
  test('unrolled gives the same, bit for bit', () => {
    const f = (unroll: boolean) => (h: Tensor, xs: Tensor) =>
      ops.scan((h, x) => [h.add(x).sin(), h], h, xs, { unroll });
    const [a, b] = jit(f(true))(h0, xs);
    const [c, d] = jit(f(false))(h0, xs);
    same(a, c);
    same(b, d);
  });
  test('objects of tensors, no rows, no rounds', () => {
    const f = (a: Tensor, b: Tensor) =>
      ops.scan((s, { a, b }) => [s.add(a.mul(b)), null], new Tensor([0, 0]), { a, b });
    const [sum, none] = jit(f)(xs, xs);
    same(sum, f(xs, xs)[0]);
    expect(none).toBe(null);
    const powers = (x: Tensor) => ops.scan((c) => [c.mul(2), c], x, null, { length: 4 });
    expect(powers(new Tensor(1))[1].tolist()).toEqual([1, 2, 4, 8]);
    expect(jit(powers)(new Tensor(1))[1].tolist()).toEqual([1, 2, 4, 8]);
    for (const run of [powers0, jit(powers0)]) {
      const [c, ys] = run(new Tensor([1, 2]));
      expect(c.tolist()).toEqual([1, 2]);
      expect([...ys.shape]).toEqual([0, 2]);
    }
    expect(() => ops.scan((c) => [c, c], h0, null)).toThrow(/'length' must be given/);
    expect(() => ops.scan((c) => [c, c], h0, xs, 5)).toThrow(/must agree, but got 5 and 3/);
  });
  const powers0 = (x: Tensor) => ops.scan((c) => [c.mul(2), c], x, null, { length: 0 });
  test('lists, as in MindSpore', () => {
    const sum = new ops.Scan()((res: number, el: number) => [res + el, res + el] as const, 0, [1, 2, 3, 4]);
    expect(sum).toEqual([10, [1, 3, 6, 10]]);
    const list = [0, 1, 2].map((i) => xs.at(i));
    const f =
      (unroll: boolean) =>
      (h: Tensor, ...xs: Tensor[]) =>
        ops.scan((h, x) => [h.add(x), h.mul(x)], h, xs, { unroll });
    const [carry, ys] = f(true)(h0, ...list);
    for (const unroll of [true, false]) {
      const [c, y] = jit(f(unroll))(h0, ...list);
      same(c, carry);
      ys.forEach((t, i) => same(y[i]!, t));
    }
  });
  test('under vmap, mapped rows, carry or constants', () => {
    const f = (h: Tensor, xs: Tensor, w: Tensor): Tensor => {
      const [a, ys] = rnn()(h, xs, w);
      return ops.concat([a.reshape([1, 2]), ys]);
    };
    const [h2, xs2, w2] = [ops.stack([h0, h0.mul(3)]), ops.stack([xs, xs.mul(-1)]), ops.stack([w, w.mul(2)])];
    for (const [inAxes, args] of [
      [
        [0, null, null],
        [h2, xs, w],
      ],
      [
        [null, 0, null],
        [h0, xs2, w],
      ],
      [
        [null, null, 0],
        [h0, xs, w2],
      ],
      [
        [0, 0, 0],
        [h2, xs2, w2],
      ],
    ] as const) {
      const mapped = vmap(f, { inAxes });
      close(jit(mapped)(...args), mapped(...args));
      const gradient = grad((h: Tensor, xs: Tensor, w: Tensor) => mapped(h, xs, w).square().sum(), [0, 1, 2]);
      const expected = gradient(...args);
      jit(gradient)(...args).forEach((g, i) => close(g, expected[i]!));
      const inner = vmap(
        grad((h: Tensor, xs: Tensor, w: Tensor) => f(h, xs, w).square().sum(), 2),
        { inAxes },
      );
      close(jit(inner)(...args), inner(...args));
    }
  });
  test('every round draws its own numbers, those of a run without a graph', () => {
    for (const reverse of [false, true]) {
      const f = (x: Tensor) => ops.scan((c, x) => { const r = ops.rand([2]); return [c.add(r).add(ops.rand([2])), r.add(x)]; }, x, xs, { reverse }); // prettier-ignore
      const compiled = jit(f);
      setSeed(9);
      const expected = [...f(h0), ...f(h0)];
      setSeed(9);
      [...compiled(h0), ...compiled(h0)].forEach((t, i) => same(t, expected[i]!));
      const loss = (x: Tensor): Tensor =>
        ops.scan((c) => [c.mul(ops.rand([2])), null], x, null, { length: 3 })[0].sum();
      setSeed(9);
      const g = grad(loss)(h0);
      setSeed(9);
      close(jit(grad(loss))(h0), g);
    }
  });
  test('Parameters are updated round by round', () => {
    const make = () => [new Parameter([1, 1], 'p'), new Parameter([0, 0], 'a')] as const;
    const train = ([p, a]: ReturnType<typeof make>) => (xs: Tensor) =>
      ops.scan((c, x) => { ops.applyMomentum(p, a, 0.1, x.mul(p), 0.9); return [c.add(p), p]; }, h0, xs); // prettier-ignore
    const [eager, graph] = [make(), make()];
    const compiled = jit(train(graph));
    for (let i = 0; i < 2; i++) {
      const [c, ps] = train(eager)(xs);
      const [d, qs] = compiled(xs);
      same(d, c);
      same(qs, ps);
      eager.forEach((p, k) => same(graph[k]!, p));
    }
  });
  test('carries that change are refused', () => {
    const text = /For 'scan', the 'f' must give back what it was given, in structure, dtype and shape: it was given Float32 of shape \(2,\), but returned Float32 of shape \(\)/; // prettier-ignore
    const f = (x: Tensor) => ops.scan((c) => [c.sum(), null], x, null, 2);
    expect(() => f(h0)).toThrow(text);
    expect(() => jit(f)(h0)).toThrow(text);
  });
});

describe('forILoop', () => {
  const x = new Tensor([0.5, 1.5]);
  test('static bounds, with gradients', () => {
    const f = (x: Tensor): Tensor => ops.forILoop(1, 4, (i, v) => v.mul(x).add(i.astype(x.dtype)), x);
    both(f, x);
    const g = grad((x: Tensor) => f(x).sum());
    close(jit(g)(x), g(x));
    const second = grad((x: Tensor) => g(x).sum());
    close(jit(second)(x), second(x));
    both((x) => ops.forILoop(3, 1, (_, v) => v.add(1), x), x);
  });
  test('a bound that is a tensor', () => {
    const f = (n: Tensor, x: Tensor): Tensor => ops.forILoop(0, n, (i, v) => v.add(x).mul(i.astype(x.dtype)), x);
    const compiled = jit(f);
    for (const n of [0, 1, 5]) same(compiled(new Tensor(n, int32), x), f(new Tensor(n, int32), x));
    expect(() => jit(grad((x: Tensor, n: Tensor) => f(n, x).sum()))(x, new Tensor(3, int32))).toThrow(/forILoop with plain numbers as bounds, or scan/); // prettier-ignore
    expect(() => vmap(f, { inAxes: [0, null] })(new Tensor([1, 2], int32), x)).toThrow(/differs between the examples of vmap/); // prettier-ignore
  });
  test('plain values stay plain', () => {
    expect(new ops.ForiLoop()(0, 4, (i, res: number) => i + res, 0)).toBe(6);
  });
  test('under vmap', () => {
    const f = vmap((x: Tensor) => ops.forILoop(0, 3, (i, v) => v.mul(x).add(i.astype(x.dtype)), x));
    same(jit(f)(x), f(x));
  });
  test('rows by index, out of range', () => {
    const p = new Parameter([1, 2], 'p');
    const step = (n: Tensor): Tensor => {
      p.setData(p.add(1));
      return ops.forILoop(0, 3, (i, v) => v.add(ops.gather(p, i.add(n), 0)), new Tensor(0));
    };
    expect(() => jit(step)(new Tensor(0, int32))).toThrow(/Gather/);
    expect(p.tolist()).toEqual([1, 2]);
  });
});

describe('whileLoop', () => {
  const f = (x: Tensor): readonly [Tensor, Tensor] =>
    ops.whileLoop(([i, v]) => v.sum().less(100).logicalAnd(i.less(50)), ([i, v]) => [i.add(1), v.mul(2)], [new Tensor(0, int32), x]); // prettier-ignore
  const x = new Tensor([1, 2]);

  test('runs until the condition fails', () => {
    const compiled = jit(f);
    for (const x of [new Tensor([1, 2]), new Tensor([1000, 1])]) {
      const [n, v] = f(x);
      const [m, u] = compiled(x);
      same(m, n);
      same(u, v);
    }
    expect(new ops.WhileLoop()((x: number) => x < 100, (x) => x + 1, 10)).toBe(100); // prettier-ignore
  });
  test('gradients: eagerly of what ran, in a graph refused', () => {
    const loss = (x: Tensor): Tensor => f(x)[1].sum();
    expect(grad(loss)(x).tolist()).toEqual([64, 64]);
    expect(() => jit(grad(loss))(x)).toThrow(RuntimeError);
    expect(() => jit(grad(loss))(x)).toThrow(/forILoop.*scan/);
    expect(jit(grad((x: Tensor) => x.mul(stopGradient(loss(x))).sum()))(x).tolist()).toEqual([192, 192]);
  });
  test('under vmap: with a common trip count, else refused', () => {
    const g = (x: Tensor): Tensor => ops.whileLoop(([i]) => i.less(3), ([i, v]) => [i.add(1), v.mul(x)], [new Tensor(0, int32), new Tensor([1, 1])])[1]; // prettier-ignore
    const rows = new Tensor([
      [1, 2],
      [3, 4],
    ]);
    same(jit(vmap(g))(rows), vmap(g)(rows));
    for (const run of [vmap((x: Tensor) => f(x)[1]), jit(vmap((x: Tensor) => f(x)[1]))]) {
      expect(() => run(rows)).toThrow(/the condition differs between the examples of vmap/);
    }
  });
  test('random numbers, Parameters', () => {
    const make = () => [new Parameter([1, 1], 'p'), new Parameter([0, 0], 'a')] as const;
    const run = ([p, a]: ReturnType<typeof make>) => (x: Tensor): Tensor =>
      ops.whileLoop((v) => v.sum().add(ops.rand([])).less(20), (v) => { ops.applyMomentum(p, a, 0.1, v, 0.9); return v.add(ops.rand([2])).add(p.abs()); }, x).add(ops.rand([2])); // prettier-ignore
    const [eager, graph] = [make(), make()];
    const compiled = jit(run(graph));
    setSeed(1);
    const expected = [run(eager)(x), run(eager)(x)];
    setSeed(1);
    [compiled(x), compiled(x)].forEach((t, i) => same(t, expected[i]!));
    eager.forEach((p, k) => same(graph[k]!, p));
    const p = new Parameter([1], 'q');
    const bad = (x: Tensor) => ops.whileLoop((v) => { p.setData(v); return v.sum().less(3); }, (v) => v.add(1), x); // prettier-ignore
    expect(() => jit(bad)(new Tensor([1]))).toThrow(/the 'condFn' must not update a Parameter, but updates 'q'/);
  });
});

test('nested: a branch in a loop in a loop', () => {
  const x = new Tensor([0.5, -1.5, 2]);
  const f = (x: Tensor): Tensor =>
    ops.forILoop(0, 3, (i, v) => {
      const [c] = ops.scan((c, x) => [ops.cond(c.add(x).sum().greater(0), () => c.sin().add(v.mean()), () => c.mul(x)), null], v, x); // prettier-ignore
      return c.add(i.astype(x.dtype));
    }, x); // prettier-ignore
  both(f, x);
  const g = grad((x: Tensor) => f(x).sum());
  close(jit(g)(x), g(x));
  const rows = ops.stack([x, x.mul(-1), x.add(1)]);
  close(jit(vmap(g))(rows), vmap(g)(rows));
  const w = (x: Tensor): Tensor =>
    ops.whileLoop((v) => v.sum().less(50), (v) => ops.whileLoop((u) => u.sum().less(v.sum().mul(2).add(1)), (u) => u.add(1).add(ops.rand([3]).mul(0)), v), x.abs()); // prettier-ignore
  both(w, x);
});
