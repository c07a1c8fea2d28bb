import { float16, float32, float64, int16, int32, int64, int8, uint8 } from '@sporelet/ir';
import type { Sample, SampleInput, Samples } from './sample.ts';
import { elementwise } from './sample.ts';

type Range = readonly [low: number, high: number];

const given = (values: readonly number[]): SampleInput => ({ shape: [values.length], values });

/** A float function over several shapes, and at special values where these are given. */
function unary(
  f: (x: number) => number,
  [low, high]: Range,
  special: readonly number[] = [],
  more: Partial<Sample> = {},
) {
  const expect = elementwise((x) => f(x));
  const shapes = [[37], [2, 3, 5], [], [0, 4]];
  const drawn = shapes.map((shape): Sample => ({ ins: [{ shape, low, high }], expect, ...more }));
  return special.length ? [...drawn, { ins: [given(special)], expect, grad: false, ...more, vmap: false }] : drawn;
}

/** Integers give Float32. */
const ofIntegers = (f: (x: number) => number, values: readonly number[] = [1, 2, 5]): Sample => ({
  ins: [given(values)],
  dtypes: [int8, int32, int64, uint8],
  expect: elementwise((x) => f(x)),
  rtol: { Int8: 2e-6, Int32: 2e-6, Int64: 2e-6, UInt8: 2e-6 },
});

/** Values of a function that JavaScript lacks, from SciPy 1, at arguments that every dtype holds. */
const table = (xs: readonly number[], ys: readonly number[], more: Partial<Sample> = {}): Sample => ({
  ins: [given(xs)],
  values: [ys],
  ...more,
});

const nearest = (x: number): number => {
  const r = Math.round(x);
  return Math.abs(x % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
};
const rounding = (f: (x: number) => number): Sample[] => [
  ...unary(f, [-5, 5], [0.5, 1.5, 2.5, -0.5, -1.5, Infinity, NaN, 8388609, -0], { grad: false }),
  { ins: [given([-7, 0, 7])], values: [[-7, 0, 7]], dtypes: [int8, int16, int32, int64] },
];
const inf = Infinity;

export const samples: Samples = {
  Abs: [
    ...unary(Math.abs, [0.1, 2], [-1.5, -0, -inf, NaN]),
    { ins: [given([-128, 5, -3])], values: [[-128, 5, 3]], dtypes: [int8] },
    { ins: [given([-5, 3])], values: [[5, 3]], dtypes: [int32, int64] },
    { ins: [given([200, 3])], values: [[200, 3]], dtypes: [uint8] },
  ],
  Neg: [
    ...unary((x) => -x, [-2, 2], [0, -0, inf]),
    { ins: [given([-128, 5])], values: [[-128, -5]], dtypes: [int8] },
    { ins: [given([1, 0])], values: [[255, 0]], dtypes: [uint8] },
  ],
  Sign: [
    ...unary(Math.sign, [0.1, 2], [-1.5, 0, -0, inf, NaN]),
    { ins: [given([-5, 0, 3])], values: [[-1, 0, 1]], dtypes: [int8, int32, int64] },
  ],
  Square: [...unary((x) => x * x, [-2, 2]), { ins: [given([-5, 3])], values: [[25, 9]], dtypes: [int8, int32, int64] }],
  Reciprocal: [...unary((x) => 1 / x, [0.5, 3], [0, -0, inf, -2]), ofIntegers((x) => 1 / x)],
  Sqrt: [...unary(Math.sqrt, [0.2, 4], [0, inf, -1, 2]), ofIntegers(Math.sqrt)],
  Rsqrt: [...unary((x) => 1 / Math.sqrt(x), [0.2, 4], [0, inf, -1]), ofIntegers((x) => 1 / Math.sqrt(x))],
  Exp: [...unary(Math.exp, [-3, 3], [0, -inf, inf, NaN]), ofIntegers(Math.exp, [0, 1, 4])],
  Exp2: [...unary((x) => 2 ** x, [-3, 3], [-inf, 10]), ofIntegers((x) => 2 ** x)],
  Expm1: [...unary(Math.expm1, [-2, 2], [1e-6, -inf, inf]), ofIntegers(Math.expm1)],
  Log: [...unary(Math.log, [0.2, 5], [0, 1, -1, inf]), ofIntegers(Math.log)],
  Log1p: [...unary(Math.log1p, [-0.7, 4], [-1, -2, 0, inf]), ofIntegers(Math.log1p)],
  Log2: [...unary(Math.log2, [0.2, 5], [0, 8, -1]), ofIntegers(Math.log2)],
  Log10: [...unary(Math.log10, [0.2, 5], [0, 1000, -1]), ofIntegers(Math.log10)],
  Sin: [...unary(Math.sin, [-6, 6], [0, inf]), ofIntegers(Math.sin)],
  Cos: [...unary(Math.cos, [-6, 6], [0, inf]), ofIntegers(Math.cos)],
  Tan: [...unary(Math.tan, [-1.2, 1.2], [0, inf]), ofIntegers(Math.tan, [0, 1])],
  Asin: [...unary(Math.asin, [-0.9, 0.9], [1, -1, 1.5]), ofIntegers(Math.asin, [0, 1])],
  ACos: [...unary(Math.acos, [-0.9, 0.9], [1, -1, 1.5]), ofIntegers(Math.acos, [0, 1])],
  Atan: [...unary(Math.atan, [-4, 4], [inf, -inf, 0]), ofIntegers(Math.atan)],
  Sinh: [...unary(Math.sinh, [-2, 2], [0, inf]), ofIntegers(Math.sinh)],
  Cosh: [...unary(Math.cosh, [-2, 2], [0, -inf]), ofIntegers(Math.cosh)],
  Tanh: [...unary(Math.tanh, [-2, 2], [0, -inf, 20]), ofIntegers(Math.tanh)],
  Asinh: [...unary(Math.asinh, [-3, 3], [0, inf, 300]), ofIntegers(Math.asinh)],
  Acosh: [...unary(Math.acosh, [1.2, 4], [1, 0.5, inf]), ofIntegers(Math.acosh)],
  Atanh: [...unary(Math.atanh, [-0.8, 0.8], [1, -1, 2]), ofIntegers(Math.atanh, [0])],
  Erf: [
    table(
      [0, 0.5, 1, -1.5, 2.25, -4, 0.0625],
      [0, 0.5204998778130465, 0.8427007929497148, -0.9661051464753108, 0.9985372834133188, -0.9999999845827421, 0.07043197772238707], // prettier-ignore
    ),
    { ins: [given([inf, -inf, NaN])], values: [[1, -1, NaN]], grad: false },
    { ins: [{ shape: [3, 4] }] },
    { ins: [{ shape: [0] }] },
  ],
  Erfc: [
    table(
      [0, 0.5, 1, -1.5, 2.25, -4, 0.0625],
      [1, 0.4795001221869535, 0.15729920705028516, 1.9661051464753108, 0.0014627165866811515, 1.999999984582742, 0.9295680222776129], // prettier-ignore
    ),
    table([4, 5, 8], [1.541725790028002e-8, 1.5374597944280347e-12, 1.1224297172982928e-29], {
      dtypes: [float32, float64],
    }),
    { ins: [given([inf, -inf, NaN])], values: [[0, 2, NaN]], grad: false },
    { ins: [{ shape: [3, 4] }] },
  ],
  Erfinv: [
    table(
      [0, 0.5, -0.5, 0.75, -0.9375, 0.0625],
      [0, 0.4769362762044699, -0.4769362762044699, 0.8134198475976184, -1.3171503349861307, 0.05544594877278202],
    ),
    { ins: [given([1, -1, 2, NaN])], values: [[inf, -inf, NaN, NaN]], grad: false },
    { ins: [{ shape: [3, 4], low: -0.8, high: 0.8 }] },
  ],
  Floor: rounding(Math.floor),
  Ceil: rounding(Math.ceil),
  Trunc: rounding(Math.trunc),
  Rint: rounding(nearest),
  Round: [
    ...rounding(nearest),
    { ins: [given([0.5625, 1.25, -1.5, 2.3125])], attrs: { decimals: 1 }, values: [[0.6, 1.2, -1.5, 2.3]], dtypes: [float32, float64, float16] }, // prettier-ignore
    {
      ins: [given([155, 145, -27])],
      attrs: { decimals: -1 },
      values: [[160, 140, -30]],
      dtypes: [float32, int16, int64],
    },
    { ins: [given([15, 7])], attrs: { decimals: 2 }, values: [[15, 7]], dtypes: [int32] },
  ],
};
