import { describe, expect, test, vi } from 'vitest';
import { RuntimeError, ValueError, float64 } from '@sporelet/ir';
import {
  Parameter,
  Tensor,
  Tuple,
  customGrad,
  grad,
  jacrev,
  print,
  stopGradient,
  valueAndGrad,
  vmap,
} from '../src/index.ts';
import { add, applyStep, broadcastTo, cast, concat, gatherNd, less, matmul, mul, reshape, scaleShift, scatterAdd, sin, slice, sort, sum, transpose, where } from './test-ops.ts'; // prettier-ignore

const list = (t: Tensor): number[] => [...t.asnumpy().toFloat64()];
const numbers = (shape: readonly number[], seed = 1): Tensor => {
  const n = shape.reduce((a, b) => a * b, 1);
  return new Tensor(
    Float64Array.from({ length: n }, (_, i) => ((i * 7 + seed * 3) % 11) - 5),
    { shape },
  );
};

/** The function applied to one example after another. */
function loop(
  fn: (...args: Tensor[]) => Tensor,
  args: readonly Tensor[],
  axes: readonly (number | null)[],
  n: number,
): number[] {
  return Array.from({ length: n }, (_, i) => {
    const example = args.map((t, k) => {
      const axis = axes[k]!;
      return axis === null ? t : t.at(...t.shape.slice(0, axis).map(() => ':' as const), i);
    });
    return list(fn(...example));
  }).flat();
}

const index = new Tensor(Int32Array.from([2, 0, 1, 1, 0, 0]), { shape: [3, 2] });
type Fn = (...args: Tensor[]) => Tensor;
const forms: readonly (readonly [string, Fn, readonly Tensor[]])[] = [
  ['element-wise', (a, b) => mul(sin(a), b), [numbers([3, 4]), numbers([3, 4], 2)]],
  ['broadcasting inside', (a, b) => add(a, b), [numbers([3, 4]), numbers([3, 2, 4], 2)]],
  ['scalars inside', (a, b) => mul(a, b), [numbers([3]), numbers([3, 2], 2)]],
  ['a reduction', (a) => sum(a, [0]), [numbers([3, 2, 4])]],
  ['a reduction of everything', (a) => sum(a), [numbers([3, 2, 4])]],
  ['a product of matrices', (a, b) => matmul(a, b), [numbers([3, 2, 4]), numbers([3, 4, 2], 2)]],
  ['other shapes', (a) => reshape(transpose(a, [1, 0]), [8]), [numbers([3, 2, 4])]],
  ['broadcastTo', (a) => broadcastTo(a, [2, 4]), [numbers([3, 4])]],
  ['a slice', (a) => slice(a, [1], [2], [2]), [numbers([3, 4])]],
  ['gather', (a, i) => gatherNd(a, [i]), [numbers([3, 3, 2]), index]],
  ['scatter', (a, i, v) => scatterAdd(a, [i], v), [numbers([3, 3, 2]), index, numbers([3, 2, 2], 2)]],
  ['lists', (a, b) => concat([a, b, a], 1), [numbers([3, 2, 1]), numbers([3, 2, 2], 2)]],
  ['a routine', (a) => sort(a)[0], [numbers([3, 5])]],
  ['optional inputs', (a, s) => scaleShift(a, 2, s), [numbers([3, 4]), numbers([3, 4], 2)]],
  ['choices', (a, b) => where(less(a, b), a, 0), [numbers([3, 4]), numbers([3, 4], 2)]],
];

describe.each(forms)('%s', (_, fn, args) => {
  const differentiable = args.map((t) => t.dtype === float64);
  const masks = Array.from({ length: 2 ** args.length - 1 }, (_, m) =>
    args.map((_, k) => ((m + 1) & (1 << k) ? 0 : null)),
  );
  test.each(masks)('mapped %s %s %s', (...axes) => {
    const own = axes.slice(0, args.length) as (number | null)[];
    const given = args.map((t, k) => (own[k] === null ? t.at(0) : t));
    const result = vmap(fn, own)(...given);
    expect(result.length).toBe(3);
    expect(list(result)).toEqual(loop(fn, given, own, 3));
    // The gradient of the mapped function, against the sum over examples.
    const positions = args.flatMap((_, k) => (differentiable[k] ? [k] : []));
    const weights = numbers([...result.shape], 5);
    const total = (...xs: Tensor[]): Tensor => sum(mul(vmap(fn, own)(...xs), weights));
    const byHand = (...xs: Tensor[]): Tensor => {
      const parts = [0, 1, 2].map((i) => {
        const example = xs.map((t, k) => (own[k] === null ? t : t.at(i)));
        return sum(mul(fn(...example), weights.at(i)));
      });
      return add(add(parts[0]!, parts[1]!), parts[2]!);
    };
    const grads = (f: Fn): number[][] => {
      const g: unknown = grad(f, positions as readonly number[])(...given);
      return (g instanceof Tensor ? [g] : (g as Tensor[])).map(list);
    };
    const want = grads(byHand);
    grads(total).forEach((g, k) => g.forEach((v, i) => expect(v).toBeCloseTo(want[k]![i]!, 10)));
  });
  test('twice', () => {
    const given = args.map((t) => concat([reshape(t, [1, ...t.shape]), reshape(t, [1, ...t.shape])]));
    const twice = vmap(vmap(fn))(...given);
    const once = vmap(fn)(...args);
    expect([...twice.shape]).toEqual([2, ...once.shape]);
    expect(list(twice)).toEqual([...list(once), ...list(once)]);
  });
});

describe('axes', () => {
  test('a function that returns nothing is refused', () => {
    expect(() => vmap((x: Tensor) => void x)(new Tensor([1]))).toThrow(/For 'vmap'.*returned nothing/);
  });
  test('print shows at once, with the reason, a value that has no elements of its own', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    vmap((x: Tensor) => {
      void print(x);
      expect(log.mock.calls).toEqual([
        [expect.stringMatching(/^Tensor\(shape=\[2\], dtype=Float32, value=<.*inside vmap/)],
      ]);
      return x;
    })(new Tensor([[1, 2]]));
    void print('next');
    expect(log).toHaveBeenLastCalledWith('next');
    log.mockRestore();
  });
  const x = numbers([2, 3, 4]);
  test('in and out, negative, nested, by name', () => {
    const row = (t: Tensor): Tensor => sin(t);
    const want = list(sin(x));
    for (const axis of [0, 1, 2, -1, -2]) expect(list(vmap(row, axis, axis)(x))).toEqual(want);
    expect(list(vmap(row, { inAxes: 1, outAxes: 1 })(x))).toEqual(want);
    expect(list(vmap(vmap(row, 1, 1), 0, 0)(x))).toEqual(want);
    expect([...vmap(row, 2, 0)(x).shape]).toEqual([4, 2, 3]);
    const pair = vmap((ts: readonly [Tensor, Tensor]) => add(ts[0], ts[1]), [[0, null]]);
    expect([...pair([x, x.at(0)]).shape]).toEqual([2, 3, 4]);
  });
  test('outputs that are not mapped', () => {
    const f = (a: Tensor, b: Tensor): readonly [Tensor, Tensor] => [a, b];
    const [a, b] = vmap(f, [0, null], [0, null])(x, numbers([2]));
    expect([[...a.shape], [...b.shape]]).toEqual([[2, 3, 4], [2]]);
    const out = vmap(f, [0, null])(x, numbers([5]));
    expect(out).toBeInstanceOf(Tuple);
    expect([...out[1].shape]).toEqual([2, 5]);
    expect(() => vmap(f, [0, null], [null, null])(x, x)).toThrow("has the axis None in 'outAxes'");
  });
  const two = (a: Tensor, b: Tensor): Tensor => add(a, b);
  test.each([
    [[two, [null, null]], [x, x], "'inAxes' must not be all None"],
    [[two, [0]], [x, x], "'inAxes' must have one entry for each of 2 arguments, but got 1"],
    [[two, [0, 1]], [x, x], 'must have the same size, but got 2 and 3'],
    [[two, [3, 0]], [x, x], "the axis 3 in 'inAxes' is out of bounds for a tensor of 3 axes"],
    [[two, 'a'], [x, x], "the axes in 'inAxes' must be ints or None, but got 'a'"],
    [[two], [x, 1], 'only tensors can be mapped, but got 1'],
    [[two, 0, 5], [x, x], "the axis 5 in 'outAxes' is out of bounds"],
    [[two, [[0, 0], 0]], [x, x], "'inAxes' is nested where there is no tuple"],
  ])('refused: %#', (make, args, text) => {
    const run = (): unknown => (vmap as (...a: unknown[]) => (...a: unknown[]) => unknown)(...make)(...args);
    expect(run).toThrow(RuntimeError);
    expect(run).toThrow(text);
  });
  test('values inside have no elements of their own', () => {
    expect(() => vmap((t: Tensor) => t.at(0).item() && t)(x)).toThrow('stands for all examples');
    let text = '';
    vmap((t: Tensor) => {
      text = String(t);
      return t;
    })(x);
    expect(text).toContain('shape=[3, 4], dtype=Float64, value=<A value inside vmap');
    let leaked = x;
    vmap((t: Tensor) => (leaked = sin(t)))(x);
    expect(() => leaked.asnumpy()).toThrow('return it from the function');
  });
});

describe('with gradients', () => {
  const x = new Tensor(
    [
      [1, 2],
      [3, 4],
    ],
    float64,
  );
  const f = (t: Tensor): Tensor => sum(mul(mul(t, t), t));
  test('of each example', () => {
    expect(vmap(grad(f))(x).tolist()).toEqual([
      [3, 12],
      [27, 48],
    ]);
    const [values, gradients] = vmap(valueAndGrad(f))(x);
    expect([values.tolist(), gradients.tolist()]).toEqual([
      [9, 91],
      [
        [3, 12],
        [27, 48],
      ],
    ]);
    expect(vmap(jacrev((t: Tensor) => mul(t, t)))(x).tolist()).toEqual([
      [
        [2, 0],
        [0, 4],
      ],
      [
        [6, 0],
        [0, 8],
      ],
    ]);
  });
  test('of Parameters, for each example and in sum', () => {
    const w = new Parameter(new Tensor([1, 10], float64), 'w');
    const loss = (t: Tensor): Tensor => sum(mul(mul(t, t), w));
    expect(vmap(grad(loss, null, w))(x).tolist()).toEqual([
      [1, 4],
      [9, 16],
    ]);
    expect(grad((x: Tensor) => sum(vmap(loss)(x)), null, w)(x).tolist()).toEqual([10, 20]);
  });
  test('second derivatives through a mapped function', () => {
    const total = (x: Tensor): Tensor => sum(vmap(f)(x));
    expect(grad((x: Tensor) => sum(grad(total)(x)))(x).tolist()).toEqual([
      [6, 12],
      [18, 24],
    ]);
  });
  test('written by hand, under and over the mapping', () => {
    const g = customGrad(
      (t: Tensor) => mul(t, 2),
      (t: Tensor, _o: Tensor, d: Tensor) => mul(d, mul(t, 100)),
    );
    const want = [
      [100, 200],
      [300, 400],
    ];
    expect(vmap(grad((t: Tensor) => g(t)))(x).tolist()).toEqual(want);
    expect(grad((x: Tensor) => vmap((t: Tensor) => g(t))(x))(x).tolist()).toEqual(want);
    expect(vmap((t: Tensor) => mul(stopGradient(t), 1))(x).tolist()).toEqual(x.tolist());
  });
});

describe('updates in place', () => {
  const make = (...values: number[]): Parameter => new Parameter(new Float32Array(values), 'p');
  const step = (w: Parameter, a: Parameter, lr: Tensor, g: Tensor): readonly Tensor[] => applyStep(w, a, lr, g);
  const g = new Tensor([
    [1, 2],
    [3, 4],
  ]);
  test('a mapped Parameter is a Parameter inside and keeps its update', () => {
    const w = new Parameter(
      [
        [1, 1],
        [1, 1],
      ],
      'w',
    );
    const a = new Parameter(
      [
        [0, 0],
        [0, 0],
      ],
      'a',
    );
    const [out] = vmap(step, [0, 0, 0, 0])(w, a, new Tensor([1, 10]), g);
    expect(w.tolist()).toEqual([
      [0, -1],
      [-29, -39],
    ]);
    expect(a.tolist()).toEqual([
      [1, 4],
      [9, 16],
    ]);
    expect(out!.tolist()).toEqual(w.tolist());
    vmap(step, [0, 0, null, 0])(w, a, new Tensor(0), g);
    expect(out!.tolist()).toEqual([
      [0, -1],
      [-29, -39],
    ]);
    expect(a.tolist()).toEqual([
      [2, 8],
      [18, 32],
    ]);
  });
  test('along another axis, and twice', () => {
    const w = new Parameter(
      [
        [1, 1],
        [1, 1],
      ],
      'w',
    );
    const a = new Parameter(
      [
        [0, 0],
        [0, 0],
      ],
      'a',
    );
    vmap(step, [1, 1, null, 1])(w, a, new Tensor(1), g);
    expect(w.tolist()).toEqual([
      [0, -1],
      [-2, -3],
    ]);
    const [v, b] = [new Parameter(new Float32Array(8).fill(1), 'v'), new Parameter(new Float32Array(8), 'b')].map(
      (p) => new Parameter(reshape(p, [2, 2, 2])),
    ) as [Parameter, Parameter];
    const lr = new Tensor([1, 10]);
    const gg = new Tensor([
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ]);
    vmap(vmap(step, [0, 0, null, 0]), [0, 0, 0, 0])(v, b, lr, gg);
    expect(v.tolist()).toEqual([
      [
        [0, -1],
        [-2, -3],
      ],
      [
        [-49, -59],
        [-69, -79],
      ],
    ]);
  });
  test('a mapped value is not written into a Parameter that is not mapped', () => {
    const [w, a] = [make(1, 1), make(0, 0)];
    const run = (): unknown => vmap(step, [null, null, null, 0])(w, a, new Tensor(1), g);
    expect(run).toThrow(RuntimeError);
    expect(run).toThrow(
      /For 'ApplyStep', a value mapped by vmap cannot be written .* pass the Parameter as a mapped argument/,
    );
    expect(() => vmap((t: Tensor) => w.setData(t))(g)).toThrow(RuntimeError);
    expect(() => vmap((t: Tensor) => w.setAt(0, t.at(0)))(g)).toThrow(RuntimeError);
    expect([w.tolist(), a.tolist()]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    // An update that does not depend on the example happens once.
    vmap((t: Tensor) => {
      step(w, a, new Tensor(1), new Tensor([1, 1]));
      return t;
    })(g);
    expect(w.tolist()).toEqual([0, 0]);
  });
  test('a failed call leaves Parameters as they were', () => {
    const w = new Parameter(
      [
        [1, 1],
        [1, 1],
      ],
      'w',
    );
    const bad = (w: Parameter): Tensor => add(w, new Tensor([1, 2, 3]));
    expect(() => vmap(bad)(w)).toThrow(ValueError);
    expect(w.tolist()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});

test('dtypes are cast inside', () => {
  const out = vmap((a: Tensor, b: Tensor) => add(cast(a, float64), b))(
    new Tensor([1, 2]),
    new Tensor(Int32Array.from([3, 4])),
  );
  expect([out.dtype, out.tolist()]).toEqual([float64, [4, 6]]);
});
