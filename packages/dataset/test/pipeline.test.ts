import { NdArray } from '@sporelet/core';
import { RuntimeError, ValueError, float32, int32 } from '@sporelet/ir';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Dataset } from '../src/index.ts';
import { GeneratorDataset, NumpySlicesDataset, config, vision, zip } from '../src/index.ts';

const numbers = <const C extends string = 'x'>(n: number, name = 'x' as C) =>
  new NumpySlicesDataset(
    Int32Array.from({ length: n }, (_, i) => i),
    name,
    { shuffle: false },
  );
const plain = (x: NdArray) => (x.shape.length === 0 ? Number(x.data[0]) : Array.from(x.data as Int32Array));
/** One epoch; rows of one column without their parentheses. */
function values(data: Dataset, epochs = 1): unknown[] {
  const it = data.createTupleIterator({ outputNumpy: true, numEpochs: epochs });
  const epoch = () => Array.from(it, (row) => (row.length === 1 ? plain(row[0]) : Array.from(row, plain)));
  return epochs === 1 ? epoch() : Array.from({ length: epochs }, epoch);
}
const sorted = (list: readonly unknown[]) => [...list].sort((a, b) => Number(a) - Number(b));

beforeEach(() => config.setSeed(1));

describe('choosing and ordering rows, as MindSpore 2.10', () => {
  test('take, skip, repeat, batch', () => {
    expect(values(numbers(10).take(3))).toEqual([0, 1, 2]);
    expect(values(numbers(3).take(-1))).toEqual([0, 1, 2]);
    expect(values(numbers(10).skip(8))).toEqual([8, 9]);
    expect(values(numbers(10).skip(80))).toEqual([]);
    expect(values(numbers(3).repeat(2))).toEqual([0, 1, 2, 0, 1, 2]);
    expect(values(numbers(10).batch(4))).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]); // prettier-ignore
    expect(values(numbers(10).batch(4, true))).toEqual([[0, 1, 2, 3], [4, 5, 6, 7]]); // prettier-ignore
    expect(values(numbers(10).repeat(2).batch(4)).at(2)).toEqual([8, 9, 0, 1]);
    expect(values(numbers(10).batch((info) => info.getBatchNum() + 1))).toEqual([[0], [1, 2], [3, 4, 5], [6, 7, 8, 9]]);
    expect(values(numbers(4).batch(2).batch(2)).map((b) => (b as number[]).length)).toEqual([4]);
  });

  test('sizes agree with what comes', () => {
    const all = [
      numbers(10).take(3), numbers(10).take(99), numbers(10).skip(99), numbers(10).repeat(2), numbers(10).batch(4), numbers(10).batch(4, true),
      numbers(10).shuffle(5), numbers(10).concat(numbers(3)), numbers(10).zip(numbers(3, 'y')), numbers(10).filter((x) => Number(x.data[0]) > 6),
      numbers(10).filter(() => true).batch(3).repeat(2).skip(1), numbers(10).batch((info) => info.getBatchNum() + 1),
    ]; // prettier-ignore
    for (const data of all) expect(data.getDatasetSize()).toBe(values(data).length);
    expect(numbers(10).batch(4).getBatchSize()).toBe(4);
    expect(numbers(10).repeat(3).getRepeatCount()).toBe(3);
    expect(() => numbers(3).repeat().getDatasetSize()).toThrow(RuntimeError);
  });

  test('shuffle gives every row once, within its buffer', () => {
    const order = values(numbers(100).shuffle(10)) as number[];
    expect(sorted(order)).toEqual(values(numbers(100)));
    expect(order).not.toEqual(sorted(order));
    order.forEach((v, i) => expect(v).toBeLessThan(i + 10));
    expect(sorted(values(numbers(5).shuffle(1000)))).toEqual([0, 1, 2, 3, 4]);
    const batches = values(numbers(8).batch(2).shuffle(4)) as number[][];
    expect(batches.map(([a, b]) => b! - a!)).toEqual([1, 1, 1, 1]);
  });

  test('repeat without a count goes on for ever', () => {
    expect(values(numbers(2).repeat().take(5))).toEqual([0, 1, 0, 1, 0]);
    expect(values(numbers(2).skip(2).repeat().take(5))).toEqual([]);
  });

  test('concat, zip', () => {
    expect(values(numbers(3).concat([numbers(2), numbers(1)]))).toEqual([0, 1, 2, 0, 1, 0]);
    expect(values(numbers(3).concat(numbers(2)).batch(4))).toEqual([[0, 1, 2, 0], [1]]);
    expect(values(numbers(3).zip(numbers(9, 'y').skip(5)))).toEqual([[0, 5], [1, 6], [2, 7]]); // prettier-ignore
    expect(zip<string>([numbers(2, 'a'), numbers(2, 'b'), numbers(2, 'c')]).getColNames()).toEqual(['a', 'b', 'c']);
    expect(values(numbers(3).zip(numbers(3, 'y')).batch(2))).toEqual([[[0, 1], [0, 1]], [[2], [2]]]); // prettier-ignore
  });

  test('filter', () => {
    expect(values(numbers(10).filter((x) => Number(x.data[0]) % 2 === 0, 'x'))).toEqual([0, 2, 4, 6, 8]);
    expect(
      values(numbers(4).filter((x) => new NdArray(Uint8Array.of(Number(x.at(0)) > 1 ? 1 : 0), [], int32))),
    ).toEqual([2, 3]);
  });

  test('project, rename', () => {
    const data = numbers(2).zip(numbers(2, 'y').skip(0)).zip(numbers(2, 'z'));
    expect(data.project(['z', 'x']).getColNames()).toEqual(['z', 'x']);
    expect(data.rename(['x', 'y'], ['y', 'x']).getColNames()).toEqual(['y', 'x', 'z']);
    expect(values(data.project('y'))).toEqual([0, 1]);
  });

  test('a dataset can have any number of consumers', () => {
    const data = numbers(4);
    const [a, b] = [data.batch(2), data.batch(4)];
    expect([values(a), values(b), values(data)]).toEqual([[[0, 1], [2, 3]], [[0, 1, 2, 3]], [0, 1, 2, 3]]); // prettier-ignore
  });
});

describe('epochs and seeds', () => {
  const shuffled = () =>
    new NumpySlicesDataset(
      Int32Array.from({ length: 20 }, (_, i) => i),
      'x',
    );

  test('each epoch has another order; a run with the same seed has the same ones', () => {
    const run = () => {
      config.setSeed(42);
      return values(shuffled().shuffle(5), 3);
    };
    const [a, b, c] = run() as [unknown[], unknown[], unknown[]];
    expect(sorted(a)).toEqual(sorted(b));
    expect(a).not.toEqual(b);
    expect(b).not.toEqual(c);
    expect(run()).toEqual([a, b, c]);
    config.setSeed(43);
    expect(values(shuffled().shuffle(5))).not.toEqual(a);
  });

  test('a new iterator of the same dataset goes on with the next epoch; setSeed and reset start anew', () => {
    const data = shuffled();
    const three = [values(data), values(data), values(data)];
    expect(three).toEqual(values(shuffled(), 3));
    data.reset();
    expect(values(data)).toEqual(three[0]);
    config.setSeed(1);
    expect(values(data)).toEqual(three[0]);
  });

  test('repeat has the order of as many epochs; what follows a source does not change its order', () => {
    expect(values(shuffled().repeat(2))).toEqual(values(shuffled(), 2).flat());
    expect(values(shuffled().repeat(2), 2).flat()).toEqual(values(shuffled(), 4).flat());
    expect(values(shuffled().batch(7)).flat()).toEqual(values(shuffled()));
  });

  test('numEpochs is held', () => {
    const it = numbers(2).createTupleIterator({ numEpochs: 2, outputNumpy: true });
    expect([[...it].length, [...it].length]).toEqual([2, 2]);
    expect(() => [...it]).toThrow(RuntimeError);
  });

  test('leaving a loop ends its epoch, next() goes through one', () => {
    const it = numbers(3).createDictIterator({ outputNumpy: true });
    for (const { x } of it) {
      expect(x.at(0)).toBe(0);
      break;
    }
    expect(it.next().value.x.at(0)).toBe(0);
    expect([...it].map(({ x }) => x.at(0))).toEqual([1, 2]);
    expect(it.next().value.x.at(0)).toBe(0);
  });
});

describe('iterators', () => {
  test('columns of a row, by position and by name', () => {
    const data = numbers(2, 'x').zip(numbers(5, 'y').skip(3));
    const first = data.createTupleIterator(['y'], 1, true).next().value;
    expect([first.length, first[0].at(0)]).toEqual([1, 3]);
    const row = data.createDictIterator(1, true).next().value;
    expect([Object.keys(row), row.x.at(0), row.y.at(0)]).toEqual([['x', 'y'], 0, 3]);
    expect(() => data.createTupleIterator({ columns: 'z' as 'x' })).toThrow("there is no column 'z'");
  });

  test('for await gives the same, and lets timers run', async () => {
    const data = numbers(2000).map((x) => {
      const until = performance.now() + 0.1;
      while (performance.now() < until);
      return x;
    });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const seen: unknown[] = [];
    for await (const [x] of data.createTupleIterator({ outputNumpy: true })) seen.push(x.at(0));
    clearInterval(timer);
    expect(seen).toEqual(values(numbers(2000)));
    expect(ticks).toBeGreaterThan(0);
  });

  test('rows given out are not touched again', () => {
    const rows = [...numbers(6).map(new vision.Rescale(1, 0)).batch(2).createTupleIterator({ outputNumpy: true })];
    expect(rows.map(([x]) => [...x.data])).toEqual([[0, 1], [2, 3], [4, 5]]); // prettier-ignore
  });
});

describe('sources in memory', () => {
  const columns = (data: Dataset) => {
    const row = data.createDictIterator({ outputNumpy: true }).next().value;
    return Object.fromEntries(Object.entries(row).map(([name, x]) => [name, [x.dtype.name, [...x.shape]]]));
  };

  test('names and dtypes of NumpySlicesDataset', () => {
    expect(columns(new NumpySlicesDataset([1, 2, 3]))).toEqual({ column_0: ['Float32', []] });
    expect(columns(new NumpySlicesDataset([[1n, 2n], [3n, 4n]]))).toEqual({ column_0: ['Int64', [2]] }); // prettier-ignore
    expect(
      columns(new NumpySlicesDataset({ a: [true], b: new NdArray(new Float32Array(6), [1, 2, 3], float32) })),
    ).toEqual({ a: ['Bool', []], b: ['Float32', [2, 3]] });
    expect(columns(new NumpySlicesDataset([Uint8Array.of(1), Float64Array.of(2)]))).toEqual({
      column_0: ['UInt8', []],
      column_1: ['Float64', []],
    });
    expect(columns(new NumpySlicesDataset([[1], [2n]], ['a', 'b']))).toEqual({ a: ['Float32', []], b: ['Int64', []] });
  });

  test('errors of NumpySlicesDataset', () => {
    expect(() => new NumpySlicesDataset({ a: [1], b: [1, 2] })).toThrow(
      "all columns must have the same length, but 'a' has 1, 'b' has 2",
    );
    expect(() => new NumpySlicesDataset([1, 2], ['a', 'b', 'c'])).toThrow(ValueError);
    expect(() => new NumpySlicesDataset(5)).toThrow('at least one axis');
    expect(() => new NumpySlicesDataset([[1], [1, 2]])).toThrow('ragged');
    expect(() => new NumpySlicesDataset(['a'] as unknown as number[])).toThrow(TypeError);
  });

  const source = { length: 3, getItem: (i: number) => [i * 10, [i, i]] as const };
  test('GeneratorDataset from rows by index, arrays, iterables and functions', () => {
    const inOrder = { shuffle: false };
    expect(values(new GeneratorDataset(source, ['a', 'b'], inOrder))).toEqual([[0, [0, 0]], [10, [1, 1]], [20, [2, 2]]]); // prettier-ignore
    expect(values(new GeneratorDataset([[1, 2], [3, 4]], ['a', 'b'], inOrder))).toEqual([[1, 2], [3, 4]]); // prettier-ignore
    function* rows() {
      for (let i = 0; i < 4; i++) yield i;
    }
    const generated = new GeneratorDataset(rows, 'x');
    expect([values(generated), values(generated), generated.getDatasetSize()]).toEqual([[0, 1, 2, 3], [0, 1, 2, 3], 4]);
    expect(values(new GeneratorDataset(rows, 'x', { numSamples: 2 }))).toEqual([0, 1]);
    expect(values(new GeneratorDataset(new Set([[5], [6]]), 'x').batch(2))).toEqual([[5, 6]]);
    expect(sorted(values(new GeneratorDataset([3, 1, 2], 'x')))).toEqual([1, 2, 3]);
  });

  test('columnTypes convert', () => {
    expect(columns(new GeneratorDataset(source, ['a', 'b'], [int32, 'float16']))).toEqual({
      a: ['Int32', []],
      b: ['Float16', [2]],
    });
  });

  test('errors of GeneratorDataset', () => {
    const rows = () => [1, 2];
    expect(() => values(new GeneratorDataset([[1, 2]], 'x'))).toThrow(
      "a row must be an array with a value for each column ('x'), but the source gave 2",
    );
    expect(() => values(new GeneratorDataset([1], ['x', 'y']))).toThrow(RuntimeError);
    expect(() => new GeneratorDataset(rows, 'x', { shuffle: true })).toThrow(ValueError);
    expect(() => new GeneratorDataset(rows, 'x', { sampler: [0] })).toThrow('sampler is not supported');
    expect(() => new GeneratorDataset(rows, 'x', { numShards: 1, shardId: 0 })).toThrow('numShards is not supported');
    async function* later() {
      yield 1;
    }
    expect(() => values(new GeneratorDataset(later as unknown as () => number[], 'x'))).toThrow(
      'an asynchronous source is not supported',
    );
    expect(() => new GeneratorDataset(5 as unknown as number[], 'x')).toThrow(TypeError);
    expect(() => new GeneratorDataset(rows, [] as string[])).toThrow(ValueError);
    expect(() => new GeneratorDataset([1], 'x', { columnTypes: [int32, int32] })).toThrow(
      'one dtype for each of the 1 columns',
    );
  });
});

describe('errors', () => {
  const two = () => numbers(2).zip(numbers(2, 'label'));
  test.each<[() => unknown, new (message: string) => Error, string]>([
    [
      () => numbers(3).batch(0),
      ValueError,
      "For 'batch', the batchSize must be a whole number in [1, 2147483647], but got 0.",
    ],
    [
      () => numbers(3).batch('4' as unknown as number),
      TypeError,
      "For 'batch', the batchSize must be a whole number, but got string.",
    ],
    [
      () => numbers(3).batch(2, { dropRemainer: true } as object),
      TypeError,
      "there is no argument 'dropRemainer'; did you mean 'dropRemainder'?",
    ],
    [
      () => values(numbers(3).batch(() => 0)),
      ValueError,
      'the function batchSize must give a whole number of at least 1, but gave 0',
    ],
    [() => numbers(3).repeat(0), ValueError, "For 'repeat', the count must be"],
    [() => numbers(3).take(0), ValueError, "For 'take', the count must be"],
    [() => numbers(3).skip(-1), ValueError, "For 'skip', the count must be"],
    [
      () => numbers(3).shuffle(1),
      ValueError,
      "For 'shuffle', the bufferSize must be a whole number in [2, 2147483647], but got 1.",
    ],
    [
      // @ts-expect-error: a mistyped column is an error of the compiler already
      () => two().project(['labels']),
      RuntimeError,
      "For 'project', there is no column 'labels'; did you mean 'label'?",
    ],
    [
      () => two().map((x) => x, 'image' as 'x'),
      RuntimeError,
      "For 'map', there is no column 'image'; there are 'x', 'label'.",
    ],
    [() => two().rename('x', 'label'), RuntimeError, "For 'rename', there would be two columns 'label'."],
    [
      () => two().rename(['x', 'label'], ['a']),
      ValueError,
      'there must be as many outputColumns as inputColumns, but got 1 and 2',
    ],
    [() => numbers(2).zip(numbers(2)), RuntimeError, "For 'zip', there would be two columns 'x'."],
    [
      () => numbers(2).concat(numbers(2, 'y') as unknown as Dataset<'x'>),
      RuntimeError,
      "must have the same columns, but got ('x') and ('y')",
    ],
    [() => numbers(2).zip(5 as unknown as Dataset), TypeError, 'the datasets must be Datasets'],
    [() => numbers(2).filter(5 as unknown as () => boolean), TypeError, 'the predicate must be a function'],
    [
      () => values(new GeneratorDataset([new Float32Array(3), new Float32Array(4)], 'x', { shuffle: false }).batch(2)),
      RuntimeError,
      "For 'batch', the rows of column 'x' must have one shape, but got (3,) and (4,).",
    ],
    [
      () => values(new GeneratorDataset([new Float32Array(3), new Int8Array(3)], 'x', { shuffle: false }).batch(2)),
      RuntimeError,
      'must have one dtype, but got Float32 and Int8',
    ],
  ])('%#', (act, kind, message) => {
    expect(act).toThrow(kind);
    expect(act).toThrow(message);
  });
});
