import type { Axis } from '@sporelet/ir';
import { mergedK } from './contract-gemm-plan.ts';
import type { KAxis } from './contract-gemm-plan.ts';
import { laneLayout, wholeDim } from './contract-lane-pack.ts';
import type { LaneLayout } from './contract-lane-pack.ts';
import { layoutOf } from './contract-operand.ts';
import type { Layout } from './contract-operand.ts';
import { hasWindow, reach } from './contract-terms.ts';
import type { Factor, Terms } from './contract-terms.ts';
import { longestSuffix, rowMajor } from './contract-wasm.ts';

/** A convolution with an output axis of the windowed operand (the batch) in lanes. */
export interface LanesPlan {
  readonly kind: 'lanes';
  /** The operand with the window, packed into lanes. */
  readonly x: Factor;
  readonly xLanes: LaneLayout;
  /** The other operand, read element by element. */
  readonly w: Factor;
  readonly wLayout: Layout;
  readonly lane: Axis;
  /** The output axes of the tiles' rows (channels), outermost first. */
  readonly core: readonly Axis[];
  /** Output axes that neither lanes, tiles nor a unit's rows walk. */
  readonly outer: readonly Axis[];
  /** The output's last two axes, when both are positions of x: neighbouring rows, and the positions of one row. */
  readonly row: Axis | null;
  readonly run: Axis;
  /** Sums run over the outermost in blocks of `kc`, and over all of the others. */
  readonly k: readonly KAxis[];
  readonly kc: number;
}

export const LANES = 8;
const K_BLOCK = 512;

/** Whether every index of a factor meets the operand somewhere. */
const meets = (f: Factor): boolean =>
  reach(f).every(([low, high], d) => Math.max(low, 0) <= Math.min(high, f.spec.shape[d]! - 1));

/** A whole dimension that may go to lanes: the rest of the operand is then still walked along neighbouring elements. */
export function laneDim(f: Factor, axis: Axis): number {
  const d = wholeDim(f, axis);
  const inner = f.spec.shape.findLastIndex((n) => n > 1);
  return d >= 0 && d < inner && meets(f) ? d : -1;
}

export function planLanes(t: Terms): LanesPlan | null {
  if (t.acc.itemsize !== 4) return null;
  return forward(t, t.x, t.y) ?? forward(t, t.y, t.x);
}

function forward(t: Terms, x: Factor, w: Factor): LanesPlan | null {
  if (!hasWindow(x, t.k) || w.padded) return null;
  const axes = t.axes.filter((a) => a.extent > 1);
  const k = t.k.filter((a) => a.extent > 1);
  if ([...axes, ...k].some((a) => !x.axes.has(a) && !w.axes.has(a)) || k.length === 0) return null;
  const own = axes.filter((a) => x.axes.has(a) && !w.axes.has(a));
  const lane = own.find((a) => a.extent >= LANES && laneDim(x, a) >= 0);
  const run = axes.at(-1)!;
  if (!lane || run === lane || !own.includes(run)) return null;
  const xLanes = laneLayout(x, laneDim(x, lane), LANES);
  const wLayout = layoutOf(w, t.acc);
  const m = axes.filter((a) => w.axes.has(a) && !x.axes.has(a));
  const core = longestSuffix(m, [rowMajor(axes), wLayout.stride]);
  const before = axes.at(-2);
  const row = before && before !== lane && own.includes(before) ? before : null;
  if (xLanes.stride(run) < 0 || core.some((a) => wLayout.stride(a) < 0)) return null;
  const outer = axes.filter((a) => a !== lane && a !== run && a !== row && !core.includes(a));
  const merged = mergedK(k, [xLanes.stride, wLayout.stride]);
  const first = merged[0]!.extent;
  const inner = merged.slice(1).reduce((n, a) => n * a.extent, 1);
  const blocks = Math.ceil(first / Math.max(1, Math.floor(K_BLOCK / inner)));
  return { kind: 'lanes', x, xLanes, w, wLayout, lane, core, outer, row, run, k: merged, kc: Math.ceil(first / blocks) };
}
