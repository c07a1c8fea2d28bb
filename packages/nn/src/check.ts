import { describe } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';

/** Limits of a number; those that are absent do not matter. */
export interface Range {
  readonly ge?: number;
  readonly gt?: number;
  readonly le?: number;
  readonly lt?: number;
}

function limits({ ge, gt, le, lt }: Range): string {
  if (ge === undefined && gt === undefined) return le === undefined ? `< ${lt}` : `<= ${le}`;
  if (le === undefined && lt === undefined) return ge === undefined ? `> ${gt}` : `>= ${ge}`;
  return `in range ${ge === undefined ? `(${gt}` : `[${ge}`}, ${le === undefined ? `${lt})` : `${le}]`}`;
}

/**
 * A number given as an argument.
 * @throws TypeError when it is no number (no whole one for 'int'), ValueError when it is NaN or out of range
 */
export function checkNumber(
  op: string,
  name: string,
  value: unknown,
  kind: 'int' | 'float',
  range: Range = {},
): number {
  const what = kind === 'int' ? 'an int' : 'a float';
  if (typeof value !== 'number' || (kind === 'int' && !Number.isInteger(value))) {
    throw new TypeError(`For '${op}', the '${name}' must be ${what}, but got ${describe(value)}.`);
  }
  const { ge, gt, le, lt } = range;
  const fits =
    (ge === undefined || value >= ge) &&
    (gt === undefined || value > gt) &&
    (le === undefined || value <= le) &&
    (lt === undefined || value < lt);
  if (fits) return value;
  throw new ValueError(`For '${op}', the '${name}' must be ${what} ${limits(range)}, but got ${value}.`);
}

export function checkBool(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`For '${op}', the '${name}' must be a bool, but got ${describe(value)}.`);
}

/** @throws ValueError for a value that is none of the choices */
export function checkOneOf<const T extends string>(op: string, name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  const list = choices.map((c) => `'${c}'`).join(', ');
  throw new ValueError(`For '${op}', the '${name}' must be one of ${list}, but got ${describe(value)}.`);
}
