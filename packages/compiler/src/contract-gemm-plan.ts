import { Axis } from '@sporelet/ir';
import type { Layout } from './contract-operand.ts';
import { layoutOf } from './contract-operand.ts';
import type { Factor, Terms } from './contract-terms.ts';
import { hasWindow } from './contract-terms.ts';
import { extentOf, longestSuffix, rowMajor, walkAsOne } from './contract-wasm.ts';

export interface Side {
  readonly factor: Factor;
  readonly layout: Layout;
  /** Copied into panels; otherwise tiles read the operand where it is. */
  readonly packed: boolean;
  /** The output axes of the tiles' rows (A) or columns (B), outermost first. */
  readonly core: readonly Axis[];
  /** The other output axes that the operand depends on. */
  readonly outer: readonly Axis[];
}

/** Neighbouring summed axes that both operands walk as one. */
export interface KAxis {
  readonly axes: readonly Axis[];
  readonly extent: number;
}

/** A matrix product `C[m, n] = A[m, k] * B[k, n]` for every index of the outer axes. */
export interface GemmPlan {
  readonly kind: 'gemm';
  readonly a: Side;
  readonly b: Side;
  /** Output axes outside the matrices, outermost first. */
  readonly outer: readonly Axis[];
  /** The order of the axes in which C is computed; not the output's own: it is permuted afterwards. */
  readonly cAxes: readonly Axis[];
  readonly permuted: boolean;
  /** Outermost first. Sums run over `k[level]` in blocks of `kc`, and over all of the axes below it. */
  readonly k: readonly KAxis[];
  readonly level: number;
  readonly kc: number;
}

/** Elements summed in one go: a panel of 8 columns then fills a third of a first-level cache. */
export const K_BLOCK = 320;
const MIN_DIRECT_COLUMNS = 12;
/** Fewer rows than this do not pay for walking down columns: a few rows of B at a time go by, C stays in the cache. */
const THIN_ROWS = 4;
const THIN_K_BLOCK = 16;

/** The axis to sum over in blocks, and how many of its elements make a block. */
export function blockK(k: readonly KAxis[], most: number): { level: number; kc: number } {
  const extents = k.map((a) => a.extent);
  let level = extents.length - 1;
  let inner = 1;
  while (level > 0 && inner * extents[level]! * 2 <= most) inner *= extents[level--]!;
  const extent = extents[level]!;
  const blocks = Math.ceil(extent / Math.max(1, Math.floor(most / inner)));
  return { level, kc: Math.ceil(extent / blocks) };
}

/** Merges summed axes where all strides allow it; `apart` stay on their own. */
export function mergedK(
  axes: readonly Axis[],
  strides: readonly ((axis: Axis) => number)[],
  apart: readonly Axis[] = [],
): KAxis[] {
  const merged: KAxis[] = [];
  for (const axis of axes) {
    const last = merged.at(-1);
    const alone = apart.includes(axis) || (last && apart.includes(last.axes[0]!));
    if (last && !alone && walkAsOne([...last.axes, axis], strides)) {
      merged[merged.length - 1] = { axes: [...last.axes, axis], extent: last.extent * axis.extent };
    } else merged.push({ axes: [axis], extent: axis.extent });
  }
  return merged;
}

export function planGemm(t: Terms): GemmPlan | null {
  const axes = t.axes.filter((a) => a.extent > 1);
  const k = t.k.filter((a) => a.extent > 1);
  const last = axes.findLast((a) => t.x.axes.has(a) !== t.y.axes.has(a));
  if (!last || k.length === 0) return null;
  // Vectors run along the last axis that is not common to both operands.
  const [rows, columns] = t.x.axes.has(last) ? [t.y, t.x] : [t.x, t.y];
  const m = axes.filter((a) => rows.axes.has(a) && !columns.axes.has(a));
  const n = axes.filter((a) => columns.axes.has(a) && !rows.axes.has(a));
  if ([...axes, ...k].some((a) => !rows.axes.has(a) && !columns.axes.has(a))) return null;
  // A vector is a matrix of one row.
  if (m.length === 0) m.push(new Axis('row', 1));

  const permuted = axes.at(-1) !== last;
  const rest = axes.filter((a) => !m.includes(a) && !n.includes(a));
  const cAxes = permuted ? [...rest, ...m, ...n] : axes;
  const c = rowMajor(cAxes);
  const [aLayout, bLayout] = [layoutOf(rows, t.acc), layoutOf(columns, t.acc)];
  const kAxes = mergedK(k, [aLayout.stride, bLayout.stride]);

  const mPacked = longestSuffix(m, [c]);
  const mDirect = longestSuffix(m, [c, aLayout.stride]);
  const aDirect =
    aLayout.stride(k.at(-1)!) === 1 &&
    mDirect.every((a) => aLayout.stride(a) >= 0) &&
    (extentOf(mDirect) >= 16 || mDirect.length === mPacked.length);
  const nPacked = longestSuffix(n, [c]);
  const nDirect = longestSuffix(n, [c, bLayout.stride]);
  const wide = extentOf(nDirect);
  const fewRows = extentOf(m) <= 24;
  const bDirect =
    bLayout.stride(n.at(-1)!) === 1 &&
    (wide >= MIN_DIRECT_COLUMNS || wide === 8) &&
    (fewRows || hasWindow(columns, t.k));

  const thin = bDirect && extentOf(m) < THIN_ROWS && kAxes.length === 1;
  const { level, kc } = blockK(kAxes, thin ? THIN_K_BLOCK : K_BLOCK);

  const aCore = aDirect ? mDirect : mPacked;
  const bCore = bDirect ? nDirect : nPacked;
  const outer = axes.filter((a) => !aCore.includes(a) && !bCore.includes(a));
  const side = (factor: Factor, layout: Layout, packed: boolean, core: readonly Axis[]): Side => ({
    factor,
    layout,
    packed,
    core,
    outer: outer.filter((a) => factor.axes.has(a)),
  });
  return {
    kind: 'gemm',
    a: side(rows, aLayout, !aDirect, aCore),
    b: side(columns, bLayout, !bDirect, bCore),
    outer,
    cAxes,
    permuted,
    k: kAxes,
    level,
    kc,
  };
}
