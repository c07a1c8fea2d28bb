import type { Expr, MathFn } from './expr.ts';
import { erf, erfc, erfinv } from './math-erf.ts';
import { cosh, exp, exp2, expm1, sigmoid, sinh, tanh } from './math-exp.ts';
import { Format } from './math-format.ts';
import { lgamma } from './math-gamma.ts';
import { acosh, asinh, atanh, log, log10, log1p, log2 } from './math-log.ts';
import { cbrt, pow } from './math-power.ts';
import { acos, asin, atan, atan2, cos, sin, tan } from './math-trig.ts';

const unary: Readonly<Record<MathFn, (format: Format, x: Expr) => Expr>> = {
  exp, exp2, expm1, log, log2, log10, log1p, sin, cos, tan, asin, acos, atan,
  sinh, cosh, tanh, asinh, acosh, atanh, sigmoid, erf, erfc, erfinv, lgamma, cbrt,
}; // prettier-ignore

/**
 * Writes a math function with native operations only, without branches: one expression per format, which every target
 * evaluates with IEEE arithmetic and without contraction, so that all agree bit for bit. Special values, overflow and
 * denormals (operands and results) are those of C99. float32 uses 32-bit types only, float64 64-bit types only.
 * @param args - one argument, or two for `pow` (base, exponent) and `atan2` (y, x); all float32 or all float64
 */
export function expandMath(fn: MathFn | 'pow' | 'atan2', args: readonly Expr[]): Expr {
  const [x, y] = args as readonly [Expr, Expr];
  const format = Format.of(x);
  if (fn === 'pow') return pow(format, x, y);
  if (fn === 'atan2') return atan2(format, x, y);
  return unary[fn](format, x);
}

/**
 * The greatest error, in units in the last place of the exact result, rounded up: measured on every thirty-first float32
 * number (two million pairs for pow and atan2) and on 100,000 to 1,500,000 float64 numbers. It holds for sin, cos and
 * tan where |x| <= 2^24 (float32) or 2^52 (float64), beyond which x counts as 0; and for lgamma where x > 0.
 */
export const ulpBounds: Readonly<Record<MathFn | 'pow' | 'atan2', { readonly f32: number; readonly f64: number }>> = {
  exp: { f32: 1.1, f64: 1 },
  exp2: { f32: 1.1, f64: 1.1 },
  expm1: { f32: 1.6, f64: 1.5 },
  log: { f32: 0.9, f64: 0.9 },
  log2: { f32: 0.9, f64: 0.8 },
  log10: { f32: 0.8, f64: 0.8 },
  log1p: { f32: 1.5, f64: 1.5 },
  sin: { f32: 1.2, f64: 1 },
  cos: { f32: 1.2, f64: 1 },
  tan: { f32: 2.7, f64: 2.5 },
  asin: { f32: 2.1, f64: 2.1 },
  acos: { f32: 1.2, f64: 1.2 },
  atan: { f32: 2, f64: 2 },
  sinh: { f32: 2.4, f64: 2.1 },
  cosh: { f32: 1.6, f64: 1.4 },
  tanh: { f32: 2, f64: 2 },
  asinh: { f32: 2, f64: 2 },
  acosh: { f32: 2.3, f64: 2.2 },
  atanh: { f32: 2, f64: 2 },
  sigmoid: { f32: 2, f64: 2 },
  erf: { f32: 2, f64: 1.5 },
  erfc: { f32: 4, f64: 4.5 },
  erfinv: { f32: 2, f64: 2.5 },
  lgamma: { f32: 5, f64: 5 },
  cbrt: { f32: 1, f64: 1 },
  pow: { f32: 1.5, f64: 1.5 },
  atan2: { f32: 2, f64: 2 },
};
