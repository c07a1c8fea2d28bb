import { compileKernel, compileProgram } from '@sporelet/compiler';
import type { PlanOutline, Target } from '@sporelet/compiler';
import type { Device, DType, Executable, Kernel, Program, ProgramExecutable, RoutineArray, Storage, TensorSpec, TypedArray } from '@sporelet/ir'; // prettier-ignore
import { sizeOf } from '@sporelet/ir';
import type { PlanExecutable } from './executable.ts';
import { FirstRun, interpretable } from './first-run.ts';
import type { Platform } from './platform.ts';
import type { CpuOptions } from './runtime.ts';
import { CpuRuntime } from './runtime.ts';
import type { CpuStorage } from './storage.ts';

/** A function `f32x4.relaxed_madd(a, b, c)`: valid only where the engine has relaxed SIMD. */
const RELAXED = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b, 3, 2, 1, 0,
  10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 0x02, 0x0b,
); // prettier-ignore

/** A written body: its operands are copied out of the heap and back, since it runs on ordinary arrays. */
class RoutineExecutable implements Executable {
  private readonly kernel: Kernel;
  private readonly runtime: CpuRuntime;

  constructor(kernel: Kernel, runtime: CpuRuntime) {
    this.kernel = kernel;
    this.runtime = runtime;
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[]): void {
    const { kernel, runtime } = this;
    const read = (spec: TensorSpec, i: number): RoutineArray => {
      const bytes = new Uint8Array(sizeOf(spec.shape) * spec.dtype.itemsize);
      runtime.read(inputs[i] as CpuStorage, bytes);
      return { ...spec, data: typed(bytes, spec.dtype) };
    };
    const outs = kernel.outputs.map(({ spec }) => {
      const bytes = new Uint8Array(sizeOf(spec.shape) * spec.dtype.itemsize);
      return { bytes, array: { ...spec, data: typed(bytes, spec.dtype) } };
    });
    kernel.routine!(
      kernel.inputs.map(read),
      outs.map((o) => o.array),
    );
    outs.forEach((o, i) => runtime.write(outputs[i] as CpuStorage, o.bytes));
  }
}

function typed(bytes: Uint8Array, dtype: DType): TypedArray {
  return new dtype.array(bytes.buffer, 0, bytes.byteLength / dtype.itemsize);
}

type Watch = (pass: string, after: Program) => void;

/** A program ready to run, and how long its code is: bytes of WebAssembly, characters of C. */
interface LoadedProgram {
  readonly plan: PlanOutline;
  readonly executable: PlanExecutable;
  readonly failsLate: boolean;
  readonly code: number;
}

/** The CPU: kernels as WebAssembly over one heap, a pool of threads for the large ones. */
export class CpuDevice extends CpuRuntime implements Device {
  readonly name = 'CPU';
  readonly target: Target;
  private readonly interpretsFirst: boolean;

  constructor(platform: Platform, options: CpuOptions = {}) {
    super(platform, options);
    this.interpretsFirst = options.interpretFirst ?? false;
    this.target = { shared: this.heap.shared, relaxed: WebAssembly.validate(RELAXED) };
  }

  compile(kernel: Kernel): Executable {
    if (kernel.routine) return new RoutineExecutable(kernel, this);
    if (this.setting === 'native') {
      const [native] = this.compileNative([kernel]) ?? [];
      if (native) return native;
    }
    const compile = (): Executable => this.load(compileKernel(kernel, this.target), [kernel.outOfRange]);
    return this.interpretsFirst && interpretable(kernel) ? new FirstRun(kernel, this, compile) : compile();
  }

  /**
   * Compiles kernels (no routines) to native code, all at once, each to be run on its own. Undefined where settings or
   * machine rule native code out.
   */
  compileNative(kernels: readonly Kernel[]): readonly Executable[] | undefined {
    const { native } = this;
    return native && this.loadNative(kernels.map((k) => ({ plan: native.plan(k), errors: [k.outOfRange] })));
  }

  /** Compiles a program to native code, or to WebAssembly where settings or machine rule that out. */
  compileProgram(program: Program): ProgramExecutable {
    const start = performance.now();
    const passes: { pass: string; program: Program }[] = [];
    const watch =
      this.observer?.program && ((pass: string, after: Program): void => void passes.push({ pass, program: after }));
    const compiled = this.nativeProgram(program, watch) ?? this.wasmProgram(program, passes.length ? undefined : watch);
    const { plan, executable, failsLate, code } = compiled;
    this.observer?.program?.({
      name: program.name,
      passes,
      milliseconds: performance.now() - start,
      kernels: plan.kernels,
      code,
      live: plan.arena.live,
      memory: { temps: plan.temps, at: plan.arena.at, bytes: plan.arena.bytes },
    });
    return { failsLate, run: (inputs, outputs) => executable.run(inputs, outputs, 0) };
  }

  private nativeProgram(program: Program, watch: Watch | undefined): LoadedProgram | undefined {
    const { native } = this;
    if (!native) return undefined;
    const { plan, errors, failsLate } = native.program(program, watch);
    const [executable] = this.loadNative([{ plan, errors }]) ?? [];
    const code = plan.functions.reduce((n, f) => n + f.text.length, 0);
    return executable && { plan, executable, failsLate, code };
  }

  private wasmProgram(program: Program, watch: Watch | undefined): LoadedProgram {
    const { plan, errors, failsLate } = compileProgram(program, this.target, watch);
    return { plan, executable: this.load(plan, errors), failsLate, code: plan.code.length };
  }
}
