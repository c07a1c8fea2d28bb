import { bindArguments, isOptions } from '@sporelet/core';

/**
 * The arguments of a function in the order of its parameters, undefined where not given. They may come by position, by
 * position with a trailing options object, or all by name.
 * @param parameters - names, each with other spellings it may be given by: `dim|axis`; `?` marks the optional ones
 * @throws TypeError for unknown, doubled, missing and surplus arguments
 */
export function bound<T extends readonly unknown[]>(
  op: string,
  parameters: readonly string[],
  args: readonly unknown[],
): Partial<T> & { readonly 0: T[0] } {
  const required = parameters.filter((p) => !p.endsWith('?')).length;
  const spellings = parameters.map((p) => p.replace('?', '').split('|'));
  const names = spellings.map(([name]) => name!);
  const last = args[args.length - 1];
  let given = args;
  if (isOptions(last)) {
    const renamed = Object.entries(last).map(([key, value]): [string, unknown] => [
      spellings.find((s) => s.includes(key))?.[0] ?? key,
      value,
    ]);
    given = [...args.slice(0, -1), Object.fromEntries(renamed)];
  }
  return bindArguments(op, names, required, given) as unknown as Partial<T> & { readonly 0: T[0] };
}
