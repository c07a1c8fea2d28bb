import { beforeAll, describe, expect, it } from 'vitest';
import { Tensor, grad } from '@sporelet/core';
import { ValueError, bool, float32, int32, int64 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { registerDevices } from './harness.ts';

beforeAll(() => {
  registerDevices();
  ops.installOps();
});

const t = (data: number[], dtype = float32) => new Tensor(data, dtype);

describe('comparisons and choices', () => {
  it('have all their names', () => {
    const [x, y] = [t([1, 2]), t([2, 2])];
    expect(ops.eq(x, y).tolist()).toEqual([false, true]);
    expect([x.eq(2), x.ne(2), x.lt(y), x.le(y), x.gt(1), x.ge(2)].map((z) => z.tolist())).toEqual([
      [false, true],
      [true, false],
      [true, false],
      [true, true],
      [false, true],
      [false, true],
    ]);
    expect(ops.isnan(t([NaN, 1])).tolist()).toEqual([true, false]);
    expect(x.less(y).dtype).toBe(bool);
  });
  it('choose with weak numbers', () => {
    const c = new Tensor([true, false]);
    expect(ops.where(c, t([1, 2], int32), 7).dtype).toBe(int32);
    expect(ops.where(c, 1, 2.5).tolist()).toEqual([1, 2.5]);
    expect(t([1, 2]).where(c, 0).tolist()).toEqual([1, 0]);
    expect(() => ops.where(t([1, 0], int32), t([1, 2]), 0)).toThrow(/'Select'.*Bool/);
  });
  it('take bits of integers only', () => {
    expect(ops.bitwiseAnd(t([6], int32), 3).tolist()).toEqual([2]);
    expect(() => ops.bitwiseAnd(t([1]), t([2]))).toThrow(TypeError);
  });
  it('clamp to one bound or two, not to none', () => {
    expect(ops.clamp(t([1, 5, -3]), { max: 2 }).tolist()).toEqual([1, 2, -3]);
    expect(t([1, 5, -3]).clip(0, 2).tolist()).toEqual([1, 2, 0]);
    expect(ops.clamp(t([1, 5, -3], int64), 0.5, 2.5).tolist()).toEqual([1, 2.5, 0.5]);
    expect(() => ops.clamp(t([1]))).toThrow(ValueError);
    expect(() => ops.clipByValue(t([1]))).toThrow(ValueError);
  });
  it('give the gradient at a bound as MindSpore does', () => {
    const x = t([-3, -1, 0, 3, 6]);
    expect(grad((a: Tensor) => ops.clamp(a, -1, 3))(x).tolist()).toEqual([0, 1, 1, 1, 0]);
    expect(grad((a: Tensor) => ops.clipByValue(a, -1, 3))(x).tolist()).toEqual([0, 0.5, 1, 0.5, 0]);
  });
  it('cast by name, and refuse what is no dtype', () => {
    expect(ops.cast(2.5, int32).item()).toBe(2);
    expect(() => ops.cast(t([1]), 'int32' as never)).toThrow(/^For 'Cast', the 'dtype' must be a dtype/);
  });
});
