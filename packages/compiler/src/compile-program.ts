import type { Kernel, KernelInfo, OutOfRange, Program, ProgramStep } from '@sporelet/ir';
import { Axis, View, axisRef, outOfRange, sizeOf } from '@sporelet/ir';
import { emitKernel } from './compile.ts';
import { fuseProducers, fuseSiblings } from './fuse.ts';
import { hasBounded } from './fuse-cost.ts';
import { emitPull } from './emit-pull.ts';
import { placeValues } from './place-values.ts';
import type { Places } from './place-values.ts';
import { PlanBuilder } from './plan-builder.ts';
import type { Target } from './plan-builder.ts';
import type { Plan, PlanOutline, Ref } from './plan.ts';
import { schedule } from './schedule.ts';

/** What a program's plan needs besides. */
export interface ProgramNotes {
  /** For each of the plan's kernels the step of the program as recorded that makes its error; -1: none. */
  readonly raisedBy: readonly number[];
  readonly failsLate: boolean;
}

export interface CompiledProgram extends ProgramNotes {
  readonly plan: Plan;
}

/** The passes that rewrite a program, in order. */
export const passes: readonly (readonly [name: string, pass: (program: Program) => Program])[] = [
  ['producers', fuseProducers],
  ['siblings', fuseSiblings],
  ['schedule', schedule],
];

/** Compiles a program to one plan. */
export function compileProgram(program: Program, target: Target): CompiledProgram {
  return emitProgram(optimised(program), target, program);
}

/** A program, as it is, as one plan of WebAssembly; its passes began with `recorded`. */
export function emitProgram(program: Program, target: Target, recorded = program): CompiledProgram {
  const b = new PlanBuilder(program.name, target);
  const notes = addProgram(b, program, recorded);
  return { plan: b.build(), ...notes };
}

/** What makes the errors of a plan's kernels for an index out of range. */
export function errorsOf(program: Program, { kernels }: PlanOutline, { raisedBy }: ProgramNotes): OutOfRange[] {
  return kernels.map(({ name }, k) => {
    const own = program.steps[raisedBy[k]!]?.kernel.outOfRange;
    return own ?? ((index) => outOfRange({ name, outputs: [] }, index));
  });
}

/**
 * The program after all passes.
 * @param watch - is told the program before the first pass and after each
 */
export function optimised(program: Program, watch?: (pass: string, program: Program) => void): Program {
  watch?.('as recorded', program);
  return passes.reduce((before, [name, pass]) => {
    const after = pass(before);
    watch?.(name, after);
    return after;
  }, program);
}

/** Adds a program's steps to one plan; values get their places first. */
export function addProgram(b: PlanBuilder, program: Program, recorded: Program): ProgramNotes {
  const places = placeValues(program, (bytes) => b.temp(bytes));
  const raisedBy: number[] = [];
  let written = false;
  let failsLate = false;
  for (const step of program.steps) {
    const { kernel } = step;
    failsLate ||= written && hasBounded(kernel);
    written ||= step.outputs.some((v) => places.overwrites(v));
    emitStep(b, step, places);
    raisedBy[b.kernel] = recorded.steps.findIndex((s) => s.kernel.outOfRange === kernel.outOfRange);
  }
  if (places.copies.length) b.begin(copying('copy'));
  for (const { from, to, value } of places.copies) emitCopy(b, from, to, program.values[value]!);
  return { raisedBy: Array.from(raisedBy, (step) => step ?? -1), failsLate };
}

function emitStep(b: PlanBuilder, step: ProgramStep, places: Places): void {
  const to = step.outputs.map(places.of);
  const from = step.inputs.map(places.of);
  const { kernel } = step;
  kernel.inPlace.forEach((i, k) => {
    // A push adds to what its output holds; an element-wise kernel reads its own element wherever that is.
    if (i < 0 || kernel.outputs[k]!.form !== 'push' || sameRef(from[i]!, to[k]!)) return;
    b.begin(copying(`copy for ${kernel.name}`));
    emitCopy(b, from[i]!, to[k]!, kernel.outputs[k]!.spec);
    from[i] = to[k]!;
  });
  emitKernel(b, kernel, from, to, { over: (k) => places.overwrites(step.outputs[k]!), path: step.path });
}

const copying = (name: string): KernelInfo => ({ name, path: '', operations: 0, bytes: 0 });

export const sameRef = (a: Ref, b: Ref): boolean => a.kind === b.kind && a.index === b.index;

function emitCopy(b: PlanBuilder, from: Ref, to: Ref, { dtype, shape }: Kernel['inputs'][number]): void {
  const spec = { dtype, shape: [sizeOf(shape)] };
  const axes = [new Axis('i', spec.shape[0]!)];
  emitPull(b, { operands: [{ ref: from, spec }], outputs: [{ ref: to, spec, axes, value: new View(0, spec).at(...axes.map(axisRef)) }] }); // prettier-ignore
}
