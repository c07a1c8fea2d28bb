import type { Axis, Kernel, PullOutput } from '@sporelet/ir';
import { Expr, FreeAxes, boundedIndices, offenceOf, uint32 } from '@sporelet/ir';
import { emitContraction, recognizeContraction } from './contract.ts';
import { infoOf } from './kernel-info.ts';
import type { Operand, Result } from './emit-pull.ts';
import { emitPull } from './emit-pull.ts';
import { emitPush } from './emit-push.ts';
import { PlanBuilder } from './plan-builder.ts';
import type { Target } from './plan-builder.ts';
import type { Plan, Ref } from './plan.ts';

/** One step that leaves a data-dependent index that is out of range in a word, which is 0 otherwise. */
function emitChecks(b: PlanBuilder, kernel: Kernel, operands: readonly Operand[]): void {
  const free = new FreeAxes();
  let found: Expr | null = null;
  for (const e of boundedIndices(kernel)) {
    const offence = offenceOf(e);
    const axes: Axis[] = [...free.of(offence)];
    const one = axes.length ? new Expr('reduce', uint32, [offence], { fn: 'max', axes }) : offence;
    found = found ? found.max(one) : one;
  }
  if (!found) return;
  const temp = b.temp(4);
  emitPull(b, { operands, outputs: [{ ref: temp, spec: { dtype: uint32, shape: [] }, axes: [], value: found }] });
  b.checked(temp);
}

/** Compiles a kernel (not a routine) to a plan for the CPU. */
export function compileKernel(kernel: Kernel, target: Target): Plan {
  const b = new PlanBuilder(kernel.name, target);
  emitAlone(b, kernel);
  return b.build();
}

/** Adds the steps of a kernel to a plan of its own: its operands are the plan's. */
export function emitAlone(b: PlanBuilder, kernel: Kernel): void {
  emitKernel(
    b,
    kernel,
    kernel.inputs.map((_, index): Ref => ({ kind: 'in', index })),
    kernel.outputs.map((_, index): Ref => ({ kind: 'out', index })),
    { over: (output) => kernel.inPlace[output]! >= 0 },
  );
}

/**
 * Adds the steps of a kernel, its checks of indices first. Where an output is said to overwrite an input, both are the
 * same piece of memory.
 */
export function emitKernel(
  b: PlanBuilder,
  kernel: Kernel,
  from: readonly Ref[],
  to: readonly Ref[],
  { over, path = '' }: { over: (output: number) => boolean; path?: string | undefined },
): void {
  const operands = kernel.inputs.map((spec, i): Operand => ({ ref: from[i]!, spec }));
  const outs = kernel.outputs.map((o, i): Result => ({ ref: to[i]!, spec: o.spec, over: over(i) }));
  b.begin(infoOf(kernel, path));
  emitChecks(b, kernel, operands);
  emitOutputs(b, kernel, operands, outs);
}

function emitOutputs(b: PlanBuilder, kernel: Kernel, operands: readonly Operand[], outs: readonly Result[]): void {
  const done = new Set<number>();
  kernel.outputs.forEach((output, i) => {
    if (done.has(i)) return;
    if (output.form === 'push') {
      emitPush(b, operands, output, outs[i]!, kernel.inPlace[i]! >= 0);
      return;
    }
    if (output.form !== 'pull') throw new Error(`${kernel.name}: a routine has no plan`);
    const contraction = kernel.outputs.length === 1 ? recognizeContraction(output, kernel.inputs) : null;
    if (contraction) {
      emitContraction(b, contraction, operands, outs[i]!);
      return;
    }
    const together = overSameAxes(kernel, output);
    for (const { index } of together) done.add(index);
    emitPull(b, {
      operands,
      outputs: together.map(({ output: o, index }) => ({ ...outs[index]!, axes: o.axes, value: o.value })),
      flat: kernel.flat,
    });
  });
}

/** The outputs over the very axes of one: they share its loop nest. */
export function overSameAxes(
  kernel: Kernel,
  { axes }: PullOutput,
): readonly { readonly output: PullOutput; readonly index: number }[] {
  return kernel.outputs.flatMap((output, index) =>
    output.form === 'pull' && output.axes.length === axes.length && output.axes.every((a, d) => a === axes[d])
      ? [{ output, index }]
      : [],
  );
}
