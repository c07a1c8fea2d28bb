import { pyRepr, pyStr } from './print/python-repr.ts';
import { Tuple } from './tuple.ts';

/** A value that has a Python `repr` of its own, other than its `toString`. */
export interface Repr {
  $repr(): string;
}

function own(value: unknown): string | undefined {
  if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    const text = (value as Partial<Repr>).$repr;
    if (typeof text === 'function') return text.call(value);
  }
  return undefined;
}

const isTuple = (value: readonly unknown[]): boolean => value instanceof Tuple;

/** `repr(value)` as Python would print it. */
export function repr(value: unknown): string {
  return pyRepr(value, own, isTuple);
}

/** `str(value)` as Python would print it. */
export function str(value: unknown): string {
  const special = typeof value === 'object' && value !== null && '$repr' in value;
  return special ? String(value) : pyStr(value, own, isTuple);
}

/** What an argument is, for errors: `Tensor[Float32]`, `'abc'`, `1`, `an array`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (value === null) return 'None';
  if (typeof value === 'object' && '$describe' in value && typeof value.$describe === 'function') {
    return String(value.$describe());
  }
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
