import type { Args, Op, Operand, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr, View } from '@sporelet/ir';
import {
  IndexError,
  ValueError,
  constant,
  flatIndex,
  int32,
  normalizeAxis,
  shapeText,
  sizeOf,
  unflatten,
} from '@sporelet/ir';
import { cast } from './compare.ts';
import { zerosLike } from './creation.ts';
import { reshape } from './shape.ts';

const ones = (dims: Dims): Dims => dims.map(() => 1);

/** `size` with each -1 filled in: up to the end. */
function sliceSizes(shape: Dims, begin: Dims, size: Dims, step: Dims, op: string): Dims {
  if (begin.length !== shape.length || size.length !== shape.length || step.length !== shape.length) {
    throw new ValueError(
      `For '${op}', the 'begin' and 'size' must have one number per axis of shape ${shapeText(shape)}, ` +
        `but got ${shapeText(begin)} and ${shapeText(size)}.`,
    );
  }
  return size.map((n, d) => {
    const [extent, b, s] = [shape[d]!, begin[d]!, step[d]!];
    const count = n === -1 ? extent - b : n;
    const last = b + (count - 1) * s;
    if (count < 0 || b < 0 || (count > 0 && (b >= extent || last < 0 || last >= extent))) {
      throw new ValueError(
        `For '${op}', the slice must be inside 'input', but got begin ${shapeText(begin)} and size ` +
          `${shapeText(size)} for shape ${shapeText(shape)}.`,
      );
    }
    return count;
  });
}

/**
 * The first place of a slice of an axis of `n` elements as an expression. It comes as an operand, so that slices that
 * differ in it share a kernel; it is checked before, and kept inside here whatever it is.
 */
function origin(begin: View, n: number, size: number, step: number): Expr {
  const span = (Math.max(size, 1) - 1) * Math.abs(step);
  const [low, high] = step > 0 ? [0, n - 1 - span] : [span, n - 1];
  return begin.scalar.cast(int32).max(low).min(Math.max(high, low));
}

/** Where element `i` of a slice lies. */
const sliced = (i: readonly Expr[], begin: readonly View[], shape: Dims, size: Dims, step: Dims): Expr[] =>
  i.map((e, d) => e.mul(step[d]!).add(origin(begin[d]!, shape[d]!, size[d]!, step[d]!)));

type Begin = readonly Operand[];

export const sliceAt: Op<(input: Tensor, begin: Begin, size: Dims, step: Dims) => Tensor> = defineOp({
  name: 'SliceAt',
  sig: 'input!:T, begin:I[], size, step -> T',
  doc: 'Elements begin + step·i, size many of them along each axis; begin is an operand. Internal: what slices run.',
  attrs: { size: attr.ints(), step: attr.ints() },
  infer: (_, { size }) => size,
  pull:
    ({ input, begin }, { size, step }) =>
    (...i) =>
      input.at(...sliced(i, begin, input.shape, size, step)),
  grad: ({ g, ins: [x, begin], attrs: { step } }) => [
    () => sliceAtGrad(g, begin, x.shape, step),
    begin.map(() => null),
  ],
});

export const sliceAtGrad: Op<(dout: Tensor, begin: Begin, shape: Dims, step: Dims) => Tensor> = defineOp({
  name: 'SliceAtGrad',
  sig: 'dout!:T, begin:I[], shape, step -> T',
  doc: 'Zeros of a shape with dout at the places begin + step·i: the gradient of a slice. Internal.',
  attrs: { shape: attr.ints(), step: attr.ints() },
  infer: (_, { shape }) => shape,
  pull:
    ({ dout, begin }, { shape, step }) =>
    (...i) => {
      let also: Expr | null = null;
      const index = i.map((e, d) => {
        const s = step[d]!;
        const first = origin(begin[d]!, shape[d]!, dout.shape[d]!, s);
        const offset = s > 0 ? e.sub(first) : first.sub(e);
        if (Math.abs(s) === 1) return offset;
        const hit = offset.rem(Math.abs(s)).eq(0);
        also = also ? also.and(hit) : hit;
        return offset.div(Math.abs(s));
      });
      return dout.padded(index, constant(0, dout.dtype), also);
    },
  grad: ({ g, ins: [dout, begin], attrs: { step } }) => [
    () => sliceAt(g, begin, dout.shape, step),
    begin.map(() => null),
  ],
});

export const setSliceAt: Op<(input: Tensor, value: Tensor, begin: Begin, step: Dims) => Tensor> = defineOp({
  name: 'SetSliceAt',
  sig: 'input!:T, value!:V, begin:I[], step -> T',
  doc: 'The input with its elements begin + step·i replaced by those of value. Internal: assignment by index.',
  attrs: { step: attr.ints() },
  infer: ({ input }) => input.shape,
  push: ({ input, value, begin }, { step }) => ({
    over: value.shape,
    op: 'set',
    index: (...j) => sliced(j, begin, input.shape, value.shape, step),
    value: (...j) => value.at(...j).cast(input.dtype),
    init: (...i) => input.at(...i),
  }),
  grad: ({ g, ins: [, value, begin], attrs: { step } }) => [
    () => setSliceAt(g, zerosLike(value), begin, step),
    () => sliceAt(g, begin, value.shape, step),
    begin.map(() => null),
  ],
});

/** Elements begin + step·i, size many of them along each axis; -1 = up to the end. */
export function cut(x: Tensor, begin: Dims, size: Dims, step: Dims = ones(begin), op = 'Slice'): Tensor {
  const sizes = sliceSizes(x.shape, begin, size, step, op);
  // The whole tensor is another handle all the same.
  if (sizes.every((n, d) => n === x.shape[d] && step[d] === 1)) return reshape(x, sizes);
  return sliceAt(x, begin, sizes, step);
}

/** `x` with the elements that `cut` would read replaced by those of `value`. */
export function setSlice(x: Tensor, value: Tensor, begin: Dims, step: Dims = ones(begin)): Tensor {
  sliceSizes(x.shape, begin, value.shape, step, 'setAt');
  if (!begin.length) return cast(reshape(value, []), x.dtype);
  return setSliceAt(x, value, begin, step);
}

export const slice: Op<(input: Tensor, begin: Dims, size: Dims, step?: Dims) => Tensor> = defineOp({
  name: 'Slice',
  sig: 'input!:T, begin, size, step -> T',
  doc: 'Elements begin + step·i, size many of them along each axis, -1 = up to the end. The step (default 1, may be negative) is an addition to MindSpore.',
  attrs: { begin: attr.ints(), size: attr.ints(), step: attr.ints([]) },
  body: ({ input }, { begin, size, step }) => cut(input, begin, size, step.length ? step : ones(begin)),
});

/** A strided slice as begin, size and step per axis of the input, and the shape it then gets. */
export interface SlicePlan {
  readonly begin: Dims;
  readonly size: Dims;
  readonly step: Dims;
  readonly shape: Dims;
}

interface Masks {
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

const bit = (mask: number, i: number): boolean => ((mask >> i) & 1) === 1;

/** One axis of Python's `begin:end:step`: the first position and the number of elements. */
function sliceRange(n: number, step: number, begin: number | null, end: number | null): readonly [number, number] {
  const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
  const clamp = (i: number): number => Math.min(Math.max(i < 0 ? i + n : i, low), high);
  const first = begin === null ? (step > 0 ? low : high) : clamp(begin);
  const stop = end === null ? (step > 0 ? high : low) : clamp(end);
  return [first, Math.max(0, Math.ceil((stop - first) / step))];
}

function stridedPlan(shape: Dims, begin: Dims, end: Dims, strides: Dims, masks: Masks, op: string): SlicePlan {
  const count = begin.length;
  if (end.length !== count || strides.length !== count) {
    throw new ValueError(
      `For '${op}', the 'begin', 'end' and 'strides' must have one length, but got ${count}, ${end.length} and ${strides.length}.`,
    );
  }
  if (strides.includes(0))
    throw new ValueError(`For '${op}', the 'strides' must not contain 0, but got ${shapeText(strides)}.`);
  const isNew = begin.map((_, i) => bit(masks.newAxisMask, i) && !bit(masks.ellipsisMask, i));
  const ellipsis = begin.findIndex((_, i) => bit(masks.ellipsisMask, i));
  if (ellipsis >= 0 && begin.some((_, i) => i > ellipsis && bit(masks.ellipsisMask, i))) {
    throw new ValueError(`For '${op}', the 'ellipsisMask' can have one bit at most, but got ${masks.ellipsisMask}.`);
  }
  const taken = begin.filter((_, i) => !isNew[i] && i !== ellipsis).length;
  if (taken > shape.length) {
    throw new ValueError(`For '${op}', the shape ${shapeText(shape)} has too few axes for ${taken} slices.`);
  }
  const plan = { begin: [] as number[], size: [] as number[], step: [] as number[], shape: [] as number[] };
  const keep = (b: number, n: number, s: number): void => {
    plan.begin.push(b);
    plan.size.push(n);
    plan.step.push(s);
  };
  const whole = (): void => {
    const n = shape[plan.begin.length]!;
    keep(0, n, 1);
    plan.shape.push(n);
  };
  for (let i = 0; i < count; i++) {
    if (i === ellipsis) for (let rest = shape.length - taken; rest > 0; rest--) whole();
    else if (isNew[i]) plan.shape.push(1);
    else {
      const n = shape[plan.begin.length]!;
      const [b, e, s] = [begin[i]!, end[i]!, strides[i]!];
      if (bit(masks.shrinkAxisMask, i)) {
        if (b < -n || b >= n || s < 0) {
          throw new IndexError(
            `For '${op}', the 'begin[${i}]' must be in [${-n}, ${n}) and 'strides[${i}]' positive for an axis that ` +
              `is dropped, but got ${b} and ${s}.`,
          );
        }
        keep(b < 0 ? b + n : b, 1, 1);
        continue;
      }
      const [first, length] = sliceRange(n, s, bit(masks.beginMask, i) ? null : b, bit(masks.endMask, i) ? null : e);
      keep(length ? first : 0, length, s);
      plan.shape.push(length);
    }
  }
  while (plan.begin.length < shape.length) whole();
  return plan;
}

interface MaskOptions {
  readonly beginMask?: number | undefined;
  readonly endMask?: number | undefined;
  readonly ellipsisMask?: number | undefined;
  readonly newAxisMask?: number | undefined;
  readonly shrinkAxisMask?: number | undefined;
}
type MaskList = [
  beginMask?: number,
  endMask?: number,
  ellipsisMask?: number,
  newAxisMask?: number,
  shrinkAxisMask?: number,
];

export const stridedSlice: Op<
  (...args: Args<[inputX: Tensor, begin: Dims, end: Dims, strides: Dims], MaskList, MaskOptions>) => Tensor,
  new (...args: Args<[], MaskList, MaskOptions>) => (inputX: Tensor, begin: Dims, end: Dims, strides: Dims) => Tensor
> = defineOp({
  name: 'StridedSlice',
  sig: 'inputX!:T, begin, end, strides ; beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask -> T',
  doc: "Python's x[begin:end:stride, ...]. Bit i of a mask: begin or end left out, an ellipsis, a new axis, an axis dropped (x[begin]).",
  attrs: {
    begin: attr.ints(),
    end: attr.ints(),
    strides: attr.ints(),
    beginMask: attr.int(0),
    endMask: attr.int(0),
    ellipsisMask: attr.int(0),
    newAxisMask: attr.int(0),
    shrinkAxisMask: attr.int(0),
  },
  body: ({ inputX }, attrs) => {
    const plan = stridedPlan(inputX.shape, attrs.begin, attrs.end, attrs.strides, attrs, 'StridedSlice');
    return reshape(cut(inputX, plan.begin, plan.size, plan.step, 'StridedSlice'), plan.shape);
  },
});

export const reverse: Op<
  (x: Tensor, axis: number | Dims) => Tensor,
  new (axis: number | Dims | { readonly axis: number | Dims }) => (x: Tensor) => Tensor
> = defineOp({
  name: 'ReverseV2',
  fn: 'reverse',
  sig: 'x!:T ; axis -> T',
  doc: 'The elements in reverse order along the given axes.',
  attrs: { axis: attr.intOrInts() },
  infer: ({ x: { shape } }, { axis }, op) => {
    const axes = [axis].flat().map((a) => normalizeAxis(a, shape.length, op));
    if (new Set(axes).size !== axes.length) {
      throw new ValueError(`For '${op}', the 'axis' must not name an axis twice, but got ${shapeText([axis].flat())}.`);
    }
    return shape;
  },
  pull: ({ x }, { axis }) => {
    const rank = x.shape.length;
    const axes = [axis].flat().map((a) => normalizeAxis(a, rank, 'ReverseV2'));
    return (...i) => x.at(...i.map((e, d) => (axes.includes(d) ? constant(x.shape[d]! - 1, e.dtype).sub(e) : e)));
  },
  grad: ({ g, attrs: { axis } }) => [() => reverse(g, axis)],
});

const modulo = (a: number, n: number): number => (n ? ((a % n) + n) % n : 0);

export const roll: Op<(input: Tensor, shifts: number | Dims, dims?: number | Dims | null) => Tensor> = defineOp({
  name: 'Roll',
  sig: 'input!:T, shifts, dims -> T',
  doc: 'Elements moved by `shifts` places along `dims`; those pushed out at the end come in at the start. Without dims as if the input had one axis.',
  method: 'roll',
  attrs: { shifts: attr.intOrInts(), dims: attr.optional(attr.intOrInts()) },
  infer: ({ input: { shape } }, { shifts, dims }, op) => {
    const [by, along] = [[shifts].flat(), dims === null ? null : [dims].flat()];
    along?.forEach((a) => normalizeAxis(a, shape.length, op, 'dims'));
    if (by.length !== (along ?? [0]).length) {
      throw new ValueError(
        `For '${op}', there must be one shift per axis, but got ${by.length} for ${(along ?? [0]).length}.`,
      );
    }
    return shape;
  },
  pull: ({ input }, { shifts, dims }) => {
    const { shape } = input;
    const by = [shifts].flat();
    if (dims === null) {
      const size = sizeOf(shape);
      const shift = modulo(-by[0]!, size);
      return (...i) => input.at(...unflatten(shape, flatIndex(shape, i).add(shift).rem(Math.max(size, 1))));
    }
    const move = shape.map(() => 0);
    [dims].flat().forEach((a, k) => (move[normalizeAxis(a, shape.length, 'Roll')]! -= by[k]!));
    return (...i) =>
      input.at(
        ...i.map((e, d) => {
          const shift = modulo(move[d]!, shape[d]!);
          return shift ? e.add(shift).rem(shape[d]!) : e;
        }),
      );
  },
  grad: ({ g, attrs: { shifts, dims } }) => [
    () =>
      roll(
        g,
        [shifts].flat().map((s) => -s),
        dims,
      ),
  ],
});
