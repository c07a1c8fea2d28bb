import type { Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Dims, Expr, TensorSpec, View } from '@sporelet/ir';
import { ValueError, bool, constant, int32, int64, normalizeAxis, realDTypes, reduce, rmin, shapeText, where } from '@sporelet/ir'; // prettier-ignore
import { equal, select } from './compare.ts';
import { range } from './creation.ts';
import { kept, operandIndex, reducedShape } from './reduce-axes.ts';
import { reshape } from './shape.ts';

type Extreme = 'max' | 'min';

/** The reduced axis as a list; none for 0-d tensors, whose only element is its own extreme. */
function axisOf(axis: number, { shape }: { readonly shape: Dims }, op: string): readonly number[] {
  const d = normalizeAxis(axis, shape.length, op);
  if (shape.length && !shape[d]) {
    throw new ValueError(`For '${op}', the axis ${axis} must have an element, but the shape is ${shapeText(shape)}.`);
  }
  return shape.length ? [d] : [];
}

/** The extreme along an axis and the first place where it is; NaN counts as the extreme. */
function extremeAt(x: View, over: readonly number[], keepDims: boolean, which: Extreme, i: readonly Expr[]) {
  const read = (...k: Expr[]): Expr => x.at(...operandIndex(x.shape.length, over, keepDims, i, k));
  const n = x.shape[over[0] ?? 0];
  if (!over.length || n === undefined) return { index: constant(0, int32), value: read() };
  const value = reduce(x.dtype !== bool ? which : which === 'max' ? 'any' : 'all', n, read);
  const hit = (e: Expr): Expr => (e.dtype.isFloat ? e.eq(value).or(e.isNaN()) : e.eq(value));
  return { index: rmin(n, (k) => where(hit(read(k)), k, constant(n, int32))), value };
}

export interface ArgOptions {
  readonly axis?: number | undefined;
  readonly outputType?: DType | undefined;
}
type Arg = Op<
  (input: Tensor, axis?: number, outputType?: DType) => Tensor,
  { new (options: ArgOptions): (input: Tensor) => Tensor; new (axis?: number, outputType?: DType): (input: Tensor) => Tensor } // prettier-ignore
>;

/** Declares the search for the place of an extreme. */
function arg(name: string, which: Extreme, doc: string): Arg {
  return defineOp({
    name,
    sig: 'input!:T ; axis, outputType -> =outputType',
    doc,
    attrs: { axis: attr.int(-1), outputType: indexType(int32) },
    infer: ({ input }, { axis }, op) => reducedShape(input.shape, axisOf(axis, input, op), false),
    pull: ({ input }, { axis }) => {
      const over = axisOf(axis, input, name);
      return (...i) => extremeAt(input, over, false, which, i).index;
    },
    grad: null,
  });
}

/** A dtype of indices. */
function indexType(fallback: DType) {
  const kind = attr.dtype(fallback);
  return {
    ...kind,
    expects: 'Int32 or Int64',
    check: (value: unknown, fail: (why: string) => never) => {
      const dtype = kind.check(value, fail);
      return dtype === int32 || dtype === int64 ? dtype : undefined;
    },
  };
}

export const argmax: Arg = arg(
  'Argmax',
  'max',
  'The place of the largest element along an axis, of equal ones the first; NaN counts as the largest, as in NumPy.',
);
export const argmin: Arg = arg(
  'Argmin',
  'min',
  'The place of the smallest element along an axis, of equal ones the first; NaN counts as the smallest, as in NumPy.',
);

export interface WithValueOptions {
  readonly axis?: number | undefined;
  readonly keepDims?: boolean | undefined;
}
type Pair = readonly [index: Tensor, value: Tensor];
type ArgWithValue = Op<
  (input: Tensor, axis?: number, keepDims?: boolean) => Pair,
  { new (options: WithValueOptions): (input: Tensor) => Pair; new (axis?: number, keepDims?: boolean): (input: Tensor) => Pair } // prettier-ignore
>;

/** Declares the search for an extreme and its place, which receives the gradient. */
function argWithValue(name: string, fn: string, which: Extreme, doc: string): ArgWithValue {
  return defineOp({
    name,
    fn,
    sig: 'input!:T ; axis, keepDims -> Int64, T',
    doc,
    dtypes: { T: realDTypes },
    attrs: { axis: attr.int(0), keepDims: attr.bool(false) },
    infer: ({ input }: { readonly input: TensorSpec }, { axis, keepDims }, op) => {
      const shape = reducedShape(input.shape, axisOf(axis, input, op), keepDims);
      return [shape, shape];
    },
    pull: ({ input }, { axis, keepDims }) => {
      const over = axisOf(axis, input, name);
      return (...i) => {
        const { index, value } = extremeAt(input, over, keepDims, which, i);
        return [index, value];
      };
    },
    grad: ({ gs: [, g], ins: [x], outs: [index], attrs: { axis } }) => {
      const over = axisOf(axis, x, name);
      const [d] = over;
      if (d === undefined) return [reshape(g, x.shape)];
      const places = reshape(range(0, x.shape[d]!, 1), x.shape.map((n, k) => (k === d ? n : 1))); // prettier-ignore
      return [() => select(equal(places, kept(index, x.shape, over)), kept(g, x.shape, over), 0)];
    },
  });
}

export const argMaxWithValue: ArgWithValue = argWithValue(
  'ArgMaxWithValue',
  'argmaxWithValue',
  'max',
  'The place and the value of the largest element along an axis, of equal ones the first; NaN counts as the largest.',
);
export const argMinWithValue: ArgWithValue = argWithValue(
  'ArgMinWithValue',
  'argminWithValue',
  'min',
  'The place and the value of the smallest element along an axis, of equal ones the first; NaN counts as the smallest.',
);
