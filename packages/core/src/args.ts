import { didYouMean } from '@sporelet/ir';

/** Keeps tensors out of options: a Tensor has `dtype`, so it would pass for them. */
export type Named<O> = O & { readonly asnumpy?: never };

/**
 * Arguments of a function: the required ones, then optional ones by position, each of which may instead be the options
 * object that ends the call.
 */
export type Args<R extends readonly unknown[], P extends readonly unknown[], O> = [
  ...R,
  ...{ [K in keyof P]: P[K] | Named<O> },
  options?: Named<O>,
];

/** Whether a value is an options object: a plain one. */
export function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

/**
 * The arguments of a call in the order of `names`, undefined where not given. They may come by position, by position
 * with a trailing options object, or all by name in one object.
 * @param required - how many of the first names must be given
 * @throws TypeError for unknown, doubled, missing and surplus arguments and for anything after the options
 */
export function bindArguments(
  op: string,
  names: readonly string[],
  required: number,
  args: readonly unknown[],
): unknown[] {
  let count = args.length;
  while (count > 0 && args[count - 1] === undefined) count--;
  const last = args[count - 1];
  const options = isOptions(last) ? last : null;
  const positions = options ? count - 1 : count;
  if (positions > names.length) {
    const most = `at most ${names.length} argument${names.length === 1 ? '' : 's'}`;
    throw new TypeError(`For '${op}', there must be ${most}, but got ${positions}.`);
  }
  const values = new Array<unknown>(names.length).fill(undefined);
  for (let i = 0; i < positions; i++) {
    if (isOptions(args[i])) throw new TypeError(`For '${op}', nothing may come after the options object.`);
    values[i] = args[i];
  }
  for (const name in options) {
    const i = names.indexOf(name);
    if (i < 0) {
      const hint = didYouMean(name, names);
      const end = hint || (names.length ? `; it takes ${names.map((n) => `'${n}'`).join(', ')}.` : '.');
      throw new TypeError(`For '${op}', there is no argument '${name}'${end}`);
    }
    if (options[name] === undefined) continue;
    if (values[i] !== undefined) {
      throw new TypeError(`For '${op}', '${name}' is given twice: by position and by name.`);
    }
    values[i] = options[name];
  }
  for (let i = 0; i < required; i++) {
    if (values[i] === undefined) throw new TypeError(`For '${op}', the argument '${names[i]}' is missing.`);
  }
  return values;
}
