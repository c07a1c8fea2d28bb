import type { DType } from '@sporelet/ir';
import {
  bfloat16,
  bool,
  float16,
  float32,
  float64,
  int16,
  int32,
  int64,
  int8,
  uint32,
  uint64,
  uint8,
} from '@sporelet/ir';
import { expect, test } from 'vitest';
import { castArray } from '../src/cast.ts';
import type { ArrayData } from '../src/array.ts';
import { toArray } from '../src/array.ts';

const cast = (x: ArrayData, to: DType) => [...castArray(x, to).data];
const floats = toArray([1.9, -1.9, 300, 3e9, -3e9, NaN, Infinity, -Infinity, 0, -0.5], 'test');

test.each([
  [int32, [1, -1, 300, 2147483647, -2147483648, 0, 2147483647, -2147483648, 0, 0]],
  [uint8, [1, 0, 255, 255, 0, 0, 255, 0, 0, 0]],
  [int8, [1, -1, 127, 127, -128, 0, 127, -128, 0, 0]],
  [uint32, [1, 0, 300, 3000000000, 0, 0, 4294967295, 0, 0, 0]],
  [int64, [1n, -1n, 300n, 3000000000n, -3000000000n, 0n, 2n ** 63n - 1n, -(2n ** 63n), 0n, 0n]],
  [uint64, [1n, 0n, 300n, 3000000000n, 0n, 0n, 2n ** 64n - 1n, 0n, 0n, 0n]],
  [bool, [1, 1, 1, 1, 1, 1, 1, 1, 0, 1]],
])('Float32 to %s', (to, expected) => {
  expect(cast(floats, to)).toEqual(expected);
});

test('integers wrap, and keep their value where there is room', () => {
  const big = { data: BigInt64Array.of(-1n, 2n ** 40n + 3n), shape: [2], dtype: int64 };
  expect(cast(big, int32)).toEqual([-1, 3]);
  expect(cast(big, uint32)).toEqual([2 ** 32 - 1, 3]);
  expect(cast(big, uint8)).toEqual([255, 3]);
  expect(cast(big, uint64)).toEqual([2n ** 64n - 1n, 2n ** 40n + 3n]);
  expect(cast(big, float64)).toEqual([-1, 2 ** 40 + 3]);
  expect(cast({ data: Int32Array.of(-1, 300), shape: [2], dtype: int32 }, uint8)).toEqual([255, 44]);
  expect(cast({ data: Int32Array.of(-1, 300), shape: [2], dtype: int32 }, int64)).toEqual([-1n, 300n]);
  expect(cast({ data: Int32Array.of(-1, 300), shape: [2], dtype: int32 }, uint64)).toEqual([2n ** 64n - 1n, 300n]);
  expect(cast({ data: Uint8Array.of(0, 1), shape: [2], dtype: bool }, int16)).toEqual([0, 1]);
});

test('half types', () => {
  const x = toArray([0.1, 70000, -2, 1], 'test');
  expect(cast(x, float16)).toEqual([0x2e66, 0x7c00, 0xc000, 0x3c00]);
  expect(cast(x, bfloat16)).toEqual([0x3dcd, 0x4789, 0xc000, 0x3f80]);
  expect(cast(castArray(x, float16), float32)).toEqual([0.0999755859375, Infinity, -2, 1]);
  expect(cast(castArray(x, bfloat16), int32)).toEqual([0, 70144, -2, 1]);
  expect(castArray(x, float32)).toBe(x);
});
