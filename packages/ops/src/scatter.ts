import type { Args, GradEntry, Op, Parameter, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr, PushOp, View } from '@sporelet/ir';
import { ValueError, bounded, broadcastAt, normalizeAxis, sameShape, shapeText } from '@sporelet/ir';
import { cast, equal, select } from './compare.ts';
import { zerosLike } from './creation.ts';
import { add, div, mul } from './elementwise.ts';
import { numbers } from './elementwise-dtypes.ts';
import { checkAligned, gatherDOp, gatherNd, index, indexShape, nonNegative } from './indexing.ts';
import { neg } from './unary.ts';

/** Raises unless updates have the shape: positions, then what a position leaves of `shape`. */
function checkUpdates(shape: Dims, indices: Dims, updates: Dims, op: string): void {
  const depth = indices.at(-1);
  if (
    depth !== undefined &&
    depth <= shape.length &&
    sameShape(updates, [...indices.slice(0, -1), ...shape.slice(depth)])
  )
    return;
  throw new ValueError(
    `For '${op}', the shape of 'updates' must be indices.shape[:-1] + shape[indices.shape[-1]:], but got ` +
      `updates.shape = ${shapeText(updates)}, indices.shape = ${shapeText(indices)} and shape = ${shapeText(shape)}.`,
  );
}

/** Where update `j` goes: the position in the last axis of the indices, then the rest of j. */
function positionOf(indices: View, shape: Dims, j: readonly Expr[]): Expr[] {
  const outer = indices.shape.length - 1;
  const lead = Array.from({ length: indices.shape[outer]! }, (_, d) =>
    nonNegative(indices.at(...j.slice(0, outer), d), shape[d]!),
  );
  return [...lead, ...j.slice(outer)];
}

export const scatterNd: Op<(indices: Tensor, updates: Tensor, shape: Dims) => Tensor> = defineOp({
  name: 'ScatterNd',
  sig: 'indices!:I, updates!:T, shape -> T',
  doc: 'Zeros of a shape with the updates added at the positions in the last axis of the indices, which must not be negative.',
  attrs: { shape: attr.ints() },
  infer: ({ indices, updates }, { shape }, op) => {
    checkUpdates(shape, indices.shape, updates.shape, op);
    return shape;
  },
  push: ({ indices, updates }, { shape }) => ({
    over: updates.shape,
    op: 'add',
    index: (...j) => positionOf(indices, shape, j),
    value: (...j) => updates.at(...j),
  }),
  grad: ({ g, ins: [indices] }) => [null, () => gatherNd(g, indices)],
});

type TensorScatter = Op<(inputX: Tensor, indices: Tensor, updates: Tensor) => Tensor>;

interface ScatterGradInputs {
  readonly g: Tensor;
  readonly x: Tensor;
  readonly indices: Tensor;
  readonly updates: Tensor;
  readonly out: Tensor;
}
type ScatterGrad = (c: ScatterGradInputs) => readonly [GradEntry, GradEntry];

/** Declares `out = inputX; out[indices] op= updates`. */
function tensorScatter(name: string, op: PushOp, doc: string, grad: ScatterGrad): TensorScatter {
  return defineOp({
    name,
    sig: 'inputX!:T, indices!:I, updates!:T -> T',
    doc: `${doc} Positions are in the last axis of the indices and must not be negative.`,
    ...(op === 'sub' ? { dtypes: { T: numbers } } : {}),
    ...(name === 'TensorScatterUpdate' ? {} : { method: name.replace('TensorScatter', 'tensorScatter') }),
    infer: ({ inputX, indices, updates }, _, op) => {
      checkUpdates(inputX.shape, indices.shape, updates.shape, op);
      return inputX.shape;
    },
    push: ({ inputX, indices, updates }) => ({
      over: updates.shape,
      op,
      index: (...j) => positionOf(indices, inputX.shape, j),
      value: (...j) => updates.at(...j),
      init: (...i) => inputX.at(...i),
    }),
    grad: ({ g, ins: [x, indices, updates], outs: [out] }) => {
      const [dx, du] = grad({ g, x, indices, updates, out });
      return [dx, null, du];
    },
  });
}

export const tensorScatterUpdate: TensorScatter = tensorScatter(
  'TensorScatterUpdate',
  'set',
  'A copy of the input with slices replaced; of several updates of one element the last one counts.',
  ({ g, indices, updates }) => [() => tensorScatterUpdate(g, indices, zerosLike(updates)), () => gatherNd(g, indices)],
);

export const tensorScatterAdd: TensorScatter = tensorScatter(
  'TensorScatterAdd',
  'add',
  'A copy of the input with the updates added to slices.',
  ({ g, indices }) => [g, () => gatherNd(g, indices)],
);

export const tensorScatterSub: TensorScatter = tensorScatter(
  'TensorScatterSub',
  'sub',
  'A copy of the input with the updates subtracted from slices.',
  ({ g, indices }) => [g, () => neg(gatherNd(g, indices))],
);

export const tensorScatterMul: TensorScatter = tensorScatter(
  'TensorScatterMul',
  'mul',
  'A copy of the input with slices multiplied by the updates. Where an update is 0 its gradient is exact only if no other update meets that element.',
  ({ g, x, indices, updates, out }) => [
    () => tensorScatterMul(g, indices, updates),
    () => {
      // What an update is multiplied by: the result without it.
      const others = select(equal(updates, 0), gatherNd(x, indices), div(gatherNd(out, indices), updates));
      return mul(gatherNd(g, indices), others);
    },
  ],
);

/** Gradients of a maximum or minimum: shared equally by those that are equal to the result, as in MindSpore. */
const extremeGrad: ScatterGrad = ({ g, x, indices, updates, out }) => {
  const kept = cast(equal(x, out), g.dtype);
  const won = cast(equal(updates, gatherNd(out, indices)), g.dtype);
  const shares = add(kept, scatterNd(indices, won, x.shape));
  return [() => div(mul(g, kept), shares), () => mul(gatherNd(div(g, shares), indices), won)];
};

export const tensorScatterMax: TensorScatter = tensorScatter(
  'TensorScatterMax',
  'max',
  'A copy of the input with the greater of element and update; NaN wins.',
  extremeGrad,
);

export const tensorScatterMin: TensorScatter = tensorScatter(
  'TensorScatterMin',
  'min',
  'A copy of the input with the lesser of element and update; NaN wins.',
  extremeGrad,
);

type Reduction = 'none' | 'add';
interface ElementsOptions {
  readonly axis?: number | undefined;
  readonly reduction?: Reduction | undefined;
}

export const tensorScatterElements: Op<
  (
    ...args: Args<
      [data: Tensor, indices: Tensor, updates: Tensor],
      [axis?: number, reduction?: Reduction],
      ElementsOptions
    >
  ) => Tensor,
  new (
    ...args: Args<[], [axis?: number, reduction?: Reduction], ElementsOptions>
  ) => (data: Tensor, indices: Tensor, updates: Tensor) => Tensor
> = defineOp({
  name: 'TensorScatterElements',
  sig: 'data!:T, indices!:I, updates!:T ; axis, reduction -> T',
  doc: "A copy of the data with data[.., indices[.., i, ..], ..] = updates[.., i, ..] along an axis, or += with reduction 'add'; negative places count from the end. Out-of-range ones are an error (MindSpore's CPU kernel skips them).",
  attrs: { axis: attr.int(0), reduction: attr.oneOf(['none', 'add'], 'none') },
  infer: ({ data, indices, updates }, { axis }, op) => {
    if (!sameShape(indices.shape, updates.shape)) {
      throw new ValueError(
        `For '${op}', the shapes of 'indices' and 'updates' must be the same, but got ${shapeText(indices.shape)} and ${shapeText(updates.shape)}.`,
      );
    }
    checkAligned(data.shape, indices.shape, axis, op, 'indices');
    return data.shape;
  },
  push: ({ data, indices, updates }, { axis, reduction }) => {
    const at = normalizeAxis(axis, data.shape.length, 'TensorScatterElements');
    return {
      over: updates.shape,
      op: reduction === 'add' ? 'add' : 'set',
      index: (...j) => j.map((e, d) => (d === at ? bounded(indices.at(...j), data.shape[d]!) : e)),
      value: (...j) => updates.at(...j),
      init: (...i) => data.at(...i),
    };
  },
  grad: ({ g, ins: [, indices, updates], attrs: { axis, reduction } }) => [
    reduction === 'add' ? g : () => tensorScatterElements(g, indices, zerosLike(updates), axis, 'none'),
    null,
    () => gatherDOp(g, indices, axis),
  ],
});

export const indexPut: Op<(input: Tensor, indices: readonly Tensor[], values: Tensor, accumulate?: boolean) => Tensor> =
  defineOp({
    name: 'IndexPut',
    sig: 'input!:T, indices:I[], values!:V, accumulate -> T',
    doc: 'A copy of the input with input[i, j, ...] = values (or += with accumulate) for integer tensors on the leading axes, which broadcast, as do the values; negative ones count from the end.',
    attrs: { accumulate: attr.bool(false) },
    infer: ({ input, indices }, _, op) => {
      indexShape(indices, op);
      return input.shape;
    },
    push: ({ input, indices, values }, { accumulate }) => {
      const lead = indexShape(indices, 'IndexPut');
      return {
        over: [...lead, ...input.shape.slice(indices.length)],
        op: accumulate ? 'add' : 'set',
        index: (...j) => [
          ...indices.map((v, d) => bounded(broadcastAt(v, j.slice(0, lead.length)), input.shape[d]!)),
          ...j.slice(lead.length),
        ],
        value: (...j) => broadcastAt(values, j).cast(input.dtype),
        init: (...i) => input.at(...i),
      };
    },
    grad: ({ g, ins: [, indices, values], attrs: { accumulate } }) => [
      accumulate ? g : () => indexPut(g, indices, zerosLike(values)),
      indices.map(() => null),
      () => index(g, indices),
    ],
  });

interface LockOption {
  readonly useLocking?: boolean | undefined;
}
type ParameterScatter = Op<
  (inputX: Parameter, indices: Tensor, updates: Tensor, useLocking?: boolean) => Tensor,
  new (
    ...args: Args<[], [useLocking?: boolean], LockOption>
  ) => (inputX: Parameter, indices: Tensor, updates: Tensor) => Tensor
>;

/** Declares an update of a Parameter in place; `nd`: positions in the last axis of the indices, else rows. */
function parameterScatter(name: string, op: PushOp, doc: string, nd: boolean): ParameterScatter {
  return defineOp({
    name,
    sig: 'inputX&:T, indices!:I, updates!:T ; useLocking -> T',
    ...(op === 'sub' ? { dtypes: { T: numbers } } : {}),
    doc: `${doc} In place on a Parameter, which is also the result.`,
    attrs: { useLocking: attr.bool(op === 'set') },
    infer: ({ inputX, indices, updates }, _, op) => {
      if (nd) checkUpdates(inputX.shape, indices.shape, updates.shape, op);
      else if (!sameShape(updates.shape, [...indices.shape, ...inputX.shape.slice(1)])) {
        throw new ValueError(
          `For '${op}', the shape of 'updates' must be indices.shape + inputX.shape[1:], but got updates.shape = ` +
            `${shapeText(updates.shape)}, indices.shape = ${shapeText(indices.shape)} and inputX.shape = ${shapeText(inputX.shape)}.`,
        );
      }
      return inputX.shape;
    },
    push: ({ inputX, indices, updates }) => ({
      over: updates.shape,
      op,
      index: (...j) => {
        if (nd) return positionOf(indices, inputX.shape, j);
        const rank = indices.shape.length;
        return [nonNegative(indices.at(...j.slice(0, rank)), inputX.shape[0]!), ...j.slice(rank)];
      },
      value: (...j) => updates.at(...j),
      init: (...i) => inputX.at(...i),
    }),
    grad: null,
  });
}

export const scatterUpdate: ParameterScatter = parameterScatter(
  'ScatterUpdate',
  'set',
  'inputX[indices] = updates, by rows.',
  false,
);
export const scatterAdd: ParameterScatter = parameterScatter(
  'ScatterAdd',
  'add',
  'inputX[indices] += updates, by rows.',
  false,
);
export const scatterSub: ParameterScatter = parameterScatter(
  'ScatterSub',
  'sub',
  'inputX[indices] -= updates, by rows.',
  false,
);
export const scatterMul: ParameterScatter = parameterScatter(
  'ScatterMul',
  'mul',
  'inputX[indices] *= updates, by rows.',
  false,
);
export const scatterMax: ParameterScatter = parameterScatter(
  'ScatterMax',
  'max',
  'inputX[indices] = max(inputX[indices], updates), by rows.',
  false,
);
export const scatterMin: ParameterScatter = parameterScatter(
  'ScatterMin',
  'min',
  'inputX[indices] = min(inputX[indices], updates), by rows.',
  false,
);
export const scatterNdUpdate: ParameterScatter = parameterScatter(
  'ScatterNdUpdate',
  'set',
  'inputX[indices] = updates, by positions.',
  true,
);
export const scatterNdAdd: ParameterScatter = parameterScatter(
  'ScatterNdAdd',
  'add',
  'inputX[indices] += updates, by positions.',
  true,
);
export const scatterNdSub: ParameterScatter = parameterScatter(
  'ScatterNdSub',
  'sub',
  'inputX[indices] -= updates, by positions.',
  true,
);
