import { describe, expect, it } from 'vitest';
import { IndexError, int32, int64 } from '@sporelet/ir';
import { Tensor, jit } from '@sporelet/core';
import { exp, gather, gatherNd, narrow, nllLoss, split, sum, zeros } from '../src/index.ts';
import { registerDevices } from './harness.ts';

registerDevices();

/** Calls twice eagerly, since the first run may be interpreted, and once as a program. */
function refuses(call: () => Tensor, words: string | RegExp): void {
  for (const run of [call, call, jit(call)]) {
    let error: unknown;
    try {
      run();
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(IndexError);
    expect((error as Error).message).toMatch(words);
  }
}

describe('an index out of range', () => {
  it.each([
    [5, 12],
    [5, -11],
    [500, 12],
    [500, -11],
  ])('is named: one of %i, %i', (count, index) => {
    for (const dtype of [int32, int64]) {
      const at = new Tensor(Array.from({ length: count }, (_, i) => (i === count - 2 ? index : i % 10)), dtype); // prettier-ignore
      const shapes = ` for inputs of shapes (10, 3), (${count},).`;
      refuses(() => gather(zeros([10, 3]), at, 0), `For 'Gather', index ${index} is out of range [-10, 10)${shapes}`);
    }
  });

  it.each([
    [2n ** 32n, '2147483647 or above'],
    [-(2n ** 40n), '-2147483647 or below'],
  ])('beyond 32 bits is found: %d', (index, words) => {
    const at = new Tensor(BigInt64Array.of(1n, index));
    refuses(() => gather(zeros([10, 3]), at, 0), `For 'Gather', index ${words} is out of range [-10, 10)`);
  });

  it('may be the least of its dtype', () => {
    const at = new Tensor([-(2 ** 31)], int32);
    refuses(() => gather(zeros([10, 3]), at, 0), "For 'Gather', index -2147483648 is out of range [-10, 10)");
  });

  it('is found where nobody reads what it would give', () => {
    const at = new Tensor([0, 1, 2, 500], int32);
    const table = new Tensor(new Float32Array(30).fill(2), { shape: [10, 3] });
    const found = (): Tensor => gather(table, at, 0);
    refuses(() => narrow(found(), 0, 0, 2), /index 500 is out of range/);
    refuses(() => narrow(exp(found()), 0, 0, 2), /index 500 is out of range/);
    refuses(() => split(found(), 2)[0]!, /index 500 is out of range/);
    refuses(() => sum(found(), 1), /index 500 is out of range/);
  });

  it('of an axis without elements is 0', () => {
    refuses(() => gather(zeros([0, 3]), new Tensor([0], int32), 0), /index 0 is out of range \[0, 0\)/);
  });

  it('has no range where there are several', () => {
    const at = new Tensor([[1, 7]], int32);
    refuses(() => gatherNd(zeros([2, 5]), at), /^For 'GatherNd', index 7 is out of range for inputs of shapes/);
  });

  it.each([7, -3])('may be a label: %i', (label) => {
    const loss = (): Tensor => nllLoss(zeros([3, 5]), new Tensor([0, label, 1], int32));
    refuses(loss, new RegExp(`^For 'NLLLoss', index ${label} is out of range \\[0, 5\\)`));
  });
});
