import type { Dims, DType, Expr } from '@sporelet/ir';
import { ValueError, bool, bounded, constant, float16, float32, sum as sumOver, where as select } from '@sporelet/ir';
import type { Op, Operand, Parameter, Tensor } from '../src/index.ts';
import { attr, defineOp, installCoreOps, registerDevice } from '../src/index.ts';
import { InterpreterDevice } from './interpreter-device.ts';

type Unary = (x: Operand) => Tensor;
type Binary = (x: Operand, y: Operand) => Tensor;

export const add: Op<Binary> = defineOp({
  name: 'Add',
  sig: 'x:T, y:T -> T',
  doc: 'x + y.',
  each: ({ x, y }) => (x.dtype === bool ? x.or(y) : x.add(y)),
  grad: ({ g }) => [g, g],
});
export const sub: Op<Binary> = defineOp({
  name: 'Sub',
  sig: 'x:T, y:T -> T',
  doc: 'x - y.',
  each: ({ x, y }) => x.sub(y),
  grad: ({ g }) => [g, () => neg(g)],
});
export const mul: Op<Binary> = defineOp({
  name: 'Mul',
  sig: 'x:T, y:T -> T',
  doc: 'x y.',
  each: ({ x, y }) => x.mul(y),
  grad: ({ g, ins: [x, y] }) => [() => mul(g, y), () => mul(g, x)],
});
export const neg: Op<Unary> = defineOp({
  name: 'Neg',
  sig: 'x:T -> T',
  doc: '-x.',
  each: ({ x }) => x.neg(),
  grad: ({ g }) => [() => neg(g)],
});
export const exp: Op<Unary> = defineOp({
  name: 'Exp',
  sig: 'x:T -> T',
  doc: 'e^x.',
  each: ({ x }) => x.exp(),
  grad: ({ g, outs: [y] }) => [() => mul(g, y)],
});
export const sin: Op<Unary> = defineOp({
  name: 'Sin',
  sig: 'x:T -> T',
  doc: 'sin x.',
  each: ({ x }) => x.fn1('sin'),
  grad: ({ g, ins: [x] }) => [() => mul(g, cos(x))],
});
export const cos: Op<Unary> = defineOp({
  name: 'Cos',
  sig: 'x:T -> T',
  doc: 'cos x.',
  each: ({ x }) => x.fn1('cos'),
  grad: ({ g, ins: [x] }) => [() => neg(mul(g, sin(x)))],
});
export const less: Op<Binary> = defineOp({
  name: 'Less',
  sig: 'x:T, y:T -> Bool',
  doc: 'x < y.',
  each: ({ x, y }) => x.lt(y),
  grad: null,
});
export const cast: Op<(x: Tensor, dtype: DType) => Tensor> = defineOp({
  name: 'Cast',
  sig: 'x:T, dtype -> =dtype',
  doc: 'x as another dtype.',
  attrs: { dtype: attr.dtype() },
  infer: ({ x }) => x.shape,
  each: ({ x }, { dtype }) => x.cast(dtype),
  grad: ({ g, ins: [x] }) => [() => cast(g, x.dtype)],
});
export const sum: Op<
  (x: Tensor, axes?: readonly number[], keepDims?: boolean) => Tensor,
  new (keepDims?: boolean | { keepDims?: boolean }) => (x: Tensor, axes?: readonly number[]) => Tensor
> = defineOp({
  name: 'ReduceSum',
  fn: 'sum',
  sig: 'x:T, axes ; keepDims -> T',
  doc: 'Sum over axes; all when none are given.',
  attrs: { axes: attr.ints([]), keepDims: attr.bool(false) },
  infer: ({ x }, { axes, keepDims }) => {
    const over = axes.length ? axes : x.shape.map((_, i) => i);
    return x.shape.flatMap((n, i) => (!over.includes(i) ? [n] : keepDims ? [1] : []));
  },
  pull: ({ x }, { axes, keepDims }) => {
    const over = axes.length ? axes : x.shape.map((_, i) => i);
    return (...i) => {
      let at = 0;
      const free = x.shape.map((_, d) => {
        if (!over.includes(d)) return i[at++]!;
        if (keepDims) at++;
        return null;
      });
      if (!over.length) return x.at(...(free as Expr[]));
      return sumOver(
        over.map((d) => x.shape[d]!),
        (...k: Expr[]) => {
          let next = 0;
          return x.at(...free.map((e) => e ?? k[next++]!));
        },
      );
    };
  },
  grad: ({ g, ins: [x], attrs: { axes } }) => {
    const over = axes.length ? axes : x.shape.map((_, i) => i);
    const kept = x.shape.map((n, i) => (over.includes(i) ? 1 : n));
    return [() => broadcastTo(reshape(g, kept), x.shape)];
  },
});
export const reshape: Op<(x: Tensor, shape: Dims) => Tensor> = defineOp({
  name: 'Reshape',
  sig: 'x:T, shape -> T',
  doc: 'The same elements in another shape.',
  attrs: { shape: attr.ints() },
  infer: (_, { shape }) => shape,
  alias: true,
  grad: ({ g, ins: [x] }) => [() => reshape(g, x.shape)],
});
export const broadcastTo: Op<(x: Tensor, shape: Dims) => Tensor> = defineOp({
  name: 'BroadcastTo',
  sig: 'x:T, shape -> T',
  doc: 'Repeated along axes of size 1.',
  attrs: { shape: attr.ints() },
  infer: (_, { shape }) => shape,
  pull:
    ({ x }) =>
    (...i) => {
      const skip = i.length - x.shape.length;
      return x.at(...x.shape.map((n, d) => (n === 1 ? 0 : i[skip + d]!)));
    },
  grad: ({ g }) => [g],
});
export const transpose: Op<(x: Tensor, permutation: readonly number[]) => Tensor> = defineOp({
  name: 'Transpose',
  sig: 'x:T, permutation -> T',
  doc: 'Axes in another order.',
  attrs: { permutation: attr.ints() },
  infer: ({ x }, { permutation }) => permutation.map((p) => x.shape[p]!),
  pull:
    ({ x }, { permutation }) =>
    (...i) =>
      x.at(...x.shape.map((_, d) => i[permutation.indexOf(d)]!)),
  grad: ({ g, attrs: { permutation } }) => [
    () =>
      transpose(
        g,
        permutation.map((_, d) => permutation.indexOf(d)),
      ),
  ],
});
export const full: Op<(shape: Dims, value: number, dtype: DType) => Tensor> = defineOp({
  name: 'Full',
  sig: 'shape, value, dtype -> =dtype',
  doc: 'One number everywhere.',
  attrs: { shape: attr.ints(), value: attr.float(), dtype: attr.dtype() },
  infer: (_, { shape }) => shape,
  pull:
    (_, { value, dtype }) =>
    () =>
      constant(value, dtype),
  grad: null,
});
export const matmul: Op<(x: Tensor, y: Tensor) => Tensor> = defineOp({
  name: 'MatMul',
  fn: 'matmul',
  sig: 'x:T, y:T -> T',
  doc: 'Matrix product of 2-D tensors.',
  infer: ({ x, y }) => [x.shape[0]!, y.shape[1]!],
  pull:
    ({ x, y }) =>
    (i, j) =>
      sumOver(x.shape[1]!, (k) => x.at(i, k).mul(y.at(k, j))),
  grad: ({ g, ins: [x, y] }) => [() => matmul(g, transpose(y, [1, 0])), () => matmul(transpose(x, [1, 0]), g)],
});
export const where: Op<(mask: Tensor, x: Operand, y: Operand) => Tensor> = defineOp({
  name: 'Select',
  fn: 'where',
  sig: 'mask:B, x:T, y:T -> T',
  doc: 'x where the mask is true, else y.',
  each: ({ mask, x, y }) => select(mask, x, y),
  grad: ({ g, ins: [mask] }) => [null, () => where(mask, g, 0), () => where(mask, 0, g)],
});
export const slice: Op<(x: Tensor, begin: Dims, size: Dims, step: Dims) => Tensor> = defineOp({
  name: 'Slice',
  sig: 'x:T, begin, size, step -> T',
  doc: 'Element begin + step i along each axis.',
  attrs: { begin: attr.ints(), size: attr.ints(), step: attr.ints() },
  infer: (_, { size }) => size,
  pull:
    ({ x }, { begin, step }) =>
    (...i) =>
      x.at(...i.map((e, d) => e.mul(step[d]!).add(begin[d]!))),
  grad: ({ g, ins: [x], attrs: { begin, step } }) => [() => setSlice(full(x.shape, 0, x.dtype), g, begin, step)],
});
export const setSlice: Op<(x: Tensor, value: Tensor, begin: Dims, step: Dims) => Tensor> = defineOp({
  name: 'SetSlice',
  sig: 'x:T, value:V, begin, step -> T',
  doc: 'x with the elements of a slice replaced.',
  attrs: { begin: attr.ints(), step: attr.ints() },
  infer: ({ x }) => x.shape,
  push: ({ x, value }, { begin, step }) => ({
    over: value.shape,
    op: 'set',
    index: (...j) => j.map((e, d) => e.mul(step[d]!).add(begin[d]!)),
    value: (...j) => value.at(...j),
    init: (...i) => x.at(...i),
  }),
  grad: ({ g, ins: [, value], attrs: { begin, step } }) => [
    () => setSlice(g, full(value.shape, 0, value.dtype), begin, step),
    () => slice(g, begin, value.shape, step),
  ],
});
/** Rows by integer tensors on the leading axes, all of one shape. */
export const gatherNd: Op<(x: Tensor, indices: readonly Tensor[]) => Tensor> = defineOp({
  name: 'GatherNd',
  sig: 'x:T, indices:I[] -> T',
  doc: 'x[indices].',
  infer: ({ x, indices }) => [...indices[0]!.shape, ...x.shape.slice(indices.length)],
  pull:
    ({ x, indices }) =>
    (...i) => {
      const rank = indices[0]!.shape.length;
      const lead = indices.map((v, d) => bounded(v.at(...i.slice(0, rank)), x.shape[d]!));
      return x.at(...lead, ...i.slice(rank));
    },
  grad: ({ g, ins: [x, indices] }) => [() => scatterAdd(full(x.shape, 0, x.dtype), indices, g)],
});
export const scatterAdd: Op<(x: Tensor, indices: readonly Tensor[], value: Tensor) => Tensor> = defineOp({
  name: 'ScatterAdd',
  sig: 'x:T, indices:I[], value:V -> T',
  doc: 'x with rows added to.',
  infer: ({ x }) => x.shape,
  push: ({ x, indices, value }) => ({
    over: value.shape,
    op: 'add',
    index: (...j) => [
      ...indices.map((v, d) => bounded(v.at(...j.slice(0, v.shape.length)), x.shape[d]!)),
      ...j.slice(indices[0]!.shape.length),
    ],
    value: (...j) => value.at(...j),
    init: (...i) => x.at(...i),
  }),
  grad: ({ g, ins: [, indices] }) => [g, indices.map(() => null), () => gatherNd(g, indices)],
});
export const scatterNd: Op<(x: Tensor, indices: readonly Tensor[], value: Tensor) => Tensor> = defineOp({
  name: 'ScatterUpdate',
  sig: 'x:T, indices:I[], value:V -> T',
  doc: 'x with rows replaced.',
  infer: ({ x }) => x.shape,
  push: ({ x, indices, value }) => ({
    over: value.shape,
    op: 'set',
    index: (...j) => [
      ...indices.map((v, d) => bounded(v.at(...j.slice(0, v.shape.length)), x.shape[d]!)),
      ...j.slice(indices[0]!.shape.length),
    ],
    value: (...j) => value.at(...j),
    init: (...i) => x.at(...i),
  }),
  grad: ({ g, ins: [, indices, value] }) => [
    () => scatterNd(g, indices, full(value.shape, 0, value.dtype)),
    indices.map(() => null),
    () => gatherNd(g, indices),
  ],
});

/** variable -= lr * grad, in place; the momentum-like accum counts. */
export const applyStep: Op<
  (variable: Parameter, accum: Parameter, lr: Operand, grad: Tensor) => readonly [variable: Tensor, accum: Tensor],
  new (
    useLocking?: boolean | { useLocking?: boolean },
  ) => (variable: Parameter, accum: Parameter, lr: Operand, grad: Tensor) => readonly [variable: Tensor, accum: Tensor]
> = defineOp({
  name: 'ApplyStep',
  sig: 'variable&:T, accum&:T, lr:S1, grad:T ; useLocking -> T, T',
  doc: 'accum += grad^2; variable -= lr grad.',
  dtypes: { T: [float16, float32] },
  attrs: { useLocking: attr.bool(false) },
  infer: ({ variable, accum, grad }, _, op) => {
    for (const [name, s] of Object.entries({ accum, grad })) {
      if (String(s.shape) !== String(variable.shape)) {
        throw new ValueError(`For '${op}', the shape of '${name}' must be that of 'variable'.`);
      }
    }
    return [variable.shape, variable.shape];
  },
  each: ({ variable, accum, lr, grad }) => [variable.sub(lr.cast(variable.dtype).mul(grad)), accum.add(grad.mul(grad))],
  grad: null,
});
/** Sorts the last axis: a routine. */
export const sort: Op<(x: Tensor) => readonly [values: Tensor, indices: Tensor]> = defineOp({
  name: 'Sort',
  sig: 'x:T -> T, Int32',
  doc: 'Ascending along the only axis.',
  infer: ({ x }) => [x.shape, x.shape],
  routine: ([x], [values, indices]) => {
    const order = Array.from(x!.data, (v, i) => [v, i] as const).sort(
      (a, b) => Number(a[0]) - Number(b[0]) || a[1] - b[1],
    );
    order.forEach(([v, i], k) => {
      values!.data[k] = v;
      indices!.data[k] = i;
    });
  },
  grad: ({ g, ins: [x], outs: [, indices] }) => [() => scatterAdd(full(x.shape, 0, x.dtype), [indices], g)],
});
export const concat: Op<(xs: readonly Tensor[], axis?: number) => Tensor> = defineOp({
  name: 'Concat',
  sig: 'xs:T[], axis -> T',
  doc: 'Joined along an axis.',
  attrs: { axis: attr.int(0) },
  infer: ({ xs }, { axis }) =>
    xs[0]!.shape.map((n, d) => (d === axis ? xs.reduce((sum, x) => sum + x.shape[d]!, 0) : n)),
  pull:
    ({ xs }, { axis }) =>
    (...i) => {
      let start = xs.reduce((sum, x) => sum + x.shape[axis]!, 0);
      let out: Expr | null = null;
      for (const x of [...xs].reverse()) {
        start -= x.shape[axis]!;
        const from = start;
        const own = x.padded(
          i.map((e, d) => (d === axis ? e.sub(from) : e)),
          constant(0, x.dtype),
        );
        out = out ? select(i[axis]!.lt(from + x.shape[axis]!), own, out) : own;
      }
      return out!;
    },
  grad: ({ g, ins: [xs], attrs: { axis } }) => {
    let at = 0;
    return [
      xs.map((x) => {
        const begin = x.shape.map((_, d) => (d === axis ? at : 0));
        at += x.shape[axis]!;
        return () =>
          slice(
            g,
            begin,
            x.shape,
            x.shape.map(() => 1),
          );
      }),
    ];
  },
});
/** An op with an input that may be left out. */
export const scaleShift: Op<(x: Tensor, scale: Operand, shift?: Tensor | null) => Tensor> = defineOp({
  name: 'ScaleShift',
  sig: 'x:T, scale:T, shift?:T -> T',
  doc: 'x scale + shift.',
  each: ({ x, scale, shift }) => (shift ? x.mul(scale).add(shift) : x.mul(scale)),
  grad: ({ g, ins: [x, scale] }) => [() => mul(g, scale), () => mul(g, x), g],
});
/** A composite. */
export const square: Op<(x: Operand) => Tensor> = defineOp({
  name: 'Square',
  sig: 'x:T -> T',
  doc: 'x x.',
  body: ({ x }) => mul(x, x),
});
/** An op whose gradient was forgotten. */
export const noGradient: Op<(x: Operand) => Tensor> = defineOp({
  name: 'NoGradient',
  sig: 'x:T -> T',
  doc: 'x + x.',
  each: ({ x }) => x.add(x),
});

export const device = new InterpreterDevice();
registerDevice('CPU', () => device);
installCoreOps({
  add,
  cast,
  sum,
  reshape,
  broadcastTo,
  transpose,
  full,
  slice,
  setSlice,
  gatherNd,
  scatterNd,
  where,
  less,
  stack: (xs) => concat(xs.map((x) => reshape(x, [1, ...x.shape]))),
});
