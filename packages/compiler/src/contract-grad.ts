import type { Axis } from '@sporelet/ir';
import { GRAD_LANES } from './contract-grad-plan.ts';
import type { GradPlan } from './contract-grad-plan.ts';
import { foldTile, gradTile } from './contract-grad-tile.ts';
import type { GradTile } from './contract-grad-tile.ts';
import { gradUnits } from './contract-grad-units.ts';
import { emitLanePack, lanePack } from './contract-lane-pack.ts';
import type { LaneLayout, LanePack } from './contract-lane-pack.ts';
import { emitPanelStart } from './contract-pack.ts';
import type { Panels } from './contract-pack.ts';
import type { Factor } from './contract-terms.ts';
import { kBlocks } from './contract-tile.ts';
import { advance, advanceBy, argument, atMost, digit, extentOf, forUnits, repeat } from './contract-wasm.ts'; // prettier-ignore
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { I32 } from './wasm-encoder.ts';

/** Width of the tile at hand. */
interface Size {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Adds the steps of a weight gradient; operands and output hold elements of the accumulator's dtype. With groups, `out`
 * gets the sums of one after another.
 */
export function emitGrad(
  b: PlanBuilder,
  vec: Vec,
  plan: GradPlan,
  axes: readonly Axis[],
  gRef: Ref,
  xRef: Ref,
  out: Ref,
): void {
  const { k, level, kc, groups, blocks, xLanes } = plan;
  const cut = gradUnits(b, vec, plan, axes);
  const { shape, gLanes, walks, inside, units, once, tileBytes, packs } = cut;
  const { rows, columns, wideRows, together } = shape;
  const sums = b.temp(units * cut.unitBytes);
  // A unit that packs its operands itself does so for a block of k or of lanes at a time: they stay in its cache.
  const walksBlocks = k[0]!.axes[0] === blocks;
  const atOnce = walksBlocks && level === 0 ? kc : 1;
  const pack = (f: Factor, layout: LaneLayout, from: Ref): Packed => {
    if (!packs) return { ref: emitLanePack(b, f, layout, from), from, layout, pack: null };
    return { ref: b.temp(units * spaceFor(layout)), from, layout, pack: lanePack(b, f, layout) };
  };
  const spaceFor = (layout: LaneLayout): number => Math.ceil((atOnce * layout.block) / 64) * 64;
  const packed = [pack(plan.g, gLanes, gRef), pack(plan.x, xLanes, xRef)] as const;

  const all = Math.ceil(plan.lane.extent / GRAD_LANES);
  const { gRow, xColumn } = cut;
  const tileWalks = walks.slice(level).map((l, d) => ({ ...l, extent: d && l.extent }));
  const tile = (size: Size): GradTile => ({ vec, ...size, wideRows, together, gRow, xColumn, k: tileWalks });

  const f = b.writer();
  const [gBase, xBase, oBase, tBase] = [argument(f, 0), argument(f, 1), argument(f, 2), argument(f, 3)];
  const sources = packs ? [argument(f, 4), argument(f, 5)] : [];
  const local = (): number => f.local(I32);
  const [g, x, o, t, gNow, xNow, oNow, tNow] = [local(), local(), local(), local(), local(), local(), local(), local()];
  const [add, length, scratch, block] = [local(), local(), local(), local()];
  const [count, gSpace, xSpace] = [local(), local(), local()];

  /** Goes through the tiles of a unit, whose pointers move along. */
  const tiles = (size: Size, body: (size: Size) => void): void => {
    const moving = [gNow, xNow, oNow];
    [g, x, o, t].forEach((p, i) => f.get(p).set([gNow, xNow, oNow, tNow][i]!));
    const nest = (d: number, s: Size): void => {
      const loop = inside[d];
      if (!loop) {
        body(s);
        if (!once) advance(f, tNow, tileBytes);
        return;
      }
      const { panels, strides } = loop;
      let moved = 0;
      const some = (times: number, step: number, next: Size): void => {
        if (times === 0) return;
        repeat(f, times, () => {
          nest(d + 1, next);
          if (loop.count > 1) moving.forEach((p, i) => advance(f, p, step * strides[i]!));
        });
        moved += times * step;
      };
      if (!panels) some(loop.count, 1, s);
      else {
        const { wide, width } = shape[panels];
        some(wide, width, { ...s, [panels]: width });
        some(loop.count - wide, width - 1, { ...s, [panels]: width - 1 });
      }
      if (d > 0 && loop.count > 1) moving.forEach((p, i) => advance(f, p, -moved * strides[i]!));
    };
    nest(0, size);
  };
  const fold = (s: Size): void => {
    f.get(tNow).get(oNow).call(foldTile(b, tile(s), cut.oRow, cut.oColumn)); // prettier-ignore
  };
  const unitOf = (size: Size): void => {
    const sumBlock = (outermost: number): void => {
      tiles(size, (s) => {
        f.get(gNow).get(xNow).get(tNow).get(outermost).get(add).call(gradTile(b, tile(s))); // prettier-ignore
        if (once) fold(s);
      });
      f.i32(1).set(add);
    };
    if (!packs) kBlocks(f, walks, level, kc, [g, x], sumBlock, groups > 1 && walksBlocks ? length : null);
    else {
      f.loop(() => {
        f.get(length);
        atMost(f, scratch, atOnce);
        f.set(count);
        packed.forEach((p, i) => packInto(p, i));
        if (walksBlocks && level === 0) sumBlock(count);
        else if (walksBlocks) kBlocks(f, walks.slice(1), level - 1, kc, [g, x], sumBlock);
        else kBlocks(f, walks, level, kc, [g, x], sumBlock);
        f.get(block).get(count).op('i32.add').set(block);
        f.get(length).get(count).op('i32.sub').tee(length).brIf(0);
      });
    }
    if (!once) tiles(size, fold);
  };
  /** Packs `count` blocks of lanes from `block` on into the unit's space, where g and x then start. */
  const packInto = ({ layout, pack: own }: Packed, i: number): void => {
    const [space, now] = [[gSpace, xSpace][i]!, [g, x][i]!];
    f.get(sources[i]!).get(block).i32(own!.units).op('i32.mul');
    f.get(block).get(count).op('i32.add').i32(own!.units).op('i32.mul');
    f.get(space).get(block).i32(layout.block).op('i32.mul').op('i32.sub').call(own!.fn);
    f.get(space).set(now);
    advance(f, now, layout.base);
  };
  forUnits(f, (unit) => {
    [gBase, xBase, oBase, tBase].forEach((p, i) => f.get(p).set([g, x, o, t][i]!));
    advanceBy(f, t, unit, cut.unitBytes);
    advance(f, g, gLanes.base);
    advance(f, x, xLanes.base);
    f.i32(0).set(add);
    const branches: ((size: Size, next: (size: Size) => void) => void)[] = [];
    for (const loop of [...cut.outside].reverse()) {
      if (loop.count === 1 && !loop.panels) continue;
      const index = digit(f, unit, loop.count);
      const first = loop.panels ? emitPanelStart(f, shape[loop.panels], index) : index;
      [g, x, o].forEach((p, i) => advanceBy(f, p, first, loop.strides[i]!));
      const { panels } = loop;
      if (panels) branches.push((size, next) => byWidth(index, shape[panels], (w) => next({ ...size, [panels]: w })));
    }
    if (groups > 1) {
      // What is left of the unit's number is the group's.
      advanceBy(f, o, unit, extentOf(axes) * vec.size);
      if (packs)
        [gBase, xBase].forEach((p, i) => {
          const space = [gSpace, xSpace][i]!;
          f.get(p).set(space);
          advanceBy(f, space, unit, spaceFor(packed[i]!.layout));
        });
      f.get(unit).i32(blocks.extent).op('i32.mul').set(block);
      f.i32(all).get(block).op('i32.sub');
      atMost(f, scratch, blocks.extent);
      f.set(length);
      advanceBy(f, g, block, gLanes.block);
      advanceBy(f, x, block, xLanes.block);
    }
    const branch = (i: number, size: Size): void => {
      if (i < branches.length) branches[i]!(size, (next) => branch(i + 1, next));
      else unitOf(size);
    };
    branch(0, { rows: rows.width, columns: columns.width });
  });

  function byWidth(panel: number, p: Panels, body: (width: number) => void): void {
    if (p.wide === p.count) body(p.width);
    else f.get(panel).i32(p.wide).op('i32.lt_u').if(() => body(p.width), () => body(p.width - 1)); // prettier-ignore
  }
  const [own, other] = packed;
  b.step(f, [own.ref, other.ref, out, sums, ...(packs ? [own.from, other.from] : [])], units, 1, cut.cost);
}

/** An operand in lanes; packed by units themselves where they have the function. */
interface Packed {
  readonly ref: Ref;
  readonly from: Ref;
  readonly layout: LaneLayout;
  readonly pack: LanePack | null;
}
