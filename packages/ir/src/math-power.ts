import type { Expr } from './expr.ts';
import { where } from './expr.ts';
import { exp2Pair } from './math-exp.ts';
import type { Both, Coefficients, Format } from './math-format.ts';
import type { Pair } from './math-log.ts';
import { splitAny } from './math-log.ts';

/** x^(1/3) / t in r = t^3 / x, where t is within a few per cent (FreeBSD's s_cbrt): good to about 20 bits. */
const cbrtCorrection = [
  1.87595182427177, -1.8849797954337717, 1.6214297201053545, -0.758397934778766, 0.14599619288661245,
];
const cbrtTable: Coefficients = [cbrtCorrection, cbrtCorrection];
/** Two thirds of the bits of 1.0, less a little: bits / 3 + this is the first guess. */
const cbrtBias = [709958130n, 715094163n << 32n] as const;

/** FreeBSD's s_cbrt: a third of the bits, a polynomial, one cubic step. */
export function cbrt(f: Format, x: Expr): Expr {
  const a = x.abs();
  const tiny = a.lt(f.power(1 - f.bias));
  const y = where(tiny, a.mul(f.power(f.wide ? 54 : 24)), a);
  // (bits / 3), from the upper half of the bits: 21846 / 2^16 is a third.
  const upper = f.wide ? 32 : 16;
  const third = y.bits(f.int).shr(f.integer(upper)).mul(f.integer(21846)).shr(f.integer(16)).shl(f.integer(upper));
  let t = third.add(f.integer(cbrtBias[f.wide])).bits(f.float);
  t = t.mul(f.poly(t.mul(t).mul(t.div(y)), cbrtTable));
  // Few enough bits that t^2 is exact.
  t = f.head(t, f.wide ? 30 : 12);
  const q = y.div(t.mul(t));
  t = t.add(t.mul(q.sub(t).div(t.add(t).add(q))));
  const r = f.withSign(where(tiny, t.mul(f.power(f.wide ? -18 : -8)), t), x);
  return where(a.gt(0).and(a.lt(f.infinity)), r, x);
}

/** (3/2 log((1+s)/(1-s)) / s - 3 - s^2) / s^4 in s^2 (fdlibm's e_powf and e_pow). */
const powTail: Coefficients = [
  [0.6, 0.428571433, 0.333333343, 0.272728115, 0.230660751, 0.206975013],
  [
    0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534, 0.23066074577556175,
    0.20697501780033842,
  ],
];
/** 2 / (3 ln 2): whole, and in two parts. */
const scale: Both = [0.961796701, 0.9617966939259756];
const scaleHigh: Both = [0.961914062, 0.9617967009544373];
const scaleLow: Both = [-0.000117368574, -7.028461650952758e-9];
/** log2(3/2) in two parts. */
const stepHigh: Both = [0.584960938, 0.5849624872207642];
const stepLow: Both = [1.56322085e-6, 1.350039202129749e-8];
/** The bits of sqrt(3)/2. */
const leastMantissa = [0x3f5db3d7n, 0x3febb67ae8584caan] as const;

/** log2(a) of a positive number in two parts, the first with half a mantissa of bits (fdlibm's e_pow). */
function log2Pair(f: Format, a: Expr): Pair {
  const { k, m } = splitAny(f, a, leastMantissa[f.wide]);
  const upper = m.gt(f.num(Math.sqrt(1.5)));
  const base = where(upper, f.num(1.5), f.num(1));
  const u = m.sub(base);
  const sum = m.add(base);
  const v = f.num(1).div(sum);
  // s = (m - base) / (m + base) as sHigh + sLow.
  const s = u.mul(v);
  const sHigh = f.head(s);
  const sumHigh = f.head(sum);
  const sumLow = m.sub(sumHigh.sub(base));
  const sLow = v.mul(u.sub(sHigh.mul(sumHigh)).sub(sHigh.mul(sumLow)));
  const z = s.mul(s);
  const r = z
    .mul(z)
    .mul(f.poly(z, powTail))
    .add(sLow.mul(sHigh.add(s)));
  const z2 = sHigh.mul(sHigh);
  // 3 + s^2 + ... in two parts, times s.
  const tHigh = f.head(z2.add(3).add(r));
  const tLow = r.sub(tHigh.sub(3).sub(z2));
  const p = sHigh.mul(tHigh);
  const q = sLow.mul(tHigh).add(tLow.mul(s));
  const pHigh = f.head(p.add(q));
  const pLow = q.sub(pHigh.sub(p));
  const zHigh = pHigh.mul(f.num(scaleHigh));
  const zLow = pHigh
    .mul(f.num(scaleLow))
    .add(pLow.mul(f.num(scale)))
    .add(where(upper, f.num(stepLow), f.num(0)));
  const step = where(upper, f.num(stepHigh), f.num(0));
  const high = f.head(zHigh.add(zLow).add(step).add(k));
  return { high, low: zLow.sub(high.sub(k).sub(step).sub(zHigh)) };
}

/** C99's pow. */
export function pow(f: Format, x: Expr, y: Expr): Expr {
  const a = x.abs();
  const log = log2Pair(f, a);
  // Beyond this every power overflows, underflows or is 1, and the products below stay finite.
  const most = 2 ** (f.wide ? 64 : 40);
  const e = y.pmin(most).pmax(-most);
  const eHigh = f.head(e);
  const low = e.sub(eHigh).mul(log.high).add(e.mul(log.low));
  const magnitude = exp2Pair(f, eHigh.mul(log.high), low);
  // Zero and infinity as bases, by the sign of the exponent; a NaN base stays.
  const grows = where(a.eq(0), y.neg(), y).gt(0);
  const edge = where(a.eq(a), where(grows, f.infinity, f.num(0)), a);
  const r = where(a.gt(0).and(a.lt(f.infinity)), magnitude, edge);
  // Negative bases: odd exponents change the sign, fractions are not defined.
  const half = y.mul(0.5);
  const whole = y.trunc().eq(y);
  const odd = whole.and(half.trunc().ne(half));
  const signed = where(odd, f.withSign(r, x), r);
  const undefinedPower = x.lt(0).and(a.lt(f.infinity)).and(whole.not());
  const result = where(y.eq(y).and(undefinedPower.not()), signed, f.nan);
  return where(x.eq(1).or(y.eq(0)), f.num(1), result);
}
