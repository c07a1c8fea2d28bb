import type { Args, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr, TensorSpec, View } from '@sporelet/ir';
import { ValueError, constant, normalizeAxis, shapeText, where } from '@sporelet/ir';
import { expandDims, reshape } from './shape.ts';
import { cut } from './shape-slice.ts';

interface AxisOption {
  readonly axis?: number | undefined;
}
type Joined = Op<
  (...args: Args<[tensors: readonly Tensor[]], [axis?: number], AxisOption>) => Tensor,
  new (...args: Args<[], [axis?: number], AxisOption>) => (tensors: readonly Tensor[]) => Tensor
>;

function joinedShape(tensors: readonly TensorSpec[], axis: number, op: string): Dims {
  const first = tensors[0]!.shape;
  if (!first.length) throw new ValueError(`For '${op}', the 'tensors' must have at least one axis, but got shape ().`);
  const at = normalizeAxis(axis, first.length, op);
  for (const { shape } of tensors) {
    if (shape.length === first.length && shape.every((n, d) => d === at || n === first[d])) continue;
    throw new ValueError(
      `For '${op}', the 'tensors' must have equal shapes but for axis ${at}, ` +
        `but got ${tensors.map((t) => shapeText(t.shape)).join(', ')}.`,
    );
  }
  return first.map((n, d) => (d === at ? tensors.reduce((sum, t) => sum + t.shape[d]!, 0) : n));
}

/** The element at `i` of the parts `from..to` laid end to end; `starts` are their first places. */
function joinedAt(
  parts: readonly View[],
  starts: readonly number[],
  axis: number,
  i: readonly Expr[],
  from: number,
  to: number,
): Expr {
  // prettier-ignore
  if (to - from === 1) {
    const part = parts[from]!;
    const index = i.map((e, d) => (d === axis ? e.sub(starts[from]!) : e));
    return parts.length === 1 ? part.at(...index) : part.padded(index, constant(0, part.dtype));
  }
  const middle = (from + to) >> 1;
  const [low, high] = [joinedAt(parts, starts, axis, i, from, middle), joinedAt(parts, starts, axis, i, middle, to)];
  return where(i[axis]!.lt(starts[middle]!), low, high);
}

function startsOf(extents: readonly number[]): number[] {
  let at = 0;
  return extents.map((n) => (at += n) - n);
}

export const concat: Joined = defineOp({
  name: 'Concat',
  sig: 'tensors:T[] ; axis -> T',
  doc: 'Tensors laid end to end along an axis. Different dtypes are promoted (MindSpore refuses them).',
  attrs: { axis: attr.int(0) },
  infer: ({ tensors }, { axis }, op) => joinedShape(tensors, axis, op),
  pull: ({ tensors }, { axis }) => {
    const at = normalizeAxis(axis, tensors[0]!.shape.length, 'Concat');
    const parts = tensors.filter((t) => t.shape[at] !== 0);
    const starts = startsOf(parts.map((t) => t.shape[at]!));
    if (!parts.length) return () => constant(0, tensors[0]!.dtype);
    return (...i) => joinedAt(parts, starts, at, i, 0, parts.length);
  },
  grad: ({ g, ins: [tensors], attrs: { axis } }) => {
    const at = normalizeAxis(axis, g.ndim, 'Concat');
    const starts = startsOf(tensors.map((t) => t.shape[at]!));
    return [
      tensors.map(
        ({ shape }, k) =>
          () =>
            cut(g, shape.map((_, d) => (d === at ? starts[k]! : 0)), shape), // prettier-ignore
      ),
    ];
  },
});

export const stack: Joined = defineOp({
  name: 'Stack',
  sig: 'tensors:T[] ; axis -> T',
  doc: 'Tensors of one shape along a new axis.',
  attrs: { axis: attr.int(0) },
  body: ({ tensors }, { axis }) => {
    const { shape } = tensors[0]!;
    const at = normalizeAxis(axis, shape.length + 1, 'Stack');
    if (tensors.some((t) => shapeText(t.shape) !== shapeText(shape))) {
      throw new ValueError(
        `For 'Stack', the 'tensors' must have one shape, but got ${tensors.map((t) => shapeText(t.shape)).join(', ')}.`,
      );
    }
    return concat(
      tensors.map((t) => expandDims(t, at)),
      at,
    );
  },
});

/** Parts of a tensor of given extents along an axis. */
export function splitAt(x: Tensor, extents: readonly number[], axis: number): Tensor[] {
  const starts = startsOf(extents);
  return extents.map((n, k) =>
    cut(
      x,
      x.shape.map((_, d) => (d === axis ? starts[k]! : 0)),
      x.shape.map((m, d) => (d === axis ? n : m)),
    ),
  );
}

interface SplitOptions extends AxisOption {
  readonly outputNum?: number | undefined;
}

/** The class form; the function `split` takes sizes. */
export const splitOp: Op<
  (...args: Args<[inputX: Tensor], [axis?: number, outputNum?: number], SplitOptions>) => readonly Tensor[],
  new (...args: Args<[], [axis?: number, outputNum?: number], SplitOptions>) => (inputX: Tensor) => readonly Tensor[]
> = defineOp({
  name: 'Split',
  sig: 'inputX!:T ; axis, outputNum -> T',
  doc: 'outputNum equal parts along an axis.',
  attrs: { axis: attr.int(0), outputNum: attr.int(1) },
  body: ({ inputX }, { axis, outputNum }) => {
    const at = normalizeAxis(axis, inputX.ndim, 'Split');
    const n = inputX.shape[at] ?? 1;
    if (outputNum < 1 || n % outputNum) {
      throw new ValueError(
        `For 'Split', the 'outputNum' must divide the ${n} elements of axis ${at}, but got ${outputNum}.`,
      );
    }
    return splitAt(inputX, new Array<number>(outputNum).fill(n / outputNum), at);
  },
});

interface UnstackOptions extends AxisOption {
  readonly num?: number | null | undefined;
}

export const unstack: Op<
  (...args: Args<[inputX: Tensor], [axis?: number, num?: number | null], UnstackOptions>) => readonly Tensor[],
  new (...args: Args<[], [axis?: number, num?: number | null], UnstackOptions>) => (inputX: Tensor) => readonly Tensor[]
> = defineOp({
  name: 'Unstack',
  sig: 'inputX!:T ; axis, num -> T',
  doc: 'The slices along an axis, without it. num is the number expected.',
  attrs: { axis: attr.int(0), num: attr.optional(attr.int()) },
  body: ({ inputX }, { axis, num }) => {
    const { shape } = inputX;
    if (!shape.length)
      throw new ValueError(`For 'Unstack', the 'inputX' must have at least one axis, but got shape ().`);
    const at = normalizeAxis(axis, shape.length, 'Unstack');
    const n = shape[at]!;
    if (num !== null && num !== n) {
      throw new ValueError(`For 'Unstack', the 'num' must be the ${n} elements of axis ${at}, but got ${num}.`);
    }
    const rest = shape.filter((_, d) => d !== at);
    return splitAt(inputX, new Array<number>(n).fill(1), at).map((part) => reshape(part, rest));
  },
});
