import { expect, test } from 'vitest';
import { float16, float32, int32 } from '@sporelet/ir';
import { Parameter, Tensor, repr } from '../src/index.ts';
import { add, applyStep, cast, concat, exp, gatherNd, matmul, mul, scaleShift, sort, square, sum } from './test-ops.ts';

test('element-wise ops, scalars and broadcasting', () => {
  const x = new Tensor([1, 2, 3]);
  expect(add(x, x).tolist()).toEqual([2, 4, 6]);
  expect(add(x, 1).tolist()).toEqual([2, 3, 4]);
  expect(mul(2, x).tolist()).toEqual([2, 4, 6]);
  expect(add(x, new Tensor([[10], [20]])).tolist()).toEqual([[11, 12, 13], [21, 22, 23]]);
  expect(sum(x).item()).toBe(6);
  expect(repr(exp(new Tensor(0)))).toBe('Tensor(shape=[], dtype=Float32, value= 1)');
});
