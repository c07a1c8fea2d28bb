import { beforeEach, describe, expect, test } from 'vitest';
import { ValueError, bool, float16, float32, float64, int32, int64, uint32 } from '@sporelet/ir';
import { Constant, Dirac, Generator, HeNormal, HeUniform, Identity, Normal, One, Orthogonal, Parameter, ParameterTuple, Sparse, Tensor, TruncatedNormal, Uniform, VarianceScaling, XavierNormal, XavierUniform, Zero, getRngState, getSeed, initialSeed, initializer, manualSeed, randomKey, repr, seed, setRngState, setSeed, threefry, RandomStream } from '../src/index.ts'; // prettier-ignore
import type { Init } from '../src/index.ts';
import { matmul, transpose } from './test-ops.ts';

beforeEach(() => setSeed(42));

const values = (t: Tensor): number[] => [...t.asnumpy().toFloat64()];
/** Mean, deviation, least and greatest of 20,000 numbers. */
function statistics(init: Init, shape: readonly number[] = [100, 200]): readonly number[] {
  const v = values(initializer(init, shape));
  const mean = v.reduce((a, b) => a + b) / v.length;
  const deviation = Math.sqrt(v.reduce((a, b) => a + (b - mean) ** 2, 0) / v.length);
  return [mean, deviation, Math.min(...v), Math.max(...v)];
}

describe('names, numbers and classes', () => {
  test.each([
    ['zeros', 0],
    ['Zero', 0],
    ['ONES', 1],
    [2.5, 2.5],
    [3n, 3],
    [true, 1],
    [new One(), 1],
    [new Zero(), 0],
    [new Constant(-1), -1],
  ])('%s fills with %s', (init, value) => {
    expect(values(initializer(init, [2, 3]))).toEqual(new Array(6).fill(value));
  });
  test('shape and dtype', () => {
    const t = initializer('ones', 3, int32);
    expect([t.tolist(), t.dtype]).toEqual([[1, 1, 1], int32]);
    expect(initializer({ init: 'ones', shape: [2], dtype: bool }).tolist()).toEqual([true, true]);
    expect(initializer('normal', { shape: [2], dtype: float16 }).dtype).toBe(float16);
    expect(initializer(5n, [1], int64).tolist()).toEqual([5n]);
    expect(initializer('zeros', [2]).dtype).toBe(float32);
    const given = new Tensor([1, 2]);
    expect(initializer(given, [2])).toBe(given);
    expect(initializer(given)).toBe(given);
  });
  test.each([
    [['normall', [2]], ValueError, "there is no initializer 'normall'; did you mean 'normal'?"],
    [['normal'], ValueError, "the 'shape' must be of positive ints, but got undefined"],
    [['normal', [2, 0]], ValueError, "the 'shape' must be of positive ints, but got [2, 0]"],
    [['normal', [2.5]], ValueError, "the 'shape' must be of positive ints"],
    [['normal', 'a'], TypeError, "the 'shape' must be a tuple of ints"],
    [[null, [2]], TypeError, "the 'init' must be a Tensor, number, str or Initializer, but got None"],
    [[new Tensor([1, 2]), [3]], ValueError, "the shape of 'init' must be the given one, (3,), but got (2,)"],
    [['xavier_uniform', [3]], ValueError, "For 'XavierUniform', the shape must have at least 2 axes, but got 1"],
    [['identity', [3]], ValueError, "For 'Identity', the shape must have 2 axes"],
  ])('refused: %#', (args, error, text) => {
    const make = (): unknown => (initializer as (...a: unknown[]) => unknown)(...args);
    expect(make).toThrow(error);
    expect(make).toThrow(text);
  });
});

// 20,000 numbers: a deviation is met within 3 %, a mean within 3 % of the deviation.
describe('distributions', () => {
  const uniform = (bound: number): number => bound / Math.sqrt(3);
  const fan = 2 / 300;
  test.each([
    ['normal', 0, 0.01],
    [new Normal(0.5, 2), 2, 0.5],
    [new Normal({ mean: 1 }), 1, 0.01],
    ['uniform', 0, uniform(0.07)],
    [new Uniform(3), 0, uniform(3)],
    ['xavier_uniform', 0, Math.sqrt(fan)],
    [new XavierNormal(2), 0, 2 * Math.sqrt(fan)],
    ['he_uniform', 0, Math.sqrt(2 / 200)],
    [new HeUniform(Math.sqrt(5)), 0, uniform(1 / Math.sqrt(200))],
    [new HeNormal({ mode: 'fan_out', nonlinearity: 'tanh' }), 0, 5 / 3 / 10],
    [new HeNormal(0, 'fan_in', 'sigmoid'), 0, 1 / Math.sqrt(200)],
    [new VarianceScaling(), 0, 1 / Math.sqrt(200)],
    [new VarianceScaling(2, 'fan_avg', 'untruncated_normal'), 0, Math.sqrt(2 / 150)],
    [new VarianceScaling({ mode: 'fan_out', distribution: 'uniform' }), 0, 0.1],
    // A normal cut at two deviations has 0.8796 of the deviation.
    [new TruncatedNormal(1), 0, 0.8796],
  ])('%s', (init, mean, deviation) => {
    const [m, d] = statistics(init);
    expect(Math.abs(m! - mean) / deviation).toBeLessThan(0.03);
    expect(d! / deviation).toBeGreaterThan(0.97);
    expect(d! / deviation).toBeLessThan(1.03);
  });
  test('bounds are kept', () => {
    const [, , least, greatest] = statistics(new TruncatedNormal({ sigma: 2, mean: 1, a: -1, b: 0.5 }));
    expect([least! >= -1, greatest! <= 2, greatest! > 1.9]).toEqual([true, true, true]);
    const bound = Math.sqrt(6 / 300);
    const [, , low, high] = statistics(new XavierUniform());
    expect([low! > -bound, high! < bound, high! > 0.99 * bound]).toEqual([true, true, true]);
  });
  test('a window counts as elements of the fan', () => {
    const [, d] = statistics('he_normal', [50, 10, 8, 5]);
    expect(d! / Math.sqrt(2 / 400)).toBeCloseTo(1, 1);
  });
  test.each([
    [() => new Normal(-1), ValueError],
    [() => new Normal('a' as never), TypeError],
    [() => new HeUniform({ mode: 'fan' as never }), ValueError],
    [() => new HeNormal({ nonlinearity: 'gelu' }), ValueError],
    [() => new VarianceScaling(0), ValueError],
    [() => new VarianceScaling(1, 'fan_in', 'normal' as never), ValueError],
    [() => new TruncatedNormal(1, 0, 2, 1), ValueError],
    [() => new Uniform({ scales: 1 } as never), TypeError],
  ])('refused: %#', (make, error) => {
    expect(make).toThrow(error);
  });
});

describe('structured', () => {
  test('identity and Dirac', () => {
    expect(initializer(new Identity(), [2, 3]).tolist()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
    ]);
    expect(initializer(new Dirac(), [2, 2, 3]).tolist()).toEqual([
      [
        [0, 1, 0],
        [0, 0, 0],
      ],
      [
        [0, 0, 0],
        [0, 1, 0],
      ],
    ]);
    const grouped = initializer(new Dirac(2), [4, 1, 3, 3]);
    expect([0, 1, 2, 3].map((o) => grouped.at(o, 0, 1, 1).item())).toEqual([1, 0, 1, 0]);
    expect(() => initializer(new Dirac(3), [4, 1, 3])).toThrow('must be divisible by');
    expect(() => initializer(new Dirac(), [4, 1])).toThrow(ValueError);
  });
  test.each([[[5, 5]], [[3, 7]], [[7, 3]], [[4, 2, 3]]])('orthogonal %j', (shape) => {
    const gain = 2;
    const q = initializer(new Orthogonal(gain), shape);
    const flat = new Tensor(q, float64, [shape[0]!, q.size / shape[0]!]);
    const [rows, columns] = flat.shape;
    const t = transpose(flat, [1, 0]);
    const product = rows < columns ? matmul(flat, t) : matmul(t, flat);
    const n = Math.min(rows, columns);
    values(product).forEach((v, i) => expect(v).toBeCloseTo(i % (n + 1) === 0 ? gain ** 2 : 0, 5));
  });
  test('sparse: so many zeros in each column', () => {
    const s = initializer(new Sparse(0.3, 1), [10, 4]);
    for (let c = 0; c < 4; c++) expect(values(s.at(':', c)).filter((v) => v === 0)).toHaveLength(3);
  });
});

describe('delay and seeds', () => {
  test('elements are made at the first use', () => {
    const t = initializer('normal', [2, 2]);
    expect([t.hasInit, t.shape, t.dtype]).toEqual([true, [2, 2], float32]);
    const p = new Parameter(t, 'w');
    expect(p.hasInit).toBe(true);
    expect(p.initData()).toBe(p);
    expect(p.hasInit).toBe(false);
    expect(p.tolist()).toEqual(t.tolist());
  });
  test('one seed, the same numbers; what is made first does not matter', () => {
    const make = (): Tensor[] => [initializer('normal', [3]), initializer('uniform', [3])];
    const [a, b] = make();
    const first = [a!.tolist(), b!.tolist()];
    setSeed(42);
    const [c, d] = make();
    const second = [d!.tolist(), c!.tolist()].reverse();
    expect(second).toEqual(first);
    const [e] = make();
    expect(e!.tolist()).not.toEqual(first[0]);
    setSeed(43);
    expect(make()[0]!.tolist()).not.toEqual(first[0]);
  });
  test('zeros between weights do not change the weights', () => {
    const a = initializer('normal', [3]).tolist();
    setSeed(42);
    initializer('zeros', [3]).initData();
    expect(initializer('normal', [3]).tolist()).toEqual(a);
  });
  test('texts', () => {
    expect(repr(new Normal(0.5))).toBe('Normal(sigma=0.5, mean=0)');
    expect(String(new HeUniform(Math.sqrt(5)))).toBe(
      "HeUniform(negative_slope=2.23606797749979, mode='fan_in', nonlinearity='leaky_relu')",
    );
  });
});

describe('the generator', () => {
  // Test vectors of Salmon et al., Random123, threefry2x32 with 20 rounds.
  test.each([
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ] as const)('Threefry %#', (key, [c0, c1], want) => {
    expect(threefry(key, c0, c1)).toEqual(want);
  });
  test('streams', () => {
    const s = new RandomStream([1, 2]);
    const below = Array.from({ length: 1000 }, () => s.below(7));
    expect(new Set(below)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]));
    const order = s.shuffle(Array.from({ length: 50 }, (_, i) => i));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(order).not.toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
  test('keys differ from call to call and repeat with the seed', () => {
    const keys = (): unknown[] => [randomKey().tolist(), randomKey().tolist()];
    const [a, b] = keys();
    expect(a).not.toEqual(b);
    expect(randomKey().dtype).toBe(uint32);
    setSeed(42);
    expect(keys()).toEqual([a, b]);
  });
  test('state', () => {
    const g = new Generator().manualSeed(7);
    randomKey(g);
    const state = g.getState();
    expect(state.tolist()).toEqual([7n, 1n]);
    const next = randomKey(g).tolist();
    g.setState(state);
    expect(randomKey(g).tolist()).toEqual(next);
    const fresh = g.seed();
    expect([g.initialSeed(), g.getState().tolist()]).toEqual([fresh, [BigInt(fresh), 0n]]);
    manualSeed(9);
    expect([initialSeed(), getRngState().tolist()]).toEqual([9, [9n, 0n]]);
    setRngState(state);
    expect(initialSeed()).toBe(7);
    expect(seed()).toBe(initialSeed());
    expect(getSeed()).toBe(42);
  });
  test.each([
    ['a', TypeError],
    [1.5, TypeError],
    [-1, ValueError],
    [2 ** 53, ValueError],
  ])('the seed %s is refused', (value, error) => {
    expect(() => setSeed(value as number)).toThrow(error);
    expect(() => new Generator().manualSeed(value as number)).toThrow(error);
  });
});

describe('ParameterTuple', () => {
  const w = new Parameter([1, 2], 'w');
  const b = new Parameter(3, 'b');
  test('is a Tuple of Parameters', () => {
    const t = new ParameterTuple([w, b, w]);
    expect(t).toHaveLength(3);
    expect(String(new ParameterTuple([b]))).toBe('(Parameter (name=b, shape=(), dtype=Float32, requires_grad=True),)');
    const [p] = new ParameterTuple(new Set([w]));
    expect(p).toBe(w);
  });
  test('clones are named by the prefix', () => {
    const moments = new ParameterTuple([w, b]).clone('moments', 'zeros');
    expect(moments.map((p) => p.name)).toEqual(['moments.w', 'moments.b']);
    expect(moments.map((p) => p.tolist())).toEqual([[0, 0], 0]);
    expect(new ParameterTuple([w]).clone('accum')[0]!.tolist()).toEqual([1, 2]);
  });
  test('is checked', () => {
    expect(() => new ParameterTuple([w, new Tensor(1) as Parameter])).toThrow(TypeError);
    expect(() => new ParameterTuple(3 as never)).toThrow(TypeError);
    expect(() => new ParameterTuple([w, new Parameter(1, 'w')])).toThrow("there are two Parameters named 'w'");
    expect(() => new ParameterTuple([w]).clone(1 as never)).toThrow(TypeError);
  });
});
