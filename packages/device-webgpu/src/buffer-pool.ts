import type { MemoryStats } from '@sporelet/ir';
import { COPY_DST, COPY_SRC, MAP_READ, STORAGE } from './usage.ts';

/** Bytes of free buffers beyond which they are given back to the GPU. */
const MOST_FREE = 2 ** 29;

/** A buffer of the GPU with a number of its own. */
export interface Block {
  readonly id: number;
  readonly buffer: GPUBuffer;
  /** Bytes of the buffer: those asked for, rounded up to a size class. */
  readonly size: number;
  /** The batch of commands, not submitted yet, that last named it. */
  batch: number;
}

/** The least size class that holds so many bytes: four to each power of two, so that at most a fifth is lost. */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.max(256, Math.ceil(bytes / step) * step);
}

/** Buffers in size classes, used again when they are given back. Figures are exact. */
export class BufferPool {
  private readonly device: GPUDevice;
  private readonly free = new Map<number, Block[]>();
  /** Free buffers of temporaries, apart from the others: a program that runs again finds those it had. */
  private readonly freeTemps = new Map<number, Block[]>();
  private readonly last: (task: () => void) => void;
  private next = 1;
  private freeBytes = 0;
  inUse = 0;
  peak = 0;
  created = 0;

  /** @param last - does something after all that was asked for so far: it may name buffers that are destroyed */
  constructor(device: GPUDevice, last: (task: () => void) => void) {
    this.device = device;
    this.last = last;
  }

  /** @param temp - whether it is for a temporary, which is given back before the next one runs */
  take(bytes: number, temp = false): Block {
    const size = sizeClass(bytes);
    this.inUse += size;
    this.peak = Math.max(this.peak, this.inUse);
    const block = (temp ? this.freeTemps : this.free).get(size)?.pop();
    if (block) {
      this.freeBytes -= size;
      return block;
    }
    if (this.freeBytes > MOST_FREE) this.trim();
    this.created++;
    const buffer = this.device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
    return { id: this.next++, buffer, size, batch: 0 };
  }

  give(block: Block, temp = false): void {
    this.inUse -= block.size;
    this.freeBytes += block.size;
    const free = temp ? this.freeTemps : this.free;
    const list = free.get(block.size);
    if (list) list.push(block);
    else free.set(block.size, [block]);
  }

  /** Gives all free buffers back to the GPU. */
  trim(): void {
    const blocks = [this.free, this.freeTemps].flatMap((free) => [...free.values()].flat());
    this.free.clear();
    this.freeTemps.clear();
    this.freeBytes = 0;
    this.last(() => {
      for (const b of blocks) b.buffer.destroy();
    });
  }

  /** A buffer that the host reads from. */
  staging(bytes: number): GPUBuffer {
    return this.device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
  }

  stats(): MemoryStats {
    return { inUse: this.inUse, reserved: this.inUse + this.freeBytes, limit: Infinity, peak: this.peak };
  }
}
