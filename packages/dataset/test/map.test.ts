import { NdArray } from '@sporelet/core';
import { RuntimeError, float32, int32, uint8 } from '@sporelet/ir';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ArrayData } from '../src/index.ts';
import { GeneratorDataset, NumpySlicesDataset, Transform, config, transforms, vision } from '../src/index.ts';

const numbers = (n: number) => Int32Array.from({ length: n }, (_, i) => i);
const three = () => new NumpySlicesDataset({ x: numbers(3), y: numbers(3), z: numbers(3) }, { shuffle: false });
const add = (n: number) => (x: NdArray) => Number(x.data[0]) + n;

beforeEach(() => config.setSeed(1));

describe('columns', () => {
  test('the first by default; functions get arrays and give any value', () => {
    const row = three().map(add(5)).createDictIterator({ outputNumpy: true }).next().value;
    expect([row.x.at(0), row.x.dtype, row.y.at(0), row.y.dtype]).toEqual([5, float32, 0, int32]);
  });

  test('where results go, as MindSpore 2.10', () => {
    expect(three().map(add(1), 'y', 'q').getColNames()).toEqual(['x', 'q', 'z']);
    expect(
      three()
        .map((x) => x, ['x', 'z'], 'q')
        .getColNames(),
    ).toEqual(['q', 'y']);
    expect(
      three()
        .map((x) => [x, x], 'y', ['a', 'b'])
        .getColNames(),
    ).toEqual(['a', 'b', 'x', 'z']);
    expect(
      three()
        .map((x, z) => [z, x], ['x', 'z'])
        .getColNames(),
    ).toEqual(['x', 'y', 'z']);
  });

  test('several columns in and out', () => {
    const data = three()
      .map((x, y) => [add(1)(x), add(10)(y)], ['x', 'y'], ['a', 'b'])
      .map((a, b) => new NdArray(Float32Array.of(Number(a.at(0)), Number(b.at(0))), [2], float32), ['a', 'b'], 'c');
    expect(Array.from(data.createDictIterator({ outputNumpy: true }), ({ c, z }) => [...c.data, z.at(0)])).toEqual([[1, 10, 0], [2, 11, 1], [3, 12, 2]]); // prettier-ignore
  });

  test('errors', () => {
    const run = (data: { createTupleIterator(o: { outputNumpy: true }): Iterable<unknown> }) => () => [
      ...data.createTupleIterator({ outputNumpy: true }),
    ];
    expect(run(three().map((x) => [x, x]))).toThrow("the operations give 2 columns, but the outputColumns are 'x'");
    expect(run(three().map((x) => x, 'x', ['a', 'b']))).toThrow(RuntimeError);
    expect(run(three().map(new transforms.TypeCast('float32'), ['x', 'y']))).toThrow(
      'TypeCast takes one column, but got 2',
    );
    expect(run(three().map(() => 'a' as unknown as number))).toThrow(
      "For 'map', a value must be a number, an array or a Tensor, but got 'a'",
    );
    expect(() => three().map([])).toThrow('at least one operation');
    expect(() => three().map(null as unknown as () => number)).toThrow(TypeError);
    expect(() => three().map((x) => x, { inputColums: 'x' } as object)).toThrow("did you mean 'inputColumns'?");
  });
});

/** Adds the number of the draw, to see who draws what. */
class AddRandom extends Transform {
  override readonly name = 'AddRandom';
  override applyBatch(x: ArrayData, work: { readonly random: { uniform(): number } }): ArrayData {
    const data = new Float32Array(x.data.length);
    for (let i = 0; i < x.shape[0]!; i++) data[i] = Number(x.data[i]) + work.random.uniform();
    return { data, shape: x.shape, dtype: float32 };
  }
}

describe('whole batches and single rows give the same', () => {
  const images = (n: number, channels: number) => {
    const data = Uint8Array.from({ length: n * 20 * 22 * channels }, (_, i) => (i * 31) % 256);
    return new NdArray(data, [n, 20, 22, channels], uint8);
  };
  const chains: [string, number, readonly Transform[]][] = [
    [
      'a table of values',
      1,
      [new vision.Rescale(1 / 255, -0.1), new vision.Normalize([0.1], [0.3]), new vision.HWC2CHW()],
    ],
    [
      'a table of channels',
      3,
      [
        new vision.Rescale(1 / 255, 0),
        new vision.Normalize([0.1, 0.2, 0.3], [0.3, 0.4, 0.5]),
        new transforms.TypeCast('float16'),
      ],
    ],
    ['no table', 3, [new vision.HWC2CHW(), new vision.Normalize([1, 2, 3], [2, 3, 4], false)]],
    [
      'random',
      3,
      [
        new vision.RandomHorizontalFlip(),
        new vision.Resize([10, 11]),
        new vision.ToTensor(),
        new vision.RandomHorizontalFlip(0.3),
      ],
    ],
    ['other sizes', 1, [new vision.Pad([1, 2]), new vision.CenterCrop([21, 9]), new vision.ToTensor('float64')]],
  ];
  test.each(chains)('%s', (_, channels, ops) => {
    const make = () => {
      config.setSeed(5);
      return new NumpySlicesDataset({ image: images(24, channels) });
    };
    const rows = [...make().map(ops).createTupleIterator({ outputNumpy: true })].map(([x]) => x);
    const batches = [...make().map(ops).batch(7).createTupleIterator({ outputNumpy: true })].map(([x]) => x);
    const split = make().map(ops.slice(0, 1)).map(ops.slice(1)).batch(24);
    const after = [...make().batch(24).createTupleIterator({ outputNumpy: true })];
    expect(after).toHaveLength(1);
    expect(batches.map((x) => x.shape[0])).toEqual([7, 7, 7, 3]);
    expect(batches.map((x) => x.dtype)).toEqual(Array(4).fill(rows[0]!.dtype));
    const flat = (list: readonly NdArray[]) => list.flatMap((x) => Array.from(x.data as Float32Array));
    expect(flat(batches)).toEqual(flat(rows));
    // Split over two maps, the same operations draw other random numbers.
    if (!ops.some((op) => op instanceof vision.RandomHorizontalFlip)) {
      expect(flat([...split.createTupleIterator({ outputNumpy: true })].map(([x]) => x))).toEqual(flat(rows));
    }
  });

  test('a table is exact for any pointwise chain', () => {
    const op = fc.oneof(
      fc
        .tuple(fc.float({ noNaN: true, min: -4, max: 4 }), fc.float({ noNaN: true, min: -4, max: 4 }))
        .map(([a, b]) => new vision.Rescale(a, b)),
      fc
        .tuple(fc.float({ noNaN: true, min: -4, max: 4 }), fc.float({ noNaN: true, min: Math.fround(0.01), max: 4 }))
        .map(([m, s]) => new vision.Normalize([m], [s])),
      fc
        .constantFrom('uint8', 'int32', 'float16', 'int64', 'bool', 'float64')
        .map((dtype) => new transforms.TypeCast(dtype)),
    );
    const x = new NdArray(
      Uint8Array.from({ length: 2048 }, (_, i) => i * 7),
      [2, 32, 32],
      uint8,
    );
    fc.assert(
      fc.property(fc.array(op, { minLength: 1, maxLength: 4 }), (ops) => {
        const [batch] = new NumpySlicesDataset({ x }, { shuffle: false })
          .map(ops)
          .batch(2)
          .createTupleIterator({ outputNumpy: true })
          .next().value;
        const direct = [0, 1].flatMap((i) => {
          const row = new NdArray(x.data.slice(i * 1024, (i + 1) * 1024), [32, 32], uint8);
          return Array.from(new transforms.Compose(ops).apply(row).data as Float32Array);
        });
        expect(Array.from(batch.data as Float32Array)).toEqual(direct);
      }),
      { numRuns: 60 },
    );
  });

  test('functions between transforms', () => {
    const data = new NumpySlicesDataset(numbers(6), 'x', { shuffle: false })
      .map([new vision.Rescale(2, 0), (x) => Number(x.at(0)) + 1, new transforms.TypeCast(int32)])
      .batch(4);
    expect(Array.from(data.createTupleIterator({ outputNumpy: true }), ([x]) => [...x.data])).toEqual([[1, 3, 5, 7], [9, 11]]); // prettier-ignore
  });

  test('rows of unequal shapes go through transforms one by one', () => {
    const data = new GeneratorDataset([new Uint8Array(2), new Uint8Array(3)], 'x', { shuffle: false }).map(
      new vision.Rescale(1, 1),
    );
    const [batch] = data
      .map((x) => x.data.length)
      .batch(2)
      .createTupleIterator({ outputNumpy: true })
      .next().value;
    expect([...batch.data]).toEqual([2, 3]);
  });

  test("a source's own arrays are left as they are", () => {
    const own = Float32Array.of(1, 2);
    const rows = [
      ...new GeneratorDataset([own], 'x').map(new vision.Rescale(3, 0)).createTupleIterator({ outputNumpy: true }),
    ];
    expect([[...rows[0]![0].data], [...own]]).toEqual([[3, 6], [1, 2]]); // prettier-ignore
  });

  test('random transforms: another result each epoch, the same in another run', () => {
    const run = () => {
      config.setSeed(9);
      const it = new NumpySlicesDataset(numbers(4), 'x', { shuffle: false })
        .map(new AddRandom())
        .batch(4)
        .createTupleIterator({ outputNumpy: true });
      return [0, 1].map(() => Array.from(it, ([x]) => [...x.data]));
    };
    const [a, b] = run();
    expect(a).not.toEqual(b);
    expect(run()).toEqual([a, b]);
  });
});

describe('perBatchMap', () => {
  const ten = () => new NumpySlicesDataset({ x: numbers(10), y: numbers(10) }, { shuffle: false });
  const run = (data: ReturnType<typeof ten>, epochs = 1) => {
    const it = data.createTupleIterator({ outputNumpy: true });
    return Array.from({ length: epochs }, () => Array.from(it, (row) => Array.from(row, (x) => [...x.data])));
  };

  test('gets the rows of each column and the number of the batch and the epoch', () => {
    const data = ten().batch(4, {
      perBatchMap: (x, y, info) => [
        x,
        y.map((v) => Number(v.at(0)) + 100 * info.getBatchNum() + 1000 * info.getEpochNum()),
      ],
    });
    const [first, second] = run(data, 2);
    expect(first![2]).toEqual([[8, 9], [208, 209]]); // prettier-ignore
    expect(second![1]![1]).toEqual([1104, 1105, 1106, 1107]);
  });

  test('some columns in, others out', () => {
    const data = ten().batch(5, {
      perBatchMap: (x) => [x, x.map((v) => -Number(v.at(0)))],
      inputColumns: 'x',
      outputColumns: ['a', 'b'],
    });
    expect(data.getColNames()).toEqual(['a', 'b', 'y']);
    expect([...[...data.createDictIterator({ outputNumpy: true })][0]!.b.data]).toEqual([-0, -1, -2, -3, -4]);
  });

  test('errors', () => {
    expect(() => run(ten().batch(5, { perBatchMap: (x) => [x] }))).toThrow(
      'perBatchMap gave 1 columns, but must give 2',
    );
    expect(() => run(ten().batch(5, { perBatchMap: (x, y) => [x, y.slice(1)] }))).toThrow(
      'columns of one length, not 0, but got 5 and 4',
    );
  });
});
