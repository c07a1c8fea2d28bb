import { beforeEach, describe, expect, test } from 'vitest';
import { ValueError, float16 } from '@sporelet/ir';
import { Parameter, Tensor, customGrad, grad, jit, setSeed, stopGradient, vmap } from '@sporelet/core';
import { installOps } from '../src/index.ts';
import * as ops from '../src/index.ts';
import { both, same } from './flow-compare.ts';
import { registerDevices } from './harness.ts';

registerDevices();
installOps();
beforeEach(() => setSeed(3));

describe('cond', () => {
  const f = (x: Tensor): Tensor =>
    ops.cond(
      x.sum().greater(0),
      (x) => x.mul(2).exp(),
      (x) => x.sub(1),
      x,
    );
  const yes = new Tensor([1, 2]);
  const no = new Tensor([-1, -2]);

  test('takes one branch, eagerly and in a graph', () => {
    both(f, yes);
    both(f, no);
    const compiled = jit(f);
    same(compiled(yes), f(yes));
    same(compiled(no), f(no));
  });
  test('runs only the branch taken', () => {
    const calls: string[] = [];
    ops.cond(
      true,
      () => calls.push('true'),
      () => calls.push('false'),
    );
    expect(calls).toEqual(['true']);
  });
  test('has gradients of the branch taken, also of second order', () => {
    for (const x of [yes, no]) {
      same(jit(grad((x: Tensor) => f(x).sum()))(x), grad((x: Tensor) => f(x).sum())(x));
      const second = grad((x: Tensor) => grad((x: Tensor) => f(x).sum())(x).sum());
      same(jit(second)(x), second(x));
    }
  });
  test('gradients reach what branches close over', () => {
    const w = new Parameter([2, 3], 'w');
    const g = (x: Tensor, y: Tensor): Tensor =>
      ops
        .cond(
          x.sum().greater(0),
          () => y.mul(w).mul(x),
          () => y.add(w),
        )
        .sum();
    for (const x of [yes, no]) {
      const both = grad(g, [0, 1], w);
      const [[a, b], c] = both(x, new Tensor([5, 7]));
      const [[d, e], h] = jit(both)(x, new Tensor([5, 7]));
      [a, b, c].forEach((t, i) => same([d, e, h][i]!, t));
    }
  });
  test('updates of Parameters are made by the branch taken', () => {
    const [accum, p] = [new Parameter([0, 0], 'accum'), new Parameter([1, 1], 'p')];
    const step = (x: Tensor): Tensor =>
      ops.cond(
        x.sum().greater(0),
        () => {
          ops.applyMomentum(p, accum, 0.5, x, 0.9);
          return p.mul(1);
        },
        () => p.mul(10),
      );
    const run = jit(step);
    expect(run(yes).tolist()).toEqual([0.5, 0]);
    expect(p.tolist()).toEqual([0.5, 0]);
    expect(run(no).tolist()).toEqual([5, 0]);
    expect([p.tolist(), accum.tolist()]).toEqual([
      [0.5, 0],
      [1, 2],
    ]);
    const kept = p.value();
    run(yes);
    expect(kept.tolist()).toEqual([0.5, 0]);
  });
  test('under vmap: an unmapped condition takes one branch, a mapped one selects', () => {
    const rows = new Tensor([
      [1, 2],
      [-1, -2],
    ]);
    const expected = ops.stack([f(yes), f(no)]);
    same(vmap(f)(rows), expected);
    same(jit(vmap(f))(rows), expected);
    const shared = (c: Tensor, x: Tensor): Tensor =>
      ops.cond(
        c,
        (x) => x.sin(),
        (x) => x.neg(),
        x,
      );
    const mapped = vmap(shared, { inAxes: [null, 0] });
    for (const c of [true, false]) same(jit(mapped)(new Tensor(c), rows), mapped(new Tensor(c), rows));
    const gradient = grad((x: Tensor) => vmap(f)(x).sum());
    same(jit(gradient)(rows), gradient(rows));
    const inside = vmap(grad((x: Tensor) => f(x).sum()));
    same(jit(inside)(rows), inside(rows));
    same(inside(rows), gradient(rows));
  });
  test('a mapped condition cannot update an unmapped Parameter', () => {
    const [accum, p] = [new Parameter([0, 0], 'accum'), new Parameter([1, 1], 'p')];
    const step = (x: Tensor): Tensor =>
      ops.cond(
        x.sum().greater(0),
        (x) => ops.applyMomentum(p, accum, 0.5, x, 0.9),
        (x) => x,
        x,
      );
    expect(() => vmap(step)(new Tensor([[1, 2]]))).toThrow(/cannot be written into a Parameter that is not mapped/);
    expect(p.tolist()).toEqual([1, 1]);
  });
  test('branches that differ are refused', () => {
    const build = (a: () => unknown, b: () => unknown) => () =>
      jit((x: Tensor) => ops.cond(x.sum().greater(0), a, b) as Tensor)(yes);
    const text = /For 'cond', 'trueFn' and 'falseFn' must return the same structure, dtypes and shapes, but got Float32 of shape \(2,\) and Float16 of shape \(2,\)/; // prettier-ignore
    expect(build(() => yes, () => yes.astype(float16))).toThrow(text); // prettier-ignore
    expect(build(() => yes, () => [yes])).toThrow(ValueError); // prettier-ignore
    expect(build(() => yes, () => yes.sum())).toThrow(ValueError); // prettier-ignore
    expect(() => jit((x: Tensor) => ops.cond(x.greater(0), () => x, () => x))(yes)).toThrow(/must have one element, but got shape \(2,\)/); // prettier-ignore
  });
  test('what stops gradients stops them in a branch', () => {
    const g = (x: Tensor): Tensor =>
      ops
        .cond(
          x.sum().greater(0),
          (x) => x.mul(stopGradient(x)),
          (x) => x,
          x,
        )
        .sum();
    same(jit(grad(g))(yes), yes);
  });
  test('a gradient written by hand is used in a branch', () => {
    const twice = customGrad((x: Tensor) => x.mul(2), (_x: Tensor, _out: Tensor, g: Tensor) => g.mul(100)); // prettier-ignore
    const g = (x: Tensor): Tensor => ops.cond(x.sum().greater(0), (x) => twice(x), (x) => x, x).sum(); // prettier-ignore
    expect(grad(g)(yes).tolist()).toEqual([100, 100]);
    expect(jit(grad(g))(yes).tolist()).toEqual([100, 100]);
    const mapped = grad((x: Tensor) => vmap(g)(x).sum());
    expect(jit(mapped)(new Tensor([[1, 2]])).tolist()).toEqual([[100, 100]]);
    const inner = grad((x: Tensor) => ops.cond(x.sum().greater(0), (x) => vmap(twice)(x), (x) => x, x).sum()); // prettier-ignore
    expect(jit(inner)(yes).tolist()).toEqual([100, 100]);
  });
  test('random numbers are drawn as without a graph', () => {
    const r = (x: Tensor): Tensor =>
      ops
        .cond(
          x.sum().greater(0),
          () => ops.rand([2]),
          () => ops.rand([2]).add(ops.rand([2])),
        )
        .add(ops.rand([2]));
    const compiled = jit(r);
    for (const x of [yes, no, yes]) {
      setSeed(5);
      const expected = [r(x), r(no), r(x)];
      setSeed(5);
      [compiled(x), compiled(no), compiled(x)].forEach((t, i) => same(t, expected[i]!));
    }
  });
});

test('reading a traced value names the line and the ways out', () => {
  const read = jit((x: Tensor) => (x.sum().item() > 0 ? x : x.neg()));
  expect(() => read(new Tensor([1]))).toThrow(
    /read at .*flow-cond\.test\.ts:\d+:\d+: .*ops\.cond.*ops\.whileLoop.*ops\.scan/s,
  );
});
