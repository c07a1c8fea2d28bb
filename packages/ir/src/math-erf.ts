import type { Expr } from './expr.ts';
import { where } from './expr.ts';
import { expOfPair } from './math-exp.ts';
import type { Both, Coefficients } from './math-format.ts';
import { Format } from './math-format.ts';
import { logNormal } from './math-log.ts';

/** erf(x)/x - 1 in x^2: own minimax (Remez), |x| <= 1.125 with error 2^-27.3, and |x| <= 1/2 with 2^-65. */
const erfSmall: Coefficients = [
  [0.128379166, -0.376125902, 0.112831779, -0.0268371161, 0.00515750935, -0.0007748559, 7.02190082e-5],
  [
    0.1283791670955126, -0.3761263890318375, 0.11283791670954864, -0.026866170644997654, 0.005223977621974562,
    -0.0008548326505839159, 0.00012055285871013896, -1.4922990295838226e-5, 1.6370955957084287e-6,
    -1.4618441321282917e-7,
  ],
]; // prettier-ignore
/** erfc(x)^(-1/8), 1.125 <= x <= 4: own minimax (Remez), error of erf 2^-27.1; the form of Abramowitz and Stegun 7.1.28. */
const erfLarge: Coefficients = [
  [0.992712677, 0.175691009, 0.0190349445, 0.104371101, -0.0512667559, 0.0241554212, -0.00523043843, 0.000642847328],
  [],
];
/** e^(x^2) erfc(x) (x + c) in (x - c)/(x + c), from 1/2 up: own minimax (Remez), c = 2 and 3, error 2^-28.5 and 2^-59.4. */
const erfcTail: Coefficients = [
  [
    1.02158272, -0.687160671, 0.279471904, -0.0364435427, -0.0215061177, 0.00649303291, 0.00305462023, -0.000892872515,
    -0.000544880051, 0.0001185566,
  ],
  [
    1.0740069070883398, -0.8833944531698836, 0.5902283571041022, -0.3104672619005643, 0.11952776128726998,
    -0.026827234624593518, -0.0012124166266997338, 0.0030340620029259014, -0.0005483096986113005, -0.0002767778587365655,
    0.00010756154325228243, 3.0398201313594256e-5, -1.747086730272333e-5, -4.749200045977695e-6, 2.7664286496527587e-6,
    9.983283797866886e-7, -4.102484965303339e-7, -2.31672144309006e-7, 4.9150569771569465e-8, 4.7656377485542676e-8,
    -3.3966429154743002e-9, -5.98427233215501e-9,
  ],
]; // prettier-ignore
const erfcCenter: Both = [2, 3];
/** From here on erfc is 0. */
const erfcEnd: Both = [10.1, 27.3];

/** erfc(a) for a >= 1/2, and e^(-a^2). */
function erfcLarge(f: Format, a0: Expr): { value: Expr; gauss: Expr } {
  const a = a0.pmin(f.num(erfcEnd));
  const c = f.num(erfcCenter);
  const s = f.num(1).div(a.add(c));
  const head = f.head(a);
  const gauss = expOfPair(f, head.mul(head).neg(), head.sub(a).mul(a.add(head)));
  return { value: gauss.mul(f.poly(a.sub(c).mul(s), erfcTail).mul(s)), gauss };
}

const erfRest = (f: Format, x: Expr): Expr => x.mul(f.poly(x.mul(x), erfSmall));

export function erf(f: Format, x: Expr): Expr {
  const a = x.abs();
  const small = a.add(erfRest(f, a));
  if (f.wide) return f.withSign(where(a.lt(0.5), small, f.num(1).sub(erfcLarge(f, a).value)), x);
  const b = f.poly(a.pmin(4), erfLarge);
  const b2 = b.mul(b);
  const b4 = b2.mul(b2);
  return f.withSign(where(a.lt(1.125), small, f.num(1).sub(f.num(1).div(b4.mul(b4)))), x);
}

export function erfc(f: Format, x: Expr): Expr {
  const a = x.abs();
  const { value } = erfcLarge(f, a);
  const small = f.num(1).sub(x.add(erfRest(f, x)));
  return where(a.lt(0.5), small, where(x.lt(0), f.num(2).sub(value), value));
}

/** erfinv(x)/x in x^2, |x| <= 1/2: own minimax (Remez), error 2^-26.2. */
const erfinvCenter: Coefficients = [
  [0.886226892, 0.232016861, 0.127412453, 0.0888895541, 0.0482257046, 0.10327433],
  [0.886226892, 0.232016861, 0.127412453, 0.0888895541, 0.0482257046, 0.10327433],
];
