import type { Factor } from './contract-terms.ts';
import { reach } from './contract-terms.ts';
import { SIZE, isPadded, packLength, rowFunction, zeroFunction } from './contract-transpose.ts';
import type { PackDim } from './contract-transpose.ts';
import { advance, advanceBy, argument, digit, forUnits, grainFor } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32 } from './wasm-encoder.ts';
import type { FunctionWriter } from './wasm-encoder.ts';
import { stridesOf } from '@sporelet/ir';
import type { Axis } from '@sporelet/ir';

/** An operand with one dimension in lanes: `[blocks of lanes][outer dimensions][run][inner dimensions][lanes]`. */
export interface LaneLayout {
  readonly dim: number;
  readonly lanes: number;
  /** Dimensions in the operand's order, with zeros materialised. */
  readonly outer: readonly PackDim[];
  /** The operand's last dimension. */
  readonly run: PackDim;
  /** Dimensions moved inside of the run; no zeros. */
  readonly inner: readonly PackDim[];
  /** Bytes of one block of lanes. */
  readonly block: number;
  /** Bytes from a block's start to the element where all axes are 0. */
  readonly base: number;
  /** Bytes per step of an axis; of one in panels, within a panel. */
  readonly stride: (axis: Axis) => number;
  /** Bytes between panels. */
  readonly panel: number;
}

/** A dimension of the factor whose index is this axis alone, and the only one that has it; or -1. */
export function wholeDim(f: Factor, axis: Axis): number {
  const dims = f.index.flatMap((a, d) => (a.terms.has(axis) ? [d] : []));
  const [d] = dims;
  if (d === undefined || dims.length > 1) return -1;
  const a = f.index[d]!;
  return a.base === 0 && a.terms.size === 1 && a.terms.get(axis) === 1 && axis.extent <= f.spec.shape[d]! ? d : -1;
}

/**
 * The layout with dimension `dim` in lanes and the dimensions `inside` next to them; those in `bare` get no zeros around.
 * With `panel`, which divides the extent of the only one inside, so many of its elements are next to the lanes, one panel
 * after another.
 */
export function laneLayout(
  f: Factor,
  dim: number,
  lanes: number,
  inside: readonly number[] = [],
  bare: readonly number[] = [],
  panel = Infinity,
): LaneLayout {
  const { shape } = f.spec;
  const ranges = reach(f).map((r, d) => (bare.includes(d) ? ([0, shape[d]! - 1] as const) : r));
  const memory = stridesOf(shape);
  const of = (d: number): PackDim => ({
    extent: shape[d]!,
    low: ranges[d]![0],
    high: ranges[d]![1],
    stride: memory[d]! * SIZE,
  });
  const whole = (extent: number, stride: number): PackDim => ({ extent, low: 0, high: extent - 1, stride });
  const last = shape.findLastIndex((n) => n > 1);
  const split = inside.find((d) => shape[d]! > panel);
  const outer = shape
    .map((_, d) => d)
    .filter((d) => d !== dim && d !== last && (d === split || !inside.includes(d)))
    .map((d) => ({ d, own: d === split ? whole(shape[d]! / panel, memory[d]! * SIZE * panel) : of(d) }));
  const inner = inside.map((d) => ({ d, own: d === split ? whole(panel, memory[d]! * SIZE) : of(d) }));
  const order = [...outer, { d: last, own: of(last) }, ...inner];
  const lengths = order.map(({ own }) => packLength(own));
  const strides = stridesOf(lengths).map((s) => s * lanes * SIZE);
  const terms = new Map<Axis, number>();
  let base = 0;
  let between = 0;
  order.forEach(({ d }, i) => {
    if (d === split && i < outer.length) return void (between = strides[i]!);
    base += (f.index[d]!.base - ranges[d]![0]) * strides[i]!;
    for (const [axis, c] of f.index[d]!.terms) terms.set(axis, (terms.get(axis) ?? 0) + c * strides[i]!);
  });
  const block = lengths.reduce((n, l) => n * l, lanes * SIZE);
  const stride = (axis: Axis): number => terms.get(axis) ?? 0;
  const dims = (some: readonly { readonly own: PackDim }[]): PackDim[] => some.map((o) => o.own);
  return { dim, lanes, outer: dims(outer), run: of(last), inner: dims(inner), block, base, stride, panel: between };
}

const LONG_RUN = 2048;

/** Draws outer dimensions without zeros into the run, as long as runs stay short enough to be shared out. */
function mergedRun(layout: LaneLayout): { outer: readonly PackDim[]; run: PackDim } {
  const outer = [...layout.outer];
  let { run } = layout;
  const inner = layout.inner.reduce((n, d) => n * packLength(d), 1);
  for (let d = outer.at(-1); d; d = outer.at(-1)) {
    const extent = d.extent * run.extent;
    if (isPadded(d) || isPadded(run) || d.stride !== run.extent * run.stride || extent * inner > LONG_RUN) break;
    run = { extent, low: 0, high: extent - 1, stride: run.stride };
    outer.pop();
  }
  return { outer, run };
}

/** How an operand is packed: by a function (operand, first unit, unit after the last, lanes). */
export interface LanePack {
  readonly fn: number;
  /** Units of a block of lanes; the blocks' units follow one another. */
  readonly units: number;
  readonly cost: number;
}

/** Bytes of an operand in lanes. */
export const laneBytes = (f: Factor, layout: LaneLayout): number =>
  Math.ceil(f.spec.shape[layout.dim]! / layout.lanes) * layout.block;

/** The function that packs an operand of 4-byte elements into lanes. */
export function lanePack(b: PlanBuilder, f: Factor, layout: LaneLayout): LanePack {
  const { lanes, dim, inner } = layout;
  const batch = f.spec.shape[dim]!;
  const blocks = Math.ceil(batch / lanes);
  const plane = stridesOf(f.spec.shape)[dim]! * SIZE;
  const { outer, run } = mergedRun(layout);
  const bytes = inner.reduce((n, d) => n * packLength(d), packLength(run) * lanes * SIZE);
  const write = (w: FunctionWriter): void => {
    const [from, to] = [0, 3] as const;
    const [src, dst, outside] = [w.local(I32), w.local(I32), w.local(I32)];
    forUnits(w, (unit) => {
      w.get(from).set(src);
      w.get(to).set(dst);
      advanceBy(w, dst, unit, bytes);
      w.i32(0).set(outside);
      for (const d of [...outer].reverse()) {
        const index = digit(w, unit, packLength(d));
        advance(w, index, d.low);
        advanceBy(w, src, index, d.stride);
        if (isPadded(d)) w.get(index).i32(d.extent).op('i32.ge_u').get(outside).op('i32.or').set(outside);
      }
      advanceBy(w, src, unit, lanes * plane);
      const copy = (existing: number): void => {
        w.get(src)
          .get(dst)
          .call(rowFunction(b, run, inner, { plane, existing, lanes }));
      };
      const inside = (): void => {
        const rest = batch % lanes;
        if (rest === 0) copy(lanes);
        else if (blocks === 1) copy(rest);
        else w.get(unit).i32(blocks - 1).op('i32.eq').if(() => copy(rest), () => copy(lanes)); // prettier-ignore
      };
      if (!outer.some(isPadded)) inside();
      else w.get(outside).if(() => w.get(dst).i32(bytes / 16).call(zeroFunction(b)), inside); // prettier-ignore
    });
  };
  const key = JSON.stringify([batch, blocks, plane, outer, run, inner, lanes]);
  const fn = b.internal(`lanes ${key}`, [I32, I32, I32, I32], write);
  return { fn, units: outer.reduce((n, d) => n * packLength(d), 1), cost: bytes / SIZE };
}

/** Adds the step that packs an operand of 4-byte elements into lanes. */
export function emitLanePack(b: PlanBuilder, f: Factor, layout: LaneLayout, operand: Ref): Ref {
  const { fn, units, cost } = lanePack(b, f, layout);
  const temp = b.temp(laneBytes(f, layout));
  const w = b.writer();
  const [from, to] = [argument(w, 0), argument(w, 1)];
  w.get(from).get(1).get(2).get(to).call(fn);
  b.step(w, [operand, temp], (laneBytes(f, layout) / layout.block) * units, grainFor(cost), cost);
  return temp;
}
