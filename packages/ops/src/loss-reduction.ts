import type { Tensor } from '@sporelet/core';
import { attr } from '@sporelet/core';
import type { Dims, Expr, TensorSpec, View } from '@sporelet/ir';
import { ValueError, axesFor, broadcastAt, broadcastShapes, shapeText, sizeOf, sum } from '@sporelet/ir';
import { wideOf } from './elementwise-dtypes.ts';
import { div } from './elementwise.ts';

export type Reduction = 'none' | 'mean' | 'sum';
export const reductionAttr = (fallback: Reduction) => attr.oneOf(['none', 'mean', 'sum'], fallback);

type Specs = readonly (TensorSpec | null)[];

/** The common shape of operands that broadcast. */
function commonShape(op: string, specs: readonly { readonly shape: Dims }[]): Dims {
  return specs.reduce<Dims>((shape, { shape: next }) => {
    const joined = broadcastShapes(shape, next);
    if (joined) return joined;
    throw new ValueError(
      `For '${op}', the shapes of the inputs must broadcast, but got ${specs.map((s) => shapeText(s.shape)).join(', ')}.`,
    );
  }, []);
}

/** The shape of a loss: that of its broadcast operands, or () when it is reduced. */
export function lossShape(op: string, specs: Specs, reduction: Reduction): Dims {
  const shape = commonShape(op, specs.filter((s) => s !== null)); // prettier-ignore
  return reduction === 'none' ? shape : [];
}

/** A loss element by element in float32 or float64, kept, summed or averaged. Absent operands are null. */
export function lossKernel(
  views: readonly (View | null)[],
  reduction: Reduction,
  element: (...operands: Expr[]) => Expr,
) {
  const first = views[0]!;
  const shape = commonShape('', views.filter((v) => v !== null)); // prettier-ignore
  const acc = wideOf(first.dtype);
  const at = (i: readonly Expr[]): Expr =>
    element(...views.map((v) => (v ? broadcastAt(v, i).cast(acc) : (null as unknown as Expr))));
  return (...i: Expr[]): Expr => {
    if (reduction === 'none') return at(i).cast(first.dtype);
    const total = axesFor(shape).length ? sum(shape, (...k: Expr[]) => at(k)) : at([]);
    return (reduction === 'mean' ? total.div(sizeOf(shape)) : total).cast(first.dtype);
  };
}

/** What each element of a loss receives of the loss's gradient; broadcasts against them. */
export function lossGradient(g: Tensor, ins: readonly (Tensor | null)[], reduction: Reduction): Tensor {
  if (reduction !== 'mean') return g;
  return div(g, sizeOf(commonShape('', ins.filter((t) => t !== null)))); // prettier-ignore
}
