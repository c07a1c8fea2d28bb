import type { Axis, DType } from '@sporelet/ir';
import { float32, float64 } from '@sporelet/ir';
import type { LaneType } from './function-writer.ts';
import { I32 } from './wasm-encoder.ts';
import type { FunctionWriter, MemoryOp, PlainOp } from './wasm-encoder.ts';

/** The vector instructions of an accumulator dtype. */
export interface Vec {
  readonly name: LaneType;
  /** Bytes of one element. */
  readonly size: 4 | 8;
  /** Elements of one vector. */
  readonly lanes: number;
  readonly splat: MemoryOp;
  readonly mul: PlainOp;
  readonly add: PlainOp;
  /** Fused multiply-add, where there is one. */
  readonly madd: PlainOp | null;
}

const f32: Vec = { name: 'f32', size: 4, lanes: 4, splat: 'v128.load32_splat', mul: 'f32x4.mul', add: 'f32x4.add', madd: 'f32x4.relaxed_madd' }; // prettier-ignore
const f64: Vec = { name: 'f64', size: 8, lanes: 2, splat: 'v128.load64_splat', mul: 'f64x2.mul', add: 'f64x2.add', madd: 'f64x2.relaxed_madd' }; // prettier-ignore
const i32: Vec = { name: 'i32', size: 4, lanes: 4, splat: 'v128.load32_splat', mul: 'i32x4.mul', add: 'i32x4.add', madd: null }; // prettier-ignore
const i64: Vec = { name: 'i64', size: 8, lanes: 2, splat: 'v128.load64_splat', mul: 'i64x2.mul', add: 'i64x2.add', madd: null }; // prettier-ignore

/** @param register - bytes of a register */
export function vecOf(acc: DType, register = 16): Vec {
  const vec = acc === float32 ? f32 : acc === float64 ? f64 : acc.itemsize === 8 ? i64 : i32;
  return register === 16 ? vec : { ...vec, lanes: register / vec.size };
}

/** Bytes of a register. */
export const registerOf = (vec: Vec): number => vec.lanes * vec.size;

/** Runs `body` a fixed number of times, at least once. */
export function repeat(f: FunctionWriter, count: number, body: () => void): void {
  if (count === 1) return body();
  const left = f.local(I32);
  f.i32(count).set(left);
  repeatLocal(f, left, body);
}

/** Runs `body` as often as the local says, at least once; the local ends at 0. */
export function repeatLocal(f: FunctionWriter, left: number, body: () => void): void {
  f.loop(() => {
    body();
    f.get(left).i32(1).op('i32.sub').tee(left).brIf(0);
  });
}

/** local += bytes */
export function advance(f: FunctionWriter, local: number, bytes: number): void {
  if (bytes !== 0) f.get(local).i32(bytes).op('i32.add').set(local);
}

/** local += index * bytes */
export function advanceBy(f: FunctionWriter, local: number, index: number, bytes: number): void {
  if (bytes !== 0) f.get(local).get(index).i32(bytes).op('i32.mul').op('i32.add').set(local);
}

/** min(x, constant) of the i32 on the stack, unsigned; `scratch` holds it meanwhile. */
export function atMost(f: FunctionWriter, scratch: number, limit: number): void {
  f.tee(scratch).i32(limit).get(scratch).i32(limit).op('i32.lt_s').op('select');
}

/** The body of a step: runs `body` for every unit from local 1 to local 2. */
export function forUnits(f: FunctionWriter, body: (unit: number) => void): void {
  const unit = f.local(I32);
  f.block(() => {
    f.get(1).get(2).op('i32.ge_u').brIf(0);
    f.loop(() => {
      f.get(1).set(unit);
      body(unit);
      f.get(1).i32(1).op('i32.add').tee(1).get(2).op('i32.lt_u').brIf(0);
    });
  });
}

/** Splits off the innermost part of a unit number: returns a local with `unit % extent`, and divides the unit. */
export function digit(f: FunctionWriter, unit: number, extent: number): number {
  const index = f.local(I32);
  f.get(unit).i32(extent).op('i32.rem_u').set(index);
  f.get(unit).i32(extent).op('i32.div_u').set(unit);
  return index;
}

/** Reads the rest of a unit number as indices of axes, outermost first, and moves pointers by their strides (bytes). */
export function decodeAxes(
  f: FunctionWriter,
  unit: number,
  axes: readonly Axis[],
  pointers: readonly (readonly [local: number, stride: (axis: Axis) => number])[],
): void {
  for (const axis of [...axes].reverse()) {
    if (axis.extent === 1) continue;
    const index = digit(f, unit, axis.extent);
    for (const [local, stride] of pointers) advanceBy(f, local, index, stride(axis));
  }
}

/** Loads operand `n` of the step's argument block. */
export function argument(f: FunctionWriter, n: number): number {
  const local = f.local(I32);
  f.get(0)
    .mem('i32.load', n * 4)
    .set(local);
  return local;
}

/** How many units one chunk should have at least, so that it does some thousand operations. */
export function grainFor(costOfUnit: number): number {
  return Math.max(1, Math.ceil(8192 / Math.max(1, costOfUnit)));
}

export const extentOf = (axes: readonly Axis[]): number => axes.reduce((n, a) => n * a.extent, 1);

/** Row-major strides of a list of axes, in units of the innermost one. */
export function rowMajor(axes: readonly Axis[], innermost = 1): (axis: Axis) => number {
  const strides = new Map<Axis, number>();
  let s = innermost;
  for (const axis of [...axes].reverse()) {
    strides.set(axis, s);
    s *= axis.extent;
  }
  return (axis) => strides.get(axis) ?? 0;
}

/** Whether the axes, outermost first, are walked as one axis under all of these strides. */
export function walkAsOne(axes: readonly Axis[], strides: readonly ((axis: Axis) => number)[]): boolean {
  for (let d = 0; d + 1 < axes.length; d++) {
    const [p, q] = [axes[d]!, axes[d + 1]!];
    if (!strides.every((s) => s(p) === s(q) * q.extent)) return false;
  }
  return true;
}

/** The longest end of a list of axes that is walked as one. */
export function longestSuffix(axes: readonly Axis[], strides: readonly ((axis: Axis) => number)[]): readonly Axis[] {
  let from = axes.length - 1;
  while (from > 0 && walkAsOne(axes.slice(from - 1), strides)) from--;
  return axes.slice(Math.max(from, 0));
}
