import { beforeAll, describe, expect, it } from 'vitest';
import { Parameter, Tensor, vmap } from '@sporelet/core';
import { IndexError, ValueError, float16, float32, int32 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { registerDevices, valuesOf } from './harness.ts';

beforeAll(() => {
  registerDevices();
  ops.installOps();
});

const make = (dtype = float32) => ({
  v: new Parameter(new Tensor([[0.6, 0.4], [0.1, 0.5]], dtype), 'var'),
  a: new Parameter(new Tensor([[0.6, 0.5], [0.2, 0.6]], dtype), 'accum'),
  g: new Tensor([[0.3, 0.7], [0.1, 0.8]], dtype),
}); // prettier-ignore

describe('ApplyProximalAdagrad', () => {
  it('updates its Parameters in place and returns them as tensors', () => {
    const { v, a, g } = make();
    const out = new ops.ApplyProximalAdagrad({ useLocking: false })(v, a, 0.01, 0, 0, g);
    expect(out.length).toBe(2);
    expect(String(out[0])).toBe(String(v.value()));
    expect(String(out[1])).toBe(String(a.value()));
    expect(out[0]).not.toBeInstanceOf(Parameter);
    expect(valuesOf(v).data[0]).toBeCloseTo(0.596388459, 8);
  });
  it.each([0.5, 0, -1])('is sign(prox) max(|prox| - lr l1, 0) for every float, l1 = %d', (l1) => {
    // A gradient of 0 leaves prox = var; lr 1 makes the threshold l1 itself.
    const values = [0.75, -0.75, 0.5, -0.5, 0.25, -0.25, 0, -0, 3e38, -3e38, Infinity, -Infinity, NaN, 1e-45];
    const v = new Parameter(new Tensor(values), 'var');
    const a = new Parameter(new Tensor(values.map(() => 1)), 'accum');
    new ops.ApplyProximalAdagrad()(v, a, 1, l1, 0, new Tensor(values.map(() => 0)));
    const wanted = values.map((p) => (l1 > 0 ? Math.sign(p) * Math.max(Math.abs(p) - l1, 0) : p)).map(Math.fround);
    expect(v.tolist()).toEqual(wanted);
  });
  it('takes useLocking by position, by name, and nothing else', () => {
    expect(() => new ops.ApplyProximalAdagrad(true)).not.toThrow();
    expect(() => new ops.ApplyProximalAdagrad(1 as never)).toThrow(TypeError);
    expect(() => new ops.ApplyProximalAdagrad({ use_locking: true } as never)).toThrow(/did you mean 'useLocking'/);
    expect(() => new ops.ApplyProximalAdagrad({ proximalRate: 'adam' as never })).toThrow(/proximalRate/);
  });

  /** Every refused call names the op and leaves both Parameters as they were. */
  function refused(
    call: (op: InstanceType<typeof ops.ApplyProximalAdagrad>, p: ReturnType<typeof make>) => unknown,
    kind: new (m: string) => Error,
    text: RegExp,
    p = make(),
  ) {
    // prettier-ignore
    const before = [String(p.v.value()), String(p.a.value())];
    const op = new ops.ApplyProximalAdagrad();
    let error: unknown;
    try {
      call(op, p);
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(/^For 'ApplyProximalAdagrad'/);
    expect((error as Error).message).toMatch(text);
    expect([String(p.v.value()), String(p.a.value())]).toEqual(before);
  }

  it('refuses wrong types', () => {
    const i32 = new Tensor([[1, 2], [3, 4]], int32); // prettier-ignore
    refused((op, p) => op(p.v, p.a, new Tensor(1, int32), 0, 0, p.g), TypeError, /'lr'.*Int32/);
    refused((op, p) => op(p.v, p.a, 0.1, new Tensor(1, int32), 0, p.g), TypeError, /'l1'.*Int32/);
    refused((op, p) => op(p.v, p.a, 0.1, 0, 1n, p.g), TypeError, /'l2'.*Int64/);
    refused((op, p) => op(p.v, p.a, 'x' as never, 0, 0, p.g), TypeError, /'lr'/);
    refused((op, p) => op(p.v, p.a, [0.1] as never, 0, 0, p.g), TypeError, /'lr'/);
    refused((op, p) => op(p.v, p.a, 0.1, 0, 0, 1 as never), TypeError, /'grad'/);
    refused((op, p) => op(p.g as never, p.a, 0.1, 0, 0, p.g), TypeError, /Parameter/);
    refused((op, p) => op(p.v, p.g as never, 0.1, 0, 0, p.g), TypeError, /Parameter/);
    const ints = { v: new Parameter(i32, 'v'), a: new Parameter(i32, 'a'), g: i32 };
    refused((op, p) => op(p.v, p.a, 0.1, 0, 0, p.g), TypeError, /'var'.*Int32/, ints);
  });
  it('refuses wrong shapes', () => {
    const wide = new Tensor([[1, 2, 3]], float32);
    refused((op, p) => op(p.v, p.a, 0.1, 0, 0, wide), Error, /'grad'.*\(1, 3\).*\(2, 2\)/);
    refused((op, p) => op(p.v, new Parameter(wide, 'w'), 0.1, 0, 0, p.g), Error, /'accum'/);
    for (const name of ['lr', 'l1', 'l2']) {
      const at = (n: string) => (n === name ? new Tensor([0.1], float32) : 0.1);
      refused((op, p) => op(p.v, p.a, at('lr'), at('l1'), at('l2'), p.g), Error, new RegExp(`'${name}'.*\\(1,\\)`));
    }
  });
  it('converts the gradient, never a Parameter', () => {
    const { v, a, g } = make();
    const half = new Tensor(g, float16);
    expect(() => new ops.ApplyProximalAdagrad()(v, a, 0.01, 0, 0, half)).not.toThrow();
    expect(v.dtype).toBe(float32);
    const low = make(float16);
    refused((op, p) => op(p.v, p.a, 0.01, 0, 0, p.g), TypeError, /Parameter/, { ...low, g });
    refused((op, p) => op(p.v, p.a, 0.01, 0, 0, p.g), TypeError, /Parameter/, { ...low, v: make().v });
    const out = new ops.ApplyProximalAdagrad()(low.v, low.a, new Tensor(0.01, float32), 0, 0, low.g);
    expect(out[0].dtype).toBe(float16);
  });
  it('works under vmap with lr mapped, and nested', () => {
    const one = new ops.ApplyProximalAdagrad();
    const g = [0.3, 0.7, 0.1, 0.8];
    const rates = [0.01, 0.02, 0.5];
    const stack = (rows: number[][]) => new Tensor(rows, float32);
    const v = new Parameter(stack(rates.map(() => [0.6, 0.4, 0.1, 0.5])), 'var');
    const a = new Parameter(stack(rates.map(() => [0.6, 0.5, 0.2, 0.6])), 'accum');
    const many = vmap(
      (w: Parameter, acc: Parameter, lr: Tensor, l1: number, l2: number, gr: Tensor) => one(w, acc, lr, l1, l2, gr),
      [0, 0, 0, null, null, 0],
    );
    const out = many(v, a, new Tensor(rates, float32), 0.1, 0.2, stack(rates.map(() => g)));
    rates.forEach((lr, i) => {
      const w = new Parameter(new Tensor([0.6, 0.4, 0.1, 0.5], float32), 'w');
      const acc = new Parameter(new Tensor([0.6, 0.5, 0.2, 0.6], float32), 'acc');
      one(w, acc, new Tensor(lr, float32), 0.1, 0.2, new Tensor(g, float32));
      expect(valuesOf(v.at(i)).data).toEqual(valuesOf(w).data);
      expect(valuesOf(out[1].at(i)).data).toEqual(valuesOf(acc).data);
    });
    const v2 = new Parameter(new Tensor([[[0.6, 0.4]], [[0.1, 0.5]]], float32), 'v2');
    const a2 = new Parameter(new Tensor([[[0.6, 0.5]], [[0.2, 0.6]]], float32), 'a2');
    const inner = vmap((w: Parameter, acc: Parameter, lr: Tensor, l1: Tensor, gr: Tensor) => one(w, acc, lr, l1, 0, gr), [0, 0, 0, null, 0]); // prettier-ignore
    const outer = vmap(inner, [0, 0, 0, 0, 0]);
    outer(v2, a2, new Tensor([[0.01], [0.02]], float32), new Tensor([0.1, 0.3], float32), new Tensor([[[0.3, 0.7]], [[0.1, 0.8]]], float32)); // prettier-ignore
    const w = new Parameter(new Tensor([0.1, 0.5], float32), 'w');
    const acc = new Parameter(new Tensor([0.2, 0.6], float32), 'acc');
    one(w, acc, 0.02, 0.3, 0, new Tensor([0.1, 0.8], float32));
    expect(valuesOf(v2.at(1, 0)).data).toEqual(valuesOf(w).data);
  });
  it('a tensor handed out before the update keeps its value', () => {
    const { v, a, g } = make();
    const before = v.value();
    const text = String(before);
    new ops.ApplyProximalAdagrad()(v, a, 0.5, 0, 0, g);
    expect(String(before)).toBe(text);
    expect(String(v.value())).not.toBe(text);
  });
});

describe('SparseApplyProximalAdagrad', () => {
  const dense = () => ({
    v: new Parameter(new Tensor([[0.6, 0.4], [0.1, 0.5], [0.2, 0.3]]), 'var'),
    a: new Parameter(new Tensor([[0.6, 0.5], [0.2, 0.6], [0, 0]]), 'accum'),
  }); // prettier-ignore
  let rows: Tensor;
  beforeAll(() => {
    rows = new Tensor([[0.3, 0.7], [0.1, 0.8]]); // prettier-ignore
  });
  const sparse = new ops.SparseApplyProximalAdagrad();
  const both = (p: ReturnType<typeof dense>) => [String(p.v.value()), String(p.a.value())];

  it('updates the rows named as ApplyProximalAdagrad does and leaves the others', () => {
    const p = dense();
    const q = dense();
    const out = sparse(p.v, p.a, 0.1, 0.2, 0.3, rows, new Tensor([1n, 0n]));
    new ops.ApplyProximalAdagrad()(q.v, q.a, 0.1, 0.2, 0.3, new Tensor([[0.1, 0.8], [0.3, 0.7], [0, 0]])); // prettier-ignore
    expect(String(p.v.at('0:2'))).toBe(String(q.v.at('0:2')));
    expect(String(p.a.at('0:2'))).toBe(String(q.a.at('0:2')));
    // Their shrinkage and 0 / 0 must not reach a row that no index names.
    expect(String(p.v.at(2))).toBe('[0.2 0.3]');
    expect(out.map(String)).toEqual(both(p));
  });
  it('sums the gradients of a row that is named twice', () => {
    const p = dense();
    const q = dense();
    sparse(p.v, p.a, 0.1, 0.2, 0.3, rows, new Tensor([1n, 1n]));
    sparse(q.v, q.a, 0.1, 0.2, 0.3, new Tensor([[0.4, 1.5]]), new Tensor([1], int32));
    expect(both(p)).toEqual(both(q));
  });
  it('is refused in its own name and then changes nothing', () => {
    const i = new Tensor([0n, 1n]);
    const cases: readonly [(p: ReturnType<typeof dense>) => unknown, new (m: string) => Error, RegExp][] = [
      [(p) => sparse(p.v, p.a, 0.1, 0, 0, rows, new Tensor([0n, 3n])), IndexError, /'indices' must be in \[0, 3\)/],
      [(p) => sparse(p.v, p.a, 0.1, 0, 0, rows, new Tensor([0n, -1n])), IndexError, /'indices'/],
      [(p) => sparse(p.v, p.a, 0.1, 0, 0, rows, new Tensor([0, 1])), TypeError, /'indices'.*Float32/],
      [(p) => sparse(p.v, p.a, 0.1, 0, 0, rows, new Tensor([[0n, 1n]])), ValueError, /'indices' must have one axis/],
      [(p) => sparse(p.v, p.a, 0.1, 0, 0, rows, new Tensor([0n])), ValueError, /'grad'/],
      [(p) => sparse(p.v, p.a, new Tensor(1, int32), 0, 0, rows, i), TypeError, /'lr'.*Int32/],
      [(p) => sparse(p.v, p.a, new Tensor([0.1]), 0, 0, rows, i), ValueError, /'lr' must be a number/],
      [(p) => sparse(p.v.value() as never, p.a, 0.1, 0, 0, rows, i), TypeError, /'var' must be a Parameter/],
      [(p) => sparse(p.v, new Parameter([1], 'x'), 0.1, 0, 0, rows, i), ValueError, /'accum'/],
    ];
    for (const [call, kind, text] of cases) {
      const p = dense();
      const before = both(p);
      expect(() => call(p)).toThrow(kind);
      expect(() => call(p)).toThrow(/^For 'SparseApplyProximalAdagrad'/);
      expect(() => call(p)).toThrow(text);
      expect(both(p)).toEqual(before);
    }
  });
});
