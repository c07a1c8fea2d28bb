import { Tensor } from './tensor.ts';
import { describe } from './text.ts';
import { Tuple, tupleOf } from './tuple.ts';

/** The tensors of a value that may be nested in arrays, in order. */
export function tensorsIn(value: unknown, into: Tensor[] = []): Tensor[] {
  if (value instanceof Tensor) into.push(value);
  else if (Array.isArray(value)) for (const item of value) tensorsIn(item, into);
  return into;
}

/** The same nesting with each tensor replaced; Tuples stay Tuples, other values stay. */
export function mapTensors(value: unknown, replace: (t: Tensor) => unknown): unknown {
  if (value instanceof Tensor) return replace(value);
  if (!Array.isArray(value)) return value;
  const items = value.map((item: unknown) => mapTensors(item, replace));
  return value instanceof Tuple ? tupleOf(items) : items;
}

/** The nesting of `like` filled with values in order. */
export function shapedLike(like: unknown, values: readonly unknown[]): unknown {
  let at = 0;
  const fill = (value: unknown): unknown => {
    if (value instanceof Tensor) return values[at++];
    if (Array.isArray(value)) return tupleOf(value.filter((v) => tensorsIn(v).length > 0).map(fill));
    return value;
  };
  return fill(like);
}

/**
 * What a function that is differentiated or mapped has returned.
 * @throws TypeError for undefined and Promises: nothing of what was computed would count, silently
 */
export function returned(op: string, result: unknown): unknown {
  if (result === undefined) throw new TypeError(`For '${op}', the function returned nothing: is a 'return' missing?`);
  if (result instanceof Promise) {
    throw new TypeError(`For '${op}', the function must not be async, but got ${describe(result)} from it.`);
  }
  return result;
}
