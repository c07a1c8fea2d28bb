import type { DType } from '@sporelet/ir';
import { Axis, View, axisRef, sizeOf } from '@sporelet/ir';
import { emitGemm } from './contract-gemm.ts';
import { emitOperand } from './contract-operand.ts';
import type { Contraction } from './contract-recognize.ts';
import { vecOf } from './contract-wasm.ts';
import { emitPull } from './emit-pull.ts';
import type { Operand } from './emit-pull.ts';
import type { PlanBuilder } from './plan-builder.ts';

export { recognizeContraction } from './contract-recognize.ts';
export type { Contraction } from './contract-recognize.ts';

/** Adds the steps of a contraction. `operands`: those the kernel's loads number. */
export function emitContraction(b: PlanBuilder, c: Contraction, operands: readonly Operand[], out: Operand): void {
  const vec = vecOf(c.acc);
  const { plan } = c;
  const direct = !plan.permuted && c.out.dtype === c.acc;
  const result = direct ? out.ref : b.temp(sizeOf(c.out.shape) * c.acc.itemsize);
  const a = emitOperand(b, plan.a.factor, plan.a.layout, c.acc, operands[plan.a.factor.input]!);
  const bb = emitOperand(b, plan.b.factor, plan.b.layout, c.acc, operands[plan.b.factor.input]!);
  emitGemm(b, vec, plan, a.ref, bb.ref, result);
  if (!direct) emitResult(b, c, { ref: result, spec: { dtype: c.acc, shape: plan.cAxes.map((x) => x.extent) } }, out);
}

/** Permutes and converts the sums to the output's axes and dtype. */
function emitResult(b: PlanBuilder, c: Contraction, from: Operand, out: Operand): void {
  const axes = c.axes.map((a) => new Axis(a.name, a.extent));
  const view = new View(0, from.spec);
  const value = view.at(...c.plan.cAxes.map((a) => axisRef(axes[c.axes.indexOf(a)]!))).cast(out.spec.dtype as DType);
  emitPull(b, { operands: [from], outputs: [{ ...out, axes, value }] });
}
