import { kLoops } from './contract-tile.ts';
import type { Walk } from './contract-tile.ts';
import { advance, repeat, repeatLocal } from './contract-wasm.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { I32, V128 } from './wasm-encoder.ts';
import type { FunctionWriter } from './wasm-encoder.ts';

/** Bytes of an element that moves between planes and lanes. */
export const SIZE = 4;

const words = (...lanes: readonly number[]): number[] => lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]);
const LOW = words(0, 4, 1, 5);
const HIGH = words(2, 6, 3, 7);
const LOW2 = words(0, 1, 4, 5);
const HIGH2 = words(2, 3, 6, 7);

/** Transposes four vectors of four 4-byte elements, in place. */
function transpose4(
  f: FunctionWriter,
  [a, b, c, d]: readonly [number, number, number, number],
  t: readonly number[],
): void {
  const shuffled = (x: number, y: number, order: readonly number[], to: number) =>
    f.get(x).get(y).shuffle(order).set(to);
  shuffled(a, b, LOW, t[0]!);
  shuffled(a, b, HIGH, t[1]!);
  shuffled(c, d, LOW, t[2]!);
  shuffled(c, d, HIGH, t[3]!);
  shuffled(t[0]!, t[2]!, LOW2, a);
  shuffled(t[0]!, t[2]!, HIGH2, b);
  shuffled(t[1]!, t[3]!, LOW2, c);
  shuffled(t[1]!, t[3]!, HIGH2, d);
}

interface Quad {
  readonly rows: readonly [number, number, number, number];
  readonly scratch: readonly number[];
  readonly zero: number;
}

function quadLocals(f: FunctionWriter): Quad {
  const v = (): number => f.local(V128);
  return { rows: [v(), v(), v(), v()], scratch: [v(), v(), v(), v()], zero: v() };
}

/** Planes that go to lanes. */
export interface Planes {
  /** Bytes between them. */
  readonly plane: number;
  /** How many exist; absent ones give zeros. */
  readonly existing: number;
  readonly lanes: number;
}

/** What a register holds side by side: elements of an inner dimension, so many bytes apart; several only of four lanes. */
interface Parts {
  readonly count: number;
  readonly step: number;
}

const ONE: Parts = { count: 1, step: 0 };

/** Copies `count` neighbouring positions of all planes into lanes, `step` bytes between positions. */
function gatherRun(
  f: FunctionWriter,
  q: Quad,
  src: number,
  dst: number,
  count: number,
  step: number,
  p: Planes,
  parts = ONE,
): void {
  const { plane, existing, lanes } = p;
  if (count >= 4) {
    repeat(f, count >> 2, () => {
      for (let half = 0; half < lanes; half += 4) {
        q.rows.forEach((r, i) => {
          if (half + i < existing)
            f.get(src)
              .loadParts(parts.step, (half + i) * plane)
              .set(r);
          else f.get(q.zero).set(r);
        });
        transpose4(f, q.rows, q.scratch);
        q.rows.forEach((r, i) =>
          f
            .get(dst)
            .get(r)
            .mem('v128.store', i * step + half * SIZE),
        );
      }
      advance(f, src, 16);
      advance(f, dst, 4 * step);
    });
  }
  if (count % 4 === 0) return;
  repeat(f, count % 4, () => {
    for (let half = 0; half < lanes; half += 4)
      f.get(dst)
        .get(q.zero)
        .mem('v128.store', half * SIZE);
    for (let part = 0; part < parts.count; part++)
      for (let l = 0; l < existing; l++)
        f.get(dst)
          .get(src)
          .mem('i32.load', l * plane + part * parts.step)
          .mem('i32.store', (part * lanes + l) * SIZE);
    advance(f, src, SIZE);
    advance(f, dst, step);
  });
}

/** A function (source, destination) that copies a run of positions for several elements of an inner dimension at once. */
function partsFunction(b: PlanBuilder, count: number, step: number, planes: Planes, parts: Parts): number {
  const write = (f: FunctionWriter): void => gatherRun(f, quadLocals(f), 0, 1, count, step, planes, parts);
  return b.internal(`parts ${JSON.stringify([count, step, planes, parts])}`, [I32, I32], write, 16 * parts.count);
}

/** One dimension of what is packed: its elements in memory, and the index range that is wanted of it. */
export interface PackDim {
  readonly extent: number;
  readonly low: number;
  readonly high: number;
  /** Bytes. */
  readonly stride: number;
}

export const packLength = (d: PackDim): number => d.high - d.low + 1;
export const isPadded = (d: PackDim): boolean => d.low < 0 || d.high >= d.extent;

/** A function (destination, vectors) that stores zeros. */
export function zeroFunction(b: PlanBuilder): number {
  return b.internal('zeros', [I32, I32], (f) => {
    const zero = f.local(V128);
    repeatLocal(f, 1, () => {
      f.get(0).get(zero).mem('v128.store');
      advance(f, 0, 16);
    });
  });
}

/**
 * A function (source, destination) that packs a run of positions, and for each of them all of the `inner` dimensions,
 * into lanes, with the zeros at both ends. The source address is that of the run's element 0.
 */
export function rowFunction(b: PlanBuilder, run: PackDim, inner: readonly PackDim[], planes: Planes): number {
  const zeros = zeroFunction(b);
  return b.internal(`row ${JSON.stringify([run, inner, planes])}`, [I32, I32], (f) => {
    const [src, dst] = [0, 1] as const;
    const q = quadLocals(f);
    const [from, to, data] = [f.local(I32), f.local(I32), f.local(I32)];
    const size = planes.lanes * SIZE;
    const step = inner.reduce((n, d) => n * packLength(d), size);
    const first = Math.max(run.low, 0);
    const count = Math.min(run.high, run.extent - 1) - first + 1;
    const fill = (positions: number): void => {
      if (positions > 0)
        f.get(dst)
          .i32((positions * step) / 16)
          .call(zeros);
      advance(f, dst, positions * step);
    };
    fill(first - run.low);
    advance(f, src, first * run.stride);
    const loops = inner.map((d, i): Walk => {
      return {
        count: packLength(d),
        strides: [d.stride, inner.slice(i + 1).reduce((n, e) => n * packLength(e), size)],
      };
    });
    f.get(dst).set(data);
    const [only] = inner;
    if (only && inner.length === 1 && planes.lanes === 4) {
      // As many elements at once as registers hold.
      let left = packLength(only);
      for (let n = b.tiles.bytes / 16; left > 0; n /= 2) {
        if (left < n) continue;
        const fn = partsFunction(b, count, step, planes, { count: n, step: only.stride });
        repeat(f, Math.floor(left / n), () => {
          f.get(src).get(data).call(fn);
          advance(f, src, n * only.stride);
          advance(f, data, n * size);
        });
        left %= n;
      }
    } else
      kLoops(f, loops, [src, data], ([s, t]) => {
        f.get(s!).set(from);
        f.get(t!).set(to);
        gatherRun(f, q, from, to, count, step, planes);
      });
    advance(f, dst, count * step);
    fill(run.high - (first + count - 1));
  });
}

/** A function (source, destination, positions) that spreads lanes over `existing` planes, `plane` bytes apart. */
export function unpackFunction(b: PlanBuilder, plane: number, existing: number, lanes: number): number {
  return b.internal(`unpack ${plane} ${existing} ${lanes}`, [I32, I32, I32], (f) => {
    const [src, dst, count] = [0, 1, 2] as const;
    const q = quadLocals(f);
    const left = f.local(I32);
    const step = lanes * SIZE;
    f.get(count).i32(2).op('i32.shr_u').tee(left).if(() => {
      repeatLocal(f, left, () => {
        for (let half = 0; half < existing; half += 4) {
          q.rows.forEach((r, p) => f.get(src).mem('v128.load', p * step + half * SIZE).set(r));
          transpose4(f, q.rows, q.scratch);
          q.rows.forEach((r, i) => half + i < existing && f.get(dst).get(r).mem('v128.store', (half + i) * plane));
        }
        advance(f, src, 4 * step);
        advance(f, dst, 16);
      });
    }); // prettier-ignore
    f.get(count).i32(3).op('i32.and').tee(left).if(() => {
      repeatLocal(f, left, () => {
        for (let l = 0; l < existing; l++) f.get(dst).get(src).mem('i32.load', l * SIZE).mem('i32.store', l * plane);
        advance(f, src, step);
        advance(f, dst, SIZE);
      });
    }); // prettier-ignore
  });
}
