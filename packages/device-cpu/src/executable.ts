import type { Check, PlanOutline, Ref } from '@sporelet/compiler';
import { RuntimeError } from '@sporelet/ir';
import type { DeviceObserver, Executable, KernelInfo, OutOfRange, Storage } from '@sporelet/ir';
import type { Heap } from './heap.ts';
import type { MakeRunner, StepRunner } from './step-runner.ts';
import { disposed } from './storage-table.ts';
import type { StorageTable } from './storage-table.ts';
import { SMALL_BYTES } from './storage.ts';
import type { CpuStorage } from './storage.ts';

/** The length that kernels of any length are written down for. */
const SAMPLE = 1024;

type Tell = NonNullable<DeviceObserver['kernel']>;

const padded = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Numbers of the `in` or `out` operands that the steps name. */
function countOf(plan: PlanOutline, kind: Ref['kind']): number {
  let count = 0;
  for (const step of plan.steps)
    for (const ref of step.args) if (ref.kind === kind) count = Math.max(count, ref.index + 1);
  return count;
}

/** What an executable runs on. */
export interface Host {
  readonly heap: Heap;
  readonly table: StorageTable;
  readonly observer: DeviceObserver | null;
}

/** The words of the argument blocks that hold one operand's address. */
class Wires {
  private readonly first: Int32Array;
  private readonly words: Int32Array;

  constructor(found: readonly (readonly number[])[]) {
    this.words = Int32Array.from(found.flat());
    this.first = new Int32Array(found.length + 1);
    found.forEach((words, i) => (this.first[i + 1] = this.first[i]! + words.length));
  }

  set(i32: Int32Array, operand: number, address: number): void {
    const end = this.first[operand + 1]!;
    for (let w = this.first[operand]!; w < end; w++) i32[this.words[w]!] = address;
  }
}

/**
 * A plan ready to run: its code, and in one block of the heap its constants, a 64-byte place for each small operand
 * and temporary, and the argument blocks of its steps.
 */
export class PlanExecutable implements Executable {
  readonly name: string;
  private readonly host: Host;
  /** The kernel of each step. */
  private readonly kernels: readonly KernelInfo[];
  private readonly heap: Heap;
  private readonly table: StorageTable;
  private readonly errors: readonly (OutOfRange | undefined)[];
  private readonly runner: StepRunner;
  private readonly units: Int32Array;
  private readonly ins: number;
  private readonly outs: number;
  private readonly inWires: Wires;
  private readonly outWires: Wires;
  private readonly tempWires: Wires;
  /** First word of the first input's small place; the others follow, inputs before outputs. */
  private readonly small: number;
  /** Large temporaries: their bytes in all, and where each begins; they share one block for the time of a run. */
  private readonly tempBytes: number;
  private readonly tempAt: readonly number[];
  /** Checks of indices, and the words in which they leave what they find. */
  private readonly checks: readonly Check[];
  private readonly flags: readonly number[];

  constructor(plan: PlanOutline, host: Host, makeRunner: MakeRunner, errors: readonly (OutOfRange | undefined)[] = []) {
    const { heap, table } = host;
    this.name = plan.name;
    this.host = host;
    this.heap = heap;
    this.table = table;
    this.kernels = plan.steps.map((step) => plan.kernels[step.kernel]!);
    this.errors = errors;
    const { steps, temps, checks } = plan;
    this.units = Int32Array.from(steps, (step) => step.units);
    this.ins = countOf(plan, 'in');
    this.outs = countOf(plan, 'out');

    const smallAt = padded(plan.consts.length);
    const tempsAt = smallAt + (this.ins + this.outs) * 64;
    let end = tempsAt;
    const offsets = temps.map((bytes, t) => {
      if (bytes > SMALL_BYTES) return plan.arena.at[t]!;
      end += 64;
      return end - 64;
    });
    const isSmall = (temp: number): boolean => temps[temp]! <= SMALL_BYTES;
    const argsAt = end;
    for (const step of steps) end += (step.args.length + 1) * 4;

    const block = table.block(end);
    table.own(block, this);
    const home = heap.address(block);
    this.small = (home + smallAt) / 4;
    heap.u8.set(plan.consts, home);

    const inWords: number[][] = Array.from({ length: this.ins }, () => []);
    const outWords: number[][] = Array.from({ length: this.outs }, () => []);
    const tempWords: number[][] = temps.map(() => []);
    let word = (home + argsAt) / 4;
    const args = Int32Array.from(steps, (step) => {
      const at = word * 4;
      for (const { kind, index } of step.args) {
        if (kind === 'in') inWords[index]!.push(word);
        else if (kind === 'out') outWords[index]!.push(word);
        else if (isSmall(index)) heap.i32[word] = home + offsets[index]!;
        else tempWords[index]!.push(word);
        word++;
      }
      heap.i32[word++] = home;
      return at;
    });
    this.inWires = new Wires(inWords);
    this.outWires = new Wires(outWords);
    this.tempWires = new Wires(tempWords);
    this.tempBytes = temps.some((bytes) => bytes > SMALL_BYTES) ? plan.arena.bytes : 0;
    this.tempAt = offsets;
    this.checks = checks;
    this.flags = checks.map(({ temp }) => (home + offsets[temp]!) / 4);
    const own = (bytes: number): number => {
      const more = table.block(bytes);
      table.own(more, this);
      return heap.address(more);
    };
    this.runner = makeRunner(args, this.flags.map((flag) => flag * 4), own); // prettier-ignore
  }

  /**
   * Runs the steps. A storage that is input and output is one piece of memory to the kernel.
   * @throws what `errors` makes for the kernel whose check of indices fails; no later step has run then
   */
  run(inputs: readonly Storage[], outputs: readonly Storage[], n: number): void {
    const { table } = this;
    const clock = table.tick();
    let away = false;
    for (let i = 0; i < this.ins; i++) if (touch(inputs[i] as CpuStorage, clock)) away = true;
    for (let o = 0; o < this.outs; o++) if (touch(outputs[o] as CpuStorage, clock)) away = true;
    // Everything that may allocate comes first: after it no address moves and no garbage is looked for.
    if (away) this.fetch(inputs, outputs);
    this.runner.prepare(n);
    if (this.tempBytes > 0) this.runWithTemps(inputs, outputs, n, clock);
    else {
      this.stage(inputs, outputs, clock);
      this.runSteps(n);
    }
    this.unstage(outputs);
  }

  private runWithTemps(inputs: readonly Storage[], outputs: readonly Storage[], n: number, clock: number): void {
    const { heap, table, tempAt } = this;
    const block = table.block(this.tempBytes);
    try {
      const start = heap.address(block);
      for (let t = 0; t < tempAt.length; t++) this.tempWires.set(heap.i32, t, start + tempAt[t]!);
      this.stage(inputs, outputs, clock);
      this.runSteps(n);
    } catch (error) {
      heap.release(block);
      throw error;
    }
    heap.release(block);
  }

  /** Brings small operands into the heap and writes the operands' addresses. */
  private stage(inputs: readonly Storage[], outputs: readonly Storage[], clock: number): void {
    const { heap, ins, outs } = this;
    const { i32 } = heap;
    let free = this.small;
    for (let i = 0; i < ins; i++, free += 16) {
      const storage = inputs[i] as CpuStorage;
      const { words } = storage;
      if (words === null) {
        this.inWires.set(i32, i, addressOf(heap, storage));
        continue;
      }
      if (storage.staged !== clock) {
        storage.staged = clock;
        storage.word = free;
        copyWords(i32, free, words, 0, words.length);
      }
      this.inWires.set(i32, i, storage.word << 2);
    }
    for (let o = 0; o < outs; o++, free += 16) {
      const storage = outputs[o] as CpuStorage;
      if (storage.words === null) {
        this.outWires.set(i32, o, addressOf(heap, storage));
        continue;
      }
      if (storage.staged !== clock) {
        storage.staged = clock;
        storage.word = free;
      }
      this.outWires.set(i32, o, storage.word << 2);
    }
  }

  private unstage(outputs: readonly Storage[]): void {
    const { i32 } = this.heap;
    for (let o = 0; o < this.outs; o++) {
      const { words, word } = outputs[o] as CpuStorage;
      if (words !== null) copyWords(words, 0, i32, word, words.length);
    }
  }

  private runSteps(n: number): void {
    const { checks, flags, runner } = this;
    if (runner.all) {
      for (let c = 0; c < flags.length; c++) this.heap.i32[flags[c]!] = 0;
      const tell = this.host.observer?.kernel;
      const failed = tell ? this.timed(runner.all.bind(runner), n, tell) : runner.all();
      if (failed >= 0) throw this.outOfRange(checks[failed]!, flags[failed]!);
      return;
    }
    let s = 0;
    for (let c = 0; c < flags.length; c++) {
      const flag = flags[c]!;
      this.heap.i32[flag] = 0;
      s = this.steps(s, checks[c]!.before, n);
      if (this.heap.i32[flag] !== 0) throw this.outOfRange(checks[c]!, flag);
    }
    this.steps(s, this.units.length, n);
  }

  private outOfRange(check: Check, flag: number): Error {
    const index = this.heap.i32[flag]!;
    return this.errors[check.kernel]?.(index) ?? new RuntimeError(`index ${index} is out of range in kernel '${this.name}'`); // prettier-ignore
  }

  private steps(from: number, to: number, n: number): number {
    const tell = this.host.observer?.kernel;
    if (tell) this.observed(from, to, n, tell);
    else this.runner.run(from, to, n);
    return to;
  }

  /** The same, with the times of each kernel. */
  private observed(from: number, to: number, n: number, tell: Tell): void {
    for (let s = from; s < to;) {
      const start = performance.now();
      const first = s;
      s = this.endOfKernel(s, to);
      this.runner.run(first, s, n);
      this.tell(first, n, start, performance.now(), tell);
    }
  }

  /** Runs all steps by one call that takes their times. */
  private timed(all: NonNullable<StepRunner['all']>, n: number, tell: Tell): number {
    const times = new Float64Array(this.units.length).fill(-1);
    let start = performance.now();
    const failed = all(times);
    for (let s = 0; s < times.length && times[s]! >= 0;) {
      const first = s;
      s = this.endOfKernel(s, times.length);
      const end = start + times.subarray(first, s).reduce((sum, t) => sum + Math.max(t, 0), 0);
      this.tell(first, n, start, end, tell);
      start = end;
    }
    return failed;
  }

  /** The first step from `s` on that is not of its kernel. */
  private endOfKernel(s: number, to: number): number {
    const info = this.kernels[s];
    while (s < to && this.kernels[s] === info) s++;
    return s;
  }

  private tell(step: number, n: number, start: number, end: number, tell: Tell): void {
    const info = this.kernels[step]!;
    const factor = this.units[step]! < 0 ? n / SAMPLE : 1;
    tell({ ...info, operations: info.operations * factor, bytes: info.bytes * factor }, start, end);
  }

  private fetch(inputs: readonly Storage[], outputs: readonly Storage[]): void {
    for (let i = 0; i < this.ins; i++) fetch(this.table, inputs[i] as CpuStorage);
    for (let o = 0; o < this.outs; o++) fetch(this.table, outputs[o] as CpuStorage);
  }
}

/** Keeps an operand where it is for this call; true when its bytes are outside the heap. */
function touch(storage: CpuStorage, clock: number): boolean {
  const { place } = storage;
  if (place === null) {
    if (storage.words === null) throw disposed();
    return false;
  }
  place.stamp = clock;
  return place.block < 0;
}

function fetch(table: StorageTable, storage: CpuStorage): void {
  if (storage.place !== null && storage.place.block < 0) table.fetch(storage);
}

/** Faster than `set` for so few, and with the length at hand twice as fast as the plain loop. */
function copyWords(to: Int32Array, at: number, from: Int32Array, start: number, count: number): void {
  for (let w = 0; w < count; w++) to[at + w] = from[start + w]!;
}

function addressOf(heap: Heap, storage: CpuStorage): number {
  return (heap.blocks.start[storage.place!.block]! << 6) + storage.offset;
}
