import { decimalDigits } from './decimal.ts';

/** The text C gives a number that is not finite (`%g`, `%e`, C++ streams): nan, inf, -inf; undefined for a finite one. */
export function nonFinite(x: number): string | undefined {
  if (Number.isFinite(x)) return undefined;
  return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf';
}

/** Whether x carries a minus sign, -0 included. */
export function isNegative(x: number): boolean {
  return x < 0 || Object.is(x, -0);
}

export function trimZeros(fraction: string): string {
  return fraction.replace(/0+$/, '');
}

/** A decimal exponent as C and Python write it: sign and at least `width` digits after the e. */
export function exponentText(exponent: number, width = 2): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(width, '0')}`;
}

/** The plain notation of d.ddd × 10^exponent, split at the decimal point. */
export function splitPositional(digits: string, exponent: number): [whole: string, fraction: string] {
  if (exponent < 0) return ['0', '0'.repeat(-exponent - 1) + digits];
  return [digits.slice(0, exponent + 1).padEnd(exponent + 1, '0'), digits.slice(exponent + 1)];
}

/** C's `%<width>.<precision>e`: `formatE(0.1, 15, 8)` is ` 1.00000000e-01`. Exact ties round half to even, as glibc does. */
export function formatE(x: number, width: number, precision: number): string {
  return (nonFinite(x) ?? scientificC(x, precision)).padStart(width);
}

function scientificC(x: number, precision: number): string {
  const { digits, exponent } = decimalDigits(x, { count: 'total', max: precision + 1 });
  const fraction = digits.slice(1).padEnd(precision, '0');
  const point = precision > 0 ? '.' : '';
  return `${isNegative(x) ? '-' : ''}${digits.slice(0, 1)}${point}${fraction}${exponentText(exponent)}`;
}

/** C's `%.<precision>g`, the default of C++ streams: at most `precision` digits, no trailing zeros, an exponent if needed. */
export function formatG(x: number, precision = 6): string {
  const special = nonFinite(x);
  if (special !== undefined) return special;
  const sign = isNegative(x) ? '-' : '';
  const rounded = decimalDigits(x, { count: 'total', max: precision });
  const plain = rounded.exponent >= -4 && rounded.exponent < precision;
  const [whole, zeros] = splitPositional(rounded.digits, plain ? rounded.exponent : 0);
  const fraction = trimZeros(zeros);
  return `${sign}${whole}${fraction && `.${fraction}`}${plain ? '' : exponentText(rounded.exponent)}`;
}
