import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { float32, float64 } from '../src/dtype.ts';
import type { MathFn } from '../src/expr.ts';
import { ulpBounds } from '../src/math.ts';
import { covered, expanded, fromBits, ulps } from './math-cases.ts';

const folder = new URL(
  '../../../.cache/testdata/usr/lib/python3/dist-packages/numpy/core/tests/data/',
  import.meta.url,
);
const names: Readonly<Record<string, MathFn>> = {
  arccos: 'acos', arccosh: 'acosh', arcsin: 'asin', arcsinh: 'asinh', arctan: 'atan', arctanh: 'atanh', cbrt: 'cbrt',
  cos: 'cos', cosh: 'cosh', exp: 'exp', exp2: 'exp2', expm1: 'expm1', log: 'log', log10: 'log10', log1p: 'log1p',
  log2: 'log2', sin: 'sin', sinh: 'sinh', tan: 'tan', tanh: 'tanh',
}; // prettier-ignore

describe("NumPy's validation sets", () => {
  for (const [file, fn] of Object.entries(names)) {
    const url = new URL(`umath-validation-set-${file}.csv`, folder);
    it.skipIf(!existsSync(url))(`${fn} keeps its bounds`, () => {
      const lines = readFileSync(url, 'utf8').split('\n').map((line) => line.split(',')); // prettier-ignore
      for (const dtype of [float32, float64]) {
        const kind = dtype === float32 ? 'np.float32' : 'np.float64';
        const cases = lines
          .filter((r) => r[0] === kind)
          .map((r) => [fromBits(r[1]!.slice(2), dtype), fromBits(r[2]!.slice(2), dtype)] as const)
          .filter(([x]) => covered(fn, dtype, x));
        if (cases.length === 0) continue;
        const x = cases.map((c) => c[0]);
        const got = expanded(fn, dtype, x);
        const bound = dtype === float32 ? ulpBounds[fn].f32 : ulpBounds[fn].f64;
        cases.forEach(([v, want], i) => {
          // The expected values are rounded: half a unit more.
          const error = ulps(got[i]!, want, dtype);
          expect(error, `${fn}(${v}): got ${got[i]!}, want ${want}`).toBeLessThanOrEqual(bound + 0.5);
        });
      }
    });
  }
});
