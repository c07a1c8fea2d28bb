import type { DType, Expr } from '@sporelet/ir';
import { bool, float32, float64, int32, int64, uint32, uint64 } from '@sporelet/ir';
import { loadOp, scalarOp, storeOp, valType } from './wasm-scalar.ts';
import type { FunctionWriter, LaneOp, PlainOp } from './wasm-encoder.ts';
import { F32, F64, I32, I64, V128 } from './wasm-encoder.ts';

/**
 * Lanes: as many as a register holds 32-bit elements (4 of 16 bytes), or half as many. Then 64-bit dtypes fill the
 * register and 32-bit ones lie in its low half. A bool is a mask, as wide as the lanes of the loop.
 */
export type LaneCount = number;

/** Whether a loop's lanes are half of a register's. */
const halves = (f: FunctionWriter, lanes: LaneCount): boolean => lanes * 8 === f.register;

const wide = (d: DType): boolean => d.itemsize === 8;
const lanePrefix = (d: DType): string =>
  d === float32 ? 'f32x4' : d === float64 ? 'f64x2' : wide(d) ? 'i64x2' : 'i32x4';

export function splat(f: FunctionWriter, d: DType): void {
  if (d === bool) {
    // 0 or 1 becomes a mask.
    const v = f.local(I32);
    f.set(v).i32(0).get(v).op('i32.sub').op('i32x4.splat');
    return;
  }
  f.op(`${lanePrefix(d)}.splat` as PlainOp);
}

/** Takes a vector from the stack, leaves lane `l` as a scalar. */
export function extractLane(f: FunctionWriter, d: DType, lanes: LaneCount, l: number): void {
  if (d === bool)
    f.lane('i32x4.extract_lane', halves(f, lanes) ? 2 * l : l)
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
  if (!halves(f, lanes)) f.lane('i32x4.replace_lane', l);
  else f.op('i64.extend_i32_s').lane('i64x2.replace_lane', l);
}

/** Widens or narrows the mask on the stack from the lanes of a 32-bit compare to those of the loop. */
function maskFrom32(f: FunctionWriter, lanes: LaneCount): void {
  if (halves(f, lanes)) f.op('i64x2.extend_low_i32x4_s');
}

/** A contiguous load of one register; the address is on the stack. Reads past the last lane are allowed. */
export function loadVector(f: FunctionWriter, stored: DType, lanes: LaneCount, offset: number): void {
  const signed = stored.kind === 'int' ? 's' : 'u';
  const half = halves(f, lanes);
  if (stored.itemsize === 8) f.mem('v128.load', offset);
  else if (stored.itemsize === 4) f.mem(half ? 'v128.load64_zero' : 'v128.load', offset);
  else if (stored.itemsize === 2) f.mem(`v128.load16x4_${signed}`, offset);
  else {
    f.mem('v128.load32_zero', offset).op(`i16x8.extend_low_i8x16_${signed}`).op(`i32x4.extend_low_i16x8_${signed}`);
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

/** A contiguous store of what `vector` pushes; the address is in a local. */
export function storeVector(
  f: FunctionWriter,
  stored: DType,
  lanes: LaneCount,
  offset: number,
  address: number,
  vector: () => void,
): void {
  const bytes = stored.itemsize * lanes;
  if (bytes === f.register) {
    f.get(address);
    vector();
    f.mem('v128.store', offset);
    return;
  }
  const narrow = f.local(V128);
  vector();
  if (stored.itemsize < 4) {
    if (stored === bool) {
      if (halves(f, lanes)) f.evenLanes();
      f.i32(1).op('i32x4.splat').op('v128.and');
    }
    const signed = stored.kind === 'int' ? 's' : 'u';
    vectorTwice(f);
    f.op(`i16x8.narrow_i32x4_${signed}`);
    if (stored.itemsize === 1) {
      vectorTwice(f);
      f.op(`i8x16.narrow_i16x8_${signed}`);
    }
  }
  f.set(narrow);
  if (bytes >= 4) f.storeFirst(bytes, address, narrow, offset);
  else f.get(address).get(narrow).lane('i32x4.extract_lane', 0).mem('i32.store16', offset);
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

/** Whether all bits of a constant are 0. */
const isZero = (e: Expr): boolean => e.kind === 'const' && (typeof e.value === 'bigint' ? e.value === 0n : Object.is(Number(e.value), 0)); // prettier-ignore

/** Leaves the vector of a lowered scalar function on the stack. */
export function vectorOp(f: FunctionWriter, e: Expr, lanes: LaneCount, args: readonly VectorArg[]): void {
  const d = e.dtype;
  const from = args[0]!.dtype;
  const all = () => args.forEach((a) => a.push());
  const fn = e.fn as string;
  if (fn === 'select') {
    // Engines make three instructions of a selection, one of a mask.
    const [yes, no] = [isZero(e.args[1]!), isZero(e.args[2]!)];
    if (!yes) args[1]!.push();
    if (!no) args[2]!.push();
    if (yes && no) args[1]!.push();
    args[0]!.push();
    if (halves(f, lanes) && !wide(d) && d !== bool) f.evenLanes();
    f.op(yes ? 'v128.andnot' : no ? 'v128.and' : 'v128.bitselect');
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
    else if (halves(f, lanes)) {
      all();
      f.evenLanes();
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
