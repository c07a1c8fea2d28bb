import type { GradEntry, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Expr } from '@sporelet/ir';
import { constant, float64 } from '@sporelet/ir';
import { floatOf, numbers, wide } from './elementwise-dtypes.ts';
import { add, div, mul, sub } from './elementwise.ts';

type Unary = Op<(input: Tensor) => Tensor>;
/** The gradient of an op of one tensor, given that of its output `y`. */
type UnaryGrad = (g: Tensor, x: Tensor, y: Tensor) => Tensor;

interface UnarySpec {
  readonly name: string;
  readonly fn?: string;
  readonly doc: string;
  readonly method?: string | readonly string[];
  readonly of: (x: Expr) => Expr;
  /** Null where the result is constant by steps. */
  readonly grad: UnaryGrad | null;
}

const unaryGrad =
  (grad: UnaryGrad | null) =>
  ({
    g,
    ins: [x],
    outs: [y],
  }: {
    g: Tensor;
    ins: readonly [Tensor];
    outs: readonly [Tensor];
  }): readonly GradEntry[] => [grad!(g, x, y)];

/** Declares a function of numbers that keeps their dtype. */
function keeping({ of, grad, ...rest }: UnarySpec, dtypes: readonly DType[] = numbers): Unary {
  return defineOp({
    ...rest,
    sig: 'input!:T -> T',
    dtypes: { T: dtypes },
    each: ({ input }) => of(input),
    grad: grad && unaryGrad(grad),
  });
}

/** Declares a function with fractional results: integers and bools give Float32. */
function fractional({ of, grad, ...rest }: UnarySpec): Unary {
  return defineOp({
    ...rest,
    sig: 'input!:T -> ?',
    infer: ({ input }) => ({ dtype: floatOf(input.dtype), shape: input.shape }),
    each: ({ input }, _attrs, [out]) => of(input.cast(out!.dtype)),
    grad: grad && unaryGrad(grad),
  });
}

/** For rounding: integers are what they are. */
const ofFloats = (f: (x: Expr) => Expr) => (x: Expr) => (x.dtype.isFloat ? f(x) : x);

export const abs: Unary = keeping({
  name: 'Abs',
  doc: '|input|. The least integer of a dtype stays what it is. The derivative at 0 is 0.',
  method: ['abs', 'absolute'],
  of: (x) => (x.dtype.kind === 'uint' ? x : x.abs()),
  grad: (g, x) => mul(g, sign(x)),
});
export const neg: Unary = keeping({
  name: 'Neg',
  doc: '-input; unsigned integers wrap.',
  method: ['neg', 'negative'],
  of: (x) => x.neg(),
  grad: (g) => neg(g),
});
export const sign: Unary = keeping({
  name: 'Sign',
  doc: '-1, 0 or 1; zero keeps its sign and NaN stays NaN (MindSpore for CPU: 0).',
  method: ['sign', 'sgn'],
  of: (x) => x.sign(),
  grad: null,
});
export const square: Unary = keeping({
  name: 'Square',
  doc: 'input².',
  method: 'square',
  of: (x) => x.mul(x),
  grad: (g, x) => mul(g, mul(x, 2)),
});
export const reciprocal: Unary = fractional({
  name: 'Reciprocal',
  doc: '1 / input.',
  method: 'reciprocal',
  of: (x) => one(x).div(x),
  grad: (g, _x, y) => mul(neg(g), square(y)),
});
export const sqrt: Unary = fractional({
  name: 'Sqrt',
  doc: 'The square root; NaN for negative numbers.',
  method: 'sqrt',
  of: (x) => x.sqrt(),
  grad: (g, _x, y) => div(g, mul(y, 2)),
});
export const rsqrt: Unary = fractional({
  name: 'Rsqrt',
  doc: '1 / √input.',
  method: 'rsqrt',
  of: (x) => one(x).div(x.sqrt()),
  grad: (g, _x, y) => mul(mul(g, -0.5), mul(y, square(y))),
});

export const exp: Unary = fractional({
  name: 'Exp',
  doc: 'e to the power input.',
  method: 'exp',
  of: (x) => x.exp(),
  grad: (g, _x, y) => mul(g, y),
});
export const exp2: Unary = fractional({
  name: 'Exp2',
  doc: '2 to the power input.',
  of: (x) => x.fn1('exp2'),
  grad: (g, _x, y) => mul(g, mul(y, Math.LN2)),
});
export const expm1: Unary = fractional({
  name: 'Expm1',
  doc: 'e to the power input, minus 1, accurate near 0.',
  method: 'expm1',
  of: (x) => x.fn1('expm1'),
  grad: (g, x) => mul(g, exp(x)),
});
export const log: Unary = fractional({
  name: 'Log',
  doc: 'The natural logarithm; -inf at 0, NaN for negative numbers.',
  method: 'log',
  of: (x) => x.log(),
  grad: (g, x) => div(g, x),
});
export const log1p: Unary = fractional({
  name: 'Log1p',
  doc: 'The natural logarithm of 1 + input, accurate near 0.',
  method: 'log1p',
  of: (x) => x.fn1('log1p'),
  grad: (g, x) => div(g, add(x, 1)),
});
export const log2: Unary = fractional({
  name: 'Log2',
  doc: 'The logarithm to base 2.',
  method: 'log2',
  of: (x) => x.fn1('log2'),
  grad: (g, x) => div(g, mul(x, Math.LN2)),
});
export const log10: Unary = fractional({
  name: 'Log10',
  doc: 'The logarithm to base 10.',
  method: 'log10',
  of: (x) => x.fn1('log10'),
  grad: (g, x) => div(g, mul(x, Math.LN10)),
});

export const sin: Unary = fractional({
  name: 'Sin',
  doc: 'The sine of an angle in radians.',
  method: 'sin',
  of: (x) => x.fn1('sin'),
  grad: (g, x) => mul(g, cos(x)),
});
export const cos: Unary = fractional({
  name: 'Cos',
  doc: 'The cosine of an angle in radians.',
  method: 'cos',
  of: (x) => x.fn1('cos'),
  grad: (g, x) => mul(neg(g), sin(x)),
});
export const tan: Unary = fractional({
  name: 'Tan',
  doc: 'The tangent of an angle in radians.',
  method: 'tan',
  of: (x) => x.fn1('tan'),
  grad: (g, _x, y) => mul(g, add(square(y), 1)),
});
export const asin: Unary = fractional({
  name: 'Asin',
  doc: 'The inverse sine, in [-π/2, π/2]; NaN outside [-1, 1].',
  method: ['asin', 'arcsin'],
  of: (x) => x.fn1('asin'),
  grad: (g, x) => mul(g, rsqrt(sub(1, square(x)))),
});
export const acos: Unary = fractional({
  name: 'ACos',
  fn: 'acos',
  doc: 'The inverse cosine, in [0, π]; NaN outside [-1, 1].',
  method: ['acos', 'arccos'],
  of: (x) => x.fn1('acos'),
  grad: (g, x) => mul(neg(g), rsqrt(sub(1, square(x)))),
});
export const atan: Unary = fractional({
  name: 'Atan',
  doc: 'The inverse tangent, in [-π/2, π/2].',
  method: ['atan', 'arctan'],
  of: (x) => x.fn1('atan'),
  grad: (g, x) => div(g, add(square(x), 1)),
});

export const sinh: Unary = fractional({
  name: 'Sinh',
  doc: 'The hyperbolic sine.',
  method: 'sinh',
  of: (x) => x.fn1('sinh'),
  grad: (g, x) => mul(g, cosh(x)),
});
export const cosh: Unary = fractional({
  name: 'Cosh',
  doc: 'The hyperbolic cosine.',
  method: 'cosh',
  of: (x) => x.fn1('cosh'),
  grad: (g, x) => mul(g, sinh(x)),
});
export const tanh: Unary = fractional({
  name: 'Tanh',
  doc: 'The hyperbolic tangent.',
  method: 'tanh',
  of: (x) => x.tanh(),
  grad: (g, _x, y) => mul(g, sub(1, square(y))),
});
// From the outputs, so that large arguments do not overflow when they are squared.
export const asinh: Unary = fractional({
  name: 'Asinh',
  doc: 'The inverse hyperbolic sine.',
  method: ['asinh', 'arcsinh'],
  of: (x) => x.fn1('asinh'),
  grad: (g, _x, y) => div(g, cosh(y)),
});
export const acosh: Unary = fractional({
  name: 'Acosh',
  doc: 'The inverse hyperbolic cosine; NaN below 1.',
  method: ['acosh', 'arccosh'],
  of: (x) => x.fn1('acosh'),
  grad: (g, _x, y) => div(g, sinh(y)),
});
export const atanh: Unary = fractional({
  name: 'Atanh',
  doc: 'The inverse hyperbolic tangent; infinite at ±1, NaN beyond.',
  method: ['atanh', 'arctanh'],
  of: (x) => x.fn1('atanh'),
  grad: (g, x) => div(g, sub(1, square(x))),
});

const twoOverRootPi = 2 / Math.sqrt(Math.PI);

export const erf: Unary = fractional({
  name: 'Erf',
  doc: 'The error function: 2/√π times the integral of exp(-t²) from 0 to input.',
  method: 'erf',
  of: (x) => x.fn1('erf'),
  grad: (g, x) => mul(g, mul(exp(neg(square(x))), twoOverRootPi)),
});
export const erfc: Unary = fractional({
  name: 'Erfc',
  doc: '1 - erf(input), accurate for large arguments.',
  method: 'erfc',
  of: (x) => x.fn1('erfc'),
  grad: (g, x) => mul(g, mul(exp(neg(square(x))), -twoOverRootPi)),
});
export const erfinv: Unary = fractional({
  name: 'Erfinv',
  doc: 'The inverse of erf; infinite at ±1, NaN beyond.',
  method: 'erfinv',
  of: (x) => x.fn1('erfinv'),
  grad: (g, _x, y) => mul(g, mul(exp(square(y)), 1 / twoOverRootPi)),
});

export const floor: Unary = keeping({
  name: 'Floor',
  doc: 'The greatest integer not above input.',
  method: 'floor',
  of: ofFloats((x) => x.floor()),
  grad: null,
});
export const ceil: Unary = keeping({
  name: 'Ceil',
  doc: 'The least integer not below input.',
  method: 'ceil',
  of: ofFloats((x) => x.ceil()),
  grad: null,
});
export const trunc: Unary = keeping({
  name: 'Trunc',
  doc: 'input without its fraction.',
  method: 'trunc',
  of: ofFloats((x) => x.trunc()),
  grad: null,
});
export const rint: Unary = keeping({
  name: 'Rint',
  doc: 'The nearest integer, of two the even one.',
  of: ofFloats((x) => x.round()),
  grad: null,
});

export const round: Op<(input: Tensor, decimals?: number | { readonly decimals?: number | undefined }) => Tensor> =
  defineOp({
    name: 'Round',
    sig: 'input!:T, decimals -> T',
    doc: 'input rounded to a number of decimals, halves to the even digit. Negative decimals round to tens, hundreds, ...; MindSpore for CPU has decimals = 0 only.',
    method: 'round',
    dtypes: { T: numbers },
    attrs: { decimals: attr.int(0) },
    each: ({ input }, { decimals }) => {
      if (decimals === 0 || (decimals > 0 && !input.dtype.isFloat)) return ofFloats((x) => x.round())(input);
      const x = input.dtype.isFloat ? wide(input) : input.cast(float64);
      const unit = 10 ** Math.abs(decimals);
      return decimals > 0 ? x.mul(unit).round().div(unit) : x.div(unit).round().mul(unit);
    },
    grad: null,
  });

function one(like: Expr): Expr {
  return constant(1, like.dtype);
}
