import type { Args, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr } from '@sporelet/ir';
import { ValueError, constant, normalizeAxis, shapeText, where } from '@sporelet/ir';

interface DiagonalOption {
  readonly diagonal?: number | undefined;
}
type Triangle = Op<
  (input: Tensor, diagonal?: number | { readonly diagonal?: number | undefined }) => Tensor,
  new (diagonal?: number | DiagonalOption) => (input: Tensor) => Tensor
>;

/** Declares the part of matrices where `keep(column - row, diagonal)`; zeros elsewhere. */
function triangle(name: string, doc: string, keep: (offset: Expr, diagonal: number) => Expr): Triangle {
  const op: Triangle = defineOp({
    name,
    sig: 'input!:T ; diagonal -> T',
    doc,
    method: name.toLowerCase(),
    attrs: { diagonal: attr.int(0) },
    infer: ({ input: { shape } }, _, op) => {
      if (shape.length < 2) {
        throw new ValueError(
          `For '${op}', the 'input' must have at least two axes, but got shape ${shapeText(shape)}.`,
        );
      }
      return shape;
    },
    pull:
      ({ input }, { diagonal }) =>
      (...i) =>
        where(keep(i.at(-1)!.sub(i.at(-2)!), diagonal), input.at(...i), constant(0, input.dtype)),
    grad: ({ g, attrs: { diagonal } }) => [() => op(g, diagonal)],
  });
  return op;
}

export const tril: Triangle = triangle(
  'Tril',
  'Elements on and below a diagonal of each matrix (0 = main, positive = above it), zeros elsewhere.',
  (offset, diagonal) => offset.le(diagonal),
);

export const triu: Triangle = triangle(
  'Triu',
  'Elements on and above a diagonal of each matrix (0 = main, positive = above it), zeros elsewhere.',
  (offset, diagonal) => offset.ge(diagonal),
);

export const diag: Op<(input: Tensor) => Tensor> = defineOp({
  name: 'Diag',
  sig: 'input!:T -> T',
  doc: 'Shape s becomes s + s: the elements where both halves of the index agree, zeros elsewhere.',
  method: 'diag',
  infer: ({ input: { shape } }, _, op) => {
    if (!shape.length) throw new ValueError(`For '${op}', the 'input' must have at least one axis, but got shape ().`);
    return [...shape, ...shape];
  },
  pull:
    ({ input }) =>
    (...i) => {
      const half = i.length / 2;
      const same = input.shape.map((_, d) => i[d]!.eq(i[half + d]!)).reduce((a, b) => a.and(b));
      return where(same, input.at(...i.slice(0, half)), constant(0, input.dtype));
    },
  grad: ({ g }) => [() => diagPart(g)],
});

export const diagPart: Op<(input: Tensor) => Tensor> = defineOp({
  name: 'DiagPart',
  sig: 'input!:T -> T',
  doc: 'Shape s + s becomes s: the elements where both halves of the index agree. Internal: the gradient of Diag.',
  infer: ({ input: { shape } }, _, op) => {
    const half = shape.slice(shape.length / 2);
    if (!shape.length || shapeText([...half, ...half]) !== shapeText(shape)) {
      throw new ValueError(`For '${op}', the shape of 'input' must be two equal halves, but got ${shapeText(shape)}.`);
    }
    return half;
  },
  pull:
    ({ input }) =>
    (...i) =>
      input.at(...i, ...i),
  grad: ({ g }) => [() => diag(g)],
});

interface DiagonalPlan {
  readonly rows: number;
  readonly columns: number;
  /** Where the diagonal starts. */
  readonly row: number;
  readonly column: number;
  readonly length: number;
  /** The axes that stay, in order. */
  readonly rest: Dims;
}

function diagonalPlan(shape: Dims, offset: number, dim1: number, dim2: number, op: string): DiagonalPlan {
  if (shape.length < 2) {
    throw new ValueError(`For '${op}', the 'input' must have at least two axes, but got shape ${shapeText(shape)}.`);
  }
  const rows = normalizeAxis(dim1, shape.length, op, 'dim1');
  const columns = normalizeAxis(dim2, shape.length, op, 'dim2');
  if (rows === columns)
    throw new ValueError(`For '${op}', the 'dim1' and 'dim2' must differ, but got ${dim1} and ${dim2}.`);
  const [row, column] = [Math.max(-offset, 0), Math.max(offset, 0)];
  const length = Math.max(0, Math.min(shape[rows]! - row, shape[columns]! - column));
  return {
    rows,
    columns,
    row,
    column,
    length,
    rest: shape.map((_, d) => d).filter((d) => d !== rows && d !== columns),
  };
}

interface DiagonalOptions {
  readonly offset?: number | undefined;
  readonly dim1?: number | undefined;
  readonly dim2?: number | undefined;
}
type DiagonalList = [offset?: number, dim1?: number, dim2?: number];
const diagonalAttrs = { offset: attr.int(0), dim1: attr.int(0), dim2: attr.int(1) };

export const diagonal: Op<
  (
    input: Tensor,
    offset?:
      | number
      | {
          readonly offset?: number | undefined;
          readonly dim1?: number | undefined;
          readonly dim2?: number | undefined;
        },
    dim1?: number,
    dim2?: number,
  ) => Tensor,
  new (...args: Args<[], DiagonalList, DiagonalOptions>) => (input: Tensor) => Tensor
> = defineOp({
  name: 'Diagonal',
  sig: 'input!:T ; offset, dim1, dim2 -> T',
  doc: 'The elements [.., r, .., r + offset, ..] of the axes dim1 and dim2, as a new last axis.',
  method: 'diagonal',
  attrs: diagonalAttrs,
  infer: ({ input: { shape } }, { offset, dim1, dim2 }, op) => {
    const { rest, length } = diagonalPlan(shape, offset, dim1, dim2, op);
    return [...rest.map((d) => shape[d]!), length];
  },
  pull: ({ input }, { offset, dim1, dim2 }) => {
    const { rows, columns, row, column, rest } = diagonalPlan(input.shape, offset, dim1, dim2, 'Diagonal');
    return (...i) => {
      const last = i.at(-1)!;
      return input.at(
        ...input.shape.map((_, d) =>
          d === rows ? last.add(row) : d === columns ? last.add(column) : i[rest.indexOf(d)]!,
        ),
      );
    };
  },
  grad: ({ g, ins: [x], attrs: { offset, dim1, dim2 } }) => [() => diagonalGrad(g, x.shape, offset, dim1, dim2)],
});

export const diagonalGrad: Op<(dout: Tensor, shape: Dims, offset?: number, dim1?: number, dim2?: number) => Tensor> =
  defineOp({
    name: 'DiagonalGrad',
    sig: 'dout!:T, shape, offset, dim1, dim2 -> T',
    doc: 'Zeros of a shape with dout on a diagonal: the gradient of Diagonal. Internal.',
    attrs: { shape: attr.ints(), ...diagonalAttrs },
    infer: (_, { shape }) => shape,
    pull: ({ dout }, { shape, offset, dim1, dim2 }) => {
      const { rows, columns, row, column, rest } = diagonalPlan(shape, offset, dim1, dim2, 'DiagonalGrad');
      return (...i) => {
        const on = i[columns]!.sub(i[rows]!).eq(column - row);
        return dout.padded([...rest.map((d) => i[d]!), i[rows]!.sub(row)], constant(0, dout.dtype), on);
      };
    },
    grad: ({ g, attrs: { offset, dim1, dim2 } }) => [() => diagonal(g, offset, dim1, dim2)],
  });
