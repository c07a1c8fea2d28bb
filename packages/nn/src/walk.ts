import type { Parameter } from '@sporelet/core';
import type { Cell } from './cell.ts';
import { visitMembers } from './members.ts';

const join = (prefix: string, key: string): string => (prefix ? `${prefix}.${key}` : key);

/** The cells held directly by attributes, each once. */
export function childrenOf(cell: Cell, check = true): Map<string, Cell> {
  const children = new Map<string, Cell>();
  const seen = new Set<Cell>();
  const visitor = {
    cell: (key: string, child: Cell) => {
      if (!seen.has(child)) children.set(key, child);
      seen.add(child);
    },
    parameter: () => {},
  };
  visitMembers(cell, visitor, check);
  return children;
}

/** A cell and all below it with their paths, parents first, each once. */
export function* cellsBelow(
  cell: Cell,
  seen: Set<Cell>,
  prefix: string,
  check = true,
): Generator<[path: string, cell: Cell], void> {
  if (seen.has(cell)) return;
  seen.add(cell);
  yield [prefix, cell];
  for (const [key, child] of childrenOf(cell, check)) yield* cellsBelow(child, seen, join(prefix, key), check);
}

/**
 * The parameters of a cell and, with `expand`, of all below it, each once. Those in plain arrays come last: they are
 * mostly parameters of cells that are attributes too.
 */
export function* parametersBelow(
  cell: Cell,
  prefix: string,
  expand: boolean,
): Generator<[path: string, parameter: Parameter], void> {
  const found = new Map<Parameter, string>();
  const late: (readonly [string, Parameter])[] = [];
  const cells = expand ? cellsBelow(cell, new Set(), prefix) : [[prefix, cell] as const];
  const take = (path: string, p: Parameter): void => {
    if (!found.has(p)) found.set(p, path);
  };
  for (const [path, c] of cells) {
    const visitor = {
      cell: () => {},
      parameter: (key: string, p: Parameter) => take(join(path, key), p),
      listed: (key: string, p: Parameter, tuple: boolean) => {
        if (tuple) take(join(path, key), p);
        else late.push([join(path, key), p]);
      },
    };
    visitMembers(c, visitor, true);
  }
  for (const [path, p] of late) take(path, p);
  for (const [p, path] of found) yield [path, p];
}
