import type { Attr, Tensor } from '@sporelet/core';
import { attr, repr, tupleOf } from '@sporelet/core';
import type { Dims, Expr } from '@sporelet/ir';
import { RuntimeError, normalizeAxis } from '@sporelet/ir';
import { reshape } from './shape.ts';

const intOrInts = attr.intOrInts();

/** Axes to reduce: an int, a tuple of ints, or () or null for all of them. */
export const axesAttr: Attr<readonly number[]> = {
  fallback: [],
  expects: intOrInts.expects,
  check: (value, fail) => {
    const axes = value === null ? [] : intOrInts.check(value, fail);
    return typeof axes === 'number' ? [axes] : axes;
  },
};

/**
 * The axes that are reduced, in order; none given = all.
 * @throws ValueError for an axis out of range
 * @throws RuntimeError for an axis given twice
 */
export function reducedAxes(axes: readonly number[], shape: Dims, op: string, name = 'axis'): readonly number[] {
  const all = shape.map((_, d) => d);
  if (!axes.length) return all;
  const found = axes.map((axis) => normalizeAxis(axis, shape.length, op, name));
  if (new Set(found).size < found.length) {
    throw new RuntimeError(`For '${op}', the '${name}' must not name an axis twice, but got ${repr(tupleOf(axes))}.`);
  }
  return all.filter((d) => found.includes(d));
}

/** A shape after the reduction of some axes: without them, or with 1 in their places. */
export function reducedShape(shape: Dims, over: readonly number[], keepDims: boolean): readonly number[] {
  return shape.flatMap((n, d) => (!over.includes(d) ? [n] : keepDims ? [1] : []));
}

/** The index of an operand's element, from that of the reduced output and those along the reduced axes. */
export function operandIndex(
  rank: number,
  over: readonly number[],
  keepDims: boolean,
  out: readonly Expr[],
  along: readonly Expr[],
): Expr[] {
  let free = 0;
  let reduced = 0;
  return Array.from({ length: rank }, (_, d) => {
    if (!over.includes(d)) return out[free++]!;
    if (keepDims) free++;
    return along[reduced++]!;
  });
}

/** A reduction's output (or its gradient) with 1 in the places of the reduced axes, to be broadcast to the input. */
export function kept(reduced: Tensor, shape: Dims, over: readonly number[]): Tensor {
  return reduced.shape.length === shape.length ? reduced : reshape(reduced, reducedShape(shape, over, true));
}
