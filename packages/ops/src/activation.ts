import type { Op, Tensor } from '@sporelet/core';
import { attr } from '@sporelet/core';
import type { Expr } from '@sporelet/ir';
import { constant, where } from '@sporelet/ir';
import type { Activation } from './activation-define.ts';
import { defineActivation } from './activation-define.ts';
import { numbers } from './elementwise-dtypes.ts';

// Conditions are written so that NaN takes a branch that keeps it, and so that the branch at a kink has the derivative
// MindSpore gives there.

const num = (x: Expr, value: number): Expr => constant(value, x.dtype);

export const reLU: Activation = defineActivation({
  name: 'ReLU',
  fn: 'relu',
  doc: 'max(input, 0). The derivative at 0 is 0.',
  dtypes: numbers,
  of: (x) => (x.dtype.kind === 'uint' ? x : where(x.le(0), num(x, 0), x)),
});

export const reLU6: Activation = defineActivation({
  name: 'ReLU6',
  fn: 'relu6',
  doc: 'min(max(input, 0), 6). The derivative at 0 is 0, at 6 it is 1.',
  of: (x) => where(x.le(0), num(x, 0), where(x.gt(6), num(x, 6), x)),
});

export const leakyReLU: Activation<[alpha?: number]> = defineActivation({
  name: 'LeakyReLU',
  fn: 'leakyRelu',
  doc: 'input where positive, else alpha · input. The derivative at 0 is (1 + alpha) / 2.',
  attrs: { alpha: attr.float(0.2) },
  of: (x, { alpha }) => where(x.gt(0), x, where(x.lt(0), x.mul(alpha), x.mul((1 + alpha) / 2))),
});

export const elu: Activation<[alpha?: number]> = defineActivation({
  name: 'Elu',
  doc: 'input where positive, else alpha · (exp(input) - 1). MindSpore for CPU has alpha = 1 only.',
  attrs: { alpha: attr.float(1) },
  of: (x, { alpha }) => where(x.gt(0), x, x.fn1('expm1').mul(alpha)),
});

export const ceLU: Activation<[alpha?: number]> = defineActivation({
  name: 'CeLU',
  fn: 'celu',
  doc: 'max(input, 0) + min(alpha · (exp(input / alpha) - 1), 0).',
  attrs: { alpha: attr.float(1) },
  of: (x, { alpha }) => where(x.gt(0), x, x.div(alpha).fn1('expm1').mul(alpha)),
});

// The fixed point of mean 0 and variance 1: Klambauer et al., Self-Normalizing Neural Networks, 2017.
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

export const seLU: Activation = defineActivation({
  name: 'SeLU',
  fn: 'selu',
  doc: 'λ · input where not negative, else λα · (exp(input) - 1), with α = 1.67326 and λ = 1.05070.',
  of: (x) => where(x.ge(0), x.mul(seluScale), x.fn1('expm1').mul(seluScale * seluAlpha)),
});

export const sigmoid: Op<(input: Tensor) => Tensor> = defineActivation({
  name: 'Sigmoid',
  doc: '1 / (1 + exp(-input)).',
  method: 'sigmoid',
  of: (x) => x.sigmoid(),
});

const geluScale = Math.sqrt(2 / Math.PI);

export const geLU: Activation<[approximate?: 'none' | 'tanh']> = defineActivation({
  name: 'GeLU',
  fn: 'gelu',
  doc: "input · Φ(input) with the normal distribution function Φ ('none'), or 0.5 · input · (1 + tanh(√(2/π) · (input + 0.044715 · input³))) ('tanh', the class's default as MindSpore's kernel computes it). Hendrycks and Gimpel, 2016.",
  attrs: { approximate: attr.oneOf(['none', 'tanh'], 'tanh') },
  of: (x, { approximate }) => {
    // Φ through erfc and (1 + tanh u) / 2 = sigmoid(2u) lose nothing where Φ is small.
    if (approximate === 'none') return x.mul(0.5).mul(x.mul(-Math.SQRT1_2).fn1('erfc'));
    return x.mul(
      x
        .add(x.mul(x).mul(x).mul(0.044715))
        .mul(2 * geluScale)
        .sigmoid(),
    );
  },
});

export const fastGeLU: Activation = defineActivation({
  name: 'FastGeLU',
  fn: 'fastGelu',
  doc: 'input · sigmoid(1.702 · input).',
  of: (x) => x.mul(x.mul(1.702).sigmoid()),
});

export const siLU: Activation = defineActivation({
  name: 'SiLU',
  fn: 'silu',
  doc: 'input · sigmoid(input), also called Swish.',
  of: (x) => x.mul(x.sigmoid()),
});

export const mish: Activation = defineActivation({
  name: 'Mish',
  doc: 'input · tanh(log(1 + exp(input))). Misra, 2019.',
  of: (x) => {
    // tanh(log(1 + e)) = n / (n + 2) with n = e (e + 2); beyond 20 it is 1, and n would overflow.
    const e = where(x.gt(20), num(x, 0), x).exp();
    const n = e.mul(e.add(2));
    return where(x.gt(20), x, x.mul(n.div(n.add(2))));
  },
});

export const hSwish: Activation = defineActivation({
  name: 'HSwish',
  fn: 'hardswish',
  doc: 'input · min(max(input + 3, 0), 6) / 6. At ±3 the derivative is that from inside. Howard et al., Searching for MobileNetV3, 2019.',
  of: (x) => where(x.lt(-3), num(x, 0), where(x.gt(3), x, x.mul(x.add(3)).div(6))),
});

export const hSigmoid: Activation = defineActivation({
  name: 'HSigmoid',
  fn: 'hardsigmoid',
  doc: 'min(max(input + 3, 0), 6) / 6. The derivative at ±3 is 0.',
  of: (x) => where(x.le(-3), num(x, 0), where(x.ge(3), num(x, 1), x.add(3).div(6))),
});

/** log(1 + exp(x)) without overflow. */
function logOnePlusExp(x: Expr): Expr {
  return x.max(0).add(x.abs().neg().exp().fn1('log1p'));
}

export const softplus: Activation<[beta?: number, threshold?: number]> = defineActivation({
  name: 'Softplus',
  doc: 'log(1 + exp(beta · input)) / beta, and input itself where beta · input exceeds the threshold.',
  attrs: { beta: attr.float(1), threshold: attr.float(20) },
  of: (x, { beta, threshold }) => {
    const z = beta === 1 ? x : x.mul(beta);
    const y = logOnePlusExp(z);
    return where(z.gt(threshold), x, beta === 1 ? y : y.div(beta));
  },
  slope: (x, { beta, threshold }) => {
    const z = beta === 1 ? x : x.mul(beta);
    return where(z.gt(threshold), num(x, 1), z.sigmoid());
  },
});

export const logSigmoid: Activation = defineActivation({
  name: 'LogSigmoid',
  fn: 'logsigmoid',
  doc: 'log(sigmoid(input)), without overflow.',
  of: (x) => logOnePlusExp(x.neg()).neg(),
  slope: (x) => x.neg().sigmoid(),
});

export const softsign: Activation = defineActivation({
  name: 'Softsign',
  doc: 'input / (1 + |input|).',
  of: (x) => x.div(x.abs().add(1)),
  slope: (x) => {
    const d = x.abs().add(1);
    return num(x, 1).div(d.mul(d));
  },
});

export const hardtanh: Activation<[minVal?: number, maxVal?: number]> = defineActivation({
  name: 'Hardtanh',
  doc: 'min(max(input, minVal), maxVal). At the bounds the derivative is 1/2.',
  dtypes: numbers,
  attrs: { minVal: attr.float(-1), maxVal: attr.float(1) },
  of: (x, { minVal, maxVal }) => x.max(minVal).min(maxVal),
});

export const hShrink: Op<(input: Tensor, lambd?: number) => Tensor, new (lambd?: number) => (input: Tensor) => Tensor> =
  defineActivation({
    name: 'HShrink',
    fn: 'hardshrink',
    doc: 'input where |input| > lambd, else 0.',
    method: 'hardshrink',
    attrs: { lambd: attr.float(0.5) },
    of: (x, { lambd }) => where(x.abs().le(lambd), num(x, 0), x),
  });

export const softShrink: Activation<[lambd?: number]> = defineActivation({
  name: 'SoftShrink',
  fn: 'softshrink',
  doc: 'input moved towards 0 by lambd; 0 where |input| ≤ lambd.',
  attrs: { lambd: attr.float(0.5) },
  of: (x, { lambd }) => where(x.abs().le(lambd), num(x, 0), where(x.gt(0), x.sub(lambd), x.add(lambd))),
});
