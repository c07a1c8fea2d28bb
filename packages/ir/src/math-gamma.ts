import type { Expr } from './expr.ts';
import { where } from './expr.ts';
import type { Coefficients, Format } from './math-format.ts';
import { log, naturalPair } from './math-log.ts';
import { sinCos } from './math-trig.ts';

/** lgamma(x) / ((x - 1)(x - 2)) in x - 1, 1 <= x <= 3, a quotient: own minimax (Remez), error 2^-31.6 and 2^-64. */
const middleTop: Coefficients = [
  [0.577215672, 0.828174651, 0.332695782, 0.0347513445, 0.000246910669],
  [
    0.5772156649015329, 1.9212138057945425, 2.541724906958168, 1.7066890435454491, 0.6161677332228507,
    0.11672007447276993, 0.010437995995939822, 0.0003365335199408071, 1.1073041762443155e-6, -6.147266047104434e-9,
  ],
];
const middleBottom: Coefficients = [
  [1, 1.85966194, 1.09724402, 0.2251167, 0.0118043534],
  [
    1, 3.753302805263783, 5.72886962644873, 4.579669258340254, 2.05957001280227, 0.521073313646891, 0.07012766050336394,
    0.004383579194996438, 9.077310876335641e-5,
  ],
];
/** Stirling's remainder times x, in 1/x^2, x >= 3: own minimax (Remez), error of lgamma 2^-29.7 and 2^-63.8. */
const stirlingTop: Coefficients = [
  [0.0833331645, -0.00276988791, 0.000678978104],
  [
    0.08333333333333315, 0.8875775898123335, 2.5299653977996703, 2.0773324275007594, 0.3322783604046835,
    -0.003519968509594918,
  ],
];
const stirlingBottom: Coefficients = [
  [],
  [1, 10.684264411080392, 30.706203111260447, 25.856917178870916, 4.623013360810999],
];

/**
 * The logarithm of |gamma(x)|. For x < 0, by reflection, the error is relative to the larger of the terms, so it is not
 * bounded in ULP around the zeros there.
 */
export function lgamma(f: Format, x: Expr): Expr {
  const a = x.abs();
  const { high, low } = naturalPair(f, a);
  const below = a.lt(1);
  // 1 <= x <= 3; below 1 by way of x + 1. Adding 0 makes lgamma(1) a positive zero.
  const t = where(below, a, a.sub(1));
  const middle = t
    .mul(t.sub(1))
    .mul(f.poly(t, middleTop).div(f.poly(t, middleBottom)))
    .add(0);
  // x >= 3
  const y = f.num(1).div(a);
  const z = y.mul(y);
  let tail = f.poly(z, stirlingTop);
  if (f.wide) tail = tail.div(f.poly(z, stirlingBottom));
  const stirling = a
    .sub(0.5)
    .mul(high.sub(1).add(low))
    .add(y.mul(tail).add(f.num(0.5 * Math.log(2 * Math.PI) - 0.5)));
  const core = where(a.lt(3), middle, stirling);

  const positive = where(below, core.sub(low).sub(high), core);
  // log(pi / (|x| sin(pi |x|))) - lgamma(|x|), where below 1 the two log|x| cancel.
  const d = a.sub(a.round()).abs();
  const steep = d.gt(0.25);
  const v = sinCos(f, { r: where(steep, f.num(0.5).sub(d), d).mul(f.num(Math.PI)), low: f.num(0) });
  const sine = log(f, where(steep, v.cos, v.sin).mul(f.num(1 / Math.PI)));
  const negative = where(below, core, core.add(low).add(high)).add(sine).neg();

  const finite = where(x.lt(0), negative, positive);
  return where(a.gt(0).and(a.lt(f.infinity)), finite, where(a.eq(0), f.infinity, a));
}
