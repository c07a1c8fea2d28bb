import type { KernelInfo } from '@sporelet/ir';
import { FunctionWriter, I32, encodeModule } from './wasm-encoder.ts';
import type { FunctionSpec, ValType } from './wasm-encoder.ts';
import { arenaOf } from './arena.ts';
import type { Check, Plan, Ref, Step } from './plan.ts';

/** What the machine that will run the code can do. */
export interface Target {
  /** The memory is a shared one. */
  readonly shared: boolean;
  /** Relaxed SIMD validates: contractions use fused multiply-add. */
  readonly relaxed: boolean;
}

const PARAMS = [I32, I32, I32] as const;

/** Collects the steps, temporaries and constants of a plan. */
export class PlanBuilder {
  readonly name: string;
  readonly target: Target;
  private readonly temps: number[] = [];
  private readonly steps: Step[] = [];
  private readonly functions: FunctionSpec[] = [];
  private readonly constants: Uint8Array[] = [];
  private readonly constantOffsets = new Map<string, number>();
  private readonly internals = new Map<string, number>();
  private readonly checks: Check[] = [];
  private readonly kernels: KernelInfo[] = [];

  constructor(name: string, target: Target) {
    this.name = name;
    this.target = target;
  }

  /** A temporary block of bytes, living for one run. */
  temp(bytes: number): Ref {
    this.temps.push(bytes);
    return { kind: 'temp', index: this.temps.length - 1 };
  }

  /** Byte offset of 16 constant bytes in the plan's constant block; equal ones are shared. */
  constant(bytes: Uint8Array): number {
    const key = bytes.join();
    let at = this.constantOffsets.get(key);
    if (at === undefined) {
      at = this.constants.length * 16;
      this.constants.push(bytes);
      this.constantOffsets.set(key, at);
    }
    return at;
  }

  /** A writer for a kernel function with the parameters (args, lo, hi) in locals 0, 1, 2. */
  writer(): FunctionWriter {
    return new FunctionWriter(PARAMS.length);
  }

  /** Adds a step that runs `body` over `units` (-1: the run's length). */
  step(body: FunctionWriter, args: readonly Ref[], units: number, grain: number, cost: number): void {
    const fn = this.functions.length;
    this.functions.push({ params: PARAMS, exportAs: `k${fn}`, body });
    this.steps.push({ fn, kernel: this.kernels.length - 1, args, units, grain, cost });
  }

  /** A function that steps call, in parts short enough to be replaced by optimised code; equal keys share one. */
  internal(key: string, params: readonly ValType[], write: (f: FunctionWriter) => void): number {
    let index = this.internals.get(key);
    if (index === undefined) {
      const body = new FunctionWriter(params.length);
      write(body);
      index = this.functions.length;
      this.functions.push({ params, body });
      this.internals.set(key, index);
    }
    return index;
  }

  /** What the last step has found of the indices of the kernel being added is in `temp`. */
  checked(temp: Ref): void {
    this.checks.push({ before: this.steps.length, temp: temp.index, kernel: this.kernels.length - 1 });
  }

  /** The number of the kernel that is being added. */
  get kernel(): number {
    return this.kernels.length - 1;
  }

  /** What is added from here on belongs to this kernel. */
  begin(kernel: KernelInfo): void {
    this.kernels.push(kernel);
  }

  build(): Plan {
    const consts = new Uint8Array(this.constants.length * 16);
    this.constants.forEach((c, i) => consts.set(c, i * 16));
    const code = encodeModule(this.functions, { shared: this.target.shared });
    const { name, kernels, temps, steps, checks } = this;
    return { name, kernels, code, consts, temps, steps, checks, arena: arenaOf(temps, steps, checks) };
  }
}
