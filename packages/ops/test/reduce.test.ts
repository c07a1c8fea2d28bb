import { beforeAll, describe, expect, it } from 'vitest';
import { Tensor, grad, tuple } from '@sporelet/core';
import { RuntimeError, ValueError, bool, float16, float32, int32, int64, int8, uint32 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { registerDevices } from './harness.ts';

beforeAll(() => {
  registerDevices();
  ops.installOps();
});

const x = () => new Tensor([[1, 5, 5], [2, 2, 0]]); // prettier-ignore
const gradient = (f: (a: Tensor) => Tensor, at = x()) => grad(f)(at).tolist();
const lists = (outs: readonly Tensor[]) => outs.map((o) => o.tolist());

describe('sums and products', () => {
  it('promote small integers and bools', () => {
    expect(ops.sum(new Tensor([true, true])).tolist()).toBe(2n);
    expect(ops.sum(new Tensor([100, 100], int8)).tolist()).toBe(200n);
    expect(ops.prod(new Tensor([3, 4], int32)).dtype).toBe(int64);
    expect(ops.sum(new Tensor([3, 4], uint32)).dtype).toBe(uint32);
    expect(ops.sum(new Tensor([3, 4], float16)).dtype).toBe(float16);
    expect(ops.sum(x(), { dtype: int32 }).tolist()).toBe(15);
    expect(new ops.ReduceSum()(new Tensor([3, 4], int8)).dtype).toBe(int8);
  });
  it('take axes in every spelling', () => {
    expect(ops.sum(x(), 1).tolist()).toEqual([11, 4]);
    expect(ops.sum(x(), [0, 1], true).tolist()).toEqual([[15]]);
    expect(ops.sum(x(), { dim: -1, keepdim: true }).tolist()).toEqual([[11], [4]]);
    expect(x().sum({ axis: 0 }).tolist()).toEqual([3, 7, 5]);
    expect(ops.mean(x(), null, { keepDims: true }).tolist()).toEqual([[2.5]]);
    expect(x().mean(0).tolist()).toEqual([1.5, 3.5, 2.5]);
    expect(new ops.ReduceSum(true)(x(), -1).tolist()).toEqual([[11], [4]]);
    expect(new ops.ReduceSum({ skipMode: true })(x(), []).shape).toEqual(x().shape);
    expect(x().any().tolist()).toBe(true);
    expect(ops.all(x(), 0).tolist()).toEqual([true, true, false]);
    expect(ops.countNonzero(x(), 1).tolist()).toEqual([3, 2]);
  });
  it('refuse wrong axes', () => {
    expect(() => ops.sum(x(), 2)).toThrow(ValueError);
    expect(() => ops.sum(x(), 2)).toThrow(/^For 'ReduceSum', the 'axis' must be in range \[-2, 2\), but got 2/);
    expect(() => ops.sum(x(), [0, -2])).toThrow(RuntimeError);
    expect(() => ops.sum(x(), 1.5)).toThrow(TypeError);
    expect(() => ops.sum(x(), 0, 'yes' as never)).toThrow(TypeError);
    expect(() => ops.sum(x(), { dims: 0 } as never)).toThrow(/did you mean 'dim'|there is no argument 'dims'/);
    expect(() => new ops.ReduceSum(1 as never)).toThrow(TypeError);
    expect(() => ops.amax(new Tensor([], float32))).toThrow(ValueError);
    expect(() => ops.argmax(new Tensor([], float32), 0)).toThrow(ValueError);
    expect(() => ops.mean(new Tensor([true]))).toThrow(/'ReduceMean'.*Bool/);
  });
});

describe('extremes', () => {
  it('come with their places along an axis', () => {
    expect(lists(ops.max(x(), 1))).toEqual([[5, 2], [1n, 0n]]); // prettier-ignore
    expect(lists(ops.min(x(), 1, true))).toEqual([[[1], [0]], [[0n], [2n]]]); // prettier-ignore
    expect(lists(ops.max(x()))).toEqual([5, 0n]);
    expect(lists(ops.max(x(), 1, { initial: 3 }))).toEqual([[5, 3], [1n, 0n]]); // prettier-ignore
    const where = new Tensor([[true, false, false], [true, true, true]]); // prettier-ignore
    expect(ops.amax(x(), 1, { initial: -9, where }).tolist()).toEqual([1, 2]);
    expect(() => ops.amax(x(), 1, { where })).toThrow(ValueError);
    expect(String(ops.max(x(), 0))).toBe(String(tuple(...ops.max(x(), 0))));
  });
  it('are plain tensors as methods without an axis', () => {
    expect(x().max().tolist()).toBe(5);
    expect(x().min(null).tolist()).toBe(0);
    expect(lists(x().max(1))).toEqual([[5, 2], [1n, 0n]]); // prettier-ignore
    expect(lists(x().min({ axis: 0, keepdims: true }))).toEqual([[[1, 2, 0]], [[0n, 1n, 1n]]]); // prettier-ignore
  });
  it('have places by themselves', () => {
    expect(ops.argmax(x()).tolist()).toBe(1n);
    expect(ops.argmax(x(), 1, true).tolist()).toEqual([[1n], [0n]]);
    expect(x().argmin().tolist()).toBe(5);
    expect(ops.argmin(x(), { axis: 1 }).dtype).toBe(int32);
    expect(new ops.Argmax()(x()).dtype).toBe(int32);
    expect(new ops.Argmax(0, int64)(x()).tolist()).toEqual([1n, 0n, 0n]);
    expect(() => new ops.Argmax(0, float16)).toThrow(/Int32 or Int64/);
    expect(lists(new ops.ArgMaxWithValue(1)(x()))).toEqual([[1n, 0n], [5, 2]]); // prettier-ignore
    expect(lists(ops.aminmax(x(), 1))).toEqual([[1, 0], [5, 2]]); // prettier-ignore
  });
  // As MindSpore 2.10 gives them.
  it('share the gradient among ties, or give it to the first place', () => {
    const [half, shared] = [[0, 0.5, 0.5], [0.5, 0.5, 0]]; // prettier-ignore
    expect(gradient((a) => ops.amax(a, 1))).toEqual([half, shared]);
    expect(gradient((a) => ops.amax(a))).toEqual([half, [0, 0, 0]]);
    expect(gradient((a) => ops.amin(a, 1))).toEqual([[1, 0, 0], [0, 0, 1]]); // prettier-ignore
    expect(gradient((a) => ops.max(a, 1)[0])).toEqual([[0, 1, 0], [1, 0, 0]]); // prettier-ignore
    expect(gradient((a) => ops.prod(a, 1))).toEqual([[25, 5, 5], [0, 0, 4]]); // prettier-ignore
    expect(gradient((a) => ops.prod(a))).toEqual([[0, 0, 0], [0, 0, 100]]); // prettier-ignore
  });
});

describe('moments and norms', () => {
  const close = (got: Tensor, want: unknown) => {
    const [g, w] = [got.tolist(), want].map((v) => (typeof v === 'number' ? [v] : (v as number[]).flat()));
    g!.forEach((v, i) => expect(v).toBeCloseTo(w![i]!, 5));
  };
  it('are MindSpore 2.10 values', () => {
    close(ops.variance(x()), 3.583333);
    close(ops.variance(x(), 1, 1, true), [5.333333, 1.333333]);
    close(x().var({ axis: 1, ddof: 1 }), [5.333333, 1.333333]);
    close(ops.std(x(), 0), [0.5, 1.5, 2.5]);
    close(x().std(1), [1.885618, 0.942809]);
    close(ops.varMean(x(), 1)[1], [3.666667, 1.333333]);
    close(ops.stdMean(x(), 1)[0], [1.885618, 0.942809]);
    close(grad((a: Tensor) => ops.std(a, 1))(x()), [-0.471405, 0.235702, 0.235702, 0.235702, 0.235702, -0.471405]); // prettier-ignore
    close(ops.norm(x()), 7.681146);
    close(ops.norm(x(), 1), 7);
    close(ops.norm(x(), Infinity), 11);
    close(ops.norm(x(), 'fro'), 7.681146);
    close(ops.norm(x(), { dim: 1 }), [7.141428, 2.828427]);
    close(ops.norm(x(), 3, 1, true), [6.307994, 2.519842]);
    close(ops.norm(x(), 0, 1), [3, 2]);
    close(x().norm(-Infinity, 1), [1, 0]);
    expect(ops.norm(new Tensor([3, 4], int32)).tolist()).toBe(5);
    expect(() => ops.norm(x(), 2)).toThrow(ValueError);
    expect(() => ops.std(new Tensor([1, 2], int32))).toThrow(TypeError);
  });
  it('runs sums and log-sums of exponentials', () => {
    expect(ops.cumsum(x(), 1).tolist()).toEqual([[1, 6, 11], [2, 4, 4]]); // prettier-ignore
    expect(x().cumsum(0, { dtype: int32 }).tolist()).toEqual([[1, 5, 5], [3, 7, 5]]); // prettier-ignore
    expect(new ops.CumSum(true, true)(x(), 1).tolist()).toEqual([[10, 5, 0], [2, 0, 0]]); // prettier-ignore
    close(ops.logsumexp(x(), 1), [5.702263, 2.758624]);
    expect(x().logsumexp([0, 1], true).shape).toEqual(ops.zeros([1, 1]).shape);
    expect(ops.any(new Tensor([0, 2])).dtype).toBe(bool);
  });
});
