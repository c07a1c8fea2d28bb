import type { Axis, PushOutput } from '@sporelet/ir';
import { Axis as LoopAxis, Expr, FreeAxes, axisRef, bool, constant, identityOf, int32, reduce, substitute, unflatten, where } from '@sporelet/ir'; // prettier-ignore
import type { Operand } from './emit-pull.ts';
import { sizeOfAxes } from './gpu-product.ts';
import type { GpuBuilder } from './gpu-plan.ts';
import { emitGpuPull } from './gpu-pull.ts';
import { emitAtomics, emitColumns, hasAtomics } from './gpu-scatter.ts';
import { isPacked } from './wgsl-text.ts';

/** The identity of `op`, as what a source that goes elsewhere brings. */
function nothing(value: Expr, fn: 'sum' | 'prod' | 'max' | 'min'): Expr {
  return identityOf(new Expr('reduce', value.dtype, [value], { fn, axes: [] }));
}

const folds = { add: 'sum', sub: 'sum', mul: 'prod', max: 'max', min: 'min' } as const;

/** How an element of the output finds its sources. */
function searchOf(output: PushOutput) {
  const { init } = output;
  /** Source axes that are an axis of the output. */
  const map = new Map<Axis, Expr>();
  const free = new FreeAxes();
  /** Indices that have to be equal to the element's. */
  const matches: (readonly [Expr, Expr])[] = [];
  output.index.forEach((e, d) => {
    const at = init.axes[d]!.extent === 1 ? constant(0, int32) : axisRef(init.axes[d]!);
    const axis = e.kind === 'axis' ? e.axes[0]! : null;
    const alone = axis && !map.has(axis) && !axis.limit && output.index.every((o, k) => k === d || !free.of(o).has(axis)); // prettier-ignore
    if (alone && axis.extent === init.axes[d]!.extent) map.set(axis, at);
    else matches.push([e, at]);
  });
  return { map, matches, searched: output.axes.filter((a) => !map.has(a)) };
}

/**
 * A push turned round: each element of the output gathers what is pushed at it, so that no two threads write the same
 * place and results do not depend on who comes first. Source axes that are an axis of the output need no search.
 */
export function gathered(output: PushOutput): { axes: readonly Axis[]; value: Expr } {
  const { init } = output;
  const { map, matches, searched } = searchOf(output);
  const count = sizeOfAxes(searched);
  const here = (e: Expr, at: ReadonlyMap<Axis, Expr>): Expr => substitute(e, new Map([...map, ...at]));
  const matchAt = (at: ReadonlyMap<Axis, Expr>): Expr =>
    matches.reduce<Expr>((all, [e, o]) => all.and(here(e, at).eq(o)), constant(1, bool));
  if (output.op === 'set') {
    const extents = searched.map((a) => a.extent);
    const at = (j: Expr): ReadonlyMap<Axis, Expr> => new Map(unflatten(extents, j).map((e, d) => [searched[d]!, e]));
    if (!matches.length && count === 1) return { axes: init.axes, value: here(output.value, at(constant(0, int32))) };
    // Of several the last one counts.
    const last = reduce('max', count, (j) => where(matchAt(at(j)), j, -1));
    return { axes: init.axes, value: where(last.ge(0), here(output.value, at(last.max(0))), init.value) };
  }
  const fn = folds[output.op];
  const loops = searched.map((a) => new LoopAxis(a.name, a.extent));
  const at = new Map(searched.map((a, d) => [a, axisRef(loops[d]!)]));
  const value = here(output.value, at);
  const term = matches.length ? where(matchAt(at), value, nothing(value, fn)) : value;
  const total = loops.length ? new Expr('reduce', value.dtype, [term], { fn, axes: loops }) : term;
  return { axes: init.axes, value: init.value[output.op](total) };
}

/** Comparisons of elements with sources that are done rather than waiting for one another. */
const SEARCH = 2 ** 24;
/** Threads that are enough for each to do its sources in sequence. */
const COLUMNS = 64;

/** Adds the dispatches of a push output. */
export function emitGpuPush(b: GpuBuilder, operands: readonly Operand[], output: PushOutput, out: Operand): void {
  const { searched, map } = searchOf(output);
  const { dtype } = out.spec;
  const work = sizeOfAxes(output.init.axes) * sizeOfAxes(searched);
  const apart = sizeOfAxes(output.axes.filter((a) => map.has(a)));
  const large = work > (b.limits.search ?? SEARCH) && searched.every((a) => !a.limit);
  if (large && !isPacked(dtype) && apart >= (b.limits.columns ?? COLUMNS))
    emitColumns(b, operands, output, out, searched);
  else if (large && hasAtomics(dtype)) emitAtomics(b, operands, output, out, searched);
  else {
    const { axes, value } = gathered(output);
    emitGpuPull(b, { operands, outputs: [{ ...out, axes, value }] });
  }
}
