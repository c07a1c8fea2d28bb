import type { Expr } from './expr.ts';
import { where } from './expr.ts';
import type { Both, Coefficients, Format } from './math-format.ts';

/** (sin(r)/r - 1) / r^2 in r^2, |r| <= 0.8: own minimax (Sollya), relative error of sin: 2^-25.9 and 2^-55.7. */
const sinTail: Coefficients = [
  [-0.166666642, 0.0083326865, -0.00019576175],
  [
    -0.16666666666666663, 0.008333333333330091, -0.0001984126983570491, 2.755731561499785e-6, -2.5051037762861664e-8,
    1.5911734204430934e-10,
  ],
];
/** (cos(r) - 1 + r^2/2) / r^4 in r^2, |r| <= 0.8: own minimax (Sollya), relative error of cos: 2^-29.5 and 2^-59.9. */
const cosTail: Coefficients = [
  [0.0416666642, -0.0013888242, 2.45363408e-5],
  [
    0.041666666666666664, -0.0013888888888886864, 2.4801587298111322e-5, -2.755731696896011e-7, 2.087608782654331e-9,
    -1.1378658278161758e-11,
  ],
];

/** pi/2 as parts of half a mantissa each, so that products with integers of half a mantissa are exact; then the rest. */
const halfPiParts: readonly Both[] = [
  [1.5703125, 1.5707963109016418],
  [0.0004837512969970703, 1.5893254712295857e-8],
  [7.549533620476723e-8, 6.123233932053594e-17],
  [2.5632829192545614e-12, 6.368317055225283e-25],
  [6.123031769111886e-17, 1.0828566716053562e-32],
  [2.022266160358745e-21, 2.316557725048044e-41],
];
const twoOverPi = 2 / Math.PI;

/** The argument less the nearest multiple of pi/2, as a sum r + low, and that multiple modulo 4 in the low bits. */
interface Reduced {
  readonly r: Expr;
  readonly low: Expr;
  readonly quadrant: Expr;
}

/**
 * Cody-Waite reduction in two stages: first by m 2^half pi/2, then by n pi/2, where m and n have at most half a mantissa
 * of bits. All products but the last two are exact, and so are the subtractions until the result has shrunk; the errors
 * of the others are kept. Right for |x| <= 2^24 (float32) and 2^52 (float64); larger x count as 0.
 */
function reduce(f: Format, x0: Expr): Reduced {
  const x = where(x0.abs().le(f.power(2 * f.half)), x0, x0.sub(x0));
  const stage = 2 ** f.half;
  const [p1, p2, p3, p4, p5] = halfPiParts.map((p) => f.num(p)) as [Expr, Expr, Expr, Expr, Expr];
  const coarse = (i: number): Expr => f.num(halfPiParts[i]![f.wide] * stage);
  const m = x.mul(f.num(twoOverPi / stage)).round();
  const near = x.sub(m.mul(coarse(0))).sub(m.mul(coarse(1)));
  const third = m.mul(coarse(2));
  const n = near.sub(third).mul(f.num(twoOverPi)).round();
  let r = near.sub(n.mul(p1)).sub(third).sub(n.mul(p2));
  let low: Expr | null = null;
  for (const product of [m.mul(coarse(3)), n.mul(p3), m.mul(coarse(4)), n.mul(p4)]) {
    const next = r.sub(product);
    const lost = r.sub(next).sub(product);
    low = low ? low.add(lost) : lost;
    r = next;
  }
  return { r, low: low!.sub(m.mul(coarse(5))).sub(n.mul(p5)), quadrant: f.lowBits(n, 0) };
}

/** sin and cos of r + low, |r| <= 0.8. */
export function sinCos(f: Format, { r, low }: { readonly r: Expr; readonly low: Expr }): { sin: Expr; cos: Expr } {
  const z = r.mul(r);
  const sin = r.add(r.mul(z).mul(f.poly(z, sinTail)).add(low));
  const half = z.mul(0.5);
  const head = f.num(1).sub(half);
  const tail = z.mul(z).mul(f.poly(z, cosTail)).sub(r.mul(low));
  return { sin, cos: head.add(f.num(1).sub(head).sub(half).add(tail)) };
}

const isOdd = (f: Format, i: Expr): Expr => i.and(f.integer(1)).ne(f.integer(0));

/** `x` negated where bit `bit` of the integer `i` is set. */
function flip(f: Format, x: Expr, i: Expr, bit: number): Expr {
  const sign = i.shl(f.integer((f.wide ? 63 : 31) - bit)).and(f.signBit);
  return x.bits(f.int).xor(sign).bits(f.float);
}

export function sin(f: Format, x: Expr): Expr {
  const reduced = reduce(f, x);
  const v = sinCos(f, reduced);
  return f.orTiny(x, flip(f, where(isOdd(f, reduced.quadrant), v.cos, v.sin), reduced.quadrant, 1));
}

export function cos(f: Format, x: Expr): Expr {
  const reduced = reduce(f, x);
  const v = sinCos(f, reduced);
  const next = reduced.quadrant.add(f.integer(1));
  return flip(f, where(isOdd(f, next), v.cos, v.sin), next, 1);
}

export function tan(f: Format, x: Expr): Expr {
  const reduced = reduce(f, x);
  const { sin: s, cos: c } = sinCos(f, reduced);
  const odd = isOdd(f, reduced.quadrant);
  return f.orTiny(x, flip(f, where(odd, c, s).div(where(odd, s, c)), reduced.quadrant, 0));
}

/** (asin(r)/r - 1) / r^2 in r^2, |r| <= 1/2: own minimax (Sollya), relative error of asin: 2^-30.2 and 2^-58. */
const asinTail: Coefficients = [
  [0.166666657, 0.075001508, 0.0445862748, 0.0312243886, 0.0166425612, 0.0344417319],
  [
    0.16666666666666669, 0.07499999999998082, 0.04464285714685709, 0.030381944106381387, 0.022372174069959408,
    0.01735236866015955, 0.013971544247561276, 0.01147614046106723, 0.010341531181908406, 0.005380898226570038,
    0.017600526647536176, -0.015151681404420005, 0.028955265723201326,
  ],
];
/** pi/2 in two parts. */
const halfPiHigh: Both = [1.57079625, 1.5707963267948966];
const halfPiLow: Both = [7.54978942e-8, 6.123233995736766e-17];

/** asin(|x|) = t + rest for |x| <= 1/2, and pi/2 - 2 (t + rest) with t = sqrt((1 - |x|) / 2) beyond. */
function asinParts(f: Format, x: Expr): { far: Expr; t: Expr; rest: Expr } {
  const a = x.abs();
  const far = a.gt(0.5);
  const z = where(far, f.num(1).sub(a).mul(0.5), a.mul(a));
  const t = where(far, z.sqrt(), a);
  return { far, t, rest: t.mul(z).mul(f.poly(z, asinTail)) };
}

export function asin(f: Format, x: Expr): Expr {
  const { far, t, rest } = asinParts(f, x);
  const mirrored = f
    .num(halfPiHigh)
    .sub(t.add(t))
    .sub(rest.add(rest).sub(f.num(halfPiLow)));
  return f.withSign(where(far, mirrored, t.add(rest)), x);
}

export function acos(f: Format, x: Expr): Expr {
  const { far, t, rest } = asinParts(f, x);
  const positive = x.gt(0);
  // Near 1 twice the small angle; else pi/2 less the signed angle, twice that near -1.
  const keep = positive.or(far);
  const signed = where(keep, t, t.neg());
  const signedRest = where(keep, rest, rest.neg());
  const y = f.num(halfPiHigh).sub(signed.add(signedRest.sub(f.num(halfPiLow))));
  const base = where(far.and(positive), t.add(rest), y);
  return where(far, base.add(base), base);
}

/** (atan(r)/r - 1) / r^2 in r^2, |r| <= tan(pi/8): own minimax (Sollya), relative error of atan: 2^-28.5 and 2^-63. */
const atanTail: Coefficients = [
  [-0.333333313, 0.1999951, -0.142633185, 0.107386537, -0.0643823966],
  [
    -0.3333333333333333, 0.19999999999998924, -0.14285714285527465, 0.11111111095956228, -0.09090908397909885,
    0.07692287970620343, -0.06666297236024128, 0.058776574558861955, -0.052221925291118014, 0.04517874693046028,
    -0.03378588701415792, 0.015491590956668825,
  ],
];
/** pi/4 in two parts; the first has two zero bits at its end, so that up to four times it is exact. */
const quarterPiHigh: Both = [0.785398006439209, 0.7853981633974483];
const quarterPiLow: Both = [1.5695823663008923e-7, 3.061616997868383e-17];
const tanEighthPi = Math.SQRT2 - 1;

/** count pi/4 + atan(u), or minus atan(u) where `down`, for |u| <= tan(pi/8). */
function angle(f: Format, count: Expr, u: Expr, down: Expr): Expr {
  const v = where(down, u.neg(), u);
  const z = v.mul(v);
  const rest = v
    .mul(z)
    .mul(f.poly(z, atanTail))
    .add(count.mul(f.num(quarterPiLow)));
  return count.mul(f.num(quarterPiHigh)).add(v.add(rest));
}

export function atan(f: Format, x: Expr): Expr {
  const a = x.abs();
  const steep = a.gt(1);
  const top = where(steep, f.num(1), a);
  const bottom = where(steep, a, f.num(1));
  const middle = top.gt(bottom.mul(f.num(tanEighthPi)));
  const u = where(middle, top.sub(bottom), top).div(where(middle, top.add(bottom), bottom));
  const count = where(steep, where(middle, f.num(1), f.num(2)), where(middle, f.num(1), f.num(0)));
  return f.withSign(angle(f, count, u, steep), x);
}

export function atan2(f: Format, y: Expr, x: Expr): Expr {
  const [ay, ax] = [y.abs(), x.abs()];
  const steep = ay.gt(ax);
  const shrink = where(where(steep, ay, ax).gt(f.power(f.bias - 3)), f.power(-8), f.num(1));
  const top = where(steep, ax, ay).mul(shrink);
  const bottom = where(steep, ay, ax).mul(shrink);
  // Equal ones include both zero and both infinite.
  const equal = top.eq(bottom);
  const middle = top.gt(bottom.mul(f.num(tanEighthPi))).or(equal.and(top.gt(0)));
  const numerator = where(middle, top.sub(bottom), top);
  const denominator = where(middle, top.add(bottom), bottom);
  const u = where(equal, f.num(0), numerator).div(where(equal, f.num(1), denominator));
  const left = x.bits(f.int).lt(f.integer(0));
  const inner = where(middle, f.num(1), f.num(0));
  const up = where(steep, f.num(2).sub(inner), inner);
  return f.withSign(angle(f, where(left, f.num(4).sub(up), up), u, steep.xor(left)), y);
}
