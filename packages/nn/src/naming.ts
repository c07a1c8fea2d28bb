import type { Parameter } from '@sporelet/core';
import { setNameResolver } from '@sporelet/core';
import type { Cell } from './cell.ts';
import { stateOf } from './cell-state.ts';
import { visitMembers } from './members.ts';

/** Where a cell or parameter is held. */
export interface Link {
  readonly cell: Cell;
  readonly key: string;
}

interface Held {
  readonly cell: Cell;
  readonly cells: (readonly [key: string, cell: Cell])[];
  readonly parameters: (readonly [key: string, parameter: Parameter])[];
  readonly listed: (readonly [key: string, parameter: Parameter])[];
}

let all: WeakRef<Cell>[] = [];
/** Of every cell and parameter that was held at the last look; keeps holders alive as long as what they hold. */
let links = new WeakMap<object, Link>();
let installed = false;
let fixed = 0;

/** Makes a cell take part in naming. */
export function enlist(cell: Cell): void {
  all.push(new WeakRef(cell));
  if (installed) return;
  installed = true;
  setNameResolver(nameOf);
}

/** Reads many names with one look at the cells; nothing may be attached or detached meanwhile. */
export function withSettledNames<T>(body: () => T): T {
  settle();
  fixed++;
  try {
    return body();
  } finally {
    fixed--;
  }
}

/**
 * Looks at the attributes of all living cells. Attributes cannot be watched (class fields are defined, not assigned), so
 * this is done whenever a name is asked for.
 */
function settle(): void {
  if (fixed) return;
  const live: Cell[] = [];
  const kept: WeakRef<Cell>[] = [];
  for (const ref of all) {
    const cell = ref.deref();
    if (cell === undefined) continue;
    live.push(cell);
    kept.push(ref);
  }
  all = kept;
  const held = new Map<Cell, Held>();
  const children = new Set<Cell>();
  for (const cell of live) {
    const entry: Held = { cell, cells: [], parameters: [], listed: [] };
    held.set(cell, entry);
    visitMembers(
      cell,
      {
        cell: (key, child) => {
          entry.cells.push([key, child]);
          children.add(child);
        },
        parameter: (key, p) => void entry.parameters.push([key, p]),
        listed: (key, p) => void entry.listed.push([key, p]),
      },
      false,
    );
  }
  links = new WeakMap();
  const roots = live.filter((c) => !children.has(c));
  const prefixing = roots.filter((c) => stateOf(c).autoPrefix);
  const order: Held[] = [];
  const seen = new Set<Cell>();
  const visit = (cell: Cell): void => {
    const entry = held.get(cell);
    if (!entry || seen.has(cell)) return;
    seen.add(cell);
    order.push(entry);
    for (const [key, p] of entry.parameters) link(p, cell, key);
    for (const [key, child] of entry.cells) {
      // One that has been visited is a shared cell, or the outermost of a ring.
      if (!seen.has(child)) link(child, cell, key);
      visit(child);
    }
  };
  // Wrappers that do not prefix must not take a network from a cell that does; cells in a ring have no root.
  for (const cell of [...prefixing, ...roots, ...live]) visit(cell);
  // Lists of parameters are mostly those of other cells.
  for (const { cell, listed } of order) for (const [key, p] of listed) link(p, cell, key);
}

function link(member: object, cell: Cell, key: string): void {
  if (!links.has(member) && member !== cell) links.set(member, { cell, key });
}

/** From the holder of a member outwards. */
function chainOf(member: object): Link[] {
  const chain: Link[] = [];
  for (let next = links.get(member); next && !chain.includes(next); next = links.get(next.cell)) chain.push(next);
  return chain;
}

/** Marks every cell that some attribute reaches. */
export function markHeld(mark: (cell: Cell) => void): void {
  settle();
  for (const ref of all) {
    const cell = ref.deref();
    if (cell && links.has(cell)) mark(cell);
  }
}

/** What a parameter's name is made of: the attributes that lead to it, outermost first, and a prefix. */
export interface Path {
  readonly prefix: string;
  readonly links: readonly Link[];
}

/** The path to a parameter; null for one that no cell holds and for one that keeps the name it was given. */
export function pathTo(parameter: Parameter): Path | null {
  settle();
  const chain = chainOf(parameter);
  if (!chain.length) return null;
  let outermost = 0;
  chain.forEach(({ cell }, i) => {
    if (stateOf(cell).autoPrefix || stateOf(cell).prefix) outermost = i;
  });
  const { prefix } = stateOf(chain[outermost]!.cell);
  // A parameter held directly by the outermost cell keeps the name it was given.
  if (outermost === 0 && parameter.$ownName !== null && !prefix) return null;
  return { prefix, links: chain.slice(0, outermost + 1).reverse() };
}

function nameOf(parameter: Parameter): string | null {
  const path = pathTo(parameter);
  return path && path.prefix + path.links.map((l) => l.key).join('.');
}
