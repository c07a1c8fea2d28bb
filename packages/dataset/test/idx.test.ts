import { gzipSync } from 'node:zlib';
import { float32, int16, uint8, ValueError } from '@sporelet/ir';
import { expect, test } from 'vitest';
import { gunzip, parseIdx } from '../src/idx.ts';
import { idx } from './idx-file.ts';

test('reads 8-bit data without copying it', () => {
  const bytes = idx(8, [2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
  const { data, shape, dtype } = parseIdx(bytes, 'x');
  expect([[...data], shape, dtype]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255], [2, 2, 3], uint8]);
  expect(data.buffer).toBe(bytes.buffer);
});

test('reads big-endian types, from any offset', () => {
  const int = parseIdx(idx(0x0b, [2], [0x01, 0x02, 0xff, 0xfe]), 'x');
  expect([[...int.data], int.dtype]).toEqual([[258, -2], int16]);
  const odd = new Uint8Array(13);
  odd.set(idx(0x0d, [1], [0x3f, 0xc0, 0, 0]), 1);
  expect([[...parseIdx(odd.subarray(1), 'x').data], parseIdx(odd.subarray(1), 'x').dtype]).toEqual([[1.5], float32]);
});

test.each([
  ['empty', new Uint8Array(0), "it starts with '', which is no IDX magic number"],
  ['another file', new TextEncoder().encode('<html>'), "it starts with '3c 68 74 6d'"],
  ['unknown type', Uint8Array.of(0, 0, 7, 1, 0, 0, 0, 0), "it starts with '00 00 07 01'"],
  ['cut header', idx(8, [2, 2], []).subarray(0, 9), 'its header should have 12 bytes, but the file has 9'],
  ['cut data', idx(8, [2, 2], [1, 2, 3]), 'with the shape (2, 2) it should have 16 bytes, but has 15'],
  ['more data', idx(8, [2], [1, 2, 3]), 'with the shape (2,) it should have 10 bytes, but has 11'],
  [
    'huge shape',
    idx(0x0e, [2 ** 32 - 1, 2 ** 32 - 1], []),
    'with the shape (4294967295, 4294967295) it should have 147573952520956940000 bytes',
  ],
])('%s', (_, bytes, message) => {
  expect(() => parseIdx(bytes, 'a/b')).toThrow(ValueError);
  expect(() => parseIdx(bytes, 'a/b')).toThrow(`The IDX file 'a/b' cannot be read: ${message}`);
});

test('gunzip', async () => {
  const bytes = idx(8, [3], [1, 2, 3]);
  const packed = new Uint8Array(gzipSync(bytes));
  expect([...(await gunzip(packed, 'x.gz'))]).toEqual([...bytes]);
  await expect(gunzip(packed.slice(0, 20), 'x.gz')).rejects.toThrow("The gzip file 'x.gz' is damaged");
});
