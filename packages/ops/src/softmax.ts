import type { Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr, View } from '@sporelet/ir';
import { ValueError, normalizeAxis, rmax, shapeText, sum } from '@sporelet/ir';
import { floats, wideOf } from './elementwise-dtypes.ts';
import { mul, sub } from './elementwise.ts';
import { reduceSum } from './reduce.ts';
import { exp } from './unary.ts';

type Axis = number | readonly number[];

function axesOf(axis: Axis, shape: Dims, op: string): readonly number[] {
  if (!shape.length) throw new ValueError(`For '${op}', the 'input' must have at least one axis, but got shape ().`);
  const axes = [axis].flat().map((a) => normalizeAxis(a, shape.length, op));
  if (!axes.length || new Set(axes).size !== axes.length) {
    throw new ValueError(
      `For '${op}', the 'axis' must name one or several different axes, but got ${shapeText([axis].flat())}.`,
    );
  }
  return axes;
}

/** A view computed in float32 or float64, read at index `i`, or along the axes of the softmax at `k`. */
interface Along {
  readonly extents: readonly number[];
  readonly own: (view: View) => Expr;
  readonly other: (view: View, k: readonly Expr[]) => Expr;
}

function along(axes: readonly number[], shape: Dims, i: readonly Expr[]): Along {
  const read = (view: View, index: readonly Expr[]): Expr => view.at(...index).cast(wideOf(view.dtype));
  return {
    extents: axes.map((a) => shape[a]!),
    own: (view) => read(view, i),
    other: (view, k) =>
      read(
        view,
        i.map((e, d) => (axes.includes(d) ? k[axes.indexOf(d)]! : e)),
      ),
  };
}

/** The greatest element and the sum of the exponentials of what is left after subtracting it. */
function normalizers(x: View, { extents, other }: Along): readonly [most: Expr, total: Expr] {
  const most = rmax(extents, (...k: Expr[]) => other(x, k));
  return [most, sum(extents, (...k: Expr[]) => other(x, k).sub(most).exp())];
}

interface AxisOption {
  readonly axis?: Axis | undefined;
}
type Softmax = Op<
  (input: Tensor, axis?: number | readonly number[]) => Tensor,
  new (axis?: Axis | AxisOption) => (input: Tensor) => Tensor
>;
type SoftmaxGrad = Op<(dout: Tensor, out: Tensor, axis?: number | readonly number[]) => Tensor>;

export const softmax: Softmax = defineOp({
  name: 'Softmax',
  sig: 'input!:T ; axis -> T',
  doc: 'exp(x) / Σ exp(x) along an axis or several, with the greatest element subtracted first. Halves are computed in float32.',
  dtypes: { T: floats },
  attrs: { axis: attr.intOrInts(-1) },
  infer: ({ input: { shape } }, { axis }, op) => {
    axesOf(axis, shape, op);
    return shape;
  },
  pull: ({ input }, { axis }) => {
    const axes = axesOf(axis, input.shape, 'Softmax');
    return (...i) => {
      const a = along(axes, input.shape, i);
      const [most, total] = normalizers(input, a);
      return a.own(input).sub(most).exp().div(total).cast(input.dtype);
    };
  },
  grad: ({ g, outs: [out], attrs: { axis } }) => [() => softmaxGrad(g, out, axis)],
});

export const softmaxGrad: SoftmaxGrad = defineOp({
  name: 'SoftmaxGrad',
  sig: 'dout!:T, out!:T, axis -> T',
  doc: 'out · (dout - Σ dout·out): the gradient of Softmax. Internal.',
  dtypes: { T: floats },
  attrs: { axis: attr.intOrInts(-1) },
  infer: ({ out }) => out.shape,
  pull: ({ dout, out }, { axis }) => {
    const axes = axesOf(axis, out.shape, 'SoftmaxGrad');
    return (...i) => {
      const a = along(axes, out.shape, i);
      const mean = sum(a.extents, (...k: Expr[]) => a.other(dout, k).mul(a.other(out, k)));
      return a.own(out).mul(a.own(dout).sub(mean)).cast(out.dtype);
    };
  },
  grad: ({ g, ins: [dout, out], attrs: { axis } }) => [
    () => softmaxGrad(g, out, axis),
    () => {
      const total = (x: Tensor): Tensor => reduceSum(mul(x, out), axis, true);
      return sub(mul(g, sub(dout, total(dout))), mul(dout, total(g)));
    },
  ],
});

export const logSoftmax: Softmax = defineOp({
  name: 'LogSoftmax',
  sig: 'input!:T ; axis -> T',
  doc: 'x - max - log Σ exp(x - max) along an axis or several. Halves are computed in float32.',
  dtypes: { T: floats },
  attrs: { axis: attr.intOrInts(-1) },
  infer: ({ input: { shape } }, { axis }, op) => {
    axesOf(axis, shape, op);
    return shape;
  },
  pull: ({ input }, { axis }) => {
    const axes = axesOf(axis, input.shape, 'LogSoftmax');
    return (...i) => {
      const a = along(axes, input.shape, i);
      const [most, total] = normalizers(input, a);
      return a.own(input).sub(most).sub(total.log()).cast(input.dtype);
    };
  },
  grad: ({ g, outs: [out], attrs: { axis } }) => [() => logSoftmaxGrad(g, out, axis)],
});

export const logSoftmaxGrad: SoftmaxGrad = defineOp({
  name: 'LogSoftmaxGrad',
  sig: 'dout!:T, out!:T, axis -> T',
  doc: 'dout - exp(out) · Σ dout: the gradient of LogSoftmax. Internal.',
  dtypes: { T: floats },
  attrs: { axis: attr.intOrInts(-1) },
  infer: ({ out }) => out.shape,
  pull: ({ dout, out }, { axis }) => {
    const axes = axesOf(axis, out.shape, 'LogSoftmaxGrad');
    return (...i) => {
      const a = along(axes, out.shape, i);
      const total = sum(a.extents, (...k: Expr[]) => a.other(dout, k));
      return a.own(dout).sub(a.own(out).exp().mul(total)).cast(out.dtype);
    };
  },
  grad: ({ g, ins: [dout, out], attrs: { axis } }) => [
    () => sub(g, reduceSum(mul(g, exp(out)), axis, true)),
    () => mul(mul(g, exp(out)), mul(reduceSum(dout, axis, true), -1)),
  ],
});
