import type { Op, Operand, Parameter, Tensor } from '@sporelet/core';
import { defineOp } from '@sporelet/core';
import type { Dims } from '@sporelet/ir';
import { IndexError, ValueError, float32, sameShape, shapeText, where } from '@sporelet/ir';
import { greater } from './compare.ts';
import { ones } from './creation.ts';
import type { Pair, Proximal, ProximalRate, UpdateOp } from './optimizer.ts';
import { halfOrSingle, proximal, proximalAdagradStep, stateShapes } from './optimizer.ts';
import { scatterNd } from './scatter.ts';
import { expandDims, reshape } from './shape.ts';

/** The gradient of whole rows, repeated indices summed, and which rows it touches. */
interface RowGradient {
  readonly grad: Tensor;
  /** Bool, one per row, of as many axes as the variable. */
  readonly touched: Tensor;
}

/**
 * Checks the gradient of some rows of `shape` and sums it to one of all rows.
 * @throws IndexError for an index that is no row
 */
function rowGradient(op: string, shape: Dims, grad: Tensor, indices: Tensor): RowGradient {
  if (indices.ndim !== 1) {
    throw new ValueError(`For '${op}', the 'indices' must have one axis, but got shape ${shapeText(indices.shape)}.`);
  }
  if (!shape.length || !sameShape(grad.shape, [indices.shape[0], ...shape.slice(1)])) {
    throw new ValueError(
      `For '${op}', the shape of 'grad' must be indices.shape + var.shape[1:], but got ${shapeText(grad.shape)} ` +
        `for indices of shape ${shapeText(indices.shape)} and var of shape ${shapeText(shape)}.`,
    );
  }
  const [rows, ...rest] = shape as [number, ...number[]];
  const at = expandDims(indices, -1);
  try {
    const hits = scatterNd(at, ones(indices.shape, float32), [rows]);
    return {
      grad: scatterNd(at, grad, shape),
      touched: reshape(greater(hits, 0), [rows, ...rest.map(() => 1)]),
    };
  } catch (error) {
    if (!(error instanceof IndexError)) throw error;
    throw new IndexError(`For '${op}', the 'indices' must be in [0, ${rows}), the rows of 'var'.`, { cause: error });
  }
}

export const proximalAdagradRows: Op<
  (variable: Parameter, accum: Parameter, lr: Operand, l1: Operand, l2: Operand, grad: Tensor, touched: Tensor, proximalRate?: ProximalRate) => Pair
> = defineOp({
  name: 'ProximalAdagradRows',
  sig: 'var&:T, accum&:T, lr:S1, l1:S2, l2:S3, grad!:T, touched!:B, proximalRate -> T, T',
  doc: 'ApplyProximalAdagrad where touched (broadcast) is true; the rest stays. Internal: what SparseApplyProximalAdagrad does once it has summed the gradient.',
  dtypes: { T: halfOrSingle, S: halfOrSingle },
  attrs: { proximalRate: proximal.proximalRate },
  infer: stateShapes(['var', 'accum'], 'grad'),
  each: ({ var: v, accum, lr, l1, l2, grad, touched }, { proximalRate }) => {
    const [w, a] = proximalAdagradStep([v, accum, lr, l1, l2, grad], proximalRate);
    return [where(touched, w, v.cast(w.dtype)), where(touched, a, accum.cast(a.dtype))];
  },
  grad: null,
}); // prettier-ignore

export const sparseApplyProximalAdagrad: UpdateOp<
  (variable: Parameter, accum: Parameter, lr: Operand, l1: Operand, l2: Operand, grad: Tensor, indices: Tensor) => Pair,
  Proximal,
  [useLocking?: boolean, proximalRate?: ProximalRate]
> = defineOp({
  name: 'SparseApplyProximalAdagrad',
  sig: 'var&:T, accum&:T, lr:S1, l1:S2, l2:S3, grad!:T, indices!:I ; useLocking, proximalRate -> T, T',
  doc: 'ApplyProximalAdagrad on the rows that the indices name, with a gradient of these rows; rows named twice get the sum of their gradients. Other rows stay as they are.',
  dtypes: { T: halfOrSingle, S: halfOrSingle },
  attrs: proximal,
  body: ({ var: v, accum, lr, l1, l2, grad, indices }, { proximalRate }) => {
    const op = 'SparseApplyProximalAdagrad';
    if (!sameShape(accum.shape, v.shape)) {
      throw new ValueError(
        `For '${op}', the shape of 'accum' must be the same as the shape of 'var', ` +
          `but got ${shapeText(accum.shape)} and ${shapeText(v.shape)}.`,
      );
    }
    const rows = rowGradient(op, v.shape, grad, indices);
    // A composite's operands have the signature's types only after the check that `&` names Parameters.
    return proximalAdagradRows(v as Parameter, accum as Parameter, lr, l1, l2, rows.grad, rows.touched, proximalRate);
  },
});
