import { RuntimeError } from '@sporelet/ir';
import type { Storage } from '@sporelet/ir';
import type { Block, BufferPool } from './buffer-pool.ts';

/** Bytes of a GPU device. */
export class GpuStorage implements Storage {
  readonly bytes: number;
  shared = 0;
  /** The bytes, when they are few and the host wrote them last. */
  host: Uint8Array | null = null;
  private held: Block | null;
  private readonly pool: BufferPool;

  constructor(bytes: number, block: Block, pool: BufferPool) {
    this.bytes = bytes;
    this.held = block;
    this.pool = pool;
  }

  get known(): boolean {
    return this.host !== null;
  }

  get block(): Block {
    if (!this.held) throw new RuntimeError('This tensor was disposed.');
    return this.held;
  }

  dispose(): void {
    const { held } = this;
    this.held = null;
    if (held) this.pool.give(held);
  }
}
