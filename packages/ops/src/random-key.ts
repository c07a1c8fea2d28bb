import type { Tensor } from '@sporelet/core';
import { Generator, getSeed, randomKey, seedGeneration } from '@sporelet/core';

const limit = 256;
const streams = new Map<string, Generator>();
let generation = 0;

/**
 * A key for one random op. Without seeds it comes from the default generator. Each pair of seeds has a stream of its
 * own, which depends on `setSeed` too and starts again when that is called.
 * @param like - a tensor on whose device the key is made
 */
export function keyFor(seed: number | null = null, seed2 = 0, like?: Tensor): Tensor {
  if (seed === null || (seed === 0 && seed2 === 0)) return randomKey(undefined, like);
  if (generation !== seedGeneration() || streams.size >= limit) {
    generation = seedGeneration();
    streams.clear();
  }
  const name = `${seed},${seed2}`;
  let stream = streams.get(name);
  if (!stream) streams.set(name, (stream = new Generator().manualSeed(mixed(getSeed() ?? 0, seed, seed2))));
  return randomKey(stream, like);
}

/** One seed of three, below 2^52. */
function mixed(...seeds: readonly number[]): number {
  let [high, low] = [0x9e3779b9, 0x243f6a88];
  for (const seed of seeds) {
    low = (Math.imul(low ^ (seed >>> 0), 0x85ebca6b) ^ (low >>> 13)) >>> 0;
    high = (Math.imul(high ^ Math.floor(seed / 2 ** 32) ^ low, 0xc2b2ae35) ^ (high >>> 16)) >>> 0;
  }
  return (high & 0xfffff) * 2 ** 32 + low;
}
