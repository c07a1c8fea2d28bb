import type { AttrValues, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Expr, ReduceOp, TensorSpec, View } from '@sporelet/ir';
import { ValueError, bool, constant, int64, realDTypes, reduce, sizeOf, uint64, where } from '@sporelet/ir';
import { cast, equal, select } from './compare.ts';
import { floatOf, numbers, wide } from './elementwise-dtypes.ts';
import { div, mul, sub } from './elementwise.ts';
import { axesAttr, kept, operandIndex, reducedAxes, reducedShape } from './reduce-axes.ts';
import { broadcastTo } from './shape.ts';
import { exp } from './unary.ts';

/** Axes of a reduction: an int, a tuple, or () or null for all. */
export type Axes = number | readonly number[] | null;

export interface KeepDims {
  readonly keepDims?: boolean | undefined;
}
export interface ReduceClass<F, O extends KeepDims, P extends readonly unknown[]> {
  new (options: O): F;
  new (...attributes: P): F;
}
type Fn<P extends readonly unknown[]> = (x: Tensor, axis?: Axes, ...attributes: P) => Tensor;
type Reduction = Op<Fn<[keepDims?: boolean]>, ReduceClass<(x: Tensor, axis?: Axes) => Tensor, KeepDims, [keepDims?: boolean]>>; // prettier-ignore

/** Folds the elements along the reduced axes; `count` of them. */
type Fold = (op: ReduceOp, element?: (x: Expr) => Expr) => Expr;

interface ReductionSpec {
  readonly name: string;
  readonly doc: string;
  readonly dtypes?: readonly DType[];
  readonly of: (fold: Fold, count: number, dtype: DType) => Expr;
  /** The operation has no value for no elements. */
  readonly nonEmpty?: true;
  /** The gradient, from that of the output and the output, both with 1 in the places of the reduced axes. */
  readonly grad: ((g: Tensor, x: Tensor, out: Tensor, over: readonly number[]) => Tensor) | null;
}

const attrs = { axis: axesAttr, keepDims: attr.bool(false) };
type Values = AttrValues<typeof attrs> & { readonly skipMode?: boolean };

const overOf = (x: TensorSpec | View | Tensor, { axis, skipMode }: Values, op: string): readonly number[] =>
  skipMode && !axis.length ? [] : reducedAxes(axis, x.shape, op);

/** What declarations of reductions have in common. */
function reducing({ name, doc, dtypes = numbers, of, nonEmpty, grad }: ReductionSpec) {
  return {
    name,
    doc,
    dtypes: { T: dtypes },
    infer: ({ x }: { readonly x: TensorSpec }, values: Values) => {
      const over = overOf(x, values, name);
      const shape = reducedShape(x.shape, over, values.keepDims);
      if (nonEmpty && sizeOf(shape) > 0 && sizeOf(x.shape) === 0) {
        throw new ValueError(
          `For '${name}', there must be an element to reduce, but the 'x' has shape ${x.shape.join('x')}.`,
        );
      }
      return shape;
    },
    pull: ({ x }: { readonly x: View }, values: Values) => {
      const over = overOf(x, values, name);
      const extents = over.map((d) => x.shape[d]!);
      return (...i: Expr[]): Expr => {
        const read = (k: readonly Expr[]) => x.at(...operandIndex(x.shape.length, over, values.keepDims, i, k));
        const fold: Fold = (op, element = (e) => e) =>
          extents.length ? reduce(op, extents, (...k: Expr[]) => element(read(k))) : element(read([]));
        return of(fold, sizeOf(extents), x.dtype);
      };
    },
    grad:
      grad &&
      ((c: { g: Tensor; ins: readonly [Tensor]; outs: readonly [Tensor]; attrs: Values }) => {
        const { g, ins: [x], outs: [out] } = c; // prettier-ignore
        const over = overOf(x, c.attrs, name);
        return [grad(kept(g, x.shape, over), x, kept(out, x.shape, over), over)];
      }),
  };
}

function reduction(spec: ReductionSpec): Reduction {
  return defineOp({ ...reducing(spec), sig: 'x!:T, axis ; keepDims -> T', attrs });
}

/** Halves are added up in float32. */
const accumulated = (x: Expr): Expr => (x.dtype.isFloat ? wide(x) : x);

export interface SumOptions extends KeepDims {
  readonly skipMode?: boolean | undefined;
}

export const reduceSum: Op<
  Fn<[keepDims?: boolean, skipMode?: boolean]>,
  ReduceClass<(x: Tensor, axis?: Axes) => Tensor, SumOptions, [keepDims?: boolean, skipMode?: boolean]>
> = defineOp({
  ...reducing({
    name: 'ReduceSum',
    doc: 'The sum over axes, in the dtype of x (halves are added in float32); for bools whether any is true. With skipMode no axis means none instead of all.',
    dtypes: realDTypes,
    of: (fold, _count, dtype) => (dtype === bool ? fold('any') : fold('sum', accumulated)),
    grad: (g, x) => broadcastTo(g, x.shape),
  }),
  sig: 'x!:T, axis ; keepDims, skipMode -> T',
  attrs: { ...attrs, skipMode: attr.bool(false) },
});

export const reduceMean: Reduction = reduction({
  name: 'ReduceMean',
  doc: 'The mean over axes (halves are added in float32). Integers stay integers: the sum in 64 bits, divided and cut towards zero.',
  of: (fold, count, dtype) => {
    if (dtype.isFloat) return fold('sum', wide).div(count);
    return fold('sum', (x) => x.cast(dtype.kind === 'uint' ? uint64 : int64)).div(count);
  },
  grad: (g, x, _out, over) => broadcastTo(div(g, Math.max(sizeOf(over.map((d) => x.shape[d]!)), 1)), x.shape),
});

/** The gradient of the largest or smallest element: equal ones share it. */
function extremeGrad(g: Tensor, x: Tensor, out: Tensor, over: readonly number[]): Tensor {
  const chosen = equal(x, out);
  const count = reduceSum(cast(chosen, x.dtype), over, true);
  return select(chosen, div(g, count), 0);
}

export const reduceMax: Reduction = reduction({
  name: 'ReduceMax',
  doc: 'The largest element over axes; NaN when there is one (MindSpore for CPU passes over NaN). Equal elements share the gradient.',
  dtypes: realDTypes,
  of: (fold, _count, dtype) => fold(dtype === bool ? 'any' : 'max'),
  nonEmpty: true,
  grad: extremeGrad,
});

export const reduceMin: Reduction = reduction({
  name: 'ReduceMin',
  doc: 'The smallest element over axes; NaN when there is one (MindSpore for CPU passes over NaN). Equal elements share the gradient.',
  dtypes: realDTypes,
  of: (fold, _count, dtype) => fold(dtype === bool ? 'all' : 'min'),
  nonEmpty: true,
  grad: extremeGrad,
});

export const reduceProd: Reduction = reduction({
  name: 'ReduceProd',
  doc: 'The product over axes (halves in float32); for bools whether all are true. The gradient is right at zeros; second derivatives are where no element is 0.',
  dtypes: realDTypes,
  of: (fold, _count, dtype) => (dtype === bool ? fold('all') : fold('prod', accumulated)),
  grad: (g, x, _out, over) => {
    const zero = equal(x, 0);
    const filled = select(zero, 1, x);
    const zeros = cast(zero, x.dtype);
    const product = reduceProd(filled, over, true);
    const otherZeros = sub(reduceSum(zeros, over, true), zeros);
    return mul(g, select(equal(otherZeros, 0), div(product, filled), 0));
  },
});

/** Declares a test over axes; a number is true unless it is 0. */
function testing(name: 'ReduceAll' | 'ReduceAny', op: 'all' | 'any', doc: string): Reduction {
  const spec = reducing({ name, doc, dtypes: realDTypes, of: (fold) => fold(op, (x) => x.cast(bool)), grad: null });
  return defineOp({ ...spec, sig: 'x!:T, axis ; keepDims -> Bool', attrs, grad: null });
}

export const reduceAll: Reduction = testing(
  'ReduceAll',
  'all',
  'Whether all elements over axes are true; numbers are unless 0.',
);
export const reduceAny: Reduction = testing(
  'ReduceAny',
  'any',
  'Whether any element over axes is true; numbers are unless 0.',
);

export const logSumExp: Op<(input: Tensor, dim?: number | readonly number[] | null, keepdim?: boolean) => Tensor> =
  defineOp({
    name: 'LogSumExp',
    fn: 'logsumexp',
    sig: 'input!:T, dim, keepdim -> ?',
    doc: 'log Σ exp(input) over axes, without overflow. Integers give Float32. Infinite elements give what the limit is; MindSpore gives NaN.',
    method: 'logsumexp',
    attrs: { dim: axesAttr, keepdim: attr.bool(false) },
    infer: ({ input }, { dim, keepdim }, op) => ({
      dtype: floatOf(input.dtype),
      shape: reducedShape(input.shape, reducedAxes(dim, input.shape, op, 'dim'), keepdim),
    }),
    pull: ({ input }, { dim, keepdim }) => {
      const over = reducedAxes(dim, input.shape, 'LogSumExp', 'dim');
      const extents = over.map((d) => input.shape[d]!);
      return (...i) => {
        const read = (...k: Expr[]): Expr => wide(input.at(...operandIndex(input.shape.length, over, keepdim, i, k)));
        if (!extents.length) return read();
        const largest = reduce('max', extents, read);
        // An infinite shift would give inf - inf.
        const shift = where(largest.abs().lt(Infinity), largest, constant(0, largest.dtype));
        return reduce('sum', extents, (...k: Expr[]) =>
          read(...k)
            .sub(shift)
            .exp(),
        )
          .log()
          .add(shift);
      };
    },
    grad: ({ g, ins: [x], outs: [out], attrs: { dim } }) => {
      const over = reducedAxes(dim, x.shape, 'LogSumExp', 'dim');
      return [() => mul(kept(g, x.shape, over), exp(sub(x, kept(out, x.shape, over))))];
    },
  });
