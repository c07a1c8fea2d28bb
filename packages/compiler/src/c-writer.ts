import { cOp, laneText, memoryLaneText, memoryText } from './c-ops.ts';
import type { CType } from './c-ops.ts';
import type { FunctionWriter, LaneType } from './function-writer.ts';
import { F32, F64, I32, I64, V128 } from './wasm-encoder.ts';
import type { LaneOp, MemoryLaneOp, MemoryOp, PlainOp, ValType } from './wasm-encoder.ts';

/** A value on the stack: the name of a constant temporary, a literal, or a local that may still change. */
interface Entry {
  readonly type: CType;
  readonly text: string;
  readonly local: number;
}

interface Label {
  readonly name: string;
  used: boolean;
}

const TYPES: ReadonlyMap<ValType, CType> = new Map([[I32, 'i'], [I64, 'l'], [F32, 'f'], [F64, 'd'], [V128, 'v']]); // prettier-ignore

const LETTERS: Readonly<Record<LaneType, string>> = { i32: 'i', i64: 'l', f32: 'f', f64: 'd' };

/** The C type of a value: integers are unsigned, so that they wrap; a register is its 32-bit lanes. */
export const cType = (type: CType, register: number): string =>
  ({ i: 'u32', l: 'u64', f: 'float', d: 'double', v: `vi${register}` })[type];

export const cTypeOf = (type: ValType): CType => TYPES.get(type)!;

/** A literal with exactly this value. */
export function floatLiteral(value: number, suffix: '' | 'f'): string {
  if (Number.isNaN(value)) return `__builtin_nan${suffix}("")`;
  if (!Number.isFinite(value)) return `${value < 0 ? '-' : ''}__builtin_inf${suffix}()`;
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return `(${/[.e]/.test(text) ? text : `${text}.0`}${suffix})`;
}

/**
 * Writes a function's body as C. Every result goes to a constant temporary of its own; the compiler's register allocator
 * makes nothing of that. A call names function `n` of the plan as `@n@`.
 */
export class CWriter implements FunctionWriter {
  readonly register: number;
  readonly inlineConstants = true;
  private readonly lines: string[] = [];
  private readonly types: CType[];
  /** The C types of locals that are registers: a loop's accumulator that changes its type would be copied. */
  private readonly registers = new Map<number, string>();
  private readonly params: readonly ValType[];
  private readonly paramsOf: (fn: number) => readonly ValType[];
  private readonly stack: Entry[] = [];
  private readonly labels: Label[] = [];
  private next = 0;

  /** @param paramsOf - the parameters of the plan's function `n` */
  constructor(params: readonly ValType[], register: number, paramsOf: (fn: number) => readonly ValType[]) {
    this.params = params;
    this.register = register;
    this.paramsOf = paramsOf;
    this.types = params.map(cTypeOf);
  }

  /** Parameters and body: what follows the function's name. */
  text(): string {
    if (this.stack.length || this.labels.length) throw new Error('C: unbalanced code');
    const params = this.params.map((p, i) => `, ${cType(cTypeOf(p), this.register)} l${i}`);
    const locals = this.types.slice(this.params.length).map((type, i) => {
      const zero = type === 'v' ? '{0}' : '0';
      const local = this.params.length + i;
      return `${this.registers.get(local) ?? cType(type, this.register)} l${local} = ${zero};`;
    });
    return `(char *heap${params.join('')}) {\n${[...locals, ...this.lines].join('\n')}\n}\n`;
  }

  local(type: ValType, lanes: LaneType = 'i32'): number {
    this.types.push(cTypeOf(type));
    const local = this.types.length - 1;
    if (type === V128 && lanes !== 'i32') this.registers.set(local, `v${LETTERS[lanes]}${this.register}`);
    return local;
  }
  get(local: number): this {
    const type = this.types[local]!;
    const text = this.registers.has(local) ? `((${cType(type, this.register)})l${local})` : `l${local}`;
    this.stack.push({ type, text, local });
    return this;
  }
  set(local: number): this {
    const value = this.pop();
    this.keep(local);
    const type = this.registers.get(local);
    this.lines.push(`l${local} = ${type ? `(${type})` : ''}${value};`);
    return this;
  }
  tee(local: number): this {
    return this.set(local).get(local);
  }
  i32(value: number): this {
    return this.push('i', `${value >>> 0}u`);
  }
  i64(value: bigint): this {
    return this.push('l', `${BigInt.asUintN(64, value)}ull`);
  }
  f32(value: number): this {
    return this.push('f', floatLiteral(Math.fround(value), 'f'));
  }
  f64(value: number): this {
    return this.push('d', floatLiteral(value, ''));
  }
  op(name: PlainOp): this {
    if (name === 'drop') {
      this.pop();
      return this;
    }
    if (name === 'return') {
      this.lines.push('return;');
      return this;
    }
    if (name === 'select') {
      const [then, otherwise, condition] = this.take(3) as [string, string, string];
      return this.result(this.taken, `${condition} ? ${then} : ${otherwise}`);
    }
    const { result, args, text } = cOp(name, this.register);
    return this.result(result, text(this.take(args)));
  }
  lane(name: LaneOp, lane: number): this {
    const { result, args, text } = laneText(name, lane, this.register);
    if (!args) return this.result(result, text(this.take(1)));
    // A register with one lane replaced: a variable of its own.
    const [vector, value] = this.take(2) as [string, string];
    const name_ = this.declare('v', vector, '');
    this.lines.push(text([name_, value]));
    return this.push('v', name_);
  }
  shuffle(bytes: readonly number[]): this {
    const [a, b] = this.take(2);
    const words = Array.from({ length: 4 }, (_, l) => bytes[4 * l]! >> 2);
    return this.result('v', `pick${this.register}(${a}, ${b}, ${words.join(', ')})`);
  }
  evenLanes(): this {
    return this.result('v', `even_lanes${this.register}(${this.take(1)[0]})`);
  }
  mem(name: MemoryOp, offset = 0): this {
    const { result, text } = memoryText(name, this.register);
    if (result) return this.result(result, text(`AT(${this.take(1)[0]}, ${offset})`));
    const [address, value] = this.take(2);
    this.lines.push(`${text(`AT(${address}, ${offset})`, value)};`);
    return this;
  }
  loadPairs(twice: boolean, offset = 0): this {
    const [address] = this.take(1);
    return this.result('v', `load_${twice ? 'twice' : 'even'}${this.register}(AT(${address}, ${offset}))`);
  }
  loadRepeated(offset = 0): this {
    const [address] = this.take(1);
    return this.result('v', `load_repeated${this.register}(AT(${address}, ${offset}))`);
  }
  loadParts(step: number, offset = 0): this {
    const [address] = this.take(1);
    return this.result('v', `load_parts${this.register}(AT(${address}, ${offset}), ${step})`);
  }
  memLane(name: MemoryLaneOp, lane: number, offset = 0): this {
    if (this.register !== 16) throw new Error('C: single lanes are stored from registers of 16 bytes');
    const [address, vector] = this.take(2);
    this.lines.push(`${memoryLaneText(name, lane, `AT(${address}, ${offset})`, vector!)};`);
    return this;
  }
  storeFirst(bytes: number, address: number, value: number, offset = 0): this {
    if (bytes === this.register) return this.get(address).get(value).mem('v128.store', offset);
    const half = bytes * 2 === this.register;
    const at = `AT(l${address}, ${offset})`;
    this.lines.push(half ? `PUT(vi${bytes}, ${at}, low${this.register}((vi${this.register})l${value}));` : `memcpy(${at}, &l${value}, ${bytes});`); // prettier-ignore
    return this;
  }
  call(fn: number): this {
    const args = this.take(this.paramsOf(fn).length);
    this.lines.push(`@${fn}@(${['heap', ...args].join(', ')});`);
    return this;
  }
  block(body: () => void): this {
    const label = this.labelled(body);
    this.lines.push('}');
    if (label.used) this.lines.push(`${label.name}:;`);
    return this;
  }
  loop(body: () => void): this {
    const at = this.lines.length;
    const label = this.labelled(body);
    if (label.used) this.lines.splice(at, 0, `${label.name}:;`);
    this.lines.push('}');
    return this;
  }
  if(then: () => void, otherwise?: () => void): this {
    this.lines.push(`if (${this.pop()})`);
    const label = this.labelled(() => {
      then();
      if (!otherwise) return;
      this.lines.push('} else {');
      otherwise();
    });
    this.lines.push('}');
    if (label.used) this.lines.push(`${label.name}:;`);
    return this;
  }
  br(depth: number): this {
    const label = this.labels.at(-1 - depth)!;
    label.used = true;
    this.lines.push(`goto ${label.name};`);
    return this;
  }
  brIf(depth: number): this {
    this.lines.push(`if (${this.pop()})`);
    return this.br(depth);
  }

  private labelled(body: () => void): Label {
    const label = { name: `b${this.next++}`, used: false };
    this.lines.push('{');
    this.labels.push(label);
    body();
    this.labels.pop();
    return label;
  }

  /** The type of the first value that was taken last. */
  private taken: CType = 'i';

  private take(count: number): string[] {
    const entries = this.stack.splice(this.stack.length - count, count);
    if (entries.length < count) throw new Error('C: the stack is empty');
    this.taken = entries[0]?.type ?? 'i';
    return entries.map((e) => e.text);
  }

  private pop(): string {
    return this.take(1)[0]!;
  }

  private push(type: CType, text: string): this {
    this.stack.push({ type, text, local: -1 });
    return this;
  }

  private declare(type: CType, text: string, qualifier = 'const '): string {
    const name = `t${this.next++}`;
    this.lines.push(`${qualifier}${cType(type, this.register)} ${name} = ${text};`);
    return name;
  }

  private result(type: CType, text: string): this {
    return this.push(type, this.declare(type, text));
  }

  /** Values of a local that are still on the stack survive its change. */
  private keep(local: number): void {
    this.stack.forEach((e, i) => {
      if (e.local === local) this.stack[i] = { type: e.type, text: this.declare(e.type, e.text), local: -1 };
    });
  }
}
