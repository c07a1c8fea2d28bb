import { describe, expect, it } from 'vitest';
import { Tensor, grad } from '@sporelet/core';
import { mul, sum } from '@sporelet/ops';
import { Conv2d } from '../src/index.ts';
import './setup.ts';

interface Case {
  readonly batch: number;
  readonly channels: number;
  readonly image: readonly [number, number];
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Top, bottom, left, right. */
  readonly pad: readonly [number, number, number, number];
  readonly groups: number;
}

const outOf = (c: Case, d: 0 | 1): number =>
  Math.floor((c.image[d] + c.pad[2 * d]! + c.pad[2 * d + 1]! - c.dilation[d] * (c.kernel[d] - 1) - 1) / c.stride[d]) + 1; // prettier-ignore

const wave = (count: number, step: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * step));

/** Calls `term` for every product of the convolution, with the flat indices of output, image and kernel. */
function products(c: Case, term: (y: number, x: number, w: number) => void): void {
  const [oh, ow] = [outOf(c, 0), outOf(c, 1)];
  const [per, each] = [c.channels / c.groups, c.filters / c.groups];
  for (let b = 0; b < c.batch; b++)
    for (let f = 0; f < c.filters; f++)
      for (let i = 0; i < oh; i++)
        for (let j = 0; j < ow; j++)
          for (let a = 0; a < per; a++)
            for (let u = 0; u < c.kernel[0]; u++)
              for (let v = 0; v < c.kernel[1]; v++) {
                const row = i * c.stride[0] + u * c.dilation[0] - c.pad[0];
                const column = j * c.stride[1] + v * c.dilation[1] - c.pad[2];
                if (row < 0 || row >= c.image[0] || column < 0 || column >= c.image[1]) continue;
                const channel = Math.floor(f / each) * per + a;
                term(
                  ((b * c.filters + f) * oh + i) * ow + j,
                  ((b * c.channels + channel) * c.image[0] + row) * c.image[1] + column,
                  ((f * per + a) * c.kernel[0] + u) * c.kernel[1] + v,
                );
              }
}

/** Result and gradients of both operands in float64, product by product. */
function direct(c: Case, x: Float32Array, w: Float32Array, g: Float32Array): Float64Array[] {
  const made = [g, x, w].map((like) => new Float64Array(like.length)) as [Float64Array, Float64Array, Float64Array];
  const [y, dx, dw] = made;
  products(c, (o, i, k) => {
    y[o]! += x[i]! * w[k]!;
    dx[i]! += g[o]! * w[k]!;
    dw[k]! += g[o]! * x[i]!;
  });
  return made;
}

function check(c: Case): void {
  const shape = [c.filters, c.channels / c.groups, ...c.kernel];
  const out = [c.batch, c.filters, outOf(c, 0), outOf(c, 1)];
  const size = (s: readonly number[]): number => s.reduce((n, k) => n * k, 1);
  const image = [c.batch, c.channels, ...c.image];
  const [x, w, g] = [wave(size(image), 12.9), wave(size(shape), 7.3), wave(size(out), 3.7)];
  const layer = new Conv2d(c.channels, c.filters, [...c.kernel], {
    stride: [...c.stride],
    dilation: [...c.dilation],
    group: c.groups,
    padMode: 'pad',
    padding: [...c.pad],
    weightInit: new Tensor(w, { shape }),
    hasBias: false,
  });
  const input = new Tensor(x, { shape: image });
  const weighted = (t: Tensor): Tensor => sum(mul(layer(t), new Tensor(g, { shape: out })));
  const gradient = grad(weighted, 0, [layer.weight]);
  const [dx, [dw]] = gradient(input) as unknown as [Tensor, [Tensor]];
  const found = [layer(input), dx, dw].map((t) => t.asnumpy().data as Float32Array);
  direct(c, x, w, g).forEach((wanted, k) => {
    const name = `${['result', 'gradient of the image', 'gradient of the kernel'][k]!} of ${JSON.stringify(c)}`;
    expect(found[k]!.length, name).toBe(wanted.length);
    const most = 1e-6 * Math.sqrt(wanted.length) + 1e-5 * wanted.reduce((m, v) => Math.max(m, Math.abs(v)), 1);
    const off = wanted.reduce((m, v, i) => Math.max(m, Math.abs(v - found[k]![i]!)), 0);
    expect(off, name).toBeLessThan(most);
  });
}

const plain: Case = { batch: 2, channels: 4, image: [12, 12], filters: 8, kernel: [3, 3], stride: [1, 1], dilation: [1, 1], pad: [0, 0, 0, 0], groups: 1 }; // prettier-ignore

describe('a convolution and its gradients are what the products add up to', () => {
  it.each<[string, Partial<Case>]>([
    ['windows as far apart as they are long, behind padding', { stride: [3, 3], pad: [1, 1, 1, 1] }],
    ['the same, of five', { batch: 1, image: [10, 10], kernel: [5, 5], stride: [5, 5], pad: [2, 2, 2, 2] }],
    ['windows that meet nothing', { image: [1, 9], kernel: [1, 2], stride: [4, 1], pad: [1, 0, 0, 0] }],
    ['one row, padded behind only', { batch: 8, channels: 2, image: [1, 9], kernel: [2, 3], pad: [0, 1, 1, 1] }],
    ['every other position of many channels', { channels: 3, image: [7, 7], filters: 3000, kernel: [1, 1], stride: [2, 2] }],
    ['a window larger than the image', { image: [3, 4], kernel: [5, 5], pad: [2, 1, 1, 2] }],
    ['a channel each', { channels: 6, filters: 6, groups: 6, pad: [1, 1, 1, 1] }],
  ])('%s', (_name, change) => check({ ...plain, ...change })); // prettier-ignore

  it('any sizes', () => {
    let seed = 20261128;
    const upTo = (n: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    for (let round = 0; round < 150; round++) {
      const groups = [1, 1, 1, 2, 3][upTo(5)]!;
      const c: Case = {
        batch: [1, 2, 3, 4, 8, 9, 16, 17][upTo(8)]!,
        channels: groups * (1 + upTo(5)),
        image: [1 + upTo(10), 1 + upTo(12)],
        filters: groups * (1 + upTo(9)),
        kernel: [1 + upTo(4), 1 + upTo(4)],
        stride: [1 + upTo(4), 1 + upTo(4)],
        dilation: [1 + upTo(2), 1 + upTo(2)],
        pad: [upTo(3), upTo(3), upTo(3), upTo(3)],
        groups,
      };
      if (outOf(c, 0) > 0 && outOf(c, 1) > 0) check(c);
    }
  });
});
