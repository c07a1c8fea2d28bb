import { int32, int64 } from '@sporelet/ir';
import type { Nd, Sample, Samples } from './sample.ts';
import { at, indicesOf, make, put, zerosOf } from './shape-oracle.ts';

type Dims = readonly number[];

interface Case {
  readonly x: Dims;
  readonly out: readonly [number, number];
  readonly kernel: number | Dims;
  readonly stride: number | Dims;
  readonly before?: readonly [number, number];
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly dilation?: number;
  readonly large?: boolean;
}
const two = (v: number | Dims): Dims => (typeof v === 'number' ? [v, v] : v);

/** The places of a window that lie in the input, in order. */
function windowOf({ x, kernel, stride, before = [0, 0], dilation = 1 }: Case, oy: number, ox: number): number[][] {
  const [[kh, kw], [sh, sw]] = [two(kernel), two(stride)] as [[number, number], [number, number]];
  return indicesOf([kh, kw])
    .map(([ky, kx]) => [oy * sh + ky! * dilation - before[0], ox * sw + kx! * dilation - before[1]])
    .filter(([y, z]) => y! >= 0 && y! < x[2]! && z! >= 0 && z! < x[3]!);
}
const outShape = ({ x, out }: Case): Dims => [x[0]!, x[1]!, ...out];
const attrsOf = ({ kernel, stride, attrs, dilation }: Case) => ({
  kernelSize: kernel,
  strides: stride,
  ...attrs,
  ...(dilation ? { dilation } : {}),
});

/** Places of the greatest elements: the first of several, the first NaN if there is one. */
function greatest(c: Case, x: Nd): (i: Dims) => number[] {
  return (i) => {
    let best: number[] | null = null;
    for (const p of windowOf(c, i[2]!, i[3]!)) {
      const value = at(x, [i[0]!, i[1]!, ...p]);
      const so = best && at(x, [i[0]!, i[1]!, ...best]);
      if (so === null || (!Number.isNaN(so) && (value > so || Number.isNaN(value)))) best = p;
    }
    return best!;
  };
}

const more = (c: Case): Partial<Sample> => (c.large ? { grad: false, vmap: false } : {});

// All elements differ, so that the greatest one is not a matter of rounding and small moves do not change it.
const distinct = (shape: Dims): Dims => {
  const n = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: n }, (_, i) => (((i * 37 + 11) % n) - n / 2) / 8);
};

const max: readonly Case[] = [
  { x: [2, 2, 4, 6], out: [2, 3], kernel: 2, stride: 2 },
  { x: [1, 2, 5, 5], out: [3, 3], kernel: 3, stride: 1 },
  { x: [1, 1, 5, 5], out: [3, 3], kernel: 2, stride: 2, attrs: { padMode: 'same' } },
  { x: [1, 1, 5, 5], out: [5, 5], kernel: 3, stride: 1, attrs: { padMode: 'SAME' }, before: [1, 1] },
  {
    x: [1, 1, 5, 7],
    out: [3, 2],
    kernel: [2, 3],
    stride: [2, 3],
    attrs: { padMode: 'pad', pad: [1, 0] },
    before: [1, 0],
  },
  { x: [1, 2, 5, 5], out: [3, 3], kernel: 2, stride: 2, attrs: { ceilMode: true } },
  {
    x: [1, 1, 6, 6],
    out: [4, 4],
    kernel: 3,
    stride: 2,
    attrs: { padMode: 'pad', pad: 1, ceilMode: true },
    before: [1, 1],
  },
  // A window that would start behind the input is dropped.
  {
    x: [1, 1, 5, 5],
    out: [3, 3],
    kernel: 2,
    stride: 2,
    attrs: { padMode: 'pad', pad: 1, ceilMode: true },
    before: [1, 1],
  },
  {
    x: [1, 1, 6, 6],
    out: [2, 2],
    kernel: 3,
    stride: 2,
    dilation: 2,
    attrs: { padMode: 'pad', pad: 1 },
    before: [1, 1],
  },
  { x: [3, 4, 16, 16], out: [8, 8], kernel: 2, stride: 2, large: true },
];

const average: readonly (Case & { readonly divisor?: (window: number, oy: number, ox: number) => number })[] = [
  ...max.slice(0, 4),
  { ...max[5]!, divisor: (n) => n },
  {
    x: [1, 1, 4, 4],
    out: [3, 3],
    kernel: 2,
    stride: 2,
    attrs: { padMode: 'pad', pad: 1 },
    before: [1, 1],
    divisor: () => 4,
  },
  {
    x: [1, 1, 4, 4],
    out: [3, 3],
    kernel: 2,
    stride: 2,
    attrs: { padMode: 'pad', pad: 1, countIncludePad: false },
    before: [1, 1],
  },
  // Windows end at the padding: the last of four counts 2 places along each axis.
  {
    x: [1, 1, 6, 6],
    out: [4, 4],
    kernel: 3,
    stride: 2,
    attrs: { padMode: 'pad', pad: 1, ceilMode: true },
    before: [1, 1],
    divisor: (_, oy, ox) => (oy === 3 ? 2 : 3) * (ox === 3 ? 2 : 3),
  },
  { x: [1, 2, 4, 4], out: [2, 2], kernel: 2, stride: 2, attrs: { divisorOverride: 3 }, divisor: () => 3 },
  { x: [1, 1, 7, 5], out: [2, 2], kernel: [3, 2], stride: [3, 3] },
  max[9]!,
];

const gradOf = (c: (typeof average)[number], g: Nd): Nd => {
  const dx = zerosOf(c.x);
  for (const i of indicesOf(g.shape)) {
    const window = windowOf(c, i[2]!, i[3]!);
    const by = c.divisor?.(window.length, i[2]!, i[3]!) ?? window.length;
    for (const p of window) put(dx, [i[0]!, i[1]!, ...p], (old) => old + at(g, i) / by);
  }
  return dx;
};

/** The windows of an adaptive pool along an axis. */
const adaptive = (size: number, out: number, o: number): number[] => {
  const [from, to] = [Math.floor((o * size) / out), Math.ceil(((o + 1) * size) / out)];
  return Array.from({ length: to - from }, (_, k) => from + k);
};
const adaptiveCases: readonly (readonly [
  x: Dims,
  size: number | readonly (number | null)[],
  out: readonly [number, number],
])[] = [
  [[1, 2, 5, 5], 2, [2, 2]],
  [
    [2, 5, 4],
    [null, 3],
    [5, 3],
  ],
  [[1, 1, 2, 2], 3, [3, 3]],
  [
    [1, 2, 6, 8],
    [3, 4],
    [3, 4],
  ],
  [
    [2, 1, 7, 3],
    [5, 2],
    [5, 2],
  ],
  [[3, 2, 5, 5], 1, [1, 1]],
];

export const samples: Samples = {
  MaxPool: [
    ...max.map((c): Sample => ({
      ins: [{ shape: c.x, values: distinct(c.x) }],
      attrs: attrsOf(c),
      expect: (x) => make(outShape(c), (i) => at(x, [i[0]!, i[1]!, ...greatest(c, x)(i)])),
      vmap: !c.large,
      grad: !c.large,
    })),
    {
      // NaN wins.
      ins: [{ shape: [1, 1, 2, 4], values: [1, NaN, 2, 3, 4, 5, -Infinity, 0] }],
      attrs: { kernelSize: 2, strides: 2 },
      values: [[NaN, 3]],
      grad: false,
    },
  ],
  MaxPoolArgmax: [
    ...max.map((c): Sample => ({
      ins: [{ shape: c.x, values: distinct(c.x) }],
      attrs: attrsOf(c),
      expect: (x) => make(outShape(c), (i) => { const [y, z] = greatest(c, x)(i); return y! * c.x[3]! + z!; }), // prettier-ignore
      vmap: !c.large,
    })),
    {
      // Of equal elements the first, of NaNs too; also where all are -inf beside padding.
      ins: [{ shape: [1, 1, 2, 6], values: [1, 1, 0, NaN, -Infinity, -Infinity, 1, 1, NaN, 2, -Infinity, -Infinity] }],
      attrs: { kernelSize: 2, strides: 2, padMode: 'same' },
      values: [[0, 3, 4]],
    },
    {
      ins: [{ shape: [1, 1, 2, 2], values: [-Infinity, -Infinity, -Infinity, -Infinity] }],
      attrs: { kernelSize: 2, strides: 2, padMode: 'pad', pad: 1 },
      values: [[0, 1, 2, 3]],
    },
  ],
  MaxPoolGrad: max.flatMap((c) =>
    (c.large ? [int32] : [int32, int64]).map((dtype): Sample => {
      const x: Nd = { shape: c.x, data: distinct(c.x) };
      const place = (i: Dims): number => {
        const [y, z] = greatest(c, x)(i);
        return y! * c.x[3]! + z!;
      };
      const argmax = make(outShape(c), place);
      return {
        ins: [{ shape: outShape(c) }, { shape: outShape(c), values: argmax.data, dtype }],
        attrs: { ...attrsOf(c), inputSizes: c.x },
        expect: (g) => {
          const dx = zerosOf(c.x);
          for (const i of indicesOf(outShape(c)))
            put(dx, [i[0]!, i[1]!, ...greatest(c, x)(i)], (old) => old + at(g, i));
          return dx;
        },
        ...more(c),
      };
    }),
  ),
  AvgPool: average.map((c) => ({
    ins: [{ shape: c.x }],
    attrs: attrsOf(c),
    expect: (x) =>
      make(outShape(c), (i) => {
        const window = windowOf(c, i[2]!, i[3]!);
        const by = c.divisor?.(window.length, i[2]!, i[3]!) ?? window.length;
        return window.reduce((s, p) => s + at(x, [i[0]!, i[1]!, ...p]), 0) / by;
      }),
    ...more(c),
  })),
  AvgPoolGrad: average.map((c) => ({
    ins: [{ shape: outShape(c) }],
    attrs: { ...attrsOf(c), inputSizes: c.x },
    expect: (g) => gradOf(c, g),
    ...more(c),
  })),
  AdaptiveAvgPool2D: adaptiveCases.map(([shape, outputSize, [h, w]]) => ({
    ins: [{ shape }],
    attrs: { outputSize },
    expect: (x) =>
      make([...shape.slice(0, -2), h, w], (i) => {
        const [ys, xs] = [adaptive(shape.at(-2)!, h, i.at(-2)!), adaptive(shape.at(-1)!, w, i.at(-1)!)];
        const values = ys.flatMap((y) => xs.map((z) => at(x, [...i.slice(0, -2), y, z])));
        return values.reduce((a, b) => a + b, 0) / values.length;
      }),
  })),
  AdaptiveAvgPool2DGrad: adaptiveCases.map(([shape, outputSize, [h, w]]) => ({
    ins: [{ shape: [...shape.slice(0, -2), h, w] }],
    attrs: { inputSizes: shape, outputSize },
    expect: (g) => {
      const dx = zerosOf(shape);
      for (const i of indicesOf(g.shape)) {
        const [ys, xs] = [adaptive(shape.at(-2)!, h, i.at(-2)!), adaptive(shape.at(-1)!, w, i.at(-1)!)];
        for (const y of ys)
          for (const z of xs) put(dx, [...i.slice(0, -2), y, z], (old) => old + at(g, i) / (ys.length * xs.length));
      }
      return dx;
    },
  })),
};
