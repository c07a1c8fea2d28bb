import type { CPiece, Target } from '@sporelet/compiler';
import type { DebugLevel } from './debug.ts';
import type { Heap } from './heap.ts';
import type { NativeTier } from './native-tier.ts';
import type { Pool } from './pool.ts';

/** What a worker of the pool is started with. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  /** 0 for the first worker; the main thread has no number. */
  readonly index: number;
}

export interface WorkerHandle {
  terminate(): void;
}

/** What the device asks of the place it runs in. One object for each platform, injected: shared code names neither Node nor a browser. */
export interface Platform {
  /** Threads the machine offers, the main thread included. */
  readonly parallelism: number;
  /** Whether memory can be shared with workers. */
  readonly sharedMemory: boolean;
  /** Whether this thread may block in Atomics.wait (a browser's main thread may not). */
  readonly canWait: boolean;
  /** Starts a worker on the text of a script; it never keeps the process alive. `failed` is called when it dies. */
  startWorker(script: string, start: WorkerStart, failed: (error: Error) => void): WorkerHandle;
  /** The setting that the environment names, if it names one. */
  readonly tier?: string | undefined;
  /** Finds the machine's C compiler; absent where there can be none. Throws an error that says why there is none. */
  readonly openNative?: () => NativeHost;
  /** Makes the native tier; here, so that a browser gets none of its code. */
  readonly nativeTier?: (host: NativeHost, heap: Heap, pool: Pool) => NativeTier;
  /** What is to be told on standard error; see debug.ts. Absent: nothing. */
  readonly debug?: DebugLevel;
  /** Calls a function when the process ends. */
  atExit?(body: () => void): void;
  /** Undefined where garbage cannot be looked for: there finalizers report it. */
  makeCollector(): Collector | undefined;
}

/** Synchronous search for garbage. */
export interface Collector {
  /** Lets go of the objects that WeakRefs made or read in the running job keep alive until its end. */
  checkpoint(): void;
  /** After it the WeakRefs of all unreachable objects are empty. Returns the bytes of live JavaScript objects. */
  collect(): number;
}

/** The machine's C compiler, and the way to call what it makes. */
export interface NativeHost {
  readonly target: Target;
  /** The compiler, its version and what it compiles for, in words. */
  readonly compiler: string;
  /** The folder in which compiled code is kept, or null. */
  readonly cache: string | null;
  /** Compiles C texts, or finds them compiled already; returns the addresses that their functions `sp_pointers` write. */
  load(pieces: readonly CPiece[], answer?: NativeAnswer): BigUint64Array[];
  /** What was kept with an answer to this question by this very code, if all of it is there and whole. */
  recall?(question: string): { readonly note: string; readonly addresses: readonly BigUint64Array[] } | undefined;
  /** Address of the first byte of a memory; it never moves. */
  address(memory: WebAssembly.Memory): number;
  /**
   * Runs step records (see native-runtime.ts); returns the number of the check that failed, or -1.
   * @param timed - 1: how long each step took is left in its record
   */
  readonly run: (base: number, steps: number, count: number, threads: number, timed: 0 | 1) => number;
}

/** That these texts, and a note about them, are the answer to a question: kept so that nothing need be printed again. */
export interface NativeAnswer {
  readonly question: string;
  readonly note: string;
}
