import type { Expr } from './expr.ts';
import { where } from './expr.ts';
import type { Both, Coefficients, Format } from './math-format.ts';

const log2e: Both = [1.44269502, 1.4426950408889634];
/** ln 2 in two parts; the first has zeros at its end, so that its products with small integers are exact (Cephes; fdlibm). */
const ln2High: Both = [0.693359375, 0.6931471803691238];
const ln2Low: Both = [-0.000212194442, 1.9082149292705877e-10];

/** (e^r - 1 - r) / r^2 on |r| <= ln(2)/2: own minimax (Sollya), relative error of e^r - 1: 2^-30.4 and 2^-60.7. */
const expm1Tail: Coefficients = [
  [0.5, 0.166666672, 0.0416665077, 0.00833319966, 0.00139309175, 0.000199510541],
  [
    0.5, 0.1666666666666667, 0.04166666666666664, 0.008333333333325843, 0.0013888888888909687, 0.0001984126987568367,
    2.4801587261728242e-5, 2.755725441506462e-6, 2.755733585824149e-7, 2.5105598533665254e-8, 2.0893719371202486e-9,
  ],
];
/** The same, one degree shorter in float32: error 2^-26.6 of e^r, for where 1 is added anyway. */
const expTail: Coefficients = [[0.5, 0.166665763, 0.0416667052, 0.00836330932, 0.00139112934], expm1Tail[1]];
/** (2^r - 1) / r on |r| <= 1/2: own minimax (Sollya), relative error of 2^r: 2^-27.6 and 2^-59.7. */
const exp2Tail: Coefficients = [
  [0.693147182, 0.240226492, 0.0555036627, 0.0096183233, 0.00133878936, 0.00015376712],
  [
    0.6931471805599453, 0.2402265069591007, 0.05550410866482348, 0.009618129107629882, 0.0013333558145990608,
    0.00015403530390282544, 1.5252734222731972e-5, 1.3215489605922608e-6, 1.0177904317098714e-7, 7.0537849167796804e-9,
    4.478074256625676e-10, 2.73409573512199e-11,
  ],
];

/** The argument range outside which e^x is 0 or infinity in every rounding, with a little to spare. */
const low: Both = [-104, -746];
const high: Both = [89, 710];

/** e^(x + xLow) = 2^n (1 + q), with n an integer; q keeps its relative accuracy with `expm1Tail`. x must be bounded. */
function reduce(f: Format, x: Expr, tail: Coefficients, xLow: Expr | null = null): { n: Expr; q: Expr } {
  const n = x.mul(f.num(log2e)).round();
  let rest = n.mul(f.num(ln2Low));
  if (xLow) rest = rest.sub(xLow);
  const most = x.sub(n.mul(f.num(ln2High)));
  const r = most.sub(rest);
  let higher = r.mul(r).mul(f.poly(r, tail));
  if (f.wide) higher = higher.add(most.sub(r).sub(rest));
  return { n, q: higher.add(r) };
}

/** e^(x + xLow) y, where xLow is far smaller than x and x within the range of exp's results. */
export function expTimes(f: Format, x: Expr, xLow: Expr, y: Expr): Expr {
  const { n, q } = reduce(f, x, expTail, xLow);
  return f.scaleFar(q.mul(y).add(y), n);
}

/** e^x for x within the range of exp's results. */
function expInRange(f: Format, x: Expr): Expr {
  const { n, q } = reduce(f, x, expTail);
  return f.scaleFar(q.add(1), n);
}

/** Where the result is 0 nothing is computed: products that vanish take processors a hundred cycles each, and masked softmax is full of them. */
export function exp(f: Format, x: Expr): Expr {
  const zero = f.num(0);
  const lost = x.lt(f.num(low));
  return where(lost, zero, expInRange(f, where(lost, zero, x).pmin(f.num(high))));
}

export function exp2(f: Format, x: Expr): Expr {
  const y = x.pmin(f.num([129, 1025])).pmax(f.num([-151, -1080]));
  const n = y.round();
  const r = y.sub(n);
  return f.scaleFar(f.poly(r, exp2Tail).mul(r).add(1), n);
}

/** 2^(x + xLow), where xLow is far smaller than x; |x| may be large, not infinite. */
export function exp2Pair(f: Format, x: Expr, xLow: Expr): Expr {
  const sum = x.add(xLow);
  const n = sum
    .pmin(f.num([129, 1025]))
    .pmax(f.num([-151, -1080]))
    .round();
  const d = x.sub(n);
  const r = d.add(xLow);
  const lost = xLow.sub(r.sub(d));
  const inside = sum.sub(n).abs().le(0.75); // else 0 or infinity, from n alone
  const q = f
    .poly(r, exp2Tail)
    .mul(r)
    .add(lost.mul(f.num(Math.LN2)));
  return f.scaleFar(where(inside, q, f.num(0)).add(1), n);
}

export function expm1(f: Format, x: Expr): Expr {
  const { n, q } = reduce(f, x.pmin(f.num(high)).pmax(f.num([-20, -40])), expm1Tail);
  const half = f.scale(n, -1);
  return f.orTiny(x, q.mul(half).add(half.sub(0.5)).mul(2));
}

/** sinh and cosh overflow a little later than exp: a quarter of e^|x| is always finite below this. */
const hyperbolicLimit: Both = [89.5, 710.6];

export function sinh(f: Format, x: Expr): Expr {
  const { n, q } = reduce(f, x.abs().pmin(f.num(hyperbolicLimit)), expm1Tail);
  const scale = f.scale(n, -2);
  // With e = e^|x| - 1: e/2 + e/2 (1 - e/(e+1)).
  const quarter = q.mul(scale).add(scale.sub(0.25));
  const t = quarter.div(quarter.add(0.25));
  return f.orTiny(x, f.withSign(quarter.sub(quarter.mul(t)).add(quarter).mul(2), x));
}

export function cosh(f: Format, x: Expr): Expr {
  const { n, q } = reduce(f, x.abs().pmin(f.num(hyperbolicLimit)), expTail);
  const half = q.add(1).mul(f.scale(n, -2)).mul(2);
  return half.add(f.num(0.25).div(half));
}

/** (1 - e) / (1 + e) with e = e^-2|x|: one exponential and one division; no special case for small x. */
export function tanh(f: Format, x: Expr): Expr {
  const a = x.abs().pmin(f.num([10, 20]));
  const { n, q } = reduce(f, a.mul(-2), expm1Tail);
  const s = f.scale(n);
  const t = q.mul(s);
  return f.withSign(f.num(1).sub(s).sub(t).div(s.add(1).add(t)), x);
}

/** With e = e^-|x| and t = e / (1 + e): 1 - t or e - e t. Never overflows; results down to the denormals are right. */
export function sigmoid(f: Format, x: Expr): Expr {
  const e = expInRange(f, x.abs().neg().pmax(f.num(low)));
  const t = e.div(e.add(1));
  const limit = where(x.lt(0), e, f.num(1));
  return limit.sub(limit.mul(t));
}
