import type { Axis, Expr, Kernel, KernelOutput, Program, ProgramStep, TensorSpec } from '@sporelet/ir';

const specKey = ({ dtype, shape }: TensorSpec): string => `${dtype.id}[${shape.join()}]`;

function valueKey(value: number | bigint): string {
  return typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
}

/** Writes expressions and axes once each, wherever they are used; then they are known by their numbers. */
class Writer {
  readonly lines: string[] = [];
  private readonly exprs = new Map<Expr, number>();
  private readonly axes = new Map<Axis, number>();

  expr(e: Expr): number {
    const known = this.exprs.get(e);
    if (known !== undefined) return known;
    const args = e.args.map((a) => this.expr(a));
    const axes = e.axes.map((a) => this.axis(a));
    const { kind, dtype, value, fn, input, stored, order } = e;
    this.lines.push(`${kind} ${dtype.id} ${fn} ${valueKey(value)} ${input} ${stored?.id} ${order?.partials} ${args.join()} ${axes.join()}`); // prettier-ignore
    this.exprs.set(e, this.exprs.size);
    return this.exprs.size - 1;
  }

  axis(a: Axis): number {
    const known = this.axes.get(a);
    if (known !== undefined) return known;
    const limit = a.limit && this.expr(a.limit);
    this.lines.push(`for ${JSON.stringify(a.name)} ${a.extent} ${limit}`);
    this.axes.set(a, this.axes.size);
    return this.axes.size - 1;
  }

  private axesOf(axes: readonly Axis[]): string {
    return axes.map((a) => this.axis(a)).join();
  }

  private output(o: KernelOutput): string {
    if (o.form === 'routine') throw new Error('a routine is no part of a program');
    const own = `${o.form} ${specKey(o.spec)} ${this.axesOf(o.axes)} ${this.expr(o.value)}`;
    if (o.form === 'pull') return own;
    const { index, op, init } = o;
    const at = index.map((e) => this.expr(e)).join();
    return `${own} ${at} ${op} ${this.axesOf(init.axes)} ${this.expr(init.value)}`;
  }

  private kernel({ name, inputs, outputs, inPlace, flat, outOfRange }: Kernel): string {
    const made = outputs.map((o) => this.output(o)).join('; ');
    return `${JSON.stringify(name)} (${inputs.map(specKey).join(' ')}) (${made}) ${inPlace.join()} ${flat} ${outOfRange !== undefined}`; // prettier-ignore
  }

  step({ kernel, path, inputs, outputs }: ProgramStep): void {
    this.lines.push(`${this.kernel(kernel)} ${JSON.stringify(path ?? '')} ${inputs.join()} ${outputs.join()}`);
  }
}

/**
 * A text that is the same for two programs only when every pass and printer would do the same to both: all that is in
 * them, and which parts of their expressions are one and the same object.
 */
export function programKey({ name, values, inputs, outputs, updates, steps }: Program): string {
  const writer = new Writer();
  for (const step of steps) writer.step(step);
  const changed = updates.map((u) => `${u.input}:${u.value}`).join();
  writer.lines.push(`${JSON.stringify(name)} (${values.map(specKey).join(' ')}) ${inputs.join()} ${outputs.join()} ${changed}`); // prettier-ignore
  return writer.lines.join('\n');
}
