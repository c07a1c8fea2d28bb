import { compileProgramToC, compileToC, printProgram } from '@sporelet/compiler';
import type { CPlan, PlanOutline, Target } from '@sporelet/compiler';
import type { Kernel, Program } from '@sporelet/ir';
import type { Heap } from './heap.ts';
import { planOfText, planQuestion, planText } from './native-plan.ts';
import type { ProgramPlan } from './native-plan.ts';
import { STEP_BYTES } from './native-runtime.ts';
import type { NativeHost } from './platform.ts';
import type { Pool } from './pool.ts';
import type { MakeRunner, StepRunner } from './step-runner.ts';

/** Compiled plans. */
export interface NativeCode {
  readonly plans: readonly PlanOutline[];
  /** Addresses of the functions of each plan's steps. */
  readonly functions: readonly (readonly bigint[])[];
}

/** One step as `NativeTier.run` finds it in the heap. */
export interface NativeStep {
  readonly function: bigint;
  /** Address of the block of operand addresses. */
  readonly args: number;
  readonly units: number;
  /** Units of a chunk; 0: all of them on the calling thread. */
  readonly chunk: number;
}

/**
 * Kernels as C, compiled by the machine's compiler and called on the same heap. A list of steps in the heap runs by one
 * call; large steps are shared among the threads of a pool in C, so the pool of workers is never started for them.
 */
export class NativeTier {
  readonly host: NativeHost;
  private readonly heap: Heap;
  private readonly pool: Pool;
  private readonly base: number;

  constructor(host: NativeHost, heap: Heap, pool: Pool) {
    this.host = host;
    this.heap = heap;
    this.pool = pool;
    this.base = host.address(heap.memory);
  }

  get target(): Target {
    return this.host.target;
  }

  /** The plan of a kernel (not a routine): its steps and temporaries, and its C text. */
  plan(kernel: Kernel): CPlan {
    return compileToC(kernel, this.target);
  }

  /** Compiles plans to machine code, all of them at once. Throws an error that says what the compiler said. */
  load(plans: readonly CPlan[]): NativeCode {
    const { pieces, steps } = printProgram(plans);
    const addresses = this.host.load(pieces);
    return { plans, functions: steps.map((list) => addressed(list, addresses)) };
  }

  /** The plan of a program, kept or made anew; `load` gives its machine code, as it does for plans of kernels. */
  program(program: Program): ProgramPlan & { readonly load: () => NativeCode } {
    const question = planQuestion(program, this.target);
    const kept = this.host.recall?.(question);
    if (kept) return loading(planOfText(kept.note), () => kept.addresses);
    const { plan, ...notes } = compileProgramToC(program, this.target);
    const { pieces, steps } = printProgram([plan]);
    const code = plan.functions.reduce((n, f) => n + f.text.length, 0);
    const made: ProgramPlan = { plan, functions: steps[0]!, code, ...notes };
    const note = planText(made);
    return loading(made, () => this.host.load(pieces, note === undefined ? undefined : { question, note }));
  }

  /** Units of a chunk of a step with so many units, 0 when one thread does it. */
  chunk(units: number, grain: number, cost: number): number {
    return this.pool.chunk(units, grain, cost);
  }

  get threads(): number {
    return this.pool.threads;
  }

  /** Writes record number `index` of a list of steps at a multiple of 8 in the heap, `STEP_BYTES` each. */
  writeStep(steps: number, index: number, step: NativeStep): void {
    const { i32 } = this.heap;
    const word = (steps + index * STEP_BYTES) >>> 2;
    i32[word] = Number(BigInt.asIntN(32, step.function));
    i32[word + 1] = Number(step.function >> 32n);
    i32[word + 2] = step.args;
    i32[word + 3] = step.units;
    i32[word + 4] = step.chunk;
    i32.fill(0, word + 5, word + 8);
  }

  /** Writes a record that ends the run when the word at `address` is not zero: an index was out of range. */
  writeCheck(steps: number, index: number, address: number): void {
    this.writeStep(steps, index, { function: 0n, args: address, units: 0, chunk: 0 });
  }

  /**
   * Runs `count` records from address `steps`. Returns the number of the check that ended it, or -1.
   * @param timed - `time` tells how long each of them took
   */
  run(steps: number, count: number, timed = false): number {
    return this.host.run(this.base, steps, count, this.pool.threads, timed ? 1 : 0);
  }

  /** The milliseconds that record number `index` of a list took in its last timed run. */
  time(steps: number, index: number): number {
    const word = (steps + index * STEP_BYTES + 24) >>> 2;
    return ((this.heap.i32[word]! >>> 0) + this.heap.i32[word + 1]! * 2 ** 32) / 1e6;
  }

  /** Runs plan number `plan` of compiled code, on its own. */
  runner(code: NativeCode, plan: number): MakeRunner {
    return (args, flags, own) => new NativeRunner(this, this.heap, code, plan, args, flags, own);
  }
}

const addressed = (functions: ProgramPlan['functions'], addresses: readonly BigUint64Array[]): bigint[] =>
  functions.map(([piece, fn]) => addresses[piece]![fn]!);

function loading(made: ProgramPlan, load: () => readonly BigUint64Array[]) {
  return { ...made, load: (): NativeCode => ({ plans: [made.plan], functions: [addressed(made.functions, load())] }) };
}

/** The steps of one plan as a list of records, its checks between them. */
class NativeRunner implements StepRunner {
  private readonly tier: NativeTier;
  private readonly heap: Heap;
  private readonly plan: PlanOutline;
  private readonly records: number;
  private readonly count: number;
  /** The record of each step. */
  private readonly at: readonly number[];
  private threads = 0;
  private length = -1;

  constructor(
    tier: NativeTier,
    heap: Heap,
    code: NativeCode,
    number: number,
    args: Int32Array,
    flags: readonly number[],
    own: (bytes: number) => number,
  ) {
    this.tier = tier;
    this.heap = heap;
    const plan = (this.plan = code.plans[number]!);
    this.count = plan.steps.length + plan.checks.length;
    this.records = own(Math.max(1, this.count) * STEP_BYTES);
    const functions = code.functions[number]!;
    this.at = plan.steps.map((_, s) => s + plan.checks.filter((c) => c.before <= s).length);
    plan.steps.forEach((_, s) => {
      tier.writeStep(this.records, this.at[s]!, { function: functions[s]!, args: args[s]!, units: 0, chunk: 0 });
    });
    plan.checks.forEach((c, i) => tier.writeCheck(this.records, c.before + i, flags[i]!));
  }

  prepare(n: number): void {
    // What depends on the length and on the number of threads is written when they change.
    if (n === this.length && this.tier.threads === this.threads) return;
    this.length = n;
    this.threads = this.tier.threads;
    const { i32 } = this.heap;
    this.plan.steps.forEach(({ units, grain, cost }, s) => {
      const all = units < 0 ? n : units;
      const word = (this.records + this.at[s]! * STEP_BYTES) >>> 2;
      i32[word + 3] = all;
      i32[word + 4] = this.tier.chunk(all, grain, cost);
    });
  }

  run(from: number, to: number): void {
    // Neighbouring steps may have a check between them, which has been looked at.
    for (let s = from; s < to; s++) this.tier.run(this.records + this.at[s]! * STEP_BYTES, 1);
  }

  all(times?: Float64Array): number {
    const record = this.tier.run(this.records, this.count, times !== undefined);
    times?.forEach((_, s) => {
      const at = this.at[s]!;
      if (record < 0 || at < record) times[s] = this.tier.time(this.records, at);
    });
    return record < 0 ? -1 : this.plan.checks.findIndex((c, i) => c.before + i === record);
  }
}
