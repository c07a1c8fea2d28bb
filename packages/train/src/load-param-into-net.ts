import { Parameter, Tensor, describe, isOptions } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { RuntimeError, sameShape, shapeText } from '@sporelet/ir';
import { Cell, checkpointName, withSettledNames } from '@sporelet/nn';

/** What a checkpoint holds: Parameters by name, and strings. */
export type ParameterDict = Map<string, Parameter | string>;

/** Parameters by name, as `loadCheckpoint` gives them or written down. */
export type ParametersByName = ReadonlyMap<string, Parameter | string> | Readonly<Record<string, Parameter | string>>;

/** camelCase and snake_case spellings of one name are the same here. */
const plain = (name: string): string => name.replaceAll('_', '').toLowerCase();

function entriesOf(dict: unknown): ReadonlyMap<string, Parameter | string> {
  const hint = dict instanceof Promise ? ': await loadCheckpoint first' : '';
  const map = dict instanceof Map ? dict : isOptions(dict) ? new Map(Object.entries(dict)) : null;
  if (!map) {
    throw new TypeError(
      `For 'loadParamIntoNet', the 'parameterDict' must be a dict, but got ${describe(dict)}${hint}.`,
    );
  }
  for (const [name, value] of map) {
    if (value instanceof Parameter || typeof value === 'string') continue;
    throw new TypeError(`For 'loadParamIntoNet', the '${name}' must be a Parameter, but got ${describe(value)}.`);
  }
  return map as ReadonlyMap<string, Parameter | string>;
}

/** Finds the entry of a parameter by its name. */
type Find = (target: Parameter) => string | undefined;

/** Exact names first, in MindSpore's spelling for built-in cells too; then spellings that differ in camelCase only. */
function byName(dict: ReadonlyMap<string, unknown>, respelt: string[]): Find {
  const near = new Map<string, string[]>();
  for (const name of dict.keys()) near.set(plain(name), [...(near.get(plain(name)) ?? []), name]);
  return (target) => {
    const exact = [target.name, checkpointName(target)].find((n) => dict.has(n));
    if (exact !== undefined) return exact;
    const [name, ...more] = near.get(plain(target.name)) ?? [];
    if (name === undefined || more.length) return undefined;
    respelt.push(`'${name}' for '${target.name}'`);
    return name;
  };
}

/** Names that the checkpoint has below a cell of its own: `backbone.fc.weight` for `fc.weight`. */
function belowPrefix(dict: ReadonlyMap<string, unknown>, missing: readonly Parameter[]): Find {
  const names = missing.map(checkpointName);
  for (const key of dict.keys()) {
    const name = names.find((n) => key.endsWith(`.${n}`));
    if (name === undefined) continue;
    const prefix = key.slice(0, -name.length);
    console.warn(`sporelet: loadParamIntoNet takes the prefix '${prefix}' off the names in the checkpoint.`);
    return (target) => (dict.has(prefix + checkpointName(target)) ? prefix + checkpointName(target) : undefined);
  }
  return () => undefined;
}

/**
 * Sets a network's parameters from a dictionary. Names match exactly first (in MindSpore's spelling for built-in cells),
 * then camelCase to snake_case where that is unique, then, unless strict, below one prefix of the checkpoint's; a
 * warning tells of all but the first.
 * @param strictLoad - a dtype that differs is an error; otherwise it is cast inside the float or the integer family
 * @returns the network's parameters without data, and the entries that were not used
 * @throws RuntimeError for shapes or dtypes that do not fit, before anything has been changed
 */
export function loadParamIntoNet(
  net: Cell,
  parameterDict: ParametersByName,
  strictLoad: boolean | { readonly strictLoad?: boolean | undefined } = false,
): readonly [paramNotLoad: readonly string[], ckptNotLoad: readonly string[]] {
  if (!(net instanceof Cell)) {
    throw new TypeError(`For 'loadParamIntoNet', the 'net' must be a Cell, but got ${describe(net)}.`);
  }
  const strict = isOptions(strictLoad) ? (strictLoad['strictLoad'] ?? false) : strictLoad;
  if (typeof strict !== 'boolean') {
    throw new TypeError(`For 'loadParamIntoNet', the 'strictLoad' must be a bool, but got ${describe(strict)}.`);
  }
  const dict = entriesOf(parameterDict);
  // A name is found by looking at all cells: once for all parameters.
  return withSettledNames(() => load(net, dict, strict));
}

function load(
  net: Cell,
  dict: ReadonlyMap<string, Parameter | string>,
  strict: boolean,
): readonly [paramNotLoad: readonly string[], ckptNotLoad: readonly string[]] {
  const unused = new Set(dict.keys());
  const found: (readonly [target: Parameter, source: Parameter])[] = [];
  const take = (targets: readonly Parameter[], find: Find): readonly Parameter[] =>
    targets.filter((target) => {
      const name = find(target);
      const source = name === undefined ? undefined : dict.get(name);
      if (!(source instanceof Parameter)) return true;
      unused.delete(name!);
      check(target, source, strict);
      found.push([target, source]);
      return false;
    });
  const respelt: string[] = [];
  let missing = take([...net.getParameters()], byName(dict, respelt));
  if (respelt.length) console.warn(`sporelet: loadParamIntoNet takes ${respelt.join(', ')}.`);
  if (missing.length && !strict) missing = take(missing, belowPrefix(dict, missing));
  for (const [target, source] of found) target.setData(new Tensor(source.value(), target.dtype));
  return [missing.map((p) => p.name), [...unused]];
}

const floats = new Set(['Float16', 'BFloat16', 'Float32', 'Float64']);
const ints = new Set(['Int8', 'Int16', 'Int32', 'Int64']);
const oneFamily = (a: DType, b: DType): boolean => [floats, ints].some((f) => f.has(a.name) && f.has(b.name));

function check(target: Parameter, source: Parameter, strict: boolean): void {
  if (!sameShape(target.shape, source.shape)) {
    throw new RuntimeError(
      `For 'loadParamIntoNet', the parameter '${target.name}' has shape ${shapeText(target.shape)} in the network, ` +
        `but ${shapeText(source.shape)} in the checkpoint.`,
    );
  }
  if (target.dtype === source.dtype || (!strict && oneFamily(target.dtype, source.dtype))) return;
  throw new RuntimeError(
    `For 'loadParamIntoNet', the parameter '${target.name}' is ${target.dtype.name} in the network, ` +
      `but ${source.dtype.name} in the checkpoint.`,
  );
}
