const NONE = -1;
const ROWS = 24;

/** Sizes below 16 have a class each; above, every power of two has 16 classes. */
function classOf(size: number): number {
  if (size < 16) return size;
  const top = 31 - Math.clz32(size);
  return ((top - 3) << 4) | ((size >>> (top - 4)) & 15);
}

const lowestBit = (mask: number): number => 31 - Math.clz32(mask & -mask);

/**
 * Divides a growing range of units into blocks: constant time, neighbours merged at once (two-level segregated fit,
 * Masmano et al. 2004). Only numbers: it never touches the memory it divides. At most 2^26 units.
 */
export class Blocks {
  /** First unit of each block. */
  start = new Int32Array(64);
  /** Units of each block; 0 for numbers not in use. */
  size = new Int32Array(64);
  /** Block numbers given so far are below this. */
  top = 0;
  /** Units in taken blocks. */
  used = 0;
  private taken = new Uint8Array(64);
  private before = new Int32Array(64);
  private after = new Int32Array(64);
  private next = new Int32Array(64);
  private previous = new Int32Array(64);
  private readonly heads = new Int32Array(ROWS * 16).fill(NONE);
  private readonly columns = new Int32Array(ROWS);
  private rows = 0;
  private spare = NONE;
  private last = NONE;

  /** A block of exactly `units` (at least 1), or -1 when no free block is large enough. */
  take(units: number): number {
    const c = classOf(units);
    let id = this.heads[c]!;
    if (id === NONE || this.size[id]! < units) {
      id = this.larger(c);
      if (id === NONE) id = this.scan(c, units);
      if (id === NONE) return NONE;
    }
    this.unlink(id);
    const rest = this.size[id]! - units;
    if (rest > 0) {
      this.size[id] = units;
      this.link(this.insert(this.start[id]! + units, rest, id, this.after[id]!));
    }
    this.taken[id] = 1;
    this.used += units;
    return id;
  }

  /** Takes a block back; its number may be given out again. */
  give(id: number): void {
    if (this.taken[id] !== 1) throw new Error(`block ${id} is not taken`);
    this.taken[id] = 0;
    this.used -= this.size[id]!;
    const after = this.after[id]!;
    if (after !== NONE && this.taken[after] === 0) {
      this.unlink(after);
      this.absorb(id, after);
    }
    const before = this.before[id]!;
    if (before !== NONE && this.taken[before] === 0) {
      this.unlink(before);
      this.absorb(before, id);
      this.link(before);
    } else this.link(id);
  }

  /** Adds units at the end of the range; the first call says where the range begins. */
  extend(units: number, from = 0): void {
    const last = this.last;
    if (last === NONE) this.link(this.insert(from, units, NONE, NONE));
    else if (this.taken[last] === 0) {
      this.unlink(last);
      this.size[last] = this.size[last]! + units;
      this.link(last);
    } else this.link(this.insert(this.start[last]! + this.size[last]!, units, last, NONE));
  }

  /** Free units at the end of the range: what growing need not add. */
  tail(): number {
    return this.last === NONE || this.taken[this.last] === 1 ? 0 : this.size[this.last]!;
  }

  /** The first free block of any class above `c`: every one of them is large enough. */
  private larger(c: number): number {
    let row = c >> 4;
    let columns = this.columns[row]! & (-2 << (c & 15));
    if (columns === 0) {
      const rows = this.rows & (-2 << row);
      if (rows === 0) return NONE;
      row = lowestBit(rows);
      columns = this.columns[row]!;
    }
    return this.heads[(row << 4) | lowestBit(columns)]!;
  }

  private scan(c: number, units: number): number {
    let id = this.heads[c]!;
    while (id !== NONE && this.size[id]! < units) id = this.next[id]!;
    return id;
  }

  private link(id: number): void {
    const c = classOf(this.size[id]!);
    const head = this.heads[c]!;
    this.next[id] = head;
    this.previous[id] = NONE;
    if (head !== NONE) this.previous[head] = id;
    this.heads[c] = id;
    this.columns[c >> 4]! |= 1 << (c & 15);
    this.rows |= 1 << (c >> 4);
  }

  private unlink(id: number): void {
    const next = this.next[id]!;
    const previous = this.previous[id]!;
    if (next !== NONE) this.previous[next] = previous;
    if (previous !== NONE) {
      this.next[previous] = next;
      return;
    }
    const c = classOf(this.size[id]!);
    this.heads[c] = next;
    if (next !== NONE) return;
    this.columns[c >> 4]! &= ~(1 << (c & 15));
    if (this.columns[c >> 4] === 0) this.rows &= ~(1 << (c >> 4));
  }

  /** Appends `gone`, the free block after `id`, to `id`. */
  private absorb(id: number, gone: number): void {
    this.size[id] = this.size[id]! + this.size[gone]!;
    const after = this.after[gone]!;
    this.after[id] = after;
    if (after === NONE) this.last = id;
    else this.before[after] = id;
    this.size[gone] = 0;
    this.next[gone] = this.spare;
    this.spare = gone;
  }

  private insert(start: number, size: number, before: number, after: number): number {
    let id = this.spare;
    if (id !== NONE) this.spare = this.next[id]!;
    else {
      id = this.top++;
      if (id === this.start.length) this.widen();
    }
    this.start[id] = start;
    this.size[id] = size;
    this.taken[id] = 0;
    this.before[id] = before;
    this.after[id] = after;
    if (before !== NONE) this.after[before] = id;
    if (after === NONE) this.last = id;
    else this.before[after] = id;
    return id;
  }

  private widen(): void {
    const length = this.start.length * 2;
    const copy = (from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(length);
      to.set(from);
      return to;
    };
    this.start = copy(this.start);
    this.size = copy(this.size);
    this.before = copy(this.before);
    this.after = copy(this.after);
    this.next = copy(this.next);
    this.previous = copy(this.previous);
    const taken = new Uint8Array(length);
    taken.set(this.taken);
    this.taken = taken;
  }
}
