import type { KernelInfo } from '@sporelet/ir';
import { arenaOf } from './arena.ts';
import { I32, WasmWriter, encodeModule } from './wasm-encoder.ts';
import type { FunctionSpec, FunctionWriter, ValType } from './wasm-encoder.ts';
import type { Check, Plan, PlanOutline, Ref, Step } from './plan.ts';

/** Vector registers that code may use. */
export interface Registers {
  readonly bytes: number;
  readonly count: number;
}

/** What the machine that will run the code can do. */
export interface Target {
  /** The memory is a shared one. */
  readonly shared: boolean;
  /** Relaxed SIMD validates: contractions use fused multiply-add. */
  readonly relaxed: boolean;
  /** Registers of the contractions' tiles; default: those of WebAssembly, which V8 leaves 15 of. */
  readonly tiles?: Registers;
  /** Bytes of the registers in other loops, default 16. */
  readonly loops?: number;
  /** Registers side by side in them, default 4: none where the processor finds the next iteration's work itself. */
  readonly unroll?: number;
}

const WASM_REGISTERS: Registers = { bytes: 16, count: 15 };

interface FunctionUnderWay extends Omit<FunctionSpec, 'body'> {
  readonly body: FunctionWriter;
}

const PARAMS = [I32, I32, I32] as const;

/** Collects the steps, temporaries and constants of a plan. */
export class PlanBuilder {
  readonly name: string;
  readonly target: Target;
  private readonly temps: number[] = [];
  private readonly steps: Step[] = [];
  protected readonly functions: FunctionUnderWay[] = [];
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

  /** Registers of the contractions' tiles. */
  get tiles(): Registers {
    return this.target.tiles ?? WASM_REGISTERS;
  }

  /** Bytes of the registers in loops over lanes. */
  get loops(): number {
    return this.target.loops ?? WASM_REGISTERS.bytes;
  }

  /** A writer for a kernel function with the parameters (args, lo, hi) in locals 0, 1, 2. */
  writer(register = WASM_REGISTERS.bytes): FunctionWriter {
    return this.newWriter(PARAMS, register);
  }

  protected newWriter(params: readonly ValType[], _register: number): FunctionWriter {
    return new WasmWriter(params.length);
  }

  /** Adds a step that runs `body` over `units` (-1: the run's length). */
  step(body: FunctionWriter, args: readonly Ref[], units: number, grain: number, cost: number): void {
    const fn = this.functions.length;
    this.functions.push({ params: PARAMS, exportAs: `k${fn}`, body });
    this.steps.push({ fn, kernel: this.kernels.length - 1, args, units, grain, cost });
  }

  /** A function that steps call, in parts short enough to be replaced by optimised code; equal keys share one. */
  internal(
    key: string,
    params: readonly ValType[],
    write: (f: FunctionWriter) => void,
    register = WASM_REGISTERS.bytes,
  ): number {
    let index = this.internals.get(key);
    if (index === undefined) {
      const body = this.newWriter(params, register);
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
    const functions = this.functions.map((f): FunctionSpec => {
      if (f.body instanceof WasmWriter) return { ...f, body: f.body };
      throw new Error(`${this.name}: not written as WebAssembly`);
    });
    return { ...this.outline(), code: encodeModule(functions, { shared: this.target.shared }) };
  }

  /** All of the plan but its code. */
  protected outline(): PlanOutline {
    const consts = new Uint8Array(this.constants.length * 16);
    this.constants.forEach((c, i) => consts.set(c, i * 16));
    const { name, kernels, temps, steps, checks } = this;
    return { name, kernels, consts, temps, steps, checks, arena: arenaOf(temps, steps, checks) };
  }
}
