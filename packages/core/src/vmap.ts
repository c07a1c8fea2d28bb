import { RuntimeError } from '@sporelet/ir';
import { bindArguments } from './args.ts';
import { BatchTrace, BatchValue } from './batch-trace.ts';
import { coreOps } from './core-ops.ts';
import { atLevel } from './dispatch.ts';
import { Parameter } from './parameter.ts';
import type { AnyFn } from './recording.ts';
import { Tensor } from './tensor.ts';
import { returned } from './tensor-tree.ts';
import { describe } from './text.ts';
import { Tuple, tupleOf } from './tuple.ts';
import type { Value } from './value.ts';
import { retain } from './value.ts';

/** Which axis is mapped: a number, null for none, nested like the argument where that is nested. */
export type Axes = number | null | readonly Axes[];

function fail(what: string): never {
  throw new RuntimeError(`For 'vmap', ${what}`);
}

/** An axis from 0 to the rank. */
function axisOf(axis: number, rank: number, what: string): number {
  if (axis < -rank || axis >= rank)
    fail(`the axis ${axis} in '${what}' is out of bounds for a tensor of ${rank} axes.`);
  return axis < 0 ? axis + rank : axis;
}

/** A tensor with one axis moved. */
function moveAxis(t: Tensor, from: number, to: number): Tensor {
  if (from === to) return t;
  const axes = t.shape.map((_, i) => i);
  const [axis] = axes.splice(from, 1);
  axes.splice(to, 0, axis!);
  return coreOps().transpose(t, axes);
}

function checkAxes(axes: unknown, what: string): void {
  if (axes === null || (typeof axes === 'number' && Number.isInteger(axes))) return;
  if (Array.isArray(axes)) for (const a of axes) checkAxes(a, what);
  else fail(`the axes in '${what}' must be ints or None, but got ${describe(axes)}.`);
}

const allNone = (axes: unknown): boolean => (Array.isArray(axes) ? axes.every(allNone) : axes === null);

/** Calls `visit` for each tensor with its axis; the result has the value's nesting. */
function zip(
  value: unknown,
  axes: unknown,
  what: string,
  visit: (t: unknown, axis: number | null) => unknown,
): unknown {
  if (!Array.isArray(value)) {
    if (Array.isArray(axes)) return fail(`'${what}' is nested where there is no tuple.`);
    return visit(value, axes as number | null);
  }
  if (Array.isArray(axes) && axes.length !== value.length) {
    fail(`'${what}' must have one entry for each of ${value.length} elements, but got ${axes.length}.`);
  }
  const items = value.map((item: unknown, i) =>
    zip(item, Array.isArray(axes) ? (axes as readonly unknown[])[i] : axes, what, visit),
  );
  return value instanceof Tuple ? tupleOf(items) : items;
}

/** A Parameter mapped while the function runs. */
interface Mapped {
  readonly parameter: Parameter;
  readonly before: Value;
  readonly inside: Value;
  readonly axis: number;
}

/**
 * A function that maps `fn` over an axis of its arguments: inside, tensors have one axis less.
 * A Parameter given as a mapped argument is a Parameter inside too: what is written into it is written back.
 * @param inAxes - the axis of each argument, null for arguments that are not mapped; one for all by default
 * @param outAxes - where the axis is put in each output; null for outputs that are the same for all
 * @throws RuntimeError for unequal sizes, axes out of bounds, or nothing to map
 */
export function vmap<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  inAxes?: Axes | { readonly inAxes?: Axes | undefined; readonly outAxes?: Axes | undefined },
  outAxes?: Axes | { readonly outAxes?: Axes | undefined },
): (...args: A) => R;
export function vmap(fn: AnyFn, ...options: readonly unknown[]): unknown {
  if (typeof fn !== 'function') {
    throw new TypeError(`For 'vmap', the 'fn' must be a function or a Cell, but got ${describe(fn)}.`);
  }
  const [inAxes = 0, outAxes = 0] = bindArguments('vmap', ['inAxes', 'outAxes'], 0, options);
  checkAxes(inAxes, 'inAxes');
  checkAxes(outAxes, 'outAxes');
  if (allNone(inAxes)) fail(`'inAxes' must not be all None.`);
  return (...args: readonly unknown[]): unknown => {
    if (Array.isArray(inAxes) && inAxes.length !== args.length) {
      fail(`'inAxes' must have one entry for each of ${args.length} arguments, but got ${inAxes.length}.`);
    }
    const size = mappedSize(args, inAxes);
    return atLevel(
      (level) => new BatchTrace(level, size),
      (trace) => {
        const mapped: Mapped[] = [];
        const inner = zip(args, inAxes, 'inAxes', (arg, axis) =>
          arg instanceof Tensor && axis !== null ? enter(trace, arg, axis, mapped) : arg,
        ) as unknown[];
        let finished = false;
        try {
          const result = returned('vmap', fn(...(inner as never[])));
          const out = zip(result, outAxes, 'outAxes', (t, axis) => (t instanceof Tensor ? leave(trace, t, axis) : t));
          finished = true;
          return Array.isArray(out) ? tupleOf(out as readonly unknown[]) : out;
        } finally {
          for (const m of mapped) restore(m, trace, finished);
        }
      },
    );
  };
}

function mappedSize(args: readonly unknown[], inAxes: unknown): number {
  let size = -1;
  zip(args, inAxes, 'inAxes', (arg, axis) => {
    if (axis === null) return null;
    if (!(arg instanceof Tensor))
      return fail(`only tensors can be mapped, but got ${describe(arg)}; give None as its axis.`);
    const n = arg.shape[axisOf(axis, arg.ndim, 'inAxes')]!;
    if (size >= 0 && n !== size)
      fail(`the mapped axes of all arguments must have the same size, but got ${size} and ${n}.`);
    size = n;
    return null;
  });
  return size;
}

function enter(trace: BatchTrace, arg: Tensor, axis0: number, mapped: Mapped[]): Tensor {
  const axis = axisOf(axis0, arg.ndim, 'inAxes');
  const inside = new BatchValue(trace, moveAxis(arg, axis, 0).$value);
  if (!(arg instanceof Parameter)) return new Tensor(inside);
  mapped.push({ parameter: arg, before: arg.$value, inside, axis });
  arg.$rebind(inside);
  return arg;
}

/** Gives a Parameter its outer value back, with what was written into it. */
function restore({ parameter, before, inside, axis }: Mapped, trace: BatchTrace, finished: boolean): void {
  const after = parameter.$value;
  if (!finished || after === inside) parameter.$rebind(before);
  else parameter.$rebind(moveAxis(new Tensor(trace.physical(after)), 0, axis).$value);
}

function leave(trace: BatchTrace, t: Tensor, axis: number | null): Tensor {
  const value = t.$value;
  if (axis === null) {
    if (value.trace === trace) fail(`an output that differs between examples has the axis None in 'outAxes'.`);
    return t;
  }
  const all = new Tensor(trace.physical(value));
  // A later update of the Parameter must not show in what is returned.
  if (t instanceof Parameter || t.$follows) retain(all.$value);
  return moveAxis(all, 0, axisOf(axis, all.ndim, 'outAxes'));
}
