import type { Axis, DType, Expr, ScalarFn } from '@sporelet/ir';
import { Expr as ExprNode, combine, identityOf } from '@sporelet/ir';
import type { Nest, Stmt } from './place.ts';
import { TextPrinter } from './text-printer.ts';
import { isPacked, loadText, packedText, wgsl, wgslLiteral, wgslType } from './wgsl-text.ts';

type Store = Extract<Stmt, { kind: 'store' }>;
type Reduction = Extract<Stmt, { kind: 'reduce' }>;

/** Threads that fold what a team has found. */
const FOLD = 8;

/** How operands are spelled, by number. */
export interface Spelling {
  /** The text of an element; absent: the buffer `pN`. */
  readonly load?: (operand: number, stored: DType, offset: string) => string | undefined;
  readonly store?: (operand: number, stored: DType, offset: string, value: string) => string | undefined;
}

/**
 * Prints loop nests as WGSL. With a team, the threads of a workgroup do one unit together: reductions of the row are
 * shared out and folded in workgroup memory, the inner loop is shared out, and one thread writes what the row stores.
 */
export class WgslPrinter extends TextPrinter {
  private readonly team: number;
  /** Machine types that need an array in workgroup memory. */
  readonly shared = new Set<DType>();
  private inside = 0;
  /** Workgroup memory has been read by all: it may be written again after a barrier. */
  private folded = false;

  constructor(spelling: Spelling = {}, team = 0) {
    super({
      ...wgsl,
      load: (operand, stored, _machine, offset) =>
        spelling.load?.(operand, stored, offset) ?? loadText(`p${operand}`, stored, offset),
      store: (operand, stored, offset, value) =>
        spelling.store?.(operand, stored, offset, value) ?? `p${operand}[${offset}] = ${value};`,
    });
    this.team = team;
  }

  /** Lines so far, and none of them any more. */
  take(): string[] {
    return this.lines.splice(0);
  }

  indent(depth: number): this {
    this.depth = depth;
    return this;
  }

  line(text: string): void {
    this.emit(text);
  }

  /** One unit, by its number. */
  unit(nest: Nest, number: string): void {
    this.stmts(nest.entry);
    this.row(nest, number);
  }

  /** The same for a nest whose axes have been told apart already. */
  body(nest: Nest): void {
    this.stmts(nest.entry);
    this.stmts(nest.row);
  }

  axes(axes: readonly Axis[], number: string): void {
    this.decode(axes, number);
  }

  protected override stmts(stmts: readonly Stmt[], range?: { lo: string; hi: string }): void {
    if (!this.team || this.inside) {
      super.stmts(stmts, range);
      return;
    }
    for (const s of stmts) {
      if (s.kind !== 'loop') super.stmts([s], range);
      else {
        const i = this.counter(s.axis);
        this.inside++;
        this.block(`for (var ${i}: i32 = lid; ${i} < ${s.axis.extent}; ${i} += ${this.team})`, () => super.stmts(s.body)); // prettier-ignore
        this.inside--;
      }
    }
  }

  protected override store(s: Store): void {
    if (!this.team || this.inside) super.store(s);
    else this.block('if (lid == 0)', () => super.store(s));
  }

  protected override reduce(s: Reduction): void {
    if (s.node.args[0]!.fn === BLOCK) {
      this.products(s);
      return;
    }
    const single = s.loops.length === 1;
    if (!this.team || this.inside || !(single || s.loops.every((l) => !l.axis.limit))) {
      this.inside++;
      super.reduce(s);
      this.inside--;
      return;
    }
    const { node } = s;
    const d = node.dtype;
    this.shared.add(d);
    const value = new ExprNode('const', d, []);
    const step = (a: string, b: string) => wgsl.apply(combine(node, value, value), [a, b]);
    const identity = identityOf(node);
    const [acc, t, h] = [`a${this.next++}`, `s${this.next++}`, `h${this.next++}`];
    const array = sharedName(d);
    this.emit(`var ${acc}: ${wgslType(d)} = ${wgslLiteral(d, identity.value)};`);
    const [first] = s.loops;
    const count = s.loops.reduce((n, l) => n * l.axis.extent, 1);
    const end = first!.axis.limit ? this.text(first!.axis.limit) : String(count);
    this.inside++;
    this.block(`for (var ${t}: i32 = lid; ${t} < ${end}; ${t} += ${this.team})`, () => {
      this.decode(s.loops.map((l) => l.axis), t); // prettier-ignore
      for (const l of s.loops) this.stmts(l.body);
      this.emit(`${acc} = ${step(acc, this.text(node.args[0]!))};`);
    });
    this.inside--;
    // Two steps with few barriers: eight threads fold a part each, then every thread folds the eight.
    const [total, j] = [`a${this.next++}`, `j${this.next++}`];
    if (this.folded) this.emit('workgroupBarrier();');
    this.folded = true;
    this.emit(`${array}[lid] = ${acc};`);
    this.emit('workgroupBarrier();');
    this.block(`if (lid < ${FOLD})`, () => {
      this.emit(`for (var ${h}: i32 = lid + ${FOLD}; ${h} < ${this.team}; ${h} += ${FOLD}) { ${acc} = ${step(acc, `${array}[${h}]`)}; }`); // prettier-ignore
      this.emit(`${array}[lid] = ${acc};`);
    });
    this.emit('workgroupBarrier();');
    this.emit(`var ${total}: ${wgslType(d)} = ${array}[0];`);
    this.emit(`for (var ${j}: i32 = 1; ${j} < ${FOLD}; ${j}++) { ${total} = ${step(total, `${array}[${j}]`)}; }`);
    this.names.set(node, total);
  }

  /** A block of sums of products: the body's arguments are the factors of `value` rows, then those of columns by fours. */
  private products({ node, loops }: Reduction): void {
    const [body] = node.args as [Expr];
    const rows = Number(body.value);
    const fours = (body.args.length - rows) / 4;
    const walk = (d: number): void => {
      const { axis, body: inner } = loops[d]!;
      const i = this.counter(axis);
      this.block(`for (var ${i}: i32 = 0; ${i} < ${axis.extent}; ${i}++)`, () => {
        this.stmts(inner);
        if (d + 1 < loops.length) {
          walk(d + 1);
          return;
        }
        const args = body.args.map((a) => this.text(a));
        for (let c = 0; c < fours; c++) {
          const right = `b${this.next++}`;
          this.emit(`let ${right} = vec4<f32>(${args.slice(rows + 4 * c, rows + 4 * c + 4).join(', ')});`);
          for (let r = 0; r < rows; r++) this.emit(`sums[${r * fours + c}] += ${args[r]!} * ${right};`);
        }
      });
    };
    walk(0);
    this.names.set(node, 'sums');
  }

  protected override define(e: Expr): void {
    if (e.fn !== BLOCK) super.define(e);
  }
}

/** A function of many factors that stands for a block of sums of products. */
export const BLOCK = 'block' as ScalarFn;

export const sharedName = (d: DType): string => `team_${d.name.toLowerCase()}`;

/** Stores of packed elements: `V` neighbouring elements make whole words, which one thread writes. */
export class PackedStores {
  private readonly outputs = new Map<number, { readonly stored: DType; readonly words: number }>();
  private readonly count: number;

  constructor(outputs: readonly { readonly operand: number; readonly stored: DType }[], count: number) {
    this.count = count;
    for (const { operand, stored } of outputs)
      if (isPacked(stored)) this.outputs.set(operand, { stored, words: (count * stored.itemsize) / 4 });
  }

  /** Elements that one thread computes. */
  static elements(stored: readonly DType[]): number {
    return Math.max(1, ...stored.filter(isPacked).map((d) => 4 / d.itemsize));
  }

  before(): string[] {
    return [...this.outputs].map(([i, { words }]) => (words === 1 ? `var w${i}: u32 = 0u;` : `var w${i}: array<u32, ${words}>;`)); // prettier-ignore
  }

  /** Element `v` of the thread's; undefined for operands that are not packed. */
  store(operand: number, v: string, value: string): string | undefined {
    const o = this.outputs.get(operand);
    if (!o) return undefined;
    const each = 4 / o.stored.itemsize;
    const bits = o.stored.itemsize * 8;
    const place = o.words === 1 ? `w${operand}` : `w${operand}[${v} / ${each}]`;
    return `${place} |= ${packedText(o.stored, value)} << (u32(${v} % ${each}) * ${bits}u);`;
  }

  after(unit: string): string[] {
    return [...this.outputs].flatMap(([i, { words, stored }]) =>
      Array.from({ length: words }, (_, w) => {
        const at = words === 1 ? unit : `${unit} * ${words} + ${w}`;
        const value = words === 1 ? `w${i}` : `w${i}[${w}]`;
        // The last thread may have fewer elements than words.
        return w === 0 ? `p${i}[${at}] = ${value};` : `if ((${unit} * ${this.count} + ${(w * 4) / stored.itemsize}) < count) { p${i}[${at}] = ${value}; }`; // prettier-ignore
      }),
    );
  }
}

export type { Expr };
