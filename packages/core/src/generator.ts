import { ValueError, int64, uint32 } from '@sporelet/ir';
import { currentDevice } from './devices.ts';
import { running } from './dispatch.ts';
import type { Key } from './random-stream.ts';
import { threefry } from './random-stream.ts';
import { Tensor } from './tensor.ts';
import { elementsOf, upload } from './transfer.ts';
import { describe } from './text.ts';
import { concreteBelow } from './value.ts';

const limit = Number.MAX_SAFE_INTEGER;

function checkSeed(op: string, seed: unknown): number {
  if (typeof seed === 'bigint') return checkSeed(op, Number(seed));
  if (typeof seed !== 'number' || !Number.isInteger(seed)) {
    throw new TypeError(`For '${op}', the 'seed' must be an int, but got ${describe(seed)}.`);
  }
  if (seed < 0 || seed > limit) {
    throw new ValueError(`For '${op}', the 'seed' must be in [0, 2^53), but got ${seed}.`);
  }
  return seed;
}

const randomSeed = (): number => Math.floor(Math.random() * limit);
const words = (seed: number): Key => [seed >>> 0, Math.floor(seed / 2 ** 32)];

/**
 * A source of randomness: a seed, and an offset that says how often it was used. The same seed and offset give the same
 * numbers, on every device.
 */
export class Generator {
  private value: number | null = null;
  private offset = 0;

  /** Sets the seed and starts again from offset 0. */
  manualSeed(seed: number): this {
    this.value = checkSeed('Generator.manualSeed', seed);
    this.offset = 0;
    return this;
  }
  /** Chooses a new seed at random and returns it. */
  seed(): number {
    this.manualSeed(randomSeed());
    return this.initialSeed();
  }
  /** The present seed; chosen at random at the first use unless one was set. */
  initialSeed(): number {
    return (this.value ??= randomSeed());
  }
  /** Seed and offset as an Int64 tensor of shape (2,). */
  getState(): Tensor {
    return new Tensor([BigInt(this.initialSeed()), BigInt(this.offset)], int64);
  }
  setState(state: Tensor): void {
    const [seed, offset] = elementsOf(state.$concrete()) as BigInt64Array;
    this.value = checkSeed('Generator.setState', seed);
    this.offset = checkSeed('Generator.setState', offset);
  }
  /** A key that was not used before. @internal */
  $next(): Key {
    const key = threefry(words(this.initialSeed()), this.offset >>> 0, Math.floor(this.offset / 2 ** 32));
    this.offset++;
    return key;
  }
}

const standard = /* @__PURE__ */ new Generator();
/** Keys of initializers come from the same seed by another way, so that ops and weights do not disturb each other. */
const initial: { count: number } = { count: 0 };
let globalSeed: number | null = null;
let generation = 0;

/**
 * Seeds everything random: ops, initializers and datasets. Two runs with one seed are equal bit for bit.
 * @param seed - a whole number in [0, 2^53)
 */
export function setSeed(seed: number): void {
  globalSeed = checkSeed('setSeed', seed);
  standard.manualSeed(globalSeed);
  initial.count = 0;
  generation++;
}

/** The seed that `setSeed` was given, null before. */
export function getSeed(): number | null {
  return globalSeed;
}

/** How often `setSeed` was called: what was derived from an earlier seed is stale. */
export function seedGeneration(): number {
  return generation;
}

/** Seeds the default generator. */
export function manualSeed(seed: number): Generator {
  return standard.manualSeed(seed);
}
/** Gives the default generator a random seed, which is returned. */
export function seed(): number {
  return standard.seed();
}
/** The default generator's seed. */
export function initialSeed(): number {
  return standard.initialSeed();
}
/** The default generator's state. */
export function getRngState(): Tensor {
  return standard.getState();
}
export function setRngState(state: Tensor): void {
  standard.setState(state);
}

const initTag = 0x696e6974;

/** The key of the next initializer. */
export function initializerKey(): Key {
  return threefry(threefry(words(standard.initialSeed()), initial.count++, initTag), initTag, 0);
}

/**
 * A key for one random op: a UInt32 tensor of shape (2,). Element i of the op's result comes from
 * `threefry(key, i, 0)`; in a graph every run draws new ones.
 * @param like - a tensor on whose device the key is made, outside of graphs
 */
export function randomKey(generator: Generator = standard, like?: Tensor): Tensor {
  const make = (device = currentDevice()): Tensor => {
    const data = Uint32Array.from(generator.$next());
    return new Tensor(upload({ dtype: uint32, shape: [2], data }, device));
  };
  const { graph } = running;
  return graph?.supply
    ? graph.supply({ dtype: uint32, shape: [2] }, () => make())
    : make(like && concreteBelow(like.$value)?.device);
}
