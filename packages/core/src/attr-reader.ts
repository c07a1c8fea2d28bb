import { didYouMean } from '@sporelet/ir';
import type { Attrs, AttrTable } from './attr.ts';
import { checkAttr, sameAttr } from './attr.ts';
import { describe } from './text.ts';

const noAttrs: Attrs = Object.freeze({});
const internLimit = 16;

/** Attributes from given values, checked, with defaults; equal ones are mostly the same object. */
export class AttrReader {
  private readonly op: string;
  private readonly table: AttrTable;
  private readonly names: readonly string[];
  private readonly seen: Attrs[] = [];

  constructor(op: string, table: AttrTable, order: readonly string[]) {
    this.op = op;
    this.table = table;
    this.names = order;
    for (const name of order) {
      if (!table[name])
        throw new Error(
          `defineOp '${op}': '${name}' is neither an input nor an attribute${didYouMean(name, Object.keys(table))}`,
        );
    }
    for (const name of Object.keys(table)) {
      if (!order.includes(name)) throw new Error(`defineOp '${op}': the attribute '${name}' is not in the signature`);
    }
  }

  /** @param values - by position in the given order; undefined = not given */
  read(values: readonly unknown[]): Attrs {
    const { names, table, op } = this;
    if (!names.length) return noAttrs;
    const { seen } = this;
    for (let k = 0; k < seen.length; k++) if (this.fits(seen[k]!, values)) return seen[k]!;
    const attrs: Record<string, unknown> = {};
    names.forEach((name, i) => {
      const kind = table[name]!;
      const value = values[i];
      if (value !== undefined) attrs[name] = checkAttr(op, name, kind, value, describe);
      else if ('fallback' in kind) attrs[name] = kind.fallback;
      else throw new TypeError(`For '${op}', the argument '${name}' is missing.`);
    });
    if (seen.length >= internLimit) seen.shift();
    seen.push(Object.freeze(attrs));
    return attrs;
  }

  /** Whether given values are those of attributes that were checked before. */
  private fits(attrs: Attrs, values: readonly unknown[]): boolean {
    const { names, table } = this;
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      const value = values[i];
      if (!sameAttr(value === undefined ? table[name]!.fallback : value, attrs[name])) return false;
    }
    return true;
  }
}
