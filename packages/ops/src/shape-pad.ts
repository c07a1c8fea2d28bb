import type { Args, Attr, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr } from '@sporelet/ir';
import { ValueError, constant, shapeText, where } from '@sporelet/ir';
import { cut } from './shape-slice.ts';

/** What lies outside: a value, the mirror image without or with the edge, the edge, the other end. */
export type PadKind = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'circular';
const kinds = ['constant', 'reflect', 'symmetric', 'edge', 'circular'] as const;

/** How far a kind can pad an axis of `n` elements. */
function reach(kind: PadKind, n: number): number {
  if (kind === 'reflect') return n - 1;
  if (kind === 'edge' && n > 0) return Infinity;
  return kind === 'constant' ? Infinity : n;
}

function paddedShape(shape: Dims, before: Dims, after: Dims, kind: PadKind, op: string): Dims {
  if (before.length !== shape.length || after.length !== shape.length) {
    throw new ValueError(`For '${op}', there must be a padding for each axis of shape ${shapeText(shape)}.`);
  }
  return shape.map((n, d) => {
    const [b, a] = [before[d]!, after[d]!];
    if (Math.max(b, a) > reach(kind, n) && (b || a)) {
      throw new ValueError(
        `For '${op}', the '${kind}' padding of axis ${d} can be ${reach(kind, n)} at most, but got (${b}, ${a}).`,
      );
    }
    if (n + b + a < 0)
      throw new ValueError(`For '${op}', the padding (${b}, ${a}) takes more than the ${n} elements of axis ${d}.`);
    return n + b + a;
  });
}

/** The input index that output index `i` of a padded axis shows. */
function source(kind: PadKind, i: Expr, before: number, n: number): Expr {
  const at = i.sub(before);
  if (kind === 'constant') return at;
  if (kind === 'edge') return at.max(0).min(n - 1);
  const [below, above] = [at.lt(0), at.ge(n)];
  if (kind === 'circular') return where(below, at.add(n), where(above, at.sub(n), at));
  const edge = kind === 'symmetric' ? 1 : 0;
  const mirror = (sum: number): Expr => constant(sum, i.dtype).sub(at);
  return where(below, mirror(-edge), where(above, mirror(2 * n - 2 + edge), at));
}

/** Kinds other than a constant never leave the input: this says so to the bounds checks as well. */
const inside = (kind: PadKind, i: Expr, before: number, after: number, n: number): Expr =>
  kind === 'constant' || (before <= 0 && after <= 0)
    ? i.sub(before)
    : source(kind, i, before, n)
        .max(0)
        .min(n - 1);

export const padV3: Op<(inputX: Tensor, before: Dims, after: Dims, mode?: PadKind, value?: number) => Tensor> =
  defineOp({
    name: 'PadV3',
    sig: 'inputX!:T, before, after, mode, value -> T',
    doc: 'before[d] and after[d] elements more along each axis (fewer where negative): a value, the mirror image without (reflect) or with (symmetric) the edge, the edge repeated, or the other end (circular). Internal: see ops.pad.',
    attrs: { before: attr.ints(), after: attr.ints(), mode: attr.oneOf(kinds, 'constant'), value: attr.float(0) },
    infer: ({ inputX }, { before, after, mode }, op) => paddedShape(inputX.shape, before, after, mode, op),
    pull: ({ inputX }, { before, after, mode, value }) => {
      const { shape, dtype } = inputX;
      return (...i) => {
        const index = i.map((e, d) => inside(mode, e, before[d]!, after[d]!, shape[d]!));
        return mode === 'constant' ? inputX.padded(index, constant(value, dtype)) : inputX.at(...index);
      };
    },
    grad: ({ g, ins: [x], attrs: { before, after, mode } }) => [
      () => {
        if (mode !== 'constant') return padV3Grad(g, x.shape, before, after, mode);
        const minus = (n: number): number => -n;
        return padV3(g, before.map(minus), after.map(minus));
      },
    ],
  });

export const padV3Grad: Op<(dout: Tensor, shape: Dims, before: Dims, after: Dims, mode: PadKind) => Tensor> = defineOp({
  name: 'PadV3Grad',
  sig: 'dout!:T, shape, before, after, mode -> T',
  doc: 'dout summed at the places that PadV3 shows: its gradient, but for a constant. Internal.',
  attrs: { shape: attr.ints(), before: attr.ints(), after: attr.ints(), mode: attr.oneOf(kinds) },
  infer: (_, { shape }) => shape,
  push: ({ dout }, { shape, before, after, mode }) => ({
    over: dout.shape,
    op: 'add',
    index: (...j) => j.map((e, d) => inside(mode, e, before[d]!, after[d]!, shape[d]!)),
    value: (...j) => dout.at(...j),
  }),
  grad: ({ g, attrs: { before, after, mode } }) => [() => padV3(g, before, after, mode)],
});

/** Pairs of ints. */
const pairs: Attr<readonly (readonly [before: number, after: number])[]> = {
  expects: 'a tuple of pairs of ints',
  check: (v) => {
    const fits = Array.isArray(v) && v.every((p) => Array.isArray(p) && p.length === 2 && p.every(Number.isInteger));
    return fits ? (v as [number, number][]) : undefined;
  },
};
type Pairs = readonly (readonly [before: number, after: number])[];

/** The class form; the function `pad` counts axes from the last. */
export const padOp: Op<
  (inputX: Tensor, paddings: Pairs) => Tensor,
  new (paddings: Pairs | { paddings: Pairs }) => (inputX: Tensor) => Tensor
> = defineOp({
  name: 'Pad',
  sig: 'inputX!:T ; paddings -> T',
  doc: 'Zeros around the input: paddings[d] = (before, after) for axis d.',
  attrs: { paddings: pairs },
  body: ({ inputX }, { paddings }) => {
    if (paddings.some((p) => p.some((n) => n < 0))) {
      throw new ValueError(`For 'Pad', the 'paddings' must not be negative, but got ${shapeText(paddings.flat())}.`);
    }
    return padV3(inputX, paddings.map((p) => p[0]), paddings.map((p) => p[1])); // prettier-ignore
  },
});

interface MirrorOptions {
  readonly mode?: 'REFLECT' | 'SYMMETRIC' | undefined;
}

export const mirrorPad: Op<
  (inputX: Tensor, paddings: Pairs, mode?: 'REFLECT' | 'SYMMETRIC') => Tensor,
  new (
    ...args: Args<[], [mode?: 'REFLECT' | 'SYMMETRIC'], MirrorOptions>
  ) => (inputX: Tensor, paddings: Pairs) => Tensor
> = defineOp({
  name: 'MirrorPad',
  sig: 'inputX!:T, paddings ; mode -> T',
  doc: 'The mirror image around the input, without (REFLECT) or with (SYMMETRIC) the edge.',
  attrs: { paddings: pairs, mode: attr.oneOf(['REFLECT', 'SYMMETRIC'], 'REFLECT') },
  body: ({ inputX }, { paddings, mode }) =>
    padV3(
      inputX,
      paddings.map((p) => p[0]),
      paddings.map((p) => p[1]),
      mode === 'REFLECT' ? 'reflect' : 'symmetric',
    ),
});

const modes = ['constant', 'reflect', 'replicate', 'edge', 'circular', 'symmetric'] as const;
export type PadMode = (typeof modes)[number];

/** `pad` of functional-shape.ts: paddings of the last axes, last axis first. */
export function padLast(x: Tensor, padding: Dims, mode: PadMode, value: number | null): Tensor {
  if (!modes.includes(mode)) {
    throw new ValueError(
      `For 'pad', the 'mode' must be one of ${modes.map((m) => `'${m}'`).join(', ')}, but got '${mode}'.`,
    );
  }
  if (padding.length % 2) {
    throw new ValueError(`For 'pad', the 'padding' must have two numbers per axis, but got ${padding.length} numbers.`);
  }
  if (padding.length > 2 * x.ndim) {
    throw new ValueError(`For 'pad', the 'padding' can have ${2 * x.ndim} numbers for shape ${shapeText(x.shape)}, but got ${padding.length}.`); // prettier-ignore
  }
  if (value !== null && mode !== 'constant') {
    throw new ValueError(`For 'pad', the mode '${mode}' takes no value, but got ${value}.`);
  }
  const before = x.shape.map((_, d) => padding[2 * (x.ndim - 1 - d)] ?? 0);
  const after = x.shape.map((_, d) => padding[2 * (x.ndim - 1 - d) + 1] ?? 0);
  if (mode !== 'constant' || value === 0 || value === null) {
    if (before.every((n) => n <= 0) && after.every((n) => n <= 0)) {
      return cut(x, before.map((n) => -n), x.shape.map((n, d) => n + before[d]! + after[d]!)); // prettier-ignore
    }
  }
  return padV3(x, before, after, mode === 'replicate' ? 'edge' : mode, value ?? 0);
}
