/** Types, memory and scalar functions that the printed C uses. */
export const C_PRELUDE = `#include <stdint.h>
#include <string.h>
typedef uint8_t u8; typedef uint16_t u16; typedef uint32_t u32; typedef uint64_t u64;
typedef int8_t i8; typedef int16_t i16; typedef int32_t i32; typedef int64_t i64;
#if defined(__clang__) && (defined(__x86_64__) || defined(__i386__))
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif
#define AT(a, o) (heap + (u64)(a) + (o))
#define GET(T, p) (((const struct { T x; } __attribute__((packed, may_alias)) *)(p))->x)
#define PUT(T, p, v) (((struct { T x; } __attribute__((packed, may_alias)) *)(p))->x = (v))
#ifdef __has_builtin
#if __has_builtin(__builtin_shufflevector)
#define HAS_SHUFFLEVECTOR
#endif
#endif
#ifdef __clang__
#define PICK(T, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define PICK(T, a, b, ...) __builtin_shuffle(a, b, (T){__VA_ARGS__})
#endif
static inline u32 i32_bits(float x) { u32 y; memcpy(&y, &x, 4); return y; }
static inline u64 i64_bits(double x) { u64 y; memcpy(&y, &x, 8); return y; }
static inline float f32_bits(u32 x) { float y; memcpy(&y, &x, 4); return y; }
static inline double f64_bits(u64 x) { double y; memcpy(&y, &x, 8); return y; }
static inline float min_f(float a, float b) { return a != a ? a : b != b ? b : a < b ? a : b < a ? b : f32_bits(i32_bits(a) | i32_bits(b)); }
static inline float max_f(float a, float b) { return a != a ? a : b != b ? b : a > b ? a : b > a ? b : f32_bits(i32_bits(a) & i32_bits(b)); }
static inline double min_d(double a, double b) { return a != a ? a : b != b ? b : a < b ? a : b < a ? b : f64_bits(i64_bits(a) | i64_bits(b)); }
static inline double max_d(double a, double b) { return a != a ? a : b != b ? b : a > b ? a : b > a ? b : f64_bits(i64_bits(a) & i64_bits(b)); }
${[
  ['i32', 'i32', 's', '-2147483648.0', '2147483648.0', '0x80000000u', '0x7fffffffu'],
  ['i32', 'u32', 'u', '-1.0', '4294967296.0', '0u', '0xffffffffu'],
  ['i64', 'i64', 's', '-9223372036854775808.0', '9223372036854775808.0', '0x8000000000000000ull', '0x7fffffffffffffffull'],
  ['i64', 'u64', 'u', '-1.0', '18446744073709551616.0', '0ull', '0xffffffffffffffffull'],
]
  .flatMap(([name, type, sign, low, high, least, most]) =>
    ['f float', 'd double'].map((t) => {
      const [letter, from] = t.split(' ');
      return `static inline u${name!.slice(1)} ${name}_${sign}_of_${letter}(${from} x) { return x != x ? 0 : x <= ${low} ? ${least} : x >= ${high} ? ${most} : (u${name!.slice(1)})(${type})x; }`;
    }),
  )
  .join('\n')}
`; // prettier-ignore

/** Vector operations of x86: register bytes, the macro that announces them, builtins of GCC by operation. */
const x86: Readonly<Record<number, { readonly macro: string; readonly suffix: string }>> = {
  16: { macro: '__SSE4_1__', suffix: '' },
  32: { macro: '__AVX2__', suffix: '256' },
  64: { macro: '__AVX512DQ__', suffix: '512' },
};

/** When GCC's builtins for registers of so many bytes are there. */
const gccOn = (r: number): string => `defined(${x86[r]!.macro}) && !defined(__clang__)`;

const list = (n: number, f: (i: number) => string): string => Array.from({ length: n }, (_, i) => f(i)).join(', ');

/** A definition of the prelude. */
export interface Definition {
  readonly name: string;
  readonly text: string;
}

/** The types of registers of so many bytes, and of their halves and quarters. */
function types(r: number): string[] {
  const out: string[] = [];
  const letters = [['i', 'i32'], ['u', 'u32'], ['f', 'float'], ['d', 'double'], ['l', 'i64'], ['m', 'u64'], ['h', 'i16'], ['k', 'u16'], ['b', 'i8'], ['c', 'u8']]; // prettier-ignore
  for (const bytes of [r, r / 2, r / 4]) {
    for (const [letter, type] of letters) {
      const fits = { i64: 8, u64: 8, double: 8 }[type!] ?? 4;
      if (bytes >= fits)
        out.push(`#ifndef HAS_v${letter}${bytes}\n#define HAS_v${letter}${bytes}\ntypedef ${type} v${letter}${bytes} __attribute__((vector_size(${bytes}), may_alias));\n#endif`); // prettier-ignore
    }
  }
  return out;
}

/** The operations on registers of so many bytes, each after those it uses. */
function operations(r: number): Definition[] {
  const out: Definition[] = [];
  const [n, d] = [r / 4, r / 8];
  const v = `vi${r}`;
  const fn: Define = (result, name, args, body, otherwise) => {
    const define = (b: string): string => `static inline ${result} ${name}(${args}) { ${b} }`;
    const text = otherwise ? `#if ${otherwise.when}\n${define(body)}\n${otherwise.list.map(([when, b]) => `${when ? `#elif ${when}` : '#else'}\n${define(b)}`).join('\n')}\n#endif` : define(body);
    out.push({ name, text });
  }; // prettier-ignore
  fn(v, `splat_f${r}`, 'float x', `return (${v})(vf${r}){${list(n, () => 'x')}};`);
  fn(v, `splat_i${r}`, 'u32 x', `return (${v})(vu${r}){${list(n, () => 'x')}};`);
  fn(v, `splat_d${r}`, 'double x', `return (${v})(vd${r}){${list(d, () => 'x')}};`);
  fn(v, `splat_l${r}`, 'u64 x', `return (${v})(vm${r}){${list(d, () => 'x')}};`);
  // The mask's lanes are all ones or all zeros, so any way of choosing gives the same.
  fn(v, `choose${r}`, `${v} a, ${v} b, ${v} m`, `return (a & m) | (b & ~m);`);
  // Copying by memcpy goes through memory.
  const h = `vi${r / 2}`;
  const shuffles = 'defined(HAS_SHUFFLEVECTOR)';
  fn(h, `low${r}`, `${v} a`, `return __builtin_shufflevector(a, a, ${list(n / 2, String)});`, { when: shuffles, list: [['', `${h} x; memcpy(&x, &a, ${r / 2}); return x;`]] }); // prettier-ignore
  fn(v, `up${r}`, `${h} a`, `return __builtin_shufflevector(a, (${h}){0}, ${list(n, String)});`, { when: shuffles, list: [['', `${v} x = {0}; memcpy(&x, &a, ${r / 2}); return x;`]] }); // prettier-ignore
  const four = `vi16 a = GET(vi16, p); return (${v}){${list(n, (i) => `a[${i % 4}]`)}};`;
  const repeated = `vi16 a = GET(vi16, p); return __builtin_shufflevector(a, a, ${list(n, (i) => String(i % 4))});`;
  const broadcast = `return (${v})__builtin_ia32_broadcastf32x4_512(GET(vf16, p), (vf64){0}, -1);`;
  // GCC makes two instructions of a shuffle, and more of elements put together.
  const halves = `return (${v})__builtin_ia32_vbroadcastf128_ps256((const vf16 *)p);`;
  const ways = [
    [shuffles, repeated],
    ['', four],
  ] as const;
  const [best, macro] = r === 64 ? [broadcast, '__AVX512F__'] : [halves, '__AVX__'];
  fn(v, `load_repeated${r}`, 'const char *p', r === 16 ? repeated : best, r === 16 ? { when: shuffles, list: ways.slice(1) } : { when: `defined(${macro}) && !defined(__clang__)`, list: ways }); // prettier-ignore
  fn(v, `load_half${r}`, 'const char *p', `return up${r}(GET(vi${r / 2}, p));`);
  fn(v, `load_quarter${r}`, 'const char *p', `${v} x = {0}; memcpy(&x, p, ${r / 4}); return x;`);
  fn(v, `load_i16${r}`, 'const char *p', `return __builtin_convertvector(GET(vh${r / 2}, p), ${v});`);
  fn(v, `load_u16${r}`, 'const char *p', `return (${v})__builtin_convertvector(GET(vk${r / 2}, p), vu${r});`);
  fn(v, `i32x4_extend_low_i16x8_s${r}`, `${v} a`, `return __builtin_convertvector((vh${r / 2})low${r}(a), ${v});`);
  fn(v, `i32x4_extend_low_i16x8_u${r}`, `${v} a`, `return (${v})__builtin_convertvector((vk${r / 2})low${r}(a), vu${r});`); // prettier-ignore
  fn(v, `i16x8_extend_low_i8x16_s${r}`, `${v} a`, `return (${v})__builtin_convertvector((vb${r / 2})low${r}(a), vh${r});`); // prettier-ignore
  fn(v, `i16x8_extend_low_i8x16_u${r}`, `${v} a`, `return (${v})__builtin_convertvector((vc${r / 2})low${r}(a), vk${r});`); // prettier-ignore
  fn(v, `i64x2_extend_low_i32x4_s${r}`, `${v} a`, `return (${v})__builtin_convertvector(low${r}(a), vl${r});`);
  fn(v, `i64x2_extend_low_i32x4_u${r}`, `${v} a`, `return (${v})__builtin_convertvector((vu${r / 2})low${r}(a), vm${r});`); // prettier-ignore
  fn(v, `f64x2_promote_low_f32x4${r}`, `${v} a`, `return (${v})__builtin_convertvector((vf${r / 2})low${r}(a), vd${r});`); // prettier-ignore
  fn(v, `f32x4_demote_f64x2_zero${r}`, `${v} a`, `return up${r}((vi${r / 2})__builtin_convertvector((vd${r})a, vf${r / 2}));`); // prettier-ignore
  fn(v, `f64x2_convert_low_i32x4_s${r}`, `${v} a`, `return (${v})__builtin_convertvector(low${r}(a), vd${r});`);
  fn(v, `f64x2_convert_low_i32x4_u${r}`, `${v} a`, `return (${v})__builtin_convertvector((vu${r / 2})low${r}(a), vd${r});`); // prettier-ignore
  fn(v, `f32x4_convert_i32x4_s${r}`, `${v} a`, `return (${v})__builtin_convertvector(a, vf${r});`);
  fn(v, `f32x4_convert_i32x4_u${r}`, `${v} a`, `return (${v})__builtin_convertvector((vu${r})a, vf${r});`);
  fn(v, `even_lanes${r}`, `${v} a`, `return up${r}((vi${r / 2})__builtin_convertvector((vl${r})a, vi${r / 2}));`);
  // Values are in range already; the clamps make the saturation of WebAssembly.
  fn(v, `clamp${r}`, `${v} a, i32 low, i32 high`, `${v} l = (${v})splat_i${r}(low), h = (${v})splat_i${r}(high); a = choose${r}(l, a, a < l); return choose${r}(h, a, a > h);`); // prettier-ignore
  fn(v, `i16x8_narrow_i32x4_s${r}`, `${v} a, ${v} b`, `(void)b; return up${r}((vi${r / 2})__builtin_convertvector(clamp${r}(a, -32768, 32767), vh${r / 2}));`); // prettier-ignore
  fn(v, `i16x8_narrow_i32x4_u${r}`, `${v} a, ${v} b`, `(void)b; return up${r}((vi${r / 2})__builtin_convertvector(clamp${r}(a, 0, 65535), vk${r / 2}));`); // prettier-ignore
  for (const [sign, low, high, to] of [
    ['s', -128, 127, 'b'],
    ['u', 0, 255, 'c'],
  ]) {
    fn(v, `i8x16_narrow_i16x8_${sign}${r}`, `${v} a, ${v} b`, `(void)b; vh${r} x = (vh${r})a, l = x - x + (i16)${low}, h = x - x + (i16)${high}; vh${r} m = (vh${r})(x < l); x = (l & m) | (x & ~m); m = (vh${r})(x > h); x = (h & m) | (x & ~m); return up${r}((vi${r / 2})__builtin_convertvector(x, v${to}${r / 2}));`); // prettier-ignore
  }
  // Outside of the range the conversion has no value, so 0 is converted in its place.
  for (const [sign, low, high, least, most] of [['s', '-2147483648.0', '2147483648.0', '0x80000000u', '0x7fffffffu'], ['u', '0.0', '4294967296.0', '0u', '0xffffffffu']]) {
    const t = sign === 's' ? 'i' : 'u';
    fn(v, `i32x4_trunc_sat_f32x4_${sign}${r}`, `${v} a`, `vf${r} x = (vf${r})a, l = (vf${r})splat_f${r}(${low}f), h = (vf${r})splat_f${r}(${high}f); ${v} in = (${v})(x >= l) & (${v})(x < h), over = (${v})(x >= h), under = (${v})(x < l); ${v} y = (${v})__builtin_convertvector((vf${r})(a & in), v${t}${r}); return (y & in) | ((${v})splat_i${r}(${most}) & over) | ((${v})splat_i${r}(${least}) & under);`); // prettier-ignore
    fn(v, `i32x4_trunc_sat_f64x2_${sign}_zero${r}`, `${v} a`, `u32 x[${d}]; for (int i = 0; i < ${d}; i++) x[i] = i32_${sign}_of_d(((vd${r})a)[i]); ${v} y = {0}; memcpy(&y, x, ${r / 2}); return y;`); // prettier-ignore
  } // prettier-ignore
  const gcc = gccOn(r);
  for (const [name, t, order] of [['min_s', 'i', '<'], ['max_s', 'i', '>'], ['min_u', 'u', '<'], ['max_u', 'u', '>']] as const) {
    const builtin = `__builtin_ia32_p${name.replace('_', '')}d${r * 8}`;
    const x86 = r === 64 ? `${builtin}_mask(a, b, a, (short)-1)` : `${builtin}(a, b)`;
    fn(v, `i32x4_${name}${r}`, `${v} a, ${v} b`, `return (${v})${x86};`, { when: gcc, list: [['', `return choose${r}(a, b, (${v})((v${t}${r})a ${order} (v${t}${r})b));`]] });
  } // prettier-ignore
  fn('u32', `all_true${r}`, `${v} a`, `vm${r} z = (vm${r})(a == 0); return (${list(d, (i) => `z[${i}]`).replaceAll(', ', ' | ')}) == 0;`); // prettier-ignore
  // Lanes 0 to 3 are those of a part of `a`, 4 to 7 those of the same part of `b`.
  const picks = list(n, (i) => `(${'ijkl'[i % 4]} & 3) + ${i - (i % 4)} + (${'ijkl'[i % 4]} >> 2) * ${n}`);
  out.push({ name: `pick${r}`, text: `#define pick${r}(a, b, i, j, k, l) ((${v})PICK(${v}, a, b, ${picks}))` });
  const part = (i: number): string => `GET(vi16, p + ${i} * step)`;
  const joined = (i: number): string => `__builtin_shufflevector(${part(i)}, ${part(i + 1)}, ${list(8, String)})`;
  const parts = r === 16 ? part(0) : r === 32 ? joined(0) : `__builtin_shufflevector(${joined(0)}, ${joined(2)}, ${list(16, String)})`; // prettier-ignore
  const copied = `${v} x; ${Array.from({ length: r / 16 }, (_, i) => `memcpy((char *)&x + ${16 * i}, p + ${i} * step, 16);`).join(' ')} return x;`; // prettier-ignore
  fn(v, `load_parts${r}`, 'const char *p, u64 step', `return ${parts};`, { when: shuffles, list: [['', copied]] });
  fn(
    v,
    `load_twice${r}`,
    'const char *p',
    `${v} a = load_half${r}(p); return PICK(${v}, a, a, ${list(n, (i) => String(i >> 1))});`,
  );
  fn(
    v,
    `load_even${r}`,
    'const char *p',
    `${v} a = GET(${v}, p), b = GET(${v}, p + ${r}); return PICK(${v}, a, b, ${list(n, (i) => String(2 * i))});`,
  );
  floats(fn, r);
  return out;
}

const names = (text: string): string[] => text.match(/\b[a-z]\w*/g) ?? [];

interface Known extends Definition {
  readonly uses: readonly string[];
}
const known = new Map<number, readonly Known[]>();

/** The operations of a register size, with the names each of them uses. */
function operationsOf(r: number): readonly Known[] {
  let list = known.get(r);
  if (!list) known.set(r, (list = operations(r).map((d) => ({ ...d, uses: names(d.text) }))));
  return list;
}

/** Types, and of the operations those that a text uses, for registers of these sizes. */
export function vectorPrelude(registers: readonly number[], text: string): string {
  const wanted = new Set(names(text));
  const used: string[] = [];
  for (const { name, text: own, uses } of registers.flatMap(operationsOf).reverse()) {
    if (!wanted.has(name)) continue;
    uses.forEach((n) => wanted.add(n));
    used.unshift(own);
  }
  return [...registers.flatMap(types), ...used, ''].join('\n');
}

interface Otherwise {
  readonly when: string;
  readonly list: readonly (readonly [when: string, body: string])[];
}
type Define = (result: string, name: string, args: string, body: string, otherwise?: Otherwise) => void;

/** Float operations that C has no vector operator for: x86's by builtins of GCC, ARM's by their names, others lane by lane. */
function floats(fn: Define, r: number): void {
  const v = `vi${r}`;
  const { suffix } = x86[r]!;
  const gcc = gccOn(r);
  const arm = r === 16 ? 'defined(__aarch64__)' : '0';
  for (const [prefix, letter, kind, count, c] of [['f32x4', 'f', 'ps', r / 4, 'f'], ['f64x2', 'd', 'pd', r / 8, '']] as const) {
    const t = `v${letter}${r}`;
    const [neon, to] = letter === 'f' ? ['f32', 'float32x4_t'] : ['f64', 'float64x2_t'];
    const mask = r === 64 ? `, (${t}){0}, ${count === 16 ? '(short)-1' : '(char)-1'}, 4` : '';
    const builtin = (name: string, args: string): string =>
      `__builtin_ia32_${name}${kind}${suffix}${r === 64 ? '_mask' : ''}(${args}${mask})`;
    // Of two equal or unordered operands these give the second.
    for (const [name, op, order] of [['lower', 'min', '<'], ['higher', 'max', '>']] as const) {
      fn(v, `${prefix}_${name}${r}`, `${v} a, ${v} b`, `return (${v})${builtin(op, `(${t})a, (${t})b`)};`, { when: gcc, list: [['', `return choose${r}(a, b, (${v})((${t})a ${order} (${t})b));`]] });
    }
    for (const [name, call, mode, rounds] of [['sqrt', 'sqrt', 0, 'vsqrtq'], ['nearest', 'rint', 8, 'vrndnq'], ['floor', 'floor', 9, 'vrndmq'], ['ceil', 'ceil', 10, 'vrndpq'], ['trunc', 'trunc', 11, 'vrndq']] as const) {
      const x = !mode ? builtin('sqrt', `(${t})a`) : r === 64 ? `__builtin_ia32_rndscale${kind}_mask((${t})a, ${mode}${mask})` : `__builtin_ia32_round${kind}${suffix}((${t})a, ${mode})`;
      fn(v, `${prefix}_${name}${r}`, `${v} a`, `return (${v})${x};`, { when: gcc, list: [[arm, `return (${v})${rounds}_${neon}((${to})a);`], ['', `${t} x = (${t})a; return (${v})(${t}){${list(count, (i) => `__builtin_${call}${c}(x[${i}])`)}};`]] });
    }
    fn(v, `${prefix}_pmin${r}`, `${v} a, ${v} b`, `return ${prefix}_lower${r}(b, a);`);
    fn(v, `${prefix}_pmax${r}`, `${v} a, ${v} b`, `return ${prefix}_higher${r}(b, a);`);
    // Both ways round: zeros of different sign join, and a NaN in either place stays one.
    fn(v, `${prefix}_min${r}`, `${v} a, ${v} b`, `return ${prefix}_lower${r}(a, b) | ${prefix}_lower${r}(b, a);`);
    const unordered = r === 64 ? `(${v})(x != x) | (${v})(y != y)` : `(${v})__builtin_ia32_cmp${kind}${suffix}(x, y, 3)`;
    const higher = (nan: string): string => `${t} x = (${t})a, y = (${t})b; return (${prefix}_higher${r}(a, b) & ${prefix}_higher${r}(b, a)) | ${nan};`;
    fn(v, `${prefix}_max${r}`, `${v} a, ${v} b`, higher(unordered), { when: `${gcc} && defined(__AVX__)`, list: [['', higher(`(${v})(x != x) | (${v})(y != y)`)]] });
    const fused = r === 64 ? `__builtin_ia32_vfmadd${kind}512_mask((${t})a, (${t})b, (${t})c, -1, 4)` : `__builtin_ia32_vfmadd${kind}${suffix}((${t})a, (${t})b, (${t})c)`;
    const m = `__m${r * 8}${letter === 'd' ? 'd' : ''}`;
    fn(v, `madd_${letter}${r}`, `${v} a, ${v} b, ${v} c`, `return (${v})${fused};`, { when: 'defined(__FMA__) && !defined(__clang__)', list: [['defined(__FMA__)', `return (${v})_mm${r === 16 ? '' : r * 8}_fmadd_${kind}((${m})a, (${m})b, (${m})c);`], [arm, `return (${v})vfmaq_${neon}((${to})c, (${to})a, (${to})b);`], ['', `${t} x = (${t})a, y = (${t})b, z = (${t})c; return (${v})(${t}){${list(count, (i) => `__builtin_fma${c}(x[${i}], y[${i}], z[${i}])`)}};`]] });
  } // prettier-ignore
}
