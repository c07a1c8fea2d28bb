import type { Axis } from '@sporelet/ir';
import { blockK, mergedK } from './contract-gemm-plan.ts';
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
  /** Its layout with so many elements of the lane axis in lanes; strides of all axes grow with them. */
  readonly layout: (lanes: number) => LaneLayout;
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
  /** The summed axes in the order of summing: those next to the lanes come last. */
  readonly order: readonly Axis[];
  /** They, merged as tiles walk them; sums run over `k[level]` in blocks of `kc` and over all of the axes below it. */
  readonly k: readonly KAxis[];
  readonly level: number;
  readonly kc: number;
  /** w is copied into panels `[k][rows]`. */
  readonly packed: boolean;
  /** Where zeros around x can be left out. */
  readonly borders: readonly Border[];
}

/** An index `base + step * over + sign * k` of x that leaves the operand: for a given `over` only some k are inside. */
export interface Border {
  /** The dimension of x. */
  readonly dim: number;
  readonly over: Axis;
  readonly k: Axis;
  readonly base: number;
  readonly step: number;
  readonly sign: 1 | -1;
  readonly extent: number;
}

/** The k of a border that are inside at an index of `over`; at least one, which may lie outside. */
export function insideBorder(b: Border, over: number): readonly [first: number, count: number] {
  const e = b.base + b.step * over;
  const [low, high] = b.sign === 1 ? [-e, b.extent - e] : [e - b.extent + 1, e + 1];
  const first = Math.min(Math.max(low, 0), b.k.extent - 1);
  return [first, Math.max(Math.min(high, b.k.extent) - first, 1)];
}

/** Whether every index of `over` has a k inside: then nobody looks at the zeros around x. */
function sparesZeros(b: Border): boolean {
  return Array.from({ length: b.over.extent }, (_, over) => {
    const [first] = insideBorder(b, over);
    const index = b.base + b.step * over + b.sign * first;
    return index >= 0 && index < b.extent;
  }).every(Boolean);
}

/** Positions of one row, `count` from `start` on, that use the same k of its border. */
export interface Segment {
  readonly start: number;
  readonly count: number;
  readonly first: number;
  readonly k: number;
}

export function segmentsOf(run: Axis, border: Border | undefined): Segment[] {
  const segments: Segment[] = [];
  for (let i = 0; i < run.extent; i++) {
    const [first, k] = border ? insideBorder(border, i) : [0, 0];
    const last = segments.at(-1);
    if (last && last.first === first && last.k === k)
      segments[segments.length - 1] = { ...last, count: last.count + 1 };
    else segments.push({ start: i, count: 1, first, k });
  }
  return segments;
}

const MOST_SEGMENTS = 16;

function bordersOf(x: Factor, k: readonly Axis[], overs: readonly Axis[]): Border[] {
  const found: Border[] = [];
  reach(x).forEach(([low, high], d) => {
    const extent = x.spec.shape[d]!;
    const terms = [...x.index[d]!.terms].filter(([a]) => a.extent > 1);
    const over = terms.find(([a]) => overs.includes(a));
    const summed = terms.find(([a]) => k.includes(a));
    if ((low >= 0 && high < extent) || terms.length !== 2 || !over || !summed || Math.abs(summed[1]) !== 1) return;
    const border: Border = { dim: d, over: over[0], k: summed[0], base: x.index[d]!.base, step: over[1], sign: summed[1] as 1 | -1, extent }; // prettier-ignore
    if (!found.some((f) => f.over === border.over || f.k === border.k)) found.push(border);
  });
  return found;
}

const LANES = 8;
const K_BLOCK = 512;
const LONG_WINDOW = 12;

/** Whether every index of a factor meets the operand somewhere. */
const meets = (f: Factor): boolean =>
  reach(f).every(([low, high], d) => Math.max(low, 0) <= Math.min(high, f.spec.shape[d]! - 1));

/** A whole dimension that may go to lanes: the rest of the operand is then still walked along neighbouring elements. */
export function laneDim(f: Factor, axis: Axis): number {
  const d = wholeDim(f, axis);
  const inner = f.spec.shape.findLastIndex((n) => n > 1);
  return d >= 0 && d < inner && meets(f) ? d : -1;
}

/** Lanes computed per lane that exists. */
export const laneWaste = (extent: number, lanes: number): number => (Math.ceil(extent / lanes) * lanes) / extent;

/** Lanes of a convolution where registers have so many bytes: as many as fill one, unless more lanes would be for nothing. */
export function lanesFor({ lane }: LanesPlan, register: number): number {
  const most = register / 4;
  return most > LANES && laneWaste(lane.extent, most) === laneWaste(lane.extent, LANES) ? most : LANES;
}

/** `waste`: how many lanes at most may be computed per lane that exists. */
export function planLanes(t: Terms, waste: number): LanesPlan | null {
  if (t.acc.itemsize !== 4) return null;
  return forward(t, t.x, t.y, waste) ?? forward(t, t.y, t.x, waste);
}

function forward(t: Terms, x: Factor, w: Factor, waste: number): LanesPlan | null {
  if (!hasWindow(x, t.k) || w.padded) return null;
  const axes = t.axes.filter((a) => a.extent > 1);
  const k = t.k.filter((a) => a.extent > 1);
  if ([...axes, ...k].some((a) => !x.axes.has(a) && !w.axes.has(a)) || k.length === 0) return null;
  const own = axes.filter((a) => x.axes.has(a) && !w.axes.has(a));
  const lane = own.find((a) => a.extent > 2 && laneWaste(a.extent, LANES) <= waste && laneDim(x, a) >= 0);
  const run = axes.at(-1)!;
  if (!lane || run === lane || !own.includes(run)) return null;
  // Windows shorter than a cache line's worth of lanes: what is summed besides them moves next to the lanes.
  const windows = k.filter((a) => x.index.some((i) => i.terms.has(a) && i.terms.size > 1));
  const short = windows.length > 0 && windows.at(-1)!.extent < LONG_WINDOW;
  const whole = k.filter((a) => !windows.includes(a) && laneDim(x, a) >= 0);
  const inside = short ? whole : [];
  const insideDims = inside.map((a) => laneDim(x, a));
  const xLanes = laneLayout(x, laneDim(x, lane), LANES, insideDims);
  const wLayout = layoutOf(w, t.acc);
  const order = [...k.filter((a) => !inside.includes(a)), ...inside];
  const packed = wLayout.stride(order.at(-1)!) !== 1;
  const m = axes.filter((a) => w.axes.has(a) && !x.axes.has(a));
  const core = longestSuffix(m, packed ? [rowMajor(axes)] : [rowMajor(axes), wLayout.stride]);
  const before = axes.at(-2);
  const row = before && before !== lane && own.includes(before) ? before : null;
  if (xLanes.stride(run) < 0 || core.some((a) => wLayout.stride(a) < 0)) return null;
  const outer = axes.filter((a) => a !== lane && a !== run && a !== row && !core.includes(a));
  const candidates = bordersOf(x, k, row ? [row, run] : [run]);
  const merged = mergedK(order, packed ? [xLanes.stride] : [xLanes.stride, wLayout.stride], candidates.map((c) => c.k)); // prettier-ignore
  const { level, kc } = blockK(merged, K_BLOCK);
  const one = level === 0 && kc === merged[0]!.extent;
  const borders = one ? candidates.filter((c) => c.over !== run || segmentsOf(run, c).length <= MOST_SEGMENTS) : [];
  const spared = borders.filter(sparesZeros).map((b) => b.dim);
  const layout = (lanes: number): LaneLayout => laneLayout(x, laneDim(x, lane), lanes, insideDims, spared);
  return { kind: 'lanes', x, layout, w, wLayout, lane, core, outer, row, run, order, k: merged, level, kc, packed, borders }; // prettier-ignore
}
