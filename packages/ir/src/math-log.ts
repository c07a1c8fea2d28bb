import type { Expr } from './expr.ts';
import { where } from './expr.ts';
import type { Both, Coefficients, Format } from './math-format.ts';

/** ln 2 in two parts, the first short enough for exact products (fdlibm's logf and log). */
const ln2High: Both = [0.69313812256, 0.6931471803691238];
const ln2Low: Both = [9.0580006145e-6, 1.9082149292705877e-10];
/** (log((1+s)/(1-s)) - 2s) / s^3 as a polynomial in s^2, |s| <= 3 - sqrt(8) (fdlibm's logf and log). */
const logTail: Coefficients = [
  [0.666666627, 0.400009722, 0.284987867, 0.242790788],
  [
    0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784, 0.1818357216161805,
    0.15313837699209373, 0.14798198605116586,
  ],
];

/** The bits of sqrt(1/2). */
const sqrtHalf = [0x3f3504f3n, 0x3fe6a09e667f3bcdn] as const;

/** A number m 2^k with least <= m < 2 least: k as a float, m, and the bits of k in exponent position. */
export interface Split {
  readonly k: Expr;
  readonly m: Expr;
  readonly exponent: Expr;
}

/** x must be normal; the least m is given by its bits. */
function split(f: Format, x: Expr, least: bigint = sqrtHalf[f.wide]): Split {
  const root = f.integer(least);
  const i = x.bits(f.int).sub(root);
  const fraction = f.integer(2n ** BigInt(f.mantissa) - 1n);
  const m = i.and(fraction).add(root).bits(f.float);
  return { k: f.toFloat(i.shr(f.integer(f.mantissa))), m, exponent: i.and(f.integer(-(2n ** BigInt(f.mantissa)))) };
}

/** The split of any positive number, denormals too. */
export function splitAny(f: Format, x: Expr, least?: bigint): Split {
  const tiny = x.lt(f.power(1 - f.bias));
  const s = split(f, where(tiny, x.mul(f.power(f.mantissa + 2)), x), least);
  return { ...s, k: s.k.sub(where(tiny, f.num(f.mantissa + 2), f.num(0))) };
}

/** log((1 + t) 2^k) for sqrt(1/2) <= 1 + t < sqrt(2). */
function logOf(f: Format, k: Expr, t: Expr): Expr {
  const { half, rest } = log1pParts(f, t);
  return rest
    .add(k.mul(f.num(ln2Low)))
    .sub(half)
    .add(t)
    .add(k.mul(f.num(ln2High)));
}

/** log(1 + t) = t - half + rest, where half = t^2 / 2 and rest is small. */
function log1pParts(f: Format, t: Expr): { half: Expr; rest: Expr } {
  const s = t.div(t.add(2));
  const z = s.mul(s);
  const half = t.mul(0.5).mul(t);
  return { half, rest: s.mul(f.poly(z, logTail).mul(z).add(half)) };
}

/** The values at 0, negative numbers, infinity and NaN. */
function logSpecial(f: Format, x: Expr, y: Expr): Expr {
  const pole = where(x.eq(0), f.num(-Infinity), f.nan);
  return where(x.gt(0), where(x.lt(f.infinity), y, x), pole);
}

export function log(f: Format, x: Expr): Expr {
  const { k, m } = splitAny(f, x);
  return logSpecial(f, x, logOf(f, k, m.sub(1)));
}

/** log(x) for a normal positive x only. */
export function logNormal(f: Format, x: Expr): Expr {
  const { k, m } = split(f, x);
  return logOf(f, k, m.sub(1));
}

/** An unevaluated sum of two floats. */
export interface Pair {
  readonly high: Expr;
  readonly low: Expr;
}

/**
 * log_b(x) for a positive finite x as a pair, from 1/ln(b) and log_b(2) in two parts each; the high parts leave
 * room for exact products (the scheme of FreeBSD's e_log2 and e_log10).
 */
function logPair(f: Format, x: Expr, inverse: readonly [Both, Both] | null, two: readonly [Both, Both] | null): Pair {
  const { k, m } = splitAny(f, x);
  const t = m.sub(1);
  const { half, rest } = log1pParts(f, t);
  const head = f.head(t.sub(half), f.wide ? 32 : 12);
  const tail = t.sub(head).sub(half).add(rest);
  let high = head;
  let low = tail;
  if (inverse) {
    high = head.mul(f.num(inverse[0]));
    low = tail
      .add(head)
      .mul(f.num(inverse[1]))
      .add(tail.mul(f.num(inverse[0])));
  }
  const base = two ? k.mul(f.num(two[0])) : k;
  if (two) low = low.add(k.mul(f.num(two[1])));
  const sum = base.add(high);
  return { high: sum, low: low.add(base.sub(sum).add(high)) };
}

export function log2(f: Format, x: Expr): Expr {
  const inverse = [
    [1.4428710938, 1.4426950407214463],
    [-1.7605285393e-4, 1.6751713164886512e-10],
  ] as const;
  const { high, low } = logPair(f, x, inverse, null);
  return logSpecial(f, x, high.add(low));
}

export function log10(f: Format, x: Expr): Expr {
  const inverse = [
    [0.43432617188, 0.4342944818781689],
    [-3.1689971365e-5, 2.5082946711645275e-11],
  ] as const;
  const two = [
    [0.30102920532, 0.30102999566361177],
    [7.9034151668e-7, 3.694239077158931e-13],
  ] as const;
  const { high, low } = logPair(f, x, inverse, two);
  return logSpecial(f, x, high.add(low));
}

/** The natural logarithm of a positive finite x as a pair. */
export function naturalPair(f: Format, x: Expr): Pair {
  return logPair(f, x, null, [ln2High, ln2Low]);
}

/** log(1 + x), plus `more` ln 2 where given. The correction for rounding 1 + x is put back into the fraction. */
function log1pFinite(f: Format, x: Expr, more: Expr | null = null): Expr {
  const big = x.pmax(f.num(1));
  const u = x.add(1);
  const lost = x.pmin(f.num(1)).sub(u.sub(big));
  const s = split(f, u);
  // 2^(1-k), as 2^-k may be denormal.
  const twice = f
    .integer(BigInt(f.bias + 1) << BigInt(f.mantissa))
    .sub(s.exponent)
    .bits(f.float);
  return logOf(f, more ? s.k.add(more) : s.k, s.m.sub(1).add(lost.mul(twice).mul(0.5)));
}

export function log1p(f: Format, x: Expr): Expr {
  const pole = where(x.eq(-1), f.num(-Infinity), f.nan);
  const y = where(x.gt(-1), where(x.lt(f.infinity), log1pFinite(f, x), x), pole);
  return where(x.eq(0), x, y);
}

/** Above this, sqrt(x^2 + 1) + x is 2x to well below rounding. */
const huge: Both = [2 ** 14, 2 ** 30];

export function asinh(f: Format, x: Expr): Expr {
  const a = x.abs();
  const far = a.gt(f.num(huge));
  const square = a.mul(a);
  const y = a.add(square.div(square.add(1).sqrt().add(1)));
  const r = log1pFinite(f, where(far, a.sub(1), y), where(far, f.num(1), f.num(0)));
  return f.orTiny(x, where(a.lt(f.infinity), f.withSign(r, x), x));
}

export function acosh(f: Format, x: Expr): Expr {
  const t = x.sub(1);
  const far = x.gt(f.num(huge));
  const r = log1pFinite(f, where(far, t, t.add(t.mul(t.add(2)).sqrt())), where(far, f.num(1), f.num(0)));
  return where(x.ge(1), where(x.lt(f.infinity), r, x), f.nan);
}

export function atanh(f: Format, x: Expr): Expr {
  const a = x.abs();
  const twice = a.add(a);
  const y = twice.add(twice.mul(a).div(f.num(1).sub(a)));
  const r = f.withSign(log1pFinite(f, y).mul(0.5), x);
  return f.orTiny(x, where(a.lt(1), r, where(a.eq(1), f.withSign(f.infinity, x), f.nan)));
}
