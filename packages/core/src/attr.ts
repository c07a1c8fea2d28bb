import type { DType } from '@sporelet/ir';
import { DType as DTypeClass, ValueError } from '@sporelet/ir';

/** Attribute values of one call, by name. */
export type Attrs = Readonly<Record<string, unknown>>;

/** The type, check and default of an attribute. */
export interface Attr<T> {
  /** Absent = required. */
  readonly fallback?: T;
  /** What the check expects, for errors: `an int`. */
  readonly expects: string;
  /** The value in the form kernels use, or undefined when it does not fit. */
  check(value: unknown, fail: (why: string) => never): T | undefined;
}

export type AttrTable = Readonly<Record<string, Attr<unknown>>>;
export type AttrValues<A> = { readonly [K in keyof A]: A[K] extends Attr<infer T> ? T : never };

function make<T>(expects: string, check: Attr<T>['check'], fallback: [] | [T | undefined]): Attr<T> {
  return fallback.length && fallback[0] !== undefined ? { expects, check, fallback: fallback[0] } : { expects, check };
}

function isInt(v: unknown): v is number | bigint {
  return Number.isInteger(v) || typeof v === 'bigint';
}

function intList(v: unknown): readonly number[] | undefined {
  if (!Array.isArray(v) || !v.every(isInt)) return undefined;
  return v.map(Number);
}

/** Attribute kinds for `defineOp`; the argument is the default, without one the attribute is required. */
export const attr = {
  /** An integer. */
  int: (...fallback: [] | [number]): Attr<number> =>
    make('an int', (v) => (isInt(v) ? Number(v) : undefined), fallback),
  /** A number. */
  float: (...fallback: [] | [number]): Attr<number> =>
    make('a float', (v) => (typeof v === 'number' ? v : undefined), fallback),
  bool: (...fallback: [] | [boolean]): Attr<boolean> =>
    make('a bool', (v) => (typeof v === 'boolean' ? v : undefined), fallback),
  str: (...fallback: [] | [string]): Attr<string> =>
    make('a str', (v) => (typeof v === 'string' ? v : undefined), fallback),
  /** One of some strings (or numbers); others are a ValueError. */
  oneOf: <const T extends string | number>(choices: readonly T[], ...fallback: [] | [NoInfer<T>]): Attr<T> =>
    make<T>(
      `one of ${choices.map((c) => `'${c}'`).join(', ')}`,
      (v, fail) => {
        if (choices.includes(v as T)) return v as T;
        if (typeof v !== typeof choices[0]) return undefined;
        return fail(`must be one of ${choices.map((c) => `'${c}'`).join(', ')}`);
      },
      fallback,
    ),
  /** A list of integers. */
  ints: (...fallback: [] | [readonly number[]]): Attr<readonly number[]> => make('a tuple of ints', intList, fallback),
  /** One integer or a list of them. */
  intOrInts: (...fallback: [] | [number | readonly number[]]): Attr<number | readonly number[]> =>
    make<number | readonly number[]>('an int or a tuple of ints', (v) => (isInt(v) ? Number(v) : intList(v)), fallback),
  /** A list of numbers. */
  floats: (...fallback: [] | [readonly number[]]): Attr<readonly number[]> =>
    make(
      'a tuple of floats',
      (v) => (Array.isArray(v) && v.every((x) => typeof x === 'number') ? v : undefined),
      fallback,
    ),
  dtype: (...fallback: [] | [DType]): Attr<DType> =>
    make('a dtype', (v) => (v instanceof DTypeClass ? v : undefined), fallback),
  /** An attribute that may also be null (Python's None), which is then its default. */
  optional: <T>(kind: Attr<T>): Attr<T | null> => ({
    expects: `${kind.expects} or None`,
    fallback: null,
    check: (v, fail) => (v === null ? null : kind.check(v, fail)),
  }),
};

/** A checked attribute value. */
export function checkAttr(op: string, name: string, kind: Attr<unknown>, value: unknown, show: (v: unknown) => string) {
  const checked = kind.check(value, (why) => {
    throw new ValueError(`For '${op}', the '${name}' ${why}, but got ${show(value)}.`);
  });
  if (checked === undefined) {
    throw new TypeError(`For '${op}', the '${name}' must be ${kind.expects}, but got ${show(value)}.`);
  }
  return checked;
}

/** Whether two attribute values are the same for every kernel. */
export function sameAttr(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!sameAttr(a[i], b[i])) return false;
  return true;
}
