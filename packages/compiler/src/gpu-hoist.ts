import type { Axis } from '@sporelet/ir';
import { Axis as LoopAxis, Expr, axisRef, constant, identityOf, int32, substitute, where } from '@sporelet/ir';
import { productOf, sizeOfAxes } from './gpu-product.ts';
import { Hoister } from './group.ts';

/** Units of work a GPU wants at least. */
const WANTED = 512;
/** The least number of terms worth a part of its own. */
const PART = 256;

/** The least divisor of n that is at least `least` and at most `most`; 0 when there is none. */
function divisor(n: number, least: number, most: number): number {
  for (let d = Math.max(2, least); d <= most; d++) if (n % d === 0) return d;
  return 0;
}

/**
 * Takes reductions out of a group as on the CPU, and cuts long ones in parts where the group has too little else to do
 * side by side: the parts are folded in a step of their own.
 */
export class GpuHoister extends Hoister {
  protected override reduction(e: Expr): Expr {
    const free = this.free.of(e);
    const own = this.axes.filter((a) => free.has(a));
    if (own.length < free.size) return e;
    const whole = this.split(e, own);
    return this.repeats(own) ? this.materialise(whole, own) : whole;
  }

  private split(e: Expr, own: readonly Axis[]): Expr {
    const [axis, ...rest] = e.axes as [Axis, ...Axis[]];
    const terms = sizeOfAxes(e.axes);
    if (e.axes.some((a) => a.limit) || terms < 2 * PART) return e;
    const product = productOf(e, own);
    const units = product ? product.tiles * 16 : sizeOfAxes(own);
    const wanted = Math.min(Math.floor(terms / PART), Math.ceil(WANTED / Math.max(1, units)), axis.extent);
    if (wanted < 4) return e;
    const parts = divisor(axis.extent, wanted, Math.min(axis.extent, 4 * wanted));
    // A product keeps its form, so that it still runs in tiles; other bodies are filled up.
    if (!parts && product) return e;
    const count = parts || wanted;
    const chunk = Math.ceil(axis.extent / count);
    const part = new LoopAxis('part', Math.ceil(axis.extent / chunk));
    const inner = new LoopAxis(axis.name, chunk);
    const at = axisRef(part).mul(chunk).add(axisRef(inner));
    let body = substitute(e.args[0]!, new Map([[axis, at]]));
    if (!parts) body = where(at.lt(constant(axis.extent, int32)), body, identityOf(e));
    const axes = chunk > 1 ? [inner, ...rest] : rest;
    const one = axes.length ? new Expr('reduce', e.dtype, [body], { fn: e.fn as 'sum', axes, order: e.order }) : body;
    const read = this.materialise(one, [...own, part]);
    return new Expr('reduce', e.dtype, [read], { fn: e.fn as 'sum', axes: [part], order: e.order });
  }
}
