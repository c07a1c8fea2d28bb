import type { DType } from './dtype.ts';
import { float32, float64, int32, int64 } from './dtype.ts';
import type { Expr } from './expr.ts';
import { constant, where } from './expr.ts';

/** One number per format: [float32, float64]. */
export type Both = readonly [number, number];
/** Polynomial coefficients per format, constant term first: [float32, float64]. */
export type Coefficients = readonly [readonly number[], readonly number[]];

/** A binary floating-point format, and what the approximations build from it. */
export class Format {
  readonly wide: 0 | 1;
  readonly float: DType;
  /** The signed integer of the same width. */
  readonly int: DType;
  /** Stored mantissa bits. */
  readonly mantissa: number;
  readonly bias: number;
  /** Half of the mantissa bits: numbers of `half` bits have exact products. */
  readonly half: number;

  constructor(wide: 0 | 1) {
    this.wide = wide;
    this.float = wide ? float64 : float32;
    this.int = wide ? int64 : int32;
    this.mantissa = wide ? 52 : 23;
    this.bias = wide ? 1023 : 127;
    this.half = wide ? 26 : 12;
  }

  static of(x: Expr): Format {
    if (x.dtype === float32) return new Format(0);
    if (x.dtype === float64) return new Format(1);
    throw new Error(`kernel: no expansion for ${x.dtype.name}`);
  }

  /** A constant, rounded to the format so that every printer spells the same number. */
  num(value: number | Both): Expr {
    const v = typeof value === 'number' ? value : value[this.wide];
    return constant(this.wide ? v : Math.fround(v), this.float);
  }
  integer(value: number | bigint): Expr {
    return constant(this.wide ? BigInt(value) : Number(value), this.int);
  }
  get infinity(): Expr {
    return constant(Infinity, this.float);
  }
  get nan(): Expr {
    return constant(NaN, this.float);
  }
  /** 2^exponent. */
  power(exponent: number): Expr {
    return constant(2 ** exponent, this.float);
  }

  /** Horner's rule. */
  poly(x: Expr, table: Coefficients): Expr {
    const c = table[this.wide];
    let y = this.num(c[c.length - 1]!);
    for (let i = c.length - 2; i >= 0; i--) y = y.mul(x).add(this.num(c[i]!));
    return y;
  }

  get signBit(): Expr {
    return this.integer(this.wide ? -(2n ** 63n) : -(2 ** 31));
  }
  /** |magnitude| with the sign of `x`; the magnitude must not be negative. */
  withSign(magnitude: Expr, x: Expr): Expr {
    return magnitude.bits(this.int).or(x.bits(this.int).and(this.signBit)).bits(this.float);
  }
  /** `x` with its last `drop` mantissa bits cleared; by default half of them. */
  head(x: Expr, drop = this.wide ? 27 : 12): Expr {
    return x
      .bits(this.int)
      .and(this.integer(-(2 ** drop)))
      .bits(this.float);
  }

  /**
   * An integer whose low `mantissa` - 1 bits are those of n + offset; n is a float that holds a small integer.
   * One addition instead of a saturating conversion, and nothing is subtracted again, so no compiler can undo it.
   */
  lowBits(n: Expr, offset: number): Expr {
    return n.add(this.num(1.5 * 2 ** this.mantissa + offset)).bits(this.int);
  }
  /** 2^(i - bias), from the low bits of i; the bits above the exponent's must cancel out or be zero. */
  exponent(i: Expr): Expr {
    return i.shl(this.integer(this.mantissa)).bits(this.float);
  }
  /** 2^n, one factor: -bias < n <= bias. */
  scale(n: Expr, shift = 0): Expr {
    return this.exponent(this.lowBits(n, this.bias + shift));
  }
  /** y 2^n in two steps, so that overflow and denormal results come out right: |n| <= 2 bias - 2. */
  scaleFar(y: Expr, n: Expr): Expr {
    const i = this.lowBits(n, 2 * this.bias);
    const first = i.shr(this.integer(1));
    return y.mul(this.exponent(first)).mul(this.exponent(i.sub(first)));
  }
  /** A small integer as a float: a signed conversion, without one for 64 bits. */
  toFloat(i: Expr): Expr {
    if (!this.wide) return i.cast(this.float);
    return i
      .add(this.integer(0x4338000000000000n))
      .bits(this.float)
      .sub(this.num(1.5 * 2 ** 52));
  }

  /** `x` where |x| < 2^-30 (float32) or 2^-60 (float64): keeps the zero's sign and denormals where f(x) = x + O(x^2). */
  orTiny(x: Expr, y: Expr): Expr {
    return where(x.abs().lt(this.power(this.wide ? -60 : -30)), x, y);
  }
}
