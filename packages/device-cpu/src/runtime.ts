import type { Plan } from '@sporelet/compiler';
import type { DeviceObserver, OutOfRange } from '@sporelet/ir';
import { debugObserver } from './debug.ts';
import { PlanExecutable } from './executable.ts';
import { Heap } from './heap.ts';
import type { NativeCode, NativeTier } from './native-tier.ts';
import type { Platform } from './platform.ts';
import { Pool } from './pool.ts';
import { StorageTable } from './storage-table.ts';
import type { CollectOptions, CpuMemoryStats } from './storage-table.ts';
import type { CpuStorage } from './storage.ts';
import { tierSetting } from './tier.ts';
import type { TierReport, TierSetting } from './tier.ts';
import { wasmRunner } from './wasm-runner.ts';

export interface CpuOptions extends CollectOptions {
  /** Threads for large kernels, at most 16; default: what the machine offers. */
  readonly threads?: number | undefined;
  /** Which code kernels become; default: what SPORELET_TIER says, or `auto`. */
  readonly tier?: TierSetting | undefined;
  /** Greatest size of the heap in bytes; default 4 GiB, or what the engine grants. */
  readonly maxBytes?: number | undefined;
  /** False makes an unshared memory even where sharing is possible: one thread. */
  readonly shared?: boolean | undefined;
  /** True interprets a kernel's first run when it is on a few elements, and compiles at the second. Default false. */
  readonly interpretFirst?: boolean | undefined;
}

/** What makes the error of each of a plan's kernels. */
type ErrorMakers = readonly (OutOfRange | undefined)[];

/** Memory and threads of the CPU: everything of the device but compiling. */
export class CpuRuntime {
  readonly heap: Heap;
  readonly table: StorageTable;
  readonly pool: Pool;
  observer: DeviceObserver | null = null;
  protected readonly setting: TierSetting;
  private readonly platform: Platform;
  private opened: NativeTier | Error | undefined;

  constructor(platform: Platform, options: CpuOptions = {}) {
    this.heap = new Heap({ shared: platform.sharedMemory && options.shared !== false, maxBytes: options.maxBytes });
    this.table = new StorageTable(this.heap, platform, options);
    this.pool = new Pool(this.heap, platform, options.threads);
    this.platform = platform;
    this.setting = options.tier ?? tierSetting(platform.tier);
    if (platform.debug) this.observer = debugObserver(platform.debug, (body) => platform.atExit?.(body));
  }

  /** The native tier, or undefined when settings or machine rule it out; opened when first asked for. */
  get native(): NativeTier | undefined {
    this.opened ??= this.openNative();
    return this.opened instanceof Error ? undefined : this.opened;
  }

  /** Which tiers are in use, and why. */
  tierReport(): TierReport {
    const { native, setting } = this;
    if (!native) return { setting, programs: 'wasm', eager: 'wasm', reason: (this.opened as Error).message };
    const { compiler, cache } = native.host;
    return { setting, programs: 'native', eager: setting === 'native' ? 'native' : 'wasm', compiler, cache };
  }

  private openNative(): NativeTier | Error {
    if (this.setting === 'wasm') return new Error("the tier is set to 'wasm'");
    const { openNative, nativeTier } = this.platform;
    if (!openNative || !nativeTier) return new Error('native code needs Node.js');
    try {
      return nativeTier(openNative(), this.heap, this.pool);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  /** A storage with undefined contents. */
  allocate(bytes: number): CpuStorage {
    return this.table.allocate(bytes);
  }

  /** Makes a plan runnable; `errors` make the error of each kernel for an index that its check refuses. */
  load(plan: Plan, errors: ErrorMakers = []): PlanExecutable {
    return new PlanExecutable(plan, this, wasmRunner(plan, this.heap, this.pool), errors);
  }

  /**
   * Loads native code and makes each of its plans runnable. Undefined where settings or machine rule native code out, as
   * they do from then on when the compiler fails: the report says why.
   * @param errors - make the errors of each plan's kernels
   */
  protected loadNative(load: () => NativeCode, errors: readonly ErrorMakers[]): PlanExecutable[] | undefined {
    const { native } = this;
    if (!native) return undefined;
    let code: NativeCode;
    try {
      code = load();
    } catch (error) {
      this.opened = error instanceof Error ? error : new Error(String(error));
      return undefined;
    }
    return code.plans.map((plan, i) => new PlanExecutable(plan, this, native.runner(code, i), errors[i]));
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
