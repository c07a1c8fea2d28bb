import { Tensor, Tuple, customGrad, tupleOf } from '@sporelet/core';
import type { Cell } from './cell.ts';
import type { CellHooks, Gradients } from './cell-hooks.ts';

type Change = (gradients: Tuple<Tensor>) => readonly (Tensor | null)[];

/** The same tensors, whose gradients `change` sees together in the backward walk. */
function tap(cell: Cell, tensors: readonly Tensor[], change: Change): readonly Tensor[] {
  if (!tensors.length) return tensors;
  const pass = customGrad(
    (...xs: readonly Tensor[]): readonly Tensor[] => tupleOf(xs),
    (...all: readonly unknown[]) => change(all[all.length - 1] as Tuple<Tensor>),
    `${cell.clsName} hook`,
  );
  return pass(...tensors);
}

/** The tensors of a list, tapped in their places. */
function tapList(cell: Cell, list: readonly unknown[], change: Change): unknown[] {
  const tapped = tap(
    cell,
    list.filter((v) => v instanceof Tensor),
    change,
  )[Symbol.iterator]();
  return list.map((v) => (v instanceof Tensor ? tapped.next().value : v));
}

function tapOutput(cell: Cell, output: unknown, change: Change): unknown {
  if (output instanceof Tensor) return tap(cell, [output], change)[0];
  if (!Array.isArray(output)) return output;
  const list = tapList(cell, output, change);
  return output instanceof Tuple ? tupleOf(list) : list;
}

/** What a hook gave instead of gradients, if anything. */
function replaced(given: unknown, gradients: Gradients): Gradients {
  if (given instanceof Tensor) return tupleOf([given]);
  return Array.isArray(given) ? tupleOf(given as readonly (Tensor | null)[]) : gradients;
}

/** Lets the backward pre-hooks see and replace the gradients of the output. */
export function watchOutputs(cell: Cell, { backwardPre }: CellHooks, output: unknown): unknown {
  return tapOutput(cell, output, (gradients) =>
    backwardPre.slice().reduce<Gradients>((g, hook) => replaced(hook(cell, g), g), gradients),
  );
}

/** One call of a cell with backward hooks: they are called when the walk reaches its inputs. */
export class BackwardWatch {
  private readonly cell: Cell;
  private readonly hooks: CellHooks;
  private gradOutput: Gradients = tupleOf([]);

  constructor(cell: Cell, hooks: CellHooks) {
    this.cell = cell;
    this.hooks = hooks;
  }
  inputs(args: readonly unknown[]): readonly unknown[] {
    const { cell, hooks } = this;
    return tapList(cell, args, (gradients) =>
      hooks.backward.slice().reduce<Gradients>((g, hook) => replaced(hook(cell, g, this.gradOutput), g), gradients),
    );
  }
  outputs(output: unknown): unknown {
    return tapOutput(this.cell, output, (gradients) => (this.gradOutput = gradients));
  }
}
