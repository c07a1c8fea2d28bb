import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RuntimeError, ValueError, float32, int32, uint32, uint8 } from '@sporelet/ir';
import { Tensor } from '@sporelet/core';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { MnistDataset, SequentialSampler, config, transforms, vision } from '../src/index.ts';
import type { MnistOptions } from '../src/index.ts';
import { useFakeDevice } from './fake-device.ts';
import { imagePixels, imageSet } from './idx-file.ts';

let folder: string;
const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, name), bytes);
const file = (set: 'train' | 't10k', kind: 0 | 1) => `${set}-${kind === 0 ? 'images-idx3' : 'labels-idx1'}-ubyte`;

beforeAll(() => {
  useFakeDevice();
  folder = mkdtempSync(join(tmpdir(), 'sporelet-'));
  imageSet(300).forEach((bytes, i) => write(file('train', i as 0 | 1), bytes));
  imageSet(20).forEach((bytes, i) => write(`${file('t10k', i as 0 | 1)}.gz`, gzipSync(bytes)));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllGlobals());

const labels = (options: MnistOptions) =>
  Array.from(new MnistDataset(folder, options).createTupleIterator({ outputNumpy: true }), ([, label]) =>
    Number(label.data[0]),
  );

test('columns, shapes, dtypes and values', () => {
  const data = new MnistDataset(folder, 'test', { shuffle: false });
  expect([data.getColNames(), data.getDatasetSize(), data.getBatchSize()]).toEqual([['image', 'label'], 20, 1]);
  const rows = [...data.createDictIterator({ outputNumpy: true })];
  expect(rows).toHaveLength(20);
  rows.forEach(({ image, label }, i) => {
    expect([image.dtype, [...image.shape], label.dtype, [...label.shape]]).toEqual([uint8, [28, 28, 1], uint32, []]);
    expect([...image.data]).toEqual([...imagePixels(i, 28, 28)]);
    expect(label.data[0]).toBe(i % 10);
  });
});

test('rows are tensors', () => {
  const [image, label] = new MnistDataset(folder, 'test', { shuffle: false })
    .skip(3)
    .createTupleIterator()
    .next().value;
  expect(image).toBeInstanceOf(Tensor);
  expect([String(image.dtype), String(image.shape), String(label.shape), label.asnumpy().data[0]]).toEqual([
    'UInt8',
    '(28, 28, 1)',
    '()',
    3,
  ]);
});

test('usage, numSamples, sampler, shards', () => {
  const size = (options: MnistOptions) => new MnistDataset(folder, options).getDatasetSize();
  expect([size({ usage: 'train' }), size({ usage: 'test' }), size({}), size({ usage: 'all' })]).toEqual([
    300, 20, 320, 320,
  ]);
  expect(labels({ usage: 'all', shuffle: false }).slice(298, 303)).toEqual([8, 9, 0, 1, 2]);
  expect(labels({ usage: 'test', shuffle: false, numSamples: 3 })).toEqual([0, 1, 2]);
  expect(labels({ usage: 'test', sampler: new SequentialSampler(5, 2) })).toEqual([5, 6]);
  expect(labels({ usage: 'test', sampler: [19, 3] })).toEqual([9, 3]);
  expect(labels({ usage: 'test', shuffle: false, numShards: 3, shardId: 2 })).toEqual([2, 5, 8, 1, 4, 7, 0]);
});

test('shuffled unless told otherwise, the same in two runs', () => {
  const run = () => {
    config.setSeed(11);
    return labels({ usage: 'train' });
  };
  const order = run();
  expect(order).not.toEqual(labels({ usage: 'train', shuffle: false }));
  expect(run()).toEqual(order);
  expect(order.filter((l) => l === 3)).toHaveLength(30);
});

test('the tutorial: whole batches at once give what single rows give', () => {
  config.setSeed(3);
  const make = () =>
    new MnistDataset(folder, 'train')
      .map([new vision.Rescale(1 / 255, 0), new vision.Normalize([0.1307], [0.3081]), new vision.HWC2CHW()], 'image')
      .map(new transforms.TypeCast(int32), 'label');
  const rows = [...make().createTupleIterator({ outputNumpy: true })];
  const batches = [...make().batch(64).createTupleIterator({ outputNumpy: true })];
  expect(batches.map(([image]) => [...image.shape])).toEqual([
    ...Array<number[]>(4).fill([64, 1, 28, 28]),
    [44, 1, 28, 28],
  ]);
  const [first] = batches as [(typeof batches)[number]];
  expect([first[0].dtype, first[1].dtype, [...first[1].shape]]).toEqual([float32, int32, [64]]);
  const pixels = (list: typeof rows) =>
    Buffer.concat(list.map(([image]) => Buffer.from((image.data as Float32Array).slice().buffer)));
  expect(pixels(batches).equals(pixels(rows))).toBe(true);
  expect(batches.flatMap(([, label]) => [...label.data])).toEqual(rows.map(([, label]) => label.data[0]));
});

test('memory is used again for tensors without being seen', () => {
  const data = new MnistDataset(folder, 'test', { shuffle: false }).map(new vision.Rescale(1, 0), 'image').batch(5);
  const seen = Array.from(data, ([image]) => image).map((image) => image.asnumpy().data[0]);
  expect(seen).toEqual([0, 35, 70, 105]);
});

test('errors', () => {
  const bad =
    (...args: unknown[]) =>
    () =>
      new (MnistDataset as unknown as new (...args: unknown[]) => unknown)(...args);
  expect(bad(join(folder, 'none'), 'test')).toThrow(ValueError);
  expect(bad(join(folder, 'none'), 'test')).toThrow(
    `For 'MnistDataset', the folder '${join(folder, 'none')}' does not exist; it should hold 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'.`,
  );
  expect(bad(folder, 'valid')).toThrow("the usage must be 'train', 'test' or 'all', but got 'valid'");
  expect(bad(folder, { useage: 'test' })).toThrow(
    "For 'MnistDataset', there is no argument 'useage'; did you mean 'usage'?",
  );
  expect(bad(folder, 'test', { numSamples: -1 })).toThrow(ValueError);
  expect(bad(folder, 'test', { sampler: [1], shuffle: true })).toThrow(RuntimeError);
  expect(bad(folder, 'test', { numShards: 2 })).toThrow('numShards and shardId must be given together');
  expect(bad(folder, 'test', { numShards: 2, shardId: 2 })).toThrow('the shardId must be in [0, 1], but got 2');
  expect(bad(5)).toThrow(TypeError);
  expect(bad()).toThrow("the argument 'datasetDir' is missing");
});

test('missing and damaged files', () => {
  const other = mkdtempSync(join(tmpdir(), 'sporelet-'));
  try {
    const read = () => new MnistDataset(other, 'test').getDatasetSize();
    expect(read).toThrow(RuntimeError);
    expect(read).toThrow(
      `'t10k-images-idx3-ubyte' is not in '${other}', nor 't10k-images-idx3-ubyte.gz'; there should be 't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'.`,
    );
    const [images, labelBytes] = imageSet(20);
    writeFileSync(join(other, file('t10k', 0)), images);
    writeFileSync(join(other, file('t10k', 1)), labelBytes.subarray(0, 20));
    expect(read).toThrow(ValueError);
    expect(read).toThrow(
      `The IDX file '${join(other, file('t10k', 1))}' cannot be read: with the shape (20,) it should have 28 bytes, but has 20.`,
    );
    writeFileSync(join(other, file('t10k', 1)), imageSet(19)[1]);
    expect(read).toThrow("holds UInt8 of shape (20, 28, 28), 't10k-labels-idx1-ubyte' UInt8 of shape (19,)");
    writeFileSync(join(other, file('t10k', 1)), gzipSync(labelBytes).subarray(0, 30));
    expect(read).toThrow(`The gzip file '${join(other, file('t10k', 1))}' is damaged`);
  } finally {
    rmSync(other, { recursive: true });
  }
});

test('without Node files are fetched', async () => {
  const own = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule')!;
  Object.defineProperty(process, 'getBuiltinModule', { ...own, value: undefined });
  onTestFinished(() => void Object.defineProperty(process, 'getBuiltinModule', own));
  const [images, labelBytes] = imageSet(20);
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    if (url.endsWith('images-idx3-ubyte')) return new Response(new Uint8Array(images));
    return url.endsWith('.gz')
      ? new Response(new Uint8Array(gzipSync(labelBytes)))
      : new Response('no', { status: 404 });
  });
  const data = new MnistDataset('https://example.org/mnist/', 'test', { shuffle: false });
  expect(() => data.getDatasetSize()).toThrow("write 'await dataset.open()' first");
  const seen: unknown[] = [];
  for await (const [, label] of data.createTupleIterator({ outputNumpy: true })) seen.push(label.data[0]);
  expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i % 10));
  expect(asked).toContain('https://example.org/mnist/t10k-labels-idx1-ubyte.gz');
  expect(data.getDatasetSize()).toBe(20);
});
