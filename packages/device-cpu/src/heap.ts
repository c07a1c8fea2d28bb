import { RuntimeError, ValueError } from '@sporelet/ir';
import { Blocks } from './blocks.ts';

const PAGE = 65536;
const UNITS_PER_PAGE = PAGE / 64;
const MAX_PAGES = 65536;
const MIN_PAGES = 256;
const FIRST_PAGES = 32;
/** Growing by more than 64 MiB at a time only when one block needs it. */
const LARGEST_STEP = 1024;

export interface HeapOptions {
  readonly shared: boolean;
  /** Greatest size of the memory in bytes; default 4 GiB, or what the engine grants. */
  readonly maxBytes?: number | undefined;
}

function makeMemory(shared: boolean, maxPages: number): { memory: WebAssembly.Memory; pages: number } {
  for (let pages = maxPages; ; pages >>= 1) {
    try {
      const initial = Math.min(FIRST_PAGES, pages);
      return { memory: new WebAssembly.Memory({ initial, maximum: pages, shared }), pages };
    } catch (error) {
      if (!(error instanceof RangeError) || pages <= MIN_PAGES) throw error;
    }
  }
}

/**
 * The one memory that all tensors and kernels of a device share. Blocks are 64-byte aligned and padded to 64 bytes. The
 * first page is reserved (no block has address 0), and the last page is never given out: kernels may read, not write,
 * up to 64 bytes past a block's end. Only the thread that made the heap grows it.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** Greatest number of bytes that blocks can have in all. */
  readonly limit: number;
  readonly blocks = new Blocks();
  /** Greatest value that `inUse` had, in bytes. */
  peak = 0;
  // Replaced when the memory grows: read them anew after anything that may allocate.
  u8!: Uint8Array;
  i32!: Int32Array;
  private readonly maxPages: number;
  private pages: number;

  constructor(options: HeapOptions) {
    const asked = Math.floor(Math.min(options.maxBytes ?? Infinity, MAX_PAGES * PAGE) / PAGE);
    if (!(asked >= 3))
      throw new ValueError(`the heap's maxBytes must be at least ${3 * PAGE}, but got ${options.maxBytes}`);
    const { memory, pages } = makeMemory(options.shared, asked);
    this.memory = memory;
    this.shared = options.shared;
    this.maxPages = pages;
    this.limit = (pages - 2) * PAGE;
    this.pages = memory.buffer.byteLength / PAGE;
    this.blocks.extend((this.pages - 2) * UNITS_PER_PAGE, UNITS_PER_PAGE);
    this.refresh();
  }

  /** Bytes in blocks, padding included. */
  get inUse(): number {
    return this.blocks.used * 64;
  }

  /** Bytes the memory has now. */
  get reserved(): number {
    return this.pages * PAGE;
  }

  /** A block of at least `bytes`, or -1 when the memory cannot grow to hold it. */
  allocate(bytes: number): number {
    if (bytes > this.limit) return -1;
    const units = Math.max(1, Math.ceil(bytes / 64));
    let block = this.blocks.take(units);
    if (block < 0) {
      if (!this.grow(units - this.blocks.tail())) return -1;
      block = this.blocks.take(units);
    }
    const used = this.blocks.used * 64;
    if (used > this.peak) this.peak = used;
    return block;
  }

  release(block: number): void {
    this.blocks.give(block);
  }

  /** Byte address of a block, as the unsigned number that indexes `u8`. */
  address(block: number): number {
    return (this.blocks.start[block]! << 6) >>> 0;
  }

  private grow(units: number): boolean {
    const need = Math.ceil(units / UNITS_PER_PAGE);
    const room = this.maxPages - this.pages;
    if (need > room) return false;
    const wish = Math.min(room, Math.max(need, Math.min(this.pages, LARGEST_STEP)));
    const step = this.tryGrow(wish) ? wish : wish > need && this.tryGrow(need) ? need : 0;
    if (step === 0) return false;
    this.pages += step;
    this.refresh();
    this.blocks.extend(step * UNITS_PER_PAGE);
    return true;
  }

  private tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  private refresh(): void {
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
  }
}

/** `1.5 GiB (1610612736 bytes)`. */
function amount(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const power = Math.min(3, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${['', 'KiB', 'MiB', 'GiB'][power]} (${bytes} bytes)`;
}

/** The error for a block that no collection made room for. */
export function outOfMemory(heap: Heap, bytes: number): RuntimeError {
  const free = heap.limit - heap.inUse;
  const why = bytes <= free ? ' (free memory is in pieces too small)' : '';
  return new RuntimeError(
    `out of memory: ${amount(bytes)} asked, ${amount(heap.inUse)} in use, the limit is ${amount(heap.limit)}${why}; ` +
      'use smaller batches, let go of tensors that are no longer needed (or dispose() them), ' +
      'or give the device a greater maxBytes (at most 4 GiB)',
  );
}
