import type { Axis } from '@sporelet/ir';
import { mergedK } from './contract-gemm-plan.ts';
import { emitLanePack } from './contract-lane-pack.ts';
import { lanesFor, segmentsOf } from './contract-lanes-plan.ts';
import type { Border, LanesPlan } from './contract-lanes-plan.ts';
import { emitPack, emitPanelStart, evenPanels } from './contract-pack.ts';
import { fits, isFused, kBlocks, mostThatFit, tileFunction } from './contract-tile.ts';
import { SIZE, unpackFunction } from './contract-transpose.ts';
import { advance, advanceBy, argument, atMost, decodeAxes, digit, extentOf, forUnits, registerOf, repeat, repeatLocal, rowMajor } from './contract-wasm.ts'; // prettier-ignore
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32 } from './wasm-encoder.ts';
import type { FunctionWriter } from './wasm-encoder.ts';

/** Elements of a channel that a unit computes before it spreads them over the output: they stay in the first-level cache. */
const UNIT_ELEMENTS = 1024;

/** Rows of one unit. */
function rowsOf(plan: LanesPlan, lanes: number): number {
  const rows = plan.row?.extent ?? 1;
  const blocks = Math.ceil(rows / Math.max(1, Math.floor(UNIT_ELEMENTS / lanes / plan.run.extent)));
  return Math.ceil(rows / blocks);
}

/** Leaves in `first` and `count` which k of a border are inside at `index`, as `insideBorder` says. */
function emitInside(f: FunctionWriter, border: Border, index: number, first: number, count: number): void {
  const { base, step, sign, extent, k } = border;
  const [e, scratch] = [f.local(I32), f.local(I32)];
  const atLeast = (limit: number) => f.tee(scratch).i32(limit).get(scratch).i32(limit).op('i32.gt_s').op('select');
  f.get(index).i32(step).op('i32.mul').i32(base).op('i32.add').set(e);
  if (sign === 1) f.i32(0).get(e).op('i32.sub');
  else f.get(e).i32(extent - 1).op('i32.sub'); // prettier-ignore
  atLeast(0);
  atMost(f, scratch, k.extent - 1);
  f.set(first);
  if (sign === 1) f.i32(extent).get(e).op('i32.sub');
  else f.get(e).i32(1).op('i32.add');
  atMost(f, scratch, k.extent);
  f.get(first).op('i32.sub');
  atLeast(1);
  f.set(count);
}

/** Adds the steps of a convolution in lanes; operands and output hold elements of the accumulator's dtype. */
export function emitLanes(
  b: PlanBuilder,
  vec: Vec,
  plan: LanesPlan,
  axes: readonly Axis[],
  xRef: Ref,
  wRef: Ref,
  out: Ref,
): void {
  const fused = isFused(b, vec);
  const { run, row, lane, core, wLayout } = plan;
  const lanes = lanesFor(plan, registerOf(vec));
  const bytes = lanes * SIZE;
  const xLanes = plan.layout(lanes);
  /** Vectors of one position. */
  const each = bytes / registerOf(vec);
  const panels = evenPanels(extentOf(core), mostThatFit(b, 2, fused));
  let across = Math.min(run.extent, 6);
  while (across > 1 && !fits(b, panels.width, each * across, fused)) across--;

  const xPacked = emitLanePack(b, plan.x, xLanes, xRef);
  const wOuter = plan.outer.filter((a) => plan.w.axes.has(a));
  const wAxes = mergedK(plan.order, [wLayout.stride]);
  const side = { layout: wLayout, core, outer: wOuter };
  const wPacked = plan.packed
    ? emitPack(b, vec, side, { k: wAxes, level: 0, kc: wAxes[0]!.extent }, panels, wRef)
    : wRef;

  const xStride = xLanes.stride;
  const oStride = rowMajor(axes, SIZE);
  const kTotal = extentOf(plan.order);
  const wInPlace = (a: Axis): number => wLayout.stride(a) * SIZE;
  const wStride = plan.packed ? rowMajor(wOuter, kTotal * panels.total * SIZE) : wInPlace;
  const wNext = core.length ? wInPlace(core.at(-1)!) : 0;
  /** Bytes per step of each of `plan.k` in panels of a height. */
  const wSteps = (height: number): number[] => {
    if (!plan.packed) return plan.k.map((k) => wInPlace(k.axes.at(-1)!));
    return plan.k.map((_, d) => plan.k.slice(d + 1).reduce((n, k) => n * k.extent, height * SIZE));
  };
  const xSteps = plan.k.map((k) => xStride(k.axes.at(-1)!));
  const oNext = core.length ? oStride(core.at(-1)!) : 0;

  const rows = rowsOf(plan, lanes);
  const rowBlocks = Math.ceil((row?.extent ?? 1) / rows);
  const cRow = rows * run.extent * bytes;
  const unitBytes = panels.width * cRow;
  const blocks = Math.ceil(lane.extent / lanes);
  const units = blocks * extentOf(plan.outer) * panels.count * rowBlocks;
  const temp = b.temp(units * unitBytes);

  const rowBorder = plan.borders.find((x) => x.over === row);
  const runBorder = plan.borders.find((x) => x.over === run);
  const segments = segmentsOf(run, runBorder);
  const tile = (height: number, positions: number): number => {
    const offsets = (step: number): number[] => Array.from({ length: positions * each }, (_, v) => Math.floor(v / each) * step + (v % each) * registerOf(vec)); // prettier-ignore
    const steps = wSteps(height);
    return tileFunction(b, {
      vec,
      rows: height,
      aRow: plan.packed ? SIZE : wNext,
      bVecs: offsets(xStride(run)),
      k: plan.k.slice(plan.level).map(({ axes: own, extent }, d) => {
        const counted = d === 0 || plan.borders.some((x) => x.k === own[0]);
        return { extent: counted ? null : extent, a: steps[plan.level + d]!, b: xSteps[plan.level + d]! };
      }),
      bNext: positions * xStride(run),
      cNext: positions * bytes,
      cRow,
      cVecs: offsets(bytes),
      lastLanes: vec.lanes,
    });
  };

  const f = b.writer();
  const [xBase, wBase, oBase, tBase] = [argument(f, 0), argument(f, 1), argument(f, 2), argument(f, 3)];
  const local = (): number => f.local(I32);
  const [x, w, o, t, xRow, tRow, xNow, wNow] = [local(), local(), local(), local(), local(), local(), local(), local()];
  const [kNow, add, scratch, height, left] = [local(), local(), local(), local(), local()];
  const [rowIndex, rowFirst, rowCount] = [local(), local(), local()];

  /** One row of output positions: its segments, each a run of tiles and perhaps a narrower tile. */
  const oneRow = (channels: number): void => {
    const steps = wSteps(channels);
    const stepOf = (border: Border): number => steps[plan.k.findIndex((k) => k.axes[0] === border.k)]!;
    f.get(w).set(wNow);
    f.get(xRow).set(xNow);
    if (rowBorder) {
      emitInside(f, rowBorder, rowIndex, rowFirst, rowCount);
      advanceBy(f, wNow, rowFirst, stepOf(rowBorder));
      advanceBy(f, xNow, rowFirst, xStride(rowBorder.k));
    }
    for (const s of segments) {
      const call = (from: number, count: number, positions: number): void => {
        f.get(wNow).i32(runBorder ? s.first * stepOf(runBorder) : 0).op('i32.add'); // prettier-ignore
        f.get(xNow).i32(from * xStride(run) + (runBorder ? s.first * xStride(runBorder.k) : 0)).op('i32.add'); // prettier-ignore
        f.get(tRow).i32(from * bytes).op('i32.add').i32(count).get(add); // prettier-ignore
        plan.k.slice(plan.level).forEach(({ axes: own }, d) => {
          if (own[0] === rowBorder?.k) f.get(rowCount);
          else if (own[0] === runBorder?.k) f.i32(s.k);
          else if (d === 0) f.get(kNow);
        });
        f.call(tile(channels, positions));
      };
      const whole = Math.floor(s.count / across);
      const tail = s.count % across;
      if (whole > 0) call(s.start, whole, across);
      if (tail > 0) call(s.start + whole * across, 1, tail);
    }
  };
  const sums = (channels: number): void => {
    f.i32(0).set(add);
    const steps = wSteps(channels);
    const k = plan.k.map(({ extent }, d) => ({ extent, strides: [xSteps[d]!, steps[d]!] }));
    kBlocks(f, k, plan.level, plan.kc, [x, w], (length) => {
      f.get(length).set(kNow);
      f.get(x).set(xRow);
      f.get(t).set(tRow);
      f.get(height).set(left);
      f.get(rowBlock).i32(rows).op('i32.mul').set(rowIndex); // prettier-ignore
      repeatLocal(f, left, () => {
        oneRow(channels);
        if (row) advance(f, xRow, xStride(row));
        advance(f, tRow, run.extent * bytes);
        advance(f, rowIndex, 1);
      });
      f.i32(1).set(add);
    });
    const spread = (existing: number): void => {
      repeat(f, channels, () => {
        f.get(t).get(o).get(height).i32(run.extent).op('i32.mul').call(unpackFunction(b, oStride(lane), existing, lanes)); // prettier-ignore
        advance(f, t, cRow);
        advance(f, o, oNext);
      });
    };
    const rest = lane.extent % lanes;
    if (rest === 0) spread(lanes);
    else f.get(block).i32(blocks - 1).op('i32.eq').if(() => spread(rest), () => spread(lanes)); // prettier-ignore
  };

  const [rowBlock, block] = [local(), local()];
  // All units of a call use the place of its first one, so that it stays in the cache.
  advanceBy(f, tBase, 1, unitBytes);
  forUnits(f, (unit) => {
    f.get(tBase).set(t);
    f.get(xBase).set(x);
    f.get(wBase).set(w);
    f.get(oBase).set(o);
    advance(f, x, xLanes.base);
    if (!plan.packed) advance(f, w, wLayout.base * SIZE);
    const panel = digit(f, unit, panels.count);
    f.get(digit(f, unit, rowBlocks)).set(rowBlock);
    decodeAxes(f, unit, plan.outer, [[x, xStride], [w, wStride], [o, oStride]]); // prettier-ignore
    f.get(unit).set(block);
    advanceBy(f, x, block, xLanes.block);
    advanceBy(f, o, block, lanes * oStride(lane));
    const first = emitPanelStart(f, panels, panel);
    advanceBy(f, w, first, plan.packed ? kTotal * SIZE : wNext);
    advanceBy(f, o, first, oNext);
    f.i32(row?.extent ?? 1)
      .get(rowBlock)
      .i32(rows)
      .op('i32.mul')
      .op('i32.sub');
    atMost(f, scratch, rows);
    f.set(height);
    if (row) {
      advanceBy(f, x, rowBlock, rows * xStride(row));
      advanceBy(f, o, rowBlock, rows * oStride(row));
    }
    if (panels.wide < panels.count) {
      f.get(panel).i32(panels.wide).op('i32.lt_u').if(() => sums(panels.width), () => sums(panels.width - 1)); // prettier-ignore
    } else sums(panels.width);
  });
  const cost = (panels.width * rows * run.extent * lanes * kTotal) / 4;
  b.step(f, [xPacked, wPacked, out, temp], units, 1, cost);
}
