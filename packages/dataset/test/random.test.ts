import { ValueError } from '@sporelet/ir';
import { setSeed } from '@sporelet/core';
import { expect, test } from 'vitest';
import { NumpySlicesDataset, config } from '../src/index.ts';
import { RandomStream, threefry } from '../src/random.ts';

test('threefry gives the known answers of its authors', () => {
  const all = 0xffffffff;
  const cases = [
    [[0, 0], 0, 0, [0x6b200159, 0x99ba4efe]],
    [[all, all], all, all, [0x1cb996fc, 0xbb002be7]],
    [[0x13198a2e, 0x03707344], 0x243f6a88, 0x85a308d3, [0xc4923a9c, 0x483df7a0]],
  ] as const;
  for (const [key, c0, c1, expected] of cases) expect(threefry(key, c0, c1)).toEqual(expected);
});

test('streams are repeatable, in range, and look uniform', () => {
  const draw = (key: readonly [number, number]) => {
    const random = new RandomStream(key);
    return Array.from({ length: 20_000 }, () => random.uniform());
  };
  const values = draw([1, 2]);
  expect(draw([1, 2])).toEqual(values);
  expect(draw([1, 3])).not.toEqual(values);
  expect(values.every((v) => v >= 0 && v < 1)).toBe(true);
  const bins = new Array<number>(20).fill(0);
  for (const v of values) bins[Math.floor(v * 20)]!++;
  // Chi-square with 19 degrees of freedom: 43.8 is its 0.999 quantile.
  const chi = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  expect(chi).toBeLessThan(43.8);
});

test('shuffles reach every order about equally often', () => {
  const random = new RandomStream([7, 7]);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffle([0, 1, 2]).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const n of counts.values()) expect(Math.abs(n - 1000)).toBeLessThan(130);
});

test('the seed is checked', () => {
  config.setSeed(5);
  expect(config.getSeed()).toBe(5);
  for (const bad of [-1, 2 ** 32, 0.5, NaN]) expect(() => config.setSeed(bad)).toThrow(ValueError);
  expect(() => config.setSeed('1' as unknown as number)).toThrow(TypeError);
  expect(config.getSeed()).toBe(5);
});

test("the whole library's seed counts, whichever was set last", () => {
  config.setSeed(5);
  setSeed(8);
  expect(config.getSeed()).toBe(8);
  const order = () =>
    Array.from(new NumpySlicesDataset([1, 2, 3, 4, 5, 6]).createTupleIterator({ outputNumpy: true }), ([x]) => x.at(0));
  const first = order();
  config.setSeed(9);
  expect(config.getSeed()).toBe(9);
  config.setSeed(8);
  expect(order()).toEqual(first);
});
