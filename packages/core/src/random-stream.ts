/** A key of the generator: two unsigned 32-bit words. */
export type Key = readonly [number, number];

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): mixes a counter
 * with a key into two random words. The same inputs give the same words everywhere.
 */
export function threefry([k0, k1]: Key, c0: number, c1: number): Key {
  const keys = [k0, k1, 0x1bd11bda ^ k0 ^ k1] as const;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < 20; round++) {
    const turn = rotations[round % 8]!;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << turn) | (x1 >>> (32 - turn))) ^ x0;
    if (round % 4 < 3) continue;
    const inject = (round + 1) / 4;
    x0 = (x0 + keys[inject % 3]!) | 0;
    x1 = (x1 + keys[(inject + 1) % 3]! + inject) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** An endless sequence of random numbers under one key. */
export class RandomStream {
  private readonly key: Key;
  private counter = 0;
  private spare: number | null = null;

  constructor(key: Key) {
    this.key = key;
  }

  /** A number in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const [high, low] = threefry(this.key, this.counter >>> 0, Math.floor(this.counter / 2 ** 32));
    this.counter++;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
  }

  /** A normally distributed number (Box and Muller). */
  normal(): number {
    if (this.spare !== null) {
      const spare = this.spare;
      this.spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A whole number from 0 to `n` - 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Puts the elements in random order (Fisher and Yates). */
  shuffle<A extends { [index: number]: unknown; readonly length: number }>(items: A): A {
    const list: { [index: number]: unknown } = items;
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [list[i], list[j]] = [list[j], list[i]];
    }
    return items;
  }
}
