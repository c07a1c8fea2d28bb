import { RuntimeError } from '@sporelet/ir';
import type { KernelInfo, OutOfRange } from '@sporelet/ir';
import type { Block } from './buffer-pool.ts';
import { BufferPool } from './buffer-pool.ts';
import type { GpuTimer } from './gpu-timer.ts';
import { MAP_READ } from './usage.ts';

/** Commands are handed to the GPU when there are so many. */
const BATCH = 100;

/** A word in which kernels leave an index that is out of range. */
export interface Flag {
  readonly block: Block;
  readonly error: OutOfRange;
}

const words = (bytes: number): number => Math.max(4, Math.ceil(bytes / 4) * 4);

/**
 * Work for the GPU, in order. Dispatches are collected and handed over when there are enough, or when somebody reads.
 * While work on the host waits for what it reads, everything after it waits in a list.
 */
export class GpuQueue {
  readonly device: GPUDevice;
  readonly pool: BufferPool;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  private pending = 0;
  private batch = 1;
  /** What waits for work on the host; null when there is none. */
  private waiting: (() => void)[] | null = null;
  /** Flags of kernels that ran since the last read. */
  private readonly flags = new Set<Flag>();
  /** What went wrong and nobody has been told of. */
  private readonly failures: Error[] = [];
  private lost: RuntimeError | null = null;
  private readonly readers = new Set<(error: Error) => void>();
  dispatches = 0;
  submits = 0;
  /** Somebody who wants to know how long each dispatch takes. */
  timer: GpuTimer | null = null;
  /** Times that are on their way from the GPU. */
  readonly timing = new Set<Promise<void>>();

  constructor(device: GPUDevice) {
    this.device = device;
    this.pool = new BufferPool(device, (task) =>
      this.run(() => {
        this.submit();
        task();
      }),
    );
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      this.failures.push(new RuntimeError(`The GPU refused what it was asked: ${event.error.message}`));
    });
    void device.lost.then((info) => {
      this.lost = new RuntimeError(
        `The GPU device was lost (${info.message || info.reason || 'no reason given'}); tensors on it are gone. Call await setDevice('GPU') to go on with a new one.`,
      );
      this.rejectAll(this.lost);
    });
  }

  private rejectAll(error: unknown): void {
    for (const reject of this.readers) reject(error instanceof Error ? error : new RuntimeError(String(error)));
    this.readers.clear();
  }

  get isLost(): boolean {
    return this.lost !== null;
  }

  /** @throws RuntimeError when the device is gone */
  check(): void {
    if (this.lost) throw this.lost;
  }

  /** Does something in its turn: at once, unless work on the host is awaited. */
  run(task: () => void): void {
    if (this.waiting) this.waiting.push(task);
    else task();
  }

  /** Adds a dispatch. Only to be called in turn. */
  dispatch(
    pipeline: GPUComputePipeline,
    group: GPUBindGroup,
    count: number,
    blocks: readonly Block[],
    info: KernelInfo,
  ): void {
    if (this.timer) this.endPass();
    const pass = (this.pass ??= this.timer?.pass(this.commands(), info) ?? this.commands().beginComputePass());
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    const rows = Math.ceil(count / most);
    pass.dispatchWorkgroups(Math.ceil(count / rows), rows);
    for (const b of blocks) b.batch = this.batch;
    this.dispatches++;
    if (++this.pending >= BATCH || this.timer?.full) this.submit();
  }

  /** Copies bytes from buffer to buffer. Only to be called in turn. */
  copy(from: Block, to: Block, bytes: number, at = 0, fromAt = 0): void {
    if (from === to || !bytes) return;
    this.endPass();
    this.commands().copyBufferToBuffer(from.buffer, fromAt, to.buffer, at, words(bytes));
    from.batch = to.batch = this.batch;
    this.pending++;
  }

  /** Writes bytes of the host, in whole words. */
  write(to: Block, data: Uint8Array, at: number): void {
    const copy = new Uint8Array(Math.ceil(data.length / 4) * 4);
    copy.set(data);
    this.run(() => {
      // Commands that were collected before must not see it.
      if (to.batch === this.batch) this.submit();
      this.device.queue.writeBuffer(to.buffer, at, copy);
    });
  }

  /** From now on the flag is looked at by the next read. */
  watch(flag: Flag): void {
    this.flags.add(flag);
  }

  private fail(error: unknown): void {
    this.failures.push(error instanceof Error ? error : new RuntimeError(String(error)));
  }

  /** Reads buffers when their turn comes. */
  read(parts: readonly { readonly block: Block; readonly into: Uint8Array }[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.lost) {
        reject(this.lost);
        return;
      }
      this.readers.add(reject);
      this.run(() => {
        this.readNow(parts).then(
          () => {
            this.readers.delete(reject);
            resolve();
          },
          // Whoever reads meanwhile may read what came of it.
          (error: unknown) => this.rejectAll(error),
        );
      });
    });
  }

  private async readNow(parts: readonly { readonly block: Block; readonly into: Uint8Array }[]): Promise<void> {
    this.check();
    const flags = [...this.flags];
    this.flags.clear();
    const sizes = parts.map((p) => words(p.into.length));
    const total = sizes.reduce((a, b) => a + b, 0) + flags.length * 4;
    const staging = this.pool.staging(Math.max(4, total));
    this.endPass();
    const commands = this.commands();
    let at = 0;
    parts.forEach(({ block, into }, i) => {
      if (into.length) commands.copyBufferToBuffer(block.buffer, 0, staging, at, sizes[i]);
      at += sizes[i]!;
    });
    for (const { block } of flags) {
      commands.copyBufferToBuffer(block.buffer, 0, staging, at, 4);
      commands.clearBuffer(block.buffer, 0, 4);
      at += 4;
    }
    this.submit();
    await staging.mapAsync(MAP_READ);
    const bytes = new Uint8Array(staging.getMappedRange());
    at = 0;
    parts.forEach(({ into }, i) => {
      into.set(bytes.subarray(at, at + into.length));
      at += sizes[i]!;
    });
    const found = new Int32Array(bytes.slice(at, at + flags.length * 4).buffer);
    const raised = flags.findIndex((_, i) => found[i] !== 0);
    staging.unmap();
    staging.destroy();
    const failure = this.failures.shift() ?? flags[raised]?.error(found[raised]!);
    this.failures.length = 0;
    if (failure) throw failure;
  }

  /** Work on the host between two dispatches: it is given the bytes of buffers, computes, writes. What comes after waits. */
  onHost(blocks: readonly Block[], bytes: readonly number[], work: (read: readonly Uint8Array[]) => void): void {
    this.run(() => {
      const waiting: (() => void)[] = (this.waiting = []);
      // Made in turn: thousands of pieces of work may wait.
      const read = bytes.map((n) => new Uint8Array(n));
      const attempt = (task: () => void): void => {
        try {
          task();
        } catch (error) {
          this.fail(error);
        }
      };
      // At once, or what is asked for meanwhile would come before it.
      const resume = (): void => {
        this.waiting = null;
        // Another piece of work on the host takes over what is left, through `run`.
        for (const task of waiting) attempt(() => this.run(task));
      };
      this.readNow(blocks.map((block, i) => ({ block, into: read[i]! }))).then(
        () => {
          this.waiting = null;
          attempt(() => work(read));
          resume();
        },
        (error: unknown) => {
          this.fail(error);
          resume();
        },
      );
    });
  }

  /** Hands what was collected to the GPU. */
  submit(): void {
    this.endPass();
    if (!this.encoder) return;
    const timed = this.timer?.finish(this.encoder);
    this.device.queue.submit([this.encoder.finish()]);
    const told = timed?.();
    if (told) {
      this.timing.add(told);
      void told.finally(() => this.timing.delete(told));
    }
    this.encoder = null;
    this.pending = 0;
    this.batch++;
    this.submits++;
  }

  private commands(): GPUCommandEncoder {
    return (this.encoder ??= this.device.createCommandEncoder());
  }

  private endPass(): void {
    this.pass?.end();
    this.pass = null;
  }
}
