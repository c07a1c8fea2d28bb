import type { Factor } from './contract-terms.ts';
import { reach } from './contract-terms.ts';
import { SIZE, isPadded, packLength, rowFunction, zeroFunction } from './contract-transpose.ts';
import type { PackDim } from './contract-transpose.ts';
import { advance, advanceBy, argument, digit, forUnits, grainFor } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32 } from './wasm-encoder.ts';
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
  /** Bytes per step of an axis. */
  readonly stride: (axis: Axis) => number;
}

/** A dimension of the factor whose index is this axis alone, and the only one that has it; or -1. */
export function wholeDim(f: Factor, axis: Axis): number {
  const dims = f.index.flatMap((a, d) => (a.terms.has(axis) ? [d] : []));
  const [d] = dims;
  if (d === undefined || dims.length > 1) return -1;
  const a = f.index[d]!;
  return a.base === 0 && a.terms.size === 1 && a.terms.get(axis) === 1 ? d : -1;
}

/** The layout with dimension `dim` in lanes and the dimensions `inside` next to them; those in `bare` get no zeros around. */
export function laneLayout(
  f: Factor,
  dim: number,
  lanes: number,
  inside: readonly number[] = [],
  bare: readonly number[] = [],
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
  const last = shape.findLastIndex((n) => n > 1);
  const outer = shape.map((_, d) => d).filter((d) => d !== dim && d !== last && !inside.includes(d));
  const order = [...outer, last, ...inside];
  const lengths = order.map((d) => packLength(of(d)));
  const strides = stridesOf(lengths).map((s) => s * lanes * SIZE);
  const terms = new Map<Axis, number>();
  let base = 0;
  order.forEach((d, i) => {
    base += (f.index[d]!.base - ranges[d]![0]) * strides[i]!;
    for (const [axis, c] of f.index[d]!.terms) terms.set(axis, (terms.get(axis) ?? 0) + c * strides[i]!);
  });
  const block = lengths.reduce((n, l) => n * l, lanes * SIZE);
  const stride = (axis: Axis): number => terms.get(axis) ?? 0;
  return { dim, lanes, outer: outer.map(of), run: of(last), inner: inside.map(of), block, base, stride };
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

/** Adds the step that packs an operand of 4-byte elements into lanes. */
export function emitLanePack(b: PlanBuilder, f: Factor, layout: LaneLayout, operand: Ref): Ref {
  const { lanes, dim, inner } = layout;
  const batch = f.spec.shape[dim]!;
  const blocks = Math.ceil(batch / lanes);
  const plane = stridesOf(f.spec.shape)[dim]! * SIZE;
  const temp = b.temp(blocks * layout.block);
  const { outer, run } = mergedRun(layout);
  const bytes = inner.reduce((n, d) => n * packLength(d), packLength(run) * lanes * SIZE);
  const w = b.writer();
  const [from, to] = [argument(w, 0), argument(w, 1)];
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
  const cost = bytes / SIZE;
  b.step(w, [operand, temp], blocks * outer.reduce((n, d) => n * packLength(d), 1), grainFor(cost), cost);
  return temp;
}
