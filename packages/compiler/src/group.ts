import type { DType, TensorSpec, Axis } from '@sporelet/ir';
import { Expr, FreeAxes, Lowering, Ordering, axisRef, bool, constant, flatIndex, float16, bfloat16, int32, mergeAxes, rebuild, sizeOf, uint32 } from '@sporelet/ir'; // prettier-ignore
import { Folder } from './fold.ts';

/** Outputs over the same axes, lowered and ordered: they become one loop nest. */
export interface Group {
  readonly axes: readonly Axis[];
  /** One machine expression per output, ready to be stored. */
  readonly values: readonly Expr[];
}

/** A reduction computed beforehand into a temporary, which is operand `input` of what follows. */
export interface Hoisted {
  readonly group: Group;
  readonly input: number;
  readonly stored: DType;
  readonly bytes: number;
}

export const MIN_UNITS = 16;

/** The machine expression to store for a value. */
export function lowerStored(value: Expr, operands: readonly TensorSpec[]): Expr {
  return new Folder().run(new Ordering().order(new Lowering(operands).stored(value)));
}

/** The dtype whose memory form holds a machine value as it is. */
export function memoryType(stored: DType): DType {
  return stored === float16 || stored === bfloat16 ? uint32 : stored;
}

/**
 * Takes out of a group the reductions that its loops would compute again and again (those that do not depend on every
 * outer axis), and the blocks of long reductions where there is too little else to do in parallel.
 */
export class Hoister {
  readonly hoisted: Hoisted[] = [];
  protected readonly free = new FreeAxes();
  private readonly memo = new Map<Expr, Expr>();
  protected readonly axes: readonly Axis[];
  private nextInput: number;

  constructor(axes: readonly Axis[], nextInput: number) {
    this.axes = axes;
    this.nextInput = nextInput;
  }

  run(e: Expr): Expr {
    let r = this.memo.get(e);
    if (r) return r;
    if (e.kind === 'reduce') r = this.reduction(e);
    else {
      const args = e.args.map((a) => this.run(a));
      r = args.every((a, i) => a === e.args[i]) ? e : rebuild(e, args);
    }
    this.memo.set(e, r);
    return r;
  }

  protected reduction(e: Expr): Expr {
    const free = this.free.of(e);
    const own = this.axes.filter((a) => free.has(a));
    if (own.length < free.size) return e;
    const repeated = this.repeats(own);
    const [body] = e.args as [Expr];
    const units = own.reduce((n, a) => n * a.extent, 1);
    if (body.kind === 'reduce' && e.axes.length === 1 && units < MIN_UNITS && e.order!.partials === 1) {
      const blocks = e.axes[0]!;
      if (!blocks.limit && this.free.of(body).has(blocks)) {
        const partial = this.materialise(body, [...own, blocks]);
        const total = rebuild(e, [partial]);
        return repeated ? this.materialise(total, own) : total;
      }
    }
    return repeated ? this.materialise(e, own) : e;
  }

  /** Whether the loops would compute again what depends on these axes alone. */
  protected repeats(own: readonly Axis[]): boolean {
    const outer = this.axes.slice(0, -1);
    return outer.some((a) => !own.includes(a) && a.extent > 1) || (own.length === 0 && this.axes.length > 0);
  }

  protected materialise(e: Expr, axes: readonly Axis[]): Expr {
    const shape = axes.map((a) => a.extent);
    const input = this.nextInput++;
    const stored = e.dtype === bool ? bool : e.dtype;
    this.hoisted.push({ group: { axes, values: [e] }, input, stored, bytes: sizeOf(shape) * stored.itemsize });
    return new Expr('read', e.dtype, [flatIndex(shape, axes.map(axisRef))], { input, stored });
  }
}

/** Long loops from neighbouring axes that are walked as one. */
export function merged(group: Group): Group {
  const kept = group.axes.filter((a) => a.extent !== 1);
  const m = mergeAxes(kept, group.values, new FreeAxes());
  return { axes: m.axes, values: m.bodies };
}

/** Whether the inner axis may run in lanes: not when a reduction that depends on it takes the lanes itself. */
export function innerTakesLanes(inner: Axis, values: readonly Expr[]): boolean {
  const free = new FreeAxes();
  const seen = new Set<Expr>();
  const blocked = (e: Expr): boolean => {
    if (seen.has(e) || !free.of(e).has(inner)) return false;
    seen.add(e);
    return (e.kind === 'reduce' && e.order!.partials === 16) || e.args.some(blocked);
  };
  return !values.some(blocked);
}

/**
 * Bytes of the registers that take the fewest steps for a loop of so many elements.
 * @param again - those left over are computed in one more step, with some before them; else one by one
 */
export function registerFor(most: number, extent: number, again: boolean): number {
  let best = most;
  if (extent === Infinity) return best;
  const steps = (register: number): number => {
    const lanes = register / 4;
    const left = extent % lanes;
    return Math.floor(extent / lanes) + (again && extent > lanes ? Math.min(left, 1) : left);
  };
  for (let r = most / 2; r >= 16; r /= 2) if (steps(r) < steps(best)) best = r;
  return best;
}

/** Scalar operations of one evaluation, loops included: a rough cost. */
export function costOf(values: readonly Expr[]): number {
  const memo = new Map<Expr, number>();
  const walk = (e: Expr): number => {
    if (memo.has(e)) return 0;
    memo.set(e, 0);
    const inside = e.args.reduce((n, a) => n + walk(a), 0);
    return e.kind === 'reduce' ? inside * e.axes.reduce((n, a) => n * a.extent, 1) + 1 : inside + 1;
  };
  return values.reduce((n, v) => n + walk(v), 0);
}

export { constant, int32 };
