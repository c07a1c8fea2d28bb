import type { Axis } from '@sporelet/ir';
import type { KAxis, Side } from './contract-gemm-plan.ts';
import { kLoops } from './contract-tile.ts';
import { advance, advanceBy, argument, atMost, decodeAxes, digit, extentOf, forUnits, grainFor, walkAsOne } from './contract-wasm.ts'; // prettier-ignore
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import type { FunctionWriter } from './wasm-encoder.ts';
import { I32 } from './wasm-encoder.ts';

type PackSide = Pick<Side, 'layout' | 'core' | 'outer'>;

/** How the rows of A or the columns of B are divided: `wide` panels of `width`, the others one narrower. */
export interface Panels {
  /** Rows or columns that exist; panels beyond them repeat the last one. */
  readonly total: number;
  readonly width: number;
  readonly wide: number;
  readonly count: number;
}

/** As few panels as the greatest width allows, of nearly equal width. */
export function evenPanels(total: number, greatest: number): Panels {
  const count = Math.ceil(total / greatest);
  const width = Math.ceil(total / count);
  return { total, width, wide: total - count * (width - 1), count };
}

export const widePanels = (total: number, width: number): Panels => {
  const count = Math.ceil(total / width);
  return { total, width, wide: count, count };
};

/** Rows or columns before panel `n`; `n = count` gives what all panels take up. */
export const panelStart = (p: Panels, n: number): number => n * p.width - Math.max(0, n - p.wide);

/** Puts the first row or column of the panel in local `panel` into a new local. */
export function emitPanelStart(f: FunctionWriter, p: Panels, panel: number): number {
  const start = f.local(I32);
  f.get(panel).i32(p.width).op('i32.mul').set(start);
  if (p.wide < p.count) {
    f.get(start);
    f.get(panel).i32(p.wide).op('i32.sub').i32(0);
    f.get(panel).i32(p.wide).op('i32.gt_s').op('select');
    f.op('i32.sub').set(start);
  }
  return start;
}

const copyOne = (f: FunctionWriter, size: 4 | 8, from: number, fromAt: number, to: number, toAt: number): void => {
  f.get(to).get(from).mem(size === 4 ? 'i32.load' : 'i64.load', fromAt).mem(size === 4 ? 'i32.store' : 'i64.store', toAt); // prettier-ignore
};

/** Copies neighbouring bytes (a multiple of 4). */
function copyRun(f: FunctionWriter, bytes: number, from: number, to: number): void {
  let at = 0;
  for (; bytes - at >= 16; at += 16) f.get(to).get(from).mem('v128.load', at).mem('v128.store', at);
  for (; bytes - at >= 8; at += 8) copyOne(f, 8, from, at, to, at);
  if (bytes - at >= 4) copyOne(f, 4, from, at, to, at);
}

/** Parameters of a panel function: source, destination, outermost k, first row or column. */
const PARAMS = [I32, I32, I32, I32] as const;

/** The summed axes as they are packed: `k[level]` in blocks of `kc`, each block of all panels together. */
export interface KPlan {
  readonly k: readonly KAxis[];
  readonly level: number;
  readonly kc: number;
}

/** A function that packs the `k[level...]` block of one panel. `columns`: how many exist in it. */
function panelFunction(b: PlanBuilder, vec: Vec, side: PackSide, plan: KPlan, width: number, columns: number): number {
  const { size } = vec;
  const stride = side.layout.stride;
  const loops = plan.k.slice(plan.level).map((k, d, all) => ({
    extent: k.extent,
    source: stride(k.axes.at(-1)!) * size,
    target: all.slice(d + 1).reduce((n, l) => n * l.extent, width * size),
  }));
  const fixed = fixedStep(side);
  const core = side.core.map((a) => [a.extent, stride(a)]);
  const key = JSON.stringify({ size, loops, fixed, core, width, columns });
  return b.internal(`pack ${key}`, PARAMS, (f) => {
    const [src, dst, outermost, first] = [0, 1, 2, 3] as const;
    const walk = (sources: readonly number[], step: (sources: readonly number[], to: number) => void): void => {
      const nest = loops.map((l, d) => ({
        count: d === 0 ? { local: outermost } : l.extent,
        strides: [l.target, ...sources.map(() => l.source)],
      }));
      kLoops(f, nest, [dst, ...sources], ([to, ...from]) => step(from, to!));
    };
    if (fixed !== null) {
      const step = fixed * size;
      walk([src], ([from], to) => {
        if (step === size && columns === width) copyRun(f, width * size, from!, to);
        else for (let l = 0; l < width; l++) copyOne(f, size, from!, Math.min(l, columns - 1) * step, to, l * size);
      });
      return;
    }
    // Columns of several axes: an address each, four at a time.
    const start = f.local(I32);
    f.get(dst).set(start);
    for (let from = 0; from < width; from += 4) {
      const pointers = Array.from({ length: Math.min(4, width - from) }, (_, l) => {
        const p = f.local(I32);
        const rest = f.local(I32);
        f.get(src).set(p);
        f.get(first)
          .i32(Math.min(from + l, columns - 1))
          .op('i32.add')
          .set(rest);
        decodeAxes(f, rest, side.core, [[p, (a) => stride(a) * size]]);
        return p;
      });
      f.get(start).set(dst);
      advance(f, dst, from * size);
      walk(pointers, (sources, to) => sources.forEach((p, l) => copyOne(f, size, p, 0, to, l * size)));
    }
  });
}

/**
 * Copies an operand into panels: for every index of the side's outer axes, every block of k and every panel the
 * elements `[k][width]`.
 */
export function emitPack(b: PlanBuilder, vec: Vec, side: PackSide, plan: KPlan, panels: Panels, operand: Ref): Ref {
  const { size } = vec;
  const { k, level, kc } = plan;
  const stride = (a: Axis): number => side.layout.stride(a) * size;
  const above = k.slice(0, level).flatMap((x) => x.axes);
  const blocked = k[level]!;
  const inner = k.slice(level + 1).reduce((n, x) => n * x.extent, 1);
  const blocks = Math.ceil(blocked.extent / kc);
  const columns = panelStart(panels, panels.count);
  const outer = [...side.outer, ...above];
  const kBytes = inner * columns * size;
  const temp = b.temp(extentOf(outer) * blocked.extent * kBytes);

  const f = b.writer();
  const [from, to] = [argument(f, 0), argument(f, 1)];
  const [src, dst, length, scratch] = [f.local(I32), f.local(I32), f.local(I32), f.local(I32)];
  const fixed = fixedStep(side);
  forUnits(f, (unit) => {
    const panel = digit(f, unit, panels.count);
    const start = emitPanelStart(f, panels, panel);
    const block = digit(f, unit, blocks);
    f.get(from).set(src);
    advance(f, src, side.layout.base * size);
    f.get(to).set(dst);
    advanceBy(f, dst, unit, blocked.extent * kBytes);
    decodeAxes(f, unit, outer, [[src, stride]]);
    advanceBy(f, src, block, kc * stride(blocked.axes.at(-1)!));
    advanceBy(f, dst, block, kc * kBytes);
    f.i32(blocked.extent).get(block).i32(kc).op('i32.mul').op('i32.sub');
    atMost(f, scratch, kc);
    f.set(length);
    f.get(dst)
      .get(start)
      .get(length)
      .op('i32.mul')
      .i32(inner * size)
      .op('i32.mul')
      .op('i32.add')
      .set(dst);
    if (fixed !== null) advanceBy(f, src, start, fixed * size);
    const call = (width: number, existing: number): void => {
      f.get(src)
        .get(dst)
        .get(length)
        .get(start)
        .call(panelFunction(b, vec, side, plan, width, existing));
    };
    const { width, wide, count, total } = panels;
    const missing = columns - total;
    if (missing > 0) {
      const last = (): void => call(width, width - missing);
      if (count === 1) last();
      else f.get(panel).i32(count - 1).op('i32.eq').if(last, () => call(width, width)); // prettier-ignore
    } else if (wide < count) {
      f.get(panel).i32(wide).op('i32.lt_u').if(() => call(width, width), () => call(width - 1, width - 1)); // prettier-ignore
    } else call(width, width);
  });
  const cost = kc * inner * panels.width;
  b.step(f, [operand, temp], extentOf(outer) * blocks * panels.count, grainFor(cost), cost);
  return temp;
}

/** Elements from one row or column to the next when that is always the same and not negative. */
function fixedStep(side: PackSide): number | null {
  const { core, layout } = side;
  const step = layout.stride(core.at(-1)!);
  return step >= 0 && walkAsOne(core, [layout.stride]) ? step : null;
}
