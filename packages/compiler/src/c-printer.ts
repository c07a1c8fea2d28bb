import type { DType, Expr, Kernel, PullOutput } from '@sporelet/ir';
import { axisRef, bool, flatIndex, float32, float64, int32, int64, uint32, uint64 } from '@sporelet/ir';
import { lowerStored, merged } from './group.ts';
import { Placer } from './place.ts';
import type { Dialect } from './text-printer.ts';
import { TextPrinter } from './text-printer.ts';

const types = new Map<DType, string>([
  [float32, 'float'], [float64, 'double'], [int32, 'int32_t'], [uint32, 'uint32_t'], [int64, 'int64_t'], [uint64, 'uint64_t'], [bool, 'int32_t'],
]); // prettier-ignore
const suffix = (d: DType): string => d.name.toLowerCase();

/** The C type of an element in memory. */
function stored(d: DType): string {
  if (d === bool) return 'uint8_t';
  if (d.isFloat && d.itemsize === 2) return 'uint16_t';
  return types.get(d) ?? `${d.kind === 'int' ? 'int' : 'uint'}${d.itemsize * 8}_t`;
}

function literal(d: DType, value: number | bigint): string {
  if (d === float32 || d === float64) {
    const x = Number(value);
    if (Number.isNaN(x)) return d === float32 ? '__builtin_nanf("")' : '__builtin_nan("")';
    if (!Number.isFinite(x)) return `${x < 0 ? '-' : ''}${d === float32 ? '__builtin_inff()' : '__builtin_inf()'}`;
    const text = Object.is(x, -0) ? '-0.0' : /[.e]/.test(String(x)) ? String(x) : `${x}.0`;
    return `(${text}${d === float32 ? 'f' : ''})`;
  }
  if (d === int64) return value === -(1n << 63n) ? '(-9223372036854775807LL - 1)' : `${value}LL`;
  if (d === uint64) return `${value}ULL`;
  if (d === uint32) return `${value}u`;
  return Number(value) === -2147483648 ? '(-2147483647 - 1)' : `(${value})`;
}

const infix: Record<string, string> = {
  add: '+', sub: '-', mul: '*', and: '&', or: '|', xor: '^', eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=',
}; // prettier-ignore

function apply(e: Expr, args: readonly string[]): string {
  const [x, y, z] = args as [string, string, string];
  const d = e.dtype;
  const f = d === float32 ? 'f' : '';
  const isFloat = d === float32 || d === float64;
  const fn = e.fn;
  if (fn === 'select') return `${x} ? ${y} : ${z}`;
  if (fn === 'cast') return `sp_${suffix(e.args[0]!.dtype)}_${suffix(d)}(${x})`;
  if (fn === 'bits') return `sp_bits_${suffix(e.args[0]!.dtype)}_${suffix(d)}(${x})`;
  if (fn in infix) return `${x} ${infix[fn]} ${y}`;
  if (fn === 'pmin') return `${y} < ${x} ? ${y} : ${x}`;
  if (fn === 'pmax') return `${x} < ${y} ? ${y} : ${x}`;
  if (fn === 'not') return d === bool ? `!${x}` : `~${x}`;
  if (fn === 'neg') return `-${x}`;
  if (fn === 'shl' || fn === 'shr') return `${x} ${fn === 'shl' ? '<<' : '>>'} (${y} & ${d.itemsize * 8 - 1})`;
  if (fn === 'div' && isFloat) return `${x} / ${y}`;
  if (isFloat && fn !== 'min' && fn !== 'max') {
    const name = { abs: 'fabs', nearest: 'rint' }[fn as string] ?? fn;
    return `__builtin_${name}${f}(${x})`;
  }
  return `sp_${fn}_${suffix(d)}(${args.join(', ')})`;
}

const dialect: Dialect = {
  type: (d) => types.get(d)!,
  constant: literal,
  apply,
  declare: (d, name, value) => `const ${types.get(d)} ${name} = ${value};`,
  declareVar: (d, name, value) => `${types.get(d)} ${name} = ${value};`,
  array: (d, name, size) => `${types.get(d)} ${name}[${size}];`,
  load: (operand, _stored, machine, offset) => `(${types.get(machine)})p${operand}[${offset}]`,
  store: (operand, d, offset, value) => `p${operand}[${offset}] = (${stored(d)})${value};`,
  loop: (counter, start, end) => `for (int32_t ${counter} = ${start}; ${counter} < ${end}; ${counter}++)`,
  guarded: (d, name, condition, value, other) => [
    `const ${types.get(d)} ${name} = ${condition} ? ${value} : ${other};`,
  ],
};

function prelude(): string {
  const out = ['#include <stdint.h>', '#include <string.h>'];
  const all = [float32, float64, int32, uint32, int64, uint64];
  const t = (d: DType) => types.get(d)!;
  const isFloat = (d: DType) => d === float32 || d === float64;
  for (const d of [float32, float64]) {
    const n = suffix(d);
    const sign = d === float32 ? '__builtin_signbit(a)' : '__builtin_signbit(a)';
    out.push(`static inline ${t(d)} sp_min_${n}(${t(d)} a, ${t(d)} b) { return a != a ? a : b != b ? b : a < b ? a : b < a ? b : ${sign} ? a : b; }`); // prettier-ignore
    out.push(`static inline ${t(d)} sp_max_${n}(${t(d)} a, ${t(d)} b) { return a != a ? a : b != b ? b : a > b ? a : b > a ? b : ${sign} ? b : a; }`); // prettier-ignore
  }
  for (const d of [int32, uint32, int64, uint64]) {
    const n = suffix(d);
    const wraps = d.kind === 'int' ? 'b == -1 ? -a : ' : '';
    const none = d.kind === 'int' ? 'b == -1 ? 0 : ' : '';
    out.push(`static inline ${t(d)} sp_min_${n}(${t(d)} a, ${t(d)} b) { return a < b ? a : b; }`);
    out.push(`static inline ${t(d)} sp_max_${n}(${t(d)} a, ${t(d)} b) { return a > b ? a : b; }`);
    out.push(`static inline ${t(d)} sp_div_${n}(${t(d)} a, ${t(d)} b) { return b == 0 ? 0 : ${wraps}a / b; }`);
    out.push(`static inline ${t(d)} sp_rem_${n}(${t(d)} a, ${t(d)} b) { return b == 0 ? 0 : ${none}a % b; }`);
    out.push(`static inline ${t(d)} sp_abs_${n}(${t(d)} a) { return ${d.kind === 'int' ? 'a < 0 ? -a : a' : 'a'}; }`);
  }
  for (const from of all) {
    for (const to of all) {
      if (from === to) continue;
      let body = `(${t(to)})x`;
      if (isFloat(from) && !isFloat(to)) {
        const bits = to.itemsize * 8;
        const low = to.kind === 'int' ? -(2 ** (bits - 1)) : 0;
        const high = to.kind === 'int' ? 2 ** (bits - 1) : 2 ** bits;
        const least = literal(to, to.kind === 'int' ? -(1n << BigInt(bits - 1)) : 0n);
        const most = literal(to, to.kind === 'int' ? (1n << BigInt(bits - 1)) - 1n : (1n << BigInt(bits)) - 1n);
        body = `x != x ? 0 : x <= ${literal(from, low)} ? ${least} : x >= ${literal(from, high)} ? ${most} : (${t(to)})x`;
      }
      out.push(`static inline ${t(to)} sp_${suffix(from)}_${suffix(to)}(${t(from)} x) { return ${body}; }`);
      if (from.itemsize === to.itemsize) {
        out.push(`static inline ${t(to)} sp_bits_${suffix(from)}_${suffix(to)}(${t(from)} x) { ${t(to)} y; memcpy(&y, &x, sizeof y); return y; }`); // prettier-ignore
      }
    }
  }
  return out.join('\n');
}

/** Flags under which the C text means the same as every other target. */
export const C_FLAGS = ['-O2', '-ffp-contract=off', '-fwrapv', '-fno-strict-aliasing', '-fno-math-errno'] as const;

/**
 * Prints a pull kernel whose outputs share their axes as a C function
 * `void NAME(char *heap, const uint32_t *args, int32_t lo, int32_t hi)`, with the operands' byte offsets in `args`.
 */
export function printC(kernel: Kernel, name = 'k0'): string {
  const outputs = kernel.outputs.map((o) => {
    if (o.form !== 'pull') throw new Error(`C: '${kernel.name}' is not a pull kernel`);
    return o;
  });
  const { nest } = placed(kernel, outputs, 'row');
  const operands = [...kernel.inputs.map((s) => s.dtype), ...outputs.map((o) => o.spec.dtype)];
  const pointers = operands.map((d, i) => `  ${stored(d)} *p${i} = (${stored(d)} *)(heap + args[${i}]);`);
  const body = new TextPrinter(dialect).print(nest, {
    open: 'for (int32_t unit = lo; unit < hi; unit++)',
    unit: 'unit',
    lo: 'lo',
    hi: 'hi',
  });
  const head = `void ${name}(char *heap, const uint32_t *args, int32_t lo, int32_t hi) {`;
  return [prelude(), head, ...pointers, body, '}', ''].join('\n');
}

/** Units that the printed C function counts: its `hi` for a whole run. */
export function unitsOfC(kernel: Kernel): number {
  return placed(kernel, kernel.outputs as readonly PullOutput[], 'row').units;
}

/** One nest for outputs over common axes, without lanes; `units` is what its unit loop counts. */
export function placed(kernel: Kernel, outputs: readonly PullOutput[], by: 'row' | 'element') {
  const values = outputs.map((o) => lowerStored(o.value, kernel.inputs));
  const axes = outputs[0]!.axes;
  const group = kernel.flat ? { axes, values } : merged({ axes, values });
  const offset = flatIndex(group.axes.map((a) => a.extent), group.axes.map(axisRef)); // prettier-ignore
  const stores = group.values.map((value, i) => ({ output: kernel.inputs.length + i, stored: outputs[i]!.spec.dtype, offset, value })); // prettier-ignore
  const unit =
    by === 'element' ? 'element' : group.axes.length === 0 ? 'none' : group.axes.length === 1 ? 'inner' : 'row';
  const nest = new Placer(0).nest(group.axes, stores, unit, false);
  const count = (as: readonly { extent: number }[]) => as.reduce((n, a) => n * a.extent, 1);
  const units = unit === 'row' ? count(group.axes.slice(0, -1)) : count(group.axes);
  return { nest, units };
}
