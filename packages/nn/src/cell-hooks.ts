import type { HookHandle, Tensor, Tuple } from '@sporelet/core';
import { describe } from '@sporelet/core';
import type { Cell } from './cell.ts';

/** What a call or its gradient is made of: tensors, mostly. */
export type CallArgs = Tuple;
export type CallOutput = unknown;
/** Gradients of a cell's inputs or outputs, null where there is none. */
export type Gradients = Tuple<Tensor | null>;

/** Sees the inputs before `construct`; an array it returns takes their place, any other value becomes the only input. */
export type ForwardPreHook = (cell: Cell, args: CallArgs) => unknown;
/** Sees inputs and output after `construct`; what it returns takes the output's place. */
export type ForwardHook = (cell: Cell, args: CallArgs, output: CallOutput) => unknown;
/** Sees the gradients of the outputs; what it returns takes their place. */
export type BackwardPreHook = (cell: Cell, gradOutput: Gradients) => unknown;
/** Sees the gradients of inputs and outputs; what it returns takes the place of those of the inputs. */
export type BackwardHook = (cell: Cell, gradInput: Gradients, gradOutput: Gradients) => unknown;

/** The hooks of a cell, each list in calling order. */
export class CellHooks {
  readonly forwardPre: ForwardPreHook[] = [];
  readonly forward: ForwardHook[] = [];
  readonly backwardPre: BackwardPreHook[] = [];
  readonly backward: BackwardHook[] = [];

  get none(): boolean {
    return !(this.forwardPre.length || this.forward.length || this.backwardPre.length || this.backward.length);
  }
}

/** Adds a hook; the handle takes it back. A function added twice is called twice. */
export function addHook<H extends (...args: never[]) => unknown>(list: H[], hook: H, prepend: boolean): HookHandle {
  if (typeof hook !== 'function') throw new TypeError(`Expected a callable hook function, but got ${describe(hook)}.`);
  const own = ((...args: Parameters<H>) => hook(...args)) as H;
  if (prepend) list.unshift(own);
  else list.push(own);
  return {
    remove: () => {
      const at = list.indexOf(own);
      if (at >= 0) list.splice(at, 1);
    },
  };
}

/** The arguments a forward pre-hook gives in place of `args`. */
export function replacedArgs(given: unknown, args: readonly unknown[]): readonly unknown[] {
  if (given === undefined || given === null) return args;
  return Array.isArray(given) ? (given as readonly unknown[]) : [given];
}
