import type { Axis, Executable, Expr, Kernel, PullOutput } from '@sporelet/ir';
import { Axis as AxisClass, Expr as ExprClass, axisRef, constant, substitute, unflatten, where } from '@sporelet/ir';
import type { Contraction } from '../../compiler/src/contract.ts';
import { contractionOrder, recognizeContraction } from '../../compiler/src/contract.ts';
import { InterpreterDevice } from '../../core/test/interpreter-device.ts';

const product = (axes: readonly Axis[]): number => axes.reduce((n, a) => n * a.extent, 1);

function summed(body: Expr, axes: readonly Axis[]): Expr {
  return new ExprClass('reduce', body.dtype, [body], { fn: 'sum', axes, order: { partials: 1 } });
}

/** The term of a contraction for element number `i` of its summed axes, in lane `lane`. */
function term(e: Expr, c: Contraction, i: Expr, lane: number): Expr {
  const { axes, lanes } = contractionOrder(c);
  const rest = lanes ? axes.slice(1) : axes;
  const inner = product(rest);
  const map = new Map<Axis, Expr>(c.k.map((a) => [a, constant(0, i.dtype)]));
  const index = unflatten(
    rest.map((a) => a.extent),
    i.rem(inner),
  );
  rest.forEach((a, d) => map.set(a, index[d]!));
  if (!lanes) return substitute(e, map);
  const at = i.div(inner).mul(lanes.count).add(lane);
  map.set(lanes.axis, at.min(lanes.axis.extent - 1));
  const value = substitute(e, map);
  return where(at.lt(lanes.axis.extent), value, constant(0, value.dtype));
}

/** One of the sums of a contraction's elements `[first, end)`: blocks added in sequence, each block's terms added in sequence. */
function blocked(e: Expr, c: Contraction, lane: number, first: number, end: number): Expr {
  const { kBlock, period: whole } = contractionOrder(c);
  const period = Math.min(whole, end - first);
  const periods = new AxisClass('p', Math.ceil((end - first) / period));
  const blocks = new AxisClass('b', Math.ceil(period / kBlock));
  const start = axisRef(blocks).mul(kBlock);
  const row = new AxisClass('r', kBlock, constant(period, start.dtype).sub(start).min(kBlock));
  const i = axisRef(periods).mul(period).add(start).add(axisRef(row)).add(first);
  return summed(summed(term(e, c, i, lane), [row]), [periods, blocks]);
}

/** The sum of a contraction: groups added in sequence. */
function grouped(e: Expr, c: Contraction): Expr {
  const { axes, group, lanes } = contractionOrder(c);
  const inner = product(lanes ? axes.slice(1) : axes);
  const steps = lanes ? Math.ceil(lanes.axis.extent / lanes.count) * inner : inner;
  const sums: Expr[] = [];
  for (let first = 0; first < steps; first += group) {
    const sum = (lane: number): Expr => blocked(e, c, lane, first, Math.min(first + group, steps));
    sums.push(
      lanes
        ? sum(0)
            .add(sum(2))
            .add(sum(1).add(sum(3)))
        : sum(0),
    );
  }
  return sums.reduce((x, y) => x.add(y));
}

/** A contraction written out in the order that its shapes ask for. */
function writtenOut(output: PullOutput, c: Contraction): PullOutput {
  const rewrite = (e: Expr): Expr => {
    if (e.kind !== 'reduce') return new ExprClass(e.kind, e.dtype, e.args.map(rewrite), e.fn ? { fn: e.fn } : {});
    return grouped(e.args[0]!, c);
  };
  return { ...output, value: rewrite(output.value) };
}

/** The interpreter, adding up contractions in the order that the compiler takes from their shapes. */
export class ReferenceDevice extends InterpreterDevice {
  /** How many contractions have been compiled: the machine may fuse their multiplications and additions. */
  contractions = 0;

  override compile(kernel: Kernel): Executable {
    const [output] = kernel.outputs;
    if (kernel.outputs.length !== 1 || output?.form !== 'pull') return super.compile(kernel);
    const c = recognizeContraction(output, kernel.inputs);
    if (!c) return super.compile(kernel);
    this.contractions++;
    return super.compile({ ...kernel, outputs: [writtenOut(output, c)] });
  }
}
