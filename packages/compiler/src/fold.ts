import type { DType, Expr } from '@sporelet/ir';
import { bool, constant, rebuild, scalarFn } from '@sporelet/ir';

const isConst = (e: Expr, value: number): boolean =>
  e.kind === 'const' && (typeof e.value === 'bigint' ? e.value === BigInt(value) : Object.is(e.value, value));

/** Constants of machine dtypes; a value with two forms of NaN is left to the machine. */
function evaluated(e: Expr): Expr | null {
  if (!e.args.every((a) => a.kind === 'const')) return null;
  const value = scalarFn(e)(...e.args.map((a) => a.value));
  return Number.isNaN(value) ? null : constant(value, e.dtype);
}

/** `x op c` where c changes nothing, for every x: -0, infinities and NaN included. */
function withoutEffect(e: Expr): Expr | null {
  const [x, y] = e.args as [Expr, Expr | undefined];
  if (!y) return null;
  const float = e.dtype.isFloat;
  switch (e.fn) {
    case 'add':
      // x + 0 would turn -0 into 0; x + -0 is x.
      return isConst(y, float ? -0 : 0) ? x : isConst(x, float ? -0 : 0) ? y : null;
    case 'sub':
      return isConst(y, 0) ? x : null;
    case 'mul':
      return isConst(y, 1) ? x : isConst(x, 1) ? y : null;
    case 'div':
      return isConst(y, 1) ? x : null;
    case 'or':
    case 'xor':
      return isConst(y, 0) ? x : isConst(x, 0) ? y : null;
    case 'and':
      if (e.dtype !== bool) return null;
      return isConst(y, 1) ? x : isConst(x, 1) ? y : null;
    case 'shl':
    case 'shr':
      return isConst(y, 0) ? x : null;
    default:
      return null;
  }
}

function chosen(e: Expr): Expr | null {
  const [condition, x, y] = e.args as [Expr, Expr, Expr];
  if (condition.kind === 'const') return Number(condition.value) ? x : y;
  return x === y ? x : null;
}

const machine = (d: DType): boolean => d.itemsize >= 4 || d === bool;

/**
 * Computes what is constant in lowered expressions and drops what has no effect. Only identities that hold for every
 * value, so results keep their bits. Equal nodes stay shared.
 */
export class Folder {
  private readonly memo = new Map<Expr, Expr>();

  run(e: Expr): Expr {
    let r = this.memo.get(e);
    if (r) return r;
    const args = e.args.map((a) => this.run(a));
    const axes = e.axes.map((a) => {
      const limit = a.limit && this.run(a.limit);
      return limit === a.limit ? a : null;
    });
    // The axes of a reduction are known by identity; one whose limit would change stays as it is.
    r = axes.includes(null) || args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
    if (r.kind === 'apply' && machine(r.dtype)) {
      if (r.fn === 'select') r = chosen(r) ?? r;
      else if (r.fn !== 'cast' && r.fn !== 'bits') r = withoutEffect(r) ?? evaluated(r) ?? r;
    }
    this.memo.set(e, r);
    return r;
  }
}
