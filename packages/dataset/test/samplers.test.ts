import { RuntimeError, ValueError } from '@sporelet/ir';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SamplingOptions } from '../src/index.ts';
import {
  DistributedSampler,
  NumpySlicesDataset,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  SubsetSampler,
  WeightedRandomSampler,
  config,
} from '../src/index.ts';

const ten = Int32Array.from({ length: 10 }, (_, i) => i);
const make = (options: SamplingOptions) => new NumpySlicesDataset(ten, { columnNames: 'x', ...options });
/** The values of one epoch; the dataset's size must say how many. */
function values(options: SamplingOptions): number[] {
  const data = make(options);
  const out = Array.from(data.createTupleIterator({ outputNumpy: true, numEpochs: 1 }), ([x]) => Number(x.data[0]));
  expect(data.getDatasetSize()).toBe(out.length);
  return out;
}
const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);

beforeEach(() => config.setSeed(1));

describe('plain arguments', () => {
  test('in order, from a given number, in shards: as MindSpore 2.10', () => {
    expect(values({ shuffle: false })).toEqual([...ten]);
    expect(values({ shuffle: false, numSamples: 3 })).toEqual([0, 1, 2]);
    expect(values({ shuffle: false, numSamples: 0 })).toEqual([...ten]);
    const shards = (numSamples: number | null) =>
      [0, 1, 2].map((shardId) => values({ shuffle: false, numShards: 3, shardId, numSamples }));
    expect(shards(null)).toEqual([[0, 3, 6, 9], [1, 4, 7, 0], [2, 5, 8, 1]]); // prettier-ignore
    expect(shards(2)).toEqual([[0, 3], [1, 4], [2, 5]]); // prettier-ignore
  });

  test('random order by default, without repetition', () => {
    expect(values({})).not.toEqual([...ten]);
    expect(sorted(values({}))).toEqual([...ten]);
    const some = values({ numSamples: 4 });
    expect([some.length, new Set(some).size]).toEqual([4, 4]);
    expect(values({ numSamples: 99 })).toHaveLength(10);
  });

  test('random shards fit together, with or without a seed', () => {
    const shards = [0, 1].map((shardId) => values({ numShards: 2, shardId }));
    expect(sorted(shards.flat())).toEqual([...ten]);
    expect(shards.flat()).not.toEqual([...ten]);
  });
});

describe('samplers', () => {
  test('sequential, subset', () => {
    expect(values({ sampler: new SequentialSampler({ startIndex: 4, numSamples: 3 }) })).toEqual([4, 5, 6]);
    expect(values({ sampler: new SequentialSampler(8) })).toEqual([8, 9]);
    expect(values({ sampler: new SubsetSampler([3, 1, 3]) })).toEqual([3, 1, 3]);
    expect(values({ sampler: [3, 1, 3], numSamples: 2 })).toEqual([3, 1]);
    expect(values({ sampler: new Set([5]) })).toEqual([5]);
    expect(sorted(values({ sampler: new SubsetRandomSampler([3, 1, 7]) }))).toEqual([1, 3, 7]);
  });

  test('random with replacement', () => {
    const many = values({ sampler: new RandomSampler(true, 1000) });
    expect(many).toHaveLength(1000);
    expect(sorted([...new Set(many)])).toEqual([...ten]);
  });

  test('weights', () => {
    const drawn = values({ sampler: new WeightedRandomSampler([1, 0, 3], 4000) });
    const ones = drawn.filter((v) => v === 0).length;
    expect(drawn).not.toContain(1);
    // Four deviations of a binomial with p = 1/4.
    expect(Math.abs(ones - 1000)).toBeLessThan(110);
    expect(
      sorted(values({ sampler: new WeightedRandomSampler([1, 0, 3, 9], { numSamples: 3, replacement: false }) })),
    ).toEqual([0, 2, 3]);
  });

  test('a distributed sampler changes with the epoch', () => {
    const data = make({ sampler: new DistributedSampler(2, 0) });
    const it = data.createTupleIterator({ outputNumpy: true });
    const epoch = () => Array.from(it, ([x]) => Number(x.data[0]));
    expect(epoch()).not.toEqual(epoch());
  });
});

describe('errors', () => {
  const cases: [SamplingOptions, new (message: string) => Error, string][] = [
    [{ sampler: [1], shuffle: false }, RuntimeError, 'sampler and shuffle cannot be given together'],
    [{ sampler: [1], numShards: 2, shardId: 0 }, RuntimeError, 'sampler and numShards cannot be given together'],
    [{ sampler: new SequentialSampler(), numSamples: 2 }, ValueError, 'the sampler must be given numSamples itself'],
    [{ shardId: 0 }, RuntimeError, 'numShards and shardId must be given together'],
    [{ numShards: 0, shardId: 0 }, ValueError, 'the numShards must be a whole number in [1, 2147483647], but got 0'],
    [{ numParallelWorkers: 0 }, ValueError, 'the numParallelWorkers must be a whole number in [1, 2147483647]'],
    [{ shuffle: 1 as unknown as boolean }, TypeError, 'the shuffle must be a boolean'],
    [{ sampler: 5 as unknown as number[] }, TypeError, 'the sampler must be a Sampler or indices'],
  ];
  test.each(cases)('%#', (options, kind, message) => {
    expect(() => make(options)).toThrow(kind);
    expect(() => make(options)).toThrow(`For 'NumpySlicesDataset', ${message}`);
  });

  test('of samplers', () => {
    expect(() => values({ sampler: [10] })).toThrow('the indices must be below the number of rows, 10, but got 10');
    expect(() => new SubsetSampler([-1])).toThrow(ValueError);
    expect(() => new WeightedRandomSampler([0, 0])).toThrow(ValueError);
    expect(() => new WeightedRandomSampler([1, 0], 2, false)).toThrow('there can be at most 1 samples, but got 2');
    expect(() => new DistributedSampler(2, 2)).toThrow('the shardId must be in [0, 1], but got 2');
  });
});
