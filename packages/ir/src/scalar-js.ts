import type { DType } from './dtype.ts';
import { bool, float32, float64, int32, int64, uint32, uint64 } from './dtype.ts';
import type { Expr } from './expr.ts';

/** A machine value in JavaScript: bool as 0 or 1, 64-bit integers as bigint, everything else as a number. */
export type Scalar = number | bigint;
type Fn = (...args: never[]) => Scalar;
type Num = (...args: number[]) => number;
type Big = (...args: bigint[]) => Scalar;

const scratch = new DataView(new ArrayBuffer(8));

/** To the nearest integer, ties to even, keeping the sign of zero. */
function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 4503599627370496) return x;
  const f = Math.floor(x);
  const d = x - f;
  const r = d < 0.5 ? f : d > 0.5 ? f + 1 : f % 2 === 0 ? f : f + 1;
  return r === 0 && (x < 0 || Object.is(x, -0)) ? -0 : r;
}

const compares: Record<string, (a: number, b: number) => number> = {
  eq: (a, b) => +(a === b),
  ne: (a, b) => +(a !== b),
  lt: (a, b) => +(a < b),
  le: (a, b) => +(a <= b),
  gt: (a, b) => +(a > b),
  ge: (a, b) => +(a >= b),
};

const floatFns: Record<string, Num> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pmin: (a, b) => (b < a ? b : a),
  pmax: (a, b) => (a < b ? b : a),
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sqrt: (a) => Math.sqrt(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  trunc: (a) => Math.trunc(a),
  nearest: (a) => nearest(a),
};

const int32Fns: Record<string, Num> = {
  add: (a, b) => (a + b) | 0,
  sub: (a, b) => (a - b) | 0,
  mul: (a, b) => Math.imul(a, b),
  div: (a, b) => (b === 0 ? 0 : (a / b) | 0),
  rem: (a, b) => (b === 0 ? 0 : (a % b) | 0),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr: (a, b) => a >> b,
  neg: (a) => -a | 0,
  abs: (a) => Math.abs(a) | 0,
  not: (a) => ~a,
};

const uint32Fns: Record<string, Num> = {
  ...Object.fromEntries(Object.entries(int32Fns).map(([k, f]) => [k, (...a: number[]) => f(...a) >>> 0])),
  div: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  rem: (a, b) => (b === 0 ? 0 : a % b),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  shr: (a, b) => a >>> b,
  abs: (a) => a,
};

const bigFns: Record<string, Big> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => (b === 0n ? 0n : a / b),
  rem: (a, b) => (b === 0n ? 0n : a % b),
  min: (a, b) => (b < a ? b : a),
  max: (a, b) => (a < b ? b : a),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << (b & 63n),
  shr: (a, b) => a >> (b & 63n),
  neg: (a) => -a,
  abs: (a) => (a < 0n ? -a : a),
  not: (a) => ~a,
};

const boolFns: Record<string, Num> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a) => 1 - a,
  max: (a, b) => a | b,
  min: (a, b) => a & b,
};

const clampInt = (low: number, high: number) => (x: number) =>
  x !== x ? 0 : x <= low ? low : x >= high ? high : Math.trunc(x);
const clampBig = (low: bigint, high: bigint) => (x: number) =>
  x !== x ? 0n : x <= Number(low) ? low : x >= Number(high) ? high : BigInt(Math.trunc(x));

/** A bigint to the nearest float32, ties to even, without rounding twice. */
function bigToFloat32(x: bigint): number {
  const y = Number(x);
  const f = Math.fround(y);
  if (BigInt(Math.trunc(y)) === x) return f;
  // Number() rounded already: nudge towards the lost part where it lands on a tie.
  const lost = x - BigInt(y);
  return Math.fround(lost > 0n ? y + Math.abs(y) * 2 ** -53 : y - Math.abs(y) * 2 ** -53);
}

function castFn(from: DType, to: DType): Fn {
  const big = from === int64 || from === uint64;
  if (to === int64 || to === uint64) {
    const fit = to === int64 ? (x: bigint) => BigInt.asIntN(64, x) : (x: bigint) => BigInt.asUintN(64, x);
    if (big) return fit;
    if (from.isFloat) return to === int64 ? clampBig(-(2n ** 63n), 2n ** 63n - 1n) : clampBig(0n, 2n ** 64n - 1n);
    return (x: number) => fit(BigInt(x));
  }
  if (to === float64) return (x: Scalar) => Number(x);
  if (to === float32) return big ? (x: bigint) => bigToFloat32(x) : (x: number) => Math.fround(x);
  if (from.isFloat) return to === int32 ? clampInt(-(2 ** 31), 2 ** 31 - 1) : clampInt(0, 2 ** 32 - 1);
  if (big)
    return to === int32 ? (x: bigint) => Number(BigInt.asIntN(32, x)) : (x: bigint) => Number(BigInt.asUintN(32, x));
  return to === int32 ? (x: number) => x | 0 : (x: number) => x >>> 0;
}

function putBits(d: DType, x: Scalar): void {
  if (d === float32) scratch.setFloat32(0, x as number);
  else if (d === float64) scratch.setFloat64(0, x as number);
  else if (d === int32 || d === uint32) scratch.setInt32(0, (x as number) | 0);
  else scratch.setBigInt64(0, x as bigint);
}
function takeBits(d: DType): Scalar {
  if (d === float32) return scratch.getFloat32(0);
  if (d === float64) return scratch.getFloat64(0);
  if (d === int32) return scratch.getInt32(0);
  if (d === uint32) return scratch.getUint32(0);
  return d === int64 ? scratch.getBigInt64(0) : scratch.getBigUint64(0);
}

/** JavaScript's spelling of a lowered scalar function: the meaning that every target is compared with. */
export function scalarFn(e: Expr): (...args: Scalar[]) => Scalar {
  const fn = e.fn as string;
  const d = e.dtype;
  const from = e.args[0]?.dtype ?? d;
  let f: unknown;
  if (fn === 'cast') f = castFn(from, d);
  else if (fn === 'bits') {
    f = (x: Scalar) => {
      putBits(from, x);
      return takeBits(d);
    };
  } else if (fn in compares) f = compares[fn];
  else if (d === bool) f = boolFns[fn];
  else if (d === float64) f = floatFns[fn];
  else if (d === float32) {
    const g = floatFns[fn];
    f = g && ((...a: number[]) => Math.fround(g(...a)));
  } else if (d === int32) f = int32Fns[fn];
  else if (d === uint32) f = uint32Fns[fn];
  else {
    const g = bigFns[fn];
    const fit =
      d === int64 ? (x: Scalar) => BigInt.asIntN(64, x as bigint) : (x: Scalar) => BigInt.asUintN(64, x as bigint);
    f = g && ((...a: bigint[]) => fit(g(...a)));
  }
  if (!f) throw new Error(`no scalar function '${fn}' for ${d.name}`);
  return f as (...args: Scalar[]) => Scalar;
}
