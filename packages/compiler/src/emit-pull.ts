import type { Axis, TensorSpec, Expr } from '@sporelet/ir';
import { axisRef, flatIndex, sizeOf } from '@sporelet/ir';
import type { Group } from './group.ts';
import { Hoister, MIN_UNITS, costOf, innerTakesLanes, lowerStored, memoryType, merged, registerFor } from './group.ts';
import { Placer } from './place.ts';
import type { PlanBuilder } from './plan-builder.ts';
import type { Ref } from './plan.ts';
import { WasmPrinter } from './wasm-printer.ts';

export interface Operand {
  readonly ref: Ref;
  readonly spec: TensorSpec;
}

export interface PullTarget extends Result {
  readonly axes: readonly Axis[];
  readonly value: Expr;
}

/** Where a result goes. */
export interface Result extends Operand {
  /** It lies where an operand lies: every element is computed once. */
  readonly over?: boolean;
}

/** Adds the steps that compute pull outputs over common axes. Loads' `input` numbers index `operands`. */
export function emitPull(
  b: PlanBuilder,
  group: { operands: readonly Operand[]; outputs: readonly PullTarget[]; flat?: boolean },
): void {
  // prettier-ignore
  const { operands, outputs } = group;
  const specs = operands.map((o) => o.spec);
  const axes = outputs[0]!.axes;
  // Every output names its own axes; the first one's stand for all.
  const values = outputs.map((o) => lowerStored(o.value, specs));
  emitGroup(b, operands.map((o) => o.ref), { axes, values }, outputs, group.flat ?? false); // prettier-ignore
}

function emitGroup(
  b: PlanBuilder,
  refs: readonly Ref[],
  group: Group,
  outputs: readonly Result[],
  flat: boolean,
): void {
  const hoister = new Hoister(group.axes, refs.length);
  const values = group.values.map((v) => hoister.run(v));
  const all = [...refs];
  for (const h of hoister.hoisted) {
    const temp = b.temp(h.bytes);
    const spec = { dtype: h.stored, shape: h.group.axes.map((a) => a.extent) };
    emitGroup(b, all, h.group, [{ ref: temp, spec }], false);
    all.push(temp);
  }
  const { axes, values: bodies } = flat ? { axes: group.axes, values } : merged({ axes: group.axes, values });
  const inner = axes.at(-1) ?? null;
  const rows = axes.slice(0, -1).reduce((n, a) => n * a.extent, 1);
  const unit = !inner
    ? 'none'
    : axes.length === 1
      ? 'inner'
      : rows < MIN_UNITS && inner.extent >= 4096
        ? 'inner'
        : 'row';
  const offset = flatIndex(axes.map((a) => a.extent), axes.map(axisRef)); // prettier-ignore
  const stores = bodies.map((value, i) => ({ output: all.length + i, stored: outputs[i]!.spec.dtype, offset, value }));
  const lanes = inner !== null && innerTakesLanes(inner, bodies);
  const again = unit === 'row' && !outputs.some((o) => o.over);
  const register = lanes && !flat ? registerFor(b.loops, inner.extent, again) : b.loops;
  const nest = new Placer(register, b.target.unroll).nest(axes, stores, unit, lanes, again);
  const printer = new WasmPrinter(b, all.length + outputs.length, register);
  const units = flat ? -1 : unit === 'none' ? 1 : unit === 'inner' ? inner!.extent : rows;
  if (!flat && sizeOf(axes.map((a) => a.extent)) === 0) return;
  const perElement = costOf(bodies);
  const cost =
    unit === 'row' ? perElement * inner!.extent : unit === 'inner' ? perElement * (flat ? 1 : rows) : perElement;
  b.step(printer.print(nest), [...all, ...outputs.map((o) => o.ref)], units, unit === 'inner' ? 64 : 1, cost);
}

export { memoryType };
