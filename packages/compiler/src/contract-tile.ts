import { advance, advanceBy, atMost, repeat, repeatLocal } from './contract-wasm.ts';
import { registerOf } from './contract-wasm.ts';
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { FunctionWriter, ValType } from './wasm-encoder.ts';
import { I32, V128 } from './wasm-encoder.ts';

/** One loop over summed elements; strides in bytes. Without an extent, the count is an argument. */
export interface KLoop {
  readonly extent: number | null;
  readonly a: number;
  readonly b: number;
}

/**
 * A micro-kernel: rows of single elements of A times vectors of B, summed over k in registers. It walks a run of tiles
 * that share A.
 */
export interface Tile {
  readonly vec: Vec;
  readonly rows: number;
  /** Bytes between the rows of A. */
  readonly aRow: number;
  /** Offsets of the vectors of B, in bytes. */
  readonly bVecs: readonly number[];
  /** Outermost first. */
  readonly k: readonly KLoop[];
  /** Bytes to the next tile of the run; 'end': where the outermost k ended. */
  readonly bNext: number | 'end';
  readonly cNext: number;
  /** Bytes between the rows of C. */
  readonly cRow: number;
  readonly cVecs: readonly number[];
  /** Elements of the last vector that exist. */
  readonly lastLanes: number;
}

/**
 * Rows and vectors that stay in registers. Without fused multiply-add a product needs one, and V8's older scheduler
 * loads all rows before the first product.
 */
export function fits(b: PlanBuilder, rows: number, vecs: number, fused: boolean): boolean {
  const sums = rows * vecs;
  return (fused ? sums + Math.min(rows, vecs) : sums + vecs + rows) + 1 <= b.tiles.count;
}

/** The most rows, up to 14, that fit with so many vectors. */
export function mostThatFit(b: PlanBuilder, vecs: number, fused: boolean): number {
  let rows = 14;
  while (rows > 1 && !fits(b, rows, vecs, fused)) rows--;
  return rows;
}

export function isFused(b: PlanBuilder, vec: Vec): boolean {
  return b.target.relaxed && vec.madd !== null;
}

/** sum += a * b, all in locals. */
export function accumulate(f: FunctionWriter, vec: Vec, fused: boolean, sum: number, a: number, b: number): void {
  if (fused) f.get(a).get(b).get(sum).op(vec.madd!).set(sum);
  else f.get(sum).get(a).get(b).op(vec.mul).op(vec.add).set(sum);
}

/** A loop around a micro-kernel's step: how often (at least once), and how far it moves each pointer, in bytes. */
export interface Walk {
  readonly count: number | { readonly local: number };
  readonly strides: readonly number[];
}

/** Loops, outermost first, around `step`, which gets the locals of the pointers to use. */
export function kLoops(
  f: FunctionWriter,
  loops: readonly Walk[],
  start: readonly number[],
  step: (pointers: readonly number[]) => void,
): void {
  const [loop, ...inner] = loops;
  if (!loop) return step(start);
  const body = (): void => {
    let pointers = start;
    if (inner.length) {
      pointers = start.map(() => f.local(I32));
      pointers.forEach((p, i) => f.get(start[i]!).set(p));
    }
    kLoops(f, inner, pointers, step);
    start.forEach((p, i) => advance(f, p, loop.strides[i]!));
  };
  if (typeof loop.count === 'number') return repeat(f, loop.count, body);
  const left = f.local(I32);
  f.get(loop.count.local).set(left);
  repeatLocal(f, left, body);
}

/**
 * Loops over the blocks of k in order: whole elements of the axes above `level`, and up to `kc` elements of that axis.
 * `body` gets a local with the block's length; the pointers are at the block's first element. With `outermost`, a local,
 * there are as many elements of the first axis as it says.
 */
export function kBlocks(
  f: FunctionWriter,
  k: readonly { readonly extent: number; readonly strides: readonly number[] }[],
  level: number,
  kc: number,
  pointers: readonly number[],
  body: (length: number) => void,
  outermost: number | null = null,
): void {
  const [left, length, scratch] = [f.local(I32), f.local(I32), f.local(I32)];
  const nest = (d: number): void => {
    const { extent, strides } = k[d]!;
    if (d < level) {
      const below = k[d + 1]!;
      const each = (): void => {
        nest(d + 1);
        pointers.forEach((p, i) => advance(f, p, strides[i]! - below.extent * below.strides[i]!));
      };
      if (d > 0 || outermost === null) return repeat(f, extent, each);
      const more = f.local(I32);
      f.get(outermost).set(more);
      return repeatLocal(f, more, each);
    }
    if (d === 0 && outermost !== null) f.get(outermost).set(left);
    else f.i32(extent).set(left);
    f.loop(() => {
      f.get(left);
      atMost(f, scratch, kc);
      f.set(length);
      body(length);
      pointers.forEach((p, i) => advanceBy(f, p, length, strides[i]!));
      f.get(left).get(length).op('i32.sub').tee(left).brIf(0);
    });
  };
  nest(0);
}

/** Parameters of a tile function: addresses of A, B and C, tiles in the run (>= 1), whether to add to C, then counts of k. */
const PARAMS = [I32, I32, I32, I32, I32] as const;

/** The function that computes a run of tiles. */
export function tileFunction(b: PlanBuilder, t: Tile): number {
  const fused = isFused(b, t.vec);
  const counts = t.k.filter((k) => k.extent === null).map((): ValType => I32);
  return b.internal(`tile ${JSON.stringify(t)}`, [...PARAMS, ...counts], (f) => {
    const [a, bp, c, tiles, add] = [0, 1, 2, 3, 4] as const;
    let next = PARAMS.length;
    const loops = t.k.map((k): Walk => ({ count: k.extent ?? { local: next++ }, strides: [k.a, k.b] }));
    const vecs = t.bVecs.length;
    const sums = Array.from({ length: t.rows * vecs }, () => f.local(V128, t.vec.name));
    const zero = f.local(V128, t.vec.name);
    const ak = f.local(I32);
    const bk = f.local(I32);
    const byRow = t.rows >= vecs;
    const held = Array.from({ length: Math.min(t.rows, vecs) }, () => f.local(V128, t.vec.name));
    const other = f.local(V128, t.vec.name);
    const step = (pa: number, pb: number): void => {
      const loadRow = (r: number, to: number) =>
        f
          .get(pa)
          .mem(t.vec.splat, r * t.aRow)
          .set(to);
      const loadVec = (v: number, to: number) => f.get(pb).mem('v128.load', t.bVecs[v]).set(to);
      held.forEach((h, i) => (byRow ? loadVec(i, h) : loadRow(i, h)));
      for (let o = 0; o < (byRow ? t.rows : vecs); o++) {
        if (byRow) loadRow(o, other);
        else loadVec(o, other);
        held.forEach((h, i) => accumulate(f, t.vec, fused, sums[byRow ? o * vecs + i : i * vecs + o]!, other, h));
      }
    };
    const at = (i: number): number => Math.floor(i / vecs) * t.cRow + t.cVecs[i % vecs]!;
    repeatLocal(f, tiles, () => {
      for (const s of sums) f.get(zero).set(s);
      f.get(a).set(ak);
      f.get(bp).set(bk);
      kLoops(f, loops, [ak, bk], ([pa, pb]) => step(pa!, pb!));
      f.get(add).if(() => {
        sums.forEach((s, i) => f.get(c).mem('v128.load', at(i)).get(s).op(t.vec.add).set(s));
      });
      sums.forEach((s, i) => f.storeFirst((i % vecs === vecs - 1 ? t.lastLanes : t.vec.lanes) * t.vec.size, c, s, at(i)));
      if (t.bNext === 'end') f.get(bk).set(bp);
      else advance(f, bp, t.bNext);
      advance(f, c, t.cNext);
    });
  }, registerOf(t.vec)); // prettier-ignore
}
