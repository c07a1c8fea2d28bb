import type { Axis, DType } from '@sporelet/ir';
import { Expr, combine, identityOf, int32 as INDEX } from '@sporelet/ir';
import type { Nest, Stmt } from './place.ts';

/** How a language with C-like blocks spells what a loop nest needs. */
export interface Dialect {
  type(d: DType): string;
  constant(d: DType, value: number | bigint): string;
  /** The text of a lowered scalar function. */
  apply(e: Expr, args: readonly string[]): string;
  declare(d: DType, name: string, value: string): string;
  declareVar(d: DType, name: string, value: string): string;
  array(d: DType, name: string, size: number): string;
  load(operand: number, stored: DType, machine: DType, offset: string): string;
  store(operand: number, stored: DType, offset: string, value: string): string;
  loop(counter: string, start: string, end: string): string;
  /** `condition ? value : other`, evaluating only what is chosen. */
  guarded(d: DType, name: string, condition: string, value: string, other: string): readonly string[];
}

/** Prints a loop nest placed without lanes; the statements of one unit, by the number in `unit`. */
export class TextPrinter {
  protected readonly dialect: Dialect;
  protected readonly lines: string[] = [];
  protected readonly names = new Map<Expr, string>();
  protected readonly counters = new Map<Axis, string>();
  protected depth = 1;
  protected next = 0;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  /** The body of the kernel: what needs no axis, then the unit loop's body between `open(...)` and `close`. */
  print(nest: Nest, unitLoop: { open: string | null; unit: string; lo: string; hi: string }): string {
    this.stmts(nest.entry);
    const { open, unit, lo, hi } = unitLoop;
    if (nest.unit === 'row') {
      if (open) this.block(open, () => this.row(nest, unit));
      else this.row(nest, unit);
    } else this.stmts(nest.row, { lo, hi });
    return this.lines.join('\n');
  }

  protected row(nest: Nest, unit: string): void {
    this.decode(nest.outer, unit);
    this.stmts(nest.row);
  }

  /** The values of axes, outermost first, from the number of their combination. */
  protected decode(axes: readonly Axis[], number: string): void {
    let rest = number;
    for (let d = axes.length - 1; d >= 0; d--) {
      const axis = axes[d]!;
      const name = this.counter(axis);
      const value = d === 0 ? rest : `${rest} % ${axis.extent}`;
      this.emit(this.dialect.declare(INDEX, name, value));
      if (d > 0) {
        const left = `r${this.next++}`;
        this.emit(this.dialect.declare(INDEX, left, `${rest} / ${axis.extent}`));
        rest = left;
      }
    }
  }

  protected emit(line: string): void {
    this.lines.push('  '.repeat(this.depth) + line);
  }

  protected block(head: string, body: () => void): void {
    this.emit(`${head} {`);
    this.depth++;
    body();
    this.depth--;
    this.emit('}');
  }

  protected counter(axis: Axis): string {
    let name = this.counters.get(axis);
    if (!name) {
      name = `${axis.name}_${this.counters.size}`;
      this.counters.set(axis, name);
    }
    return name;
  }

  protected text(e: Expr): string {
    if (e.kind === 'const') return this.dialect.constant(e.dtype, e.value);
    if (e.kind === 'axis') return this.counter(e.axes[0]!);
    const name = this.names.get(e);
    if (!name) throw new Error(`printer: ${e.kind} ${e.fn} was not placed`);
    return name;
  }

  protected stmts(stmts: readonly Stmt[], range?: { lo: string; hi: string }): void {
    for (const s of stmts) {
      if (s.kind === 'let') this.define(s.node);
      else if (s.kind === 'store') this.store(s);
      else if (s.kind === 'reduce') this.reduce(s);
      else {
        const head = this.dialect.loop(this.counter(s.axis), range?.lo ?? '0', range?.hi ?? String(s.axis.extent));
        this.block(head, () => this.stmts(s.body));
      }
    }
  }

  protected store(s: Extract<Stmt, { kind: 'store' }>): void {
    this.emit(this.dialect.store(s.output, s.stored, this.text(s.offset), this.text(s.value)));
  }

  protected define(e: Expr): void {
    if (e.kind === 'const' || e.kind === 'axis') return;
    const name = `t${this.next++}`;
    this.names.set(e, name);
    if (e.kind === 'read') {
      const [offset, guard, fill] = e.args as [Expr, Expr?, Expr?];
      const load = this.dialect.load(e.input, e.stored!, e.dtype, this.text(offset));
      if (!guard) this.emit(this.dialect.declare(e.dtype, name, load));
      else
        for (const line of this.dialect.guarded(e.dtype, name, this.text(guard), load, this.text(fill!)))
          this.emit(line);
      return;
    }
    this.emit(this.dialect.declare(e.dtype, name, this.dialect.apply(e, e.args.map((a) => this.text(a))))); // prettier-ignore
  }

  protected reduce(s: Extract<Stmt, { kind: 'reduce' }>): void {
    const { node } = s;
    const partials = node.order!.partials;
    const name = `a${this.next++}`;
    const identity = identityOf(node);
    const start = this.dialect.constant(identity.dtype, identity.value);
    const value = new Expr('const', node.dtype, []);
    const step = (a: string, b: string) => this.dialect.apply(combine(node, value, value), [a, b]);
    const index = `p${this.next++}`;
    if (partials === 1) this.emit(this.dialect.declareVar(node.dtype, name, start));
    else {
      this.emit(this.dialect.array(node.dtype, name, partials));
      this.block(this.dialect.loop(index, '0', String(partials)), () => this.emit(`${name}[${index}] = ${start};`));
    }
    const walk = (d: number): void => {
      const { axis, body } = s.loops[d]!;
      const i = this.counter(axis);
      const head = this.dialect.loop(i, '0', axis.limit ? this.text(axis.limit) : String(axis.extent));
      this.block(head, () => {
        this.stmts(body);
        if (d + 1 < s.loops.length) {
          walk(d + 1);
          return;
        }
        const place = partials === 1 ? name : `${name}[${i} % ${partials}]`;
        this.emit(`${place} = ${step(place, this.text(node.args[0]!))};`);
      });
    };
    walk(0);
    if (partials === 1) {
      this.names.set(node, name);
      return;
    }
    for (let half = partials >> 1; half >= 1; half >>= 1) {
      this.block(this.dialect.loop(index, '0', String(half)), () =>
        this.emit(`${name}[${index}] = ${step(`${name}[${index}]`, `${name}[${index} + ${half}]`)};`),
      );
    }
    this.names.set(node, `${name}[0]`);
  }
}
