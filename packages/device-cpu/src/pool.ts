import { RuntimeError, ValueError } from '@sporelet/ir';
import { claimModule } from './claim.ts';
import type { Claim } from './claim.ts';
import type { Heap } from './heap.ts';
import type { Platform, WorkerHandle } from './platform.ts';
import { MOST_CHUNKS, ERROR_CHARACTERS, SPIN_MS, SPIN_TIMES, words } from './pool-words.ts';
import { workerSource } from './worker-source.ts';

/** A function of a kernel module: does the units from `lo` to `hi`. */
export type KernelFunction = (args: number, lo: number, hi: number) => void;

/** A kernel module whose bytes are in the heap, where workers find them. */
export interface SharedModule {
  /** Never used twice. */
  readonly id: number;
  readonly address: number;
  readonly length: number;
}

const MOST_THREADS = 16;
/** Fewer scalar operations than this take 10 to 30 microseconds: no longer than waking a worker. */
const LEAST_OPERATIONS = 150_000;
/** Operations of a chunk: at most some 50 microseconds. */
const LEAST_CHUNK = 32_000;
const GREATEST_CHUNK = 400_000;

/**
 * Fork and join without waiting for anybody who does nothing: threads claim chunks of a region, the main thread among
 * them (it and every other worker from the front, the rest from the back), and the join waits for finished chunks, never
 * for workers. A worker that sleeps, starts or was pushed off its processor costs its help, nothing else.
 */
export class Pool {
  private readonly heap: Heap;
  private readonly platform: Platform;
  private readonly i32: Int32Array;
  private claim: Claim | undefined;
  private readonly workers: WorkerHandle[] = [];
  private wanted = 1;
  private epoch = 0;
  /** Chunks this thread has taken in the region, and whether it is still open (an exception came between). */
  private mine = 0;
  private count = 0;
  private opened = false;

  constructor(heap: Heap, platform: Platform, threads?: number) {
    this.heap = heap;
    this.platform = platform;
    // An unshared memory's views end when it grows; there nobody talks.
    this.i32 = heap.shared ? new Int32Array(heap.memory.buffer, 0, 16384) : new Int32Array(words.errorText);
    this.setThreads(threads ?? platform.parallelism);
  }

  /** Threads that work on large kernels, this one included. Always 1 on memory that cannot be shared. */
  get threads(): number {
    return this.wanted;
  }

  /** Workers that have begun to run; they start with the first large region. */
  get running(): number {
    return Atomics.load(this.i32, words.started);
  }

  /** Sets the number of threads, at most 16; 1 means that no worker is used. */
  setThreads(threads: number): void {
    if (!Number.isInteger(threads) || threads < 1)
      throw new ValueError(`the number of threads must be a positive integer, but got ${threads}`);
    this.wanted = this.heap.shared ? Math.min(threads, MOST_THREADS) : 1;
    if (!this.heap.shared) return;
    Atomics.store(this.i32, words.limit, this.wanted - 1);
    Atomics.notify(this.i32, words.limit);
    // Workers at the bell must look at the limit too: an empty region.
    if (this.workers.length > 0) this.ring(0);
  }

  /** Whether a step of so many operations might be shared among threads. */
  worth(operations: number): boolean {
    return this.wanted > 1 && operations >= LEAST_OPERATIONS;
  }

  /** Units of a chunk when a step is worth more than one thread, else 0. */
  chunk(units: number, grain: number, cost: number): number {
    const operations = units * cost;
    if (!this.worth(operations) || units <= grain) return 0;
    const wish = Math.min(GREATEST_CHUNK, Math.max(LEAST_CHUNK, operations / (4 * this.wanted)));
    const chunk = Math.max(1, Math.round(wish / cost / grain), Math.ceil(units / grain / MOST_CHUNKS)) * grain;
    return chunk < units ? chunk : 0;
  }

  /** Runs `kernel` (export `k<fn>` of the module) over all units, a chunk at a time, on all threads. */
  run(module: SharedModule, fn: number, kernel: KernelFunction, args: number, units: number, chunk: number): void {
    const claim = this.start();
    if (this.opened) this.settle();
    const { i32 } = this;
    const count = Math.ceil(units / chunk);
    const job = words.job;
    i32[job] = module.id;
    i32[job + 1] = module.address;
    i32[job + 2] = module.length;
    i32[job + 3] = fn;
    i32[job + 4] = args;
    i32[job + 5] = units;
    i32[job + 6] = chunk;
    const epoch = this.ring(count);
    let failure: unknown;
    let failed = false;
    try {
      for (let c = claim.take(words.claim * 4, epoch, 0); c >= 0; c = claim.take(words.claim * 4, epoch, 0)) {
        this.mine++;
        if (failed) continue;
        try {
          const lo = c * chunk;
          kernel(args, lo, Math.min(lo + chunk, units));
        } catch (error) {
          failure = error;
          failed = true;
        }
      }
      this.join();
    } catch (error) {
      // A stack without room for one more call: nothing may run on memory that is about to be freed.
      this.settle();
      throw error;
    }
    const error = this.takeError();
    if (failed) throw failure;
    if (error !== undefined) throw error;
  }

  /** Ends a region that an exception has left open: nothing of it runs any more when this returns. */
  private settle(): void {
    if (!this.opened) return;
    const claim = this.start();
    while (claim.take(words.claim * 4, this.epoch, 0) >= 0) this.mine++;
    this.join();
    this.takeError();
  }

  /** Tells workers that a run of many steps begins or ends: meanwhile they look longer before they sleep. */
  awake(yes: boolean): void {
    Atomics.store(this.i32, words.awake, yes ? 1 : 0);
  }

  /** Ends all workers; later regions run on this thread alone. */
  stop(): void {
    this.wanted = 1;
    for (const worker of this.workers.splice(0)) worker.terminate();
  }

  /** Opens a region of `count` chunks and wakes who sleeps. */
  private ring(count: number): number {
    const { i32 } = this;
    const epoch = (this.epoch = (this.epoch + 1) | 0);
    this.mine = 0;
    this.count = count;
    this.opened = true;
    Atomics.store(i32, words.done, 0);
    this.start().open(words.claim * 4, epoch, count);
    Atomics.store(i32, words.bell, epoch);
    if (Atomics.load(i32, words.sleepers) !== 0) Atomics.notify(i32, words.bell, count === 0 ? Infinity : count - 1);
    if (count === 0) this.opened = false;
    return epoch;
  }

  private join(): void {
    const { i32 } = this;
    const need = this.count - this.mine;
    if (Atomics.load(i32, words.done) !== need) this.wait(need);
    this.opened = false;
  }

  private wait(need: number): void {
    const { i32 } = this;
    const claim = this.start();
    const until = performance.now() + SPIN_MS;
    let done = Atomics.load(i32, words.done);
    while (done !== need && (!this.platform.canWait || performance.now() < until))
      done = claim.spin(words.done * 4, done, SPIN_TIMES);
    if (done === need) return;
    Atomics.store(i32, words.waiting, 1);
    for (done = Atomics.load(i32, words.done); done !== need; done = Atomics.load(i32, words.done))
      Atomics.wait(i32, words.done, done);
    Atomics.store(i32, words.waiting, 0);
  }

  private start(): Claim {
    let claim = this.claim;
    if (claim === undefined) {
      const module = new WebAssembly.Module(claimModule());
      const instance = new WebAssembly.Instance(module, { env: { memory: this.heap.memory } });
      claim = this.claim = instance.exports as unknown as Claim;
    }
    if (this.workers.length < this.wanted - 1) this.startWorkers();
    return claim;
  }

  private startWorkers(): void {
    const script = workerSource();
    try {
      while (this.workers.length < this.wanted - 1) {
        const start = { memory: this.heap.memory, index: this.workers.length };
        // A worker that dies idle is only missed: nobody waits for it.
        this.workers.push(this.platform.startWorker(script, start, () => undefined));
      }
    } catch {
      // Workers may be forbidden, or too many: the work is done by those there are.
      this.wanted = this.workers.length + 1;
    }
  }

  private takeError(): RuntimeError | undefined {
    const { i32 } = this;
    if (Atomics.load(i32, words.error) === 0) return undefined;
    const length = Math.min(i32[words.errorLength]!, ERROR_CHARACTERS);
    const text = String.fromCharCode(...i32.subarray(words.errorText, words.errorText + length));
    Atomics.store(i32, words.error, 0);
    return new RuntimeError(`a worker thread failed: ${text}`);
  }
}
