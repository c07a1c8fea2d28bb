import type { LaneOp, MemoryLaneOp, MemoryOp, PlainOp, ValType } from './wasm-encoder.ts';

/** What the lanes of a register are most of the time: a hint, for any instruction takes any register. */
export type LaneType = 'i32' | 'i64' | 'f32' | 'f64';

/**
 * The body of one function under construction, as structured code for a stack machine. Parameters are locals 0, 1, ...;
 * locals start at zero. The instructions are WebAssembly's; where registers are wider than 16 bytes, each of them does
 * the same to as many lanes as a register has (`f32x4` stands for all float32 lanes, `low` for the lower half).
 */
export interface FunctionWriter {
  /** Bytes of a vector register. */
  readonly register: number;
  /** Whether constants are best written where they are used; otherwise they are loaded from the plan's block. */
  readonly inlineConstants: boolean;
  /** A fresh local. */
  local(type: ValType, lanes?: LaneType): number;
  get(local: number): this;
  set(local: number): this;
  tee(local: number): this;
  i32(value: number): this;
  i64(value: bigint): this;
  f32(value: number): this;
  f64(value: number): this;
  op(name: PlainOp): this;
  lane(name: LaneOp, lane: number): this;
  /** Picks 16 bytes of two; in wider registers 32-bit lanes of each 16 bytes alike. */
  shuffle(bytes: readonly number[]): this;
  /** Takes a register, leaves one with its even 32-bit lanes in the lower half. */
  evenLanes(): this;
  mem(name: MemoryOp, offset?: number): this;
  /** Loads every other one of twice as many 32-bit elements as a register has; or each of half as many twice. */
  loadPairs(twice: boolean, offset?: number): this;
  /** Loads 16 bytes, as often as a register holds them. */
  loadRepeated(offset?: number): this;
  /** Loads 16 bytes for each 16 bytes of a register, `step` bytes apart. */
  loadParts(step: number, offset?: number): this;
  memLane(name: MemoryLaneOp, lane: number, offset?: number): this;
  /** Stores the first bytes (a multiple of 4) of the register in local `value` at the address in local `address`. */
  storeFirst(bytes: number, address: number, value: number, offset?: number): this;
  call(fn: number): this;
  /** `block ... end`; inside, `br(0)` leaves it. */
  block(body: () => void): this;
  /** `loop ... end`; inside, `br(0)` repeats it. */
  loop(body: () => void): this;
  /** Takes a condition from the stack. */
  if(then: () => void, otherwise?: () => void): this;
  br(depth: number): this;
  brIf(depth: number): this;
}
