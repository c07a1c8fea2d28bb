/** A key of the generator: two unsigned 32-bit words. */
export type Key = readonly [number, number];

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): mixes a counter
 * with a key into two random words. The same inputs give the same words everywhere.
 */
export function threefry(key: Key, c0: number, c1: number): Key {
  const [k0, k1] = key;
  const keys = [k0, k1, 0x1bd11bda ^ k0 ^ k1];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < 5; round++) {
    for (const turn of round % 2 === 0 ? rotationsA : rotationsB) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << turn) | (x1 >>> (32 - turn))) ^ x0;
    }
    x0 = (x0 + keys[(round + 1) % 3]!) | 0;
    x1 = (x1 + keys[(round + 2) % 3]! + round + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}
const rotationsA = [13, 15, 26, 6] as const;
const rotationsB = [17, 29, 16, 24] as const;

/** An endless sequence of random numbers under one key. */
export class RandomStream {
  private readonly key: Key;
  private counter = 0;

  constructor(key: Key) {
    this.key = key;
  }

  /** A number in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const [high, low] = threefry(this.key, this.counter >>> 0, Math.floor(this.counter / 2 ** 32));
    this.counter++;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53;
  }

  /** A whole number from 0 to `n` - 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Puts the elements in random order (Fisher and Yates). */
  shuffle<A extends { [index: number]: unknown; readonly length: number }>(items: A): A {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = items[i];
      (items as { [index: number]: unknown })[i] = items[j];
      (items as { [index: number]: unknown })[j] = held;
    }
    return items;
  }
}
