import type { Jit, Parameter } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import type { Cell } from './cell.ts';
import type { CellHooks } from './cell-hooks.ts';

/** What kind of member an attribute was when it was last looked at. */
export type Kind = 'parameter' | 'cell';

/** What a cell knows besides its attributes. */
export class CellState {
  readonly autoPrefix: boolean;
  training = false;
  requiresGrad = false;
  /** Goes before the names of the parameters below. */
  prefix = '';
  /** Order of the children of containers, whose keys may look like integers. */
  order: string[] | null = null;
  /** Attributes that held members before. */
  kinds: Map<string, Kind> | null = null;
  flags: Record<string, unknown> | null = null;
  /** Buffers by name: whether each belongs to the state dict. */
  buffers: Map<string, boolean> | null = null;
  hooks: CellHooks | null = null;
  /** The dtype in which its construct computes; null = as it comes. */
  precision: DType | null = null;
  /** Whether it has been called, or is known to be in a network. */
  known = false;

  /** Whether its calls are compiled in every mode, and their programs. */
  jit = false;
  programs: Jit | null = null;
  /** Whether such a program is being recorded just now. */
  tracing = false;

  constructor(autoPrefix: boolean) {
    this.autoPrefix = autoPrefix;
  }
}

const key = Symbol('cell');

export function attachState(cell: object, state: CellState): void {
  Object.defineProperty(cell, key, { value: state });
}

export function stateOf(cell: object): CellState {
  return (cell as { readonly [key]: CellState })[key];
}

export function isCell(value: unknown): value is Cell {
  return typeof value === 'function' && (value as { readonly [key]?: CellState })[key] !== undefined;
}

/** An attribute, whatever its type. */
export function attributeOf(cell: Cell, name: string): unknown {
  return (cell as unknown as Readonly<Record<string, unknown>>)[name];
}

export function setAttribute(cell: Cell, name: string, value: unknown): void {
  (cell as unknown as Record<string, unknown>)[name] = value;
}

/** What a walk over a cell's attributes meets, in their order. */
export interface Visitor {
  cell(key: string, cell: Cell): void;
  /** A parameter that is an attribute. */
  parameter(key: string, parameter: Parameter): void;
  /** A parameter in a ParameterTuple (by its own name) or in a plain array. */
  listed?(key: string, parameter: Parameter, tuple: boolean): void;
}
