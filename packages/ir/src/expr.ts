import type { DType } from './dtype.ts';
import { bool, int32 } from './dtype.ts';

/** A loop variable: 0 <= i < extent. When `limit` is given, the loop ends there (limit <= extent). */
export class Axis {
  readonly name: string;
  readonly extent: number;
  readonly limit: Expr | null;
  constructor(name: string, extent: number, limit: Expr | null = null) {
    this.name = name;
    this.extent = extent;
    this.limit = limit;
  }
}

export type ReduceOp = 'sum' | 'prod' | 'max' | 'min' | 'any' | 'all';

/** Scalar functions with two or more arguments, or with a dtype of their own. */
export type BinaryFn =
  | 'add' | 'sub' | 'mul' | 'div' | 'rem' | 'min' | 'max' | 'pmin' | 'pmax'
  | 'and' | 'or' | 'xor' | 'shl' | 'shr' | 'pow' | 'atan2'; // prettier-ignore
export type CompareFn = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
/** Unary functions every target spells natively. */
export type NativeUnaryFn = 'neg' | 'abs' | 'sqrt' | 'floor' | 'ceil' | 'trunc' | 'nearest' | 'not';
/** Unary functions written as polynomials over the native ones (math.ts). */
export type MathFn =
  | 'exp' | 'exp2' | 'expm1' | 'log' | 'log2' | 'log10' | 'log1p' | 'sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan'
  | 'sinh' | 'cosh' | 'tanh' | 'asinh' | 'acosh' | 'atanh' | 'sigmoid' | 'erf' | 'erfc' | 'erfinv' | 'lgamma' | 'cbrt'; // prettier-ignore
export type ScalarFn = BinaryFn | CompareFn | NativeUnaryFn | MathFn | 'select' | 'cast' | 'bits' | 'bounded';

export type ExprKind = 'const' | 'axis' | 'load' | 'read' | 'apply' | 'reduce';

/** How a reduction adds up: part of its meaning, decided from the shape alone (order.ts). */
export interface ReduceOrder {
  /** 16 interleaved partial results over the innermost axis, or 1 = in sequence. */
  readonly partials: 1 | 16;
}

/** A scalar expression over axes: what one output element is. Immutable. */
export class Expr {
  readonly kind: ExprKind;
  readonly dtype: DType;
  readonly args: readonly Expr[];
  /** const: the value. */
  readonly value: number | bigint;
  /** apply: the function. reduce: how. */
  readonly fn: ScalarFn | ReduceOp | '';
  /** axis: [the axis]. reduce: the axes summed over, outermost first. */
  readonly axes: readonly Axis[];
  /** load, read: the operand's number. */
  readonly input: number;
  /** read: the element type in memory. */
  readonly stored: DType | null;
  readonly order: ReduceOrder | null;

  constructor(
    kind: ExprKind,
    dtype: DType,
    args: readonly Expr[],
    rest: {
      value?: number | bigint;
      fn?: ScalarFn | ReduceOp;
      axes?: readonly Axis[];
      input?: number;
      stored?: DType;
      order?: ReduceOrder | null;
    } = {},
  ) {
    this.kind = kind;
    this.dtype = dtype;
    this.args = args;
    this.value = rest.value ?? 0;
    this.fn = rest.fn ?? '';
    this.axes = rest.axes ?? [];
    this.input = rest.input ?? -1;
    this.stored = rest.stored ?? null;
    this.order = rest.order ?? null;
  }

  add(y: Operand): Expr {
    return binary('add', this, y);
  }
  sub(y: Operand): Expr {
    return binary('sub', this, y);
  }
  mul(y: Operand): Expr {
    return binary('mul', this, y);
  }
  /** IEEE division; integers truncate towards zero, and x / 0 is 0. */
  div(y: Operand): Expr {
    return binary('div', this, y);
  }
  /** Remainder with the sign of the dividend; integers: x rem 0 is 0. */
  rem(y: Operand): Expr {
    return binary('rem', this, y);
  }
  /** Propagates NaN; min(-0, 0) is -0. */
  min(y: Operand): Expr {
    return binary('min', this, y);
  }
  /** Propagates NaN; max(-0, 0) is 0. */
  max(y: Operand): Expr {
    return binary('max', this, y);
  }
  /** `y < this ? y : this`: one instruction, for arguments that are not NaN. */
  pmin(y: Operand): Expr {
    return binary('pmin', this, y);
  }
  /** `this < y ? y : this`. */
  pmax(y: Operand): Expr {
    return binary('pmax', this, y);
  }
  and(y: Operand): Expr {
    return binary('and', this, y);
  }
  or(y: Operand): Expr {
    return binary('or', this, y);
  }
  xor(y: Operand): Expr {
    return binary('xor', this, y);
  }
  /** Shift counts are taken modulo the width. */
  shl(y: Operand): Expr {
    return binary('shl', this, y);
  }
  /** Arithmetic for signed, logical for unsigned integers. */
  shr(y: Operand): Expr {
    return binary('shr', this, y);
  }
  pow(y: Operand): Expr {
    return binary('pow', this, y);
  }
  eq(y: Operand): Expr {
    return compare('eq', this, y);
  }
  ne(y: Operand): Expr {
    return compare('ne', this, y);
  }
  lt(y: Operand): Expr {
    return compare('lt', this, y);
  }
  le(y: Operand): Expr {
    return compare('le', this, y);
  }
  gt(y: Operand): Expr {
    return compare('gt', this, y);
  }
  ge(y: Operand): Expr {
    return compare('ge', this, y);
  }
  neg(): Expr {
    return unary('neg', this);
  }
  abs(): Expr {
    return unary('abs', this);
  }
  sqrt(): Expr {
    return unary('sqrt', this);
  }
  floor(): Expr {
    return unary('floor', this);
  }
  ceil(): Expr {
    return unary('ceil', this);
  }
  trunc(): Expr {
    return unary('trunc', this);
  }
  /** To the nearest integer, ties to even. */
  round(): Expr {
    return unary('nearest', this);
  }
  not(): Expr {
    return unary('not', this);
  }
  /** A function of the math table: `x.fn('exp')`. */
  fn1(name: MathFn): Expr {
    return unary(name, this);
  }
  exp(): Expr {
    return unary('exp', this);
  }
  log(): Expr {
    return unary('log', this);
  }
  tanh(): Expr {
    return unary('tanh', this);
  }
  sigmoid(): Expr {
    return unary('sigmoid', this);
  }
  /** -1, 0 or 1; NaN stays NaN and zero keeps its sign. */
  sign(): Expr {
    const one = constant(1, this.dtype);
    if (this.dtype.kind === 'uint' || this.dtype === bool) return where(this.ne(constant(0, this.dtype)), one, this);
    return where(this.gt(0), one, where(this.lt(0), constant(-1, this.dtype), this));
  }
  /** True where NaN. */
  isNaN(): Expr {
    return this.dtype.isFloat ? this.ne(this) : constant(0, bool);
  }
  /** Conversion by value; float to integer truncates and saturates, NaN becomes 0. */
  cast(to: DType): Expr {
    if (to === this.dtype) return this;
    if (this.kind === 'const' && this.dtype === int32 && (to.isFloat || to.isInt)) return constant(this.value, to);
    return new Expr('apply', to, [this], { fn: 'cast' });
  }
  /** The same bits as another dtype of the same width. */
  bits(to: DType): Expr {
    return to === this.dtype ? this : new Expr('apply', to, [this], { fn: 'bits' });
  }
}

/** An expression, or a number that takes the other operand's dtype. */
export type Operand = Expr | number;

export function constant(value: number | bigint | boolean, dtype: DType): Expr {
  let v = typeof value === 'boolean' ? Number(value) : value;
  // 64-bit integers are bigint everywhere below the user's face.
  if (dtype.isInt && dtype.itemsize === 8 && typeof v === 'number') v = BigInt(Math.trunc(v));
  return new Expr('const', dtype, [], { value: v });
}

export function axisRef(axis: Axis): Expr {
  return axis.extent === 1 && axis.limit === null ? constant(0, int32) : new Expr('axis', int32, [], { axes: [axis] });
}

function unary(fn: NativeUnaryFn | MathFn, x: Expr): Expr {
  return new Expr('apply', x.dtype, [x], { fn });
}

function lift(y: Operand, like: Expr): Expr {
  return typeof y === 'number' ? constant(y, like.dtype) : y;
}

const isConst = (e: Expr, value: number): boolean => e.kind === 'const' && e.value === value;

/** Exact simplification of index arithmetic, so that affine indices stay recognisable. */
function foldIndex(fn: BinaryFn, x: Expr, y: Expr): Expr | null {
  if (x.kind === 'const' && y.kind === 'const') {
    const [a, b] = [Number(x.value), Number(y.value)];
    if (fn === 'add') return constant((a + b) | 0, int32);
    if (fn === 'sub') return constant((a - b) | 0, int32);
    if (fn === 'mul') return constant(Math.imul(a, b), int32);
    if (fn === 'div' && b !== 0) return constant(Math.trunc(a / b) | 0, int32);
    if (fn === 'rem' && b !== 0) return constant((a % b) | 0, int32);
  }
  if ((fn === 'add' || fn === 'sub') && isConst(y, 0)) return x;
  if (fn === 'add' && isConst(x, 0)) return y;
  if ((fn === 'mul' || fn === 'div') && isConst(y, 1)) return x;
  if (fn === 'mul' && isConst(x, 1)) return y;
  if (fn === 'mul' && (isConst(x, 0) || isConst(y, 0))) return constant(0, int32);
  return null;
}

export function binary(fn: BinaryFn, x: Expr, y0: Operand): Expr {
  const y = lift(y0, x);
  if (x.dtype !== y.dtype) throw new Error(`kernel: '${fn}' of ${x.dtype.name} and ${y.dtype.name}`);
  return (x.dtype === int32 && foldIndex(fn, x, y)) || new Expr('apply', x.dtype, [x, y], { fn });
}

function compare(fn: CompareFn, x: Expr, y0: Operand): Expr {
  const y = lift(y0, x);
  if (x.dtype !== y.dtype) throw new Error(`kernel: '${fn}' of ${x.dtype.name} and ${y.dtype.name}`);
  return new Expr('apply', bool, [x, y], { fn });
}

/** `condition ? x : y`; both are evaluated. */
export function where(condition: Expr, x: Expr, y0: Operand): Expr {
  const y = lift(y0, x);
  if (x.dtype !== y.dtype) throw new Error(`kernel: 'select' of ${x.dtype.name} and ${y.dtype.name}`);
  return new Expr('apply', x.dtype, [condition, x, y], { fn: 'select' });
}

/** A data-dependent index into [0, extent): negative ones count from the end, others are reported by the run. */
export function bounded(index: Expr, extent: number): Expr {
  return new Expr('apply', int32, [index, constant(extent, int32)], { fn: 'bounded' });
}

type AxesOf<E> = E extends readonly number[] ? { [K in keyof E]: Expr } : [k: Expr];

/** Reduces `body` over one or several fresh axes, outermost first. */
export function reduce<const E extends number | readonly number[]>(
  op: ReduceOp,
  extent: E,
  body: (...k: AxesOf<E>) => Expr,
): Expr {
  const extents: readonly number[] = typeof extent === 'number' ? [extent] : extent;
  const axes = extents.map((n, i) => new Axis(`k${i}`, n));
  const value = body(...(axes.map(axisRef) as AxesOf<E>));
  return new Expr('reduce', value.dtype, [value], { fn: op, axes });
}

export function sum<const E extends number | readonly number[]>(extent: E, body: (...k: AxesOf<E>) => Expr): Expr {
  return reduce('sum', extent, body);
}
export function rmax<const E extends number | readonly number[]>(extent: E, body: (...k: AxesOf<E>) => Expr): Expr {
  return reduce('max', extent, body);
}
export function rmin<const E extends number | readonly number[]>(extent: E, body: (...k: AxesOf<E>) => Expr): Expr {
  return reduce('min', extent, body);
}
