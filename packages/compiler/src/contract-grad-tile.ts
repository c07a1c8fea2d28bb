import { evenPanels } from './contract-pack.ts';
import type { Panels } from './contract-pack.ts';
import { accumulate, isFused, kLoops } from './contract-tile.ts';
import type { Walk } from './contract-tile.ts';
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { I32, V128 } from './wasm-encoder.ts';
import type { FunctionWriter } from './wasm-encoder.ts';

/** How a gradient's output is cut into tiles, and which side's neighbours fill a register together. */
export interface TileShape {
  readonly rows: Panels;
  readonly columns: Panels;
  /** Whether registers hold neighbouring rows; otherwise neighbouring columns. */
  readonly wideRows: boolean;
  /** Neighbours in a register; one where no side has neighbours. */
  readonly together: number;
}

/**
 * The tiles that compute m x n elements in the fewest cycles, by the registers they need and their instructions.
 * @param sides - which sides have neighbours that a register may hold
 */
export function tileShape(
  b: PlanBuilder,
  m: number,
  n: number,
  fused: boolean,
  sides: { readonly rows: boolean; readonly columns: boolean },
): TileShape {
  let best: TileShape | null = null;
  let least = Infinity;
  const consider = (wideRows: boolean, together: number): void => {
    const [wide, single] = wideRows ? [m, n] : [n, m];
    for (let v = 1; v <= 6; v++) {
      for (let r = 1; r <= 6; r++) {
        const registers = v * r + 1 + (fused ? Math.min(v, r) : v + r);
        if (registers > b.tiles.count) continue;
        const [filled, others] = [evenPanels(wide, v * together), evenPanels(single, r)];
        const [h, w] = [others.width, Math.ceil(filled.width / together)];
        const instructions = h * w * (fused ? 1 : 2) + h + w + 4;
        const cycles = Math.max(4, (h * w) / 2, instructions / 6) * filled.count * others.count;
        if (cycles >= least) continue;
        least = cycles;
        best = wideRows
          ? { wideRows, together, rows: filled, columns: others }
          : { wideRows, together, rows: others, columns: filled };
      }
    }
  };
  const most = b.tiles.bytes / 16;
  if (most > 1 && sides.rows) consider(true, most);
  if (most > 1 && sides.columns) consider(false, most);
  if (!best) consider(false, 1);
  return best!;
}

export interface GradTile {
  readonly vec: Vec;
  readonly rows: number;
  readonly columns: number;
  readonly wideRows: boolean;
  readonly together: number;
  /** Bytes. */
  readonly gRow: number;
  readonly xColumn: number;
  /** Outermost first; the outermost extent is an argument. */
  readonly k: readonly { readonly extent: number; readonly strides: readonly number[] }[];
}

/** Rows or columns of a tile's sums in memory: whole registers of them. */
export const across = (t: Pick<TileShape, 'together'>, count: number): number =>
  Math.ceil(count / t.together) * t.together;

/** Offset of the sums (16 bytes) of an element in a tile's memory. */
function sumsAt(t: GradTile, row: number, column: number): number {
  return t.wideRows ? (column * across(t, t.rows) + row) * 16 : (row * across(t, t.columns) + column) * 16;
}

/** Bytes of a tile's sums. */
export const sumsBytes = (t: Pick<GradTile, 'rows' | 'columns' | 'wideRows' | 'together'>): number =>
  t.wideRows ? t.columns * across(t, t.rows) * 16 : t.rows * across(t, t.columns) * 16;

/**
 * A function (g, x, sums, outermost k, add) that sums products of vectors for rows x columns. Neighbours that a register
 * has too many are computed and not used: what is read for them lies less than 64 bytes behind the operand.
 */
export function gradTile(b: PlanBuilder, t: GradTile): number {
  const fused = isFused(b, t.vec);
  const { together, wideRows } = t;
  const wide = Math.ceil((wideRows ? t.rows : t.columns) / together);
  const single = wideRows ? t.columns : t.rows;
  const [wideStep, singleStep] = wideRows ? [t.gRow * together, t.xColumn] : [t.xColumn * together, t.gRow];
  const write = (f: FunctionWriter): void => {
    const [g, x, c, outermost, add] = [0, 1, 2, 3, 4] as const;
    // In the order in which they lie in memory.
    const sums = Array.from({ length: single * wide }, () => f.local(V128, t.vec.name));
    const holdsWide = wide <= single;
    const held = Array.from({ length: Math.min(wide, single) }, () => f.local(V128, t.vec.name));
    const other = f.local(V128, t.vec.name);
    const loops = t.k.map((l, d): Walk => ({ count: d === 0 ? { local: outermost } : l.extent, strides: l.strides }));
    kLoops(f, loops, [g, x], (pointers) => {
      const load = (ofWide: boolean, i: number, to: number): void => {
        f.get(pointers[ofWide === wideRows ? 0 : 1]!);
        if (ofWide) f.mem('v128.load', i * wideStep);
        else f.loadRepeated(i * singleStep);
        f.set(to);
      };
      held.forEach((h, i) => load(holdsWide, i, h));
      for (let o = 0; o < (holdsWide ? single : wide); o++) {
        load(!holdsWide, o, other);
        held.forEach((h, i) => {
          const [s, w] = holdsWide ? [o, i] : [i, o];
          accumulate(f, t.vec, fused, sums[s * wide + w]!, h, other);
        });
      }
    });
    const bytes = 16 * together;
    f.get(add).if(() => {
      sums.forEach((s, i) => f.get(c).mem('v128.load', i * bytes).get(s).op(t.vec.add).set(s));
    });
    sums.forEach((s, i) => f.get(c).get(s).mem('v128.store', i * bytes));
  }; // prettier-ignore
  return b.internal(`vector tile ${JSON.stringify(t)}`, [I32, I32, I32, I32, I32], write, 16 * together);
}

const word = (...lanes: readonly number[]): number[] => lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]);

/**
 * A function (sums, out) that stores the sum of each element's lanes, (0 + 2) + (1 + 3).
 * @param oRow - bytes between rows of the output, and `oColumn` between columns
 */
export function foldTile(b: PlanBuilder, t: GradTile, oRow: number, oColumn: number): number {
  const { vec } = t;
  const elements: { from: number; to: number }[] = [];
  for (let r = 0; r < t.rows; r++) {
    for (let q = 0; q < t.columns; q++) elements.push({ from: sumsAt(t, r, q), to: r * oRow + q * oColumn });
  }
  // Four at a time: those that are neighbours in the output, then the others.
  const quads: { from: number; to: number }[][] = [];
  const rest: { from: number; to: number }[] = [];
  for (let i = 0; i < elements.length;) {
    const four = elements.slice(i, i + 4);
    const together = four.length === 4 && four.every((e, j) => e.to === four[0]!.to + j * vec.size);
    if (together) quads.push(four);
    else rest.push(elements[i]!);
    i += together ? 4 : 1;
  }
  for (let i = 0; i < rest.length; i += 4) quads.push(rest.slice(i, i + 4));
  return b.internal(`fold ${JSON.stringify([vec, quads])}`, [I32, I32], (f) => {
    const [sums, out] = [0, 1] as const;
    const v = (): number => f.local(V128, vec.name);
    const [ab, cd, from, other] = [v(), v(), v(), v()];
    const pair = (p: number, q: number, to: number): void => {
      f.get(sums).mem('v128.load', p).set(from);
      f.get(sums).mem('v128.load', q).set(other);
      f.get(from).get(other).shuffle(word(0, 1, 4, 5));
      f.get(from).get(other).shuffle(word(2, 3, 6, 7)).op(vec.add).set(to);
    };
    for (const quad of quads) {
      const [p, q, r, s] = [0, 1, 2, 3].map((i) => (quad[i] ?? quad[0]!).from) as [number, number, number, number];
      pair(p, q, ab);
      pair(r, s, cd);
      f.get(ab).get(cd).shuffle(word(0, 2, 4, 6));
      f.get(ab).get(cd).shuffle(word(1, 3, 5, 7)).op(vec.add).set(ab);
      const whole = quad.length === 4 && quad[3]!.to === quad[0]!.to + 3 * vec.size;
      if (whole) f.get(out).get(ab).mem('v128.store', quad[0]!.to);
      else quad.forEach((e, l) => f.get(out).get(ab).memLane('v128.store32_lane', l, e.to));
    }
  }); // prettier-ignore
}
