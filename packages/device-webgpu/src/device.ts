import type { OutOfRange } from '@sporelet/ir';
import { LEAST_LIMITS, arenaOf, atLength, compileForGpu, compileProgramForGpu, gpuRefusal, refsOf } from '@sporelet/compiler'; // prettier-ignore
import type { GpuLimits, GpuPlan } from '@sporelet/compiler';
import type {
  Device,
  DeviceObserver,
  Executable,
  Kernel,
  MemoryStats,
  Program,
  ProgramExecutable,
  ProgramReport,
  Storage,
} from '@sporelet/ir';
import { RuntimeError } from '@sporelet/ir';
import { GpuExecutable } from './executable.ts';
import { GpuTimer } from './gpu-timer.ts';
import { HostExecutable } from './host-executable.ts';
import type { GpuReport, WebGpuOptions } from './options.ts';
import { GpuQueue } from './queue.ts';
import type { GpuStorage } from './storage.ts';
import { StorageWatch } from './storage-watch.ts';

/** Bytes of which the host remembers what it wrote: constants, keys, conditions. */
const KNOWN = 64;

/** Lengths for which a kernel is kept. */
const LENGTHS = 64;

/** What was done so far. */
export interface GpuStats {
  readonly dispatches: number;
  readonly submits: number;
  readonly pipelines: number;
  readonly buffers: number;
}

/** Where the intermediates lie, as if their buffers lay one after the other. */
function placesOf({ temps }: GpuPlan, { slots }: GpuExecutable): ProgramReport['memory'] {
  let end = 0;
  const starts = slots.bytes.map((bytes) => (end += bytes) - bytes);
  return { temps, at: slots.slot.map((s) => starts[s] ?? 0), bytes: end };
}

/** A GPU by WebGPU. Everything is done in order; only reads are awaited. */
export class WebGpuDevice implements Device {
  readonly name = 'GPU';
  readonly waits = true;
  readonly report: GpuReport;
  readonly queue: GpuQueue;
  private watcher: DeviceObserver | null = null;
  readonly limits: GpuLimits;
  private readonly watch: StorageWatch;
  private readonly pipelines = new Map<string, GPUComputePipeline>();

  constructor(device: GPUDevice, report: GpuReport, options: WebGpuOptions = {}) {
    this.report = report;
    this.queue = new GpuQueue(device);
    const { storageBuffers, threads, sharedBytes } = report.limits;
    this.limits = {
      storageBuffers,
      threads: Math.min(LEAST_LIMITS.threads, threads),
      sharedBytes,
      software: report.software,
      ...options.limits,
    };
    this.watch = new StorageWatch(this.queue.pool, options.collector, options.collectBytes);
  }

  get observer(): DeviceObserver | null {
    return this.watcher;
  }
  set observer(observer: DeviceObserver | null) {
    this.watcher = observer;
    const { device } = this.queue;
    const tell = device.features.has('timestamp-query') ? observer?.kernel : undefined;
    this.queue.submit();
    this.queue.timer = tell ? new GpuTimer(device, tell) : null;
  }

  /** Whether the device is gone: another one has to be opened. */
  get isLost(): boolean {
    return this.queue.isLost;
  }

  allocate(bytes: number): Storage {
    this.queue.check();
    this.checkSize('A tensor', bytes);
    return this.watch.allocate(bytes);
  }

  write(storage: Storage, data: Uint8Array, at = 0): void {
    this.queue.check();
    const { block } = storage as GpuStorage;
    (storage as GpuStorage).host =
      at === 0 && data.length === storage.bytes && data.length <= KNOWN ? data.slice() : null;
    if (at % 4 || (data.length % 4 && at + data.length < storage.bytes)) {
      throw new RuntimeError('The GPU is written in words of four bytes.');
    }
    this.queue.write(block, data, at);
  }

  /** Gives what the host wrote itself. @throws RuntimeError for everything else: a GPU must be waited for */
  read(storage: Storage, into: Uint8Array, at = 0): void {
    const { host } = storage as GpuStorage;
    if (!host) {
      throw new RuntimeError(
        "The value of a tensor on the GPU is needed at once, but must be waited for: use await x.data(), or do this step on the CPU with await x.to('CPU').",
      );
    }
    into.set(host.subarray(at, at + into.length));
  }

  copy(from: Storage, to: Storage): void {
    const [a, b] = [(from as GpuStorage).block, (to as GpuStorage).block];
    (to as GpuStorage).host = (from as GpuStorage).host;
    this.queue.run(() => this.queue.copy(a, b, from.bytes));
  }

  copyPart(from: Storage, fromAt: number, to: Storage, toAt: number, bytes: number): void {
    if (fromAt % 4 || toAt % 4 || (bytes % 4 && toAt + bytes < to.bytes)) {
      throw new RuntimeError(
        'The GPU copies words of four bytes: rows of Bool or Float16 need a number of elements that fills words; cast them to Float32.',
      );
    }
    const [a, b] = [(from as GpuStorage).block, (to as GpuStorage).block];
    (to as GpuStorage).host = null;
    this.queue.run(() => this.queue.copy(a, b, bytes, toAt, fromAt));
  }

  readAsync(storage: Storage, into: Uint8Array): Promise<void> {
    return this.queue.read([{ block: (storage as GpuStorage).block, into }]);
  }

  /** Ends when everything asked for has been done. @throws what went wrong meanwhile */
  async synchronize(): Promise<void> {
    await this.queue.read([]);
    await Promise.all(this.queue.timing);
  }

  compile(kernel: Kernel): Executable {
    if (kernel.routine) return new HostExecutable(kernel, this);
    const refusal = gpuRefusal(kernel);
    if (refusal) throw new TypeError(`For '${kernel.name}', ${refusal}: cast to Float32, or move the tensors with x.to('CPU').`); // prettier-ignore
    const plan = compileForGpu(kernel, this.limits);
    // What is gathered in one buffer has its place there by its size.
    if (kernel.flat && plan.steps.some((s) => s.kind === 'copy')) return this.anyLength(kernel);
    return this.executable(plan, kernel.inPlace, [kernel.outOfRange]);
  }

  /** A kernel of any length, compiled for each length that it is run with. */
  private anyLength(kernel: Kernel): Executable {
    const lengths = new Map<number, Executable>();
    return {
      run: (inputs, outputs, n) => {
        let own = lengths.get(n);
        if (!own) {
          if (lengths.size >= LENGTHS) lengths.clear();
          lengths.set(n, (own = this.compile(atLength(kernel, n))));
        }
        own.run(inputs, outputs, 0);
      },
    };
  }

  compileProgram(program: Program): ProgramExecutable {
    for (const { kernel } of program.steps) {
      const refusal = gpuRefusal(kernel);
      if (refusal) throw new TypeError(`For '${kernel.name}', ${refusal}: cast to Float32, or run on the CPU.`);
    }
    const start = performance.now();
    const passes: { pass: string; program: Program }[] = [];
    const { plan, errors, over } = compileProgramForGpu(program, this.limits, this.observer?.program && ((pass, after) => void passes.push({ pass, program: after }))); // prettier-ignore
    const executable = this.executable(plan, over, errors);
    this.observer?.program?.({
      name: program.name,
      passes,
      milliseconds: performance.now() - start,
      kernels: plan.kernels,
      code: plan.steps.reduce((n, s) => n + (s.kind === 'dispatch' ? s.code.length : 0), 0),
      text: () => plan.steps.map((s) => (s.kind === 'dispatch' ? s.code : `// copies ${s.parts.length} operands\n`)).join('\n'), // prettier-ignore
      live: arenaOf(plan.temps, plan.steps.map((s) => ({ args: refsOf(s) })), plan.checks).live, // prettier-ignore
      memory: placesOf(plan, executable),
    });
    return { failsLate: false, run: (inputs, outputs) => executable.run(inputs, outputs, 0) };
  }

  memoryStats(): MemoryStats {
    return this.queue.pool.stats();
  }

  stats(): GpuStats {
    const { dispatches, submits, pool } = this.queue;
    return { dispatches, submits, pipelines: this.pipelines.size, buffers: pool.created };
  }

  private checkSize(what: string, bytes: number): void {
    const most = this.report.limits.tensorBytes;
    if (bytes <= most) return;
    throw new RuntimeError(
      `${what} of ${bytes} bytes is more than this GPU binds at once (${most}): split it, or keep it on the CPU.`,
    );
  }

  /** A plan with its pipelines. */
  private executable(
    plan: GpuPlan,
    over: readonly number[],
    errors: readonly (OutOfRange | undefined)[],
  ): GpuExecutable {
    for (const bytes of plan.temps) this.checkSize(`For '${plan.name}', an intermediate`, bytes);
    return new GpuExecutable(plan, this.queue, (code) => this.pipeline(code), over, errors);
  }

  private pipeline(code: string): GPUComputePipeline {
    let p = this.pipelines.get(code);
    if (!p) {
      const { device } = this.queue;
      const module = device.createShaderModule({ code });
      p = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
      this.pipelines.set(code, p);
    }
    return p;
  }
}
