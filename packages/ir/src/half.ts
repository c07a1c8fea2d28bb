import { float32, float64, int64, uint32 } from './dtype.ts';
import type { Expr } from './expr.ts';
import { constant, where } from './expr.ts';

/** A 16-bit float format: stored mantissa bits, the least normal exponent, and where rounding reaches infinity. */
interface Grid {
  readonly mantissa: number;
  readonly least: number;
  readonly overflow: number;
}
const f16: Grid = { mantissa: 10, least: -14, overflow: 65520 };
const bf16: Grid = { mantissa: 7, least: -126, overflow: (2 - 2 ** -8) * 2 ** 127 };

const u32 = (value: number): Expr => constant(value, uint32);

/** `u` (the bits of a float) with the last `drop` bits rounded off, to nearest, ties to even. */
function roundBits(u: Expr, drop: number): Expr {
  const wide = u.dtype === int64;
  const k = (v: bigint): Expr => constant(wide ? v : Number(v), u.dtype);
  const unit = 1n << BigInt(drop);
  const odd = u.shr(k(BigInt(drop))).and(k(1n));
  return u
    .add(odd)
    .add(k(unit / 2n - 1n))
    .and(k(wide ? -unit : 2n ** 32n - unit));
}

/** A float32 or float64 rounded once to a grid, same dtype. */
function roundToGrid(x: Expr, grid: Grid): Expr {
  const wide = x.dtype === float64;
  const bits = wide ? int64 : uint32;
  const u = x.bits(bits);
  const sign = u.and(wide ? constant(-(2n ** 63n), int64) : u32(0x80000000));
  const a = x.abs();
  const normal = roundBits(a.bits(bits), (wide ? 52 : 23) - grid.mantissa).bits(x.dtype);
  // The denormals of the grid are multiples of this; `nearest`, as WGSL may drop (a + c) - c.
  const step = grid.mantissa - grid.least;
  const small = a
    .mul(2 ** step)
    .round()
    .mul(2 ** -step);
  const y = where(a.lt(2 ** grid.least), small, normal);
  // Adding infinity also keeps NaN a NaN.
  return where(a.lt(grid.overflow), y, a.add(Infinity)).bits(bits).or(sign).bits(x.dtype);
}

/**
 * Rounds to the nearest float16 value, ties to even; beyond 65520 infinity. Denormals of float16 are kept.
 * @param x - float32 or float64
 * @returns the rounded value in the dtype of `x`
 */
export function roundToHalf(x: Expr): Expr {
  return roundToGrid(x, f16);
}

/**
 * Rounds to the nearest bfloat16 value, ties to even.
 * @param x - float32 or float64
 * @returns the rounded value in the dtype of `x`
 */
export function roundToBf16(x: Expr): Expr {
  if (x.dtype === float64) return roundToGrid(x, bf16);
  const u = x.bits(uint32);
  return where(isNaNBits(u), x, roundBits(u, 16).bits(float32));
}

const isNaNBits = (u: Expr): Expr => u.and(u32(0x7fffffff)).gt(u32(0x7f800000));

/**
 * The value of a float16.
 * @param bits - uint32, the float16's bits in the lower half
 * @returns float32, exact; NaN stays NaN
 */
export function halfToFloat(bits: Expr): Expr {
  const h = bits.and(u32(0x7fff)).shl(u32(13));
  const sign = bits.and(u32(0x8000)).shl(u32(16));
  const normal = h.add(where(h.lt(u32(0x0f800000)), u32(0x38000000), u32(0x70000000)));
  // A denormal is the fraction of a number in [2^-14, 2^-13), less 2^-14: no float32 denormal takes part.
  const small = h
    .add(u32(0x38800000))
    .bits(float32)
    .sub(2 ** -14)
    .bits(uint32);
  return where(h.lt(u32(0x00800000)), small, normal)
    .or(sign)
    .bits(float32);
}

/**
 * Rounds to the nearest float16, ties to even; beyond 65520 infinity; NaN becomes the quiet NaN of its sign.
 * @param x - float32
 * @returns uint32, the float16's bits in the lower half
 */
export function floatToHalf(x: Expr): Expr {
  const u = x.bits(uint32);
  const a = u.and(u32(0x7fffffff));
  const odd = a.shr(u32(13)).and(u32(1));
  const normal = a.add(u32(0xc8000fff)).add(odd).shr(u32(13));
  // Adding 1/2 rounds to multiples of 2^-24, the float16 denormals.
  const small = a.bits(float32).add(0.5).bits(uint32).sub(u32(0x3f000000));
  const finite = where(a.lt(u32(0x38800000)), small, normal);
  const special = where(a.gt(u32(0x7f800000)), u32(0x7e00), u32(0x7c00));
  return where(a.lt(u32(0x47800000)), finite, special).or(u.shr(u32(16)).and(u32(0x8000)));
}

/** The bits (uint32) of the float16 nearest to a float64, rounded once. */
export function doubleToHalf(x: Expr): Expr {
  return floatToHalf(roundToHalf(x).cast(float32));
}

/** The value (float32) of bfloat16 bits (uint32): exact. */
export function bf16ToFloat(bits: Expr): Expr {
  return bits.shl(u32(16)).bits(float32);
}

/** The bits (uint32) of the bfloat16 nearest to a float32, ties to even; NaN becomes the quiet NaN of its sign. */
export function floatToBf16(x: Expr): Expr {
  const u = x.bits(uint32);
  const quiet = u.shr(u32(16)).or(u32(0x7fff)).and(u32(0xffc0));
  return where(isNaNBits(u), quiet, roundBits(u, 16).shr(u32(16)));
}

/** The bits (uint32) of the bfloat16 nearest to a float64, rounded once. */
export function doubleToBf16(x: Expr): Expr {
  return floatToBf16(roundToBf16(x).cast(float32));
}

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** The value of float16 bits. */
export function f16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The bits of the float16 nearest to a number, ties to even, rounded once. */
export function numberToF16(x: number): number {
  return numberToBits(x, f16);
}

/** The value of bfloat16 bits. */
export function bf16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** The bits of the bfloat16 nearest to a number, ties to even, rounded once. */
export function numberToBf16(x: number): number {
  return numberToBits(x, bf16);
}

function numberToBits(x: number, { mantissa, least, overflow }: Grid): number {
  scratch.setFloat64(0, x);
  const top = scratch.getUint32(0);
  const sign = (top >>> 16) & 0x8000;
  const infinity = (3 - 2 * least) << mantissa;
  const a = Math.abs(x);
  if (a !== a) return sign | infinity | (1 << (mantissa - 1));
  if (a >= overflow) return sign | infinity;
  const exponent = Math.max(((top >>> 20) & 0x7ff) - 1023, least);
  // In units of the last place; adding and subtracting 2^52 rounds to the nearest even integer.
  const units = a * 2 ** (mantissa - exponent) + 2 ** 52 - 2 ** 52;
  // A normal number's leading bit, and a carry out of the fraction, add one to the exponent field.
  return sign | (((exponent - least) << mantissa) + units);
}
