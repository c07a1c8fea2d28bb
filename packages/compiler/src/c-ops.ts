import type { LaneOp, MemoryLaneOp, MemoryOp, PlainOp } from './wasm-encoder.ts';

/** u32, u64, float, double or a vector register. */
export type CType = 'i' | 'l' | 'f' | 'd' | 'v';

/** An instruction as a C expression. */
export interface COp {
  readonly result: CType;
  readonly args: number;
  readonly text: (args: readonly string[]) => string;
}

const infix: Readonly<Record<string, string>> = {
  add: '+', sub: '-', mul: '*', div: '/', div_u: '/', rem_u: '%', and: '&', or: '|', xor: '^',
  eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=', lt_u: '<', le_u: '<=', gt_u: '>', ge_u: '>=',
}; // prettier-ignore
const compares: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'lt_u', 'le_u', 'gt_u', 'ge_u', 'lt_s', 'le_s', 'gt_s', 'ge_s']); // prettier-ignore
const signed: Readonly<Record<string, string>> = { lt_s: '<', le_s: '<=', gt_s: '>', ge_s: '>=', div_s: '/', rem_s: '%' }; // prettier-ignore

const of = (result: CType, args: number, text: (a: string, b: string, c: string) => string): COp => ({
  result,
  args,
  text: ([a, b, c]) => text(a!, b!, c!),
});

function integer(type: 'i' | 'l', fn: string): COp | null {
  const bits = type === 'i' ? 32 : 64;
  const result = compares.has(fn) ? 'i' : type;
  if (fn === 'eqz') return of('i', 1, (a) => `${a} == 0`);
  if (fn in infix) return of(result, 2, (a, b) => `${a} ${infix[fn]} ${b}`);
  if (fn in signed) return of(result, 2, (a, b) => `(i${bits})${a} ${signed[fn]} (i${bits})${b}`);
  if (fn === 'shl') return of(type, 2, (a, b) => `${a} << (${b} & ${bits - 1})`);
  if (fn === 'shr_u') return of(type, 2, (a, b) => `${a} >> (${b} & ${bits - 1})`);
  if (fn === 'shr_s') return of(type, 2, (a, b) => `(u${bits})((i${bits})${a} >> (${b} & ${bits - 1}))`);
  if (fn === 'clz') return of(type, 1, (a) => `${a} ? __builtin_clz(${a}) : 32`);
  if (fn === 'extend8_s') return of(type, 1, (a) => `(u32)(i32)(i8)${a}`);
  if (fn === 'extend16_s') return of(type, 1, (a) => `(u32)(i32)(i16)${a}`);
  if (fn === 'wrap_i64') return of('i', 1, (a) => `(u32)${a}`);
  if (fn === 'extend_i32_s') return of('l', 1, (a) => `(u64)(i64)(i32)${a}`);
  if (fn === 'extend_i32_u') return of('l', 1, (a) => `(u64)${a}`);
  return null;
}

const float1: Readonly<Record<string, string>> = { abs: 'fabs', ceil: 'ceil', floor: 'floor', trunc: 'trunc', nearest: 'rint', sqrt: 'sqrt' }; // prettier-ignore

function float(type: 'f' | 'd', fn: string): COp | null {
  if (fn in infix) return of(compares.has(fn) ? 'i' : type, 2, (a, b) => `${a} ${infix[fn]} ${b}`);
  if (fn === 'neg') return of(type, 1, (a) => `-${a}`);
  if (fn in float1) return of(type, 1, (a) => `__builtin_${float1[fn]}${type === 'f' ? 'f' : ''}(${a})`);
  if (fn === 'min' || fn === 'max') return of(type, 2, (a, b) => `${fn}_${type}(${a}, ${b})`);
  if (fn === 'demote_f64') return of('f', 1, (a) => `(float)${a}`);
  if (fn === 'promote_f32') return of('d', 1, (a) => `(double)${a}`);
  const converted = /^convert_i(32|64)_([su])$/.exec(fn);
  if (!converted) return null;
  const to = type === 'f' ? 'float' : 'double';
  return of(type, 1, (a) => (converted[2] === 's' ? `(${to})(i${converted[1]})${a}` : `(${to})${a}`));
}

/** The C type of a register's lanes, by the instruction's prefix. */
const lanesOf: Readonly<Record<string, readonly [letter: string, unsigned: string]>> = {
  f32x4: ['f', 'u'], f64x2: ['d', 'm'], i32x4: ['i', 'u'], i64x2: ['l', 'm'],
}; // prettier-ignore

/** Functions of the vector prelude that are called by their name. */
const called: ReadonlySet<string> = new Set([
  'min', 'max', 'pmin', 'pmax', 'sqrt', 'ceil', 'floor', 'trunc', 'nearest', 'min_s', 'min_u', 'max_s', 'max_u',
]); // prettier-ignore

function vector(prefix: string, fn: string, r: number): COp | null {
  const [letter, unsigned] = lanesOf[prefix] ?? ['i', 'u'];
  const name = `${prefix}_${fn}${r}`;
  const type = `v${letter}${r}`;
  const plain = `v${unsigned}${r}`;
  const v = `vi${r}`;
  const real = letter === 'f' || letter === 'd';
  if (fn === 'splat') return of('v', 1, (a) => `splat_${letter}${r}(${a})`);
  if (fn === 'add' || fn === 'sub' || fn === 'mul' || fn === 'div') {
    const t = real ? type : plain;
    return of('v', 2, (a, b) => `(${v})((${t})${a} ${infix[fn]} (${t})${b})`);
  }
  if (fn in infix) return of('v', 2, (a, b) => `(${v})((${fn.endsWith('_u') ? plain : type})${a} ${infix[fn]} (${fn.endsWith('_u') ? plain : type})${b})`); // prettier-ignore
  if (fn in signed) return of('v', 2, (a, b) => `(${v})((${type})${a} ${signed[fn]} (${type})${b})`);
  if (called.has(fn)) {
    const args = ['sqrt', 'ceil', 'floor', 'trunc', 'nearest'].includes(fn) ? 1 : 2;
    return of('v', args, (...all) => `${name}(${all.slice(0, args).join(', ')})`);
  }
  const wide = letter === 'd' || letter === 'l';
  if (fn === 'neg') return real ? of('v', 1, (a) => `(${v})((${plain})${a} ^ ${wide ? '0x8000000000000000ull' : '0x80000000u'})`) : of('v', 1, (a) => `(${v})-(${plain})${a}`); // prettier-ignore
  if (fn === 'abs' && real) return of('v', 1, (a) => `(${v})((${plain})${a} & ${wide ? '0x7fffffffffffffffull' : '0x7fffffffu'})`); // prettier-ignore
  if (fn === 'abs') return of('v', 1, (a) => `(${v})(((${plain})${a} ^ (${plain})((${type})${a} < 0)) - (${plain})((${type})${a} < 0))`); // prettier-ignore
  const mask = wide ? 63 : 31;
  if (fn === 'shl' || fn === 'shr_u') return of('v', 2, (a, b) => `(${v})((${plain})${a} ${fn === 'shl' ? '<<' : '>>'} (${b} & ${mask}))`); // prettier-ignore
  if (fn === 'shr_s') return of('v', 2, (a, b) => `(${v})((${type})${a} >> (int)(${b} & ${mask}))`);
  if (fn === 'relaxed_madd') return of('v', 3, (a, b, c) => `madd_${letter}${r}(${a}, ${b}, ${c})`);
  if (fn === 'all_true') return of('i', 1, (a) => `all_true${r}(${a})`);
  if (/^(extend_low|promote_low|demote|convert|trunc_sat|narrow)/.test(fn)) {
    const args = fn.startsWith('narrow') ? 2 : 1;
    return of('v', args, (...all) => `${name}(${all.slice(0, args).join(', ')})`);
  }
  return null;
}

function bits(fn: string, r: number): COp | null {
  const binary = { and: '&', or: '|', xor: '^' }[fn];
  if (binary) return of('v', 2, (a, b) => `${a} ${binary} ${b}`);
  if (fn === 'not') return of('v', 1, (a) => `~${a}`);
  if (fn === 'andnot') return of('v', 2, (a, b) => `${a} & ~${b}`);
  if (fn === 'bitselect') return of('v', 3, (a, b, c) => `choose${r}(${a}, ${b}, ${c})`);
  return null;
}

const memo = new Map<string, COp>();

/** The C expression of an instruction, for registers of so many bytes. */
export function cOp(name: PlainOp, register: number): COp {
  const key = `${name} ${register}`;
  let op = memo.get(key);
  if (!op) {
    const found = build(name, register);
    if (!found) throw new Error(`C: no spelling for ${name}`);
    memo.set(key, (op = found));
  }
  return op;
}

function build(name: string, register: number): COp | null {
  const [prefix, fn] = name.split('.') as [string, string];
  const saturated = /^trunc_sat_(f32|f64)_([su])$/.exec(fn);
  if (saturated) {
    const from = saturated[1] === 'f32' ? 'f' : 'd';
    return of(prefix === 'i32' ? 'i' : 'l', 1, (a) => `${prefix}_${saturated[2]}_of_${from}(${a})`);
  }
  const same = /^reinterpret_/.test(fn);
  if (same) return of({ i32: 'i', i64: 'l', f32: 'f', f64: 'd' }[prefix] as CType, 1, (a) => `${prefix}_bits(${a})`);
  if (prefix === 'i32' || prefix === 'i64') return integer(prefix === 'i32' ? 'i' : 'l', fn);
  if (prefix === 'f32' || prefix === 'f64') return float(prefix === 'f32' ? 'f' : 'd', fn);
  return prefix === 'v128' ? bits(fn, register) : vector(prefix, fn, register);
}

/** Reads or replaces one lane; `args` says whether it takes a scalar and changes a variable. */
export function laneText(name: LaneOp, lane: number, register: number): COp {
  const [prefix, fn] = name.split('.') as [string, string];
  const [letter, unsigned] = lanesOf[prefix]!;
  const real = letter === 'f' || letter === 'd';
  const type = `v${real ? letter : unsigned}${register}`;
  const result = { f32x4: 'f', f64x2: 'd', i32x4: 'i', i64x2: 'l' }[prefix] as CType;
  if (fn === 'extract_lane') return of(result, 0, (a) => `((${type})${a})[${lane}]`);
  return of('v', 1, (a, b) => `{ ${type} x = (${type})${a}; x[${lane}] = ${b}; ${a} = (vi${register})x; }`);
}

const loads: Readonly<Record<string, readonly [CType, string]>> = {
  'i32.load': ['i', 'GET(u32, @)'], 'i64.load': ['l', 'GET(u64, @)'], 'f32.load': ['f', 'GET(float, @)'], 'f64.load': ['d', 'GET(double, @)'],
  'i32.load8_s': ['i', '(u32)(i32)GET(i8, @)'], 'i32.load8_u': ['i', 'GET(u8, @)'],
  'i32.load16_s': ['i', '(u32)(i32)GET(i16, @)'], 'i32.load16_u': ['i', 'GET(u16, @)'],
  'v128.load': ['v', 'GET(vi#, @)'], 'v128.load32_splat': ['v', 'splat_f#(GET(float, @))'], 'v128.load64_splat': ['v', 'splat_d#(GET(double, @))'],
  'v128.load32_zero': ['v', 'load_quarter#(@)'], 'v128.load64_zero': ['v', 'load_half#(@)'],
  'v128.load16x4_s': ['v', 'load_i16#(@)'], 'v128.load16x4_u': ['v', 'load_u16#(@)'],
}; // prettier-ignore
const stores: Readonly<Record<string, string>> = {
  'i32.store': 'u32', 'i64.store': 'u64', 'f32.store': 'float', 'f64.store': 'double', 'i32.store8': 'u8', 'i32.store16': 'u16', 'v128.store': 'vi#',
}; // prettier-ignore

/** The text of a load (with a result) or a store. */
export function memoryText(
  name: MemoryOp,
  register: number,
): { result: CType | null; text: (address: string, value?: string) => string } {
  const wide = (t: string): string => t.replaceAll('#', String(register));
  const load = loads[name];
  if (load) return { result: load[0], text: (address) => wide(load[1]).replace('@', address) };
  return { result: null, text: (address, value) => `PUT(${wide(stores[name]!)}, ${address}, ${value})` };
}

/** Stores one lane of a register of 16 bytes. */
export function memoryLaneText(name: MemoryLaneOp, lane: number, address: string, vector: string): string {
  if (name === 'v128.store32_lane') return `PUT(u32, ${address}, ((vu16)${vector})[${lane}])`;
  if (name === 'v128.store64_lane') return `PUT(u64, ${address}, ((vm16)${vector})[${lane}])`;
  throw new Error(`C: no spelling for ${name}`);
}
