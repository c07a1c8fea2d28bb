import type { DType, Expr } from '@sporelet/ir';
import { bool, float32, int32, int64, uint32, uint64 } from '@sporelet/ir';
import type { Dialect } from './text-printer.ts';

const types = new Map<DType, string>([
  [float32, 'f32'], [int32, 'i32'], [uint32, 'u32'], [bool, 'bool'], [int64, 'vec2<u32>'], [uint64, 'vec2<u32>'],
]); // prettier-ignore

/** How functions of the prelude name a machine type. */
const suffix = (d: DType): string => (d === int64 ? 'i64' : d === uint64 ? 'u64' : types.get(d)!);
const isWide = (d: DType): boolean => d === int64 || d === uint64;

export function wgslType(d: DType): string {
  const t = types.get(d);
  if (!t) {
    throw new TypeError(`the GPU has no ${d.name}: cast to float32, or move the tensors with x.to('CPU').`);
  }
  return t;
}

/** Whether several elements share a 32-bit word of a storage buffer. */
export const isPacked = (d: DType): boolean => d.itemsize < 4;

/** The WGSL type of what a storage buffer holds: elements, or words where elements are narrower. */
export function wgslStored(d: DType): string {
  return isPacked(d) ? 'u32' : wgslType(d);
}

export function wgslLiteral(d: DType, value: number | bigint): string {
  if (d === bool) return value ? 'true' : 'false';
  if (d === uint32) return `${value}u`;
  if (d === int32) return Number(value) === -2147483648 ? 'i32(-2147483648)' : `${value}i`;
  if (isWide(d)) {
    const bits = BigInt.asUintN(64, BigInt(value));
    return `vec2<u32>(${bits & 0xffffffffn}u, ${bits >> 32n}u)`;
  }
  const x = Math.fround(Number(value));
  // Infinities, NaN and -0 have no literal, and a constant expression may not make one.
  if (Number.isNaN(x)) return 'sp_float(0x7fc00000u)';
  if (!Number.isFinite(x)) return x > 0 ? 'sp_float(0x7f800000u)' : 'sp_float(0xff800000u)';
  if (Object.is(x, -0)) return 'sp_float(0x80000000u)';
  if (x !== 0 && Math.abs(x) < 1.17549435e-38) return `sp_float(${new Uint32Array(new Float32Array([x]).buffer)[0]}u)`;
  return `${/[.e]/.test(String(x)) ? String(x) : `${x}.0`}f`;
}

/** The literals of 0 and -0. */
const zeros: ReadonlySet<string> = new Set([wgslLiteral(float32, 0), wgslLiteral(float32, -0)]);

const infix: Record<string, string> = {
  add: '+', sub: '-', mul: '*', and: '&', or: '|', xor: '^', eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=',
}; // prettier-ignore

const ofBools: Record<string, (x: string, y: string) => string> = {
  lt: (x, y) => `(!${x} && ${y})`,
  gt: (x, y) => `(${x} && !${y})`,
  le: (x, y) => `(!${x} || ${y})`,
  ge: (x, y) => `(${x} || !${y})`,
  xor: (x, y) => `(${x} != ${y})`,
  max: (x, y) => `(${x} || ${y})`,
  min: (x, y) => `(${x} && ${y})`,
};

function cast(from: DType, to: DType, x: string): string {
  if (from === to) return x;
  if (isWide(to)) {
    if (isWide(from)) return x;
    if (from === float32) return `sp_f32_${suffix(to)}(${x})`;
    return from === uint32 ? `vec2<u32>(${x}, 0u)` : `sp_i32_i64(${x})`;
  }
  if (isWide(from)) {
    if (to === float32) return `sp_${suffix(from)}_f32(${x})`;
    return to === int32 ? `bitcast<i32>((${x}).x)` : `(${x}).x`;
  }
  if (from === float32) return `sp_f32_${suffix(to)}(${x})`;
  return from.isInt && to.isInt ? `bitcast<${types.get(to)!}>(${x})` : `${types.get(to)!}(${x})`;
}

/** Functions of 64-bit integers. */
function applyWide(e: Expr, [x, y]: readonly [string, string]): string {
  const d = e.args[0]!.dtype;
  const s = suffix(d);
  const less = (a: string, b: string): string => `sp_lt_${s}(${a}, ${b})`;
  switch (e.fn) {
    case 'eq':
      return `all(${x} == ${y})`;
    case 'ne':
      return `any(${x} != ${y})`;
    case 'lt':
      return less(x, y);
    case 'gt':
      return less(y, x);
    case 'le':
      return `!${less(y, x)}`;
    case 'ge':
      return `!${less(x, y)}`;
    case 'min':
    case 'pmin':
      return `select(${x}, ${y}, ${less(y, x)})`;
    case 'max':
    case 'pmax':
      return `select(${x}, ${y}, ${less(x, y)})`;
    case 'and':
    case 'or':
    case 'xor':
      return `${x} ${infix[e.fn]} ${y}`;
    case 'not':
      return `~${x}`;
    case 'neg':
      return `sp_neg_u64(${x})`;
    case 'abs':
      return d === int64 ? `sp_abs_i64(${x})` : x;
    case 'add':
    case 'sub':
    case 'mul':
    case 'shl':
      return `sp_${e.fn}_u64(${x}, ${y})`;
    default:
      return `sp_${e.fn}_${s}(${x}, ${y})`;
  }
}

function apply(e: Expr, args: readonly string[]): string {
  const [x, y, z] = args as [string, string, string];
  const d = e.dtype;
  const from = e.args[0]!.dtype;
  const fn = e.fn;
  if (fn === 'select') return `select(${z}, ${y}, ${x})`;
  if (fn === 'cast') return cast(from, d, x);
  if (fn === 'bits') return isWide(d) ? x : `bitcast<${wgslType(d)}>(${x})`;
  if (isWide(from)) return applyWide(e, [x, y]);
  // Compilers fold x != x away: NaN is told by its bits.
  if (fn === 'ne' && x === y && from === float32) return `sp_is_nan(${x})`;
  if (fn === 'eq' && x === y && from === float32) return `!sp_is_nan(${x})`;
  // Drivers compare as if there were no NaN, which is unequal to everything.
  if (fn === 'ne' && from === float32) return `!(${x} == ${y})`;
  if (from === bool && fn in ofBools) return ofBools[fn]!(x, y);
  // Drivers take x * 0 for 0, whatever x is.
  if (fn === 'mul' && d === float32 && (zeros.has(x) || zeros.has(y))) return zeros.has(y) ? `sp_times_zero(${x}, ${y})` : `sp_times_zero(${y}, ${x})`; // prettier-ignore
  // And x - x for 0, x / x for 1.
  if (d === float32 && x === y && (fn === 'sub' || fn === 'div')) return `sp_${fn}_self(${x})`;
  if (fn in infix) return `${x} ${infix[fn]} ${y}`;
  if (fn === 'pmin') return `select(${x}, ${y}, ${y} < ${x})`;
  if (fn === 'pmax') return `select(${x}, ${y}, ${x} < ${y})`;
  if (fn === 'not') return d === bool ? `!${x}` : `~${x}`;
  if (fn === 'neg') return d === uint32 ? `0u - ${x}` : `-(${x})`;
  if (fn === 'shl' || fn === 'shr') return `${x} ${fn === 'shl' ? '<<' : '>>'} (u32(${y}) & 31u)`;
  if (d === float32) {
    if (fn === 'div') return `${x} / ${y}`;
    if (fn === 'min' || fn === 'max') return `sp_${fn}(${x}, ${y})`;
    if (fn === 'rem') return `sp_rem_f32(${x}, ${y})`;
    return `${fn === 'nearest' ? 'round' : fn}(${x})`;
  }
  if (fn === 'div' || fn === 'rem') return `sp_${fn}_${wgslType(d)}(${x}, ${y})`;
  return `${fn}(${args.join(', ')})`;
}

/** The element of a buffer of words at an offset; `p` is the buffer. */
export function loadText(p: string, stored: DType, offset: string): string {
  if (!isPacked(stored)) return `${p}[${offset}]`;
  const bits = stored.itemsize * 8;
  const [shift, mask] = stored.itemsize === 1 ? ['2u', '3'] : ['1u', '1'];
  const word = `${p}[${offset} >> ${shift}]`;
  const at = `u32(${offset} & ${mask}) * ${bits}u, ${bits}u`;
  if (stored.kind === 'int') return `extractBits(bitcast<i32>(${word}), ${at})`;
  const value = `extractBits(${word}, ${at})`;
  return stored === bool ? `(${value} != 0u)` : value;
}

/** A machine value as the bits of a packed element. */
export function packedText(stored: DType, value: string): string {
  if (stored === bool) return `select(0u, 1u, ${value})`;
  const word = stored.kind === 'int' ? `bitcast<u32>(${value})` : value;
  return stored.kind === 'int' ? `(${word} & ${stored.itemsize === 1 ? '0xffu' : '0xffffu'})` : word;
}

export const wgsl: Dialect = {
  type: wgslType,
  constant: wgslLiteral,
  apply,
  declare: (_d, name, value) => `let ${name} = ${value};`,
  declareVar: (d, name, value) => `var ${name}: ${wgslType(d)} = ${value};`,
  array: (d, name, size) => `var ${name}: array<${wgslType(d)}, ${size}>;`,
  load: (operand, d, _machine, offset) => loadText(`p${operand}`, d, offset),
  store: (operand, _d, offset, value) => `p${operand}[${offset}] = ${value};`,
  loop: (counter, start, end) => `for (var ${counter}: i32 = ${start}; ${counter} < ${end}; ${counter}++)`,
  guarded: (d, name, condition, value, other) => [
    `var ${name}: ${wgslType(d)} = ${other};`,
    `if (${condition}) { ${name} = ${value}; }`,
  ],
};
