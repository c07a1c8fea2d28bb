import type { Parameter } from '@sporelet/core';
import { GRAPH_MODE, Jit, NdArray, Tensor, Tuple, customGrad, getContext, setPathResolver, tupleOf } from '@sporelet/core'; // prettier-ignore
import type { DType } from '@sporelet/ir';
import { AttributeError } from '@sporelet/ir';
import { cast } from '@sporelet/ops';
import type { Cell } from './cell.ts';
import { replacedArgs } from './cell-hooks.ts';
import type { CellHooks } from './cell-hooks.ts';
import { BackwardWatch, watchOutputs } from './gradient-watch.ts';
import type { CellState } from './cell-state.ts';
import { stateOf } from './cell-state.ts';
import { visitMembers } from './members.ts';
import { markHeld } from './naming.ts';
import { cellsBelow } from './walk.ts';

type Body = (...args: readonly unknown[]) => unknown;
/** A gradient of one's own: one per input, from the inputs, the output and its gradient. */
type Bprop = (...args: readonly unknown[]) => unknown;

/** The cells whose construct is running, outermost first. */
const running: Cell[] = [];
/** The paths in the outermost of them, as they were found while it runs: every recorded operation asks for one. */
let paths: Map<Cell, string> | null = null;
let installed = false;

/** Lets errors tell in which cell they were raised. */
export function installPaths(): void {
  if (installed) return;
  installed = true;
  setPathResolver(currentPath);
}

function currentPath(): string {
  const root = running[0];
  const inner = running.at(-1);
  if (!root || !inner) return '';
  if (!paths?.has(inner))
    paths = new Map(Array.from(cellsBelow(root, new Set(), root.clsName, false), ([path, cell]) => [cell, path]));
  return paths.get(inner) ?? running.map((c) => c.clsName).join(' > ');
}

/** What `net(...args)` does: hooks, `construct`, hooks. */
export function callCell(cell: Cell, args: readonly unknown[]): unknown {
  const state = stateOf(cell);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (typeof arg === 'object' && (arg instanceof NdArray || ArrayBuffer.isView(arg))) refuseArray(cell, i, arg);
  }
  if (!running.length && (state.jit || getContext('mode') === GRAPH_MODE) && !state.tracing)
    return callProgram(cell, args, state);
  if (running.length && !state.known) noteNested(cell, state);
  running.push(cell);
  try {
    const { construct, bprop } = cell as unknown as { readonly construct?: Body; readonly bprop?: Bprop };
    if (typeof construct !== 'function') {
      throw new AttributeError(`For '${cell.clsName}', the method 'construct' is not defined.`);
    }
    const { hooks, precision } = state;
    if (bprop === undefined && precision === null && hooks === null) return construct.apply(cell, args as unknown[]);
    return callWith(cell, args, bprop ? withBprop(cell, construct, bprop) : construct, precision, hooks);
  } finally {
    running.pop();
    if (!running.length) paths = null;
  }
}

/** The outermost call of a compiled cell. */
function callProgram(cell: Cell, args: readonly unknown[], state: CellState): unknown {
  state.programs ??= new Jit((...given: readonly unknown[]) => {
    state.tracing = true;
    try {
      return callCell(cell, given);
    } finally {
      state.tracing = false;
    }
  }, cell.clsName);
  return state.programs.call(args);
}

const ordinals = ['1st', '2nd', '3rd'];

function refuseArray(cell: Cell, position: number, array: object): never {
  const place = ordinals[position] ?? `${position + 1}th`;
  const what = array.constructor.name;
  throw new TypeError(
    `For '${cell.clsName}', the ${place} input must be a Tensor, but got a numpy-like array (${what}): use new Tensor(array).`,
  );
}

/** A network's own cells are found by its attributes; one that is not reached by any loses its parameters. */
function noteNested(cell: Cell, state: CellState): void {
  markHeld((held) => {
    stateOf(held).known = true;
  });
  if (state.known) return;
  state.known = true;
  if (cell.getParameters().next().done) return;
  const user = running.at(-1)!.clsName;
  console.warn(
    `sporelet: ${cell.clsName} is called in the construct of ${user}, but no attribute leads to it: its parameters are ` +
      'neither trained nor saved. Keep it in a field (not a #private one), an array, a CellList or a CellDict.',
  );
}

function callWith(
  cell: Cell,
  given: readonly unknown[],
  construct: Body,
  precision: DType | null,
  hooks: CellHooks | null,
): unknown {
  let args = given;
  for (const hook of hooks?.forwardPre.slice() ?? []) args = replacedArgs(hook(cell, tupleOf(args)), args);
  if (precision) args = args.map((a) => castFloats(a, precision));
  const watch = hooks?.backward.length ? new BackwardWatch(cell, hooks) : null;
  if (watch) args = watch.inputs(args);
  const body = (): unknown => construct.apply(cell, args as unknown[]);
  let output = precision ? withCastParameters(cell, precision, body) : body();
  for (const hook of hooks?.forward.slice() ?? []) output = hook(cell, tupleOf(args), output) ?? output;
  if (watch) output = watch.outputs(output);
  return hooks?.backwardPre.length ? watchOutputs(cell, hooks, output) : output;
}

/** `construct` with the gradient that the cell's `bprop` gives. */
function withBprop(cell: Cell, construct: Body, bprop: Bprop): Body {
  return customGrad(
    (...args: readonly unknown[]) => construct.apply(cell, args as unknown[]),
    (...args: readonly unknown[]) => bprop.apply(cell, args as unknown[]),
    cell.clsName,
  );
}

function castFloats(value: unknown, dtype: DType): unknown {
  if (value instanceof Tensor) return value.dtype.isFloat && value.dtype !== dtype ? cast(value, dtype) : value;
  if (!Array.isArray(value)) return value;
  const items = value.map((v) => castFloats(v, dtype));
  return value instanceof Tuple ? tupleOf(items) : items;
}

/** Runs a construct with the cell's own trainable float parameters seen in another dtype. */
function withCastParameters<R>(cell: Cell, dtype: DType, body: () => R): R {
  const undo: (() => void)[] = [];
  const parameter = (_: string, p: Parameter): void => {
    if (!p.requiresGrad || !p.dtype.isFloat || p.dtype === dtype) return;
    const before = p.$value;
    const seen = cast(p, dtype).$value;
    p.$rebind(seen);
    undo.push(() => p.$rebind(before));
  };
  visitMembers(cell, { cell: () => {}, parameter, listed: parameter }, false);
  try {
    return body();
  } finally {
    for (const back of undo) back();
  }
}
