import type { DType, Expr, Kernel } from '@sporelet/ir';
import { bool, float32, int32, uint32 } from '@sporelet/ir';
import { placed } from './c-printer.ts';
import type { Dialect } from './text-printer.ts';
import { TextPrinter } from './text-printer.ts';

const types = new Map<DType, string>([[float32, 'f32'], [int32, 'i32'], [uint32, 'u32'], [bool, 'bool']]); // prettier-ignore

function type(d: DType): string {
  const t = types.get(d);
  if (!t) throw new TypeError(`WGSL has no ${d.name}: use float32, int32, uint32 or bool, or run this op on CPU`);
  return t;
}

/** The WGSL type of an element in a storage buffer. */
function stored(d: DType): string {
  if (d.itemsize !== 4)
    throw new TypeError(`WGSL: ${d.name} is not stored in storage buffers yet; cast to float32 or int32`);
  return type(d);
}

function literal(d: DType, value: number | bigint): string {
  if (d === bool) return value ? 'true' : 'false';
  if (d === uint32) return `${value}u`;
  if (d === int32) return Number(value) === -2147483648 ? 'i32(-2147483648)' : `${value}i`;
  const x = Number(value);
  // Infinities and NaN have no literal, and a constant expression may not make one.
  if (Number.isNaN(x)) return 'sp_float(0x7fc00000u)';
  if (!Number.isFinite(x)) return x > 0 ? 'sp_float(0x7f800000u)' : 'sp_float(0xff800000u)';
  if (Object.is(x, -0)) return 'sp_float(0x80000000u)';
  if (x !== 0 && Math.abs(x) < 1.17549435e-38) return `sp_float(${new Uint32Array(new Float32Array([x]).buffer)[0]}u)`;
  return `${/[.e]/.test(String(x)) ? String(x) : `${x}.0`}f`;
}

const infix: Record<string, string> = {
  add: '+', sub: '-', mul: '*', and: '&', or: '|', xor: '^', eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=',
}; // prettier-ignore

function apply(e: Expr, args: readonly string[]): string {
  const [x, y, z] = args as [string, string, string];
  const d = e.dtype;
  const fn = e.fn;
  if (fn === 'select') return `select(${z}, ${y}, ${x})`;
  if (fn === 'cast') {
    const from = e.args[0]!.dtype;
    if (from === float32 && d !== float32) return `sp_to_${type(d)}(${x})`;
    return from.isInt && d.isInt ? `bitcast<${type(d)}>(${x})` : `${type(d)}(${x})`;
  }
  if (fn === 'bits') return `bitcast<${type(d)}>(${x})`;
  // Compilers fold x != x away: NaN is told by its bits.
  if (fn === 'ne' && x === y && e.args[0]?.dtype === float32) return `sp_is_nan(${x})`;
  if (d === bool && fn === 'xor') return `(${x} != ${y})`;
  if (fn in infix) return `${x} ${infix[fn]} ${y}`;
  if (fn === 'pmin') return `select(${x}, ${y}, ${y} < ${x})`;
  if (fn === 'pmax') return `select(${x}, ${y}, ${x} < ${y})`;
  if (fn === 'not') return d === bool ? `!${x}` : `~${x}`;
  if (fn === 'neg') return `-${x}`;
  if (fn === 'shl' || fn === 'shr') return `${x} ${fn === 'shl' ? '<<' : '>>'} (u32(${y}) & 31u)`;
  if (d === float32) {
    if (fn === 'div') return `${x} / ${y}`;
    if (fn === 'min' || fn === 'max') return `sp_${fn}(${x}, ${y})`;
    return `${fn === 'nearest' ? 'round' : fn}(${x})`;
  }
  if (fn === 'div' || fn === 'rem') return `sp_${fn}_${type(d)}(${x}, ${y})`;
  return `${fn}(${args.join(', ')})`;
}

const dialect: Dialect = {
  type,
  constant: literal,
  apply,
  declare: (_d, name, value) => `let ${name} = ${value};`,
  declareVar: (d, name, value) => `var ${name}: ${type(d)} = ${value};`,
  array: (d, name, size) => `var ${name}: array<${type(d)}, ${size}>;`,
  load: (operand, d, _machine, offset) => {
    stored(d);
    return `p${operand}[${offset}]`;
  },
  store: (operand, _d, offset, value) => `p${operand}[${offset}] = ${value};`,
  loop: (counter, start, end) => `for (var ${counter}: i32 = ${start}; ${counter} < ${end}; ${counter}++)`,
  guarded: (d, name, condition, value, other) => [
    `var ${name}: ${type(d)} = ${other};`,
    `if (${condition}) { ${name} = ${value}; }`,
  ],
};

const PRELUDE = `fn sp_float(bits: u32) -> f32 { return bitcast<f32>(bits); }
fn sp_is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn sp_min(a: f32, b: f32) -> f32 {
  if (sp_is_nan(a)) { return a; }
  if (sp_is_nan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) | bitcast<u32>(b)); }
  return select(b, a, a < b);
}
fn sp_max(a: f32, b: f32) -> f32 {
  if (sp_is_nan(a)) { return a; }
  if (sp_is_nan(b)) { return b; }
  if (a == b) { return bitcast<f32>(bitcast<u32>(a) & bitcast<u32>(b)); }
  return select(b, a, a > b);
}
fn sp_to_i32(x: f32) -> i32 {
  if (sp_is_nan(x)) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  if (x <= -2147483648.0) { return i32(-2147483648); }
  return i32(x);
}
fn sp_to_u32(x: f32) -> u32 {
  if (sp_is_nan(x) || x <= 0.0) { return 0u; }
  if (x >= 4294967296.0) { return 4294967295u; }
  return u32(x);
}
fn sp_div_i32(a: i32, b: i32) -> i32 { return select(a / select(b, 1, b == 0), 0, b == 0); }
fn sp_div_u32(a: u32, b: u32) -> u32 { return select(a / select(b, 1u, b == 0u), 0u, b == 0u); }
fn sp_rem_i32(a: i32, b: i32) -> i32 { return select(a % select(b, 1, b == 0), 0, b == 0); }
fn sp_rem_u32(a: u32, b: u32) -> u32 { return select(a % select(b, 1u, b == 0u), 0u, b == 0u); }`;

/** Threads of a workgroup. */
const WORKGROUP = 64;

/** Prints a pull kernel whose outputs share their axes as a WGSL compute shader; one invocation is one element. */
export function printWgsl(kernel: Kernel): string {
  const outputs = kernel.outputs.map((o) => {
    if (o.form !== 'pull') throw new Error(`WGSL: '${kernel.name}' is not a pull kernel`);
    return o;
  });
  const { nest, units } = placed(kernel, outputs, 'element');
  const buffers = [
    ...kernel.inputs.map((s, i) => `@group(0) @binding(${i}) var<storage, read> p${i}: array<${stored(s.dtype)}>;`),
    ...outputs.map((o, i) => {
      const at = kernel.inputs.length + i;
      return `@group(0) @binding(${at}) var<storage, read_write> p${at}: array<${stored(o.spec.dtype)}>;`;
    }),
  ];
  // A kernel that takes its length as an argument reads it off its output.
  const count = kernel.flat ? `i32(arrayLength(&p${kernel.inputs.length}))` : String(units);
  const body = new TextPrinter(dialect).print(nest, { open: null, unit: 'unit', lo: '0', hi: '0' });
  return [
    ...buffers,
    PRELUDE,
    `@compute @workgroup_size(${WORKGROUP})`,
    'fn main(@builtin(global_invocation_id) id: vec3<u32>) {',
    '  let unit = i32(id.x);',
    `  if (unit >= ${count}) { return; }`,
    body,
    '}',
    '',
  ].join('\n');
}

export type { Expr };
