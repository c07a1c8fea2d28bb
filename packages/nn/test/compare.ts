import type { Tensor } from '@sporelet/core';
import { expect } from 'vitest';

/** Checks a tensor against nested numbers: within `relative`, and `absolute` near 0. */
export function expectClose(actual: Tensor, expected: unknown, what: string, relative = 1e-5, absolute = 1e-6): void {
  const theirs = [expected].flat(9) as number[];
  const own = actual.asnumpy().toFloat64();
  expect(own.length, what).toBe(theirs.length);
  own.forEach((v, i) => {
    const t = theirs[i]!;
    if (Object.is(v, t) || v === t) return;
    expect(Math.abs(v - t), `${what}[${i}]: ${v} instead of ${t}`).toBeLessThanOrEqual(relative * Math.abs(t) + absolute);
  });
}
