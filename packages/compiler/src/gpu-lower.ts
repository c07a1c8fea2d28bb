import type { Kernel, TensorSpec } from '@sporelet/ir';
import { Axis, Expr, FreeAxes, Lowering, axisRef, constant, float32, float64, mergeAxes, rebuild } from '@sporelet/ir';
import { Folder } from './fold.ts';

/** Why a GPU cannot run a kernel that is no routine, or undefined. */
export function gpuRefusal(kernel: Kernel): string | undefined {
  const specs = [...kernel.inputs, ...kernel.outputs.map((o) => o.spec)];
  const wide = specs.find((s) => s.dtype === float64 || s.dtype.isComplex);
  return wide && `the GPU has no ${wide.dtype.name}`;
}

/**
 * The kernel with float32 where it computes in float64: no GPU has that. Refused kernels aside, float64 occurs only
 * between float32 operands.
 */
class Narrowing {
  private readonly memo = new Map<Expr, Expr>();
  private readonly axes = new Map<Axis, Axis>();

  run(e: Expr): Expr {
    let r = this.memo.get(e);
    if (!r) this.memo.set(e, (r = this.node(e)));
    return r;
  }

  private axis(a: Axis): Axis {
    if (!a.limit) return a;
    let r = this.axes.get(a);
    if (!r) {
      const limit = this.run(a.limit);
      this.axes.set(a, (r = limit === a.limit ? a : new Axis(a.name, a.extent, limit)));
    }
    return r;
  }

  private node(e: Expr): Expr {
    const dtype = e.dtype === float64 ? float32 : e.dtype;
    if (e.kind === 'axis') return e.axes[0]!.limit ? axisRef(this.axis(e.axes[0]!)) : e;
    if (e.kind === 'const') return dtype === e.dtype ? e : constant(Number(e.value), dtype);
    const args = e.args.map((a) => this.run(a));
    const axes = e.axes.map((a) => this.axis(a));
    if (e.fn === 'cast' && args[0]!.dtype === dtype) return args[0]!;
    if (e.fn === 'bits' && e.args[0]!.dtype === float64)
      throw new TypeError('the GPU has no Float64, whose bits are asked for');
    if (dtype === e.dtype && args.every((a, i) => a === e.args[i]) && axes.every((a, i) => a === e.axes[i])) return e;
    const { fn, input, stored, order, value } = e;
    return new Expr(e.kind, dtype, args, { value, axes, input, order, ...(fn ? { fn } : {}), ...(stored ? { stored } : {}) }); // prettier-ignore
  }
}

/** Whether two expressions are the same but for the axes they sum over; `matched` holds axes and nodes found alike. */
function alike(x: Expr, y: Expr, matched: Map<unknown, unknown>): boolean {
  if (x === y || matched.get(x) === y) return true;
  if (x.kind !== y.kind || x.fn !== y.fn || x.dtype !== y.dtype || x.value !== y.value) return false;
  if (x.input !== y.input || x.stored !== y.stored || x.args.length !== y.args.length) return false;
  if (x.axes.length !== y.axes.length) return false;
  if (x.kind === 'axis') return (matched.get(x.axes[0]) ?? x.axes[0]) === y.axes[0];
  for (const [i, a] of x.axes.entries()) {
    const b = y.axes[i]!;
    if (a.limit || b.limit || a.extent !== b.extent) return false;
    matched.set(a, b);
  }
  if (!x.args.every((a, i) => alike(a, y.args[i]!, matched))) return false;
  matched.set(x, y);
  return true;
}

/** Every reduction in sequence over as few axes as may be: how a GPU shares it out is decided by the schedule. */
class Sequence {
  private readonly memo = new Map<Expr, Expr>();
  private readonly free = new FreeAxes();
  private readonly made: Expr[] = [];

  run(e: Expr): Expr {
    let r = this.memo.get(e);
    if (r) return r;
    const args = e.args.map((a) => this.run(a));
    if (e.kind === 'reduce') r = this.reduction(e, args[0]!);
    else r = args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
    this.memo.set(e, r);
    return r;
  }

  private reduction(e: Expr, body: Expr): Expr {
    const axes = e.axes.filter((a) => a.extent !== 1 || a.limit);
    if (!axes.length) return body;
    const m = mergeAxes(axes, [body], this.free);
    const r = new Expr('reduce', e.dtype, [m.bodies[0]!], { fn: e.fn as 'sum', axes: m.axes, order: { partials: 1 } });
    // Kernels that were joined may both have it: a maximum beside its place.
    const known = this.made.find((other) => alike(r, other, new Map()));
    if (!known) this.made.push(r);
    return known ?? r;
  }
}

/** The machine expression to store for a value; one lowering for values that share parts. */
export function lowerGpu(values: readonly Expr[], operands: readonly TensorSpec[]): Expr[] {
  const narrowing = new Narrowing();
  const lowering = new Lowering(operands, true);
  const folder = new Folder();
  const sequence = new Sequence();
  return values.map((v) => folder.run(sequence.run(lowering.stored(narrowing.run(v)))));
}
