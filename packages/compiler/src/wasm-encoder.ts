import type { FunctionWriter } from './function-writer.ts';

export type { FunctionWriter } from './function-writer.ts';

/** WebAssembly value types, as encoded. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export type ValType = typeof I32 | typeof I64 | typeof F32 | typeof F64 | typeof V128;

const BLOCK_VOID = 0x40;

/** One-byte opcodes by name. */
const plain = {
  'i32.eqz': 0x45, 'i32.eq': 0x46, 'i32.ne': 0x47, 'i32.lt_s': 0x48, 'i32.lt_u': 0x49, 'i32.gt_s': 0x4a, 'i32.gt_u': 0x4b,
  'i32.le_s': 0x4c, 'i32.le_u': 0x4d, 'i32.ge_s': 0x4e, 'i32.ge_u': 0x4f,
  'i64.eqz': 0x50, 'i64.eq': 0x51, 'i64.ne': 0x52, 'i64.lt_s': 0x53, 'i64.lt_u': 0x54, 'i64.gt_s': 0x55, 'i64.gt_u': 0x56,
  'i64.le_s': 0x57, 'i64.le_u': 0x58, 'i64.ge_s': 0x59, 'i64.ge_u': 0x5a,
  'f32.eq': 0x5b, 'f32.ne': 0x5c, 'f32.lt': 0x5d, 'f32.gt': 0x5e, 'f32.le': 0x5f, 'f32.ge': 0x60,
  'f64.eq': 0x61, 'f64.ne': 0x62, 'f64.lt': 0x63, 'f64.gt': 0x64, 'f64.le': 0x65, 'f64.ge': 0x66,
  'i32.clz': 0x67, 'i32.add': 0x6a, 'i32.sub': 0x6b, 'i32.mul': 0x6c, 'i32.div_s': 0x6d, 'i32.div_u': 0x6e, 'i32.rem_s': 0x6f, 'i32.rem_u': 0x70,
  'i32.and': 0x71, 'i32.or': 0x72, 'i32.xor': 0x73, 'i32.shl': 0x74, 'i32.shr_s': 0x75, 'i32.shr_u': 0x76,
  'i64.add': 0x7c, 'i64.sub': 0x7d, 'i64.mul': 0x7e, 'i64.div_s': 0x7f, 'i64.div_u': 0x80, 'i64.rem_s': 0x81, 'i64.rem_u': 0x82,
  'i64.and': 0x83, 'i64.or': 0x84, 'i64.xor': 0x85, 'i64.shl': 0x86, 'i64.shr_s': 0x87, 'i64.shr_u': 0x88,
  'f32.abs': 0x8b, 'f32.neg': 0x8c, 'f32.ceil': 0x8d, 'f32.floor': 0x8e, 'f32.trunc': 0x8f, 'f32.nearest': 0x90, 'f32.sqrt': 0x91,
  'f32.add': 0x92, 'f32.sub': 0x93, 'f32.mul': 0x94, 'f32.div': 0x95, 'f32.min': 0x96, 'f32.max': 0x97,
  'f64.abs': 0x99, 'f64.neg': 0x9a, 'f64.ceil': 0x9b, 'f64.floor': 0x9c, 'f64.trunc': 0x9d, 'f64.nearest': 0x9e, 'f64.sqrt': 0x9f,
  'f64.add': 0xa0, 'f64.sub': 0xa1, 'f64.mul': 0xa2, 'f64.div': 0xa3, 'f64.min': 0xa4, 'f64.max': 0xa5,
  'i32.wrap_i64': 0xa7, 'i64.extend_i32_s': 0xac, 'i64.extend_i32_u': 0xad,
  'f32.convert_i32_s': 0xb2, 'f32.convert_i32_u': 0xb3, 'f32.convert_i64_s': 0xb4, 'f32.convert_i64_u': 0xb5, 'f32.demote_f64': 0xb6,
  'f64.convert_i32_s': 0xb7, 'f64.convert_i32_u': 0xb8, 'f64.convert_i64_s': 0xb9, 'f64.convert_i64_u': 0xba, 'f64.promote_f32': 0xbb,
  'i32.reinterpret_f32': 0xbc, 'i64.reinterpret_f64': 0xbd, 'f32.reinterpret_i32': 0xbe, 'f64.reinterpret_i64': 0xbf,
  'i32.extend8_s': 0xc0, 'i32.extend16_s': 0xc1, select: 0x1b, drop: 0x1a, return: 0x0f,
} as const; // prettier-ignore

/** Saturating conversions (prefix 0xfc). */
const saturating = {
  'i32.trunc_sat_f32_s': 0, 'i32.trunc_sat_f32_u': 1, 'i32.trunc_sat_f64_s': 2, 'i32.trunc_sat_f64_u': 3,
  'i64.trunc_sat_f32_s': 4, 'i64.trunc_sat_f32_u': 5, 'i64.trunc_sat_f64_s': 6, 'i64.trunc_sat_f64_u': 7,
} as const; // prettier-ignore

/** SIMD opcodes without immediates (prefix 0xfd). */
const simd = {
  'i8x16.swizzle': 0x0e, 'i8x16.splat': 0x0f, 'i16x8.splat': 0x10, 'i32x4.splat': 0x11, 'i64x2.splat': 0x12, 'f32x4.splat': 0x13, 'f64x2.splat': 0x14,
  'i32x4.eq': 0x37, 'i32x4.ne': 0x38, 'i32x4.lt_s': 0x39, 'i32x4.lt_u': 0x3a, 'i32x4.gt_s': 0x3b, 'i32x4.gt_u': 0x3c,
  'i32x4.le_s': 0x3d, 'i32x4.le_u': 0x3e, 'i32x4.ge_s': 0x3f, 'i32x4.ge_u': 0x40,
  'f32x4.eq': 0x41, 'f32x4.ne': 0x42, 'f32x4.lt': 0x43, 'f32x4.gt': 0x44, 'f32x4.le': 0x45, 'f32x4.ge': 0x46,
  'f64x2.eq': 0x47, 'f64x2.ne': 0x48, 'f64x2.lt': 0x49, 'f64x2.gt': 0x4a, 'f64x2.le': 0x4b, 'f64x2.ge': 0x4c,
  'v128.not': 0x4d, 'v128.and': 0x4e, 'v128.andnot': 0x4f, 'v128.or': 0x50, 'v128.xor': 0x51, 'v128.bitselect': 0x52, 'v128.any_true': 0x53,
  'f32x4.demote_f64x2_zero': 0x5e, 'f64x2.promote_low_f32x4': 0x5f,
  'i16x8.narrow_i32x4_s': 0x85, 'i16x8.narrow_i32x4_u': 0x86, 'i8x16.narrow_i16x8_s': 0x65, 'i8x16.narrow_i16x8_u': 0x66,
  'f32x4.ceil': 0x67, 'f32x4.floor': 0x68, 'f32x4.trunc': 0x69, 'f32x4.nearest': 0x6a,
  'f64x2.ceil': 0x74, 'f64x2.floor': 0x75, 'f64x2.trunc': 0x7a, 'f64x2.nearest': 0x94,
  'i16x8.extend_low_i8x16_s': 0x87, 'i16x8.extend_low_i8x16_u': 0x89,
  'i32x4.extend_low_i16x8_s': 0xa7, 'i32x4.extend_low_i16x8_u': 0xa9,
  'i32x4.abs': 0xa0, 'i32x4.neg': 0xa1, 'i32x4.all_true': 0xa3, 'i32x4.bitmask': 0xa4,
  'i32x4.shl': 0xab, 'i32x4.shr_s': 0xac, 'i32x4.shr_u': 0xad, 'i32x4.add': 0xae, 'i32x4.sub': 0xb1, 'i32x4.mul': 0xb5,
  'i32x4.min_s': 0xb6, 'i32x4.min_u': 0xb7, 'i32x4.max_s': 0xb8, 'i32x4.max_u': 0xb9,
  'i64x2.abs': 0xc0, 'i64x2.neg': 0xc1, 'i64x2.extend_low_i32x4_s': 0xc7, 'i64x2.extend_low_i32x4_u': 0xc9,
  'i64x2.shl': 0xcb, 'i64x2.shr_s': 0xcc, 'i64x2.shr_u': 0xcd, 'i64x2.add': 0xce, 'i64x2.sub': 0xd1, 'i64x2.mul': 0xd5,
  'i64x2.eq': 0xd6, 'i64x2.ne': 0xd7, 'i64x2.lt_s': 0xd8, 'i64x2.gt_s': 0xd9, 'i64x2.le_s': 0xda, 'i64x2.ge_s': 0xdb,
  'f32x4.abs': 0xe0, 'f32x4.neg': 0xe1, 'f32x4.sqrt': 0xe3, 'f32x4.add': 0xe4, 'f32x4.sub': 0xe5, 'f32x4.mul': 0xe6, 'f32x4.div': 0xe7,
  'f32x4.min': 0xe8, 'f32x4.max': 0xe9, 'f32x4.pmin': 0xea, 'f32x4.pmax': 0xeb,
  'f64x2.abs': 0xec, 'f64x2.neg': 0xed, 'f64x2.sqrt': 0xef, 'f64x2.add': 0xf0, 'f64x2.sub': 0xf1, 'f64x2.mul': 0xf2, 'f64x2.div': 0xf3,
  'f64x2.min': 0xf4, 'f64x2.max': 0xf5, 'f64x2.pmin': 0xf6, 'f64x2.pmax': 0xf7,
  'i32x4.trunc_sat_f32x4_s': 0xf8, 'i32x4.trunc_sat_f32x4_u': 0xf9, 'f32x4.convert_i32x4_s': 0xfa, 'f32x4.convert_i32x4_u': 0xfb,
  'i32x4.trunc_sat_f64x2_s_zero': 0xfc, 'i32x4.trunc_sat_f64x2_u_zero': 0xfd, 'f64x2.convert_low_i32x4_s': 0xfe, 'f64x2.convert_low_i32x4_u': 0xff,
  'f32x4.relaxed_madd': 0x105, 'f32x4.relaxed_nmadd': 0x106, 'f64x2.relaxed_madd': 0x107, 'f64x2.relaxed_nmadd': 0x108,
} as const; // prettier-ignore

/** SIMD opcodes with a lane number. */
const lanes = {
  'i32x4.extract_lane': 0x1b, 'i32x4.replace_lane': 0x1c, 'i64x2.extract_lane': 0x1d, 'i64x2.replace_lane': 0x1e,
  'f32x4.extract_lane': 0x1f, 'f32x4.replace_lane': 0x20, 'f64x2.extract_lane': 0x21, 'f64x2.replace_lane': 0x22,
} as const; // prettier-ignore

/** Memory instructions: [prefix or 0, opcode, log2 of the natural alignment]. */
const memory = {
  'i32.load': [0, 0x28, 2], 'i64.load': [0, 0x29, 3], 'f32.load': [0, 0x2a, 2], 'f64.load': [0, 0x2b, 3],
  'i32.load8_s': [0, 0x2c, 0], 'i32.load8_u': [0, 0x2d, 0], 'i32.load16_s': [0, 0x2e, 1], 'i32.load16_u': [0, 0x2f, 1],
  'i32.store': [0, 0x36, 2], 'i64.store': [0, 0x37, 3], 'f32.store': [0, 0x38, 2], 'f64.store': [0, 0x39, 3],
  'i32.store8': [0, 0x3a, 0], 'i32.store16': [0, 0x3b, 1],
  'v128.load': [0xfd, 0x00, 4], 'v128.load16x4_s': [0xfd, 0x03, 3], 'v128.load16x4_u': [0xfd, 0x04, 3], 'v128.load32_splat': [0xfd, 0x09, 2], 'v128.load64_splat': [0xfd, 0x0a, 3], 'v128.store': [0xfd, 0x0b, 4],
  'v128.load32_zero': [0xfd, 0x5c, 2], 'v128.load64_zero': [0xfd, 0x5d, 3],
} as const; // prettier-ignore

/** Memory instructions with a lane number. */
const memoryLanes = {
  'v128.load32_lane': [0x56, 2], 'v128.load64_lane': [0x57, 3], 'v128.store32_lane': [0x5a, 2], 'v128.store64_lane': [0x5b, 3],
} as const; // prettier-ignore

export type PlainOp = keyof typeof plain | keyof typeof saturating | keyof typeof simd;
export type LaneOp = keyof typeof lanes;
export type MemoryOp = keyof typeof memory;
export type MemoryLaneOp = keyof typeof memoryLanes;

/** A growing byte buffer with LEB128 numbers. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  length = 0;

  private reserve(n: number): void {
    if (this.length + n <= this.bytes.length) return;
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.length + n));
    next.set(this.bytes.subarray(0, this.length));
    this.bytes = next;
  }
  byte(b: number): void {
    this.reserve(1);
    this.bytes[this.length++] = b;
  }
  raw(data: Uint8Array): void {
    this.reserve(data.length);
    this.bytes.set(data, this.length);
    this.length += data.length;
  }
  u32(value: number): void {
    let v = value >>> 0;
    while (v > 0x7f) {
      this.byte((v & 0x7f) | 0x80);
      v >>>= 7;
    }
    this.byte(v);
  }
  s32(value: number): void {
    let v = value | 0;
    for (;;) {
      const low = v & 0x7f;
      v >>= 7;
      const done = (v === 0 && (low & 0x40) === 0) || (v === -1 && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return;
    }
  }
  s64(value: bigint): void {
    let v = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(v & 0x7fn);
      v >>= 7n;
      const done = (v === 0n && (low & 0x40) === 0) || (v === -1n && (low & 0x40) !== 0);
      this.byte(done ? low : low | 0x80);
      if (done) return;
    }
  }
  name(text: string): void {
    const data = new TextEncoder().encode(text);
    this.u32(data.length);
    this.raw(data);
  }
  done(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

const bytesOf = (lanes: readonly number[]): number[] => lanes.flatMap((l) => [4 * l, 4 * l + 1, 4 * l + 2, 4 * l + 3]);

/** Writes a function's body as WebAssembly bytes. */
export class WasmWriter implements FunctionWriter {
  readonly register = 16;
  readonly inlineConstants = false;
  private readonly code = new ByteWriter();
  private readonly locals: ValType[] = [];
  private readonly paramCount: number;
  private depth = 0;

  constructor(paramCount: number) {
    this.paramCount = paramCount;
  }

  local(type: ValType): number {
    this.locals.push(type);
    return this.paramCount + this.locals.length - 1;
  }
  get(local: number): this {
    this.code.byte(0x20);
    this.code.u32(local);
    return this;
  }
  set(local: number): this {
    this.code.byte(0x21);
    this.code.u32(local);
    return this;
  }
  tee(local: number): this {
    this.code.byte(0x22);
    this.code.u32(local);
    return this;
  }
  i32(value: number): this {
    this.code.byte(0x41);
    this.code.s32(value);
    return this;
  }
  i64(value: bigint): this {
    this.code.byte(0x42);
    this.code.s64(value);
    return this;
  }
  f32(value: number): this {
    this.code.byte(0x43);
    this.code.raw(new Uint8Array(new Float32Array([value]).buffer));
    return this;
  }
  f64(value: number): this {
    this.code.byte(0x44);
    this.code.raw(new Uint8Array(new Float64Array([value]).buffer));
    return this;
  }
  op(name: PlainOp): this {
    const one = (plain as Partial<Record<PlainOp, number>>)[name];
    if (one !== undefined) {
      this.code.byte(one);
      return this;
    }
    const sat = (saturating as Partial<Record<PlainOp, number>>)[name];
    this.code.byte(sat === undefined ? 0xfd : 0xfc);
    this.code.u32(sat ?? simd[name as keyof typeof simd]);
    return this;
  }
  lane(name: LaneOp, lane: number): this {
    this.code.byte(0xfd);
    this.code.u32(lanes[name]);
    this.code.byte(lane);
    return this;
  }
  shuffle(bytes: readonly number[]): this {
    this.code.byte(0xfd);
    this.code.u32(0x0d);
    this.code.raw(Uint8Array.from(bytes));
    return this;
  }
  evenLanes(): this {
    const v = this.local(V128);
    return this.tee(v)
      .get(v)
      .shuffle(bytesOf([0, 2, 0, 2]));
  }
  mem(name: MemoryOp, offset = 0): this {
    const [prefix, opcode, align] = memory[name];
    if (prefix) this.code.byte(prefix);
    this.code.u32(opcode);
    this.code.u32(align);
    this.code.u32(offset);
    return this;
  }
  memLane(name: MemoryLaneOp, lane: number, offset = 0): this {
    const [opcode, align] = memoryLanes[name];
    this.code.byte(0xfd);
    this.code.u32(opcode);
    this.code.u32(align);
    this.code.u32(offset);
    this.code.byte(lane);
    return this;
  }
  loadPairs(twice: boolean, offset = 0): this {
    const v = this.local(V128);
    if (twice)
      return this.mem('v128.load64_zero', offset)
        .tee(v)
        .get(v)
        .shuffle(bytesOf([0, 0, 1, 1]));
    const address = this.local(I32);
    this.tee(address).mem('v128.load', offset);
    return this.get(address).mem('v128.load', offset + 16).shuffle(bytesOf([0, 2, 4, 6])); // prettier-ignore
  }
  loadRepeated(offset = 0): this {
    return this.mem('v128.load', offset);
  }
  loadParts(_step: number, offset = 0): this {
    return this.mem('v128.load', offset);
  }
  storeFirst(bytes: number, address: number, value: number, offset = 0): this {
    this.get(address).get(value);
    if (bytes === 16) return this.mem('v128.store', offset);
    const pairs = bytes & 8;
    if (pairs) this.memLane('v128.store64_lane', 0, offset);
    if ((bytes & 4) === 0) return this;
    if (pairs) this.get(address).get(value);
    return this.memLane('v128.store32_lane', pairs / 4, offset + pairs);
  }
  call(fn: number): this {
    this.code.byte(0x10);
    this.code.u32(fn);
    return this;
  }
  block(body: () => void): this {
    return this.scope(0x02, BLOCK_VOID, body);
  }
  loop(body: () => void): this {
    return this.scope(0x03, BLOCK_VOID, body);
  }
  if(then: () => void, otherwise?: () => void): this {
    this.code.byte(0x04);
    this.code.byte(BLOCK_VOID);
    this.depth++;
    then();
    if (otherwise) {
      this.code.byte(0x05);
      otherwise();
    }
    this.depth--;
    this.code.byte(0x0b);
    return this;
  }
  private scope(opcode: number, type: number, body: () => void): this {
    this.code.byte(opcode);
    this.code.byte(type);
    this.depth++;
    body();
    this.depth--;
    this.code.byte(0x0b);
    return this;
  }
  br(depth: number): this {
    this.code.byte(0x0c);
    this.code.u32(depth);
    return this;
  }
  brIf(depth: number): this {
    this.code.byte(0x0d);
    this.code.u32(depth);
    return this;
  }

  body(): Uint8Array {
    if (this.depth !== 0) throw new Error('wasm: unbalanced blocks');
    const out = new ByteWriter();
    const runs: [number, ValType][] = [];
    for (const type of this.locals) {
      const last = runs.at(-1);
      if (last && last[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    out.u32(runs.length);
    for (const [count, type] of runs) {
      out.u32(count);
      out.byte(type);
    }
    out.raw(this.code.done());
    out.byte(0x0b);
    return out.done();
  }
}

export interface FunctionSpec {
  readonly params: readonly ValType[];
  readonly results?: readonly ValType[];
  /** Exported under this name, or internal. */
  readonly exportAs?: string;
  readonly body: WasmWriter;
}

/** Whether the module's memory import is declared shared; both kinds of module run the same code. */
export interface MemoryImport {
  readonly shared: boolean;
}

function section(out: ByteWriter, id: number, fill: (w: ByteWriter) => void): void {
  const w = new ByteWriter();
  fill(w);
  out.byte(id);
  out.u32(w.length);
  out.raw(w.done());
}

/** Assembles a module that imports `env.memory` and defines the functions in order (function i has index i). */
export function encodeModule(functions: readonly FunctionSpec[], memoryImport: MemoryImport): Uint8Array {
  const out = new ByteWriter();
  out.raw(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  section(out, 1, (w) => {
    w.u32(functions.length);
    for (const f of functions) {
      w.byte(0x60);
      w.u32(f.params.length);
      for (const p of f.params) w.byte(p);
      w.u32(f.results?.length ?? 0);
      for (const r of f.results ?? []) w.byte(r);
    }
  });
  section(out, 2, (w) => {
    w.u32(1);
    w.name('env');
    w.name('memory');
    w.byte(2);
    // Limits: a minimum of 0 and the greatest maximum accept every memory of that kind.
    w.byte(memoryImport.shared ? 3 : 1);
    w.u32(0);
    w.u32(65536);
  });
  section(out, 3, (w) => {
    w.u32(functions.length);
    functions.forEach((_, i) => w.u32(i));
  });
  const exported = functions.flatMap((f, i) => (f.exportAs === undefined ? [] : [[f.exportAs, i] as const]));
  section(out, 7, (w) => {
    w.u32(exported.length);
    for (const [name, i] of exported) {
      w.name(name);
      w.byte(0);
      w.u32(i);
    }
  });
  section(out, 10, (w) => {
    w.u32(functions.length);
    for (const f of functions) {
      const body = f.body.body();
      w.u32(body.length);
      w.raw(body);
    }
  });
  return out.done();
}
