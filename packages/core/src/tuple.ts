import type { Dims } from '@sporelet/ir';
import { repr } from './text.ts';

/** An array that prints in parentheses, as Python's tuple; `map`, `slice`, ... give plain arrays. */
export class Tuple<T = unknown> extends Array<T> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  override toString(): string {
    return repr(this);
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return repr(this);
  }
}

/**
 * A shape. Reading an axis by destructuring or by a literal index gives `number`, not `number | undefined`: an axis that
 * is not there is undefined at run time.
 */
export interface Shape extends Tuple<number> {
  readonly 0: number;
  readonly 1: number;
  readonly 2: number;
  readonly 3: number;
  readonly 4: number;
  readonly 5: number;
  readonly 6: number;
  readonly 7: number;
  at(index: number): number;
}

function fill<T>(items: readonly T[]): Tuple<T> {
  const out = new Tuple<T>(items.length);
  for (let i = 0; i < items.length; i++) out[i] = items[i]!;
  return out;
}

/** A Tuple of the given values, with their types: `return tuple(loss, logits)`. */
export function tuple<T extends readonly unknown[]>(...items: T): Readonly<T> {
  return fill(items) as unknown as Readonly<T>;
}

/** A Tuple with the elements of an array. */
export function tupleOf<T>(items: readonly T[]): Tuple<T> {
  return fill(items);
}

/** A frozen Shape with the given extents; a Shape is returned as it is. */
export function shapeOf(dims: Dims): Shape {
  if (dims instanceof Tuple && Object.isFrozen(dims)) return dims as Shape;
  return Object.freeze(fill(dims)) as Shape;
}
