import { readFileSync } from 'node:fs';
import { NdArray } from '@sporelet/core';
import { RuntimeError, ValueError, bool, float32, float64, int32, int64, uint32, uint8 } from '@sporelet/ir';
import { describe, expect, test } from 'vitest';
import type { Transform } from '../src/index.ts';
import { transforms, vision } from '../src/index.ts';

/** Results of real MindSpore 2.10.0 on the images below; Float32 values as their bits. */
const mindspore = JSON.parse(readFileSync(new URL('mindspore-vision.json', import.meta.url), 'utf8')) as Record<
  string,
  { shape: number[]; values: number[] }
> & { c: number[] };

const image = (height: number, width: number, channels: number, step: number) =>
  new NdArray(
    Uint8Array.from({ length: height * width * channels }, (_, i) => (i * step) % 256),
    [height, width, channels],
    uint8,
  );
const a = image(2, 3, 3, 13);
const b = image(5, 4, 1, 37);
const c = new NdArray(Uint8Array.from(mindspore.c), [9, 11, 3], uint8);
const asFloat = (x: NdArray) => new NdArray(x.toFloat32(), x.shape, float32);

const chain = (...ops: Transform[]) => new transforms.Compose(ops);
test.each<[string, { apply(x: NdArray): NdArray }, NdArray]>([
  ['rescale', new vision.Rescale(1 / 127.5, -1), a],
  ['rescale0', new vision.Rescale(1 / 255, 0), a],
  ['normalize', new vision.Normalize([10, 20, 30], [3, 5, 7]), a],
  ['normChain', chain(new vision.Rescale(1 / 255, 0), new vision.Normalize([0.1307], [0.3081])), b],
  ['normChw', new vision.Normalize([10, 20], [3, 5], { isHwc: false }), a],
  ['hwc2chw', new vision.HWC2CHW(), a],
  ['toTensor', new vision.ToTensor(), a],
  ['resize7x6', new vision.Resize([7, 6]), b],
  ['resize3', new vision.Resize(3), b],
  ['resizeN', new vision.Resize([3, 7], vision.Inter.NEAREST), b],
  ['resizeC', new vision.Resize([14, 5]), c],
  ['resizeCN', new vision.Resize([13, 8], { interpolation: 'nearest' }), c],
])('%s: bit for bit as MindSpore', (name, op, x) => {
  const y = op.apply(x);
  const bits =
    y.data instanceof Float32Array ? new Uint32Array(y.data.buffer, y.data.byteOffset, y.data.length) : y.data;
  expect([[...y.shape], [...bits]]).toEqual([mindspore[name]!.shape, mindspore[name]!.values]);
});

test.each<[string, vision.Resize, NdArray]>([
  ['resizeF', new vision.Resize([7, 6]), b],
  ['resizeCF', new vision.Resize([4, 16]), c],
])('%s: within 4 units in the last place of MindSpore', (name, op, x) => {
  const y = op.apply(asFloat(x));
  const expected = new Float32Array(Uint32Array.from(mindspore[name]!.values).buffer);
  expect([...y.shape]).toEqual(mindspore[name]!.shape);
  expected.forEach((v, i) => expect(Math.abs(Number(y.data[i]) - v)).toBeLessThanOrEqual(4 * 2 ** -23 * Math.abs(v)));
});

const small = new NdArray(
  Uint8Array.from({ length: 12 }, (_, i) => i * 10),
  [3, 4, 1],
  uint8,
);
/** Rows of an image with one channel. */
const rows = (x: NdArray) =>
  Array.from({ length: x.shape[0] }, (_, y) => [...x.data.subarray(y * x.shape[1], (y + 1) * x.shape[1])]);

describe('cropping, padding, mirroring, as MindSpore 2.10', () => {
  test('CenterCrop', () => {
    expect(rows(new vision.CenterCrop(2).apply(small))).toEqual([[10, 20], [50, 60]]); // prettier-ignore
    expect(rows(new vision.CenterCrop([1, 3]).apply(small))).toEqual([[40, 50, 60]]);
    expect(rows(new vision.CenterCrop([4, 6]).apply(small))).toEqual([[0, 0, 0, 0, 0, 0], [0, 0, 10, 20, 30, 0], [0, 40, 50, 60, 70, 0], [0, 80, 90, 100, 110, 0]]); // prettier-ignore
    expect(rows(new vision.CenterCrop([1, 6]).apply(small))).toEqual([[0, 40, 50, 60, 70, 0]]);
  });

  test('Pad', () => {
    const first = (pad: vision.Pad) => rows(pad.apply(small))[0];
    expect(rows(new vision.Pad([1, 0, 2, 1], 7).apply(small))).toEqual([[7, 0, 10, 20, 30, 7, 7], [7, 40, 50, 60, 70, 7, 7], [7, 80, 90, 100, 110, 7, 7], [7, 7, 7, 7, 7, 7, 7]]); // prettier-ignore
    expect([...new vision.Pad([1, 2]).apply(small).shape]).toEqual([7, 6, 1]);
    expect(first(new vision.Pad(2, { paddingMode: 'edge' }))).toEqual([0, 0, 0, 10, 20, 30, 30, 30]);
    expect(first(new vision.Pad(2, { paddingMode: 'reflect' }))).toEqual([100, 90, 80, 90, 100, 110, 100, 90]);
    expect(first(new vision.Pad(2, { paddingMode: vision.Border.SYMMETRIC }))).toEqual([
      50, 40, 40, 50, 60, 70, 70, 60,
    ]);
    expect(first(new vision.Pad(5, 0, 'reflect'))).toEqual([50, 60, 70, 60, 50, 40, 50, 60, 70, 60, 50, 40, 50, 60]);
    expect([...new vision.Pad([1, 0], [1, 2]).apply(image(1, 1, 2, 50)).data]).toEqual([1, 2, 0, 50, 1, 2]);
  });

  test('RandomHorizontalFlip', () => {
    expect(rows(new vision.RandomHorizontalFlip(1).apply(small))).toEqual([[30, 20, 10, 0], [70, 60, 50, 40], [110, 100, 90, 80]]); // prettier-ignore
    expect(rows(new vision.RandomHorizontalFlip(0).apply(small))).toEqual(rows(small));
    expect([...new vision.RandomHorizontalFlip(1).apply(image(1, 3, 2, 1)).data]).toEqual([4, 5, 2, 3, 0, 1]);
    expect(small.data[0]).toBe(0);
  });

  test('images without channels', () => {
    const flat = new NdArray(small.data, [3, 4], uint8);
    expect([...new vision.HWC2CHW().apply(flat).shape]).toEqual([3, 4]);
    expect([...new vision.ToTensor().apply(flat).shape]).toEqual([1, 3, 4]);
    expect([...new vision.Resize(6).apply(flat).shape]).toEqual([6, 8]);
    expect([...new vision.Resize(7).apply(image(3, 5, 1, 1)).shape]).toEqual([7, 11, 1]);
  });
});

describe('OneHot', () => {
  const of = (values: Int32Array | Uint32Array | BigInt64Array, dtype: typeof int32) =>
    new NdArray(values, [values.length], dtype);
  test('keeps the dtype; smoothed it is Float64', () => {
    const y = new transforms.OneHot(4).apply(new NdArray(Uint32Array.of(2), [], uint32));
    expect([y.dtype, [...y.shape], [...y.data]]).toEqual([uint32, [4], [0, 0, 1, 0]]);
    expect([...new transforms.OneHot(3).apply(of(Int32Array.of(2, 0), int32)).data]).toEqual([0, 0, 1, 1, 0, 0]);
    expect([...new transforms.OneHot(2).apply(of(BigInt64Array.of(1n), int64)).data]).toEqual([0n, 1n]);
    const smooth = new transforms.OneHot(4, { smoothingRate: 0.1 }).apply(of(Int32Array.of(2), int32));
    expect([smooth.dtype, [...smooth.data]]).toEqual([float64, [0.025, 0.025, 0.925, 0.025]]);
  });
  test('errors', () => {
    const one = new transforms.OneHot(4);
    expect(() => one.apply(of(Int32Array.of(4), int32))).toThrow('the classes must be in [0, 4), but got 4');
    expect(() => one.apply(of(Int32Array.of(-1), int32))).toThrow(RuntimeError);
    expect(() => one.apply(1)).toThrow('the classes must be integers, but got Float32');
    expect(() => new transforms.OneHot(0)).toThrow(ValueError);
    expect(() => new transforms.OneHot(3, 2)).toThrow(ValueError);
  });
});

test('Compose takes functions and is unpacked', () => {
  const compose = new transforms.Compose([
    new transforms.Compose([new vision.Rescale(2, 0)]),
    (x) => Number(x.at(0)) + 1,
    new transforms.TypeCast(bool),
  ]);
  expect(compose.transforms).toHaveLength(3);
  expect(compose.apply(3).tolist()).toBe(true);
});

test.each<[() => unknown, new (message: string) => Error, string]>([
  [
    () => new vision.Rescale('1' as unknown as number, 0),
    TypeError,
    "For 'Rescale', the rescale must be a number, but got '1'.",
  ],
  [() => new vision.Normalize([1], [0]), ValueError, "For 'Normalize', the std must be above 0, but got 0."],
  [() => new vision.Normalize([1], [1, 2]), ValueError, 'must be of one length, but got 1 and 2'],
  [
    () => new vision.Normalize([1, 2], [1, 2]).apply(a),
    RuntimeError,
    'there are 2 means and deviations, but 3 channels in the shape (2, 3, 3)',
  ],
  [
    () => new vision.HWC2CHW().apply(5),
    RuntimeError,
    "For 'HWC2CHW', an image must have the axes (H, W) or (H, W, C), but got the shape ().",
  ],
  [
    () => new vision.Resize([1, 2, 3] as unknown as number),
    ValueError,
    'the size must be [height, width], but got 3 numbers',
  ],
  [() => new vision.Resize(0), ValueError, "For 'Resize', the size must be a whole number"],
  [
    () => new vision.Resize(2, 'cubic' as 'nearest'),
    ValueError,
    "the interpolation must be one of 'nearest', 'bilinear', but got 'cubic'",
  ],
  [
    () => new vision.Resize(2).apply(new NdArray(new Int32Array(4), [2, 2], int32)),
    RuntimeError,
    'must be UInt8, Float32 or Float64, but got Int32',
  ],
  [() => new vision.Pad([1, 2, 3]), ValueError, 'the padding must have 1, 2 or 4 numbers, but got 3'],
  [() => new vision.Pad(-1), ValueError, 'whole numbers from 0 on, but got -1'],
  [() => new vision.RandomHorizontalFlip(1.5), ValueError, 'the prob must be in [0, 1], but got 1.5'],
  [
    () => new transforms.TypeCast('int3'),
    TypeError,
    "For 'TypeCast', the dtype must be one of mindspore's, but got 'int3'.",
  ],
  [
    () => new transforms.Compose([5 as unknown as () => number]),
    TypeError,
    'the operations must be transforms or functions, but got 5',
  ],
])('errors %#', (act, kind, message) => {
  expect(act).toThrow(kind);
  expect(act).toThrow(message);
});
