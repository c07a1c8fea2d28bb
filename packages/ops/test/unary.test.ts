import { beforeAll, describe, expect, it } from 'vitest';
import { Tensor, grad } from '@sporelet/core';
import { float32, int32 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { registerDevices } from './harness.ts';

beforeAll(() => {
  registerDevices();
  ops.installOps();
});

const gradient = (f: (x: Tensor) => Tensor, x: number[]) => grad(f)(new Tensor(x)).tolist();

describe('functions of one tensor', () => {
  it('refuse plain numbers and wrong dtypes', () => {
    expect(() => ops.exp(1 as never)).toThrow(/^For 'Exp', the 'input' must be a Tensor/);
    expect(() => ops.neg(new Tensor([true]))).toThrow(/'Neg'.*Bool/);
  });
  it('give Float32 for integers', () => {
    const x = new Tensor([1, 2], int32);
    expect([ops.sqrt(x), ops.sin(x), x.log(), ops.erf(x)].map((y) => y.dtype)).toEqual([
      float32,
      float32,
      float32,
      float32,
    ]);
  });
  it('have all their names', () => {
    const x = new Tensor([-0.5, 0.25]);
    expect(ops.absolute(x).tolist()).toEqual([0.5, 0.25]);
    expect(x.arcsin().tolist()).toEqual(ops.asin(x).tolist());
    expect(ops.frac(new Tensor([-1.5, 2.25])).tolist()).toEqual([-0.5, 0.25]);
    expect(new ops.ACos()(x).tolist()).toEqual(ops.arccos(x).tolist());
    expect(x.round(1).tolist()).toEqual(ops.round(x, { decimals: 1 }).tolist());
  });
  // As MindSpore 2.10 gives them.
  it('have these gradients at kinks and poles', () => {
    expect(gradient(ops.abs, [-3, 0, -0, 2])).toEqual([-1, 0, -0, 1]);
    expect(gradient(ops.sign, [-3, 0, 2])).toEqual([0, 0, 0]);
    expect(gradient(ops.floor, [0.5, 1])).toEqual([0, 0]);
    expect(gradient(ops.sqrt, [0, 1, -1])).toEqual([Infinity, 0.5, NaN]);
    expect(gradient(ops.reciprocal, [0, 2])).toEqual([-Infinity, -0.25]);
  });
});
