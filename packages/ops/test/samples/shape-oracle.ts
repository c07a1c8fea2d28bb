import type { Nd } from './sample.ts';
import { nd } from './sample.ts';

/** All indices of a shape, row-major. */
export function indicesOf(shape: readonly number[]): number[][] {
  let all: number[][] = [[]];
  for (const n of shape) all = all.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i]));
  return all;
}

/** An array from its elements by index. */
export function make(shape: readonly number[], element: (index: readonly number[]) => number): Nd {
  return nd(shape, indicesOf(shape).map(element));
}

/** The element at an index, or `outside` where there is none. */
export function at(x: Nd, index: readonly number[], outside = NaN): number {
  let flat = 0;
  for (let d = 0; d < x.shape.length; d++) {
    const [i, n] = [index[d]!, x.shape[d]!];
    if (i < 0 || i >= n) return outside;
    flat = flat * n + i;
  }
  return x.data[flat]!;
}

/** A copy to write into. */
export function copyOf(x: Nd): { readonly shape: readonly number[]; readonly data: number[] } {
  return { shape: x.shape, data: [...x.data] };
}

/** Replaces the element at an index by a function of it. */
export function put(
  x: { readonly shape: readonly number[]; readonly data: number[] },
  index: readonly number[],
  f: (old: number) => number,
): void {
  const flat = index.reduce((a, i, d) => a * x.shape[d]! + i, 0);
  x.data[flat] = f(x.data[flat]!);
}

export const zerosOf = (shape: readonly number[]): { readonly shape: readonly number[]; readonly data: number[] } =>
  copyOf(make(shape, () => 0));
