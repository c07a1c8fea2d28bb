import type { Kernel, KernelInfo, OutOfRange, Program, ProgramStep } from '@sporelet/ir';
import {
  Axis,
  View,
  axisRef,
  boundedIndices,
  FreeAxes,
  constant,
  int32,
  offenceOf,
  outOfRange,
  sizeOf,
  uint32,
  where,
} from '@sporelet/ir';
import { overSameAxes } from './compile.ts';
import { optimised, sameRef } from './compile-program.ts';
import type { Operand } from './emit-pull.ts';
import { hasBounded } from './fuse-cost.ts';
import { fuseEpilogues } from './gpu-epilogue.ts';
import { lowerGpu } from './gpu-lower.ts';
import type { GpuLimits, GpuPlan } from './gpu-plan.ts';
import { GpuBuilder, boundOperand } from './gpu-plan.ts';
import { emitGpuPull } from './gpu-pull.ts';
import { emitGpuPush } from './gpu-push.ts';
import { emitUnits, operandsOf } from './gpu-units.ts';
import { infoOf } from './kernel-info.ts';
import { placeValues } from './place-values.ts';
import type { Ref } from './plan.ts';

/** Compiles a kernel that `gpuRefusal` lets pass to dispatches of WGSL. */
export function compileForGpu(kernel: Kernel, limits: GpuLimits): GpuPlan {
  const b = new GpuBuilder(kernel.name, limits);
  const place = overwriting(kernel.inPlace);
  emitKernel(
    b,
    kernel,
    kernel.inputs.map((_, index) => place({ kind: 'in', index })),
    kernel.outputs.map((_, index): Ref => ({ kind: 'out', index })),
  );
  return b.build();
}

/** Inputs that an output overwrites are that output: a buffer is bound once. */
function overwriting(over: readonly number[]): (ref: Ref) => Ref {
  return (ref) => {
    const k = ref.kind === 'in' ? over.indexOf(ref.index) : -1;
    return k < 0 ? ref : { kind: 'out', index: k };
  };
}

/** A GPU plan of a program, and what makes its errors. */
export interface GpuProgram {
  readonly plan: GpuPlan;
  readonly errors: readonly OutOfRange[];
  /** For each output the input that lies in the same memory, or -1. */
  readonly over: readonly number[];
}

/** Compiles a program whose kernels `gpuRefusal` lets pass. */
export function compileProgramForGpu(
  recorded: Program,
  limits: GpuLimits,
  watch?: (pass: string, program: Program) => void,
): GpuProgram {
  const program = fuseEpilogues(optimised(recorded, watch));
  watch?.('epilogues', program);
  const b = new GpuBuilder(program.name, limits);
  const places = placeValues(program, (bytes) => b.temp(bytes));
  const over = [
    ...program.outputs.map(() => -1),
    ...program.updates.map((u) => (sameBytes(program, u) ? u.input : -1)),
  ];
  const same = overwriting(over);
  const place = (value: number): Ref => same(places.of(value));
  const errors: OutOfRange[] = [];
  for (const step of program.steps) {
    emitStep(b, step, place);
    errors[b.kernel] = step.kernel.outOfRange ?? ((index) => outOfRange(step.kernel, index));
  }
  if (places.copies.length) b.begin(copying('copy'));
  for (const { from, to, value } of places.copies) {
    const [a, z] = [same(from), same(to)];
    if (!sameRef(a, z)) emitCopy(b, a, z, program.values[value]!);
  }
  return { plan: b.build(true), errors, over };
}

/** Whether an update has the dtype and shape of what it replaces: then it lies where that lies. */
function sameBytes({ values, inputs }: Program, { input, value }: Program['updates'][number]): boolean {
  const [before, after] = [values[inputs[input]!]!, values[value]!];
  return before.dtype === after.dtype && sizeOf(before.shape) === sizeOf(after.shape);
}

const copying = (name: string): KernelInfo => ({ name, path: '', operations: 0, bytes: 0 });

function emitStep(b: GpuBuilder, { kernel, inputs, outputs, path }: ProgramStep, place: (value: number) => Ref): void {
  emitKernel(b, kernel, inputs.map(place), outputs.map(place), path);
}

function emitKernel(b: GpuBuilder, kernel: Kernel, from: readonly Ref[], to: readonly Ref[], path = ''): void {
  const operands = kernel.inputs.map((spec, i): Operand => ({ ref: from[i]!, spec }));
  const outs = kernel.outputs.map((o, i): Operand => ({ ref: to[i]!, spec: o.spec }));
  b.begin(infoOf(kernel, path));
  if (hasBounded(kernel)) emitChecks(b, kernel, operands);
  const done = new Set<number>();
  kernel.outputs.forEach((output, i) => {
    if (done.has(i)) return;
    if (output.form === 'push') {
      // Operated on where it lies: what was there is the start.
      emitPushInto(b, kernel, operands, i, outs[i]!);
      return;
    }
    if (output.form !== 'pull') throw new Error(`${kernel.name}: a routine has no plan`);
    const together = overSameAxes(kernel, output);
    for (const { index } of together) done.add(index);
    emitGpuPull(b, {
      operands,
      outputs: together.map(({ output: o, index }) => ({ ...outs[index]!, axes: o.axes, value: o.value })),
      flat: kernel.flat,
    });
  });
}

function emitPushInto(b: GpuBuilder, kernel: Kernel, operands: readonly Operand[], i: number, out: Operand): void {
  const output = kernel.outputs[i]!;
  if (output.form !== 'push') return;
  // What it overwrites may be read by the search of other elements: then the result is made elsewhere.
  const over = operands.some((o) => sameRef(o.ref, out.ref));
  if (!over) {
    emitGpuPush(b, operands, output, out);
    return;
  }
  const temp = { ref: b.temp(sizeOf(out.spec.shape) * out.spec.dtype.itemsize), spec: out.spec };
  emitGpuPush(b, operands, output, temp);
  emitCopy(b, temp.ref, out.ref, out.spec);
}

function emitCopy(b: GpuBuilder, from: Ref, to: Ref, { dtype, shape }: Kernel['inputs'][number]): void {
  const spec = { dtype, shape: [sizeOf(shape)] };
  const axes = [new Axis('i', spec.shape[0]!)];
  emitGpuPull(b, { operands: [{ ref: from, spec }], outputs: [{ ref: to, spec, axes, value: new View(0, spec).at(...axes.map(axisRef)) }] }); // prettier-ignore
}

/** Dispatches that leave an index that is out of range in a word; it stays until the device has told of it. */
function emitChecks(b: GpuBuilder, kernel: Kernel, operands: readonly Operand[]): void {
  const temp = b.temp(4);
  const free = new FreeAxes();
  for (const e of boundedIndices(kernel)) {
    // A thread for every place of the loops around it; beyond their limits nobody looks.
    const offence = offenceOf(e);
    const told = [...free.of(offence)].reduce((v, a) => (a.limit ? where(axisRef(a).lt(a.limit), v, constant(0, uint32)) : v), offence); // prettier-ignore
    const [value] = lowerGpu([told], operands.map((o) => o.spec)); // prettier-ignore
    const axes = [...free.of(value!)];
    const out = operands.length;
    emitUnits(b, [...operandsOf(operands), boundOperand(temp, uint32, 4)], {
      axes,
      by: 'element',
      store: { output: out, stored: uint32, offset: constant(0, int32), value: value! },
      spelling: { store: (_o, _s, _at, v) => `if (${v} != 0) { p${out}[0] = ${v}; }` },
    });
  }
  b.checked(temp);
}
