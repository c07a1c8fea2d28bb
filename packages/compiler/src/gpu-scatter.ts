import type { Axis, DType, PushOp, PushOutput, ScalarFn } from '@sporelet/ir';
import { Axis as LoopAxis, Expr, axisRef, constant, float32, int32, pushedValue, stridesOf, substitute, uint32, unflatten, where } from '@sporelet/ir'; // prettier-ignore
import type { Operand } from './emit-pull.ts';
import { sizeOfAxes } from './gpu-product.ts';
import { lowerGpu } from './gpu-lower.ts';
import type { GpuBuilder, GpuOperand } from './gpu-plan.ts';
import { emitGpuPull } from './gpu-pull.ts';
import { emitUnits, operandsOf } from './gpu-units.ts';
import { wgsl } from './wgsl-text.ts';

/** A push of which each source writes by itself. */
interface Scatter {
  /** Axes whose elements never meet, and the others as one. */
  readonly apart: readonly Axis[];
  readonly flat: Axis;
  /** Where source (apart, flat) goes, as an offset; and what it brings. */
  readonly offset: Expr;
  readonly output: PushOutput;
}

/** @param searched - the source axes that may meet */
function scatterOf(output: PushOutput, searched: readonly Axis[]): Scatter {
  const flat = new LoopAxis('source', sizeOfAxes(searched));
  const index = unflatten(searched.map((a) => a.extent), axisRef(flat)); // prettier-ignore
  const map = new Map(searched.map((a, d) => [a, index[d]!]));
  const moved = { ...output, index: output.index.map((e) => substitute(e, map)), value: substitute(output.value, map) };
  const strides = stridesOf(output.spec.shape);
  const offset = moved.index.reduce((sum, e, d) => sum.add(e.mul(strides[d]!)), constant(0, int32));
  return { apart: output.axes.filter((a) => !searched.includes(a)), flat, offset, output: moved };
}

function fill(b: GpuBuilder, operands: readonly Operand[], output: PushOutput, out: Operand): void {
  emitGpuPull(b, { operands, outputs: [{ ...out, axes: output.init.axes, value: output.init.value }] });
}

/** One thread for each element of the axes that stay apart does their sources in order: the results are the CPU's. */
export function emitColumns(
  b: GpuBuilder,
  operands: readonly Operand[],
  output: PushOutput,
  out: Operand,
  searched: readonly Axis[],
): void {
  fill(b, operands, output, out);
  const s = scatterOf(output, searched);
  const all = [...operands, out];
  const self = operands.length;
  const values = lowerGpu([pushedValue(s.output, self), s.offset], all.map((o) => o.spec)); // prettier-ignore
  const store = { output: self, stored: out.spec.dtype, offset: values[1]!, value: values[0]! };
  emitUnits(b, operandsOf(all), { axes: [...s.apart, s.flat], by: 'row', store });
}

/** The text that updates a word at once with all others that do: by an atomic of its own, or by compare and exchange. */
function atomicText(place: string, d: DType, op: PushOp, value: string): string {
  if (d !== float32 && op !== 'mul' && op !== 'set') {
    return `atomic${op.charAt(0).toUpperCase()}${op.slice(1)}(&${place}, ${value});`;
  }
  const read = d === float32 ? 'bitcast<f32>(old)' : 'old';
  const write = (x: string): string => (d === float32 ? `bitcast<u32>(${x})` : x);
  const x = constant(0, d);
  const next = wgsl.apply(new Expr('apply', d, [x, x], { fn: op as ScalarFn }), [read, value]);
  return `{ var old = atomicLoad(&${place}); loop { let r = atomicCompareExchangeWeak(&${place}, old, ${write(next)}); if (r.exchanged) { break; } old = r.old_value; } }`; // prettier-ignore
}

/** Whether words of the dtype can be updated by atomics. */
export const hasAtomics = (d: DType): boolean => d === float32 || d === int32 || d === uint32;

/**
 * Every source by a thread of its own. Which comes first is left open: sums and products of floats may round otherwise
 * from run to run, everything else is the same always.
 */
export function emitAtomics(
  b: GpuBuilder,
  operands: readonly Operand[],
  output: PushOutput,
  out: Operand,
  searched: readonly Axis[],
): void {
  if (output.op === 'set') {
    emitLast(b, operands, output, out, searched);
    return;
  }
  fill(b, operands, output, out);
  const s = scatterOf(output, searched);
  emitUpdates(b, operands, s, out, output.op, s.output.value);
}

/** The last source of each element is found first: a maximum of the sources' numbers. */
function emitLast(
  b: GpuBuilder,
  operands: readonly Operand[],
  output: PushOutput,
  out: Operand,
  searched: readonly Axis[],
): void {
  const { shape } = out.spec;
  const owner: Operand = { ref: b.temp(sizeOfAxes(output.init.axes) * 4), spec: { dtype: int32, shape } };
  emitGpuPull(b, { operands: [], outputs: [{ ...owner, axes: output.init.axes, value: constant(-1, int32) }] });
  const s = scatterOf(output, searched);
  emitUpdates(b, operands, s, owner, 'max', axisRef(s.flat));
  const at = output.init.axes.map((a) => (a.extent === 1 ? constant(0, int32) : axisRef(a)));
  const last = new Expr('load', int32, at, { input: operands.length });
  // The axes that stay apart are axes of the output.
  const own = new Map(
    s.apart.map((a) => [a, at[output.index.findIndex((e) => e.kind === 'axis' && e.axes[0] === a)]!]),
  );
  const value = substitute(s.output.value, new Map([...own, [s.flat, last.max(0)]]));
  emitGpuPull(b, { operands: [...operands, owner], outputs: [{ ...out, axes: output.init.axes, value: where(last.ge(0), value, output.init.value) }] }); // prettier-ignore
}

function emitUpdates(b: GpuBuilder, operands: readonly Operand[], s: Scatter, out: Operand, op: PushOp, value: Expr): void {
  const { dtype } = out.spec;
  const self = operands.length;
  const axes = [...s.apart, s.flat].filter((a) => a.extent > 1);
  const [lowered, offset] = lowerGpu([value, s.offset], operands.map((o) => o.spec)) as [Expr, Expr];
  const words: GpuOperand = { ref: out.ref, type: dtype === int32 ? 'atomic<i32>' : 'atomic<u32>' };
  emitUnits(b, [...operandsOf(operands), words], {
    axes,
    by: 'element',
    store: { output: self, stored: dtype, offset, value: lowered },
    spelling: { store: (_o, _d, at, v) => atomicText(`p${self}[${at}]`, dtype, op, v) },
  });
} // prettier-ignore
