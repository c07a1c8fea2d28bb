import { describe, expect, it } from 'vitest';
import { float32, float64 } from '../src/dtype.ts';
import type { MathFn } from '../src/expr.ts';
import { Expr } from '../src/expr.ts';
import { expandMath } from '../src/math.ts';
import { argument } from './evaluate.ts';
import { expanded, unaryNames } from './math-cases.ts';

const inf = Infinity;
const formats = [float32, float64] as const;

/** Arguments and exact results of C99's annex F, and of domain errors. */
const exact: Readonly<Record<MathFn, readonly (readonly [number, number])[]>> = {
  exp: [[inf, inf], [-inf, 0], [0, 1], [-0, 1], [1e4, inf], [-1e4, 0]],
  exp2: [[inf, inf], [-inf, 0], [0, 1], [-0, 1], [3, 8], [-4, 0.0625], [1e4, inf], [-1e4, 0]],
  expm1: [[inf, inf], [-inf, -1], [0, 0], [-0, -0], [1e4, inf], [-1e4, -1]],
  log: [[inf, inf], [0, -inf], [-0, -inf], [1, 0], [-1, NaN], [-inf, NaN], [-1e-30, NaN]],
  log2: [[inf, inf], [0, -inf], [-0, -inf], [1, 0], [8, 3], [0.25, -2], [-1, NaN], [-inf, NaN]],
  log10: [[inf, inf], [0, -inf], [-0, -inf], [1, 0], [-1, NaN], [-inf, NaN]],
  log1p: [[inf, inf], [-1, -inf], [0, 0], [-0, -0], [-2, NaN], [-inf, NaN]],
  sin: [[inf, NaN], [-inf, NaN], [0, 0], [-0, -0]],
  cos: [[inf, NaN], [-inf, NaN], [0, 1], [-0, 1]],
  tan: [[inf, NaN], [-inf, NaN], [0, 0], [-0, -0]],
  asin: [[0, 0], [-0, -0], [1.5, NaN], [-1.5, NaN], [inf, NaN]],
  acos: [[1, 0], [1.5, NaN], [-1.5, NaN], [-inf, NaN]],
  atan: [[0, 0], [-0, -0]],
  sinh: [[inf, inf], [-inf, -inf], [0, 0], [-0, -0], [1e4, inf], [-1e4, -inf]],
  cosh: [[inf, inf], [-inf, inf], [0, 1], [-0, 1], [-1e4, inf]],
  tanh: [[inf, 1], [-inf, -1], [0, 0], [-0, -0], [50, 1], [-50, -1]],
  asinh: [[inf, inf], [-inf, -inf], [0, 0], [-0, -0]],
  acosh: [[inf, inf], [1, 0], [0.5, NaN], [-1, NaN], [-inf, NaN]],
  atanh: [[1, inf], [-1, -inf], [0, 0], [-0, -0], [1.5, NaN], [-inf, NaN]],
  sigmoid: [[inf, 1], [-inf, 0], [0, 0.5], [-0, 0.5], [1e4, 1], [-1e4, 0]],
  erf: [[inf, 1], [-inf, -1], [0, 0], [-0, -0], [30, 1], [-30, -1]],
  erfc: [[inf, 0], [-inf, 2], [0, 1], [-0, 1], [30, 0], [-30, 2]],
  erfinv: [[1, inf], [-1, -inf], [0, 0], [-0, -0], [1.5, NaN], [-inf, NaN]],
  lgamma: [[inf, inf], [-inf, inf], [1, 0], [2, 0], [0, inf], [-0, inf], [-1, inf], [-3, inf], [-1e30, inf]],
  cbrt: [[inf, inf], [-inf, -inf], [0, 0], [-0, -0], [27, 3], [-1000, -10], [0.125, 0.5]],
}; // prettier-ignore

/** base, exponent, result: C99 F.9.4.4. */
const powers = [
  [0, -3, inf], [-0, -3, -inf], [0, -2, inf], [-0, -2, inf], [-0, -2.5, inf], [0, -inf, inf], [-0, -inf, inf],
  [0, 3, 0], [-0, 3, -0], [-0, 2, 0], [-0, 2.5, 0], [0, inf, 0],
  [-1, inf, 1], [-1, -inf, 1], [1, NaN, 1], [1, inf, 1], [NaN, 0, 1], [NaN, -0, 1], [inf, 0, 1], [0, 0, 1],
  [-2, 0.5, NaN], [-2, -1.5, NaN], [-2, 3, -8], [-2, -2, 0.25], [-8, 1 / 3, NaN],
  [0.5, -inf, inf], [2, -inf, 0], [-0.5, -inf, inf], [-2, -inf, 0], [0.5, inf, 0], [2, inf, inf], [-2, inf, inf],
  [-inf, -3, -0], [-inf, -2, 0], [-inf, 3, -inf], [-inf, 2, inf], [-inf, 0.5, inf], [-inf, -0.5, 0], [inf, -1, 0], [inf, 1, inf],
  [NaN, 1, NaN], [2, NaN, NaN], [0, NaN, NaN], [inf, NaN, NaN], [-1, 1e30, 1], [-1, 3, -1],
  [10, 400, inf], [10, -400, 0], [-10, 401, -inf], [2, -1, 0.5], [3, 4, 81], [1.5, 2, 2.25],
] as const; // prettier-ignore

/** y, x, result: C99 F.9.1.4. */
const quarter = Math.PI / 4;
const angles = [
  [0, -0, 4], [-0, -0, -4], [0, 0, 0], [-0, 0, -0], [0, -1, 4], [-0, -1, -4], [0, 1, 0], [-0, 1, -0],
  [-1, 0, -2], [-1, -0, -2], [1, 0, 2], [1, -0, 2], [1, -inf, 4], [-1, -inf, -4], [1, inf, 0], [-1, inf, -0],
  [inf, 1, 2], [-inf, 1, -2], [inf, -inf, 3], [-inf, -inf, -3], [inf, inf, 1], [-inf, inf, -1],
  [NaN, 1, NaN], [1, NaN, NaN], [1, 1, 1], [-1, -1, -3], [3e38, 3e38, 1], [1e-40, 1e-40, 1],
] as const; // prettier-ignore

describe.each(formats)('special values in %s', (dtype) => {
  const round = (v: number) => (dtype === float32 ? Math.fround(v) : v);

  it.each(unaryNames)('%s', (fn) => {
    const cases = [...exact[fn], [NaN, NaN] as const];
    const got = expanded(fn, dtype, cases.map((c) => c[0])); // prettier-ignore
    expect(cases.map(([x], i) => [x, got[i]])).toEqual(cases);
  });

  it('pow', () => {
    const got = expanded('pow', dtype, powers.map((p) => p[0]), powers.map((p) => p[1])); // prettier-ignore
    expect(powers.map(([x, y], i) => [x, y, got[i]])).toEqual(powers.map((p) => [...p]));
  });

  it('atan2', () => {
    const got = expanded('atan2', dtype, angles.map((p) => p[0]), angles.map((p) => p[1])); // prettier-ignore
    expect(angles.map(([y, x], i) => [y, x, got[i]])).toEqual(angles.map(([y, x, k]) => [y, x, round(k * quarter)]));
  });

  it('exp2 and log2 are exact on powers of two, denormal ones too', () => {
    const [least, most] = dtype === float32 ? [-149, 127] : [-1074, 1023];
    const k = Array.from({ length: most - least + 1 }, (_, i) => least + i);
    const powersOfTwo = k.map((v) => 2 ** v);
    expect(expanded('exp2', dtype, k)).toEqual(powersOfTwo);
    expect(expanded('log2', dtype, powersOfTwo)).toEqual(k.map((v) => v));
    expect(expanded('pow', dtype, k.map(() => 2), k)).toEqual(powersOfTwo); // prettier-ignore
  });

  it('odd functions keep the least denormals', () => {
    const tiny = dtype === float32 ? [2 ** -149, -(2 ** -149), 3 * 2 ** -149] : [5e-324, -5e-324, 1.5e-323];
    for (const fn of ['expm1', 'log1p', 'sin', 'tan', 'asin', 'atan', 'sinh', 'tanh', 'asinh', 'atanh'] as const) {
      expect(expanded(fn, dtype, tiny), fn).toEqual(tiny);
    }
  });

  it('an expansion has only native operations on its own width', () => {
    const native =
      /^(add|sub|mul|div|neg|abs|sqrt|floor|ceil|trunc|nearest|pmin|pmax|eq|ne|lt|le|gt|ge|select|bits|and|or|xor|not|shl|shr)$/;
    const seen = new Set<Expr>();
    const visit = (e: Expr): void => {
      if (seen.has(e)) return;
      seen.add(e);
      expect(e.dtype.name === 'Bool' || e.dtype.itemsize === dtype.itemsize, `${e.fn} of ${e.dtype.name}`).toBe(true);
      // float64 has no conversion to or from int64 in WASM SIMD.
      const cast = e.fn === 'cast' && dtype === float32 && e.dtype === float32;
      if (e.kind === 'apply' && !cast) expect(e.fn).toMatch(native);
      e.args.forEach(visit);
    };
    for (const fn of [...unaryNames, 'pow', 'atan2'] as const)
      visit(expandMath(fn, [argument(dtype), argument(dtype, 1)]));
    expect(seen.size).toBeGreaterThan(1000);
  });
});

it('refuses other dtypes', () => {
  const half = new Expr('const', { ...float32, name: 'Float16' } as typeof float32, []);
  expect(() => expandMath('exp', [half])).toThrow('no expansion for Float16');
});
