import { Axis, sizeOf } from '@sporelet/ir';
import { K_BLOCK, blockK, mergedK } from './contract-gemm-plan.ts';
import type { KAxis } from './contract-gemm-plan.ts';
import { laneLayout } from './contract-lane-pack.ts';
import type { LaneLayout } from './contract-lane-pack.ts';
import { laneDim, laneWaste } from './contract-lanes-plan.ts';
import { hasWindow } from './contract-terms.ts';
import type { Factor, Terms } from './contract-terms.ts';
import { extentOf } from './contract-wasm.ts';

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
  /** How many groups of blocks of lanes are summed on their own; the last one may have fewer blocks. */
  readonly groups: number;
  /** Stands for the blocks of lanes of a group, outermost of the summed axes. */
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
const MOST_GROUPS = 8;
/** Multiply-adds below which a group does not pay. */
const LEAST_GROUP = 1 << 18;
/** Elements of the operands for each partial sum at least. */
const PER_SUM = 4;

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
  const all = Math.ceil(lane.extent / GRAD_LANES);
  const rest = k.filter((a) => a !== lane);
  if (all === 1 && rest.length === 0) return null;
  const perGroup = rest.length === 0 ? all : Math.ceil(all / groupsFor(t, all));
  const blocks = new Axis('lanes', perGroup);
  const groups = Math.ceil(all / perGroup);
  // Groups may differ in their blocks alone, which therefore stay an axis of their own.
  const merged = mergedK(
    perGroup > 1 ? [blocks, ...rest] : rest,
    [gradStride(gLanes, blocks), gradStride(xLanes, blocks)],
    groups > 1 ? [blocks] : [],
  );
  const outer = axes.filter((a) => a !== m && a !== n);
  return { kind: 'grad', g, gLanes, x, xLanes, lane, groups, blocks, m, n, outer, k: merged, ...blockK(merged, K_BLOCK) }; // prettier-ignore
}

/** How many groups at most: by shapes alone, since they decide about the order of the sums. */
function groupsFor(t: Terms, blocks: number): number {
  const sums = extentOf(t.axes);
  const work = (sums * extentOf(t.k)) / LEAST_GROUP;
  const memory = (sizeOf(t.x.spec.shape) + sizeOf(t.y.spec.shape)) / (PER_SUM * sums);
  return Math.max(1, Math.floor(Math.min(MOST_GROUPS, blocks, work, memory)));
}

/** Whether an axis of the window is short beside the summed axis it slides along. */
function slides(x: Factor, own: Axis, k: readonly Axis[]): boolean {
  return x.index.some(
    (i) => i.terms.has(own) && [...i.terms.keys()].some((a) => k.includes(a) && a.extent >= own.extent),
  );
}
