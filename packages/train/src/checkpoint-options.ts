import type { Tensor } from '@sporelet/core';
import { bindArguments, describe } from '@sporelet/core';
import { RuntimeError, ValueError } from '@sporelet/ir';
import { Cell } from '@sporelet/nn';

type NameFilter = (name: string) => boolean;

export interface SaveOptions {
  /** No meaning on one device; taken for MindSpore's sake. */
  readonly integratedSave?: boolean | undefined;
  /** No meaning: what is returned is a Promise in any case. */
  readonly asyncSave?: boolean | undefined;
  /** More entries: tensors, numbers (Float32), bigints (Int64), booleans, strings. */
  readonly appendDict?: Readonly<Record<string, Tensor | number | bigint | boolean | string>> | undefined;
  /** Saves only parameters whose name it accepts. */
  readonly choiceFunc?: NameFilter | undefined;
  /** Ends the file with MindSpore's check sum. Default false. */
  readonly crcCheck?: boolean | undefined;
  /** The only format so far. */
  readonly format?: 'ckpt' | undefined;
}

export interface LoadOptions {
  /** Loads the parameters into this network too. */
  readonly net?: Cell | null | undefined;
  /** For `net`: a dtype that differs is an error, and no prefix is taken off. Default false. */
  readonly strictLoad?: boolean | undefined;
  /** Leaves out parameters whose name begins with one of these. */
  readonly filterPrefix?: string | readonly string[] | null | undefined;
  /** Loads only parameters whose name begins with one of these. */
  readonly specifyPrefix?: string | readonly string[] | null | undefined;
  /** Loads only parameters whose name it accepts. */
  readonly choiceFunc?: NameFilter | undefined;
  /** Compares MindSpore's check sum, and warns when there is none. Default: compared where the file has one. */
  readonly crcCheck?: boolean | undefined;
  /** The only format so far. */
  readonly format?: 'ckpt' | undefined;
}

// In MindSpore's order; what is not supported is refused by name, since ignoring it would lose data or secrecy.
const saveNames = ['integratedSave', 'asyncSave', 'appendDict', 'encKey', 'encMode', 'choiceFunc', 'incremental', 'crcCheck', 'format'] as const; // prettier-ignore
const loadNames = ['net', 'strictLoad', 'filterPrefix', 'decKey', 'decMode', 'specifyPrefix', 'choiceFunc', 'crcCheck', 'format'] as const; // prettier-ignore
const unsupported = new Set(['encKey', 'encMode', 'decKey', 'decMode', 'incremental']);

type Kind = readonly [text: string, fits: (value: unknown) => boolean];
const isBool: Kind = ['a bool', (v) => typeof v === 'boolean'];
const isPrefix: Kind = [
  'a str or a list of str',
  (v) => [v].flat().every((part) => typeof part === 'string' && part !== ''),
];
const kinds: Readonly<Record<string, Kind>> = {
  integratedSave: isBool,
  asyncSave: isBool,
  strictLoad: isBool,
  crcCheck: isBool,
  filterPrefix: isPrefix,
  specifyPrefix: isPrefix,
  choiceFunc: ['a function', (v) => typeof v === 'function' && !(v instanceof Cell)],
  net: ['a Cell', (v) => v instanceof Cell],
  appendDict: ['a dict', (v) => typeof v === 'object' && !Array.isArray(v)],
};

function bound(op: string, names: readonly string[], given: readonly unknown[]): Readonly<Record<string, unknown>> {
  const values = bindArguments(op, names, 0, given);
  const out: Record<string, unknown> = {};
  names.forEach((name, i) => {
    const value = values[i];
    if (value === undefined || value === null) return;
    if (unsupported.has(name)) throw new RuntimeError(`For '${op}', the '${name}' is not supported yet.`);
    const kind = kinds[name];
    if (kind && !kind[1](value)) {
      throw new TypeError(`For '${op}', the '${name}' must be ${kind[0]}, but got ${describe(value)}.`);
    }
    if (name === 'format' && value !== 'ckpt') {
      throw new ValueError(`For '${op}', the 'format' must be 'ckpt', but got ${describe(value)}.`);
    }
    out[name] = value;
  });
  return out;
}

/** The options of `saveCheckpoint`, by position or by name, checked. */
export function saveOptions(given: readonly unknown[]): SaveOptions {
  return bound('saveCheckpoint', saveNames, given);
}

/** The options of `loadCheckpoint`, by position or by name, checked. */
export function loadOptions(given: readonly unknown[]): LoadOptions {
  return bound('loadCheckpoint', loadNames, given);
}

/** Whether a name is to be loaded. */
export function isWanted({ filterPrefix, specifyPrefix, choiceFunc }: LoadOptions, name: string): boolean {
  const begins = (prefixes: string | readonly string[]): boolean => [prefixes].flat().some((p) => name.startsWith(p));
  if (specifyPrefix && !begins(specifyPrefix)) return false;
  if (filterPrefix && begins(filterPrefix)) return false;
  return choiceFunc?.(name) ?? true;
}
