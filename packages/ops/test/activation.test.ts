import { beforeAll, describe, expect, it } from 'vitest';
import { Tensor, grad } from '@sporelet/core';
import { ValueError, axisRef, Axis, constant, float16, float32, where } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { derivative } from '../src/activation-derivative.ts';
import { registerDevices, valuesOf } from './harness.ts';

beforeAll(() => {
  registerDevices();
  ops.installOps();
});

const at = [-3, -1, -0.5, 0, 0.5, 1, 3, 6, 7, -0];
const gradient = (f: (x: Tensor) => Tensor) => [...valuesOf(grad(f)(new Tensor(at))).data];

describe('gradients of activations at kinks', () => {
  // MindSpore 2.10, CPU, at `at`; for mish, where MindSpore's error is larger, the true values.
  const known: readonly (readonly [string, (x: Tensor) => Tensor, readonly number[]])[] = [
    ['relu', ops.relu, [0, 0, 0, 0, 1, 1, 1, 1, 1, 0]],
    ['relu6', ops.relu6, [0, 0, 0, 0, 1, 1, 1, 1, 0, 0]],
    ['leakyRelu', ops.leakyRelu, [0.2, 0.2, 0.2, 0.6, 1, 1, 1, 1, 1, 0.6]],
    ['elu', ops.elu, [0.0497870445, 0.3678795, 0.6065305, 1, 1, 1, 1, 1, 1, 1]],
    ['celu', ops.celu, [0.0497870445, 0.3678795, 0.6065305, 1, 1, 1, 1, 1, 1, 1]],
    ['selu', ops.selu, [0.0875311, 0.6467686, 1.0663410, 1.0507010, 1.0507010, 1.0507010, 1.0507010, 1.0507010, 1.0507010, 1.0507010]], // prettier-ignore
    ['hardswish', ops.hardswish, [-0.5, 0.1666667, 0.3333333, 0.5, 0.6666667, 0.8333333, 1.5, 1, 1, 0.5]],
    ['hardsigmoid', ops.hardsigmoid, [0, 0.1666667, 0.1666667, 0.1666667, 0.1666667, 0.1666667, 0, 0, 0, 0.1666667]],
    ['softplus', ops.softplus, [0.0474258, 0.2689414, 0.3775407, 0.5, 0.6224593, 0.7310586, 0.9525741, 0.9975274, 0.9990890, 0.5]], // prettier-ignore
    ['softsign', ops.softsign, [0.0625, 0.25, 0.4444445, 1, 0.4444445, 0.25, 0.0625, 0.0204082, 0.015625, 1]],
    ['hardtanh', ops.hardtanh, [0, 0.5, 1, 1, 1, 0.5, 0, 0, 0, 1]],
    ['hardshrink', ops.hardshrink, [1, 1, 0, 0, 0, 1, 1, 1, 1, 0]],
    ['softshrink', ops.softshrink, [1, 1, 0, 0, 0, 1, 1, 1, 1, 0]],
    ['tanhshrink', ops.tanhshrink, [0.9901339, 0.5800257, 0.2135523, 0, 0.2135523, 0.5800257, 0.9901339, 0.9999754, 0.9999967, 0]], // prettier-ignore
    ['gelu', (x) => ops.gelu(x), [-0.0119456, -0.0833155, 0.1325049, 0.5, 0.8674951, 1.0833155, 1.0119456, 1, 1, 0.5]],
    ['silu', ops.silu, [-0.0881041, 0.0723295, 0.2600388, 0.5, 0.7399612, 0.9276705, 1.0881041, 1.0123262, 1.0054601, 0.5]], // prettier-ignore
    ['mish', ops.mish, [-0.0933930, 0.0592161, 0.2895105, 0.6, 0.8864244, 1.0490363, 1.0211070, 1.0001345, 1.0000216, 0.6]], // prettier-ignore
    ['logsigmoid', ops.logsigmoid, [0.9525741, 0.7310586, 0.6224593, 0.5, 0.3775407, 0.2689414, 0.0474259, 0.0024726, 0.0009111, 0.5]], // prettier-ignore
  ];
  it.each(known)('%s', (_name, f, want) => {
    gradient(f).forEach((g, i) => expect(Math.abs(g - want[i]!), `at ${at[i]}: ${g}`).toBeLessThan(1e-5));
  });
  it('lets no infinity through where a ReLU is shut', () => {
    const f = (x: Tensor): Tensor => ops.log(ops.relu(x));
    expect(grad(f)(new Tensor([-1, 2])).tolist()).toEqual([0, 0.5]);
  });
  it('does not overflow in float16', () => {
    const x = new Tensor([300, -300, 5], float16);
    const g = grad((a: Tensor) => ops.gelu(a, 'tanh'))(x);
    expect(g.dtype).toBe(float16);
    expect(g.tolist()).toEqual([1, 0, 1]);
  });
});

describe('activations', () => {
  it('take their attributes by position and by name, as functions and as classes', () => {
    const x = new Tensor([-1, 2]);
    expect(ops.leakyRelu(x, 0.5).tolist()).toEqual([-0.5, 2]);
    expect(new ops.Elu(2)(x).tolist()).toEqual(ops.elu(x, 2).tolist());
    expect(ops.gelu(x, { approximate: 'tanh' }).tolist()).toEqual(new ops.GeLU()(x).tolist());
    expect(x.sigmoid().tolist()).toEqual(ops.sigmoid(x).tolist());
    expect(String(new ops.HShrink(0.25))).toBe('Prim[HShrink]<lambd=0.25>');
  });
  it('refuse wrong attributes and dtypes', () => {
    const x = new Tensor([1n, 2n]);
    expect(() => ops.gelu(new Tensor([1]), 'erf' as never)).toThrow(ValueError);
    expect(() => ops.sigmoid(x)).toThrow(/'Sigmoid'.*Int64/);
    expect(() => ops.elu(new Tensor([1]), '1' as never)).toThrow(/^For 'Elu', the 'alpha' must be a float/);
  });
});

describe('derivative', () => {
  const x = axisRef(new Axis('i', 5)).cast(float32);
  const one = constant(1, float32);
  it('is null for what does not depend on the node', () => {
    expect(derivative(constant(3, float32), x, one)).toBeNull();
    expect(derivative(where(x.gt(0), one, one), x, one)).toBeNull();
  });
  it('names a function it has no rule for', () => {
    expect(() => derivative(x.fn1('lgamma'), x, one)).toThrow(/lgamma/);
  });
});
