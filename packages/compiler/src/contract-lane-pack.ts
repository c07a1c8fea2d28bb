import type { Factor } from './contract-terms.ts';
import { reach } from './contract-terms.ts';
import { SIZE, isPadded, packLength, planeFunction, zeroFunction } from './contract-transpose.ts';
import type { PackDim } from './contract-transpose.ts';
import { advance, advanceBy, argument, digit, forUnits, grainFor } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32 } from './wasm-encoder.ts';
import { stridesOf } from '@sporelet/ir';
import type { Axis } from '@sporelet/ir';

/** An operand with one dimension in lanes: `[blocks of lanes][the other dimensions][lanes]`, zeros materialised. */
export interface LaneLayout {
  readonly dim: number;
  readonly lanes: number;
  /** The other dimensions, in the operand's order. */
  readonly dims: readonly PackDim[];
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

export function laneLayout(f: Factor, dim: number, lanes: number): LaneLayout {
  const others = f.spec.shape.map((_, d) => d).filter((d) => d !== dim);
  const ranges = reach(f);
  const memory = stridesOf(f.spec.shape);
  const dims = others.map((d): PackDim => {
    const [low, high] = ranges[d]!;
    return { extent: f.spec.shape[d]!, low, high, stride: memory[d]! * SIZE };
  });
  const lengths = dims.map(packLength);
  const strides = stridesOf(lengths).map((s) => s * lanes * SIZE);
  const terms = new Map<Axis, number>();
  let base = 0;
  others.forEach((d, i) => {
    base += (f.index[d]!.base - ranges[d]![0]) * strides[i]!;
    for (const [axis, c] of f.index[d]!.terms) terms.set(axis, (terms.get(axis) ?? 0) + c * strides[i]!);
  });
  const block = lengths.reduce((n, l) => n * l, lanes * SIZE);
  return { dim, lanes, dims, block, base, stride: (axis) => terms.get(axis) ?? 0 };
}

const LONG_RUN = 1024;

/** Neighbouring dimensions without padding become one, as long as runs stay short enough to be shared out. */
function mergedDims(dims: readonly PackDim[]): PackDim[] {
  const merged: PackDim[] = [];
  for (const d of [...dims].reverse()) {
    const run = merged[0];
    const follows = run && !isPadded(d) && !isPadded(run) && d.stride === run.extent * run.stride;
    if (follows && d.extent * run.extent <= LONG_RUN) {
      const extent = d.extent * run.extent;
      merged[0] = { extent, low: 0, high: extent - 1, stride: run.stride };
    } else merged.unshift(d);
  }
  return merged;
}

/** Adds the step that packs an operand of 4-byte elements into lanes. */
export function emitLanePack(b: PlanBuilder, f: Factor, layout: LaneLayout, operand: Ref): Ref {
  const { lanes, dim } = layout;
  const batch = f.spec.shape[dim]!;
  const blocks = Math.ceil(batch / lanes);
  const plane = stridesOf(f.spec.shape)[dim]! * SIZE;
  const temp = b.temp(blocks * layout.block);
  const dims = mergedDims(layout.dims);
  const run = dims.pop()!;
  const row = dims.pop() ?? { extent: 1, low: 0, high: 0, stride: 0 };
  const positions = packLength(row) * packLength(run);
  const bytes = positions * lanes * SIZE;
  const w = b.writer();
  const [from, to] = [argument(w, 0), argument(w, 1)];
  const [src, dst, outside] = [w.local(I32), w.local(I32), w.local(I32)];
  forUnits(w, (unit) => {
    w.get(from).set(src);
    w.get(to).set(dst);
    advanceBy(w, dst, unit, bytes);
    w.i32(0).set(outside);
    for (const d of [...dims].reverse()) {
      const index = digit(w, unit, packLength(d));
      advance(w, index, d.low);
      advanceBy(w, src, index, d.stride);
      if (isPadded(d)) w.get(index).i32(d.extent).op('i32.ge_u').get(outside).op('i32.or').set(outside);
    }
    advanceBy(w, src, unit, lanes * plane);
    const copy = (existing: number): void => {
      w.get(src).get(dst).call(planeFunction(b, row, run, plane, existing, lanes));
    };
    const inside = (): void => {
      const rest = batch % lanes;
      if (rest === 0) copy(lanes);
      else if (blocks === 1) copy(rest);
      else w.get(unit).i32(blocks - 1).op('i32.eq').if(() => copy(rest), () => copy(lanes)); // prettier-ignore
    };
    if (!dims.some(isPadded)) inside();
    else w.get(outside).if(() => w.get(dst).i32(bytes / 16).call(zeroFunction(b)), inside); // prettier-ignore
  });
  const cost = positions * lanes;
  b.step(w, [operand, temp], blocks * dims.reduce((n, d) => n * packLength(d), 1), grainFor(cost), cost);
  return temp;
}
