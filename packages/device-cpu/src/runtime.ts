import type { Plan } from '@sporelet/compiler';
import type { DeviceObserver } from '@sporelet/ir';
import { debugObserver } from './debug.ts';
import { PlanExecutable } from './executable.ts';
import { Heap } from './heap.ts';
import type { Platform } from './platform.ts';
import { Pool } from './pool.ts';
import { StorageTable } from './storage-table.ts';
import type { CollectOptions, CpuMemoryStats } from './storage-table.ts';
import type { CpuStorage } from './storage.ts';

export interface CpuOptions extends CollectOptions {
  /** Threads for large kernels, at most 16; default: what the machine offers. */
  readonly threads?: number | undefined;
  /** Greatest size of the heap in bytes; default 4 GiB, or what the engine grants. */
  readonly maxBytes?: number | undefined;
  /** False makes an unshared memory even where sharing is possible: one thread. */
  readonly shared?: boolean | undefined;
}

/** Memory and threads of the CPU: everything of the device but compiling. */
export class CpuRuntime {
  readonly heap: Heap;
  readonly table: StorageTable;
  readonly pool: Pool;
  observer: DeviceObserver | null = null;

  constructor(platform: Platform, options: CpuOptions = {}) {
    this.heap = new Heap({ shared: platform.sharedMemory && options.shared !== false, maxBytes: options.maxBytes });
    this.table = new StorageTable(this.heap, platform, options);
    this.pool = new Pool(this.heap, platform, options.threads);
    if (platform.debug) this.observer = debugObserver(platform.debug, (body) => platform.atExit?.(body));
  }

  /** A storage with undefined contents. */
  allocate(bytes: number): CpuStorage {
    return this.table.allocate(bytes);
  }

  /** Makes a plan runnable; `errors` make the error of each kernel for an index that its check refuses. */
  load(plan: Plan, errors: readonly ((() => Error) | undefined)[] = []): PlanExecutable {
    return new PlanExecutable(plan, this, errors);
  }

  write(storage: CpuStorage, data: Uint8Array, at = 0): void {
    this.table.write(storage, data, at);
  }

  read(storage: CpuStorage, into: Uint8Array, at = 0): void {
    this.table.read(storage, into, at);
  }

  async readAsync(storage: CpuStorage, into: Uint8Array): Promise<void> {
    this.table.read(storage, into);
  }

  copy(from: CpuStorage, to: CpuStorage): void {
    this.table.copy(from, to);
  }

  memoryStats(): CpuMemoryStats {
    return this.table.stats();
  }

  get threads(): number {
    return this.pool.threads;
  }

  /** Sets the number of threads for large kernels; 1 uses no worker. */
  setThreads(threads: number): void {
    this.pool.setThreads(threads);
  }
}
