import type { DType } from './dtype.ts';
import { bool, int32 } from './dtype.ts';
import { Axis, Expr, axisRef, constant } from './expr.ts';
import type { TensorSpec } from './kernel.ts';
import type { Dims } from './shape.ts';

/** The least and greatest value of an index expression, where they can be told. */
export function interval(e: Expr): readonly [number, number] | null {
  if (e.kind === 'const') return [Number(e.value), Number(e.value)];
  if (e.kind === 'axis') return [0, e.axes[0]!.extent - 1];
  if (e.kind !== 'apply' || e.dtype !== int32) return null;
  if (e.fn === 'bounded') return [0, Number(e.args[1]!.value) - 1];
  const [x, y] = e.args.map(interval);
  if (!x || !y) return null;
  if (e.fn === 'add') return [x[0] + y[0], x[1] + y[1]];
  if (e.fn === 'sub') return [x[0] - y[1], x[1] - y[0]];
  if (e.fn === 'mul' || e.fn === 'div') {
    if (e.fn === 'div' && y[0] <= 0 && y[1] >= 0) return null;
    const f = e.fn === 'mul' ? (a: number, b: number) => a * b : (a: number, b: number) => Math.trunc(a / b);
    const all = [f(x[0], y[0]), f(x[0], y[1]), f(x[1], y[0]), f(x[1], y[1])];
    return [Math.min(...all), Math.max(...all)];
  }
  if (e.fn === 'rem' && y[0] === y[1] && y[0] > 0)
    return x[0] >= 0 ? [0, Math.min(x[1], y[0] - 1)] : [1 - y[0], y[0] - 1];
  if (e.fn === 'shr' && y[0] === y[1]) return [x[0] >> y[0], x[1] >> y[0]];
  if (e.fn === 'and' && y[0] === y[1] && y[0] >= 0) return [0, y[0]];
  if (e.fn === 'min') return [Math.min(x[0], y[0]), Math.min(x[1], y[1])];
  if (e.fn === 'max') return [Math.max(x[0], y[0]), Math.max(x[1], y[1])];
  return null;
}

/** An operand as a kernel expression reads it; under vmap its leading axes are bound already and do not show. */
export class View {
  readonly dtype: DType;
  readonly shape: Dims;
  readonly input: number;
  private readonly bound: readonly Expr[];

  constructor(input: number, spec: TensorSpec, bound: readonly Expr[] = []) {
    this.input = input;
    this.dtype = spec.dtype;
    this.shape = spec.shape.slice(bound.length);
    this.bound = bound;
  }

  /** The element at an index, one expression or number per axis; indices must be in range. */
  at(...index: readonly (Expr | number)[]): Expr {
    if (index.length !== this.shape.length) {
      throw new Error(`kernel: ${index.length} indices for an operand of rank ${this.shape.length}`);
    }
    const all = index.map((i) => (typeof i === 'number' ? constant(i, int32) : i));
    return new Expr('load', this.dtype, [...this.bound, ...all], { input: this.input });
  }

  /** The element at an index, or `fill` where the index is outside the operand. */
  padded(index: readonly (Expr | number)[], fill: Expr, also: Expr | null = null): Expr {
    let inside: Expr | null = also;
    const all = index.map((i0, d) => {
      const i = typeof i0 === 'number' ? constant(i0, int32) : i0;
      const n = this.shape[d]!;
      const range = interval(i);
      const tests: Expr[] = [];
      if (!range || range[0] < 0) tests.push(i.ge(0));
      if (!range || range[1] >= n) tests.push(i.lt(n));
      for (const t of tests) inside = inside ? inside.and(t) : t;
      return i;
    });
    const read = this.at(...all);
    if (!inside) return read;
    // A guarded load: args = indices, then the guard, then the fill.
    return new Expr('load', this.dtype, [...read.args, inside, fill], { input: this.input, fn: 'select' });
  }

  /** The only element of a scalar operand. */
  get scalar(): Expr {
    return this.at(...this.shape.map(() => 0));
  }
}

/** One axis per dimension, named i0, i1, ... */
export function axesFor(shape: Dims, prefix = 'i'): Axis[] {
  return shape.map((n, d) => new Axis(`${prefix}${d}`, n));
}

/** Indexes a broadcast operand by the output's indices (NumPy's rule: align at the end, size 1 repeats). */
export function broadcastAt(view: View, index: readonly Expr[]): Expr {
  const skip = index.length - view.shape.length;
  return view.at(...view.shape.map((n, d) => (n === 1 ? 0 : index[skip + d]!)));
}

/** The row-major number of an index in a shape. */
export function flatIndex(shape: Dims, index: readonly Expr[]): Expr {
  let e = constant(0, int32);
  shape.forEach((n, d) => (e = e.mul(n).add(index[d]!)));
  return e;
}

/** The index whose row-major number is `flat`. */
export function unflatten(shape: Dims, flat: Expr): Expr[] {
  const out: Expr[] = new Array<Expr>(shape.length);
  let rest = flat;
  for (let d = shape.length - 1; d >= 0; d--) {
    out[d] = d === 0 ? rest : rest.rem(shape[d]!);
    rest = rest.div(shape[d]!);
  }
  return out;
}

export { axisRef, bool };
