import { Axis, View, axisRef, sizeOf } from '@sporelet/ir';
import { emitGemm } from './contract-gemm.ts';
import { emitGrad } from './contract-grad.ts';
import { emitLanes } from './contract-lanes.ts';
import { lanesFor } from './contract-lanes-plan.ts';
import { emitCast, emitOperand } from './contract-operand.ts';
import type { Contraction } from './contract-recognize.ts';
import type { Factor } from './contract-terms.ts';
import { vecOf } from './contract-wasm.ts';
import { emitPull } from './emit-pull.ts';
import type { Operand } from './emit-pull.ts';
import type { PlanBuilder } from './plan-builder.ts';

export { contractionOrder, recognizeContraction } from './contract-recognize.ts';
export type { Contraction, ContractionOrder } from './contract-recognize.ts';

/** Adds the steps of a contraction. `operands`: those the kernel's loads number. */
export function emitContraction(b: PlanBuilder, c: Contraction, operands: readonly Operand[], out: Operand): void {
  const { plan } = c;
  const { bytes } = b.tiles;
  // A gradient's four lanes are 16 bytes.
  const register =
    plan.kind === 'grad' ? 16 : plan.kind === 'lanes' ? Math.min(bytes, 4 * lanesFor(plan, bytes)) : bytes;
  const vec = vecOf(c.acc, register);
  const axes = plan.kind === 'gemm' && plan.permuted ? plan.cAxes : c.axes;
  const groups = plan.kind === 'grad' ? plan.groups : 1;
  const direct = axes === c.axes && c.out.dtype === c.acc && groups === 1;
  const result = direct ? out.ref : b.temp(groups * sizeOf(c.out.shape) * c.acc.itemsize);
  const operand = (f: Factor): Operand => operands[f.input]!;
  if (plan.kind === 'gemm') {
    const [rows, columns] = [plan.a, plan.b].map((s) => emitOperand(b, s.factor, s.layout, c.acc, operand(s.factor)));
    emitGemm(b, vec, plan, rows!.ref, columns!.ref, result);
  } else if (plan.kind === 'grad') {
    const [g, x] = [plan.g, plan.x].map((p) => emitCast(b, p, c.acc, operand(p)));
    emitGrad(b, vec, plan, axes, g!.ref, x!.ref, result);
  } else {
    const x = emitCast(b, plan.x, c.acc, operand(plan.x));
    const w = emitOperand(b, plan.w, plan.wLayout, c.acc, operand(plan.w));
    emitLanes(b, vec, plan, axes, x.ref, w.ref, result);
  }
  const spec = { dtype: c.acc, shape: [groups, ...axes.map((x) => x.extent)] };
  if (!direct) emitResult(b, c, axes, { ref: result, spec }, out);
}

/** Adds up the groups' sums, permutes and converts them to the output's axes and dtype. */
function emitResult(b: PlanBuilder, c: Contraction, order: readonly Axis[], from: Operand, out: Operand): void {
  const axes = c.axes.map((a) => new Axis(a.name, a.extent));
  const view = new View(0, from.spec);
  const at = order.map((a) => axisRef(axes[c.axes.indexOf(a)]!));
  let value = view.at(0, ...at);
  for (let g = 1; g < from.spec.shape[0]!; g++) value = value.add(view.at(g, ...at));
  emitPull(b, { operands: [from], outputs: [{ ...out, axes, value: value.cast(out.spec.dtype) }] });
}
