import type { Axis, PushOutput, TensorSpec } from '@sporelet/ir';
import { Expr, FreeAxes, Lowering, axisRef, constant, flatIndex, int32, pushedValue, slope, stridesOf, substitute } from '@sporelet/ir'; // prettier-ignore
import type { Operand } from './emit-pull.ts';
import { emitPull } from './emit-pull.ts';
import { costOf, lowerStored } from './group.ts';
import { Placer } from './place.ts';
import type { PlanBuilder } from './plan-builder.ts';
import { WasmPrinter } from './wasm-printer.ts';

/**
 * Adds the steps of a push output: fill, then the updates in the order of the source axes. The last axis runs in
 * parallel and in lanes when it is also the output's last axis and no other index depends on it, for then two of its
 * elements never meet; otherwise one thread does everything.
 */
export function emitPush(
  b: PlanBuilder,
  operands: readonly Operand[],
  output: PushOutput,
  out: Operand,
  inPlace: boolean,
): void {
  // prettier-ignore
  if (!inPlace) emitPull(b, { operands, outputs: [{ ...out, axes: output.init.axes, value: output.init.value }] });
  const self = operands.length;
  const all = [...operands, out];
  const specs: TensorSpec[] = all.map((o) => o.spec);
  const axes: readonly Axis[] = output.axes.filter((a) => a.extent !== 1);
  if (output.axes.some((a) => a.extent === 0)) return;
  const lowering = new Lowering(specs);
  const strides = stridesOf(out.spec.shape);
  let offset = constant(0, int32);
  const index = output.index.map((e) => lowering.value(e));
  index.forEach((e, d) => (offset = offset.add(e.mul(strides[d]!))));
  const value = lowerStored(pushedValue(output, self), specs);
  const inner = axes.at(-1) ?? null;
  const free = new FreeAxes();
  const apart =
    inner !== null &&
    index.length > 0 &&
    slope(index.at(-1)!, inner, free) === 1 &&
    index.slice(0, -1).every((e) => !free.of(e).has(inner)) &&
    index.at(-1)!.kind === 'axis';
  const unit = apart ? 'inner' : 'none';
  const stores = [{ output: self, stored: out.spec.dtype, offset, value }];
  const nest = new Placer(b.loops, b.target.unroll).nest(axes, stores, unit, apart);
  const rows = axes.slice(0, -1).reduce((n, a) => n * a.extent, 1);
  const body = costOf([value]);
  const printer = new WasmPrinter(b, all.length, b.loops);
  b.step(printer.print(nest), all.map((o) => o.ref), apart ? inner.extent : 1, apart ? 64 : 1, body * (apart ? rows : rows * (inner?.extent ?? 1))); // prettier-ignore
}

export { Expr, axisRef, flatIndex, substitute };
