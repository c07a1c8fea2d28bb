import { Tensor, currentDevice, currentPath, isOptions } from '@sporelet/core';
import type { Device, DeviceObserver } from '@sporelet/ir';
import { RuntimeError, ValueError, float32 } from '@sporelet/ir';
import { matmul } from '@sporelet/ops';
import { writeFile } from './files-node.ts';
import type { KernelRun, ProfileRow } from './profile-table.ts';
import { chromeTrace, rowsBy, tableText } from './profile-table.ts';

export interface ProfilerOptions {
  /** Folder of `trace.json`. Default './data'. */
  outputPath?: string | undefined;
  /** Whether it starts at once. Default true. */
  startProfile?: boolean | undefined;
}

/** What a profile has found: milliseconds by kernel, by operation and by cell, and the rates they come to. */
export interface ProfileSummary {
  readonly kernels: readonly ProfileRow[];
  readonly ops: readonly ProfileRow[];
  readonly cells: readonly ProfileRow[];
  /** Rate of a large matrix product on this machine with its present threads, in GFLOP/s: what the others are measured by. */
  readonly peak: number;
}

/** Side of the matrices whose product shows what the machine can do. */
const SIDE = 512;

/**
 * Times every kernel that the current device runs, in eager and in graph mode, from `start()` (or the constructor) to
 * `stop()`. Watching costs about a microsecond a kernel.
 */
export class Profiler {
  private readonly outputPath: string;
  private readonly runs: KernelRun[] = [];
  private device: Device | null = null;
  private before: DeviceObserver | null = null;
  /** Rate of a matrix product on a device that is waited for, and whether its times are still to come. */
  private peak: number | null = null;
  private late = false;

  constructor(options: ProfilerOptions = {}) {
    if (!isOptions(options)) throw new TypeError("For 'Profiler', the options must be a plain object.");
    const { outputPath = './data', startProfile = true } = options;
    if (typeof outputPath !== 'string') throw new TypeError("For 'Profiler', the 'outputPath' must be a str.");
    this.outputPath = outputPath;
    if (startProfile) this.start();
  }

  /** @throws RuntimeError when it runs already */
  start(): void {
    if (this.device) throw new RuntimeError('The Profiler is running: call stop() first.');
    const device = currentDevice();
    this.device = device;
    this.before = device.observer ?? null;
    device.observer = {
      ...this.before,
      kernel: (info, start, end) => {
        this.before?.kernel?.(info, start, end);
        this.runs.push({ info: info.path ? info : { ...info, path: currentPath() }, start, end });
      },
    };
  }

  /**
   * On CPU all is done when this returns; on GPU, whose times arrive later, it has to be awaited.
   * @throws RuntimeError when it does not run
   */
  stop(): PromiseLike<void> {
    const { device } = this;
    if (!device) throw new RuntimeError('The Profiler is not running: call start() first.');
    this.device = null;
    device.observer = this.before;
    if (!device.synchronize) return Promise.resolve();
    this.late = true;
    return device.synchronize().then(async () => {
      this.peak = await gpuMatmulRate(device);
      this.late = false;
    });
  }

  /**
   * Stops, if it runs, and adds up what was seen.
   * @throws ValueError when no kernel has run
   */
  summary(): ProfileSummary {
    if (this.device) void this.stop();
    if (this.late) throw new RuntimeError('The times of the GPU are on their way: call await profiler.stop() first.');
    if (!this.runs.length) throw new ValueError('The Profiler has seen no kernel: run something between start() and stop().'); // prettier-ignore
    return {
      kernels: rowsBy(this.runs, (r) => `${r.info.name}${r.info.path ? ` @ ${r.info.path}` : ''}`),
      ops: rowsBy(this.runs, (r) => r.info.name),
      cells: rowsBy(this.runs, (r) => r.info.path),
      peak: this.peak ?? matmulRate(),
    };
  }

  /** Prints the tables and writes `trace.json` (a Chrome trace) into the output folder; returns its path. */
  async analyse(): Promise<string> {
    if (this.device) await this.stop();
    const { kernels, ops, cells, peak } = this.summary();
    const text = [
      tableText('by kernel', kernels, peak),
      tableText('by operation', ops, peak),
      tableText('by cell', cells, peak),
      `peak: a ${SIDE} x ${SIDE} matrix product runs at ${peak.toFixed(1)} GFLOP/s`,
    ];
    console.log(text.join('\n\n'));
    const path = `${this.outputPath}/trace.json`;
    await writeFile(path, [new TextEncoder().encode(chromeTrace(this.runs))]);
    return path;
  }
}

const square = (): Tensor => new Tensor(new Float32Array(SIDE * SIDE).fill(0.5), float32, [SIDE, SIDE]);

/** The same by the GPU's own times. */
async function gpuMatmulRate(device: Device): Promise<number> {
  const before = device.observer ?? null;
  let best = Infinity;
  device.observer = { kernel: (_info, start, end) => (best = Math.min(best, end - start)) };
  const a = square();
  for (let i = 0; i < 3; i++) matmul(a, a);
  device.observer = before;
  await device.synchronize!();
  return (2 * SIDE ** 3) / best / 1e6;
}

function matmulRate(): number {
  const a = square();
  let best = Infinity;
  for (let i = 0; i < 12; i++) {
    const start = performance.now();
    matmul(a, a);
    best = Math.min(best, performance.now() - start);
  }
  return (2 * SIDE ** 3) / best / 1e6;
}
