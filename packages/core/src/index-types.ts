import type { Tensor } from './tensor.ts';

type Bound = number | '';
/** A slice as Python writes it: `'1:3'`, `'::2'`, `':-1'`. */
export type SliceText = ':' | `${Bound}:${Bound}` | `${Bound}:${Bound}:${Bound}`;

/** One part of an index: a position, a slice, a new axis (null), the axes between ('...'), a mask or positions. */
export type Index =
  number | boolean | null | '...' | SliceText | Slice | Tensor | readonly number[] | readonly boolean[];

/** Python's slice; null stands for the end on that side. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;

  constructor(start: number | null, stop: number | null, step = 1) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
  toString(): string {
    return `slice(${this.start ?? 'None'}, ${this.stop ?? 'None'}, ${this.step})`;
  }
}

/** `slice(stop)`, `slice(start, stop)` or `slice(start, stop, step)`, as in Python. */
export function slice(stop: number | null): Slice;
export function slice(start: number | null, stop: number | null, step?: number | null): Slice;
export function slice(a: number | null, ...rest: readonly (number | null | undefined)[]): Slice {
  return rest.length ? new Slice(a, rest[0] ?? null, rest[1] ?? 1) : new Slice(null, a);
}
