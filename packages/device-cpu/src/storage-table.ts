import { RuntimeError } from '@sporelet/ir';
import type { MemoryStats } from '@sporelet/ir';
import { outOfMemory } from './heap.ts';
import type { Heap } from './heap.ts';
import type { Collector, Platform } from './platform.ts';
import { CpuStorage, Place, SMALL_BYTES } from './storage.ts';

const MIB = 1 << 20;
/** Storages of at most this many bytes share a place, a slab: what is watched weakly costs a microsecond a piece. */
const SLAB_ITEM = 4096;
const SLAB = 32768;
/** WeakRefs keep their objects until the job ends; after so many new ones that end is called early. */
const CHECKPOINT = 1000;
/** A finalizer is told the block and how often that number was freed before, in one number. */
const TURN = 2 ** 26;

export interface CollectOptions {
  /** Bytes in use at which garbage is looked for; grows with what is found alive. Default 256 MiB. */
  readonly collectBytes?: number | undefined;
  /** Blocks in use at which garbage is looked for; grows with what is found alive. Default 20,000. */
  readonly collectBlocks?: number | undefined;
  /** Bytes in slabs (blocks that storages of at most 4 KiB share) at which garbage is looked for, likewise. Default 32 MiB. */
  readonly collectSlabBytes?: number | undefined;
}

/** Memory figures in bytes, and what was done to keep them down. */
export interface CpuMemoryStats extends MemoryStats {
  /** Blocks of the heap that storages and kernels hold. */
  readonly blocks: number;
  /** Synchronous searches for garbage so far. */
  readonly collections: number;
  /** Bytes that were moved out of the heap for want of room, in all. */
  readonly movedOut: number;
}

/**
 * Gives storages their bytes and finds out when nobody holds them any more. The table holds blocks strongly and what
 * their owners keep weakly. With a collector: WeakRefs, all looked at after a collection when a limit is reached.
 * Without: finalizers, and at the limit the least recently used bytes move to ordinary arrays, which die with their storages.
 */
export class StorageTable {
  readonly heap: Heap;
  /** Moves on with every call; a place with this very stamp belongs to the running call and stays where it is. */
  clock = 0;
  private readonly places: (Place | undefined)[] = [];
  private readonly watched: (WeakRef<object> | undefined)[] = [];
  private readonly turns: number[] = [];
  private readonly platform: Platform;
  private readonly least: { readonly bytes: number; readonly blocks: number; readonly slabs: number };
  private bytesLimit: number;
  private blocksLimit: number;
  private slabsLimit: number;
  private collector: Collector | undefined;
  private registry: FinalizationRegistry<number> | undefined;
  private started = false;
  /** The slab that small storages are taken from, and what they keep. */
  private open: Place | null = null;
  private openKeep: object | null = null;
  private owned = 0;
  private slabs = 0;
  private fresh = 0;
  private collections = 0;
  private movedOut = 0;
  private movedBack = 0;

  constructor(heap: Heap, platform: Platform, options: CollectOptions = {}) {
    this.heap = heap;
    this.platform = platform;
    const { collectBytes = 256 * MIB, collectBlocks = 20_000, collectSlabBytes = 32 * MIB } = options;
    this.least = { bytes: collectBytes, blocks: collectBlocks, slabs: collectSlabBytes / SLAB };
    this.bytesLimit = this.least.bytes;
    this.blocksLimit = this.least.blocks;
    this.slabsLimit = this.least.slabs;
  }

  /** A storage whose bytes are whatever was there before (zero when small). */
  allocate(bytes: number): CpuStorage {
    if (bytes <= SMALL_BYTES) return new CpuStorage(bytes, new Int32Array((bytes + 3) >> 2), null, 0, null);
    if (bytes <= SLAB_ITEM) {
      const size = (bytes + 63) & -64;
      let place = this.open;
      if (place === null || place.block < 0 || place.top + size > SLAB) place = this.openSlab();
      const offset = place.top;
      place.top = offset + size;
      place.live++;
      return new CpuStorage(bytes, null, place, offset, this.openKeep);
    }
    this.tick();
    const block = this.block(bytes);
    const place = new Place(this, block, false);
    const keep = {};
    this.own(block, keep, place);
    return new CpuStorage(bytes, null, place, 0, keep);
  }

  /** Begins a call. 30 bits, so that the stamps stay small integers everywhere. */
  tick(): number {
    return (this.clock = (this.clock + 1) & 0x3fffffff);
  }

  /** A block that the caller gives back with `heap.release`. Whatever had to move to make room has moved when this returns. */
  block(bytes: number): number {
    if (this.owned >= this.blocksLimit || this.heap.inUse + bytes > this.bytesLimit) this.atLimit(bytes);
    const block = this.heap.allocate(bytes);
    return block < 0 ? this.squeeze(bytes) : block;
  }

  /** From now on the block lives as long as `keep` can be reached. */
  own(block: number, keep: object, place?: Place): void {
    if (!this.started) this.start();
    this.owned++;
    this.places[block] = place;
    const { collector } = this;
    if (collector === undefined) {
      this.registry!.register(keep, (this.turns[block] ??= 0) * TURN + block);
      return;
    }
    this.watched[block] = new WeakRef(keep);
    if (++this.fresh < CHECKPOINT) return;
    this.fresh = 0;
    collector.checkpoint();
  }

  /** Takes back what one storage had of a place: the bytes from `start` to `end`. */
  drop(place: Place, end: number, start: number): void {
    if (place.slab) {
      // The last one given out makes way for the next, so that a loop that disposes stays on the same bytes.
      if (((end + 63) & -64) === place.top) place.top = start;
      if (--place.live > 0) return;
      place.top = 0;
      if (place === this.open) return;
    }
    place.outside = null;
    if (place.block >= 0) this.release(place.block);
    place.block = -1;
  }

  /** Copies `data` to the storage's bytes from `at` on. */
  write(storage: CpuStorage, data: Uint8Array, at = 0): void {
    checkRange(storage, at, data.length);
    const { words } = storage;
    if (words === null) {
      this.tick();
      const start = this.use(storage) + at;
      this.heap.u8.set(data, start);
      return;
    }
    for (let i = 0; i < data.length; i++) {
      const shift = ((at + i) & 3) << 3;
      const w = (at + i) >> 2;
      words[w] = (words[w]! & ~(255 << shift)) | (data[i]! << shift);
    }
  }

  /** Fills `into` with the storage's bytes from `at` on. */
  read(storage: CpuStorage, into: Uint8Array, at = 0): void {
    checkRange(storage, at, into.length);
    const { words } = storage;
    if (words === null) {
      this.tick();
      const start = this.use(storage) + at;
      into.set(this.heap.u8.subarray(start, start + into.length));
      return;
    }
    // Not through `words.buffer`: asking for it moves the bytes out of V8's heap for good.
    for (let i = 0; i < into.length; i++) into[i] = words[(at + i) >> 2]! >> (((at + i) & 3) << 3);
  }

  /** Copies all bytes between storages of equal size. */
  copy(from: CpuStorage, to: CpuStorage): void {
    if (from.bytes !== to.bytes)
      throw new RuntimeError(`cannot copy ${from.bytes} bytes to a storage of ${to.bytes} bytes`);
    checkRange(from, 0, 0);
    checkRange(to, 0, 0);
    if (from.words !== null && to.words !== null) {
      for (let i = 0; i < from.words.length; i++) to.words[i] = from.words[i]!;
      return;
    }
    this.tick();
    this.use(from);
    const target = this.use(to);
    const source = this.use(from);
    this.heap.u8.copyWithin(target, source, source + from.bytes);
  }

  /** Brings the bytes of a storage's place back into the heap. */
  fetch(storage: CpuStorage): void {
    const place = storage.place!;
    const outside = place.outside!;
    const block = this.block(outside.length);
    this.heap.u8.set(outside, this.heap.address(block));
    place.outside = null;
    place.block = block;
    if (place.slab) this.slabs++;
    this.movedBack += outside.length;
    this.own(block, storage.keep!, place);
  }

  /** Looks for garbage now, where that is possible; `bytes` are about to be needed. */
  collect(bytes = 0): void {
    if (!this.started) this.start();
    const { collector, watched } = this;
    if (collector === undefined) return;
    // A program with a large heap of its own pays more for each search, so it gets more room between them.
    const pace = Math.max(1, collector.collect() / (128 * MIB));
    this.collections++;
    this.fresh = 0;
    for (let block = 0; block < watched.length; block++) {
      const keep = watched[block];
      if (keep !== undefined && keep.deref() === undefined) this.release(block);
    }
    this.bytesLimit = Math.max(pace * this.least.bytes, 2 * (this.heap.inUse + bytes));
    this.blocksLimit = Math.max(pace * this.least.blocks, 2 * this.owned);
    this.slabsLimit = Math.max(pace * this.least.slabs, 2 * this.slabs);
  }

  stats(): CpuMemoryStats {
    const { inUse, reserved, limit, peak } = this.heap;
    return { inUse, reserved, limit, peak, blocks: this.owned, collections: this.collections, movedOut: this.movedOut };
  }

  private start(): void {
    this.started = true;
    this.collector = this.platform.makeCollector();
    if (this.collector !== undefined) return;
    this.registry = new FinalizationRegistry((held) => {
      const block = held % TURN;
      if (this.turns[block] === Math.floor(held / TURN)) this.release(block);
    });
  }

  private openSlab(): Place {
    this.open = null;
    this.openKeep = null;
    if (this.collector !== undefined && this.slabs >= this.slabsLimit) this.collect();
    this.tick();
    const block = this.block(SLAB);
    const place = new Place(this, block, true);
    this.slabs++;
    const keep = {};
    this.own(block, keep, place);
    this.openKeep = keep;
    this.open = place;
    return place;
  }

  /** Gives an owned block back. */
  private release(block: number): void {
    if (this.places[block]?.slab === true) this.slabs--;
    this.places[block] = undefined;
    if (this.collector !== undefined) this.watched[block] = undefined;
    else this.turns[block] = (this.turns[block]! + 1) % TURN;
    this.owned--;
    this.heap.release(block);
  }

  private atLimit(bytes: number): void {
    this.collect(bytes);
    if (this.collector !== undefined || this.heap.inUse + bytes <= this.bytesLimit) return;
    this.moveOut(this.bytesLimit / 2);
    // Bytes that come back soon were no garbage: the program needs more room than this.
    const needed = this.movedBack * 4 > this.bytesLimit || this.heap.inUse * 4 > this.bytesLimit * 3;
    if (needed) this.bytesLimit = Math.min(this.bytesLimit * 2, this.heap.limit);
    this.movedBack = 0;
  }

  /** The last resorts: garbage, then moving out more and more. */
  private squeeze(bytes: number): number {
    const { heap } = this;
    if (bytes > heap.limit) throw outOfMemory(heap, bytes);
    this.collect(bytes);
    let block = heap.allocate(bytes);
    while (block < 0) {
      if (this.moveOut(Math.min(heap.limit - bytes, heap.inUse / 2)) === 0) throw outOfMemory(heap, bytes);
      block = heap.allocate(bytes);
    }
    return block;
  }

  /** Moves bytes out of the heap, the least recently used first, until at most `target` bytes are in use; returns how many. */
  private moveOut(target: number): number {
    const { heap, places } = this;
    const found: Place[] = [];
    for (const place of places) if (place !== undefined && place.stamp !== this.clock) found.push(place);
    found.sort((a, b) => a.stamp - b.stamp);
    const before = heap.inUse;
    for (const place of found) {
      if (heap.inUse <= target) break;
      const start = heap.address(place.block);
      const bytes = heap.blocks.size[place.block]! * 64;
      // Not `slice`: V8 copies that byte by byte.
      place.outside = new Uint8Array(bytes);
      place.outside.set(heap.u8.subarray(start, start + bytes));
      this.release(place.block);
      place.block = -1;
    }
    this.movedOut += before - heap.inUse;
    return before - heap.inUse;
  }

  /** The address of a storage's bytes, which stay where they are for the running call. */
  private use(storage: CpuStorage): number {
    const place = storage.place!;
    place.stamp = this.clock;
    if (place.block < 0) this.fetch(storage);
    return this.heap.address(place.block) + storage.offset;
  }
}

function checkRange(storage: CpuStorage, at: number, length: number): void {
  if (storage.words === null && storage.place === null) throw disposed();
  if (at < 0 || at + length > storage.bytes)
    throw new RuntimeError(`bytes ${at} to ${at + length} are outside a storage of ${storage.bytes} bytes`);
}

/** The error for a storage that was disposed of. */
export function disposed(): RuntimeError {
  return new RuntimeError('the tensor was used after dispose() had freed its memory');
}
