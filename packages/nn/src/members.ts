import { Parameter, ParameterTuple, Tensor, describe } from '@sporelet/core';
import type { Cell } from './cell.ts';
import type { CellState, Visitor } from './cell-state.ts';
import { attributeOf, isCell, stateOf } from './cell-state.ts';

/** The names of a cell's attributes; children of containers come first, in their own order. */
export function attributeNames(cell: Cell): readonly string[] {
  const { order } = stateOf(cell);
  const keys = Object.keys(cell);
  return order ? [...order, ...keys.filter((k) => !order.includes(k))] : keys;
}

/**
 * Shows the cells and parameters among a cell's attributes, those in arrays included.
 * @param check - raise an error when a parameter or cell was replaced by something else
 */
export function visitMembers(cell: Cell, visitor: Visitor, check: boolean): void {
  const state = stateOf(cell);
  for (const key of attributeNames(cell)) {
    const value = attributeOf(cell, key);
    const before = state.kinds?.get(key);
    if (isCell(value)) {
      if (before !== 'cell') remember(state, key, 'cell');
      visitor.cell(key, value);
    } else if (value instanceof Parameter) {
      if (before !== 'parameter') remember(state, key, 'parameter');
      visitor.parameter(key, value);
    } else {
      if (before !== undefined && value !== null && value !== undefined && check) refuse(cell, key, before, value);
      if (Array.isArray(value)) visitArray(key, value, visitor);
    }
  }
}

function remember(state: CellState, key: string, kind: 'parameter' | 'cell'): void {
  (state.kinds ??= new Map()).set(key, kind);
}

function refuse(cell: Cell, key: string, before: 'parameter' | 'cell', value: unknown): never {
  const name = cell.clsName;
  if (before === 'cell') {
    throw new TypeError(
      `For '${name}', the sub cell '${key}' was replaced by ${describe(value)}: it must be a Cell or null.`,
    );
  }
  const way = value instanceof Tensor ? `write this.${key}.setData(value)` : 'it must be a Parameter or null';
  throw new TypeError(
    `For '${name}', the parameter '${key}' was replaced by ${value instanceof Tensor ? 'a Tensor' : describe(value)}: ${way}.`,
  );
}

function visitArray(key: string, list: readonly unknown[], visitor: Visitor): void {
  if (list instanceof ParameterTuple) {
    (list as readonly Parameter[]).forEach((p, i) => {
      visitor.listed?.(p.$ownName ?? `Parameter$${i + 1}`, p, true);
    });
    return;
  }
  const first = list[0];
  // Arrays of numbers and the like may be long and hold no members.
  if (first !== null && typeof first !== 'object' && typeof first !== 'function' && first !== undefined) return;
  list.forEach((item, i) => {
    const name = `${key}.${i}`;
    if (isCell(item)) visitor.cell(name, item);
    else if (item instanceof Parameter) visitor.listed?.(name, item, false);
    else if (Array.isArray(item)) visitArray(name, item, visitor);
  });
}
