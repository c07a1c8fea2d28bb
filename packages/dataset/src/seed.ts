import { getSeed as coreSeed, seedGeneration as coreGeneration } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';

/** The seed set here, and the core's generation at that time: a seed set there later takes its place. */
let own: { readonly seed: number; readonly at: number } | null = null;
let generation = 0;

/**
 * Sets the seed of all shuffling and random transforms; pipelines start their sequence of epochs anew. `setSeed` of the
 * whole library does the same.
 * @param seed a whole number in [0, 2^32)
 */
export function setSeed(seed: number): void {
  if (typeof seed !== 'number')
    throw new TypeError(`For 'setSeed', the seed must be a number, but got ${typeof seed}.`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new ValueError(`For 'setSeed', the seed must be a whole number in [0, 2^32), but got ${seed}.`);
  }
  own = { seed, at: coreGeneration() };
  generation++;
}

/** The seed, or null when none was set: then every pipeline draws its own. */
export function getSeed(): number | null {
  return own?.at === coreGeneration() ? own.seed : coreSeed();
}

/** How often a seed was set. */
export function seedGeneration(): number {
  return generation + coreGeneration();
}
