import { int32, int64, int8, uint8 } from '@sporelet/ir';
import type { Sample, Samples } from './sample.ts';
import { elementwise } from './sample.ts';

type Fn = (x: number) => number;

const sigmoid: Fn = (x) => 1 / (1 + Math.exp(-x));
const softplus = (x: number, beta = 1): number => Math.log1p(Math.exp(beta * x)) / beta;

/** The normal distribution function by its power series (Abramowitz and Stegun 26.2.10). */
const normal: Fn = (x) => {
  if (Math.abs(x) > 30) return Number(x > 0);
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
  return 0.5 + (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
};

interface Case {
  readonly of: Fn;
  readonly attrs?: Sample['attrs'] & object;
  /** Arguments outside the usual range: kinks, far away, NaN. */
  readonly special?: readonly number[];
  /** Drawn values keep away from kinks, which lie at these places. */
  readonly ranges?: readonly (readonly [number, number])[];
}

/** Samples of an activation and of its gradient op. */
function activation(name: string, cases: readonly Case[], more: readonly Sample[] = []): Samples {
  const forward: Sample[] = [...more];
  const backward: Sample[] = [];
  for (const { of, attrs, special, ranges = [[-3, 3]] } of cases) {
    const expect = elementwise((x) => of(x));
    const common = attrs ? { attrs } : {};
    for (const [k, [low, high]] of ranges.entries()) {
      const shapes = k ? [[7]] : [[37], [2, 3, 5], [], [0, 4]];
      for (const shape of shapes) forward.push({ ins: [{ shape, low, high }], expect, ...common });
      // What the gradient is, the finite differences of the function and of this op say.
      backward.push({ ins: [{ shape: [11], low, high }, { shape: [11] }], ...common });
      backward.push({ ins: [{ shape: [2, 3], low, high }, { shape: [2, 3] }], attrs: { ...attrs, order: 2 } });
    }
    if (special) forward.push({ ins: [{ shape: [special.length], values: special }], expect, ...common, grad: false });
  }
  return { [name]: forward, [`${name}Grad`]: backward };
}

const integers = (values: readonly number[], want: readonly number[]): Sample => ({
  ins: [{ shape: [values.length], values }],
  values: [want],
  dtypes: [int8, int32, int64],
});

const between = (low: number, high: number) => [[-4, low - 0.01], [low + 0.01, high - 0.01], [high + 0.01, high + 4]] as const; // prettier-ignore
const sides = between(0, 1);
const relu: Fn = (x) => (x <= 0 ? 0 : x);
const inf = Infinity;
const scale = 1.0507009873554805;
const alpha = 1.6732632423543772;

export const samples: Samples = {
  ...activation(
    'ReLU',
    [{ of: relu, ranges: sides, special: [0, -0, inf, -inf, NaN] }],
    [integers([-3, 0, 5], [0, 0, 5]), { ins: [{ shape: [2], values: [0, 200] }], values: [[0, 200]], dtypes: [uint8] }],
  ),
  ...activation('ReLU6', [
    { of: (x) => Math.min(Math.max(x, 0), 6), ranges: between(0, 6), special: [0, 6, inf, NaN] },
  ]),
  ...activation('LeakyReLU', [
    { of: (x) => (x > 0 ? x : 0.2 * x), ranges: sides, special: [0, -inf, NaN] },
    { of: (x) => (x > 0 ? x : 0.01 * x), attrs: { alpha: 0.01 }, ranges: sides },
  ]),
  ...activation('Elu', [
    { of: (x) => (x > 0 ? x : Math.expm1(x)), ranges: sides, special: [0, -inf, inf, NaN, -1e-4] },
    { of: (x) => (x > 0 ? x : 2 * Math.expm1(x)), attrs: { alpha: 2 }, ranges: sides },
  ]),
  ...activation('CeLU', [
    {
      of: (x) => (x > 0 ? x : 2 * Math.expm1(x / 2)),
      attrs: { alpha: 2 },
      ranges: sides,
      special: [0, -inf, inf, NaN],
    },
  ]),
  ...activation('SeLU', [
    { of: (x) => scale * (x > 0 ? x : alpha * Math.expm1(x)), ranges: sides, special: [0, -inf, inf, NaN] },
  ]),
  ...activation('Sigmoid', [{ of: sigmoid, special: [0, -inf, inf, -80, 80, NaN] }]),
  ...activation('GeLU', [
    { of: (x) => x * normal(x), attrs: { approximate: 'none' }, special: [0, 5, -5, 300] },
    {
      of: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
      attrs: { approximate: 'tanh' },
      special: [0, 5, -5, 300],
    },
  ]),
  ...activation('FastGeLU', [{ of: (x) => x * sigmoid(1.702 * x), special: [0, 20, -20] }]),
  ...activation('SiLU', [{ of: (x) => x * sigmoid(x), special: [0, 30, -30, NaN] }]),
  ...activation('Mish', [{ of: (x) => x * Math.tanh(softplus(x)), special: [0, 30, -30, inf, NaN] }]),
  ...activation('HSwish', [
    { of: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6, ranges: between(-3, 3), special: [-3, 3, 0, NaN, inf] },
  ]),
  ...activation('HSigmoid', [
    { of: (x) => Math.min(Math.max(x + 3, 0), 6) / 6, ranges: between(-3, 3), special: [-3, 3, -inf, inf, NaN] },
  ]),
  ...activation('Softplus', [
    { of: softplus, special: [0, 100, -100, inf, -inf, NaN] },
    { of: (x) => (2 * x > 4 ? x : softplus(x, 2)), attrs: { beta: 2, threshold: 4 }, ranges: [[-3, 1.9], [2.1, 4]] },
  ]), // prettier-ignore
  ...activation('LogSigmoid', [{ of: (x) => -softplus(-x), special: [0, 100, inf, NaN] }]),
  ...activation('Softsign', [{ of: (x) => x / (1 + Math.abs(x)), ranges: sides, special: [0, 1000, NaN] }]),
  ...activation('Hardtanh', [
    { of: (x) => Math.min(Math.max(x, -1), 1), ranges: between(-1, 1), special: [-1, 1, -inf, NaN] },
    { of: (x) => Math.min(Math.max(x, -2), 0.5), attrs: { minVal: -2, maxVal: 0.5 }, ranges: between(-2, 0.5) },
  ], [integers([-3, 0, 5], [-1, 0, 1])]), // prettier-ignore
  ...activation('HShrink', [
    { of: (x) => (Math.abs(x) <= 0.5 ? 0 : x), ranges: between(-0.5, 0.5), special: [0.5, -0.5, inf, NaN] },
    { of: (x) => (Math.abs(x) <= 1 ? 0 : x), attrs: { lambd: 1 }, ranges: between(-1, 1) },
  ]),
  ...activation('SoftShrink', [
    { of: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0), ranges: between(-0.5, 0.5), special: [0.5, inf, NaN] },
  ]),
};
