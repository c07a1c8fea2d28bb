import type { Tensor } from '@sporelet/core';
import { Parameter, Tensor as TensorClass, describe } from '@sporelet/core';
import { RuntimeError, sameShape, shapeText } from '@sporelet/ir';
import type { Cell } from './cell.ts';
import { attributeOf, stateOf } from './cell-state.ts';
import { setAttribute } from './cell-state.ts';
import { cellsBelow } from './walk.ts';

/** Parameters and buffers by path. */
export type StateDict = Map<string, Tensor>;

export interface IncompatibleKeys {
  /** Paths of the network that the dict does not have. */
  readonly missingKeys: readonly string[];
  /** Names of the dict that the network does not have. */
  readonly unexpectedKeys: readonly string[];
}

export function collectState(root: Cell): StateDict {
  const state: StateDict = new Map(root.parametersAndNames());
  for (const [path, cell] of cellsBelow(root, new Set(), '')) {
    for (const [name, persistent] of stateOf(cell).buffers ?? []) {
      const buffer = attributeOf(cell, name);
      if (persistent && buffer instanceof TensorClass) state.set(path ? `${path}.${name}` : name, buffer);
    }
  }
  return state;
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
  const own = collectState(root);
  const missingKeys = [...own.keys()].filter((k) => !entries.has(k));
  const unexpectedKeys = [...entries.keys()].filter((k) => !own.has(k));
  const errors: string[] = [];
  const quoted = (keys: readonly string[]) => keys.map((k) => `"${k}"`).join(', ');
  if (strict && missingKeys.length) errors.push(`Missing key(s) in stateDict: ${quoted(missingKeys)}. `);
  if (strict && unexpectedKeys.length) errors.push(`Unexpected key(s) in stateDict: ${quoted(unexpectedKeys)}. `);
  const updates: (() => void)[] = [];
  for (const [key, target] of own) {
    const data = entries.get(key);
    if (data === undefined) continue;
    if (!(data instanceof TensorClass)) {
      errors.push(`While copying the parameter named "${key}", expected Tensor but received ${describe(data)}`);
    } else if (!sameShape(data.shape, target.shape)) {
      errors.push(
        `size mismatch for ${key}: copying a param with shape ${shapeText(data.shape)} from stateDict, ` +
          `the shape in current model is ${shapeText(target.shape)}.`,
      );
    } else {
      updates.push(() => assign(root, key, target, data));
    }
  }
  if (errors.length) {
    throw new RuntimeError(`Error(s) in loading stateDict for ${root.clsName}:\n\t${errors.join('\n\t')}`);
  }
  for (const update of updates) update();
  return { missingKeys, unexpectedKeys };
}

function assign(root: Cell, path: string, target: Tensor, data: Tensor): void {
  const value = new TensorClass(data, target.dtype);
  if (target instanceof Parameter) {
    target.setData(value);
    return;
  }
  const at = path.lastIndexOf('.');
  setAttribute(root.getSubCell(path.slice(0, Math.max(at, 0))), path.slice(at + 1), value);
}
