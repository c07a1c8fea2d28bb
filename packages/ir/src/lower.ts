import type { DType } from './dtype.ts';
import { bfloat16, bool, float16, float32, float64, int32, uint32 } from './dtype.ts';
import type { BinaryFn, MathFn, ScalarFn } from './expr.ts';
import { Axis, Expr, binary, constant, where } from './expr.ts';
import { bf16ToNumber, doubleToBf16, doubleToHalf, bf16ToFloat, f16ToNumber, floatToBf16, floatToHalf, halfToFloat, numberToBf16, numberToF16, roundToBf16, roundToHalf } from './half.ts'; // prettier-ignore
import type { TensorSpec } from './kernel.ts';
import { expandMath } from './math.ts';
import { stridesOf } from './shape.ts';
import { interval } from './view.ts';

/**
 * Lowering: from the dtypes of the user to those a machine computes in (float32, float64, int32, uint32, int64, uint64,
 * bool), from math functions to polynomials, from indices to offsets. What remains is the meaning every target shares.
 */
const isHalf = (d: DType): boolean => d === float16 || d === bfloat16;

/** The dtype in which elements of `d` are computed. */
export function machineType(d: DType): DType {
  if (isHalf(d)) return float32;
  if (d.kind === 'int' && d.itemsize < 4) return int32;
  if (d.kind === 'uint' && d.itemsize < 4) return uint32;
  return d;
}

const native: ReadonlySet<string> = new Set<ScalarFn>([
  'add', 'sub', 'mul', 'div', 'min', 'max', 'pmin', 'pmax', 'and', 'or', 'xor', 'shl', 'shr',
  'neg', 'abs', 'sqrt', 'floor', 'ceil', 'trunc', 'nearest', 'not',
]); // prettier-ignore

/** Results that may leave the grid of a half type, or the range of a narrow integer. */
const inexact: ReadonlySet<string> = new Set<ScalarFn>([
  'add',
  'sub',
  'mul',
  'div',
  'sqrt',
  'neg',
  'abs',
  'shl',
  'not',
]);
const exactInHalf: ReadonlySet<string> = new Set<ScalarFn>(['neg', 'abs', 'min', 'max', 'pmin', 'pmax', 'floor', 'ceil', 'trunc', 'nearest']); // prettier-ignore

const round = (x: Expr, d: DType): Expr => (d === float16 ? roundToHalf(x) : d === bfloat16 ? roundToBf16(x) : x);

/** Brings an int32/uint32 back into the range of a narrower integer by wrapping. */
function wrap(x: Expr, d: DType): Expr {
  if (!d.isInt || d.itemsize >= 4) return x;
  const width = d.itemsize * 8;
  return d.kind === 'int' ? x.shl(32 - width).shr(32 - width) : x.and(2 ** width - 1);
}

function constantOf(e: Expr): Expr {
  const d = e.dtype;
  const v = e.value;
  if (d === float16) return constant(f16ToNumber(numberToF16(Number(v))), float32);
  if (d === bfloat16) return constant(bf16ToNumber(numberToBf16(Number(v))), float32);
  if (d === float32) return constant(Math.fround(Number(v)), d);
  if (d === float64 || d === bool) return constant(Number(v), d);
  const width = d.itemsize * 8;
  const big = typeof v === 'bigint' ? v : BigInt(Number.isFinite(v) ? Math.trunc(v) : 0);
  const wrapped = d.kind === 'int' ? BigInt.asIntN(width, big) : BigInt.asUintN(width, big);
  return constant(width === 64 ? wrapped : Number(wrapped), machineType(d));
}

const raw = (value: Expr, to: DType): Expr => new Expr('apply', to, [value], { fn: 'cast' });

/** Conversion between machine values `x` (of user dtype `from`) and user dtype `to`. */
function convert(x: Expr, from: DType, to: DType): Expr {
  const m = machineType(to);
  if (to === bool) return from === bool ? x : x.ne(constant(0, x.dtype));
  if (from === bool) return where(x, constant(1, m), constant(0, m));
  if (isHalf(to)) {
    if (from === to) return x;
    if (from === float64) return to === float16 ? halfToFloat(doubleToHalf(x)) : bf16ToFloat(doubleToBf16(x));
    return round(from.isFloat ? x : raw(x, float32), to);
  }
  if (to.isFloat) return x.dtype === m ? x : raw(x, m);
  if (from.isFloat) {
    const y = raw(x, m);
    if (to.itemsize >= 4) return y;
    const width = to.itemsize * 8;
    const [low, high] = to.kind === 'int' ? [-(2 ** (width - 1)), 2 ** (width - 1) - 1] : [0, 2 ** width - 1];
    return y.max(low).min(high);
  }
  return wrap(x.dtype === m ? x : raw(x, m), to);
}

/** int32 division or remainder by a constant power of two: lanes have shifts but no division. */
function byPowerOfTwo(fn: 'div' | 'rem', x: Expr, y: Expr): Expr | null {
  if (x.dtype !== int32 || y.kind !== 'const') return null;
  const c = Number(y.value);
  const shift = Math.log2(c);
  if (c < 1 || !Number.isInteger(shift)) return null;
  const range = interval(x);
  const natural = range !== null && range[0] >= 0;
  // Towards zero: negative dividends are lifted by c - 1 before the shift.
  const quotient = natural ? x.shr(shift) : x.add(x.shr(31).and(c - 1)).shr(shift);
  if (fn === 'div') return quotient;
  return natural ? x.and(c - 1) : x.sub(quotient.shl(shift));
}

/** Lowers expressions over given operands; equal nodes stay shared. */
export class Lowering {
  private readonly inputs: readonly TensorSpec[];
  /** Whether float32 has a remainder of its own; otherwise it is computed in float64. */
  private readonly ownRemainder: boolean;
  private readonly memo = new Map<Expr, Expr>();
  private readonly axisMemo = new Map<Axis, Axis>();

  constructor(inputs: readonly TensorSpec[], ownRemainder = false) {
    this.inputs = inputs;
    this.ownRemainder = ownRemainder;
  }

  /** The machine value of an expression. */
  value(e: Expr): Expr {
    let r = this.memo.get(e);
    if (!r) {
      r = this.node(e);
      this.memo.set(e, r);
    }
    return r;
  }

  /** The bits to store for an expression of its own dtype: halves as uint32, everything else as computed. */
  stored(e: Expr): Expr {
    const x = this.value(e);
    if (e.dtype === float16) return floatToHalf(x);
    if (e.dtype === bfloat16) return floatToBf16(x);
    return x;
  }

  axis(a: Axis): Axis {
    if (!a.limit) return a;
    let r = this.axisMemo.get(a);
    if (!r) {
      r = new Axis(a.name, a.extent, this.value(a.limit));
      this.axisMemo.set(a, r);
    }
    return r;
  }

  private node(e: Expr): Expr {
    switch (e.kind) {
      case 'const':
        return constantOf(e);
      case 'axis':
        return e.axes[0]!.limit ? new Expr('axis', int32, [], { axes: [this.axis(e.axes[0]!)] }) : e;
      case 'load':
        return this.load(e);
      case 'read':
        return e;
      case 'reduce': {
        const axes = e.axes.map((a) => this.axis(a));
        const body = this.value(e.args[0]!);
        const r = new Expr('reduce', body.dtype, [body], { fn: e.fn as 'sum', axes, order: e.order });
        return wrap(round(r, e.dtype), e.dtype);
      }
      case 'apply':
        return this.apply(e);
    }
  }

  private load(e: Expr): Expr {
    const { shape, dtype } = this.inputs[e.input]!;
    const strides = stridesOf(shape);
    let offset = constant(0, int32);
    for (let d = 0; d < shape.length; d++) offset = offset.add(this.value(e.args[d]!).mul(strides[d]!));
    const machine = isHalf(dtype) ? uint32 : machineType(dtype);
    const args = [offset];
    if (e.fn === 'select') {
      const fill = constantOf(e.args[shape.length + 1]!);
      const bits = dtype === float16 ? numberToF16(Number(fill.value)) : numberToBf16(Number(fill.value));
      args.push(this.value(e.args[shape.length]!), isHalf(dtype) ? constant(bits, uint32) : fill);
    }
    const read = new Expr('read', machine, args, { input: e.input, stored: dtype });
    return dtype === float16 ? halfToFloat(read) : dtype === bfloat16 ? bf16ToFloat(read) : read;
  }

  private apply(e: Expr): Expr {
    const args = e.args.map((a) => this.value(a));
    const [x, y, z] = args as [Expr, Expr, Expr];
    const d = e.dtype;
    const fn = e.fn as ScalarFn;
    switch (fn) {
      case 'cast':
        return convert(x, e.args[0]!.dtype, d);
      case 'bits':
        return this.bitsOf(x, e.args[0]!.dtype, d);
      case 'select':
        return where(x, y, z);
      case 'bounded': {
        const n = constant(Number(e.args[1]!.value), x.dtype);
        const positive = x.dtype.kind === 'int' ? where(x.lt(constant(0, x.dtype)), x.add(n), x) : x;
        const index = positive.dtype === int32 ? positive : raw(positive, int32);
        return index.max(0).min(Math.max(Number(e.args[1]!.value) - 1, 0));
      }
      case 'eq':
      case 'ne':
      case 'lt':
      case 'le':
      case 'gt':
      case 'ge':
        return new Expr('apply', bool, [x, y], { fn });
      case 'div':
      case 'rem': {
        const quick = byPowerOfTwo(fn, x, y);
        if (quick) return quick;
        if (fn === 'rem') return this.remainder(x, y, d);
        break;
      }
      default:
    }
    if (native.has(fn)) {
      if (isHalf(d)) {
        const r = args.length === 1 ? new Expr('apply', float32, [x], { fn }) : binary(fn as BinaryFn, x, y);
        return exactInHalf.has(fn) ? r : round(r, d);
      }
      const r = args.length === 1 ? new Expr('apply', x.dtype, [x], { fn }) : binary(fn as BinaryFn, x, y);
      return inexact.has(fn) ? wrap(r, d) : r;
    }
    return round(expandMath(fn as MathFn | 'pow' | 'atan2', args), d);
  }

  private bitsOf(x: Expr, from: DType, to: DType): Expr {
    if (from === float16 || from === bfloat16) {
      const u = from === float16 ? floatToHalf(x) : floatToBf16(x);
      return to.kind === 'int' ? wrap(u.bits(int32), to) : u;
    }
    if (to === float16) return halfToFloat(x.bits(uint32).and(0xffff));
    if (to === bfloat16) return bf16ToFloat(x.bits(uint32).and(0xffff));
    const m = machineType(to);
    return wrap(x.dtype === m ? x : x.bits(m), to);
  }

  private remainder(x: Expr, y: Expr, d: DType): Expr {
    if (!d.isFloat) return x.dtype === int32 ? x.rem(y) : new Expr('apply', x.dtype, [x, y], { fn: 'rem' });
    if (this.ownRemainder && x.dtype === float32) return round(new Expr('apply', float32, [x, y], { fn: 'rem' }), d);
    // In float64 the product is exact for quotients below 2^29, so a float32 remainder is exact there.
    const [a, b] = [x, y].map((v) => (v.dtype === float64 ? v : raw(v, float64))) as [Expr, Expr];
    const r = a.sub(a.div(b).trunc().mul(b));
    const whole = where(b.abs().eq(Infinity).and(a.abs().ne(Infinity)), a, r);
    // The sign of a zero result is that of the dividend.
    const signed = where(whole.eq(0), a.mul(0), whole);
    return x.dtype === float64 ? signed : round(raw(signed, float32), d);
  }
}
