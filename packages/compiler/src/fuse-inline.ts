import type { Axis, Dims, PullOutput, TensorSpec } from '@sporelet/ir';
import { Expr, constant, flatIndex, int32, rebuild, substitute, unflatten, where } from '@sporelet/ir';

/**
 * The index in shape `to` of the element that `index` names in shape `from`, both of the same size: dimensions that
 * the shapes share stay as they are, others are joined or split.
 */
export function reindex(from: Dims, to: Dims, index: readonly Expr[]): Expr[] {
  const out: Expr[] = [];
  let [f, t] = [0, 0];
  while (f < from.length || t < to.length) {
    let [nf, nt] = [from[f] ?? 1, to[t] ?? 1];
    let [ef, et] = [f + 1, t + 1];
    while (nf !== nt) {
      if (nf < nt) nf *= from[ef++]!;
      else nt *= to[et++]!;
    }
    const whole = flatIndex(from.slice(f, ef), index.slice(f, ef));
    out.push(...(et - t === 1 ? [whole] : unflatten(to.slice(t, et), whole)).slice(0, Math.max(0, to.length - t)));
    [f, t] = [ef, et];
  }
  return out;
}

const zeroOf = (e: Expr): Expr => constant(0, e.dtype);

/** The same expression with every load kept inside its operand by a guard; where the guard fails the value is any. */
function guarded(e: Expr, guard: Expr, ranks: readonly number[], memo: Map<Expr, Expr>): Expr {
  const known = memo.get(e);
  if (known) return known;
  const args = e.args.map((a) => guarded(a, guard, ranks, memo));
  let r: Expr;
  if (e.kind !== 'load') r = args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
  else {
    const rank = ranks[e.input]!;
    const own = e.fn === 'select' ? args[rank]! : null;
    const fill = e.fn === 'select' ? args[rank + 1]! : zeroOf(e);
    const both = own ? guard.and(own) : guard;
    r = new Expr('load', e.dtype, [...args.slice(0, rank), both, fill], { input: e.input, fn: 'select' });
  }
  memo.set(e, r);
  return r;
}

/** What takes the place of an operand: an expression over axes, whose loads have the numbers of the joined operands. */
export interface Inlined {
  readonly axes: readonly Axis[];
  readonly shape: Dims;
  readonly value: Expr;
}

/** Rewrites expressions: loads of some operands become the expressions that made them, the others are renumbered. */
export class Inliner {
  private readonly specs: readonly TensorSpec[];
  private readonly replaced: readonly (Inlined | null)[];
  private readonly numbers: readonly number[];
  private readonly joined: readonly TensorSpec[];
  private readonly memo = new Map<Expr, Expr>();

  /**
   * @param specs - the operands of the expressions
   * @param replaced - what takes the place of each operand, or null
   * @param numbers - the number of each other operand among the joined ones
   * @param joined - all operands of the result
   */
  constructor(
    specs: readonly TensorSpec[],
    replaced: readonly (Inlined | null)[],
    numbers: readonly number[],
    joined: readonly TensorSpec[],
  ) {
    this.specs = specs;
    this.replaced = replaced;
    this.numbers = numbers;
    this.joined = joined;
  }

  run(e: Expr): Expr {
    let r = this.memo.get(e);
    if (r) return r;
    const args = e.args.map((a) => this.run(a));
    if (e.kind === 'load') r = this.load(e, args);
    else r = args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
    this.memo.set(e, r);
    return r;
  }

  private load(e: Expr, args: readonly Expr[]): Expr {
    const { input, fn } = e;
    const with_ = this.replaced[input];
    if (!with_) return new Expr('load', e.dtype, args, { input: this.numbers[input]!, ...(fn ? { fn } : {}) });
    const { shape } = this.specs[input]!;
    const index = reindex(shape, with_.shape, args.slice(0, shape.length));
    const value = substitute(with_.value, new Map(with_.axes.map((a, d) => [a, index[d]!])));
    if (fn !== 'select') return value;
    const [guard, fill] = args.slice(shape.length) as [Expr, Expr];
    const ranks = this.joined.map((s) => s.shape.length);
    return where(guard, guarded(value, guard, ranks, new Map()), fill);
  }
}

/** Makes structurally equal nodes one node, so that they are computed once. */
export class Sharing {
  private readonly known = new Map<string, Expr>();
  private readonly ids = new Map<Expr | Axis, number>();
  private readonly memo = new Map<Expr, Expr>();

  private id(x: Expr | Axis): number {
    let id = this.ids.get(x);
    if (id === undefined) this.ids.set(x, (id = this.ids.size));
    return id;
  }

  run(e: Expr): Expr {
    let r = this.memo.get(e);
    if (r) return r;
    const args = e.args.map((a) => this.run(a));
    const same = args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
    const { kind, dtype, fn, axes, input, value, order, stored } = same;
    const bits = Object.is(value, -0) ? '-0' : `${typeof value}${value}`;
    const key = `${kind} ${fn} ${dtype.id} ${input} ${bits} ${order?.partials} ${stored?.id} ${axes.map((a) => this.id(a)).join()} ${same.args.map((a) => this.id(a)).join()}`;
    r = this.known.get(key);
    if (!r) this.known.set(key, (r = same));
    this.memo.set(e, r);
    return r;
  }
}

/** A pull output over other axes of the same extents. */
export function overAxes(output: PullOutput, axes: readonly Axis[]): PullOutput {
  const map = new Map(output.axes.map((a, d): [Axis, Expr] => [a, axisAt(axes[d]!)]));
  return { ...output, axes, value: substitute(output.value, map) };
}

const axisAt = (a: Axis): Expr =>
  a.extent === 1 && a.limit === null ? constant(0, int32) : new Expr('axis', int32, [], { axes: [a] });
