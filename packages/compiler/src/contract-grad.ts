import type { Axis } from '@sporelet/ir';
import { gradStride } from './contract-grad-plan.ts';
import type { GradPlan } from './contract-grad-plan.ts';
import { emitLanePack } from './contract-lane-pack.ts';
import { emitPanelStart, evenPanels } from './contract-pack.ts';
import type { Panels } from './contract-pack.ts';
import { accumulate, isFused, kBlocks, kLoops } from './contract-tile.ts';
import type { Walk } from './contract-tile.ts';
import { advance, advanceBy, argument, decodeAxes, digit, extentOf, forUnits, repeat, rowMajor } from './contract-wasm.ts'; // prettier-ignore
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32, V128 } from './wasm-encoder.ts';
import type { FunctionWriter } from './wasm-encoder.ts';

/**
 * The tile that computes m x n elements in the fewest cycles, by the registers it needs and its instructions.
 * @param together - columns that lie in one register
 */
function tileShape(
  b: PlanBuilder,
  m: number,
  n: number,
  fused: boolean,
  together: number,
): [rows: Panels, columns: Panels] {
  let best: [Panels, Panels] | null = null;
  let least = Infinity;
  for (let r = 1; r <= 6; r++) {
    for (let q = 1; q <= 6 * together; q++) {
      const vectors = Math.ceil(q / together);
      const registers = r * vectors + 1 + (fused ? Math.min(r, vectors) : r + vectors);
      if (registers > b.tiles.count) continue;
      const [rows, columns] = [evenPanels(m, r), evenPanels(n, q)];
      const [h, w] = [rows.width, Math.ceil(columns.width / together)];
      const instructions = h * w * (fused ? 1 : 2) + h + w + 4;
      const cycles = Math.max(4, (h * w) / 2, instructions / 6) * rows.count * columns.count;
      if (cycles < least) [least, best] = [cycles, [rows, columns]];
    }
  }
  return best!;
}

interface VectorTile {
  readonly vec: Vec;
  readonly rows: number;
  readonly columns: number;
  /** Neighbouring columns that lie in one register; more than one only where they are neighbours in x too. */
  readonly together: number;
  /** Bytes. */
  readonly gRow: number;
  readonly xColumn: number;
  /** Outermost first; the outermost extent is an argument. */
  readonly k: readonly { readonly extent: number; readonly strides: readonly number[] }[];
}

/**
 * A function (g, x, sums, outermost k, add) that sums products of vectors for rows x columns. Columns that a register has
 * too many are computed and not used: what is read for them lies less than 64 bytes behind the operand.
 */
function vectorTile(b: PlanBuilder, t: VectorTile): number {
  const fused = isFused(b, t.vec);
  const write = (f: FunctionWriter): void => {
    const [g, x, c, outermost, add] = [0, 1, 2, 3, 4] as const;
    const columns = Math.ceil(t.columns / t.together);
    const sums = Array.from({ length: t.rows * columns }, () => f.local(V128, t.vec.name));
    const byRow = t.rows > columns;
    const held = Array.from({ length: Math.min(t.rows, columns) }, () => f.local(V128, t.vec.name));
    const other = f.local(V128, t.vec.name);
    const loops = t.k.map((l, d): Walk => ({ count: d === 0 ? { local: outermost } : l.extent, strides: l.strides }));
    kLoops(f, loops, [g, x], (pointers) => {
      const load = (row: boolean, i: number, to: number): void => {
        f.get(pointers[row ? 0 : 1]!);
        if (row) f.loadRepeated(i * t.gRow);
        else f.mem('v128.load', i * t.together * t.xColumn);
        f.set(to);
      };
      held.forEach((h, i) => load(!byRow, i, h));
      for (let o = 0; o < (byRow ? t.rows : columns); o++) {
        load(byRow, o, other);
        held.forEach((h, i) => {
          const [r, q] = byRow ? [o, i] : [i, o];
          accumulate(f, t.vec, fused, sums[r * columns + q]!, h, other);
        });
      }
    });
    const bytes = 16 * t.together;
    f.get(add).if(() => {
      sums.forEach((s, i) => f.get(c).mem('v128.load', i * bytes).get(s).op(t.vec.add).set(s));
    });
    sums.forEach((s, i) => f.get(c).get(s).mem('v128.store', i * bytes));
  }; // prettier-ignore
  return b.internal(`vector tile ${JSON.stringify(t)}`, [I32, I32, I32, I32, I32], write, 16 * t.together);
}

/** Stores the sum of a vector's lanes, (0 + 2) + (1 + 3). */
function storeFolded(f: FunctionWriter, vec: Vec, from: number, at: number, to: number, v: number): void {
  const swap = (first: number): number[] => Array.from({ length: 16 }, (_, i) => (i + first * 4) % 16);
  f.get(from).mem('v128.load', at).set(v);
  f.get(v).get(v).get(v).shuffle(swap(2)).op(vec.add).set(v);
  f.get(to).get(v).get(v).get(v).shuffle(swap(1)).op(vec.add).memLane('v128.store32_lane', 0);
}

const WANTED_UNITS = 8;

/** Adds the steps of a weight gradient; operands and output hold elements of the accumulator's dtype. */
export function emitGrad(
  b: PlanBuilder,
  vec: Vec,
  plan: GradPlan,
  axes: readonly Axis[],
  gRef: Ref,
  xRef: Ref,
  out: Ref,
): void {
  const fused = isFused(b, vec);
  const gPacked = emitLanePack(b, plan.g, plan.gLanes, gRef);
  const xPacked = emitLanePack(b, plan.x, plan.xLanes, xRef);
  const gStride = gradStride(plan.gLanes, plan.blocks);
  const xStride = gradStride(plan.xLanes, plan.blocks);
  const oStride = rowMajor(axes, vec.size);
  const { m, n, k, level, kc } = plan;
  // Columns that are neighbours in memory fill the registers together.
  const together = xStride(n) === 16 ? b.tiles.bytes / 16 : 1;
  const [rows, columns] = tileShape(b, m?.extent ?? 1, n.extent, fused, together);
  const [gNext, oNext] = m ? [gStride(m), oStride(m)] : [0, 0];
  // An axis of the window inside the unit goes over the same elements again while they are near.
  const inside: Axis[] = [];
  const outside = [...plan.outer];
  const last = outside.at(-1);
  if (last && extentOf(outside.slice(0, -1)) * rows.count * columns.count >= WANTED_UNITS) inside.push(outside.pop()!);
  const insideAxis = inside[0] ?? null;
  /** Columns of a tile's sums in memory. */
  const across = (width: number): number => Math.ceil(width / together) * together;
  const tileBytes = rows.width * across(columns.width) * 16;
  const unitBytes = tileBytes * extentOf(inside);
  const units = extentOf(outside) * rows.count * columns.count;
  const temp = b.temp(units * unitBytes);
  const loops = k.map((a) => ({ extent: a.extent, strides: [gStride(a.axes.at(-1)!), xStride(a.axes.at(-1)!)] })); // prettier-ignore
  const tile = (height: number, width: number): number =>
    vectorTile(b, { vec, together, rows: height, columns: width, gRow: gNext, xColumn: xStride(n), k: loops.slice(level).map((l, d) => ({ ...l, extent: d && l.extent })) }); // prettier-ignore

  const f = b.writer();
  const [gBase, xBase, oBase, tBase] = [argument(f, 0), argument(f, 1), argument(f, 2), argument(f, 3)];
  const local = (): number => f.local(I32);
  const [g, x, o, t, xNow, tNow] = [local(), local(), local(), local(), local(), local()];
  const [add, scratch, v] = [local(), local(), f.local(V128)];
  const along = (body: () => void): void => {
    f.get(x).set(xNow);
    f.get(t).set(tNow);
    repeat(f, insideAxis?.extent ?? 1, () => {
      body();
      if (insideAxis) advance(f, xNow, xStride(insideAxis));
      advance(f, tNow, tileBytes);
    });
  };
  const unitOf = (height: number, width: number): void => {
    kBlocks(f, loops, level, kc, [g, x], (length) => {
      along(() => f.get(g).get(xNow).get(tNow).get(length).get(add).call(tile(height, width)));
      f.i32(1).set(add);
    });
    along(() => {
      for (let r = 0; r < height; r++) {
        for (let q = 0; q < width; q++) {
          f.get(o).i32(r * oNext + q * oStride(n)).op('i32.add').set(scratch); // prettier-ignore
          storeFolded(f, vec, tNow, (r * across(width) + q) * 16, scratch, v);
        }
      }
      if (insideAxis) advance(f, o, oStride(insideAxis));
    });
  };
  const byWidth = (panel: number, p: Panels, body: (width: number) => void): void => {
    if (p.wide === p.count) body(p.width);
    else f.get(panel).i32(p.wide).op('i32.lt_u').if(() => body(p.width), () => body(p.width - 1)); // prettier-ignore
  };
  forUnits(f, (unit) => {
    f.get(gBase).set(g);
    f.get(xBase).set(x);
    f.get(oBase).set(o);
    f.get(tBase).set(t);
    advanceBy(f, t, unit, unitBytes);
    advance(f, g, plan.gLanes.base);
    advance(f, x, plan.xLanes.base);
    const columnPanel = digit(f, unit, columns.count);
    const rowPanel = digit(f, unit, rows.count);
    decodeAxes(f, unit, outside, [[g, gStride], [x, xStride], [o, oStride]]); // prettier-ignore
    const firstRow = emitPanelStart(f, rows, rowPanel);
    const firstColumn = emitPanelStart(f, columns, columnPanel);
    advanceBy(f, g, firstRow, gNext);
    advanceBy(f, o, firstRow, oNext);
    advanceBy(f, x, firstColumn, xStride(n));
    advanceBy(f, o, firstColumn, oStride(n));
    f.i32(0).set(add);
    byWidth(rowPanel, rows, (h) => byWidth(columnPanel, columns, (w) => unitOf(h, w)));
  });
  const cost = (rows.width * columns.width * extentOf(inside) * k.reduce((c, a) => c * a.extent, 1) * vec.lanes) / 4;
  b.step(f, [gPacked, xPacked, out, temp], units, 1, cost);
}
