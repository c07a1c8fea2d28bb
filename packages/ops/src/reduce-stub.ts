import type { Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import { broadcastAt } from '@sporelet/ir';
import { reduceSum } from './reduce.ts';

export const reshape: Op<(x: Tensor, shape: readonly number[]) => Tensor> = defineOp({
  name: 'Reshape', sig: 'x:T, shape -> T', doc: 'stub', attrs: { shape: attr.ints() },
  infer: (_i, { shape }) => shape, alias: true, grad: ({ g, ins: [x] }) => [() => reshape(g, x.shape)],
});
export const broadcastTo: Op<(x: Tensor, shape: readonly number[]) => Tensor> = defineOp({
  name: 'BroadcastTo', sig: 'x:T, shape -> T', doc: 'stub', attrs: { shape: attr.ints() },
  infer: (_i, { shape }) => shape, pull: ({ x }) => (...i) => broadcastAt(x, i),
  grad: ({ g, ins: [x] }) => {
    const extra = g.shape.length - x.shape.length;
    const axes = g.shape.flatMap((n: number, d: number) => (d < extra || (x.shape[d - extra] === 1 && n !== 1) ? [d] : []));
    return [() => (axes.length ? reshape(reduceSum(g, axes, true), x.shape) : reshape(g, x.shape))];
  },
});
