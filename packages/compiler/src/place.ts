import type { Axis, DType } from '@sporelet/ir';
import { Expr, FreeAxes, axisRef, constant, int32, rebuild, slope, substitute } from '@sporelet/ir';

/** How a loop runs in lanes: `lanes` elements per register, `unroll` registers side by side. */
export interface Lanes {
  readonly axis: Axis;
  readonly lanes: number;
  readonly unroll: number;
  /** What is left over at the end is computed in lanes too, together with elements before it. */
  readonly again?: boolean;
}

/** One statement of a loop nest. Expressions name their own values. */
export type Stmt =
  | { readonly kind: 'let'; readonly node: Expr }
  | {
      readonly kind: 'reduce';
      readonly node: Expr;
      readonly loops: readonly ReduceLoop[];
      readonly lanes: Lanes | null;
    }
  | { readonly kind: 'loop'; readonly axis: Axis; readonly lanes: Lanes | null; readonly body: readonly Stmt[] }
  | {
      readonly kind: 'store';
      readonly output: number;
      readonly stored: DType;
      readonly offset: Expr;
      readonly value: Expr;
    };

export interface ReduceLoop {
  readonly axis: Axis;
  /** Statements of this loop's body, before the next inner loop (or before the accumulation). */
  readonly body: readonly Stmt[];
}

/** What one iteration of the unit loop does. */
export interface Nest {
  /** Axes decoded from the unit number, outermost first; empty when the unit is the inner axis or there is one unit. */
  readonly outer: readonly Axis[];
  readonly inner: Axis | null;
  /** What `lo..hi` counts: rows of the outer axes, elements of the inner axis, or nothing (one unit). */
  readonly unit: 'row' | 'inner' | 'none';
  /** Statements that need no axis. */
  readonly entry: readonly Stmt[];
  /** Statements of one row, the inner loop among them. */
  readonly row: readonly Stmt[];
}

export interface StoreSpec {
  readonly output: number;
  readonly stored: DType;
  readonly offset: Expr;
  readonly value: Expr;
}

class Scope {
  readonly stmts: Stmt[] = [];
  readonly defined = new Set<Expr>();
  readonly bound: ReadonlySet<Axis>;
  readonly parent: Scope | null;
  readonly lanes: Lanes | null;
  constructor(bound: Iterable<Axis>, parent: Scope | null, lanes: Lanes | null) {
    this.bound = new Set(bound);
    this.parent = parent;
    this.lanes = lanes;
  }
  has(e: Expr): boolean {
    return this.defined.has(e) || (this.parent?.has(e) ?? false);
  }
}

const wide = (d: DType): boolean => d.itemsize === 8;

/** How an offset moves with an axis: `base + (axis >> shift) * step`. */
export interface Moving {
  readonly base: Expr;
  readonly step: number;
  readonly shift: number;
}

/** How a read's or store's offset moves with an axis, when it was written as a base and one term of the axis. */
export function moving(offset: Expr, axis: Axis): Moving | null {
  const isAxis = (e: Expr): boolean => e.kind === 'axis' && e.axes[0] === axis;
  const term = (e: Expr): { step: number; shift: number } | null => {
    if (isAxis(e)) return { step: 1, shift: 0 };
    if (e.kind !== 'apply' || e.args[1]?.kind !== 'const' || !isAxis(e.args[0]!)) return null;
    const c = Number(e.args[1].value);
    return e.fn === 'mul' ? { step: c, shift: 0 } : e.fn === 'shr' ? { step: 1, shift: c } : null;
  };
  const whole = term(offset);
  if (whole !== null) return { base: constant(0, int32), ...whole };
  if (offset.kind !== 'apply' || offset.fn !== 'add') return null;
  const last = term(offset.args[1]!);
  // A data-dependent index may move with the same axis once more.
  return last === null || mentions(offset.args[0]!, axis) ? null : { base: offset.args[0]!, ...last };
}

function mentions(e: Expr, axis: Axis, seen = new Set<Expr>()): boolean {
  if (seen.has(e)) return false;
  seen.add(e);
  return e.axes.includes(axis) || e.args.some((a) => mentions(a, axis, seen));
}

/** Whether a step in lanes may end where the loop does: reads that give an element to several lanes begin with a whole one. */
function endsWhole(axis: Axis, { lanes }: Lanes, body: readonly Stmt[]): boolean {
  const start = axis.extent - lanes;
  const whole = (s: Stmt): boolean => {
    if (s.kind === 'reduce') return s.loops.every((l) => l.body.every(whole));
    const offset = s.kind === 'store' ? s.offset : s.kind === 'let' && s.node.kind === 'read' ? s.node.args[0]! : null;
    return !offset || start % (1 << (moving(offset, axis)?.shift ?? 0)) === 0;
  };
  return start > 0 && body.every(whole);
}

/**
 * The placement law: every statement goes to the loop of its innermost free axis. It turns expressions into loop nests;
 * how the loops run (lanes, threads) is decided beside it and changes no meaning.
 */
export class Placer {
  private readonly free = new FreeAxes();
  private readonly depth = new Map<Axis, number>();
  private readonly interned = new Map<string, Expr>();
  private readonly ids = new Map<Expr, number>();
  private readonly axisIds = new Map<Axis, number>();
  private readonly canonicalMemo = new Map<Expr, Expr>();
  private readonly deepMemo = new Map<Expr, Expr>();
  private readonly changesMemo = new Map<Expr, boolean>();
  /** Operands that the nest stores. */
  private stored: ReadonlySet<number> = new Set();
  private readonly register: number;
  private readonly unroll: number;

  /**
   * @param register - bytes of a vector register; 0: no loop runs in lanes
   * @param unroll - registers side by side at most, where nothing else asks for them
   */
  constructor(register: number, unroll = 4) {
    this.register = register;
    this.unroll = unroll;
  }

  /**
   * @param unit - `element` makes every axis an outer one: one unit is one output element
   * @param again - elements may be computed more than once
   */
  nest(
    axes: readonly Axis[],
    stores: readonly StoreSpec[],
    unit: Nest['unit'] | 'element',
    innerLanes: boolean,
    again = false,
  ): Nest {
    axes.forEach((a, d) => this.depth.set(a, d));
    this.stored = new Set(stores.map((s) => s.output));
    const canonical = stores.map((s) => ({ ...s, offset: this.canonical(s.offset), value: this.canonical(s.value) }));
    const inner = unit === 'element' ? null : (axes.at(-1) ?? null);
    const outer = inner ? axes.slice(0, -1) : axes;
    const entry = new Scope([], null, null);
    const row = new Scope(outer, entry, null);
    const targets = canonical.flatMap((s) => [s.value, s.offset]);
    for (const t of targets) this.hoist(t, entry);
    if (inner) {
      const lanes = innerLanes ? this.lanesFor(inner, targets) : null;
      const body = new Scope(axes, row, lanes);
      for (const t of targets) this.hoist(t, row);
      this.stores(canonical, body);
      row.stmts.push({ kind: 'loop', axis: inner, lanes: lanes && { ...lanes, again: again && endsWhole(inner, lanes, body.stmts) }, body: body.stmts }); // prettier-ignore
    } else this.stores(canonical, row);
    return { outer, inner, unit: unit === 'element' ? 'row' : unit, entry: entry.stmts, row: row.stmts };
  }

  private stores(stores: readonly StoreSpec[], scope: Scope): void {
    for (const s of stores) this.place(s.value, scope);
    for (const s of stores) this.placeOffset(s.offset, scope);
    for (const s of stores) scope.stmts.push({ kind: 'store', ...s });
  }

  /** Lanes for a loop, from the widest dtype computed in it; light bodies are unrolled to hide latency. */
  lanesFor(axis: Axis, targets: readonly Expr[]): Lanes | null {
    if (!this.register) return null;
    let widest = 4;
    const seen = new Set<Expr>();
    let size = 0;
    const walk = (e: Expr): void => {
      if (seen.has(e) || !this.free.of(e).has(axis)) return;
      seen.add(e);
      size++;
      if (wide(e.dtype)) widest = 8;
      for (const a of e.args) {
        if (wide(a.dtype)) widest = 8;
        walk(a);
      }
    };
    // A value that the loop does not change is stored by it all the same.
    for (const t of targets) if (wide(t.dtype)) widest = 8;
    targets.forEach(walk);
    return {
      axis,
      lanes: this.register / widest,
      unroll: Math.min(this.unroll, size <= 120 ? 4 : size <= 240 ? 2 : 1),
    };
  }

  /** Places every maximal subexpression that the scope's axes suffice for. */
  private hoist(e: Expr, scope: Scope, seen = new Set<Expr>()): void {
    if (seen.has(e)) return;
    seen.add(e);
    let inside = true;
    for (const a of this.free.of(e)) if (!scope.bound.has(a)) inside = false;
    if (inside && !this.changes(e)) this.place(e, scope);
    else {
      for (const a of e.args) this.hoist(a, scope, seen);
      for (const a of e.axes) if (a.limit) this.hoist(a.limit, scope, seen);
    }
  }

  /** Whether it reads what the nest itself stores: then it has its value only where it is used. */
  private changes(e: Expr): boolean {
    let r = this.changesMemo.get(e);
    if (r === undefined) {
      r = (e.kind === 'read' && this.stored.has(e.input)) || e.args.some((a) => this.changes(a));
      this.changesMemo.set(e, r);
    }
    return r;
  }

  private place(e: Expr, scope: Scope): void {
    if (scope.has(e)) return;
    scope.defined.add(e);
    if (e.kind === 'reduce') {
      this.reduction(e, scope);
      return;
    }
    if (e.kind === 'read') {
      this.placeOffset(e.args[0]!, scope);
      for (const a of e.args.slice(1)) this.place(a, scope);
    } else for (const a of e.args) this.place(a, scope);
    scope.stmts.push({ kind: 'let', node: e });
  }

  /** In a loop over lanes only the part of an offset that does not move is computed; printers add the step. */
  private placeOffset(offset: Expr, scope: Scope): void {
    const axis = scope.lanes?.axis;
    const split = axis && this.free.of(offset).has(axis) ? moving(offset, axis) : null;
    this.place(split ? split.base : offset, scope);
  }

  private reduction(e: Expr, scope: Scope): void {
    for (const a of e.axes) if (a.limit) this.place(a.limit, scope);
    const lanes = e.order!.partials === 16 ? this.lanesFor(e.axes.at(-1)!, e.args) : null;
    const register = lanes && { ...lanes, unroll: 16 / lanes.lanes };
    const loops: { axis: Axis; body: Stmt[] }[] = [];
    let current = scope;
    e.axes.forEach((axis, d) => {
      this.hoist(e.args[0]!, current);
      const last = d === e.axes.length - 1;
      current = new Scope([...current.bound, axis], current, last && register ? register : scope.lanes);
      loops.push({ axis, body: current.stmts });
    });
    this.place(e.args[0]!, current);
    scope.stmts.push({ kind: 'reduce', node: e, loops, lanes: register });
  }

  /** Interns equal nodes and writes every offset as a sum ordered from the outermost loop to the innermost. */
  private canonical(e: Expr): Expr {
    const known = this.canonicalMemo.get(e);
    if (known) return known;
    if (e.kind === 'reduce') {
      for (const a of e.axes) if (!this.depth.has(a)) this.depth.set(a, this.depth.size);
    }
    let args = e.args.map((a) => this.canonical(a));
    if (e.kind === 'read') args = [this.canonicalOffset(args[0]!), ...args.slice(1)];
    const axes = e.axes.map((a) => a.limit && this.canonical(a.limit));
    const changed = args.some((a, i) => a !== e.args[i]) || axes.some((l, i) => l !== e.axes[i]!.limit);
    let r = e;
    if (changed) {
      const stale = e.axes.filter((a, i) => a.limit !== axes[i]);
      r = stale.length ? e : rebuild(e, args);
    }
    r = this.intern(r);
    this.canonicalMemo.set(e, r);
    return r;
  }

  private canonicalOffset(offset: Expr): Expr {
    const axes = [...this.free.of(offset)].sort((a, b) => this.depth.get(a)! - this.depth.get(b)!);
    let rest = offset;
    const terms: Expr[] = [];
    for (let d = axes.length - 1; d >= 0; d--) {
      const axis = axes[d]!;
      if (axis.limit) continue;
      const s = slope(rest, axis, this.free);
      if (s === null) break;
      rest = substitute(rest, new Map([[axis, constant(0, int32)]]));
      if (s !== 0)
        terms.unshift(
          s === 1 ? axisRef(axis) : new Expr('apply', int32, [axisRef(axis), constant(s, int32)], { fn: 'mul' }),
        );
    }
    // Inner axes are split off first; what is left, outer axes and data-dependent parts, stays as it was written.
    let sum = this.deep(rest);
    for (const t of terms) sum = this.deep(sum.add(t));
    return sum;
  }

  /** Interns a node and all below it; what is shared is visited once. */
  private deep(e: Expr): Expr {
    let r = this.deepMemo.get(e);
    if (r) return r;
    const args = e.args.map((a) => this.deep(a));
    r = this.intern(args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args));
    this.deepMemo.set(e, r);
    return r;
  }

  private id(e: Expr): number {
    let i = this.ids.get(e);
    if (i === undefined) {
      i = this.ids.size;
      this.ids.set(e, i);
    }
    return i;
  }

  private axisId(a: Axis): number {
    let i = this.axisIds.get(a);
    if (i === undefined) {
      i = this.axisIds.size;
      this.axisIds.set(a, i);
    }
    return i;
  }

  private intern(e: Expr): Expr {
    const value = Object.is(e.value, -0) ? '-0' : String(e.value);
    const args = e.args.map((a) => this.id(a)).join();
    const axes = e.axes.map((a) => this.axisId(a)).join();
    const key = `${e.kind}|${e.dtype.id}|${e.fn}|${value}|${e.input}|${e.stored?.id ?? ''}|${args}|${axes}`;
    let r = this.interned.get(key);
    if (!r) {
      r = e;
      this.interned.set(key, r);
      this.id(r);
    }
    return r;
  }
}
