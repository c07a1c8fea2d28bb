import type { Axis } from '@sporelet/ir';
import type { GemmPlan, Side } from './contract-gemm-plan.ts';
import { emitPack, emitPanelStart, evenPanels, panelStart, widePanels } from './contract-pack.ts';
import type { Panels } from './contract-pack.ts';
import { isFused, kBlocks, mostThatFit, tileFunction } from './contract-tile.ts';
import { advance, advanceBy, argument, atMost, decodeAxes, digit, extentOf, forUnits, grainFor, registerOf, rowMajor } from './contract-wasm.ts'; // prettier-ignore
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32 } from './wasm-encoder.ts';

/** Tiles of a block in each direction: what a block reads stays in the second-level cache. */
const BLOCK_TILES = 16;
/** Multiply-adds below which a block is not divided for the sake of threads. */
const SMALL_BLOCK = 1 << 17;
const WANTED_BLOCKS = 8;

/** Divides rows x columns of tiles into blocks, which are the units. */
function blocksOf(
  rows: number,
  columns: number,
  outer: number,
  madds: number,
): [tileRows: number, tileColumns: number] {
  // A single row of tiles shares nothing between columns, so it may be long.
  let [r, c] = [Math.min(rows, BLOCK_TILES), Math.min(columns, rows === 1 ? 4 * BLOCK_TILES : BLOCK_TILES)];
  const count = (): number => Math.ceil(rows / r) * Math.ceil(columns / c) * outer;
  while (count() < WANTED_BLOCKS && r * c > 1 && (madds / (rows * columns)) * r * c > SMALL_BLOCK) {
    if (r >= c) r = Math.ceil(r / 2);
    else c = Math.ceil(c / 2);
  }
  return [Math.ceil(rows / Math.ceil(rows / r)), Math.ceil(columns / Math.ceil(columns / c))];
}

/** Adds the steps of a matrix product; the operands and C hold elements of the accumulator's dtype. */
export function emitGemm(b: PlanBuilder, vec: Vec, plan: GemmPlan, aRef: Ref, bRef: Ref, c: Ref): void {
  const { size } = vec;
  const fused = isFused(b, vec);
  const width = 2 * vec.lanes;
  const most = mostThatFit(b, 2, fused);
  const rows = evenPanels(extentOf(plan.a.core), most);
  const columns = widePanels(extentOf(plan.b.core), width);
  const packed = (side: Side, panels: Panels, ref: Ref): Ref =>
    side.packed ? emitPack(b, vec, side, plan, panels, ref) : ref;
  const operands = [packed(plan.a, rows, aRef), packed(plan.b, columns, bRef), c];

  const cStride = rowMajor(plan.cAxes, size);
  const cRow = cStride(plan.a.core.at(-1)!);
  const blocked = plan.k[plan.level]!;
  const inside = plan.k.slice(plan.level + 1);
  const inner = inside.reduce((n, k) => n * k.extent, 1);
  const kTotal = plan.k.reduce((n, k) => n * k.extent, 1);

  /** Bytes per step of an axis in a side as the tiles read it; `panelWidth`: of its packed form. */
  const strides = (side: Side, panels: Panels): ((axis: Axis) => number) => {
    if (!side.packed) return (axis) => side.layout.stride(axis) * size;
    return rowMajor(side.outer, kTotal * panelStart(panels, panels.count) * size);
  };
  const [aStride, bStride] = [strides(plan.a, rows), strides(plan.b, columns)];
  const kSteps = (side: Side, panelWidth: number): number[] => {
    if (!side.packed) return plan.k.map((k) => side.layout.stride(k.axes.at(-1)!) * size);
    return plan.k.map((_, d) => plan.k.slice(d + 1).reduce((n, k) => n * k.extent, panelWidth * size));
  };
  const bSteps = kSteps(plan.b, width);
  const tile = (height: number, lastColumns: number): number => {
    const aSteps = kSteps(plan.a, height);
    const vecs = Math.ceil(lastColumns / vec.lanes);
    const offsets = Array.from({ length: vecs }, (_, v) => v * registerOf(vec));
    return tileFunction(b, {
      vec,
      rows: height,
      aRow: plan.a.packed ? size : aStride(plan.a.core.at(-1)!),
      bVecs: offsets,
      k: [blocked, ...inside].map((k, d) => ({ extent: d === 0 ? null : k.extent, a: aSteps[plan.level + d]!, b: bSteps[plan.level + d]! })), // prettier-ignore
      bNext: plan.b.packed ? 'end' : width * bStride(plan.b.core.at(-1)!),
      cNext: width * size,
      cRow,
      cVecs: offsets,
      lastLanes: lastColumns - (vecs - 1) * vec.lanes,
    });
  };

  const madds = extentOf(plan.a.core) * extentOf(plan.b.core) * kTotal;
  const [blockRows, blockColumns] = blocksOf(rows.count, columns.count, extentOf(plan.outer), madds);
  const rowBlocks = Math.ceil(rows.count / blockRows);
  const columnBlocks = Math.ceil(columns.count / blockColumns);
  const edge = columns.total % width;
  const whole = Math.floor(columns.total / width);
  const columnsTaken = panelStart(columns, columns.count);
  const rowsTaken = panelStart(rows, rows.count);

  const f = b.writer();
  const [aBase, bBase, cBase] = [argument(f, 0), argument(f, 1), argument(f, 2)];
  const local = (): number => f.local(I32);
  const [ak, bk, c0, bTile, cTile, scratch] = [local(), local(), local(), local(), local(), local()];
  const [tiles, t, endRow, kNow, add, aTile] = [local(), local(), local(), local(), local(), local()];
  forUnits(f, (unit) => {
    const columnBlock = digit(f, unit, columnBlocks);
    const rowBlock = digit(f, unit, rowBlocks);
    f.get(aBase).set(ak);
    f.get(bBase).set(bk);
    f.get(cBase).set(c0);
    if (!plan.a.packed) advance(f, ak, plan.a.layout.base * size);
    if (!plan.b.packed) advance(f, bk, plan.b.layout.base * size);
    decodeAxes(f, unit, plan.outer, [[ak, aStride], [bk, bStride], [c0, cStride]]); // prettier-ignore
    advanceBy(f, c0, columnBlock, blockColumns * width * size);
    if (!plan.b.packed) advanceBy(f, bk, columnBlock, blockColumns * width * size);
    // Whole tiles of the block: min(blockColumns, whole - columnBlock * blockColumns), perhaps 0.
    f.i32(whole).get(columnBlock).i32(blockColumns).op('i32.mul').op('i32.sub');
    atMost(f, scratch, blockColumns);
    f.set(tiles);
    f.i32(0).set(add);

    const oneRow = (height: number): void => {
      // A and C of this row of tiles.
      const firstRow = emitPanelStart(f, rows, t);
      f.get(ak).set(aTile);
      if (plan.a.packed) {
        f.get(firstRow)
          .get(kNow)
          .op('i32.mul')
          .i32(inner * size)
          .op('i32.mul')
          .get(aTile)
          .op('i32.add')
          .set(aTile);
      } else advanceBy(f, aTile, firstRow, aStride(plan.a.core.at(-1)!));
      f.get(c0).set(cTile);
      advanceBy(f, cTile, firstRow, cRow);
      if (whole > 0) {
        f.get(tiles).if(() => {
          f.get(aTile).get(bTile).get(cTile).get(tiles).get(add).get(kNow).call(tile(height, width));
        });
      }
      if (edge === 0) return;
      const rest = (): void => {
        f.get(aTile);
        f.get(bTile).get(tiles);
        if (plan.b.packed) f.get(kNow).op('i32.mul').i32(inner * width * size).op('i32.mul').op('i32.add');
        else f.i32(width * size).op('i32.mul').op('i32.add'); // prettier-ignore
        f.get(cTile)
          .get(tiles)
          .i32(width * size)
          .op('i32.mul')
          .op('i32.add');
        f.i32(1).get(add).get(kNow).call(tile(height, edge));
      };
      if (columnBlocks === 1) rest();
      else
        f.get(columnBlock)
          .i32(columnBlocks - 1)
          .op('i32.eq')
          .if(rest);
    };
    const tileRows = (): void => {
      f.get(bk).set(bTile);
      if (plan.b.packed) {
        f.get(columnBlock).get(kNow).op('i32.mul').i32(blockColumns * width * inner * size).op('i32.mul').get(bTile).op('i32.add').set(bTile); // prettier-ignore
      }
      f.get(rowBlock).i32(blockRows).op('i32.mul').tee(t).i32(blockRows).op('i32.add');
      atMost(f, scratch, rows.count);
      f.set(endRow);
      f.loop(() => {
        if (rows.wide < rows.count) {
          f.get(t).i32(rows.wide).op('i32.lt_u').if(() => oneRow(rows.width), () => oneRow(rows.width - 1)); // prettier-ignore
        } else oneRow(rows.width);
        f.get(t).i32(1).op('i32.add').tee(t).get(endRow).op('i32.lt_u').brIf(0);
      });
      f.i32(1).set(add);
    };
    // A block of packed panels holds the rows or columns of all panels.
    const [aBlock, bBlock] = [kSteps(plan.a, rowsTaken), kSteps(plan.b, columnsTaken)];
    const blocks = plan.k.map((k, d) => ({ extent: k.extent, strides: [aBlock[d]!, bBlock[d]!] }));
    kBlocks(f, blocks, plan.level, plan.kc, [ak, bk], (length) => {
      f.get(length).set(kNow);
      tileRows();
    });
  });
  const cost = (blockRows * rows.width * blockColumns * width * kTotal) / 4;
  b.step(f, operands, extentOf(plan.outer) * rowBlocks * columnBlocks, grainFor(cost), cost);
}
