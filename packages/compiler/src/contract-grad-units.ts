import type { Axis } from '@sporelet/ir';
import { GRAD_LANES, gradStride } from './contract-grad-plan.ts';
import type { GradPlan } from './contract-grad-plan.ts';
import { sumsBytes, tileShape } from './contract-grad-tile.ts';
import type { TileShape } from './contract-grad-tile.ts';
import { laneLayout } from './contract-lane-pack.ts';
import type { LaneLayout } from './contract-lane-pack.ts';
import { laneDim } from './contract-lanes-plan.ts';
import { isFused } from './contract-tile.ts';
import { extentOf, rowMajor } from './contract-wasm.ts';
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';

const WANTED_UNITS = 8;
/** Multiply-adds of a unit that is a whole group: it is cut further where there are more, and few groups. */
const WANTED_WORK = 1 << 20;
/** Bytes of sums that stay near while a unit goes through the blocks of its k. */
const MOST_SUMS = 1 << 16;

/** One loop over tiles: an axis, or the panels of the rows or columns. */
export interface Loop {
  readonly count: number;
  readonly panels: 'rows' | 'columns' | null;
  /** Bytes per element of the axis in g, x and the output. */
  readonly strides: readonly [g: number, x: number, o: number];
}

/** How the work of a gradient is cut into units, for registers of some size. */
export interface GradUnits {
  readonly shape: TileShape;
  readonly gLanes: LaneLayout;
  /** Bytes between the rows and columns of a tile in g and x, and between both in the output. */
  readonly gRow: number;
  readonly xColumn: number;
  readonly oRow: number;
  readonly oColumn: number;
  /** The summed axes; bytes per element in g and x. */
  readonly walks: readonly { readonly extent: number; readonly strides: readonly [g: number, x: number] }[];
  /** Loops over tiles, outermost first: those that units are numbered by, and those of a unit. */
  readonly outside: readonly Loop[];
  readonly inside: readonly Loop[];
  readonly units: number;
  /** A unit has one block of k: sums need not be kept. */
  readonly once: boolean;
  /** Bytes of a tile's sums, and of those that a unit keeps. */
  readonly tileBytes: number;
  readonly unitBytes: number;
  /** Units are whole groups, which pack their operands themselves. */
  readonly packs: boolean;
  /** Rough operations of a unit. */
  readonly cost: number;
}

export const countOf = (loops: readonly Loop[]): number => loops.reduce((c, l) => c * l.count, 1);

/** The dimension of g that may lie next to the lanes: that of the rows; or -1. */
function rowDim({ g, gLanes, m }: GradPlan): number {
  const dim = m ? laneDim(g, m) : -1;
  return dim === gLanes.dim ? -1 : dim;
}

export function gradUnits(b: PlanBuilder, vec: Vec, plan: GradPlan, axes: readonly Axis[]): GradUnits {
  const { g, m, n, k, level, kc, groups, blocks } = plan;
  const dim = rowDim(plan);
  const xStride = gradStride(plan.xLanes, blocks);
  const oStride = rowMajor(axes, vec.size);
  const sides = { rows: dim >= 0, columns: xStride(n) === 16 };
  const shape = tileShape(b, m?.extent ?? 1, n.extent, isFused(b, vec), sides);
  const { rows, columns } = shape;
  // Rows that fill registers lie next to the lanes, those of a tile together where tiles are of one size.
  const even = rows.wide === rows.count && g.spec.shape[dim] === rows.total;
  const panel = even ? rows.width : Infinity;
  const gLanes = shape.wideRows ? laneLayout(g, plan.gLanes.dim, GRAD_LANES, [dim], [], panel) : plan.gLanes;
  const gStride = gradStride(gLanes, blocks);
  const strides = (a: Axis): Loop['strides'] => [gStride(a), xStride(a), oStride(a)];
  const [gRow, xRow, oRow] = m ? strides(m) : [0, 0, 0];
  const loops: readonly Loop[] = [
    { count: rows.count, panels: 'rows', strides: [gLanes.panel / panel || gRow, xRow, oRow] },
    ...plan.outer.map((a): Loop => ({ count: a.extent, panels: null, strides: strides(a) })),
    { count: columns.count, panels: 'columns', strides: strides(n) },
  ];
  const walks = k.map((a): GradUnits['walks'][number] => ({ extent: a.extent, strides: [gStride(a.axes.at(-1)!), xStride(a.axes.at(-1)!)] })); // prettier-ignore
  const tileBytes = Math.ceil(sumsBytes({ ...shape, rows: rows.width, columns: columns.width }) / 64) * 64;
  const once = level === 0 && kc >= k[0]!.extent;
  const steps = k.reduce((c, a) => c * a.extent, vec.lanes);
  const pieces = Math.ceil((extentOf(axes) * groups * steps) / WANTED_WORK);
  const wanted = groups > 1 ? Math.min(WANTED_UNITS, pieces) : WANTED_UNITS;
  let outer = 0;
  const enough = (): boolean =>
    groups * countOf(loops.slice(0, outer)) >= wanted && (once || countOf(loops.slice(outer)) * tileBytes <= MOST_SUMS);
  while (outer < loops.length && !enough()) outer++;
  const [outside, inside] = [loops.slice(0, outer), loops.slice(outer)];
  const units = groups * countOf(outside);
  return {
    shape,
    gLanes,
    gRow,
    xColumn: xStride(n),
    oRow,
    oColumn: oStride(n),
    walks,
    outside,
    inside,
    units,
    once,
    tileBytes,
    unitBytes: once ? tileBytes : countOf(inside) * tileBytes,
    packs: groups > 1 && units === groups,
    cost: (rows.width * columns.width * countOf(inside) * steps) / 4,
  };
}
