import type { Axis, DType } from '@sporelet/ir';
import { View, axesFor, axisRef, constant, sizeOf, stridesOf } from '@sporelet/ir';
import { reach } from './contract-terms.ts';
import type { Factor } from './contract-terms.ts';
import { emitPull } from './emit-pull.ts';
import type { Operand } from './emit-pull.ts';
import type { PlanBuilder } from './plan-builder.ts';

/** A factor as elements of the accumulator's dtype at `base + sum of stride * axis`, nothing guarded. */
export interface Layout {
  /** The operand has to be copied first: converted, or with its zeros around it. */
  readonly copied: boolean;
  readonly dims: readonly number[];
  /** The index of the copy's first element in each dimension. */
  readonly low: readonly number[];
  /** Elements. */
  readonly base: number;
  /** Elements per step of an axis. */
  readonly stride: (axis: Axis) => number;
}

export function layoutOf(f: Factor, acc: DType): Layout {
  const ranges = reach(f);
  const dims = ranges.map(([low, high]) => high - low + 1);
  const low = ranges.map((r) => r[0]);
  const strides = stridesOf(dims);
  let base = 0;
  const terms = new Map<Axis, number>();
  f.index.forEach((a, d) => {
    base += (a.base - low[d]!) * strides[d]!;
    for (const [axis, c] of a.terms) terms.set(axis, (terms.get(axis) ?? 0) + c * strides[d]!);
  });
  const moved = dims.some((n, d) => n !== f.spec.shape[d] || low[d] !== 0);
  const copied = f.spec.dtype !== acc || f.casts.length > 0 || moved;
  return { copied, dims, low, base, stride: (axis) => terms.get(axis) ?? 0 };
}

/** Adds the copy of an operand where its layout asks for one; returns what to read. */
export function emitOperand(b: PlanBuilder, f: Factor, layout: Layout, acc: DType, operand: Operand): Operand {
  return layout.copied ? emitCopy(b, f, layout.dims, layout.low, acc, operand) : operand;
}

/** Adds the conversion of an operand to the accumulator's dtype, where it has another; its shape stays. */
export function emitCast(b: PlanBuilder, f: Factor, acc: DType, operand: Operand): Operand {
  const { shape } = f.spec;
  return f.casts.length ? emitCopy(b, f, shape, shape.map(() => 0), acc, operand) : operand; // prettier-ignore
}

function emitCopy(
  b: PlanBuilder,
  f: Factor,
  dims: readonly number[],
  low: readonly number[],
  acc: DType,
  operand: Operand,
): Operand {
  const spec = { dtype: acc, shape: dims };
  const ref = b.temp(sizeOf(dims) * acc.itemsize);
  const axes = axesFor(dims);
  const index = axes.map((a, d) => axisRef(a).add(low[d]!));
  let value = new View(0, operand.spec).padded(index, constant(0, operand.spec.dtype));
  for (const to of f.casts) value = value.cast(to);
  emitPull(b, { operands: [operand], outputs: [{ ref, spec, axes, value }] });
  return { ref, spec };
}
