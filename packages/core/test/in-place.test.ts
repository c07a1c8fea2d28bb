import { describe, expect, test } from 'vitest';
import { ValueError } from '@sporelet/ir';
import { Parameter, Tensor, grad, repr, valueAndGrad } from '../src/index.ts';
import { add, applyStep, mul, reshape, sin, sum } from './test-ops.ts';

const params = (): readonly [Parameter, Parameter] => [new Parameter([1, 2], 'w'), new Parameter([0, 0], 'accum')];
const g = new Tensor([1, 2]);

describe('updates in place', () => {
  test('write where the Parameter lies, and the results follow it', () => {
    const [w, accum] = params();
    const { storage } = w.$concrete();
    const [a, b] = applyStep(w, accum, 0.5, g);
    expect(w.$concrete().storage).toBe(storage);
    expect([w.tolist(), accum.tolist()]).toEqual([
      [0.5, 1],
      [1, 4],
    ]);
    expect(a).not.toBeInstanceOf(Parameter);
    expect(repr(a)).toBe('Tensor(shape=[2], dtype=Float32, value= [ 5.00000000e-01,  1.00000000e+00])');
    applyStep(w, accum, 0.5, g);
    expect([a.tolist(), b.tolist()]).toEqual([
      [0, 0],
      [2, 8],
    ]);
    expect(add(a, 1).tolist()).toEqual([1, 1]);
  });
  test('a failed call changes nothing', () => {
    const [w, accum] = params();
    expect(() => applyStep(w, accum, 0.5, new Tensor([1, 2, 3]))).toThrow(ValueError);
    expect([w.tolist(), accum.tolist()]).toEqual([
      [1, 2],
      [0, 0],
    ]);
  });
});

describe('what was read before an update stays', () => {
  const read: readonly (readonly [string, (w: Parameter) => Tensor])[] = [
    ['value()', (w) => w.value()],
    ['an alias', (w) => reshape(w, [2])],
    ['a tensor made of it', (w) => new Tensor(w)],
    ['a clone', (w) => w.clone()],
    ['the whole by index', (w) => w.at('...')],
  ];
  test.each(read)('%s', (_, take) => {
    const [w, accum] = params();
    const kept = take(w);
    applyStep(w, accum, 0.5, g);
    expect(kept.tolist()).toEqual([1, 2]);
    expect(w.tolist()).toEqual([0.5, 1]);
    // The first update copied, so the next writes in place again.
    const { storage } = w.$concrete();
    applyStep(w, accum, 0.5, g);
    expect(w.$concrete().storage).toBe(storage);
    expect(kept.tolist()).toEqual([1, 2]);
  });
  test('the source of a Parameter, whichever is changed', () => {
    const x = new Tensor([1, 2]);
    const w = new Parameter(x);
    applyStep(w, new Parameter([0, 0]), 0.5, g);
    expect(x.tolist()).toEqual([1, 2]);
  });
  test('the gradient may be the Parameter itself', () => {
    const [w, accum] = params();
    applyStep(w, accum, 0.5, w);
    expect([w.tolist(), accum.tolist()]).toEqual([
      [0.5, 1],
      [1, 4],
    ]);
  });
});

describe('under grad', () => {
  test('values on the tape survive an update before the backward walk', () => {
    const [w, accum] = params();
    const x = new Tensor([3, 4]);
    const gradient = grad((x: Tensor) => {
      const y = mul(x, w);
      applyStep(w, accum, 1, new Tensor([1, 1]));
      return sum(mul(y, w));
    })(x);
    // d/dx sum(x w0 w1) with w0 = (1, 2), w1 = (0, 1).
    expect(gradient.tolist()).toEqual([0, 2]);
    expect(w.tolist()).toEqual([0, 1]);
  });
  test('a weight updated inside keeps the update afterwards, its gradient is that of the first value', () => {
    const [w, accum] = params();
    const [value, gw] = valueAndGrad(
      () => {
        const y = sum(sin(w));
        applyStep(w, accum, 1, new Tensor([1, 1]));
        return y;
      },
      null,
      w,
    )();
    expect(value.item()).toBeCloseTo(Math.sin(1) + Math.sin(2), 6);
    expect(gw.asnumpy().toFloat64()[1]).toBeCloseTo(Math.cos(2), 6);
    expect(w.tolist()).toEqual([0, 1]);
    expect(add(w, 1).tolist()).toEqual([1, 2]);
  });
  test('statistics written from differentiated values persist as plain values', () => {
    const statistics = new Parameter([0, 0], 'mean');
    const x = new Tensor([3, 4]);
    const gx = grad((x: Tensor) => {
      applyStep(statistics, new Parameter([0, 0]), 1, mul(x, -1));
      return sum(mul(x, x));
    })(x);
    expect(gx.tolist()).toEqual([6, 8]);
    expect(statistics.tolist()).toEqual([3, 4]);
    expect(grad((x: Tensor) => sum(mul(x, statistics)))(x).tolist()).toEqual([3, 4]);
  });
  test('after the transformation nothing is held: the next update is in place', () => {
    const [w, accum] = params();
    for (let i = 0; i < 2; i++) valueAndGrad(() => sum(mul(w, w)), null, w)();
    expect(w.$concrete().storage.shared).toBe(0);
    expect(() => valueAndGrad(() => mul(w, new Tensor([1, 2, 3])), null, w)()).toThrow(ValueError);
    expect(w.$concrete().storage.shared).toBe(0);
    const { storage } = w.$concrete();
    applyStep(w, accum, 0.5, g);
    expect(w.$concrete().storage).toBe(storage);
  });
});
