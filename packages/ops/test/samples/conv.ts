import type { Nd, Sample, Samples } from './sample.ts';
import { at, indicesOf, put, zerosOf } from './shape-oracle.ts';

type Dims = readonly number[];

interface Case {
  readonly x: Dims;
  readonly w: Dims;
  readonly out: readonly [height: number, width: number];
  readonly stride?: number | Dims;
  readonly dilation?: number | Dims;
  readonly group?: number;
  /** Zeros above and to the left. */
  readonly before?: readonly [number, number];
  readonly padMode?: 'valid' | 'same' | 'pad';
  readonly pad?: number | Dims;
  readonly large?: boolean;
}

const two = (v: number | Dims | undefined, fallback: number): Dims =>
  v === undefined ? [fallback, fallback] : typeof v === 'number' ? [v, v] : v;

function attrsOf({ w, stride, dilation, group, padMode, pad }: Case): Record<string, unknown> {
  return {
    outChannel: w[0],
    kernelSize: w.slice(2),
    ...(stride === undefined ? {} : { stride }),
    ...(dilation === undefined ? {} : { dilation }),
    ...(group === undefined ? {} : { group }),
    ...(padMode === undefined ? {} : { padMode }),
    ...(pad === undefined ? {} : { pad }),
  };
}

const outShape = ({ x, w, out }: Case): Dims => [x[0]!, w[0]!, ...out];

/** Every product of a convolution: indices into output, input and weight. */
function products(c: Case, visit: (o: Dims, x: Dims, w: Dims) => void): void {
  const [sy, sx] = two(c.stride, 1) as [number, number];
  const [dy, dx] = two(c.dilation, 1) as [number, number];
  const [py, px] = c.before ?? [0, 0];
  const perGroup = c.w[0]! / (c.group ?? 1);
  for (const o of indicesOf(outShape(c))) {
    for (const k of indicesOf(c.w.slice(1))) {
      const [n, co, oy, ox] = o as [number, number, number, number];
      const [ci, ky, kx] = k as [number, number, number];
      const place = [n, Math.floor(co / perGroup) * c.w[1]! + ci, oy * sy + ky * dy - py, ox * sx + kx * dx - px];
      if (place.every((i, d) => i >= 0 && i < c.x[d]!)) visit(o, place, [co, ci, ky, kx]);
    }
  }
}

const summed = (c: Case, shape: Dims, where: 0 | 1 | 2, a: Nd, ofA: 0 | 1 | 2, b: Nd, ofB: 0 | 1 | 2): Nd => {
  const out = zerosOf(shape);
  products(c, (...index) => put(out, index[where], (old) => old + at(a, index[ofA]) * at(b, index[ofB])));
  return out;
};

const checks = (c: Case): Partial<Sample> =>
  c.large ? { grad: false, vmap: false, rtol: { Float32: 2e-5, Float16: 4e-3 } } : {};

const forward = (c: Case): Sample => ({
  ins: [{ shape: c.x }, { shape: c.w }],
  attrs: attrsOf(c),
  expect: (x, w) => summed(c, outShape(c), 0, x, 1, w, 2),
  ...checks(c),
});
const byInput = (c: Case): Sample => ({
  ins: [{ shape: outShape(c) }, { shape: c.w }],
  attrs: { ...attrsOf(c), inputSizes: c.x },
  expect: (g, w) => summed(c, c.x, 1, g, 0, w, 2),
  ...checks(c),
});
const byFilter = (c: Case): Sample => ({
  ins: [{ shape: outShape(c) }, { shape: c.x }],
  attrs: { ...attrsOf(c), filterSizes: c.w },
  expect: (g, x) => summed(c, c.w, 2, g, 0, x, 1),
  ...checks(c),
});

const cases: readonly Case[] = [
  { x: [2, 3, 5, 6], w: [4, 3, 3, 2], out: [3, 5] },
  { x: [1, 2, 4, 4], w: [2, 2, 3, 3], out: [4, 4], padMode: 'same', before: [1, 1] },
  // An odd zero goes below and to the right.
  { x: [1, 1, 5, 6], w: [1, 1, 2, 2], out: [5, 6], padMode: 'same', before: [0, 0] },
  { x: [1, 2, 7, 6], w: [3, 2, 3, 3], out: [4, 3], padMode: 'same', stride: 2, before: [1, 0] },
  { x: [2, 2, 5, 5], w: [2, 2, 3, 3], out: [6, 7], padMode: 'pad', pad: [1, 2, 3, 1], before: [1, 3] },
  { x: [1, 1, 6, 7], w: [2, 1, 3, 3], out: [3, 3], padMode: 'pad', pad: 1, stride: [2, 3], before: [1, 1] },
  { x: [1, 2, 7, 7], w: [2, 2, 3, 2], out: [3, 5], dilation: 2 },
  {
    x: [1, 1, 9, 8],
    w: [1, 1, 3, 3],
    out: [4, 2],
    padMode: 'pad',
    pad: [1, 0],
    stride: [2, 3],
    dilation: [2, 2],
    before: [1, 0],
  },
  { x: [1, 1, 8, 8], w: [1, 1, 4, 4], out: [2, 2], stride: 4 },
  { x: [1, 1, 7, 7], w: [1, 1, 2, 2], out: [3, 3], stride: 3, padMode: 'pad', pad: 1, before: [1, 1] },
  { x: [1, 4, 4, 4], w: [6, 2, 2, 2], out: [3, 3], group: 2 },
  { x: [2, 3, 5, 5], w: [3, 1, 3, 3], out: [3, 3], group: 3, stride: 2, padMode: 'same', before: [1, 1] },
  { x: [1, 2, 4, 5], w: [4, 1, 3, 3], out: [4, 5], group: 2, padMode: 'same', before: [1, 1] },
  { x: [3, 2, 1, 1], w: [2, 2, 1, 1], out: [1, 1] },
  { x: [0, 2, 3, 3], w: [2, 2, 2, 2], out: [2, 2] },
  { x: [3, 6, 14, 14], w: [16, 6, 5, 5], out: [10, 10], large: true },
  { x: [2, 8, 16, 16], w: [12, 8, 3, 3], out: [16, 16], padMode: 'same', before: [1, 1], large: true },
  { x: [2, 8, 15, 15], w: [12, 8, 3, 3], out: [8, 8], padMode: 'pad', pad: 1, stride: 2, before: [1, 1], large: true },
];

export const samples: Samples = {
  Conv2D: cases.map(forward),
  Conv2DBackpropInput: cases.map(byInput),
  // Two groups of images, the second one smaller.
  Conv2DBackpropFilter: [...cases, { x: [17, 1, 20, 20], w: [6, 1, 5, 5], out: [16, 16], large: true } as const].map(
    byFilter,
  ),
  Conv2DTranspose: [cases[3]!, cases[5]!].map((c) => {
    const { inputSizes, ...attrs } = byInput(c).attrs as Record<string, unknown>;
    return { ...byInput(c), attrs: { ...attrs, inputSize: inputSizes } };
  }),
};
