import { isOptions } from './args.ts';
import { Tensor } from './tensor.ts';
import { describe } from './text.ts';
import { Tuple, tupleOf } from './tuple.ts';

/** The members of what may hold tensors, an array, Map or plain object; null for everything else. */
function membersOf(value: unknown): readonly unknown[] | null {
  if (value instanceof Tensor) return null;
  if (Array.isArray(value)) return value as readonly unknown[];
  if (value instanceof Map) return [...(value as Map<unknown, unknown>).values()];
  return isOptions(value) ? Object.values(value) : null;
}

/** The same kind of container with other members, in order. */
function withMembers(value: unknown, members: readonly unknown[]): unknown {
  if (Array.isArray(value)) return value instanceof Tuple ? tupleOf(members) : members;
  if (value instanceof Map) return new Map([...(value as Map<unknown, unknown>).keys()].map((k, i) => [k, members[i]]));
  return Object.fromEntries(Object.keys(value as object).map((k, i) => [k, members[i]]));
}

/**
 * The tensors of a value that may be nested in arrays, Maps and plain objects, in order.
 * @param path - the containers around it: one that contains itself is not entered again
 */
export function tensorsIn(value: unknown, into: Tensor[] = [], path: readonly unknown[] = []): Tensor[] {
  if (value instanceof Tensor) into.push(value);
  else {
    const members = membersOf(value);
    if (members && !path.includes(value)) for (const item of members) tensorsIn(item, into, [...path, value]);
  }
  return into;
}

/** The same nesting with each tensor replaced; Tuples stay Tuples, other values stay. */
export function mapTensors(value: unknown, replace: (t: Tensor) => unknown): unknown {
  if (value instanceof Tensor) return replace(value);
  const members = membersOf(value);
  return members ? withMembers(value, members.map((item) => mapTensors(item, replace))) : value; // prettier-ignore
}

/** The nesting of `like` filled with values in order; what holds no tensor is left out of arrays. */
export function shapedLike(like: unknown, values: readonly unknown[]): unknown {
  let at = 0;
  const fill = (value: unknown): unknown => {
    if (value instanceof Tensor) return values[at++];
    if (Array.isArray(value)) return tupleOf(value.filter((v) => tensorsIn(v).length > 0).map(fill));
    const members = membersOf(value);
    return members ? withMembers(value, members.map(fill)) : value;
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
