import type { Axis, Expr } from '@sporelet/ir';
import { int32 } from '@sporelet/ir';

/** `base + sum of coefficient * axis`; no coefficient is zero. */
export interface Affine {
  readonly base: number;
  readonly terms: ReadonlyMap<Axis, number>;
}

/** An index expression as an affine function of axes without limits, or null. */
export function affine(e: Expr): Affine | null {
  if (e.dtype !== int32) return null;
  if (e.kind === 'const') return { base: Number(e.value), terms: new Map() };
  if (e.kind === 'axis') return e.axes[0]!.limit ? null : { base: 0, terms: new Map([[e.axes[0]!, 1]]) };
  if (e.kind !== 'apply' || (e.fn !== 'add' && e.fn !== 'sub' && e.fn !== 'mul')) return null;
  const x = affine(e.args[0]!);
  const y = affine(e.args[1]!);
  if (!x || !y) return null;
  if (e.fn !== 'mul') return combined(x, y, e.fn === 'add' ? 1 : -1);
  if (x.terms.size === 0) return combined(zero, y, x.base);
  return y.terms.size === 0 ? combined(zero, x, y.base) : null;
}

const zero: Affine = { base: 0, terms: new Map() };

function combined(x: Affine, y: Affine, factor: number): Affine {
  const terms = new Map(x.terms);
  for (const [axis, c] of y.terms) {
    const sum = (terms.get(axis) ?? 0) + c * factor;
    if (sum === 0) terms.delete(axis);
    else terms.set(axis, sum);
  }
  return { base: x.base + y.base * factor, terms };
}

export function sameAffine(x: Affine, y: Affine): boolean {
  if (x.base !== y.base || x.terms.size !== y.terms.size) return false;
  for (const [axis, c] of x.terms) if (y.terms.get(axis) !== c) return false;
  return true;
}

/** The least and greatest value over the axes' extents. */
export function affineRange(x: Affine): readonly [low: number, high: number] {
  let [low, high] = [x.base, x.base];
  for (const [axis, c] of x.terms) {
    const end = c * (axis.extent - 1);
    if (end < 0) low += end;
    else high += end;
  }
  return [low, high];
}
