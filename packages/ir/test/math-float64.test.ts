import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { float64 } from '../src/dtype.ts';
import { ulpBounds } from '../src/math.ts';
import type { Fn } from './math-cases.ts';
import { covered, expanded, fromBits, ulps, unaryNames } from './math-cases.ts';

const rows = readFileSync(new URL('data/math-float64.csv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((line) => line.split(','));

describe('float64 math functions against high-precision values', () => {
  it.each<Fn>([...unaryNames, 'pow', 'atan2'])('%s keeps its bound', (fn) => {
    const cases = rows.filter((r) => r[0] === fn);
    expect(cases.length).toBeGreaterThanOrEqual(35);
    const count = fn === 'pow' || fn === 'atan2' ? 2 : 1;
    const args = Array.from({ length: count }, (_, k) => cases.map((r) => fromBits(r[1 + k]!, float64)));
    const got = expanded(fn, float64, ...args);
    cases.forEach((r, i) => {
      const want = fromBits(r[1 + count]!, float64);
      const error = ulps(got[i]!, want, float64, Number(r[2 + count]));
      const label = `${fn}(${args.map((a) => a[i]!).join(', ')}): got ${got[i]!}, want ${want}`;
      if (covered(fn, float64, args[0]![i]!)) expect(error, label).toBeLessThanOrEqual(ulpBounds[fn].f64 + 0.001);
      else expect(Math.abs(got[i]! - want), label).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(want)));
    });
  });
});
