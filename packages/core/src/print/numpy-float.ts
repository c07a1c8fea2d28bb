import type { FloatFormat } from './decimal.ts';
import { decimalDigits } from './decimal.ts';
import { exponentText, isNegative, nonFinite, splitPositional, trimZeros } from './format-float.ts';

/** Digits NumPy shows after the decimal point unless fewer suffice. */
const precision = 8;

const signOf = (x: number): string => (isNegative(x) ? '-' : '');

/**
 * `str` of a NumPy float scalar, and for {@link binary64} also Python's `repr` of a float: the shortest digits of its
 * format, with an exponent below 1e-4 and from 1e16 on (`0.1`, `3.0`, `1e-05`, `1e+16`).
 */
export function scalarFloatStr(x: number, format: FloatFormat): string {
  const special = nonFinite(x);
  if (special !== undefined) return special;
  const { digits, exponent } = decimalDigits(x, { shortest: format, count: 'fraction' });
  const size = Math.abs(x);
  const plain = size === 0 || (size >= 1e-4 && size < 1e16);
  const [whole, fraction] = splitPositional(digits, plain ? exponent : 0);
  if (plain) return `${signOf(x)}${whole}.${fraction || '0'}`;
  return `${signOf(x)}${whole}${fraction && `.${fraction}`}${exponentText(exponent)}`;
}

/** NumPy's choice of one notation and common columns for the shown elements of a float array (`FloatingFormat`). */
export function floatFormatter(shown: readonly number[], format: FloatFormat): (x: number) => string {
  const finite = shown.filter((x) => Number.isFinite(x));
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const columns = wantsExponent(sizes, format) ? scientificColumns(finite, format) : plainColumns(finite, format);
  const left = Math.max(columns.left, ...shown.map((x) => (nonFinite(x)?.length ?? 0) - columns.right - 1));
  const width = left + columns.right + 1;
  return (x) => nonFinite(x)?.padStart(width) ?? columns.text(x, left);
}

interface Columns {
  /** Characters before the decimal point, and after it. */
  readonly left: number;
  readonly right: number;
  text(x: number, left: number): string;
}

function wantsExponent(sizes: readonly number[], format: FloatFormat): boolean {
  if (sizes.length === 0) return false;
  const max = Math.max(...sizes);
  const min = Math.min(...sizes);
  // NumPy divides in the array's own format: half a unit in the last place above 1000 still rounds to 1000.
  return max >= 1e8 || min < 1e-4 || max / min > 1000 + 2 ** (9 - format.bits);
}

function plainColumns(finite: readonly number[], format: FloatFormat): Columns {
  const split = (x: number, min: number): [whole: string, fraction: string] => {
    const { digits, exponent } = decimalDigits(x, { shortest: format, count: 'fraction', min, max: precision });
    const [whole, fraction] = splitPositional(digits, exponent);
    return [signOf(x) + whole, trimZeros(fraction)];
  };
  const measured = finite.map((x) => split(x, -Infinity));
  const right = Math.max(0, ...measured.map(([, fraction]) => fraction.length));
  return {
    left: Math.max(0, ...measured.map(([whole]) => whole.length)),
    right,
    text: (x, left) => {
      // Whole numbers beyond the format's shortest digits are written out: float32 50331648, not 50331650.
      const [whole, fraction] = split(x, 0);
      return `${whole.padStart(left)}.${fraction.padEnd(right)}`;
    },
  };
}

function scientificColumns(finite: readonly number[], format: FloatFormat): Columns {
  const split = (x: number, min: number, max: number): { lead: string; fraction: string; exponent: number } => {
    const { digits, exponent } = decimalDigits(x, { shortest: format, count: 'total', min: min + 1, max: max + 1 });
    return { lead: signOf(x) + digits.slice(0, 1), fraction: digits.slice(1), exponent };
  };
  const measured = finite.map((x) => split(x, 0, precision));
  const digits = Math.max(...measured.map(({ fraction }) => trimZeros(fraction).length));
  const exponentWidth = Math.max(...measured.map(({ exponent }) => exponentText(exponent).length)) - 2;
  return {
    left: Math.max(...measured.map(({ lead }) => lead.length)),
    right: exponentWidth + 2 + digits,
    text: (x, left) => {
      const { lead, fraction, exponent } = split(x, digits, digits);
      return `${lead.padStart(left)}.${fraction.padEnd(digits, '0')}${exponentText(exponent, exponentWidth)}`;
    },
  };
}
