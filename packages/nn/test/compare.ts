import type { Tensor } from '@sporelet/core';
import { expect } from 'vitest';

/** Checks a tensor against nested numbers: within `tolerance` relative, and a tenth of it near 0. */
export function expectClose(actual: Tensor, expected: unknown, what: string, tolerance: number): void {
  const theirs = [expected].flat(9) as number[];
  const own = actual.asnumpy().toFloat64();
  expect(own.length, what).toBe(theirs.length);
  own.forEach((v, i) => {
    const t = theirs[i]!;
    const allowed = tolerance * (Math.abs(t) + 0.1);
    expect(Math.abs(v - t), `${what}[${i}]: ${v} instead of ${t}`).toBeLessThanOrEqual(allowed);
  });
}
