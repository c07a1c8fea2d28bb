import { float32 } from '@sporelet/ir';
import type { Nd, Sample, Samples } from './sample.ts';
import { at, indicesOf, make } from './shape-oracle.ts';

type Dims = readonly number[];

/** Sum of `f` over the places that differ from `i` along the axes only. */
function along(shape: Dims, axes: Dims, i: Dims, f: (j: Dims) => number): number {
  return indicesOf(axes.map((a) => shape[a]!)).reduce((s, k) => s + f(i.map((n, d) => (axes.includes(d) ? k[axes.indexOf(d)]! : n))), 0); // prettier-ignore
}
const axesOf = (axis: number | Dims, rank: number): Dims => [axis].flat().map((a) => (a < 0 ? a + rank : a));

type Oracle = (x: Nd, axes: Dims) => Nd;
const soft: Oracle = (x, axes) =>
  make(x.shape, (i) => Math.exp(at(x, i)) / along(x.shape, axes, i, (j) => Math.exp(at(x, j))));
const logSoft: Oracle = (x, axes) =>
  make(x.shape, (i) => at(x, i) - Math.log(along(x.shape, axes, i, (j) => Math.exp(at(x, j)))));

const shapes: readonly (readonly [Dims, number | Dims])[] = [
  [[2, 3], -1],
  [[4, 3], 0],
  [[2, 3, 4], 1],
  [[3, 40], -1],
  [[5, 1], 1],
  [[0, 3], 1],
];

const forward = (oracle: Oracle) =>
  shapes.map(([shape, axis]): Sample => ({
    ins: [{ shape }],
    attrs: { axis },
    expect: (x) => oracle(x, axesOf(axis, shape.length)),
    // Large negative logarithms against an expected scale of 1.
    rtol: { Float32: 5e-6 },
  }));

const backward = (oracle: (g: Nd, out: Nd, axes: Dims) => Nd, low: number, high: number) =>
  shapes.map(([shape, axis]): Sample => ({
    ins: [{ shape }, { shape, low, high }],
    attrs: { axis },
    expect: (g, out) => oracle(g, out, axesOf(axis, shape.length)),
    rtol: { Float32: 1e-5, Float16: 4e-3 },
  }));

export const samples: Samples = {
  Softmax: [
    ...forward(soft),
    { ins: [{ shape: [2, 2, 3] }], attrs: { axis: [0, -1] }, expect: (x) => soft(x, [0, 2]) },
    {
      // No overflow; -inf has probability 0.
      ins: [{ shape: [2, 3], values: [1000, 0, 1000, 1, -Infinity, 1] }],
      dtypes: [float32],
      values: [[0.5, 0, 0.5, 0.5, 0, 0.5]],
      grad: false,
    },
  ],
  LogSoftmax: [
    ...forward(logSoft),
    {
      // MindSpore 2.10, CPU.
      ins: [{ shape: [3, 3], values: [1, 2, 3, 1000, 0, 0, 1, -Infinity, 3] }],
      dtypes: [float32],
      values: [[-2.4076037406921387, -1.4076038599014282, -0.40760383009910583, 0, -1000, -1000, -2.126924991607666, -Infinity, -0.12692488729953766]], // prettier-ignore
      grad: false,
    },
  ],
  SoftmaxGrad: backward(
    (g, out, axes) =>
      make(g.shape, (i) => at(out, i) * (at(g, i) - along(g.shape, axes, i, (j) => at(g, j) * at(out, j)))),
    0.1,
    0.5,
  ),
  LogSoftmaxGrad: backward(
    (g, out, axes) => make(g.shape, (i) => at(g, i) - Math.exp(at(out, i)) * along(g.shape, axes, i, (j) => at(g, j))),
    -2,
    -0.5,
  ),
};
