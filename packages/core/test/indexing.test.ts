import { describe, expect, test } from 'vitest';
import { IndexError, ValueError } from '@sporelet/ir';
import type { Index } from '../src/index.ts';
import { Parameter, Slice, Tensor, grad, slice } from '../src/index.ts';
import { mul, sum } from './test-ops.ts';

// An independent implementation: every result element is looked up by its own multi-index in nested arrays.
type Part =
  | { kind: 'new' }
  | { kind: 'slice'; axis: number; at: number[] }
  | { kind: 'adv'; axis: number; at: number[]; shape: number[] };

function range(text: string | Slice, n: number): number[] {
  const [a, b, c] = typeof text === 'string' ? text.split(':') : [text.start ?? '', text.stop ?? '', text.step];
  const step = c === undefined || c === '' ? 1 : Number(c);
  const out: number[] = [];
  const norm = (v: string | number | undefined, fallback: number): number => {
    if (v === '' || v === undefined) return fallback;
    const k = Number(v) < 0 ? Number(v) + n : Number(v);
    return step > 0 ? Math.max(0, Math.min(n, k)) : Math.max(-1, Math.min(n - 1, k));
  };
  const from = norm(a, step > 0 ? 0 : n - 1);
  const to = norm(b, step > 0 ? n : -1);
  for (let i = from; step > 0 ? i < to : i > to; i += step) out.push(i);
  return out;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
function indices(shape: readonly number[]): number[][] {
  if (!shape.length) return [[]];
  const rest = indices(shape.slice(1));
  return Array.from({ length: shape[0]! }, (_, i) => rest.map((r) => [i, ...r])).flat();
}
function flat(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((acc, i, d) => acc * shape[d]! + i, 0);
}

/** Flat source positions of the result's elements, and the result's shape. */
function lookup(shape: readonly number[], index: readonly Index[]): { shape: number[]; from: number[] } {
  const items = [...index];
  const taken = items
    .filter((i) => i !== null && i !== '...')
    .reduce<number>((n, i) => n + (i instanceof Tensor && i.dtype.name === 'Bool' ? i.ndim : 1), 0);
  const full: Index[] = Array.from({ length: shape.length - taken }, () => ':' as const);
  const dots = items.indexOf('...');
  if (dots >= 0) items.splice(dots, 1, ...full);
  else items.push(...full);
  const advanced = items.some((i) => Array.isArray(i) || i instanceof Tensor);
  let axis = 0;
  const parts: Part[] = [];
  for (const item of items) {
    if (item === null) parts.push({ kind: 'new' });
    else if (typeof item === 'number') {
      const at = item < 0 ? item + shape[axis]! : item;
      parts.push({ kind: 'adv', axis, at: [at], shape: [] });
      axis++;
    } else if (typeof item === 'string' || item instanceof Slice) {
      parts.push({ kind: 'slice', axis, at: range(item, shape[axis]!) });
      axis++;
    } else if (
      (item instanceof Tensor && item.dtype.name === 'Bool') ||
      (Array.isArray(item) && typeof item[0] === 'boolean')
    ) {
      const mask = item instanceof Tensor ? item : new Tensor(item as readonly boolean[]);
      const hits = indices(mask.shape).filter((i) => mask.asnumpy().get(...i) === true);
      mask.shape.forEach((_, d) =>
        parts.push({ kind: 'adv', axis: axis++, at: hits.map((h) => h[d]!), shape: [hits.length] }),
      );
    } else {
      const t = item instanceof Tensor ? item : new Tensor(item as number[]);
      const at = [...t.asnumpy()].map((v) => (Number(v) < 0 ? Number(v) + shape[axis]! : Number(v)));
      parts.push({ kind: 'adv', axis, at, shape: [...t.shape] });
      axis++;
    }
  }
  const adv = parts.filter((p) => p.kind === 'adv');
  const rank = Math.max(0, ...adv.map((p) => p.shape.length));
  const block = Array.from({ length: rank }, (_, d) =>
    Math.max(...adv.map((p) => p.shape[p.shape.length - rank + d] ?? 1)),
  );
  if (adv.some((p) => p.shape.includes(0))) block[block.length - 1] = 0;
  const first = parts.findIndex((p) => p.kind === 'adv');
  const last = parts.findLastIndex((p) => p.kind === 'adv');
  const front = advanced && last - first + 1 !== adv.length;
  // The order of result axes: each with how it sets source coordinates.
  const out: { size: number; set: (src: number[], i: number) => void }[] = [];
  const blockAxes = block.map((size, d) => ({ size, set: (_: number[], i: number) => void (where[d] = i) }));
  const where: number[] = [];
  if (front) out.push(...blockAxes);
  parts.forEach((p, k) => {
    if (p.kind === 'new') out.push({ size: 1, set: () => {} });
    else if (p.kind === 'slice') out.push({ size: p.at.length, set: (src, i) => void (src[p.axis] = p.at[i]!) });
    else if (!front && k === first) out.push(...blockAxes);
  });
  const result = out.map((o) => o.size);
  const from = indices(result).map((index) => {
    const src = shape.map(() => 0);
    index.forEach((i, d) => out[d]!.set(src, i));
    for (const p of adv) {
      const own = p.shape.map((n, d) => (n === 1 ? 0 : where[rank - p.shape.length + d]!));
      src[p.axis] = p.at[flat(p.shape, own)]!;
    }
    return flat(shape, src);
  });
  return { shape: result, from };
}

const shape = [3, 4, 5] as const;
const make = (): Tensor =>
  new Tensor(
    Float32Array.from({ length: 60 }, (_, i) => i),
    { shape },
  );
const mask2 = new Tensor(
  Uint8Array.from({ length: 12 }, (_, i) => Number(i % 3 === 0)),
  { shape: [3, 4] },
);
const boolMask = new Tensor(mask2, undefined);
const ints = new Tensor(Int32Array.from([0, 2, 1, 0]), { shape: [2, 2] });
const cases: readonly (readonly [string, readonly Index[]])[] = [
  ['a number', [1]],
  ['a negative number', [-1, 2]],
  ['numbers for every axis', [2, 3, 4]],
  ['a slice', ['1:3']],
  ['slices with steps', ['::2', '1::2']],
  ['a negative step', ['::-1', '3:0:-2']],
  ['bounds that are clipped', ['-10:10', '2:100', '3:1']],
  ['Slice objects', [slice(1, 3), slice(2)]],
  ['dots', ['...', 0]],
  ['dots between', [0, '...', '1:3']],
  ['a new axis', [null, 0, null, '...', null]],
  ['a list', [[0, 2]]],
  ['a list with negatives', [':', [-1, 0]]],
  [
    'lists together',
    [
      [0, 1],
      [2, 3],
    ],
  ],
  ['a list and a number', [[0, 1], 2]],
  ['a number and a list apart', [0, ':', [1, 2, 4]]],
  ['lists apart', [[0, 1], ':', [1, 2]]],
  ['lists apart by a new axis', [[0, 1], null, [1, 2]]],
  ['lists after a slice', ['1:', [0, 1], [2, 3]]],
  ['a list with a stepped slice', ['::2', [3, 1]]],
  ['a tensor of two axes', [ints]],
  ['a tensor in the middle', [':', ints, '::2']],
  ['broadcast tensors', [ints, new Tensor(Int32Array.from([1, 2]), { shape: [2, 1] })]],
  ['a list of booleans', [[true, false, true]]],
  ['booleans on the second axis', [':', [true, false, true, true]]],
  ['an empty list', [[] as number[]]],
];

describe('reading', () => {
  test.each(cases)('%s', (_, index) => {
    const x = make();
    const expected = lookup(shape, index);
    const got = x.at(...index);
    expect([...got.shape]).toEqual(expected.shape);
    expect([...got.asnumpy()]).toEqual(expected.from);
  });
  test('a mask of two axes', () => {
    const mask = new Tensor([
      [true, false, true, false],
      [false, false, false, false],
      [true, true, false, true],
    ]);
    const expected = lookup(shape, [mask]);
    expect([...make().at(mask).shape]).toEqual(expected.shape);
    expect([...make().at(mask).asnumpy()]).toEqual(expected.from);
    void boolMask;
  });
});

describe('writing', () => {
  test.each(cases)('%s', (_, index) => {
    const expected = lookup(shape, index);
    const before = make();
    const x = new Parameter(before);
    const value = Float32Array.from({ length: sizeOf(expected.shape) }, (_, i) => 1000 + i);
    x.setAt(index, new Tensor(value, { shape: expected.shape }));
    const want = Array.from({ length: 60 }, (_, i) => i);
    expected.from.forEach((at, i) => (want[at] = 1000 + i));
    expect([...x.asnumpy()]).toEqual(want);
    expect([...before.asnumpy()]).toEqual(Array.from({ length: 60 }, (_, i) => i));
    x.setAt(index, -1);
    expected.from.forEach((at) => (want[at] = -1));
    expect([...x.asnumpy()]).toEqual(want);
  });
  test('a value is broadcast and cast', () => {
    const x = new Tensor(Int32Array.from([1, 2, 3, 4, 5, 6]), { shape: [2, 3] });
    x.setAt(['...', 1], new Tensor([7.9]));
    expect(x.tolist()).toEqual([
      [1, 7, 3],
      [4, 7, 6],
    ]);
    x.setAt(1, new Tensor([[[8, 9, 10]]]));
    expect(x.tolist()).toEqual([
      [1, 7, 3],
      [8, 9, 10],
    ]);
    expect(() => x.setAt(0, new Tensor([1, 2]))).toThrow(ValueError);
  });
  test('a mask with one value', () => {
    const x = new Tensor([1, -2, 3]);
    x.setAt(new Tensor([false, true, false]), 0);
    expect(x.tolist()).toEqual([1, 0, 3]);
  });
  test('a Parameter read before keeps what was read', () => {
    const p = new Parameter([1, 2, 3], 'p');
    const kept = p.value();
    p.setAt(0, 9);
    expect(kept.tolist()).toEqual([1, 2, 3]);
    expect(p.tolist()).toEqual([9, 2, 3]);
  });
});

test.each([
  [[3], IndexError],
  [[0, -5], IndexError],
  [[0, 0, 0, 0], IndexError],
  [['...', '...'], IndexError],
  [['1:a'], IndexError],
  [['::0'], ValueError],
  [[[0, 3]], IndexError],
  [[[true, false]], IndexError],
  [[0.5], IndexError],
  [[new Tensor([0, 1])], IndexError],
  [
    [
      [0, 1],
      [0, 1, 2],
    ],
    ValueError,
  ],
])('the index %j is refused', (index, error) => {
  expect(() => make().at(...(index as Index[]))).toThrow(error);
});

test.each([[undefined], [{}], [new Map()]])('what is no index at all is named: %j', (item) => {
  expect(() => make().at(item as never)).toThrow(/^The index must be an int, bool, None, slice text/);
});

test('an index tensor out of range raises when it is used', () => {
  expect(() => make().at(new Tensor(Int32Array.from([0, 3])))).toThrow(IndexError);
});

test('gradients reach what was read, and what was written', () => {
  const x = new Tensor([1, 2, 3, 4]);
  const g = grad((x: Tensor) => sum(mul(x.at([0, 0, 2]), x.at('1:'))))(x);
  // d/dx of x0 x1 + x0 x2 + x2 x3.
  expect(g.tolist()).toEqual([5, 1, 1 + 4, 3]);
  const h = grad(
    (x: Tensor, v: Tensor) => {
      const y = mul(x, 1);
      y.setAt('1:3', v);
      return sum(mul(y, y));
    },
    [0, 1],
  )(x, new Tensor([5, 6]));
  expect(h[0].tolist()).toEqual([2, 0, 0, 8]);
  expect(h[1].tolist()).toEqual([10, 12]);
});

test('rows by iteration', () => {
  expect(
    [
      ...new Tensor([
        [1, 2],
        [3, 4],
      ]),
    ].map((r) => r.tolist()),
  ).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(() => [...new Tensor(1)]).toThrow(TypeError);
  expect(
    new Tensor([
      [1, 2],
      [3, 4],
    ]).T.tolist(),
  ).toEqual([
    [1, 3],
    [2, 4],
  ]);
});
