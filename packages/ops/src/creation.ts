import type { Attr, Op, Operand, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Expr } from '@sporelet/ir';
import { ValueError, bool, constant, float32, int64, shapeText, where } from '@sporelet/ir';
import { floats, wideOf } from './elementwise-dtypes.ts';
import { mul, sub } from './elementwise.ts';

/** A shape, or the extent of a 1-D one. */
export type ShapeLike = number | readonly number[];
export type Scalar = number | bigint | boolean;

const intOrInts = attr.intOrInts();

/** A shape: an int or a tuple of ints, none of them negative. */
export const shapeAttr: Attr<readonly number[]> = {
  expects: intOrInts.expects,
  check: (value, fail) => {
    const given = intOrInts.check(value, fail);
    const dims = typeof given === 'number' ? [given] : given;
    return dims?.some((n) => n < 0) ? fail('must not be negative') : dims;
  },
};

/** A dtype; null is the default. */
export function dtypeAttr(fallback: DType): Attr<DType> {
  const kind = attr.dtype(fallback);
  return { ...kind, check: (value, fail) => (value === null ? fallback : kind.check(value, fail)) };
}

const countAttr = (...fallback: [] | [number]): Attr<number> => {
  const kind = attr.int(...fallback);
  return {
    ...kind,
    check: (value, fail) => {
      const n = kind.check(value, fail);
      return n !== undefined && n < 0 ? fail('must not be negative') : n;
    },
  };
};

const scalarAttr: Attr<Scalar> = {
  expects: 'a number',
  check: (v) => (typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean' ? v : undefined),
};

export const fill: Op<(type: DType, shape: ShapeLike, value: Scalar) => Tensor> = defineOp({
  name: 'Fill',
  sig: 'type, shape, value -> =type',
  doc: 'A tensor of a dtype and shape with one value everywhere; fractions are cut for integers.',
  attrs: { type: attr.dtype(), shape: shapeAttr, value: scalarAttr },
  infer: (_ins, { shape }) => shape,
  each: (_ins, { value }, [out]) => constant(out!.dtype === bool ? Boolean(value) : value, out!.dtype),
  grad: null,
});

export const zeros: Op<(size: ShapeLike, dtype?: DType | null) => Tensor> = defineOp({
  name: 'Zeros',
  sig: 'size, dtype -> =dtype',
  doc: 'Zeros of a shape; Float32 unless said otherwise.',
  attrs: { size: shapeAttr, dtype: dtypeAttr(float32) },
  infer: (_ins, { size }) => size,
  each: (_ins, _attrs, [out]) => constant(0, out!.dtype),
  grad: null,
});

export const ones: Op<(shape: ShapeLike, dtype?: DType | null) => Tensor> = defineOp({
  name: 'Ones',
  sig: 'shape, dtype -> =dtype',
  doc: 'Ones of a shape; Float32 unless said otherwise.',
  attrs: { shape: shapeAttr, dtype: dtypeAttr(float32) },
  infer: (_ins, { shape }) => shape,
  each: (_ins, _attrs, [out]) => constant(1, out!.dtype),
  grad: null,
});

export const zerosLike: Op<(input: Tensor) => Tensor> = defineOp({
  name: 'ZerosLike',
  sig: 'input!:T -> T',
  doc: 'Zeros of the shape and dtype of input.',
  each: ({ input }) => constant(0, input.dtype),
  grad: null,
});

export const onesLike: Op<(input: Tensor) => Tensor> = defineOp({
  name: 'OnesLike',
  sig: 'input!:T -> T',
  doc: 'Ones of the shape and dtype of input.',
  each: ({ input }) => constant(1, input.dtype),
  grad: null,
});

/** The number of steps from start to end, end excluded. */
function stepsBetween(start: number, end: number, step: number, op: string): number {
  if (step === 0) throw new ValueError(`For '${op}', the 'step' must not be 0.`);
  const n = Math.ceil((end - start) / step);
  if (n >= 0) return n;
  throw new ValueError(`For '${op}', the 'step' must lead from start to end, but got ${start}, ${end} and ${step}.`);
}

export const range: Op<(start: number, end: number, step: number, maxlen?: number) => Tensor> = defineOp({
  name: 'Range',
  sig: 'start, end, step ; maxlen -> ?',
  doc: 'start, start + step, ... up to but without end. Int64 when all three are whole numbers, else Float32. maxlen has no effect.',
  attrs: { start: attr.float(), end: attr.float(), step: attr.float(), maxlen: attr.int(1000000) },
  infer: (_ins, { start, end, step }, op) => ({
    dtype: [start, end, step].every(Number.isInteger) ? int64 : float32,
    shape: [stepsBetween(start, end, step, op)],
  }),
  pull: (_ins, { start, step }, [out]) => {
    const num = (value: number): Expr => constant(value, out!.dtype);
    return (i) => num(start).add(i.cast(out!.dtype).mul(num(step)));
  },
  grad: null,
});

export const linSpace: Op<(start: Operand, end: Operand, steps: number) => Tensor> = defineOp({
  name: 'LinSpace',
  fn: 'linspace',
  sig: 'start:T, end:T, steps -> T',
  doc: 'Numbers at equal distances from start to end, both included exactly. Float32 for plain numbers.',
  dtypes: { T: floats },
  attrs: { steps: attr.int() },
  infer: ({ start, end }, { steps }, op) => {
    for (const [name, { shape }] of Object.entries({ start, end })) {
      if (shape.length)
        throw new ValueError(`For '${op}', the '${name}' must have shape (), but got ${shapeText(shape)}.`);
    }
    if (steps < 1) throw new ValueError(`For '${op}', the 'steps' must be positive, but got ${steps}.`);
    return [steps];
  },
  pull: ({ start, end }, { steps }) => {
    const dtype = wideOf(start.dtype);
    const [a, b] = [start.scalar.cast(dtype), end.scalar.cast(dtype)];
    const last = Math.max(steps - 1, 1);
    const step = b.sub(a).div(last);
    const up = (i: Expr): Expr => a.add(i.cast(dtype).mul(step));
    const down = (i: Expr): Expr => b.sub(constant(last, dtype).sub(i.cast(dtype)).mul(step));
    return (i) => where(i.lt(Math.ceil(steps / 2)), up(i), down(i));
  },
  grad: ({ g, ins: [start], attrs: { steps } }) => {
    const part = (): Tensor => linSpace(zerosLike(start), 1, steps);
    return [() => mul(g, sub(1, part())), () => mul(g, part())];
  },
});

export const eye: Op<(n: number, m?: number | null, dtype?: DType | null) => Tensor> = defineOp({
  name: 'Eye',
  sig: 'n, m, dtype -> =dtype',
  doc: 'Ones on the diagonal of n rows and m columns (n unless given), zeros elsewhere; Float32 unless said otherwise.',
  attrs: { n: countAttr(), m: attr.optional(countAttr()), dtype: dtypeAttr(float32) },
  infer: (_ins, { n, m }) => [n, m ?? n],
  pull:
    (_ins, _attrs, [out]) =>
    (i, j) =>
      where(i.eq(j), constant(1, out!.dtype), constant(0, out!.dtype)),
  grad: null,
});
