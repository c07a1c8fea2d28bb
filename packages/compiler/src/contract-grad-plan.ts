import { Axis } from '@sporelet/ir';
import { K_BLOCK, blockK, mergedK } from './contract-gemm-plan.ts';
import type { KAxis } from './contract-gemm-plan.ts';
import { laneLayout } from './contract-lane-pack.ts';
import type { LaneLayout } from './contract-lane-pack.ts';
import { laneDim, laneWaste } from './contract-lanes-plan.ts';
import { hasWindow } from './contract-terms.ts';
import type { Factor, Terms } from './contract-terms.ts';

/** A weight gradient: a summed axis (the batch) of both operands in lanes, which are added up at the end. */
export interface GradPlan {
  readonly kind: 'grad';
  /** The operand without the window, whose axis `m` gives the rows of a tile. */
  readonly g: Factor;
  readonly gLanes: LaneLayout;
  /** The operand with the window, whose axis `n` gives the columns of a tile. */
  readonly x: Factor;
  readonly xLanes: LaneLayout;
  readonly lane: Axis;
  /** Stands for the blocks of lanes, outermost of the summed axes. */
  readonly blocks: Axis;
  /** Absent when the output has no axis of g alone. */
  readonly m: Axis | null;
  readonly n: Axis;
  /** The other output axes. */
  readonly outer: readonly Axis[];
  /** The summed axes, in lanes; sums run over `k[level]` in blocks of `kc` and over all of the axes below it. */
  readonly k: readonly KAxis[];
  readonly level: number;
  readonly kc: number;
}

export const GRAD_LANES = 4;

/** `waste`: how many lanes at most may be computed per lane that exists. */
export function planGrad(t: Terms, waste: number): GradPlan | null {
  if (t.acc.itemsize !== 4) return null;
  return gradient(t, t.x, t.y, waste) ?? gradient(t, t.y, t.x, waste);
}

/** Bytes per step of an axis in an operand in lanes, the blocks of lanes among them. */
export function gradStride(layout: LaneLayout, blocks: Axis): (axis: Axis) => number {
  return (axis) => (axis === blocks ? layout.block : layout.stride(axis));
}

function gradient(t: Terms, g: Factor, x: Factor, waste: number): GradPlan | null {
  if (!hasWindow(x, t.k)) return null;
  const axes = t.axes.filter((a) => a.extent > 1);
  const k = t.k.filter((a) => a.extent > 1);
  if ([...axes, ...k].some((a) => !x.axes.has(a) && !g.axes.has(a))) return null;
  const lane = k.find((a) => laneWaste(a.extent, GRAD_LANES) <= waste && laneDim(g, a) >= 0 && laneDim(x, a) >= 0);
  if (!lane) return null;
  const gLanes = laneLayout(g, laneDim(g, lane), GRAD_LANES);
  const xLanes = laneLayout(x, laneDim(x, lane), GRAD_LANES);
  const longest = (list: readonly Axis[]): Axis | undefined => [...list].sort((a, b) => b.extent - a.extent)[0];
  const rows = axes.filter((a) => g.axes.has(a) && !x.axes.has(a) && gLanes.stride(a) > 0);
  const columns = axes.filter((a) => x.axes.has(a) && !g.axes.has(a) && xLanes.stride(a) > 0);
  const m = longest(rows) ?? null;
  // The innermost axis (of the window) walks neighbouring elements, unless it is too short for a tile.
  const n = columns.at(-1) && columns.at(-1)!.extent >= 3 ? columns.at(-1) : longest(columns);
  if (!n || !columns.some((a) => slides(x, a, k))) return null;
  const blocks = new Axis('lanes', Math.ceil(lane.extent / GRAD_LANES));
  const others = [blocks, ...k.filter((a) => a !== lane)].filter((a) => a.extent > 1);
  if (others.length === 0) return null;
  const merged = mergedK(others, [gradStride(gLanes, blocks), gradStride(xLanes, blocks)]);
  const outer = axes.filter((a) => a !== m && a !== n);
  return { kind: 'grad', g, gLanes, x, xLanes, lane, blocks, m, n, outer, k: merged, ...blockK(merged, K_BLOCK) }; // prettier-ignore
}

/** Whether an axis of the window is short beside the summed axis it slides along. */
function slides(x: Factor, own: Axis, k: readonly Axis[]): boolean {
  return x.index.some(
    (i) => i.terms.has(own) && [...i.terms.keys()].some((a) => k.includes(a) && a.extent >= own.extent),
  );
}
