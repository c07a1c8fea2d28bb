import type { Nd, Sample, Samples } from './sample.ts';
import { at, indicesOf, make, put, zerosOf } from './shape-oracle.ts';

type Dims = readonly number[];

/** What index an axis of n elements shows at place i, by walking; null = outside. */
function shown(mode: string, i: number, n: number): number | null {
  if (i >= 0 && i < n) return i;
  if (mode === 'edge') return i < 0 ? 0 : n - 1;
  if (mode === 'circular') return (i + n) % n;
  if (mode === 'reflect') return i < 0 ? -i : n - 1 - (i - n + 1);
  if (mode === 'symmetric') return i < 0 ? -1 - i : n - (i - n) - 1;
  return null;
}

function places(mode: string, i: Dims, before: Dims, shape: Dims): number[] | null {
  const p = i.map((k, d) => shown(mode, k - before[d]!, shape[d]!));
  return p.includes(null) ? null : (p as number[]);
}

const outer = (shape: Dims, before: Dims, after: Dims): Dims => shape.map((n, d) => n + before[d]! + after[d]!);

const padded = (shape: Dims, before: Dims, after: Dims, mode = 'constant', value = 0): Sample => ({
  ins: [{ shape }],
  attrs: { before, after, mode, value },
  expect: (x: Nd) =>
    make(outer(shape, before, after), (i) => {
      const p = places(mode, i, before, shape);
      return p ? at(x, p) : value;
    }),
});

const summed = (shape: Dims, before: Dims, after: Dims, mode: string): Sample => ({
  ins: [{ shape: outer(shape, before, after) }],
  attrs: { shape, before, after, mode },
  expect: (g) => {
    const out = zerosOf(shape);
    for (const i of indicesOf(g.shape)) put(out, places(mode, i, before, shape)!, (old) => old + at(g, i));
    return out;
  },
});

const cases: readonly (readonly [Dims, Dims, Dims])[] = [
  [[5], [2], [3]],
  [
    [3, 4],
    [1, 2],
    [2, 0],
  ],
  [
    [2, 3, 20],
    [0, 1, 3],
    [1, 2, 0],
  ],
  [[4], [3], [-2]],
];

export const samples: Samples = {
  PadV3: [
    padded([3, 4], [1, 2], [2, 0]),
    padded([5], [2], [3], 'constant', 1.5),
    padded([4, 6], [-1, 2], [1, -3], 'constant', -2),
    padded([0], [1], [2], 'constant', 7),
    padded([2, 2], [0, 0], [0, 0]),
    ...['reflect', 'symmetric', 'edge', 'circular'].flatMap((mode) =>
      cases
        .filter(([shape]) => shape.every((n) => mode !== 'reflect' || n > 2))
        .map(([s, b, a]) => padded(s, b, a, mode)),
    ),
  ],
  PadV3Grad: ['reflect', 'symmetric', 'edge', 'circular'].flatMap((mode) =>
    cases
      .filter(([shape]) => shape.every((n) => mode !== 'reflect' || n > 2))
      .map(([s, b, a]) => summed(s, b, a, mode)),
  ),
  Pad: [
    {
      ins: [{ shape: [2, 2] }],
      attrs: { paddings: [[1, 0], [0, 1]] }, // prettier-ignore
      expect: (x) => make([3, 3], ([i, j]) => at(x, [i! - 1, j!], 0)),
    },
  ],
  MirrorPad: [
    {
      // MindSpore 2.10, CPU.
      ins: [{ shape: [2, 3], values: [0, 1, 2, 3, 4, 5] }],
      attrs: { paddings: [[1, 1], [2, 1]], mode: 'SYMMETRIC' }, // prettier-ignore
      values: [[1, 0, 0, 1, 2, 2, 1, 0, 0, 1, 2, 2, 4, 3, 3, 4, 5, 5, 4, 3, 3, 4, 5, 5]],
    },
    {
      ins: [{ shape: [3], values: [1, 2, 3] }],
      attrs: { paddings: [[2, 1]] }, // prettier-ignore
      values: [[3, 2, 1, 2, 3, 2]],
    },
  ],
};
