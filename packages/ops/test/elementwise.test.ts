import { beforeAll, describe, expect, it } from 'vitest';
import { Tensor, grad } from '@sporelet/core';
import { ValueError, bool, float16, float32, float64, int32, int64, int8, uint32, uint8 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { registerDevices } from './harness.ts';

beforeAll(() => {
  registerDevices();
  ops.installOps();
});

const t = (data: number[] | number[][], dtype = float32) => new Tensor(data, dtype);
const gradients = (f: (x: Tensor, y: Tensor) => Tensor, x: Tensor, y: Tensor) =>
  (grad(f, [0, 1])(x, y) as unknown as Tensor[]).map((g) => g.tolist());

describe('arithmetic', () => {
  it('keeps the dtype of a tensor that meets a number, and lifts integers that meet a fraction', () => {
    expect(ops.add(t([1], float16), 2).dtype).toBe(float16);
    expect(ops.add(t([1], int8), 2).dtype).toBe(int8);
    expect(ops.mul(t([2], int32), 1.5).dtype).toBe(float32);
    expect(ops.sub(3, t([2], int64)).tolist()).toEqual([1n]);
    expect(ops.add(new Tensor([true]), 2).dtype).toBe(int64);
    expect(ops.add(1, 2).dtype).toBe(float32);
  });
  it('refuses what MindSpore refuses', () => {
    expect(() => ops.add(t([1, 2]), t([1, 2, 3]))).toThrow(ValueError);
    expect(() => ops.add(t([1, 2]), t([1, 2, 3]))).toThrow(/^For 'Add', .*\(2,\) and \(3,\)/);
    expect(() => ops.div(t([1, 2]), t([1, 2, 3]))).toThrow(/^For 'Div', .*\(2,\) and \(3,\)/);
    expect(() => ops.add(t([1], uint32), t([1]))).toThrow(TypeError);
    expect(() => ops.add(t([1], uint32), 1.5)).toThrow(/UInt32/);
    expect(() => ops.sub(new Tensor([true]), new Tensor([true]))).toThrow(/Bool/);
    expect(() => ops.add(t([1]), 'a' as never)).toThrow(TypeError);
    expect(() => ops.atan2(t([1], int32), t([1], int32))).toThrow(/'Atan2'.*Int32/);
    expect(() => ops.addn([t([1, 2]), t([1])])).toThrow(/^For 'AddN'/);
    expect(() => ops.addn([])).toThrow(TypeError);
  });
  it('divides in three ways', () => {
    const [x, y] = [t([-7, 7], int32), t([2, 2], int32)];
    expect(ops.div(x, y).tolist()).toEqual([-3.5, 3.5]);
    expect(ops.div(x, y, 'floor').tolist()).toEqual([-4, 3]);
    expect(x.div(y, { roundingMode: 'trunc' }).tolist()).toEqual([-3, 3]);
    expect(ops.divide(x, y, 'floor').dtype).toBe(int32);
    expect(() => ops.div(x, y, 'ceil' as never)).toThrow(ValueError);
  });
  it('has the functions under all their names, and as methods', () => {
    const [x, y] = [t([5, -5]), t([3, 3])];
    expect(ops.remainder(x, y).tolist()).toEqual([2, 1]);
    expect(x.fmod(y).tolist()).toEqual([2, -2]);
    expect(x.floorDivide(2).tolist()).toEqual([2, -3]);
    expect(ops.subtract(x, y, { alpha: 2 }).tolist()).toEqual([-1, -11]);
    expect(x.add(1).sub(y).mul(2).pow(2).tolist()).toEqual([36, 196]);
    expect(x.maximum(0).tolist()).toEqual([5, 0]);
    expect(new ops.Pow()(x, 2).tolist()).toEqual([25, 25]);
    expect(ops.clipByValue(t([1, 5, -3], int64), 0.5, 2.5).tolist()).toEqual([1n, 2n, 0n]);
    expect(x.int().dtype).toBe(int32);
    expect(x.astype(uint8).dtype).toBe(uint8);
    expect(x.bool().dtype).toBe(bool);
    expect(x.double().dtype).toBe(float64);
  });
});

describe('gradients where operands meet', () => {
  const x = () => t([1, 2, 3, -1, 0]);
  const y = () => t([1, 3, 2, -1, 0]);
  // As MindSpore 2.10 gives them.
  it('halves for equal operands of maximum and minimum', () => {
    expect(gradients(ops.maximum, x(), y())).toEqual([[0.5, 0, 1, 0.5, 0.5], [0.5, 1, 0, 0.5, 0.5]]); // prettier-ignore
    expect(gradients(ops.minimum, x(), y())).toEqual([[0.5, 1, 0, 0.5, 0.5], [0.5, 0, 1, 0.5, 0.5]]); // prettier-ignore
  });
  it('pow at 0', () => {
    const [gx, gn] = gradients(ops.pow, t([0, 0, 0, 2]), t([0, 2, -1, 0]));
    expect(gx).toEqual([0, 0, -Infinity, 0]);
    expect(gn).toEqual([0, 0, -Infinity, Math.fround(Math.LN2)]);
  });
  it('nothing for floors, and minus the quotient for the divisor of a remainder', () => {
    expect(gradients(ops.floorDiv, x(), t([2, 2, 2, 2, 2]))).toEqual([[0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]); // prettier-ignore
    expect(gradients(ops.floorMod, t([7, -7]), t([2, 2]))).toEqual([[1, 1], [-3, 4]]); // prettier-ignore
    expect(gradients(ops.fmod, t([7, -7]), t([2, 2]))).toEqual([[1, 1], [-3, 3]]); // prettier-ignore
  });
  it('is summed over broadcast axes', () => {
    const [gx, gy] = gradients(ops.mul, t([[1], [2]]), t([3, 4, 5]));
    expect(gx).toEqual([[12], [12]]);
    expect(gy).toEqual([3, 3, 3]);
  });
});
