import type { Storage } from '@sporelet/ir';
import type { StorageTable } from './storage-table.ts';

/** Results of at most this many bytes live in an ordinary small array: V8 keeps those inside its own heap, and nothing has to be freed. */
export const SMALL_BYTES = 64;

/**
 * Where the bytes of one storage, or of several small ones, are: a block of the heap, or an array outside it. The table
 * reaches places, never storages, and it forgets a place whose bytes moved out: then only its storages keep them.
 */
export class Place {
  readonly table: StorageTable;
  /** Block of the heap, or -1 while the bytes are outside and after they were freed. */
  block: number;
  outside: Uint8Array | null = null;
  /** The table's clock when the bytes were last used. */
  stamp: number;
  /** Whether several storages share the place; then the bytes given to them so far, and how many were not disposed of. */
  readonly slab: boolean;
  top = 0;
  live = 0;

  constructor(table: StorageTable, block: number, slab: boolean) {
    this.table = table;
    this.block = block;
    this.stamp = table.clock;
    this.slab = slab;
  }
}

/** Bytes of the CPU device. `words` holds them, or `place` says where they are; neither after `dispose`. */
export class CpuStorage implements Storage {
  readonly bytes: number;
  shared = 0;
  words: Int32Array | null;
  place: Place | null;
  /** Where the bytes begin in the place. */
  readonly offset: number;
  /** Unreachable when all storages of the place are: the table watches it, and no place may reach it. */
  readonly keep: object | null;
  /** The run (the table's clock) for which the small bytes are in the heap, and the index of their first word there. */
  staged = 0;
  word = 0;

  constructor(bytes: number, words: Int32Array | null, place: Place | null, offset: number, keep: object | null) {
    this.bytes = bytes;
    this.words = words;
    this.place = place;
    this.offset = offset;
    this.keep = keep;
  }

  /** Frees the bytes at once; using the storage afterwards is a RuntimeError. */
  dispose(): void {
    const { place } = this;
    this.words = null;
    this.place = null;
    if (place !== null) place.table.drop(place, this.offset + this.bytes, this.offset);
  }
}
