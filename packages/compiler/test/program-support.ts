import type { Dims, Expr, Kernel, Program, ProgramStep, TensorSpec } from '@sporelet/ir';
import { View, axesFor, axisRef, broadcastAt, float32, sizeOf } from '@sporelet/ir';
import { compileProgram, emitProgram } from '../src/compile-program.ts';
import type { CompiledProgram } from '../src/compile-program.ts';

const target = { shared: false, relaxed: false };

/** Float32 of a shape. */
export const f32 = (...shape: number[]): TensorSpec => ({ dtype: float32, shape });

/** A pull kernel from the views of its inputs and the output's indices. */
export function pullKernel(
  name: string,
  inputs: readonly TensorSpec[],
  shape: Dims,
  value: (views: readonly View[], index: readonly Expr[]) => Expr,
  inPlace = -1,
): Kernel {
  const axes = axesFor(shape);
  const views = inputs.map((s, i) => new View(i, s));
  const output = {
    form: 'pull' as const,
    spec: { dtype: float32, shape },
    axes,
    value: value(views, axes.map(axisRef)),
  };
  return { name, inputs, outputs: [output], inPlace: [inPlace], flat: false };
}

/** An element-wise kernel; operands are broadcast. */
export function each(
  name: string,
  inputs: readonly TensorSpec[],
  shape: Dims,
  f: (...x: Expr[]) => Expr,
  inPlace = -1,
): Kernel {
  return pullKernel(name, inputs, shape, (views, index) => f(...views.map((v) => broadcastAt(v, index))), inPlace);
}

/** Builds a program from the text of its data flow: names stand for values. */
export class Builder {
  private readonly values: TensorSpec[] = [];
  private readonly inputs: number[] = [];
  private readonly steps: ProgramStep[] = [];

  input(spec: TensorSpec): number {
    const v = this.values.push(spec) - 1;
    this.inputs.push(v);
    return v;
  }
  step(kernel: Kernel, ...inputs: readonly number[]): number {
    const v = this.values.push(kernel.outputs[0]!.spec) - 1;
    this.steps.push({ kernel, inputs, outputs: [v] });
    return v;
  }
  program(outputs: readonly number[], updates: readonly (readonly [input: number, value: number])[] = []): Program {
    return {
      name: 'test',
      values: this.values,
      inputs: this.inputs,
      outputs,
      updates: updates.map(([v, value]) => ({ input: this.inputs.indexOf(v), value })),
      steps: this.steps,
    };
  }
}

/**
 * Runs a compiled program on float32 inputs; an updated input is overwritten where it is.
 * @returns the outputs, then the inputs that are updated
 */
export function runProgram(program: Program, inputs: readonly (readonly number[])[], optimise = true): number[][] {
  const compiled: CompiledProgram = optimise ? compileProgram(program, target) : emitProgram(program, target);
  const { plan } = compiled;
  let top = 65536;
  const place = (bytes: number): number => {
    const at = top;
    top += Math.ceil((bytes + 64) / 64) * 64;
    return at;
  };
  const bytesOf = (v: number): number => sizeOf(program.values[v]!.shape) * 4;
  const ins = program.inputs.map((v) => place(bytesOf(v)));
  const outs = [...program.outputs.map((v) => place(bytesOf(v))), ...program.updates.map((u) => ins[u.input]!)];
  const arena = place(plan.arena.bytes);
  const consts = place(plan.consts.length);
  const args = place(4096);
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / 65536) + 1, maximum: 65536 });
  // Memory that nobody wrote must not matter.
  new Uint8Array(memory.buffer).fill(0xff, 65536);
  const floats = new Float32Array(memory.buffer);
  inputs.forEach((data, i) => floats.set(data, ins[i]! / 4));
  new Uint8Array(memory.buffer).set(plan.consts, consts);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(plan.code as BufferSource), { env: { memory } });
  for (const step of plan.steps) {
    const words = new Uint32Array(memory.buffer, args, step.args.length + 1);
    step.args.forEach(({ kind, index }, i) => {
      words[i] = kind === 'in' ? ins[index]! : kind === 'out' ? outs[index]! : arena + plan.arena.at[index]!;
    });
    words[step.args.length] = consts;
    (exports[`k${step.fn}`] as (a: number, lo: number, hi: number) => void)(args, 0, step.units);
  }
  const read = (v: number, at: number): number[] => [
    ...floats.subarray(at / 4, at / 4 + sizeOf(program.values[v]!.shape)),
  ];
  return [
    ...program.outputs.map((v, i) => read(v, outs[i]!)),
    ...program.updates.map((u) => read(program.inputs[u.input]!, ins[u.input]!)),
  ];
}
