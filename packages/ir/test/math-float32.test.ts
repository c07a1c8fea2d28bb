import { describe, expect, it } from 'vitest';
import { float32 } from '../src/dtype.ts';
import { ulpBounds } from '../src/math.ts';
import { covered, expanded, random, reference, ulps, unaryNames } from './math-cases.ts';

/** Every exponent and both signs, denormals, infinity and NaN too, then dense samples where functions vary most. */
function samples(): number[] {
  const next = random(1);
  const view = new DataView(new ArrayBuffer(4));
  const x: number[] = [];
  for (let top = 0; top < 512; top++) {
    for (const fraction of [0, 1, 0x7fffff, next() >>> 9, next() >>> 9, next() >>> 9, next() >>> 9]) {
      view.setUint32(0, ((top << 23) | fraction) >>> 0);
      x.push(view.getFloat32(0));
    }
  }
  for (const range of [1, 2, 10, 110]) {
    for (let i = 0; i < 1000; i++) x.push(Math.fround((next() / 2 ** 31 - 1) * range));
  }
  return x;
}

/** The worst error over the arguments, and where. */
function worst(
  got: readonly number[],
  want: readonly number[],
  label: (i: number) => string,
): { ulp: number; at: string } {
  let ulp = 0;
  let at = '';
  got.forEach((g, i) => {
    const u = ulps(g, want[i]!, float32);
    if (u > ulp) [ulp, at] = [u, `${label(i)}: got ${g}, want ${want[i]!}`];
  });
  return { ulp, at };
}

describe('float32 math functions', () => {
  const all = samples();

  it.each(unaryNames)('%s keeps its bound', (fn) => {
    const x = all.filter((v) => covered(fn, float32, v));
    const { ulp, at } = worst(expanded(fn, float32, x), reference[fn](x), (i) => `${fn}(${x[i]!})`);
    expect(ulp, at).toBeLessThanOrEqual(ulpBounds[fn].f32);
  });

  it('pow keeps its bound', () => {
    const next = random(2);
    const x: number[] = [];
    const y: number[] = [];
    for (let i = 0; i < 6000; i++) {
      x.push(i % 2 ? Math.fround((next() / 2 ** 31) * 10) : Math.fround(1 + (next() / 2 ** 31 - 1) / 2 ** (i % 20)));
      y.push(
        i % 2 ? Math.fround((next() / 2 ** 31 - 1) * 40) : Math.fround((next() / 2 ** 31 - 1) * 2 ** ((i % 20) + 5)),
      );
    }
    const { ulp, at } = worst(
      expanded('pow', float32, x, y),
      x.map((v, i) => v ** y[i]!),
      (i) => `pow(${x[i]!}, ${y[i]!})`,
    );
    expect(ulp, at).toBeLessThanOrEqual(ulpBounds.pow.f32);
  });

  it('atan2 keeps its bound', () => {
    const x = all.filter((v) => v === v);
    const y = [...x.slice(x.length >> 1), ...x.slice(0, x.length >> 1)];
    const { ulp, at } = worst(
      expanded('atan2', float32, x, y),
      x.map((v, i) => Math.atan2(v, y[i]!)),
      (i) => `atan2(${x[i]!}, ${y[i]!})`,
    );
    expect(ulp, at).toBeLessThanOrEqual(ulpBounds.atan2.f32);
  });

  it('lgamma of negative numbers is good to 8 ULP of the larger of its terms', () => {
    const next = random(3);
    const x = Array.from({ length: 1000 }, () => Math.fround((-20 * next()) / 2 ** 32));
    const got = expanded('lgamma', float32, x);
    const size = reference.lgamma(x.map((v) => Math.abs(v)));
    const error = reference
      .lgamma(x)
      .map((w, i) => Math.abs(got[i]! - w) / Math.max(1, Math.abs(w), Math.abs(size[i]!)));
    expect(Math.max(...error)).toBeLessThanOrEqual(8 * 2 ** -23);
  });

  it.each(['sin', 'cos', 'tan'] as const)('%s of an argument too large to reduce is that of 0', (fn) => {
    expect(expanded(fn, float32, [2 ** 24 + 2, -3e38])).toEqual(fn === 'cos' ? [1, 1] : [0, 0]);
  });
});
