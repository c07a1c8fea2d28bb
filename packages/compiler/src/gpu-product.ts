import type { Axis } from '@sporelet/ir';
import type { Expr } from '@sporelet/ir';
import { FreeAxes, float32 } from '@sporelet/ir';

/** A sum of products of two factors: a matrix product, a convolution, or what is like them. */
export interface Product {
  readonly node: Expr;
  readonly left: Expr;
  readonly right: Expr;
  /** Output axes of both factors, of the left, of the right. */
  readonly batch: readonly Axis[];
  readonly rows: readonly Axis[];
  readonly columns: readonly Axis[];
  readonly depth: readonly Axis[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Elements of a tile, and how many tiles the output has. */
  readonly tileM: number;
  readonly tileN: number;
  readonly tiles: number;
}

export const sizeOfAxes = (axes: readonly Axis[]): number => axes.reduce((n, a) => n * a.extent, 1);
const hasReduction = (e: Expr): boolean => e.kind === 'reduce' || e.args.some(hasReduction);

function tileFor(n: number, other: number): number {
  if (n <= 16) return 16;
  if (n <= 32 || other <= 16) return 32;
  return 64;
}

/**
 * The product that a lowered reduction is over given output axes, when running it in tiles saves reads: each factor
 * depends on axes of the output that the other does not.
 */
export function productOf(e: Expr, axes: readonly Axis[]): Product | null {
  if (e.kind !== 'reduce' || e.fn !== 'sum' || e.dtype !== float32 || e.axes.some((a) => a.limit)) return null;
  const [body] = e.args as [Expr];
  if (body.kind !== 'apply' || body.fn !== 'mul' || hasReduction(body)) return null;
  const free = new FreeAxes();
  if (axes.some((a) => a.limit)) return null;
  const last = axes.at(-1);
  const factors = body.args as [Expr, Expr];
  // The columns hold the output's last axis: neighbouring threads write neighbouring elements.
  const [x, y] = last && !free.of(factors[1]).has(last) ? [factors[1], factors[0]] : factors;
  const [fx, fy] = [free.of(x), free.of(y)];
  const batch = axes.filter((a) => fx.has(a) && fy.has(a));
  const only = (own: ReadonlySet<Axis>, other: ReadonlySet<Axis>) => axes.filter((a) => own.has(a) && !other.has(a));
  const [rows, columns] = [only(fx, fy), only(fy, fx)];
  if (batch.length + rows.length + columns.length < axes.length) return null;
  const depth = e.axes;
  const [m, n, k] = [sizeOfAxes(rows), sizeOfAxes(columns), sizeOfAxes(depth)];
  if (m < 4 || n < 4 || k < 4 || m * n < 64) return null;
  const [tileM, tileN] = [tileFor(m, n), tileFor(n, m)];
  const tiles = Math.ceil(m / tileM) * Math.ceil(n / tileN) * sizeOfAxes(batch);
  return { node: e, left: x, right: y, batch, rows, columns, depth, m, n, k, tileM, tileN, tiles };
}
