import type { Expr } from './expr.ts';
import { where } from './expr.ts';
import { expTimes } from './math-exp.ts';
import type { Both, Coefficients, Format } from './math-format.ts';
import { logNormal } from './math-log.ts';

/** erf(x)/x - 1 in x^2: own minimax (Remez), |x| <= 1.1875 with error 2^-31, and |x| <= 0.88 with 2^-61. */
const erfSmall: Coefficients = [
  [
    0.128379166, -0.376126349, 0.112837255, -0.0268624369, 0.00521353446, -0.000838726875, 0.000106428255,
    -8.08201548e-6,
  ],
  [
    0.1283791670955126, -0.37612638903183737, 0.11283791670954142, -0.026866170644897765, 0.0052239776225735685,
    -0.0008548326815022916, 0.00012055323357030684, -1.4925356859886515e-5, 1.6456117419010115e-6,
    -1.6284332355498367e-7, 1.4095017796966152e-8, -8.598589454620765e-10,
  ],
];
/** erfc(x)^(-1/8), 1.1875 <= x <= 4: own minimax (Remez), error of erf 2^-27.5; the form of Abramowitz and Stegun 7.1.28. */
const erfLarge: Coefficients = [
  [0.989797235, 0.187752411, -0.00206449977, 0.124591976, -0.0627270266, 0.0279947408, -0.00593410851, 0.000697255775],
  [],
];
/** e^(x^2) erfc(x) (x + c) in (x - c)/(x + c), x >= 0.46: own minimax (Remez), c = 2 and 3, error 2^-28.2 and 2^-59.3. */
const erfcTail: Coefficients = [
  [
    1.02158272, -0.687160671, 0.279471815, -0.036443457, -0.0215047952, 0.0064913691, 0.00304793497, -0.000883925764,
    -0.000534590043, 0.00010428641,
  ],
  [
    1.0740069070883398, -0.8833944531698836, 0.5902283571041022, -0.310467261900565, 0.11952776128727134,
    -0.02682723462456704, -0.0012124166267564762, 0.0030340620024834255, -0.0005483096975913244,
    -0.00027677785489729306, 0.00010756153356448801, 3.039818293700246e-5, -1.747081413349248e-5, -4.749153081475825e-6,
    2.7662544261601237e-6, 9.98280783350641e-7, -4.099124886811549e-7, -2.3171306420930173e-7, 4.8798979729266405e-8,
    4.779410056331447e-8, -3.2427679661164303e-9, -6.0741502667995595e-9,
  ],
];
const erfcCenter: Both = [2, 3];
/** From here on erfc is 0. */
const erfcEnd: Both = [10.1, 27.3];

/** erfc(a) for a >= 0.46, and e^(a^2) erfc(a). */
function erfcLarge(f: Format, a0: Expr): { value: Expr; scaled: Expr } {
  const a = a0.pmin(f.num(erfcEnd));
  const c = f.num(erfcCenter);
  const sum = a.add(c);
  const scaled = f.poly(a.sub(c).div(sum), erfcTail).div(sum);
  const head = f.head(a);
  return { value: expTimes(f, head.mul(head).neg(), head.sub(a).mul(a.add(head)), scaled), scaled };
}

const erfRest = (f: Format, x: Expr): Expr => x.mul(f.poly(x.mul(x), erfSmall));

export function erf(f: Format, x: Expr): Expr {
  const a = x.abs();
  const small = a.add(erfRest(f, a));
  if (f.wide) return f.withSign(where(a.lt(0.875), small, f.num(1).sub(erfcLarge(f, a).value)), x);
  const b = f.poly(a.pmin(4), erfLarge);
  const b2 = b.mul(b);
  const b4 = b2.mul(b2);
  return f.withSign(where(a.lt(1.1875), small, f.num(1).sub(f.num(1).div(b4.mul(b4)))), x);
}

export function erfc(f: Format, x: Expr): Expr {
  const a = x.abs();
  const { value } = erfcLarge(f, a);
  const small = f.num(1).sub(x.add(erfRest(f, x)));
  return where(a.lt(f.num(0.8)), small, where(x.lt(0), f.num(2).sub(value), value));
}

/** erfinv(x)/x in x^2, |x| <= 1/2: own minimax (Remez), error 2^-26.2. */
const center = [0.886226892, 0.232016861, 0.127412453, 0.0888895541, 0.0482257046, 0.10327433];
const erfinvCenter: Coefficients = [center, center];
/** erfinv(x) in r - 1.5, r = sqrt(-log(1 - x)), up to the x next to 1: own rational fits, error 2^-22.6 and 2^-27.7. */
const erfinvTop: Coefficients = [
  [1.14496374, 2.36246252, 1.75211442, 0.538287342, 0.0534943603],
  [
    1.144963781996668, 3.4390923473395323, 4.276016069738742, 2.817903709250166, 1.040413346503388, 0.20731335462044526,
    0.019348206734254917, 0.0005868617539610242,
  ],
];
const erfinvBottom: Coefficients = [
  [1, 1.15543318, 0.459848613, 0.0534525178],
  [
    1, 2.095750820775175, 1.8104674607783404, 0.7980813755905789, 0.1810265513378021, 0.01847307094426588,
    0.0005868267698747628,
  ],
];

/** The fits, then one Halley step on erf near 0 and on erfc near 1. */
export function erfinv(f: Format, x: Expr): Expr {
  const a = x.abs();
  const near = a.lt(0.5);
  const rest = f.num(1).sub(a);
  const r = logNormal(f, rest).neg().sqrt().sub(1.5);
  const far = f.poly(r, erfinvTop).div(f.poly(r, erfinvBottom));
  const y = where(near, a.mul(f.poly(a.mul(a), erfinvCenter)), far);
  const { value, scaled } = erfcLarge(f, y);
  const error = where(a.lt(0.75), y.sub(a).add(erfRest(f, y)), rest.sub(value));
  const step = error.mul(scaled).div(value.mul(f.num(2 / Math.sqrt(Math.PI))));
  const better = y.sub(step.div(y.mul(step).add(1)));
  return f.withSign(where(a.lt(1), better, where(a.eq(1), f.infinity, f.nan)), x);
}
