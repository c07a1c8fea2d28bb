import { ValueError } from '@sporelet/ir';

let seed: number | null = null;
let generation = 0;

/**
 * Sets the seed of all shuffling and random transforms; pipelines start their sequence of epochs anew.
 * @param value a whole number in [0, 2^32)
 */
export function setSeed(value: number): void {
  if (typeof value !== 'number')
    throw new TypeError(`For 'setSeed', the seed must be a number, but got ${typeof value}.`);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new ValueError(`For 'setSeed', the seed must be a whole number in [0, 2^32), but got ${value}.`);
  }
  seed = value;
  generation++;
}

/** The seed, or null when none was set: then every pipeline draws its own. */
export function getSeed(): number | null {
  return seed;
}

/** How often a seed was set. */
export function seedGeneration(): number {
  return generation;
}
