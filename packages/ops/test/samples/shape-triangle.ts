import { bool } from '@sporelet/ir';
import type { Nd, Sample, Samples } from './sample.ts';
import { at, indicesOf, make, put, zerosOf } from './shape-oracle.ts';

type Dims = readonly number[];

const triangle = (shape: Dims, k: number, keep: (row: number, column: number) => boolean): Sample => ({
  ins: [{ shape }],
  attrs: { diagonal: k },
  expect: (x: Nd) => make(shape, (i) => (keep(i.at(-2)!, i.at(-1)!) ? at(x, i) : 0)),
});
const lower = (shape: Dims, k = 0): Sample => triangle(shape, k, (r, c) => c <= r + k);
const upper = (shape: Dims, k = 0): Sample => triangle(shape, k, (r, c) => c >= r + k);

/** The positions on a diagonal of a shape, in order, by looking at every element. */
function onDiagonal(shape: Dims, offset: number, dim1: number, dim2: number): number[][] {
  return indicesOf(shape).filter((i) => i[dim2]! - i[dim1]! === offset);
}
const rest = (i: Dims, dim1: number, dim2: number): number[] => i.filter((_, d) => d !== dim1 && d !== dim2);
const place = (i: Dims, dim1: number, dim2: number): number[] => [...rest(i, dim1, dim2), Math.min(i[dim1]!, i[dim2]!)];

const diagonal = (shape: Dims, out: Dims, offset: number, dim1: number, dim2: number): Sample => ({
  ins: [{ shape }],
  attrs: { offset, dim1, dim2 },
  expect: (x: Nd) => {
    const y = zerosOf(out);
    for (const i of onDiagonal(shape, offset, dim1, dim2)) put(y, place(i, dim1, dim2), () => at(x, i));
    return y;
  },
});
const diagonalGrad = (shape: Dims, out: Dims, offset: number, dim1: number, dim2: number): Sample => ({
  ins: [{ shape: out }],
  attrs: { shape, offset, dim1, dim2 },
  expect: (g: Nd) => {
    const y = zerosOf(shape);
    for (const i of onDiagonal(shape, offset, dim1, dim2)) put(y, i, () => at(g, place(i, dim1, dim2)));
    return y;
  },
});
const diagonals: readonly (readonly [Dims, Dims, number, number, number])[] = [
  [[3, 3], [3], 0, 0, 1],
  [[2, 5], [2], 2, 0, 1],
  [[5, 2], [1], -4, 0, 1],
  [[2, 3], [0], 5, 0, 1],
  [[2, 3, 4], [3, 2], 1, 0, 2],
  [[4, 3, 2], [4, 2], 0, 2, 1],
];

export const samples: Samples = {
  Tril: [lower([3, 3]), lower([4, 20], 2), lower([2, 3, 4], -1), lower([0, 3]), { ...lower([3, 2]), dtypes: [bool] }],
  Triu: [upper([3, 3]), upper([4, 20], 2), upper([2, 3, 4], -1), upper([3, 0])],
  Diag: [
    { ins: [{ shape: [3] }], expect: (x) => make([3, 3], ([i, j]) => (i === j ? x.data[i!]! : 0)) },
    {
      ins: [{ shape: [2, 3] }],
      expect: (x) => make([2, 3, 2, 3], ([a, b, c, d]) => (a === c && b === d ? at(x, [a!, b!]) : 0)),
    },
    { ins: [{ shape: [0] }], expect: () => zerosOf([0, 0]) },
  ],
  DiagPart: [
    { ins: [{ shape: [3, 3] }], expect: (x) => make([3], ([i]) => at(x, [i!, i!])) },
    { ins: [{ shape: [2, 3, 2, 3] }], expect: (x) => make([2, 3], ([i, j]) => at(x, [i!, j!, i!, j!])) },
  ],
  Diagonal: diagonals.map((d) => diagonal(...d)),
  DiagonalGrad: diagonals.map((d) => diagonalGrad(...d)),
};
