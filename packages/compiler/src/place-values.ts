import type { Program, ProgramStep, Expr } from '@sporelet/ir';
import { sameShape, sizeOf } from '@sporelet/ir';
import type { Ref } from './plan.ts';

/** Where the values of a program lie. */
export interface Places {
  readonly of: (value: number) => Ref;
  /** Whether a value lies where an input was. */
  readonly overwrites: (value: number) => boolean;
  /** What is copied when all steps have run. */
  readonly copies: readonly { readonly from: Ref; readonly to: Ref; readonly value: number }[];
}

/**
 * Gives each value its place: inputs and outputs theirs; a Parameter's new value the Parameter's own memory, when the
 * step that makes it reads the old elements only at their own places and nobody reads them later; all else a temporary.
 */
export function placeValues(program: Program, temp: (bytes: number) => Ref): Places {
  const places = new Map<number, Ref>();
  program.inputs.forEach((v, index) => places.set(v, { kind: 'in', index }));
  const given = new Set(program.inputs);
  const copies: { from: Ref; to: Ref; value: number }[] = [];
  const over = new Set<number>();
  const put = (value: number, ref: Ref, possible: boolean): boolean => {
    if (!possible || places.has(value)) return false;
    places.set(value, ref);
    return true;
  };
  const late: { to: Ref; value: number }[] = [];
  program.updates.forEach(({ input, value }, u) => {
    const to: Ref = { kind: 'out', index: program.outputs.length + u };
    if (put(value, to, mayOverwrite(program, input, value))) over.add(value);
    else late.push({ to, value });
  });
  program.outputs.forEach((value, index) => {
    const to: Ref = { kind: 'out', index };
    if (!put(value, to, !given.has(value))) late.push({ to, value });
  });
  for (const { outputs } of program.steps) {
    for (const v of outputs) {
      const { dtype, shape } = program.values[v]!;
      if (!places.has(v)) places.set(v, temp(Math.max(1, sizeOf(shape) * dtype.itemsize)));
    }
  }
  const of = (value: number): Ref => {
    const ref = places.get(value);
    if (!ref) throw new Error(`program '${program.name}': value ${value} is not made`);
    return ref;
  };
  // A value that was an input to be overwritten is copied before it is lost: outputs first.
  for (const { to, value } of late.sort((a, b) => a.to.index - b.to.index)) copies.push({ from: of(value), to, value });
  return { of, overwrites: (v) => over.has(v), copies: throughTemps(copies, program, temp) };
}

/** Copies between inputs that are overwritten themselves go by way of temporaries: two Parameters may change places. */
function throughTemps(
  copies: readonly { from: Ref; to: Ref; value: number }[],
  program: Program,
  temp: (bytes: number) => Ref,
) {
  const overwritten = new Set(program.updates.map((u) => u.input));
  const first: { from: Ref; to: Ref; value: number }[] = [];
  const then = copies.map((c) => {
    if (c.from.kind !== 'in' || !overwritten.has(c.from.index)) return c;
    const { dtype, shape } = program.values[c.value]!;
    const ref = temp(Math.max(1, sizeOf(shape) * dtype.itemsize));
    first.push({ ...c, to: ref });
    return { ...c, from: ref };
  });
  return [...first, ...then];
}

function mayOverwrite(program: Program, input: number, value: number): boolean {
  const old = program.inputs[input]!;
  const maker = program.steps.findIndex((s) => s.outputs.includes(value));
  if (maker < 0 || program.outputs.includes(old)) return false;
  if (program.updates.some((u) => u.value === old)) return false;
  if (program.steps.some((s, i) => i > maker && s.inputs.includes(old))) return false;
  const step = program.steps[maker]!;
  const k = step.outputs.indexOf(value);
  const reads = step.inputs.flatMap((v, i) => (v === old ? [i] : []));
  if (step.kernel.outputs[k]!.form === 'push') return reads.length === 1 && step.kernel.inPlace[k] === reads[0];
  return reads.every((i) => readsOwnElement(step, k, i));
}

/** Whether every load of an operand is at the index of the element being stored. */
function readsOwnElement({ kernel }: ProgramStep, output: number, input: number): boolean {
  const target = kernel.outputs[output]!;
  if (target.form !== 'pull' || !sameShape(kernel.inputs[input]!.shape, target.spec.shape)) return false;
  if (kernel.inputs[input]!.dtype !== target.spec.dtype) return false;
  const seen = new Set<Expr>();
  return kernel.outputs.every((o) => {
    if (o.form !== 'pull' || !sameShape(o.spec.shape, target.spec.shape)) return false;
    const own = (e: Expr): boolean => {
      if (seen.has(e)) return true;
      seen.add(e);
      if (e.kind === 'load' && e.input === input) {
        const at = e.args.slice(0, o.axes.length);
        return at.every((a, d) => (a.kind === 'axis' ? a.axes[0] === o.axes[d] : o.axes[d]!.extent === 1));
      }
      return e.args.every(own);
    };
    return own(o.value);
  });
}
