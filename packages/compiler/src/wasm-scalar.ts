import type { DType, Expr } from '@sporelet/ir';
import { bool, float32, float64, int32, int64, uint32, uint64 } from '@sporelet/ir';
import type { LaneType } from './function-writer.ts';
import type { FunctionWriter, MemoryOp, PlainOp, ValType } from './wasm-encoder.ts';
import { F32, F64, I32, I64 } from './wasm-encoder.ts';

/** The WebAssembly type in which a machine dtype lives. */
export function valType(d: DType): ValType {
  return d === float32 ? F32 : d === float64 ? F64 : d === int64 || d === uint64 ? I64 : I32;
}

/** What a register's lanes are when it holds elements of a machine dtype. */
export function laneType(d: DType): LaneType {
  return ({ [F32]: 'f32', [F64]: 'f64', [I64]: 'i64', [I32]: 'i32' } as const)[valType(d) as typeof I32];
}

const prefix = (d: DType): string =>
  ({ [F32]: 'f32', [F64]: 'f64', [I64]: 'i64', [I32]: 'i32' })[valType(d) as number]!;
const unsigned = (d: DType): boolean => d.kind === 'uint';
const isFloat = (d: DType): boolean => d === float32 || d === float64;

export function pushConst(f: FunctionWriter, d: DType, value: number | bigint): void {
  if (d === float32) f.f32(Number(value));
  else if (d === float64) f.f64(Number(value));
  else if (d === int64 || d === uint64) f.i64(BigInt(value));
  else f.i32(Number(value) | 0);
}

/** How elements of a stored dtype are loaded as machine scalars. */
export function loadOp(stored: DType): MemoryOp {
  if (stored.itemsize === 1) return stored.kind === 'int' ? 'i32.load8_s' : 'i32.load8_u';
  if (stored.itemsize === 2) return stored.kind === 'int' ? 'i32.load16_s' : 'i32.load16_u';
  return `${prefix(stored)}.load` as MemoryOp;
}
export function storeOp(stored: DType): MemoryOp {
  if (stored.itemsize === 1) return 'i32.store8';
  if (stored.itemsize === 2) return 'i32.store16';
  return `${prefix(stored)}.store` as MemoryOp;
}

const castOps = new Map<string, PlainOp | null>();
function castTable(): Map<string, PlainOp | null> {
  if (castOps.size) return castOps;
  const put = (to: DType, from: DType, op: PlainOp | null) => castOps.set(`${to.id},${from.id}`, op);
  const sign = (d: DType): 's' | 'u' => (unsigned(d) ? 'u' : 's');
  for (const [to, name] of [[float32, 'f32'], [float64, 'f64']] as const) {
    for (const from of [int32, uint32]) put(to, from, `${name}.convert_i32_${sign(from)}`);
    for (const from of [int64, uint64]) put(to, from, `${name}.convert_i64_${sign(from)}`);
  } // prettier-ignore
  put(float32, float64, 'f32.demote_f64');
  put(float64, float32, 'f64.promote_f32');
  for (const to of [int32, uint32]) {
    for (const from of [float32, float64])
      put(to, from, `i32.trunc_sat_${from === float32 ? 'f32' : 'f64'}_${sign(to)}`);
    for (const from of [int64, uint64]) put(to, from, 'i32.wrap_i64');
    for (const from of [int32, uint32]) put(to, from, null);
  }
  for (const to of [int64, uint64]) {
    for (const from of [float32, float64])
      put(to, from, `i64.trunc_sat_${from === float32 ? 'f32' : 'f64'}_${sign(to)}`);
    for (const from of [int32, uint32]) put(to, from, `i64.extend_i32_${sign(from)}`);
    for (const from of [int64, uint64]) put(to, from, null);
  }
  return castOps;
}

/** The conversion instruction, null where the bits stay. */
export function castOp(from: DType, to: DType): PlainOp | null {
  const op = castTable().get(`${to.id},${from.id}`);
  if (op === undefined) throw new Error(`wasm: no conversion from ${from.name} to ${to.name}`);
  return op;
}

function bitsOp(from: DType, to: DType): PlainOp | null {
  const [a, b] = [valType(from), valType(to)];
  if (a === b) return null;
  if (a === F32) return 'i32.reinterpret_f32';
  if (a === F64) return 'i64.reinterpret_f64';
  return b === F32 ? 'f32.reinterpret_i32' : 'f64.reinterpret_i64';
}

/** Integer division and remainder never trap: x / 0 and x rem 0 are 0, and the least integer / -1 wraps. */
function divide(f: FunctionWriter, e: Expr, push: readonly (() => void)[]): void {
  const d = e.dtype;
  const p = prefix(d) as 'i32' | 'i64';
  const type = valType(d);
  const s = unsigned(d) ? 'u' : 's';
  const [x, y] = push as [() => void, () => void];
  const divisor = e.args[1]!;
  const constantDivisor = divisor.kind === 'const' && Number(divisor.value) !== 0 && Number(divisor.value) !== -1;
  if (constantDivisor) {
    x();
    y();
    f.op(`${p}.${e.fn as 'div'}_${s}`);
    return;
  }
  const zero = () => pushConst(f, d, 0);
  const safe = f.local(type);
  const minusOne = () => pushConst(f, d, -1);
  // The divisor that cannot trap: 1 in place of 0 (and of -1 when signed).
  pushConst(f, d, 1);
  y();
  y();
  f.op(`${p}.eqz`);
  if (s === 's') {
    y();
    minusOne();
    f.op(`${p}.eq`).op('i32.or');
  }
  f.op('select').set(safe);
  if (e.fn === 'rem') {
    // With 1 as divisor the remainder is 0, which is right for 0 and for -1.
    x();
    f.get(safe).op(`${p}.rem_${s}`);
    return;
  }
  const q = f.local(type);
  x();
  f.get(safe).op(`${p}.div_${s}`).set(q);
  if (s === 's') {
    zero();
    x();
    f.op(`${p}.sub`);
    f.get(q);
    y();
    minusOne();
    f.op(`${p}.eq`).op('select').set(q);
  }
  zero();
  f.get(q);
  y();
  f.op(`${p}.eqz`).op('select');
}

/** Leaves the value of a scalar function on the stack; `push[i]` pushes argument i (and may be called repeatedly). */
export function scalarOp(f: FunctionWriter, e: Expr, push: readonly (() => void)[]): void {
  const d = e.dtype;
  const from = e.args[0]!.dtype;
  const p = prefix(d);
  const all = () => push.forEach((g) => g());
  const fn = e.fn;
  switch (fn) {
    case 'select':
      push[1]!();
      push[2]!();
      push[0]!();
      f.op('select');
      return;
    case 'cast': {
      all();
      const op = castOp(from, d);
      if (op) f.op(op);
      return;
    }
    case 'bits': {
      all();
      const op = bitsOp(from, d);
      if (op) f.op(op);
      return;
    }
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge': {
      all();
      const suffix = isFloat(from) || fn === 'eq' || fn === 'ne' ? '' : unsigned(from) || from === bool ? '_u' : '_s';
      f.op(`${prefix(from)}.${fn}${suffix}` as PlainOp);
      return;
    }
    case 'div':
    case 'rem':
      if (!isFloat(d)) {
        divide(f, e, push);
        return;
      }
      break;
    case 'min':
    case 'max':
      if (!isFloat(d)) {
        choose(f, e, push, fn === 'min');
        return;
      }
      break;
    case 'pmin':
    case 'pmax':
      choose(f, e, push, fn === 'pmin');
      return;
    case 'shr':
      all();
      f.op(`${p}.shr_${unsigned(d) ? 'u' : 's'}` as PlainOp);
      return;
    case 'not':
      all();
      if (d === bool) f.op('i32.eqz');
      else {
        pushConst(f, d, -1);
        f.op(`${p}.xor` as PlainOp);
      }
      return;
    case 'neg':
      if (!isFloat(d)) {
        pushConst(f, d, 0);
        all();
        f.op(`${p}.sub` as PlainOp);
        return;
      }
      break;
    case 'abs':
      if (!isFloat(d)) {
        if (unsigned(d)) {
          all();
          return;
        }
        pushConst(f, d, 0);
        all();
        f.op(`${p}.sub` as PlainOp);
        all();
        all();
        pushConst(f, d, 0);
        f.op(`${p}.lt_s` as PlainOp).op('select');
        return;
      }
      break;
    default:
  }
  all();
  f.op(`${p}.${fn}` as PlainOp);
}

/** `y < x ? y : x` for a minimum, `x < y ? y : x` for a maximum. */
function choose(f: FunctionWriter, e: Expr, push: readonly (() => void)[], least: boolean): void {
  const d = e.dtype;
  const [x, y] = push as [() => void, () => void];
  y();
  x();
  if (least) {
    y();
    x();
  } else {
    x();
    y();
  }
  f.op(`${prefix(d)}.lt${isFloat(d) ? '' : unsigned(d) ? '_u' : '_s'}` as PlainOp).op('select');
}
