import type { Tensor } from '@sporelet/core';
import { describe, isOptions } from '@sporelet/core';
import { IndexError, KeyError, RuntimeError } from '@sporelet/ir';
import { Cell } from './cell.ts';
import { attributeOf, isCell, setAttribute, stateOf } from './cell-state.ts';

type AnyCell = Cell;
/** A cell that takes one tensor and gives one. */
export type TensorCell = Cell<(input: Tensor) => Tensor>;

/** A cell whose children have keys of their own order. */
abstract class Container<C extends AnyCell> extends Cell {
  constructor(autoPrefix: boolean) {
    super({ autoPrefix });
    stateOf(this).order = [];
  }
  /** Number of children. */
  override get length(): number {
    return keysOf(this).length;
  }
  [Symbol.iterator](): Iterator<C> {
    return childrenIn(this)[Symbol.iterator]();
  }
}

/** A container whose children are numbered; `list[0]` and `list.at(-1)` read them. */
abstract class NumberedContainer<C extends AnyCell> extends Container<C> {
  readonly [index: number]: C;

  /** Adds a cell at the end. */
  append(cell: C): this {
    put(this, String(this.length), cell);
    return this;
  }
  /** The cell at a position; negative ones count from the end. */
  at(index: number): C {
    return childrenIn(this)[position(this, index)]!;
  }
  /** Replaces the cell at a position. */
  set(index: number, cell: C): this {
    put(this, keysOf(this)[position(this, index)]!, cell);
    return this;
  }
  /** Takes out the cell at a position; the numbered ones after it move up. */
  delete(index: number): this {
    const at = position(this, index);
    rebuild(this, (entries) => void entries.splice(at, 1));
    return this;
  }
  /** Puts a cell before the one at a position. */
  insert(index: number, cell: C): this {
    checkCell(this, cell);
    const at = position(this, index, this.length);
    rebuild(this, (entries) => void entries.splice(at, 0, [null, cell]));
    return this;
  }
}

/** The children's keys in order. */
const keysOf = (c: AnyCell): string[] => stateOf(c).order!;

function childrenIn<C extends AnyCell>(container: Container<C>): C[] {
  return keysOf(container).map((k) => attributeOf(container, k) as C);
}

function checkCell(container: AnyCell, cell: unknown): void {
  if (isCell(cell)) return;
  throw new TypeError(`For '${container.clsName}', each cell must be subclass of Cell, but got ${describe(cell)}.`);
}

/** Puts a child under a key, at the end if the key is new. */
function put(container: AnyCell, key: string, cell: AnyCell): void {
  checkCell(container, cell);
  if (keysOf(container).includes(key)) {
    setAttribute(container, key, cell);
    return;
  }
  container.insertChildToCell(key, cell);
  keysOf(container).push(key);
}

function drop(container: AnyCell, key: string): void {
  delete (container as unknown as Record<string, unknown>)[key];
  keysOf(container).splice(keysOf(container).indexOf(key), 1);
}

function position(container: Container<AnyCell>, index: number, last = container.length - 1): number {
  const n = container.length;
  const op = container.clsName;
  if (!Number.isInteger(index)) {
    throw new TypeError(`For '${op}', the type of 'index' must be int, but got ${describe(index)}.`);
  }
  if (index < -n || index > last) {
    const end = last < n ? ')' : ']';
    throw new IndexError(
      `For '${op}', the value of 'index' must be a number in range [${-n}, ${n}${end}, but got ${index}.`,
    );
  }
  return index < 0 ? index + n : index;
}

/** Edits the list of children; keys that were numbers are numbered anew. */
function rebuild<C extends AnyCell>(container: Container<C>, edit: (entries: [string | null, C][]) => void): void {
  const children = childrenIn(container);
  const entries = keysOf(container).map((k, i): [string | null, C] => [k === String(i) ? null : k, children[i]!]);
  for (const key of [...keysOf(container)]) drop(container, key);
  edit(entries);
  entries.forEach(([key, cell], i) => put(container, key ?? String(i), cell));
}

/**
 * Cells called one after the other: `new SequentialCell(a, b)`, `new SequentialCell([a, b])`, or with names of their own
 * `new SequentialCell({ conv: a, relu: b })`, which a Map does too.
 */
export class SequentialCell extends NumberedContainer<TensorCell> {
  constructor(...cells: readonly TensorCell[]);
  constructor(cells: readonly TensorCell[] | ReadonlyMap<string, TensorCell> | Readonly<Record<string, TensorCell>>);
  constructor(...args: readonly unknown[]) {
    super(true);
    const only = args.length === 1 ? args[0] : args;
    const named = only instanceof Map ? only : isOptions(only) ? Object.entries(only) : null;
    if (named) for (const [name, cell] of named as Iterable<[string, TensorCell]>) put(this, name, cell);
    else if (isCell(only)) this.append(only);
    else if (Array.isArray(only)) for (const cell of only as readonly TensorCell[]) this.append(cell);
    else {
      throw new TypeError(
        `For '${this.clsName}', the 'args[0]' must be a Cell, a list, or an object or Map of Cells by name, but got ${describe(only)}.`,
      );
    }
  }
  construct(input: Tensor): Tensor {
    let x = input;
    for (const cell of childrenIn(this)) x = cell(x);
    return x;
  }
}

/** A list of cells, which is not called itself. */
export class CellList<C extends AnyCell = TensorCell> extends NumberedContainer<C> {
  constructor(cells: Iterable<C> = [], options: { readonly autoPrefix?: boolean | undefined } = {}) {
    super(options.autoPrefix ?? true);
    this.extend(cells);
  }
  /** Adds cells at the end. */
  extend(cells: Iterable<C>): this {
    for (const cell of [...cells]) this.append(cell);
    return this;
  }
  construct(): never {
    throw new RuntimeError("For 'CellList', there is nothing to call: call its cells.");
  }
}

/** Cells by name, which is not called itself. Names of methods cannot be keys. */
export class CellDict<C extends AnyCell = TensorCell> extends Container<C> {
  constructor(cells: Readonly<Record<string, C>> | ReadonlyMap<string, C> | Iterable<readonly [string, C]> = {}) {
    super(true);
    this.update(cells);
  }
  get(key: string): C {
    if (this.has(key)) return attributeOf(this, key) as C;
    throw new KeyError(`For 'CellDict', the key '${key}' does not exist.`);
  }
  set(key: string, cell: C): this {
    put(this, key, cell);
    return this;
  }
  has(key: string): boolean {
    return keysOf(this).includes(key);
  }
  delete(key: string): this {
    this.pop(key);
    return this;
  }
  /** Takes a cell out and returns it. */
  pop(key: string): C {
    const cell = this.get(key);
    drop(this, key);
    return cell;
  }
  clear(): void {
    for (const key of this.keys()) drop(this, key);
  }
  keys(): string[] {
    return [...keysOf(this)];
  }
  values(): C[] {
    return childrenIn(this);
  }
  items(): [key: string, cell: C][] {
    return keysOf(this).map((k) => [k, this.get(k)]);
  }
  update(cells: Readonly<Record<string, C>> | ReadonlyMap<string, C> | Iterable<readonly [string, C]>): void {
    const entries = Symbol.iterator in cells ? (cells as Iterable<readonly [string, C]>) : Object.entries(cells);
    for (const [key, cell] of entries) put(this, key, cell);
  }
  construct(): never {
    throw new RuntimeError("For 'CellDict', there is nothing to call: call its cells.");
  }
}
