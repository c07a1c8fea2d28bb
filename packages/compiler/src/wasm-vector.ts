import type { DType, Expr } from '@sporelet/ir';
import { bool, float32, float64, int32, int64, uint32, uint64 } from '@sporelet/ir';
import { loadOp, scalarOp, storeOp, valType } from './wasm-scalar.ts';
import type { FunctionWriter, LaneOp, PlainOp } from './wasm-encoder.ts';
import { F32, F64, I32, I64, V128 } from './wasm-encoder.ts';

/**
 * Lanes: 4 lanes hold 32-bit dtypes; in loops of 2 lanes 64-bit dtypes fill the register and 32-bit ones lie in its low
 * half. A bool is a mask, as wide as the lanes of the loop (32 bits for 4 lanes, 64 for 2).
 */
export type LaneCount = 2 | 4;

const wide = (d: DType): boolean => d.itemsize === 8;
const lanePrefix = (d: DType): string =>
  d === float32 ? 'f32x4' : d === float64 ? 'f64x2' : wide(d) ? 'i64x2' : 'i32x4';

/** Lanes 0 and 2 of 32 bits moved to 0 and 1: a 64-bit mask or integer made narrow. */
const LOW_HALVES = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

export function splat(f: FunctionWriter, d: DType, lanes: LaneCount): void {
  if (d === bool) {
    // 0 or 1 becomes a mask.
    const v = f.local(I32);
    f.set(v).i32(0).get(v).op('i32.sub').op('i32x4.splat');
    return;
  }
  void lanes;
  f.op(`${lanePrefix(d)}.splat` as PlainOp);
}

/** Takes a vector from the stack, leaves lane `l` as a scalar. */
export function extractLane(f: FunctionWriter, d: DType, lanes: LaneCount, l: number): void {
  if (d === bool)
    f.lane('i32x4.extract_lane', lanes === 2 ? 2 * l : l)
      .i32(1)
      .op('i32.and');
  else f.lane(`${lanePrefix(d)}.extract_lane` as LaneOp, l);
}

/** Takes a vector and a scalar, leaves the vector with lane `l` replaced. */
export function replaceLane(f: FunctionWriter, d: DType, lanes: LaneCount, l: number): void {
  if (d !== bool) {
    f.lane(`${lanePrefix(d)}.replace_lane` as LaneOp, l);
    return;
  }
  const v = f.local(I32);
  f.set(v).i32(0).get(v).op('i32.sub');
  if (lanes === 4) f.lane('i32x4.replace_lane', l);
  else f.op('i64.extend_i32_s').lane('i64x2.replace_lane', l);
}

/** Widens or narrows the mask on the stack from the lanes of a 32-bit compare to those of the loop. */
function maskFrom32(f: FunctionWriter, lanes: LaneCount): void {
  if (lanes === 2) f.op('i64x2.extend_low_i32x4_s');
}

/** A contiguous load of one register; the address is on the stack. */
export function loadVector(f: FunctionWriter, stored: DType, lanes: LaneCount, offset: number): void {
  const signed = stored.kind === 'int' ? 's' : 'u';
  if (stored.itemsize === 8) f.mem('v128.load', offset);
  else if (stored.itemsize === 4) f.mem(lanes === 4 ? 'v128.load' : 'v128.load64_zero', offset);
  else if (stored.itemsize === 2) {
    f.mem(lanes === 4 ? 'v128.load64_zero' : 'v128.load32_zero', offset).op(`i32x4.extend_low_i16x8_${signed}`);
  } else {
    if (lanes === 4) f.mem('v128.load32_zero', offset);
    else f.mem('i32.load16_u', offset).op('i32x4.splat');
    f.op(`i16x8.extend_low_i8x16_${signed}`).op(`i32x4.extend_low_i16x8_${signed}`);
    if (stored === bool) {
      f.i32(0).op('i32x4.splat').op('i32x4.ne');
      maskFrom32(f, lanes);
    }
  }
}

/** Loads lane `l` of `vector` (a local) from the address on the stack. */
export function loadLane(
  f: FunctionWriter,
  d: DType,
  stored: DType,
  lanes: LaneCount,
  vector: number,
  l: number,
  offset: number,
): void {
  // prettier-ignore
  const address = f.local(I32);
  f.set(address);
  f.get(vector).get(address).mem(loadOp(stored), offset);
  replaceLane(f, d, lanes, l);
  f.set(vector);
}

/** A contiguous store: the address, then the vector are pushed by the callbacks. */
export function storeVector(
  f: FunctionWriter,
  stored: DType,
  lanes: LaneCount,
  offset: number,
  address: () => void,
  vector: () => void,
): void {
  // prettier-ignore
  if (stored.itemsize === 8) {
    address();
    vector();
    f.mem('v128.store', offset);
    return;
  }
  if (stored.itemsize === 4) {
    address();
    vector();
    if (lanes === 4) f.mem('v128.store', offset);
    else f.memLane('v128.store64_lane', 0, offset);
    return;
  }
  const signed = stored.kind === 'int' ? 's' : 'u';
  const narrow = () => {
    vector();
    if (stored === bool) {
      if (lanes === 2) {
        vector();
        f.shuffle(LOW_HALVES);
      }
      f.i32(1).op('i32x4.splat').op('v128.and');
    }
    vectorTwice(f);
    f.op(`i16x8.narrow_i32x4_${signed}`);
    if (stored.itemsize === 1) {
      vectorTwice(f);
      f.op(`i8x16.narrow_i16x8_${signed}`);
    }
  };
  const bytes = stored.itemsize * lanes;
  address();
  narrow();
  if (bytes === 8) f.memLane('v128.store64_lane', 0, offset);
  else if (bytes === 4) f.memLane('v128.store32_lane', 0, offset);
  else f.lane('i32x4.extract_lane', 0).mem('i32.store16', offset);
}

function vectorTwice(f: FunctionWriter): void {
  const v = f.local(V128);
  f.tee(v).get(v);
}

const bitwise: ReadonlySet<string> = new Set(['and', 'or', 'xor', 'not']);
const floatUnary: ReadonlySet<string> = new Set(['neg', 'abs', 'sqrt', 'floor', 'ceil', 'trunc', 'nearest']);
const floatBinary: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'div', 'min', 'max', 'pmin', 'pmax']);
const compares: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge']);

/** How one argument of a vector operation is reached. */
export interface VectorArg {
  readonly dtype: DType;
  /** Pushes the register. */
  readonly push: () => void;
  /** Pushes the scalar, when every lane is the same. */
  readonly scalar: (() => void) | null;
}

/** Leaves the vector of a lowered scalar function on the stack. */
export function vectorOp(f: FunctionWriter, e: Expr, lanes: LaneCount, args: readonly VectorArg[]): void {
  const d = e.dtype;
  const from = args[0]!.dtype;
  const all = () => args.forEach((a) => a.push());
  const fn = e.fn as string;
  if (fn === 'select') {
    args[1]!.push();
    args[2]!.push();
    args[0]!.push();
    if (lanes === 2 && !wide(d) && d !== bool) {
      args[0]!.push();
      f.shuffle(LOW_HALVES);
    }
    f.op('v128.bitselect');
    return;
  }
  if (fn === 'bits') {
    all();
    return;
  }
  if (fn === 'cast' && castVector(f, from, d, all, lanes)) return;
  if (compares.has(fn) && compareVector(f, fn, from, lanes, args)) return;
  if (bitwise.has(fn)) {
    all();
    f.op(`v128.${fn as 'and'}`);
    return;
  }
  if (d === float32 || d === float64) {
    if (floatUnary.has(fn) || floatBinary.has(fn)) {
      all();
      f.op(`${lanePrefix(d)}.${fn}` as PlainOp);
      return;
    }
  } else if (integerVector(f, fn, d, args)) return;
  eachLane(f, e, lanes, args);
}

function castVector(f: FunctionWriter, from: DType, to: DType, all: () => void, lanes: LaneCount): boolean {
  const s = (d: DType): 's' | 'u' => (d.kind === 'uint' ? 'u' : 's');
  const int32s = from === int32 || from === uint32;
  let op: PlainOp | null = null;
  if (to === float32)
    op = int32s ? `f32x4.convert_i32x4_${s(from)}` : from === float64 ? 'f32x4.demote_f64x2_zero' : null;
  else if (to === float64)
    op = int32s ? `f64x2.convert_low_i32x4_${s(from)}` : from === float32 ? 'f64x2.promote_low_f32x4' : null; // prettier-ignore
  else if (to === int32 || to === uint32) {
    if (int32s) {
      all();
      return true;
    }
    if (from === float32) op = `i32x4.trunc_sat_f32x4_${s(to)}`;
    else if (from === float64) op = `i32x4.trunc_sat_f64x2_${s(to)}_zero`;
    else if (lanes === 2) {
      all();
      all();
      f.shuffle(LOW_HALVES);
      return true;
    }
  } else if (int32s) op = `i64x2.extend_low_i32x4_${s(from)}`;
  else if (from === int64 || from === uint64) {
    all();
    return true;
  }
  if (!op) return false;
  all();
  f.op(op);
  return true;
}

function compareVector(
  f: FunctionWriter,
  fn: string,
  from: DType,
  lanes: LaneCount,
  args: readonly VectorArg[],
): boolean {
  // prettier-ignore
  const all = () => args.forEach((a) => a.push());
  if (from === bool) {
    if (fn !== 'eq' && fn !== 'ne') return false;
    all();
    f.op('v128.xor');
    if (fn === 'eq') f.op('v128.not');
    return true;
  }
  if (from === float32 || from === float64) {
    all();
    f.op(`${lanePrefix(from)}.${fn}` as PlainOp);
  } else if (!wide(from)) {
    all();
    f.op(`i32x4.${fn}${fn === 'eq' || fn === 'ne' ? '' : from === uint32 ? '_u' : '_s'}` as PlainOp);
  } else {
    const flip = from === uint64 && fn !== 'eq' && fn !== 'ne';
    for (const a of args) {
      a.push();
      // Unsigned order is signed order with the top bit flipped.
      if (flip)
        f.i64(-(1n << 63n))
          .op('i64x2.splat')
          .op('v128.xor');
    }
    f.op(`i64x2.${fn}${fn === 'eq' || fn === 'ne' ? '' : '_s'}` as PlainOp);
  }
  if (!wide(from)) maskFrom32(f, lanes);
  return true;
}

function integerVector(f: FunctionWriter, fn: string, d: DType, args: readonly VectorArg[]): boolean {
  if (d === bool) return false;
  const p = lanePrefix(d);
  const all = () => args.forEach((a) => a.push());
  const u = d.kind === 'uint';
  switch (fn) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'neg':
      all();
      f.op(`${p}.${fn}` as PlainOp);
      return true;
    case 'abs':
      all();
      if (!u) f.op(`${p}.abs` as PlainOp);
      return true;
    case 'min':
    case 'max':
      if (wide(d)) return false;
      all();
      f.op(`${p}.${fn}_${u ? 'u' : 's'}` as PlainOp);
      return true;
    case 'shl':
    case 'shr': {
      const count = args[1]!.scalar;
      if (!count) return false;
      args[0]!.push();
      count();
      if (wide(d)) f.op('i32.wrap_i64');
      f.op(`${p}.${fn}${fn === 'shl' ? '' : u ? '_u' : '_s'}` as PlainOp);
      return true;
    }
  }
  return false;
}

/** The fallback: lane by lane, with the scalar instruction. */
function eachLane(f: FunctionWriter, e: Expr, lanes: LaneCount, args: readonly VectorArg[]): void {
  const out = f.local(V128);
  f.i32(0).op('i32x4.splat').set(out);
  for (let l = 0; l < lanes; l++) {
    const locals = args.map((a) => {
      const local = f.local(valType(a.dtype));
      a.push();
      extractLane(f, a.dtype, lanes, l);
      f.set(local);
      return local;
    });
    f.get(out);
    scalarOp(f, e, locals.map((v) => () => f.get(v))); // prettier-ignore
    replaceLane(f, e.dtype, lanes, l);
    f.set(out);
  }
  f.get(out);
}

/** 16 bytes holding a constant in every lane (twice as often as needed for 32-bit dtypes in 2 lanes: harmless). */
export function constantBytes(d: DType, value: number | bigint): Uint8Array {
  const out = new DataView(new ArrayBuffer(16));
  const type = valType(d);
  for (let at = 0; at < 16; at += wide(d) ? 8 : 4) {
    if (d === bool) out.setInt32(at, value ? -1 : 0, true);
    else if (type === F32) out.setFloat32(at, Number(value), true);
    else if (type === F64) out.setFloat64(at, Number(value), true);
    else if (type === I64) out.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
    else out.setInt32(at, Number(value) | 0, true);
  }
  return new Uint8Array(out.buffer);
}

export { storeOp };
