/** A binary floating-point format, as far as decimal output depends on it. */
export interface FloatFormat {
  /** Significant bits, the hidden one included. */
  readonly bits: number;
  /** Exponent of 2 of the smallest subnormal. */
  readonly minExponent: number;
}

export const binary16: FloatFormat = { bits: 11, minExponent: -24 };
export const binary32: FloatFormat = { bits: 24, minExponent: -149 };
export const binary64: FloatFormat = { bits: 53, minExponent: -1074 };

/** The format that decides a dtype's shortest digits; undefined for bool and integers. */
export function floatFormat(dtype: string): FloatFormat | undefined {
  switch (dtype) {
    case 'Float16':
      return binary16;
    case 'BFloat16': // as the float32 it is a prefix of
    case 'Float32':
      return binary32;
    case 'Float64':
      return binary64;
    default:
      return undefined;
  }
}

/** A positive decimal number d.ddd × 10^exponent; the digits start with a non-zero one unless the number is 0. */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** How many digits to make. `min` and `max` count all digits ('total') or those after the decimal point ('fraction'). */
export interface DigitRules {
  /** Stop at the fewest digits that tell the number from all others of this format; else the exact value is written out. */
  readonly shortest?: FloatFormat;
  readonly count: 'total' | 'fraction';
  /** With `shortest`: go on to at least this many digits, with those of the exact value. */
  readonly min?: number;
  /** At most this many digits, rounded half to even on the exact value. */
  readonly max?: number;
}

/**
 * The decimal digits of |x|, x finite, by Steele and White's algorithm with exact integers: the fewest digits that read
 * back as x, and of those the nearest to x. It keeps the rules of NumPy's Dragon4, so that its texts come out the same.
 */
export function decimalDigits(x: number, rules: DigitRules): Decimal {
  if (x === 0) return { digits: '0', exponent: 0 };
  const { shortest, count, min, max } = rules;
  const format = shortest ?? binary64;
  const [mantissa, power] = decompose(x, format);
  const even = (mantissa & 1n) === 0n;
  // The gap to the number below a power of two is half the gap above it.
  const uneven = mantissa === 1n << BigInt(format.bits - 1) && power > format.minExponent;
  // value/scale is |x| / 10^place; marginLow and marginHigh are half the gaps to the neighbours, in the same unit.
  const unit = 1n << BigInt(Math.max(power, 0));
  let marginLow = unit;
  let marginHigh = uneven ? 2n * unit : unit;
  let value = mantissa * unit * (uneven ? 4n : 2n);
  let scale = (uneven ? 4n : 2n) << BigInt(Math.max(-power, 0));

  let place = Math.floor(Math.log10(Math.abs(x)));
  if (place > 0) scale *= 10n ** BigInt(place);
  else {
    const factor = 10n ** BigInt(-place);
    value *= factor;
    marginLow *= factor;
    marginHigh *= factor;
  }
  if (value >= 10n * scale) {
    scale *= 10n;
    place++;
  } else if (value < scale) {
    value *= 10n;
    marginLow *= 10n;
    marginHigh *= 10n;
    place--;
  }

  const exponent = place;
  const placeOf = (digitCount: number): number => (count === 'total' ? exponent + 1 - digitCount : -digitCount);
  const lastPlace = max === undefined ? -Infinity : placeOf(max);
  const mayStopAt = min === undefined ? Infinity : placeOf(min);
  let digits = '';
  for (;;) {
    const digit = value / scale;
    value -= digit * scale;
    const above = value + marginHigh;
    const low = shortest !== undefined && (even ? value <= marginLow : value < marginLow);
    const high = shortest !== undefined && (even ? above >= scale : above > scale);
    const done = shortest === undefined ? value === 0n : (low || high) && place <= mayStopAt;
    if (done || place <= lastPlace) {
      const twice = 2n * value;
      const up = low === high ? twice > scale || (twice === scale && (digit & 1n) === 1n) : high;
      return up ? carried(digits, digit, exponent) : { digits: digits + String(digit), exponent };
    }
    digits += String(digit);
    value *= 10n;
    marginLow *= 10n;
    marginHigh *= 10n;
    place--;
  }
}

/** The digits with one more, rounded up; nines before it turn into a carry. */
function carried(digits: string, digit: bigint, exponent: number): Decimal {
  if (digit < 9n) return { digits: digits + String(digit + 1n), exponent };
  const kept = digits.replace(/9+$/, '');
  if (kept === '') return { digits: '1', exponent: exponent + 1 };
  return { digits: kept.slice(0, -1) + String(Number(kept.slice(-1)) + 1), exponent };
}

/** |x| = mantissa × 2^power with the mantissa a whole number of the format's bits. */
function decompose(x: number, format: FloatFormat): [mantissa: bigint, power: number] {
  const word = new BigUint64Array(Float64Array.of(x).buffer)[0] ?? 0n;
  const biased = Number((word >> 52n) & 0x7ffn);
  const fraction = word & 0xf_ffff_ffff_ffffn;
  const power = Math.max(biased, 1) - 1075;
  const drop = Math.max(binary64.bits - format.bits, format.minExponent - power);
  return [(biased === 0 ? fraction : fraction | (1n << 52n)) >> BigInt(drop), power + drop];
}
