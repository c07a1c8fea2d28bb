/** Claims work by 64-bit compare-and-swap, which JavaScript has only with bigints. All addresses are byte addresses. */
export interface Claim {
  /** Publishes a region: `count` chunks of `epoch` are free to take. */
  open(word: number, epoch: number, count: number): void;
  /** Takes a chunk of `epoch`: how many were left before, or 0 when there is none or the word belongs to another epoch. */
  take(word: number, epoch: number): number;
  /** Chunks of `epoch` that nobody has taken. */
  left(word: number, epoch: number): number;
  /** Reads an i32 until it differs from `old`, at most `times` times; returns what was read last. */
  spin(address: number, old: number, times: number): number;
}

/*
The count is in the same word as the epoch: a claim never depends on a second word that could be of another region.

open:  i64.atomic.store(word, epoch << 32 | count)
take:  loop w = i64.atomic.load(word)
         if (w >>> 32 != epoch) return 0
         if (i32(w) == 0) return 0
         again if i64.atomic.rmw.cmpxchg(word, w, w - 1) != w
       return i32(w)
left:  w = i64.atomic.load(word); return w >>> 32 == epoch ? i32(w) : 0
spin:  loop v = i32.atomic.load(address)
         if (v != old) return v
         again if --times
       return v
*/
// prettier-ignore
const code = [
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  // Types: (i32 i32 i32) -> (), (i32 i32) -> i32, (i32 i32 i32) -> i32.
  1, 20, 3, 0x60, 3, 0x7f, 0x7f, 0x7f, 0, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 3, 0x7f, 0x7f, 0x7f, 1, 0x7f,
  // Import env.memory: shared, 1 to 65536 pages.
  2, 18, 1, 3, 0x65, 0x6e, 0x76, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 3, 1, 0x80, 0x80, 4,
  // Functions and their exports: open, take, left, spin.
  3, 5, 4, 0, 1, 1, 2,
  7, 29, 4, 4, 0x6f, 0x70, 0x65, 0x6e, 0, 0, 4, 0x74, 0x61, 0x6b, 0x65, 0, 1,
  4, 0x6c, 0x65, 0x66, 0x74, 0, 2, 4, 0x73, 0x70, 0x69, 0x6e, 0, 3,
  10, 0x94, 1, 4,
  // open
  18, 0, 0x20, 0, 0x20, 1, 0xad, 0x42, 32, 0x86, 0x20, 2, 0xad, 0x84, 0xfe, 0x18, 3, 0, 0x0b,
  // take
  61, 1, 1, 0x7e, 0x03, 0x7f, 0x20, 0, 0xfe, 0x11, 3, 0, 0x21, 2,
  0x20, 2, 0x42, 32, 0x88, 0xa7, 0x20, 1, 0x47, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b,
  0x20, 2, 0xa7, 0x45, 0x04, 0x40, 0x41, 0, 0x0f, 0x0b,
  0x20, 2, 0x20, 0, 0x20, 2, 0x20, 2, 0x42, 1, 0x7d, 0xfe, 0x49, 3, 0, 0x52, 0x0d, 0, 0x20, 2, 0xa7, 0x0b, 0x0b,
  // left
  27, 1, 1, 0x7e, 0x20, 0, 0xfe, 0x11, 3, 0, 0x21, 2,
  0x20, 2, 0xa7, 0x41, 0, 0x20, 2, 0x42, 32, 0x88, 0xa7, 0x20, 1, 0x46, 0x1b, 0x0b,
  // spin
  37, 1, 1, 0x7f, 0x03, 0x7f, 0x20, 0, 0xfe, 0x10, 2, 0, 0x21, 3, 0x20, 3, 0x20, 1, 0x47, 0x04, 0x40, 0x20, 3, 0x0f, 0x0b,
  0x20, 2, 0x41, 1, 0x6b, 0x22, 2, 0x0d, 0, 0x20, 3, 0x0b, 0x0b,
];

export const claimModule = (): Uint8Array<ArrayBuffer> => Uint8Array.from(code);
