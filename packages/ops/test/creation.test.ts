import { beforeAll, describe, expect, it } from 'vitest';
import { Tensor, grad } from '@sporelet/core';
import { ValueError, bool, float16, float32, float64, int32, int64 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { registerDevices } from './harness.ts';

beforeAll(() => {
  registerDevices();
  ops.installOps();
});

describe('primitives', () => {
  it("take their inputs in MindSpore's order, attributes between them too", () => {
    const [on, off] = [new Tensor(1), new Tensor(0)];
    const hot = new ops.OneHot()(new Tensor([0n, 2n]), 3, on, off);
    expect(hot.tolist()).toEqual([[1, 0, 0], [0, 0, 1]]); // prettier-ignore
    const drawn = new ops.UniformInt(3)([4], new Tensor(2, int32), new Tensor(3, int32));
    expect(drawn.tolist()).toEqual([2, 2, 2, 2]);
  });
});

describe('what a tensor is', () => {
  it('is told by functions and methods', () => {
    const t = new Tensor([[1, 2, 3]]);
    expect([ops.size(t), ops.numel(t), t.numel(), t.nelement()]).toEqual([3, 3, 3, 3]);
    expect([ops.rank(t), t.ndimension(), String(ops.shape(t))]).toEqual([2, 2, '(1, 3)']);
    expect([ops.isTensor(t), ops.isTensor([1])]).toEqual([true, false]);
  });
});

describe('creation', () => {
  it('fills shapes in the dtype of the value', () => {
    expect(ops.full([2], 3).dtype).toBe(float32);
    expect(ops.full([2], 3n).tolist()).toEqual([3n, 3n]);
    expect(ops.full([2], true).dtype).toBe(bool);
    expect(ops.full([2], 3.7, int32).tolist()).toEqual([3, 3]);
    expect(ops.full(2, new Tensor(1.5, float64)).tolist()).toEqual([1.5, 1.5]);
    expect(ops.fill(float16, [1, 2], 2).tolist()).toEqual([[2, 2]]);
    expect(grad((v: Tensor) => ops.full([3], v))(new Tensor(2)).item()).toBe(3);
  });
  it('takes shape and dtype of another tensor', () => {
    const x = new Tensor([1n, 2n]);
    expect(ops.zerosLike(x).tolist()).toEqual([0n, 0n]);
    expect(ops.onesLike(x, { dtype: float32 }).dtype).toBe(float32);
    expect(ops.fullLike(x, 2.5).tolist()).toEqual([2n, 2n]);
    expect(x.newOnes(3).dtype).toBe(int64);
    expect(x.newZeros([1, 2], { dtype: float16 }).tolist()).toEqual([[0, 0]]);
  });
  it('counts as MindSpore does', () => {
    expect(ops.arange(5).tolist()).toEqual([0n, 1n, 2n, 3n, 4n]);
    expect(ops.arange(1, 6, 2).dtype).toBe(int64);
    expect(ops.arange(0, 2.5).tolist()).toEqual([0, 1, 2]);
    expect(ops.arange(-1.5, 3.5, { dtype: int64 }).tolist()).toEqual([-1n, 0n, 0n, 1n, 2n]);
    expect(ops.arange(0, 5, 1, int32).dtype).toBe(int32);
    expect(() => ops.arange(5, 0)).toThrow(ValueError);
    expect(() => ops.arange(0, 5, 0)).toThrow(/^For 'Range', the 'step' must not be 0/);
    expect(ops.linspace(0, 1, 3).tolist()).toEqual([0, 0.5, 1]);
    expect(() => ops.linspace(0, 1, 0)).toThrow(ValueError);
    expect(() => ops.linspace(new Tensor([0]), 1, 2)).toThrow(/'start' must have shape \(\)/);
    expect(ops.logspace(0, 2, 3).tolist()).toEqual([1, 10, 100]);
  });
  it('refuses shapes that are none', () => {
    expect(() => ops.zeros(-1)).toThrow(ValueError);
    expect(() => ops.zeros([2, -1])).toThrow(/^For 'Zeros', the 'size' must not be negative/);
    expect(() => ops.ones(1.5)).toThrow(TypeError);
    expect(() => ops.eye(-1)).toThrow(ValueError);
    expect(() => ops.eye(2, 2, 'float32' as never)).toThrow(TypeError);
  });
});
