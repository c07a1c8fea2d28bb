import type { PlanOutline, Ref } from '@sporelet/compiler';
import { RuntimeError } from '@sporelet/ir';
import type { Executable, Storage } from '@sporelet/ir';
import type { Heap } from './heap.ts';
import type { MakeRunner, StepRunner } from './step-runner.ts';
import { disposed } from './storage-table.ts';
import type { StorageTable } from './storage-table.ts';
import { SMALL_BYTES } from './storage.ts';
import type { CpuStorage } from './storage.ts';

const padded = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** Numbers of the `in` or `out` operands that the steps name. */
function countOf(plan: PlanOutline, kind: Ref['kind']): number {
  let count = 0;
  for (const step of plan.steps)
    for (const ref of step.args) if (ref.kind === kind) count = Math.max(count, ref.index + 1);
  return count;
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
  private readonly heap: Heap;
  private readonly table: StorageTable;
  private readonly outOfRange: (() => Error) | undefined;
  private readonly runner: StepRunner;
  private readonly count: number;
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
  private readonly checked: number;
  /** Word of the error flag, or -1 when it is in the block of large temporaries. */
  private readonly flag: number;
  private readonly flagAt: number;

  constructor(plan: PlanOutline, heap: Heap, table: StorageTable, makeRunner: MakeRunner, outOfRange?: () => Error) {
    this.name = plan.name;
    this.heap = heap;
    this.table = table;
    this.outOfRange = outOfRange;
    const { steps, temps, check } = plan;
    this.count = steps.length;
    this.ins = countOf(plan, 'in');
    this.outs = countOf(plan, 'out');

    const smallAt = padded(plan.consts.length);
    const tempsAt = smallAt + (this.ins + this.outs) * 64;
    let end = tempsAt;
    let large = 0;
    const offsets = temps.map((bytes) => {
      const at = bytes <= SMALL_BYTES ? end : large;
      if (bytes <= SMALL_BYTES) end += 64;
      else large += padded(bytes);
      return at;
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
    this.tempBytes = large;
    this.tempAt = offsets;
    this.checked = check?.before ?? 0;
    this.flag = check && isSmall(check.temp) ? (home + offsets[check.temp]!) / 4 : -1;
    this.flagAt = check ? offsets[check.temp]! : 0;
    this.runner = makeRunner(args, (bytes) => {
      const own = table.block(bytes);
      table.own(own, this);
      return heap.address(own);
    });
  }

  /**
   * Runs the steps. A storage that is input and output is one piece of memory to the kernel.
   * @throws what `outOfRange` makes, before any step after the checking ones has run
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
      this.runSteps(n, this.flag);
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
      this.runSteps(n, this.flag < 0 ? (start + this.flagAt) / 4 : this.flag);
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

  private runSteps(n: number, flag: number): void {
    const { checked } = this;
    if (checked > 0) {
      const { i32 } = this.heap;
      i32[flag] = 0;
      this.runner.run(0, checked, n);
      if (i32[flag] !== 0)
        throw this.outOfRange?.() ?? new RuntimeError(`an index is out of range in kernel '${this.name}'`);
    }
    this.runner.run(checked, this.count, n);
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
