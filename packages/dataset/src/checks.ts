import { ValueError } from '@sporelet/ir';

const most = 2 ** 31 - 1;

function whole(value: unknown, least: number, name: string, where: string): number {
  if (typeof value !== 'number') {
    throw new TypeError(`For '${where}', the ${name} must be a whole number, but got ${typeof value}.`);
  }
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ValueError(
      `For '${where}', the ${name} must be a whole number in [${least}, ${most}], but got ${value}.`,
    );
  }
  return value;
}

/** A whole number of at least 0. */
export const natural = (value: unknown, name: string, where: string): number => whole(value, 0, name, where);

/** A whole number of at least 1. */
export const count = (value: unknown, name: string, where: string): number => whole(value, 1, name, where);

/** A whole number of at least `least`. */
export const atLeast = (least: number, value: unknown, name: string, where: string): number =>
  whole(value, least, name, where);

/** One name or several, as an array. @throws TypeError for anything else, ValueError for none. */
export function names(value: unknown, name: string, where: string): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new ValueError(`For '${where}', ${name} must name at least one column.`);
  const odd = list.find((item) => typeof item !== 'string');
  if (odd !== undefined || list.includes(undefined)) {
    throw new TypeError(`For '${where}', ${name} must be names of columns, but got ${typeof odd}.`);
  }
  return list as readonly string[];
}
