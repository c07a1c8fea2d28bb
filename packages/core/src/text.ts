import { DType } from '@sporelet/ir';
import { pyRepr, pyStr } from './print/python-repr.ts';
import { Tuple } from './tuple.ts';

/** A value that has a Python `repr` of its own, other than its `toString`. */
export interface Repr {
  $repr(): string;
  toString(): string;
}

const hasRepr = (value: unknown): value is Repr =>
  ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
  typeof (value as Partial<Repr>).$repr === 'function';

const own = (value: unknown): string | undefined => (hasRepr(value) ? value.$repr() : undefined);

const isTuple = (value: readonly unknown[]): boolean => value instanceof Tuple;

/** `repr(value)` as Python would print it. */
export function repr(value: unknown): string {
  return pyRepr(value, own, isTuple);
}

/** `str(value)` as Python would print it. */
export function str(value: unknown): string {
  // What has a repr of its own has a text of its own.
  return hasRepr(value) ? value.toString() : pyStr(value, own, isTuple);
}

/** What an argument is, for errors: `Tensor[Float32]`, `'abc'`, `1`, `an array`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (value === null) return 'None';
  if (typeof value === 'object') {
    const text = (value as { $describe?: () => string }).$describe?.();
    if (text !== undefined) return text;
  }
  if (value instanceof DType) return value.name;
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function';
  if (typeof value === 'object' && !Array.isArray(value)) {
    const proto: unknown = Object.getPrototypeOf(value);
    if (proto !== null && proto !== Object.prototype && !(value instanceof Map) && !(value instanceof Set)) {
      return `an object of ${value.constructor.name}`;
    }
  }
  const text = repr(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
