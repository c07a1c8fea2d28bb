import { advance, repeat, repeatLocal } from './contract-wasm.ts';
import type { Vec } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { FunctionWriter } from './wasm-encoder.ts';
import { I32, V128 } from './wasm-encoder.ts';

/** One loop over summed elements; strides in bytes. */
export interface KLoop {
  readonly extent: number;
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
  /** Outermost first; the outermost extent is an argument. */
  readonly k: readonly KLoop[];
  /** Bytes to the next tile of the run; B may go on where its last k ended. */
  readonly bNext: number | 'end';
  readonly cNext: number;
  /** Bytes between the rows of C. */
  readonly cRow: number;
  readonly cVecs: readonly number[];
  /** Elements of the last vector that exist. */
  readonly lastLanes: number;
}

/**
 * Rows and vectors that stay in registers. V8 has 15 vector registers; without fused multiply-add a product needs one,
 * and V8's older scheduler loads all rows before the first product.
 */
export function fits(rows: number, vecs: number, fused: boolean): boolean {
  const sums = rows * vecs;
  return fused ? sums + Math.min(rows, vecs) + 1 <= 15 : sums + vecs + rows + 1 <= 15;
}

export function isFused(b: PlanBuilder, vec: Vec): boolean {
  return b.target.relaxed && vec.madd !== null;
}

/** sum += a * b, all in locals. */
export function accumulate(f: FunctionWriter, vec: Vec, fused: boolean, sum: number, a: number, b: number): void {
  if (fused) f.get(a).get(b).get(sum).op(vec.madd!).set(sum);
  else f.get(sum).get(a).get(b).op(vec.mul).op(vec.add).set(sum);
}

/** The loops over k around `step`; pointers and strides in pairs. */
export function kLoops(
  f: FunctionWriter,
  loops: readonly { readonly extent: number; readonly strides: readonly number[] }[],
  outermost: number,
  pointers: readonly number[],
  step: () => void,
): void {
  const nest = (d: number): void => {
    const loop = loops[d];
    if (!loop) return step();
    const inner = loops[d + 1];
    const body = (): void => {
      nest(d + 1);
      pointers.forEach((p, i) => advance(f, p, loop.strides[i]! - (inner ? inner.extent * inner.strides[i]! : 0)));
    };
    if (d > 0) return repeat(f, loop.extent, body);
    const left = f.local(I32);
    f.get(outermost).set(left);
    repeatLocal(f, left, body);
  };
  nest(0);
}

/** Parameters of a tile function: addresses of A, B and C, tiles in the run (>= 1), outermost k (>= 1), whether to add to C. */
const PARAMS = [I32, I32, I32, I32, I32, I32] as const;

/** The function that computes a run of tiles. */
export function tileFunction(b: PlanBuilder, t: Tile): number {
  const fused = isFused(b, t.vec);
  return b.internal(`tile ${JSON.stringify(t)}`, PARAMS, (f) => {
    const [a, bp, c, tiles, outermost, add] = [0, 1, 2, 3, 4, 5] as const;
    const vecs = t.bVecs.length;
    const sums = Array.from({ length: t.rows * vecs }, () => f.local(V128));
    const zero = f.local(V128);
    const ak = f.local(I32);
    const bk = f.local(I32);
    const byRow = t.rows >= vecs;
    const held = Array.from({ length: Math.min(t.rows, vecs) }, () => f.local(V128));
    const other = f.local(V128);
    const loadRow = (r: number, to: number) => f.get(ak).mem(t.vec.splat, r * t.aRow).set(to);
    const loadVec = (v: number, to: number) => f.get(bk).mem('v128.load', t.bVecs[v]!).set(to);
    const step = (): void => {
      if (byRow) {
        t.bVecs.forEach((_, v) => loadVec(v, held[v]!));
        for (let r = 0; r < t.rows; r++) {
          loadRow(r, other);
          for (let v = 0; v < vecs; v++) accumulate(f, t.vec, fused, sums[r * vecs + v]!, other, held[v]!);
        }
      } else {
        for (let r = 0; r < t.rows; r++) loadRow(r, held[r]!);
        for (let v = 0; v < vecs; v++) {
          loadVec(v, other);
          for (let r = 0; r < t.rows; r++) accumulate(f, t.vec, fused, sums[r * vecs + v]!, held[r]!, other);
        }
      }
    };
    const at = (r: number, v: number): number => r * t.cRow + t.cVecs[v]!;
    repeatLocal(f, tiles, () => {
      for (const s of sums) f.get(zero).set(s);
      f.get(a).set(ak);
      f.get(bp).set(bk);
      kLoops(f, t.k.map((l) => ({ extent: l.extent, strides: [l.a, l.b] })), outermost, [ak, bk], step); // prettier-ignore
      f.get(add).if(() => {
        sums.forEach((s, i) => {
          f.get(c).mem('v128.load', at(Math.floor(i / vecs), i % vecs)).get(s).op(t.vec.add).set(s);
        });
      });
      sums.forEach((s, i) => {
        const v = i % vecs;
        storeLanes(f, t.vec, c, s, v === vecs - 1 ? t.lastLanes : t.vec.lanes, at(Math.floor(i / vecs), v));
      });
      if (t.bNext === 'end') f.get(bk).set(bp);
      else advance(f, bp, t.bNext);
      advance(f, c, t.cNext);
    });
  });
}

/** Stores the first `count` lanes of a vector. */
export function storeLanes(f: FunctionWriter, vec: Vec, address: number, value: number, count: number, offset: number): void {
  const bytes = count * vec.size;
  if (bytes === 16) {
    f.get(address).get(value).mem('v128.store', offset);
    return;
  }
  if (bytes >= 8) f.get(address).get(value).memLane('v128.store64_lane', 0, offset);
  if (bytes % 8 === 4) f.get(address).get(value).memLane('v128.store32_lane', bytes >> 2 & 2, offset + (bytes & 8)); // prettier-ignore
}
