import { binary64 } from './decimal.ts';
import { scalarFloatStr } from './numpy-float.ts';
import { numpyStr } from './numpy-str.ts';

/** The text of a value Python does not know (a tensor, a cell, a dtype), or undefined for any other value. */
export type ReprHook = (value: unknown) => string | undefined;

/** Whether an array stands for a Python tuple. */
export type TuplePredicate = (value: readonly unknown[]) => boolean;

/**
 * `repr(value)` as Python writes it. Numbers: whole ones of at most 2^53 - 1 as ints, others as floats; bigints as ints.
 * null and undefined are None; arrays are lists or tuples, Sets are sets, plain objects and Maps are dicts; a TypedArray
 * prints as a 1-D NumPy array does, an Error as `Name('message')`. `repr` is asked first, for every value within too.
 */
export function pyRepr(value: unknown, repr?: ReprHook, isTuple: TuplePredicate = () => false): string {
  const open = new Set<object>();

  /** A container's text, or `again` for one that contains itself. */
  const within = (container: object, again: string, text: () => string): string => {
    if (open.has(container)) return again;
    open.add(container);
    try {
      return text();
    } finally {
      open.delete(container);
    }
  };
  const dict = (container: object, entries: Iterable<readonly [unknown, unknown]>): string =>
    within(container, '{...}', () => `{${Array.from(entries, ([k, v]) => `${show(k)}: ${show(v)}`).join(', ')}}`);

  const show = (v: unknown): string => {
    const own = repr?.(v);
    if (own !== undefined) return own;
    switch (typeof v) {
      case 'undefined':
        return 'None';
      case 'boolean':
        return v ? 'True' : 'False';
      case 'number':
        return numberRepr(v);
      case 'bigint':
        return String(v);
      case 'string':
        return stringRepr(v);
      case 'symbol':
        return String(v);
      case 'function':
        return /^class\b/.test(Function.prototype.toString.call(v)) ? `<class '${v.name}'>` : `<function ${v.name}>`;
      case 'object':
        return v === null ? 'None' : showObject(v);
    }
  };
  const showObject = (v: object): string => {
    if (Array.isArray(v)) {
      const items: readonly unknown[] = v;
      if (!isTuple(items)) return within(v, '[...]', () => `[${Array.from(items, show).join(', ')}]`);
      return within(v, '(...)', () => `(${Array.from(items, show).join(', ')}${items.length === 1 ? ',' : ''})`);
    }
    if (ArrayBuffer.isView(v) && !(v instanceof DataView)) return typedArrayStr(v as TypedArray);
    if (v instanceof Map) return dict(v, v as Map<unknown, unknown>);
    if (v instanceof Set)
      return v.size === 0 ? 'set()' : within(v, '{...}', () => `{${Array.from(v, show).join(', ')}}`);
    if (v instanceof Error) return `${v.name}(${v.message && stringRepr(v.message)})`;
    const proto: unknown = Object.getPrototypeOf(v);
    if (proto === null || proto === Object.prototype) return dict(v, Object.entries(v));
    const text: unknown = (v as { toString?: unknown }).toString;
    if (typeof text === 'function' && text !== Object.prototype.toString) return String(text.call(v));
    return `<${v.constructor.name} object>`;
  };
  return show(value);
}

/** `str(value)` as Python writes it: a string and the message of an Error as they are, all else as {@link pyRepr}. */
export function pyStr(value: unknown, repr?: ReprHook, isTuple?: TuplePredicate): string {
  if (typeof value === 'string') return value;
  return repr?.(value) ?? (value instanceof Error ? value.message : pyRepr(value, repr, isTuple));
}

function numberRepr(x: number): string {
  // Beyond 2^53 a JS number is a float that happens to be whole; -0 exists only as a float.
  return Number.isSafeInteger(x) && !Object.is(x, -0) ? String(x) : scalarFloatStr(x, binary64);
}

type TypedArray = Float64Array | BigInt64Array;

function typedArrayStr(v: TypedArray): string {
  const dtype = v[Symbol.toStringTag].replace(/^Big|Array$/g, '');
  return numpyStr({ shape: [v.length], dtype, get: (i) => v[i] ?? 0 });
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A string in single quotes, in double ones if it holds only single ones; what cannot be printed is escaped. */
function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = '';
  for (const char of text) out += char === quote ? `\\${char}` : (escapes[char] ?? escapeUnprintable(char));
  return quote + out + quote;
}

/** Python's `str.isprintable`: no control, format, surrogate, private or unassigned character and no separator but a blank. */
function escapeUnprintable(char: string): string {
  if (char === ' ' || !/[\p{C}\p{Z}]/u.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}
