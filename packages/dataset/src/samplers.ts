import { RuntimeError, ValueError } from '@sporelet/ir';
import { bindArguments } from '@sporelet/core';
import type { Args } from '@sporelet/core';
import { count, natural } from './checks.ts';
import type { Pass } from './node.ts';
import { RandomStream } from './random.ts';

/** Chooses the rows of a source and their order. */
export abstract class Sampler {
  /** How many rows it chooses of `size`. */
  abstract count(size: number): number;
  /** The indices, each in [0, size). `depth` is the source's place in the pipeline, which the random numbers belong to. */
  abstract indices(size: number, pass: Pass, depth: number): ArrayLike<number>;
}

const limited = (n: number, numSamples: number | null) => (numSamples === null ? n : Math.min(n, numSamples));
const range = (n: number, f: (i: number) => number) => Int32Array.from({ length: n }, (_, i) => f(i));

/** The number of samples asked for; null and 0 mean all. */
function samplesOf(value: unknown, where: string): number | null {
  return value === undefined || value === null ? null : natural(value, 'numSamples', where) || null;
}

export interface SequentialSamplerOptions {
  /** Index of the first row. Default 0. */
  startIndex?: number | null | undefined;
  /** Rows at most. Default all. */
  numSamples?: number | null | undefined;
}

/** Rows in the order of the source. */
export class SequentialSampler extends Sampler {
  private readonly start: number;
  private readonly samples: number | null;

  constructor(...args: Args<[], [startIndex?: number | null, numSamples?: number | null], SequentialSamplerOptions>) {
    super();
    const [start, samples] = bindArguments('SequentialSampler', ['startIndex', 'numSamples'], 0, args);
    this.start = natural(start ?? 0, 'startIndex', 'SequentialSampler');
    this.samples = samplesOf(samples, 'SequentialSampler');
  }
  count(size: number): number {
    return limited(Math.max(0, size - this.start), this.samples);
  }
  indices(size: number): ArrayLike<number> {
    return range(this.count(size), (i) => this.start + i);
  }
}

export interface RandomSamplerOptions {
  /** Whether a row may come more than once. Default false. */
  replacement?: boolean | undefined;
  /** Rows in all; without replacement, at most those of the source. Default all. */
  numSamples?: number | null | undefined;
}

/** Rows in random order. */
export class RandomSampler extends Sampler {
  private readonly replacement: boolean;
  private readonly samples: number | null;

  constructor(...args: Args<[], [replacement?: boolean, numSamples?: number | null], RandomSamplerOptions>) {
    super();
    const [replacement, samples] = bindArguments('RandomSampler', ['replacement', 'numSamples'], 0, args);
    this.replacement = Boolean(replacement ?? false);
    this.samples = samplesOf(samples, 'RandomSampler');
  }
  count(size: number): number {
    return this.replacement && size > 0 ? (this.samples ?? size) : limited(size, this.samples);
  }
  indices(size: number, pass: Pass, depth: number): ArrayLike<number> {
    const random = pass.random(depth);
    if (this.replacement) return range(this.count(size), () => random.below(size));
    return random.shuffle(range(size, (i) => i)).subarray(0, this.count(size));
  }
}

export interface SubsetSamplerOptions {
  /** Rows at most. Default all that are listed. */
  numSamples?: number | null | undefined;
}

/** The listed rows, in the order of the list. */
export class SubsetSampler extends Sampler {
  protected readonly list: Int32Array;
  private readonly samples: number | null;

  constructor(...args: Args<[indices: Iterable<number>], [numSamples?: number | null], SubsetSamplerOptions>) {
    super();
    const where = 'SubsetSampler';
    const [indices, samples] = bindArguments(where, ['indices', 'numSamples'], 1, args);
    this.list = Int32Array.from(indices as Iterable<number>, (i) => natural(i, 'indices', where));
    this.samples = samplesOf(samples, where);
  }
  count(_size: number): number {
    return limited(this.list.length, this.samples);
  }
  indices(size: number, _pass: Pass, _depth: number): ArrayLike<number> {
    const outside = this.list.find((i) => i >= size);
    if (outside !== undefined) {
      throw new RuntimeError(
        `For 'SubsetSampler', the indices must be below the number of rows, ${size}, but got ${outside}.`,
      );
    }
    return this.list.subarray(0, this.count(size));
  }
}

/** The listed rows, in random order. */
export class SubsetRandomSampler extends SubsetSampler {
  override indices(size: number, pass: Pass, depth: number): ArrayLike<number> {
    super.indices(size, pass, depth);
    return pass.random(depth).shuffle(this.list.slice()).subarray(0, this.count(size));
  }
}

export interface WeightedRandomSamplerOptions {
  /** Rows in all. Default as many as there are weights. */
  numSamples?: number | null | undefined;
  /** Whether a row may come more than once. Default true. */
  replacement?: boolean | undefined;
}

/** Rows drawn with the given relative weights. */
export class WeightedRandomSampler extends Sampler {
  private readonly weights: readonly number[];
  private readonly samples: number;
  private readonly replacement: boolean;

  constructor(
    ...args: Args<
      [weights: Iterable<number>],
      [numSamples?: number | null, replacement?: boolean],
      WeightedRandomSamplerOptions
    >
  ) {
    super();
    const where = 'WeightedRandomSampler';
    const [weights, samples, replacement] = bindArguments(where, ['weights', 'numSamples', 'replacement'], 1, args);
    this.weights = [...(weights as Iterable<number>)];
    if (!this.weights.every((w) => w >= 0 && Number.isFinite(w)) || !this.weights.some((w) => w > 0)) {
      throw new ValueError(`For '${where}', the weights must be finite numbers from 0 on, not all 0.`);
    }
    this.replacement = Boolean(replacement ?? true);
    this.samples = samplesOf(samples, where) ?? this.weights.length;
    const usable = this.weights.filter((w) => w > 0).length;
    if (!this.replacement && this.samples > usable) {
      throw new ValueError(
        `For '${where}', without replacement there can be at most ${usable} samples, but got ${this.samples}.`,
      );
    }
  }
  count(): number {
    return this.samples;
  }
  indices(size: number, pass: Pass, depth: number): ArrayLike<number> {
    if (this.weights.length > size) {
      throw new RuntimeError(`For 'WeightedRandomSampler', there are ${this.weights.length} weights for ${size} rows.`);
    }
    const random = pass.random(depth);
    if (!this.replacement) {
      // The order of exponential times with these rates is a draw without replacement (Efraimidis and Spirakis, 2006).
      const times = this.weights.map((w, i) => [w > 0 ? -Math.log(1 - random.uniform()) / w : Infinity, i] as const);
      times.sort((a, b) => a[0] - b[0]);
      return range(this.samples, (i) => times[i]![1]);
    }
    let total = 0;
    const sums = this.weights.map((w) => (total += w));
    return range(this.samples, () => {
      const at = random.uniform() * total;
      let [low, high] = [0, sums.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sums[middle]! > at) high = middle;
        else low = middle + 1;
      }
      return low;
    });
  }
}

export interface DistributedSamplerOptions {
  /** Whether the rows are in random order, the same in all shards. Default true. */
  shuffle?: boolean | undefined;
  /** Rows of this shard at most. Default all. */
  numSamples?: number | null | undefined;
}

/** Every `numShards`-th row. All shards have the same length: where rows are missing, the first ones come again. */
export class DistributedSampler extends Sampler {
  private readonly shards: number;
  private readonly shard: number;
  private readonly shuffle: boolean;
  private readonly samples: number | null;

  constructor(
    ...args: Args<
      [numShards: number, shardId: number],
      [shuffle?: boolean, numSamples?: number | null],
      DistributedSamplerOptions
    >
  ) {
    super();
    const where = 'DistributedSampler';
    const [shards, shard, shuffle, samples] = bindArguments(
      where,
      ['numShards', 'shardId', 'shuffle', 'numSamples'],
      2,
      args,
    );
    this.shards = count(shards, 'numShards', where);
    this.shard = natural(shard, 'shardId', where);
    if (this.shard >= this.shards) {
      throw new ValueError(`For '${where}', the shardId must be in [0, ${this.shards - 1}], but got ${this.shard}.`);
    }
    this.shuffle = Boolean(shuffle ?? true);
    this.samples = samplesOf(samples, where);
  }
  count(size: number): number {
    return limited(Math.ceil(size / this.shards), this.samples);
  }
  indices(size: number, pass: Pass, _depth: number): ArrayLike<number> {
    const all = range(size, (i) => i);
    // One order for all shards, also in processes that set no seed.
    if (this.shuffle) new RandomStream([0x73686172, pass.epoch]).shuffle(all);
    return range(this.count(size), (i) => all[(this.shard + i * this.shards) % size]!);
  }
}

/** The arguments that every source has to choose its rows. */
export interface SamplingOptions {
  /** Rows at most. Default all. */
  numSamples?: number | null | undefined;
  /** Accepted for MindSpore's sake: pipelines run in the calling thread. */
  numParallelWorkers?: number | null | undefined;
  /** Random order, another in each epoch. Default true. */
  shuffle?: boolean | null | undefined;
  /** In place of `shuffle`: a sampler, or the indices of the rows. */
  sampler?: Sampler | Iterable<number> | null | undefined;
  /** Parts that the rows are divided into. */
  numShards?: number | null | undefined;
  /** Which part this is, from 0. */
  shardId?: number | null | undefined;
}

/** The sampler that a source's arguments ask for. @throws RuntimeError when they contradict each other. */
export function chooseSampler(where: string, options: Readonly<Record<keyof SamplingOptions, unknown>>): Sampler {
  const given = (value: unknown) => value !== undefined && value !== null;
  const { numSamples, shuffle, sampler, numShards, shardId } = options;
  if (given(options.numParallelWorkers)) count(options.numParallelWorkers, 'numParallelWorkers', where);
  if (given(shuffle) && typeof shuffle !== 'boolean') {
    throw new TypeError(`For '${where}', the shuffle must be a boolean, but got ${typeof shuffle}.`);
  }
  const samples = samplesOf(numSamples, where);
  if (given(numShards) !== given(shardId)) {
    throw new RuntimeError(`For '${where}', numShards and shardId must be given together.`);
  }
  if (given(sampler)) {
    if (given(shuffle)) throw new RuntimeError(`For '${where}', sampler and shuffle cannot be given together.`);
    if (given(numShards)) throw new RuntimeError(`For '${where}', sampler and numShards cannot be given together.`);
    if (sampler instanceof Sampler) {
      if (samples !== null) throw new ValueError(`For '${where}', the sampler must be given numSamples itself.`);
      return sampler;
    }
    if (typeof sampler === 'object' && Symbol.iterator in sampler) {
      return new SubsetSampler(sampler as Iterable<number>, { numSamples: samples });
    }
    throw new TypeError(`For '${where}', the sampler must be a Sampler or indices, but got ${typeof sampler}.`);
  }
  const order = shuffle !== false;
  if (given(numShards)) {
    return new DistributedSampler(
      count(numShards, 'numShards', where),
      natural(shardId, 'shardId', where),
      order,
      samples,
    );
  }
  return order ? new RandomSampler(false, samples) : new SequentialSampler(0, samples);
}
