import { bool, int32 } from './dtype.ts';
import { Axis, Expr, axisRef, binary, constant } from './expr.ts';
import type { BinaryFn } from './expr.ts';

/** Axes that an expression depends on and does not bind itself. */
export class FreeAxes {
  private readonly memo = new Map<Expr, ReadonlySet<Axis>>();

  of(e: Expr): ReadonlySet<Axis> {
    let r = this.memo.get(e);
    if (r) return r;
    const set = new Set<Axis>();
    if (e.kind === 'axis') set.add(e.axes[0]!);
    for (const a of e.args) for (const x of this.of(a)) set.add(x);
    if (e.kind === 'reduce') {
      for (const a of e.axes) set.delete(a);
      for (const a of e.axes) if (a.limit) for (const x of this.of(a.limit)) set.add(x);
    } else if (e.kind === 'axis' && e.axes[0]!.limit) for (const x of this.of(e.axes[0]!.limit)) set.add(x);
    r = set;
    this.memo.set(e, r);
    return r;
  }
}

/** Rebuilds an expression with axes replaced. */
export function substitute(e: Expr, map: ReadonlyMap<Axis, Expr>, memo = new Map<Expr, Expr>()): Expr {
  const known = memo.get(e);
  if (known) return known;
  let r: Expr;
  if (e.kind === 'axis') r = map.get(e.axes[0]!) ?? e;
  else {
    const args = e.args.map((a) => substitute(a, map, memo));
    const axes = e.axes.map((a) => {
      const limit = a.limit && substitute(a.limit, map, memo);
      return limit === a.limit ? a : new Axis(a.name, a.extent, limit);
    });
    if (args.every((a, i) => a === e.args[i]) && axes.every((a, i) => a === e.axes[i])) r = e;
    else if (axes.some((a, i) => a !== e.axes[i])) {
      const inner = new Map(e.axes.map((a, i) => [a, axisRef(axes[i]!)]));
      r = new Expr('reduce', e.dtype, [substitute(args[0]!, inner)], { fn: e.fn as 'sum', axes, order: e.order });
    } else r = rebuild(e, args);
  }
  memo.set(e, r);
  return r;
}

const folding: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'div', 'rem']);

/** The same node over other arguments. */
export function rebuild(e: Expr, args: readonly Expr[]): Expr {
  if (e.kind === 'apply' && e.dtype === int32 && folding.has(e.fn)) return binary(e.fn as BinaryFn, args[0]!, args[1]!);
  const { fn, axes, input, stored, order, value } = e;
  return new Expr(e.kind, e.dtype, args, {
    value,
    axes,
    input,
    order,
    ...(fn ? { fn } : {}),
    ...(stored ? { stored } : {}),
  });
}

/** How far an int32 expression moves per step of an axis: a number, or null when it is not linear in it. */
export function slope(e: Expr, axis: Axis, free: FreeAxes): number | null {
  if (!free.of(e).has(axis)) return 0;
  // An axis depends on those in its limit, but does not move with them.
  if (e.kind === 'axis') return e.axes[0] === axis ? 1 : 0;
  if (e.kind !== 'apply') return null;
  const [x, y] = e.args as [Expr, Expr];
  if (e.fn === 'add' || e.fn === 'sub') {
    const [a, b] = [slope(x, axis, free), slope(y, axis, free)];
    return a === null || b === null ? null : e.fn === 'add' ? a + b : a - b;
  }
  if (e.fn === 'mul') {
    const [s, c] = x.kind === 'const' ? [slope(y, axis, free), x] : [slope(x, axis, free), y];
    return s === null || c.kind !== 'const' ? null : s * Number(c.value);
  }
  return null;
}

/**
 * Merges neighbouring axes that every read walks as one (`p * extent(q) + q`), so that loops get long.
 * Returns the remaining axes and the expressions over them.
 */
export function mergeAxes(
  axes: readonly Axis[],
  bodies: readonly Expr[],
  free: FreeAxes,
): { axes: readonly Axis[]; bodies: readonly Expr[] } {
  for (let d = 0; d + 1 < axes.length; d++) {
    const [p, q] = [axes[d]!, axes[d + 1]!];
    if (p.limit || q.limit || !bodies.every((b) => walksAsOne(b, p, q, free, new Set()))) continue;
    const merged = new Axis(p.name, p.extent * q.extent);
    const map = new Map([
      [p, constant(0, int32)],
      [q, axisRef(merged)],
    ]);
    const memo = new Map<Expr, Expr>();
    return mergeAxes([...axes.slice(0, d), merged, ...axes.slice(d + 2)], bodies.map((b) => substitute(b, map, memo)), free); // prettier-ignore
  }
  return { axes, bodies };
}

function walksAsOne(e: Expr, p: Axis, q: Axis, free: FreeAxes, seen: Set<Expr>): boolean {
  const set = free.of(e);
  if (seen.has(e) || (!set.has(p) && !set.has(q))) return true;
  seen.add(e);
  if (e.kind === 'axis') return false;
  let args = e.args;
  if (e.kind === 'read') {
    const [a, b] = [slope(args[0]!, p, free), slope(args[0]!, q, free)];
    if (a === null || b === null || a !== b * q.extent) return false;
    args = args.slice(1);
  }
  return args.every((a) => walksAsOne(a, p, q, free, seen)) && e.axes.every((a) => !a.limit || walksAsOne(a.limit, p, q, free, seen)); // prettier-ignore
}

/** Reads in an expression, those in nested reductions included. */
function readsOf(e: Expr, out = new Set<Expr>(), seen = new Set<Expr>()): Set<Expr> {
  if (seen.has(e)) return out;
  seen.add(e);
  if (e.kind === 'read') out.add(e);
  for (const a of e.args) readsOf(a, out, seen);
  return out;
}

const LONG = { 1: 1024, 16: 8192 } as const;
const BLOCK = { 1: 512, 16: 4096 } as const;
/** Reductions of at most this many terms are written out. */
const UNROLL = 16;

/**
 * Fixes how every reduction of a lowered expression adds up. The order is part of the meaning, so it is decided here,
 * from shapes alone, for the interpreter and every target alike:
 * - at most 16 terms: in sequence, written out;
 * - along an axis that most operands hold contiguously: 16 interleaved partial results, folded 8, 4, 2, 1;
 * - otherwise in sequence;
 * - long reductions (8192 or 1024 terms) in blocks of 4096 or 512, and the blocks in sequence.
 */
export class Ordering {
  private readonly free = new FreeAxes();
  private readonly memo = new Map<Expr, Expr>();

  order(e: Expr): Expr {
    let r = this.memo.get(e);
    if (r) return r;
    const args = e.args.map((a) => this.order(a));
    r = args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
    if (r.kind === 'reduce' && !r.order) r = this.reduction(r);
    this.memo.set(e, r);
    return r;
  }

  private reduction(e: Expr): Expr {
    const axes = e.axes.filter((a) => a.extent !== 1 || a.limit);
    const ones = new Map(e.axes.filter((a) => !axes.includes(a)).map((a) => [a, constant(0, int32)]));
    const body = ones.size ? substitute(e.args[0]!, ones) : e.args[0]!;
    if (!axes.length) return body;
    const count = axes.reduce((n, a) => n * a.extent, 1);
    if (count > 0 && count <= UNROLL && axes.every((a) => !a.limit)) return this.unrolled(e, axes, body);
    const m = mergeAxes(axes, [body], this.free);
    return this.blocked(e, m.axes, m.bodies[0]!, this.partials(m.axes.at(-1)!, m.bodies[0]!), count);
  }

  private partials(inner: Axis, body: Expr): 1 | 16 {
    if (inner.extent < 16 || this.hasLanes(body, inner)) return 1;
    let balance = 0;
    for (const read of readsOf(body)) {
      const s = slope(read.args[0]!, inner, this.free);
      if (s === 1) balance++;
      else if (s !== 0) balance--;
    }
    return balance > 0 ? 16 : 1;
  }

  /** A nested reduction that takes the lanes itself leaves none for this axis. */
  private hasLanes(e: Expr, axis: Axis, seen = new Set<Expr>()): boolean {
    // Shared parts are looked at once.
    if (seen.has(e)) return false;
    seen.add(e);
    if (!this.free.of(e).has(axis)) return false;
    return (e.kind === 'reduce' && e.order!.partials === 16) || e.args.some((a) => this.hasLanes(a, axis, seen));
  }

  private unrolled(e: Expr, axes: readonly Axis[], body: Expr): Expr {
    let terms: Expr[] = [body];
    for (const axis of axes) {
      terms = terms.flatMap((t) =>
        Array.from({ length: axis.extent }, (_, i) => substitute(t, new Map([[axis, constant(i, int32)]]))),
      );
    }
    return terms.reduce((a, b) => combine(e, a, b));
  }

  private blocked(e: Expr, axes: readonly Axis[], body: Expr, partials: 1 | 16, count: number): Expr {
    const plain = (as: readonly Axis[], b: Expr, p: 1 | 16) =>
      new Expr('reduce', e.dtype, [b], { fn: e.fn as 'sum', axes: as, order: { partials: p } });
    const [outer, ...inner] = axes as [Axis, ...Axis[]];
    if (count < LONG[partials] || outer.limit || inner.some((a) => a.limit)) return plain(axes, body, partials);
    const innerCount = count / outer.extent;
    const rows = Math.floor(BLOCK[partials] / innerCount);
    if (rows <= 1) return plain([outer], this.blocked(e, inner, body, partials, innerCount), 1);
    if (rows >= outer.extent) return plain(axes, body, partials);
    const block = new Axis(`${outer.name}b`, Math.ceil(outer.extent / rows));
    const start = axisRef(block).mul(rows);
    const exact = outer.extent % rows === 0;
    const row = new Axis(outer.name, rows, exact ? null : constant(outer.extent, int32).sub(start).min(rows));
    const moved = substitute(body, new Map([[outer, start.add(axisRef(row))]]));
    return plain([block], plain([row, ...inner], moved, partials), 1);
  }
}

/** One step of a reduction. */
export function combine(reduction: Expr, a: Expr, b: Expr): Expr {
  switch (reduction.fn) {
    case 'sum':
      return new Expr('apply', a.dtype, [a, b], { fn: 'add' });
    case 'prod':
      return new Expr('apply', a.dtype, [a, b], { fn: 'mul' });
    case 'any':
      return new Expr('apply', bool, [a, b], { fn: 'or' });
    case 'all':
      return new Expr('apply', bool, [a, b], { fn: 'and' });
    default:
      return new Expr('apply', a.dtype, [a, b], { fn: reduction.fn as 'max' });
  }
}

/** The neutral element of a reduction: what an empty one gives. */
export function identityOf(reduction: Expr): Expr {
  const d = reduction.dtype;
  const signed = d.kind === 'int';
  const bits = BigInt(d.itemsize * 8);
  const low = d.isFloat ? -Infinity : signed ? -(1n << (bits - 1n)) : 0n;
  const high = d.isFloat ? Infinity : signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  const value = { sum: 0, prod: 1, any: 0, all: 1, max: low, min: high }[reduction.fn as 'sum'] as number | bigint;
  const wide = d.itemsize === 8 && !d.isFloat;
  return constant(wide ? BigInt(value) : Number(value), d);
}
