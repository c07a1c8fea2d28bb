import { RuntimeError } from '@sporelet/ir';
import type { Storage } from '@sporelet/ir';
import type { Block, BufferPool } from './buffer-pool.ts';

/** Bytes of a GPU device. */
export class GpuStorage implements Storage {
  readonly bytes: number;
  shared = 0;
  private held: Block | null;
  private readonly pool: BufferPool;

  constructor(bytes: number, block: Block, pool: BufferPool) {
    this.bytes = bytes;
    this.held = block;
    this.pool = pool;
  }

  get block(): Block {
    if (!this.held) throw new RuntimeError('This tensor was disposed.');
    return this.held;
  }

  /** Whether the block is this storage's to give back. */
  get live(): boolean {
    return this.held !== null;
  }

  dispose(): void {
    const { held } = this;
    this.held = null;
    if (held) this.pool.give(held);
  }
}
