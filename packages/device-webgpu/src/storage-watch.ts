import type { Block, BufferPool } from './buffer-pool.ts';
import type { GpuCollector } from './options.ts';
import { GpuStorage } from './storage.ts';

const CHECKPOINT = 1000;
const MIB = 2 ** 20;
/** Storages in use at which garbage is looked for at least. */
const MOST = 2000;

/** A buffer that was given to a storage, and whether the storage gave it back itself. */
interface Lent {
  readonly block: Block;
  readonly disposed: { done: boolean };
}
interface Watched extends Lent {
  readonly ref: WeakRef<GpuStorage>;
}

/**
 * Gives storages their buffers and takes them back when nobody holds the storage any more: with a collector by looking
 * at WeakRefs when a limit is reached (a loop without pauses runs no finalizers), without one by finalizers.
 */
export class StorageWatch {
  private readonly pool: BufferPool;
  private readonly collector: GpuCollector | undefined;
  private readonly registry: FinalizationRegistry<Lent> | undefined;
  private watched: Watched[] = [];
  private fresh = 0;
  private readonly least: number;
  private bytesLimit: number;
  private countLimit = MOST;
  collections = 0;

  constructor(pool: BufferPool, collector: GpuCollector | undefined, least = 256 * MIB) {
    this.pool = pool;
    this.collector = collector;
    this.least = least;
    this.bytesLimit = least;
    if (!collector) this.registry = new FinalizationRegistry((w) => this.drop(w));
  }

  allocate(bytes: number): GpuStorage {
    if (this.collector && (this.pool.inUse + bytes > this.bytesLimit || this.watched.length >= this.countLimit)) this.sweep(); // prettier-ignore
    const block = this.pool.take(bytes);
    const disposed = { done: false };
    const storage = new WatchedStorage(bytes, block, this.pool, disposed);
    if (this.registry) this.registry.register(storage, { block, disposed });
    else {
      this.watched.push({ ref: new WeakRef(storage), block, disposed });
      if (++this.fresh >= CHECKPOINT) {
        this.fresh = 0;
        this.collector!.checkpoint();
      }
    }
    return storage;
  }

  private drop(w: Lent): void {
    if (w.disposed.done) return;
    w.disposed.done = true;
    this.pool.give(w.block);
  }

  private sweep(): void {
    // What was disposed of may be enough.
    this.watched = this.watched.filter((w) => !w.disposed.done);
    if (this.pool.inUse <= this.bytesLimit && this.watched.length < this.countLimit) return;
    this.collections++;
    this.collector!.collect();
    this.watched = this.watched.filter((w) => {
      if (w.ref.deref() !== undefined) return true;
      this.drop(w);
      return false;
    });
    this.bytesLimit = Math.max(this.least, 2 * this.pool.inUse);
    this.countLimit = Math.max(MOST, 2 * this.watched.length);
  }
}

class WatchedStorage extends GpuStorage {
  private readonly disposed: { done: boolean };

  constructor(bytes: number, block: Block, pool: BufferPool, disposed: { done: boolean }) {
    super(bytes, block, pool);
    this.disposed = disposed;
  }

  override dispose(): void {
    this.disposed.done = true;
    super.dispose();
  }
}
