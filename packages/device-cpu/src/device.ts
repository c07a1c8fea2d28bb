import { compileKernel, compileProgram, errorsOf, optimised } from '@sporelet/compiler';
import type { PlanOutline, Target } from '@sporelet/compiler';
import type { Device, Executable, Kernel, Program, ProgramExecutable, ProgramReport } from '@sporelet/ir'; // prettier-ignore
import type { PlanExecutable } from './executable.ts';
import { FirstRun, interpretOn, interpretable } from './first-run.ts';
import type { Platform } from './platform.ts';
import type { CpuOptions } from './runtime.ts';
import { CpuRuntime } from './runtime.ts';

/** A function `f32x4.relaxed_madd(a, b, c)`: valid only where the engine has relaxed SIMD. */
const RELAXED = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 1, 0x60, 3, 0x7b, 0x7b, 0x7b, 1, 0x7b, 3, 2, 1, 0,
  10, 13, 1, 11, 0, 0x20, 0, 0x20, 1, 0x20, 2, 0xfd, 0x85, 0x02, 0x0b,
); // prettier-ignore

/** The program after each pass, for who wants to see it: where a plan was kept, none of them ran. */
function passesOf(program: Program): ProgramReport['passes'] {
  const passes: { pass: string; program: Program }[] = [];
  optimised(program, (pass, after) => passes.push({ pass, program: after }));
  return passes;
}

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
    if (kernel.routine) return { run: (inputs, outputs) => interpretOn(this, kernel, inputs, outputs, 0) };
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
    const plans = native && kernels.map((k) => native.plan(k));
    return plans && this.loadNative(() => native.load(plans), kernels.map((k) => [k.outOfRange])); // prettier-ignore
  }

  /** Compiles a program to native code, or to WebAssembly where settings or machine rule that out. */
  compileProgram(program: Program): ProgramExecutable {
    const start = performance.now();
    const { plan, executable, failsLate, code } = this.nativeProgram(program) ?? this.wasmProgram(program);
    const milliseconds = performance.now() - start;
    this.observer?.program?.({
      name: program.name,
      passes: passesOf(program),
      milliseconds,
      kernels: plan.kernels,
      code,
      live: plan.arena.live,
      memory: { temps: plan.temps, at: plan.arena.at, bytes: plan.arena.bytes },
    });
    return { failsLate, run: (inputs, outputs) => executable.run(inputs, outputs, 0) };
  }

  private nativeProgram(program: Program): LoadedProgram | undefined {
    const { native } = this;
    if (!native) return undefined;
    const made = native.program(program);
    const { plan, failsLate, code, load } = made;
    const [executable] = this.loadNative(load, [errorsOf(program, plan, made)]) ?? [];
    return executable && { plan, executable, failsLate, code };
  }

  private wasmProgram(program: Program): LoadedProgram {
    const made = compileProgram(program, this.target);
    const { plan, failsLate } = made;
    return { plan, executable: this.load(plan, errorsOf(program, plan, made)), failsLate, code: plan.code.length };
  }
}
