import { jit } from '@sporelet/core';
import type { Tensor } from '@sporelet/core';
import { expect } from 'vitest';

const bits = (t: Tensor): number[] => {
  const { data } = t.asnumpy();
  return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
};
/** Equal bit for bit. */
export const same = (a: Tensor, b: Tensor): void => {
  expect([a.dtype.name, ...a.shape]).toEqual([b.dtype.name, ...b.shape]);
  expect(bits(a)).toEqual(bits(b));
};
/** Equal but for the order of additions. */
export const close = (a: Tensor, b: Tensor): void => {
  expect([...a.shape]).toEqual([...b.shape]);
  const [x, y] = [a, b].map((t) => [...t.asnumpy().data].map(Number)) as [number[], number[]];
  x.forEach((v, i) => expect(v).toBeCloseTo(y[i]!, 4));
};
/** Checks that a function gives the same at once and as a program. */
export function both(fn: (...x: Tensor[]) => Tensor, ...args: Tensor[]): Tensor {
  const expected = fn(...args);
  const compiled = jit(fn);
  same(compiled(...args), expected);
  same(compiled(...args), expected);
  return expected;
}
