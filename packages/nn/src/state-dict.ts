import type { Tensor } from '@sporelet/core';
import { Tensor as TensorClass, describe } from '@sporelet/core';
import { RuntimeError, sameShape, shapeText } from '@sporelet/ir';
import type { Cell } from './cell.ts';
import { attributeOf, setAttribute, stateOf } from './cell-state.ts';

/** Parameters and buffers by path. */
export type StateDict = Map<string, Tensor>;

export interface IncompatibleKeys {
  /** Paths of the network that the dict does not have. */
  readonly missingKeys: readonly string[];
  /** Names of the dict that the network does not have. */
  readonly unexpectedKeys: readonly string[];
}

/** A parameter or buffer and how to give it other data. */
interface Entry {
  readonly tensor: Tensor;
  readonly assign: (value: Tensor) => void;
}

function entriesOf(root: Cell): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const [path, p] of root.parametersAndNames()) entries.set(path, { tensor: p, assign: (v) => void p.setData(v) });
  for (const [path, cell] of root.cellsAndNames()) {
    for (const [name, persistent] of stateOf(cell).buffers ?? []) {
      const tensor = attributeOf(cell, name);
      if (!persistent || !(tensor instanceof TensorClass)) continue;
      entries.set(path ? `${path}.${name}` : name, { tensor, assign: (v) => setAttribute(cell, name, v) });
    }
  }
  return entries;
}

export function collectState(root: Cell): StateDict {
  return new Map([...entriesOf(root)].map(([path, { tensor }]) => [path, tensor]));
}

export function loadState(
  root: Cell,
  given: StateDict | Readonly<Record<string, Tensor>>,
  strict: boolean,
): IncompatibleKeys {
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`Expected stateDict to be dict-like, got ${describe(given)}.`);
  }
  const entries = new Map<string, unknown>(given instanceof Map ? given : Object.entries(given));
  const own = entriesOf(root);
  const missingKeys = [...own.keys()].filter((k) => !entries.has(k));
  const unexpectedKeys = [...entries.keys()].filter((k) => !own.has(k));
  const errors: string[] = [];
  const quoted = (keys: readonly string[]) => keys.map((k) => `"${k}"`).join(', ');
  if (strict && missingKeys.length) errors.push(`Missing key(s) in stateDict: ${quoted(missingKeys)}. `);
  if (strict && unexpectedKeys.length) errors.push(`Unexpected key(s) in stateDict: ${quoted(unexpectedKeys)}. `);
  const updates: (() => void)[] = [];
  for (const [key, { tensor, assign }] of own) {
    const data = entries.get(key);
    if (data === undefined) continue;
    if (!(data instanceof TensorClass)) {
      errors.push(`While copying the parameter named "${key}", expected Tensor but received ${describe(data)}`);
    } else if (!sameShape(data.shape, tensor.shape)) {
      errors.push(
        `size mismatch for ${key}: copying a param with shape ${shapeText(data.shape)} from stateDict, ` +
          `the shape in current model is ${shapeText(tensor.shape)}.`,
      );
    } else {
      updates.push(() => assign(new TensorClass(data, tensor.dtype)));
    }
  }
  if (errors.length) {
    throw new RuntimeError(`Error(s) in loading stateDict for ${root.clsName}:\n\t${errors.join('\n\t')}`);
  }
  for (const update of updates) update();
  return { missingKeys, unexpectedKeys };
}
