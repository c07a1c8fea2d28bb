import { emitLanePack } from './contract-lane-pack.ts';
import { LANES, segmentsOf } from './contract-lanes-plan.ts';
import type { Border, LanesPlan } from './contract-lanes-plan.ts';
import { emitPanelStart, evenPanels } from './contract-pack.ts';
import { fits, isFused, tileFunction } from './contract-tile.ts';
import { SIZE, unpackFunction } from './contract-transpose.ts';
import { advance, advanceBy, argument, atMost, decodeAxes, digit, extentOf, forUnits, repeat, repeatLocal, rowMajor } from './contract-wasm.ts'; // prettier-ignore
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32 } from './wasm-encoder.ts';
import type { Axis } from '@sporelet/ir';

const BYTES = LANES * SIZE;
/** Positions that a unit computes before it spreads them over the output: they stay in the first-level cache. */
const UNIT_POSITIONS = 128;

/** Rows of one unit. */
function rowsOf(plan: LanesPlan): number {
  const rows = plan.row?.extent ?? 1;
  const blocks = Math.ceil(rows / Math.max(1, Math.floor(UNIT_POSITIONS / plan.run.extent)));
  return Math.ceil(rows / blocks);
}

/** Adds the steps of a convolution in lanes; operands and output hold elements of the accumulator's dtype. */
export function emitLanes(b: PlanBuilder, vec: Vec, plan: LanesPlan, axes: readonly Axis[], xRef: Ref, wRef: Ref, out: Ref): void {
  const fused = isFused(b, vec);
  const packed = emitLanePack(b, plan.x, plan.xLanes, xRef);
  const { run, row, lane, core } = plan;
  const xStride = plan.xLanes.stride;
  const wStride = (a: Axis): number => plan.wLayout.stride(a) * SIZE;
  const oStride = rowMajor(axes, SIZE);

  const most = [6, 5, 4, 3, 2, 1].find((r) => fits(r, 2, fused))!;
  const panels = evenPanels(extentOf(core), most);
  const wide = [6, 5, 4, 3, 2, 1].find((p) => fits(panels.width, 2 * p, fused))!;
  const across = Math.min(wide, run.extent);
  const rows = rowsOf(plan);
  const rowBlocks = Math.ceil((row?.extent ?? 1) / rows);
  const cRow = rows * run.extent * BYTES;
  const unitBytes = panels.width * cRow;
  const blocks = Math.ceil(lane.extent / LANES);
  const units = blocks * extentOf(plan.outer) * panels.count * rowBlocks;
  const temp = b.temp(units * unitBytes);

  const wRow = core.length ? wStride(core.at(-1)!) : 0;
  const tile = (height: number, positions: number): number => {
    const offsets = (step: number): number[] => Array.from({ length: positions * 2 }, (_, v) => (v >> 1) * step + (v & 1) * 16); // prettier-ignore
    const step = xStride(run);
    return tileFunction(b, {
      vec,
      rows: height,
      aRow: wRow,
      bVecs: offsets(step),
      k: plan.k.map(({ axes: [...own], extent }, d) => {
        const counted = d === 0 || plan.borders.some((x) => x.k === own[0]);
        return { extent: counted ? null : extent, a: wStride(own.at(-1)!), b: xStride(own.at(-1)!) };
      }),
      bNext: positions * step,
      cNext: positions * BYTES,
      cRow,
      cVecs: offsets(BYTES),
      lastLanes: vec.lanes,
    });
  };

  const f = b.writer();
  const [xBase, wBase, oBase, tBase] = [argument(f, 0), argument(f, 1), argument(f, 2), argument(f, 3)];
  const local = (): number => f.local(I32);
  const [x, w, o, t, xRow, tRow, xNow] = [local(), local(), local(), local(), local(), local(), local()];
  const [kLeft, kNow, add, scratch, height, left] = [local(), local(), local(), local(), local(), local()];
  const outermost = plan.k[0]!;
  const rowBorder = plan.borders.find((x) => x.over === row);
  const runBorder = plan.borders.find((x) => x.over === run);
  const segments = segmentsOf(run, runBorder);
  const [rowIndex, rowFirst, rowCount, wRowNow] = [local(), local(), local(), local()];

  /** Leaves the first k inside at row `rowIndex` in `rowFirst`, and how many there are in `rowCount`. */
  const findInside = (border: Border): void => {
    const { base, step, sign, extent, k } = border;
    const e = (): unknown => f.get(rowIndex).i32(step).op('i32.mul').i32(base).op('i32.add');
    const clamp = (least: number): void => {
      f.tee(scratch).i32(least).get(scratch).i32(least).op('i32.gt_s').op('select');
    };
    if (sign === 1) f.i32(0) && e() && f.op('i32.sub');
    else e() && f.i32(extent - 1).op('i32.sub');
    clamp(0);
    atMost(f, scratch, k.extent - 1);
    f.set(rowFirst);
    if (sign === 1) f.i32(extent) && e() && f.op('i32.sub');
    else e() && f.i32(1).op('i32.add');
    atMost(f, scratch, k.extent);
    f.get(rowFirst).op('i32.sub');
    clamp(1);
    f.set(rowCount);
  };
  /** One row of output positions: its segments, each a run of tiles and perhaps a narrower tile. */
  const oneRow = (channels: number): void => {
    f.get(w).set(wRowNow);
    f.get(xRow).set(xNow);
    if (rowBorder) {
      findInside(rowBorder);
      advanceBy(f, wRowNow, rowFirst, wStride(rowBorder.k));
      advanceBy(f, xNow, rowFirst, xStride(rowBorder.k));
    }
    for (const s of segments) {
      const at = (from: number): void => {
        f.get(wRowNow).i32(runBorder ? s.first * wStride(runBorder.k) : 0).op('i32.add'); // prettier-ignore
        f.get(xNow).i32(from * xStride(run) + (runBorder ? s.first * xStride(runBorder.k) : 0)).op('i32.add'); // prettier-ignore
        f.get(tRow).i32(from * BYTES).op('i32.add');
      };
      const counts = (): void => {
        plan.k.forEach((level, d) => {
          const own = level.axes[0];
          if (own === rowBorder?.k) f.get(rowCount);
          else if (own === runBorder?.k) f.i32(s.k);
          else if (d === 0) f.get(kNow);
        });
      };
      const whole = Math.floor(s.count / across);
      const tail = s.count % across;
      if (whole > 0) {
        at(s.start);
        f.i32(whole).get(add);
        counts();
        f.call(tile(channels, across));
      }
      if (tail > 0) {
        at(s.start + whole * across);
        f.i32(1).get(add);
        counts();
        f.call(tile(channels, tail));
      }
    }
  };
  forUnits(f, (unit) => {
    f.get(tBase).set(t);
    advanceBy(f, t, unit, unitBytes);
    f.get(xBase).set(x);
    f.get(wBase).set(w);
    f.get(oBase).set(o);
    advance(f, x, plan.xLanes.base);
    advance(f, w, plan.wLayout.base * SIZE);
    const rowBlock = digit(f, unit, rowBlocks);
    const panel = digit(f, unit, panels.count);
    decodeAxes(f, unit, plan.outer, [[x, xStride], [w, wStride], [o, oStride]]); // prettier-ignore
    advanceBy(f, x, unit, plan.xLanes.block);
    advanceBy(f, o, unit, LANES * oStride(lane));
    const first = emitPanelStart(f, panels, panel);
    advanceBy(f, w, first, wRow);
    if (core.length) advanceBy(f, o, first, oStride(core.at(-1)!));
    f.i32(row?.extent ?? 1).get(rowBlock).i32(rows).op('i32.mul').op('i32.sub');
    atMost(f, scratch, rows);
    f.set(height);
    if (row) {
      advanceBy(f, x, rowBlock, rows * xStride(row));
      advanceBy(f, o, rowBlock, rows * oStride(row));
    }
    const sums = (channels: number): void => {
      f.i32(outermost.extent).set(kLeft);
      f.i32(0).set(add);
      f.loop(() => {
        f.get(kLeft);
        atMost(f, scratch, plan.kc);
        f.set(kNow);
        f.get(x).set(xRow);
        f.get(t).set(tRow);
        f.get(height).set(left);
        f.get(rowBlock).i32(rows).op('i32.mul').set(rowIndex);
        repeatLocal(f, left, () => {
          oneRow(channels);
          if (row) advance(f, xRow, xStride(row));
          advance(f, tRow, run.extent * BYTES);
          advance(f, rowIndex, 1);
        });
        f.i32(1).set(add);
        advanceBy(f, w, kNow, wStride(outermost.axes.at(-1)!));
        advanceBy(f, x, kNow, xStride(outermost.axes.at(-1)!));
        f.get(kLeft).get(kNow).op('i32.sub').tee(kLeft).brIf(0);
      });
      const spread = (existing: number): void => {
        repeat(f, channels, () => {
          f.get(t).get(o).get(height).i32(run.extent).op('i32.mul').call(unpackFunction(b, oStride(lane), existing, LANES)); // prettier-ignore
          advance(f, t, cRow);
          if (core.length) advance(f, o, oStride(core.at(-1)!));
        });
      };
      const rest = lane.extent % LANES;
      if (rest === 0) spread(LANES);
      else f.get(unit).i32(blocks - 1).op('i32.eq').if(() => spread(rest), () => spread(LANES)); // prettier-ignore
    };
    if (panels.wide < panels.count) {
      f.get(panel).i32(panels.wide).op('i32.lt_u').if(() => sums(panels.width), () => sums(panels.width - 1)); // prettier-ignore
    } else sums(panels.width);
  });
  const kTotal = plan.k.reduce((n, a) => n * a.extent, 1);
  const cost = (panels.width * rows * run.extent * LANES * kTotal) / 4;
  b.step(f, [packed, wRef, out, temp], units, 1, cost);
}
