import type { Plan } from '@sporelet/compiler';
import { RuntimeError } from '@sporelet/ir';
import type { Heap } from './heap.ts';
import type { KernelFunction, Pool, SharedModule } from './pool.ts';
import type { MakeRunner, StepRunner } from './step-runner.ts';

let modules = 0;
/** Steps of a run for which workers stay awake. */
const MANY = 6;

function instantiate(plan: Plan, memory: WebAssembly.Memory): WebAssembly.Exports {
  try {
    const module = new WebAssembly.Module(plan.code as Uint8Array<ArrayBuffer>);
    return new WebAssembly.Instance(module, { env: { memory } }).exports;
  } catch (error) {
    if (!/unsafe-eval|Content Security Policy/i.test(String(error))) throw error;
    throw new RuntimeError(
      `kernel '${plan.name}' was refused by the page's Content Security Policy: allow WebAssembly with script-src 'wasm-unsafe-eval'`,
    );
  }
}

/** Steps as functions of one WebAssembly module; the large ones are shared among the workers of the pool. */
class WasmRunner implements StepRunner {
  private readonly heap: Heap;
  private readonly pool: Pool;
  private readonly own: (bytes: number) => number;
  private readonly code: Uint8Array;
  private shared: SharedModule | undefined;
  private readonly functions: readonly KernelFunction[];
  private readonly numbers: Int32Array;
  private readonly args: Int32Array;
  private readonly units: Int32Array;
  private readonly grains: Int32Array;
  private readonly costs: Float64Array;
  /** Greatest number of operations of a step with fixed units, and of one unit of the others. */
  private readonly most: number;
  private readonly mostEach: number;

  constructor(plan: Plan, heap: Heap, pool: Pool, args: Int32Array, own: (bytes: number) => number) {
    this.heap = heap;
    this.pool = pool;
    this.own = own;
    this.code = plan.code;
    const { steps } = plan;
    const exported = instantiate(plan, heap.memory);
    this.functions = steps.map((step) => {
      const kernel = exported[`k${step.fn}`];
      if (typeof kernel !== 'function') throw new RuntimeError(`kernel '${plan.name}' has no function k${step.fn}`);
      return kernel as unknown as KernelFunction;
    });
    this.numbers = Int32Array.from(steps, (step) => step.fn);
    this.args = args;
    this.units = Int32Array.from(steps, (step) => step.units);
    this.grains = Int32Array.from(steps, (step) => step.grain);
    this.costs = Float64Array.from(steps, (step) => step.cost);
    this.most = steps.reduce((most, step) => Math.max(most, step.units * step.cost), 0);
    this.mostEach = steps.reduce((most, step) => Math.max(most, step.units < 0 ? step.cost : 0), 0);
  }

  prepare(n: number): void {
    if (this.shared === undefined && this.pool.threads > 1) this.share(n);
  }

  run(from: number, to: number, n: number): void {
    if (this.shared === undefined || to - from < MANY) {
      for (let s = from; s < to; s++) this.step(s, n);
      return;
    }
    this.pool.awake(true);
    try {
      for (let s = from; s < to; s++) this.step(s, n);
    } finally {
      this.pool.awake(false);
    }
  }

  private step(s: number, n: number): void {
    let units = this.units[s]!;
    if (units < 0) units = n;
    if (units === 0) return;
    if (this.shared !== undefined) {
      const chunk = this.pool.chunk(units, this.grains[s]!, this.costs[s]!);
      if (chunk > 0) {
        this.pool.run(this.shared, this.numbers[s]!, this.functions[s]!, this.args[s]!, units, chunk);
        return;
      }
    }
    this.functions[s]!(this.args[s]!, 0, units);
  }

  /** Puts the module where workers find it, once a step is worth their help. */
  private share(n: number): void {
    if (!this.pool.worth(Math.max(this.most, n * this.mostEach))) return;
    const address = this.own(this.code.length);
    this.heap.u8.set(this.code, address);
    this.shared = { id: modules++, address, length: this.code.length };
  }
}

/** Runs a plan on the WASM tier. */
export const wasmRunner =
  (plan: Plan, heap: Heap, pool: Pool): MakeRunner =>
  (args, _flags, own) =>
    new WasmRunner(plan, heap, pool, args, own);
