import type { DType } from '../src/dtype.ts';
import { float32, float64 } from '../src/dtype.ts';
import type { MathFn } from '../src/expr.ts';
import { expandMath } from '../src/math.ts';
import { argument, evaluate } from './evaluate.ts';

export type Fn = MathFn | 'pow' | 'atan2';

/** The function's values at the arguments, by its expansion. */
export function expanded(fn: Fn, dtype: DType, ...args: readonly (readonly number[])[]): number[] {
  const arrays = args.map((a) => (dtype === float32 ? Float32Array.from(a) : Float64Array.from(a)));
  const e = expandMath(
    fn,
    arrays.map((_, i) => argument(dtype, i)),
  );
  return [...(evaluate(e, arrays) as Float32Array | Float64Array)];
}

const viaFloat64 = (fn: Fn) => (x: readonly number[]) => expanded(fn, float64, x);
const each = (f: (x: number) => number) => (x: readonly number[]) => x.map(f);

/** Values good to far less than a float32's unit: the engine's, else the float64 expansions, which have a test of their own. */
export const reference: Readonly<Record<MathFn, (x: readonly number[]) => number[]>> = {
  exp: each(Math.exp),
  exp2: each((x) => 2 ** x),
  expm1: each(Math.expm1),
  log: each(Math.log),
  log2: each(Math.log2),
  log10: each(Math.log10),
  log1p: each(Math.log1p),
  sin: each(Math.sin),
  cos: each(Math.cos),
  tan: each(Math.tan),
  asin: each(Math.asin),
  acos: each(Math.acos),
  atan: each(Math.atan),
  sinh: each(Math.sinh),
  cosh: each(Math.cosh),
  tanh: each(Math.tanh),
  asinh: each(Math.asinh),
  acosh: each(Math.acosh),
  atanh: each(Math.atanh),
  sigmoid: each((x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))),
  erf: viaFloat64('erf'),
  erfc: viaFloat64('erfc'),
  erfinv: viaFloat64('erfinv'),
  lgamma: viaFloat64('lgamma'),
  cbrt: each(Math.cbrt),
};

export const unaryNames = Object.keys(reference) as MathFn[];

/** Whether the stated bound covers an argument. */
export function covered(fn: Fn, dtype: DType, x: number): boolean {
  if (fn === 'sin' || fn === 'cos' || fn === 'tan') return !(Math.abs(x) > 2 ** (dtype === float32 ? 24 : 52));
  return fn !== 'lgamma' || !(x < 0);
}

/**
 * The distance of `got` from want + rest units, in units in the last place of `want` (float32: `want` may lie between
 * two floats). A wrong NaN, infinity or sign of zero is infinitely far.
 */
export function ulps(got: number, want: number, dtype: DType, rest = 0): number {
  if (Object.is(got, want) || (got !== got && want !== want)) return Math.abs(rest);
  const [mantissa, least, most] = dtype === float32 ? [23, -126, 127] : [52, -1022, 1023];
  if (want === 0 || !Number.isFinite(want) || (got === 0 && Object.is(got, 0) !== want > 0)) return Infinity;
  const exponent = Math.min(Math.max(exponentOf(want), least), most);
  const unit = 2 ** (exponent - mantissa);
  // The overflow threshold: infinity stands for the next power of two.
  if (!Number.isFinite(got))
    return got === Math.sign(want) * Infinity && dtype === float32 ? (2 ** 128 - Math.abs(want)) / unit : Infinity;
  return Math.abs((got - want) / unit - rest);
}

const bits = new DataView(new ArrayBuffer(8));

/** floor(log2 |x|) for a normal float64; -1023 for denormals. */
function exponentOf(x: number): number {
  bits.setFloat64(0, x);
  return ((bits.getUint16(0) >> 4) & 0x7ff) - 1023;
}

export function fromBits(hex: string, dtype: DType): number {
  bits.setBigUint64(0, BigInt(`0x${hex}`));
  return dtype === float32 ? bits.getFloat32(4) : bits.getFloat64(0);
}

/** A seeded source of 32-bit integers (mulberry32). */
export function random(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}
