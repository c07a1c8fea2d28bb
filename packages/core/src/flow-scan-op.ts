import type { TensorSpec } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import type { BatchTrace } from './batch-trace.ts';
import { BatchValue } from './batch-trace.ts';
import { currentDevice } from './devices.ts';
import { dispatch } from './dispatch.ts';
import type { Body } from './flow-body.ts';
import { assemble } from './flow-body.ts';
import { FlowOp, differentiable, noGradient, unwrapped, withAxisMoved } from './flow-op.ts';
import { recordGradient } from './flow-transform.ts';
import type { Carried } from './flow-while.ts';
import { discard, mapLoop } from './flow-while.ts';
import type { BackwardRequest } from './runnable.ts';
import { shapeOf } from './tuple.ts';
import type { Value } from './value.ts';
import { ConcreteValue } from './value.ts';

const noAttrs = Object.freeze({});

/** How a scan goes through its rounds. */
export interface ScanPlan {
  readonly carried: readonly Carried[];
  /** Positions of the inputs that give a row to each round. */
  readonly rows: readonly number[];
  readonly length: number;
  /** From the last row to the first. */
  readonly reverse: boolean;
  /** Whether what every round started with is given too: for gradients. */
  readonly keep: boolean;
}

/** Rows of a value, read and written one at a time. */
class Rows {
  readonly all: ConcreteValue;
  readonly spec: TensorSpec;
  private readonly bytes: Uint8Array;

  constructor(all: ConcreteValue) {
    this.all = all;
    this.spec = { dtype: all.dtype, shape: all.shape.slice(1) };
    this.bytes = new Uint8Array(sizeOf(this.spec.shape) * all.dtype.itemsize);
  }
  static of({ dtype, shape }: TensorSpec, length: number): Rows {
    const device = currentDevice();
    const size = length * sizeOf(shape);
    const full = shapeOf([length, ...shape]);
    return new Rows(new ConcreteValue(dtype, full, size, device.allocate(size * dtype.itemsize), device));
  }
  read(i: number): ConcreteValue {
    const { all, spec, bytes } = this;
    const row = all.device.allocate(bytes.length);
    if (bytes.length && all.device.copyPart) all.device.copyPart(all.storage, i * bytes.length, row, 0, bytes.length);
    else if (bytes.length) {
      all.device.read(all.storage, bytes, i * bytes.length);
      all.device.write(row, bytes);
    }
    return new ConcreteValue(spec.dtype, shapeOf(spec.shape), sizeOf(spec.shape), row, all.device);
  }
  write(i: number, { storage, device }: ConcreteValue): void {
    const { all, bytes } = this;
    if (bytes.length && device.copyPart) device.copyPart(storage, 0, all.storage, i * bytes.length, bytes.length);
    else if (bytes.length) {
      device.read(storage, bytes);
      device.write(all.storage, bytes, i * bytes.length);
    }
  }
}

/** Runs a body once for each row. Its outputs: what is carried at last, the other results stacked, then what is kept. */
export class ScanOp extends FlowOp {
  readonly name: string;
  private readonly body: Body;
  private readonly plan: ScanPlan;
  /** The results that are stacked. */
  private readonly stacked: readonly number[];

  constructor(name: string, body: Body, plan: ScanPlan) {
    super();
    this.name = name;
    this.body = body;
    this.plan = plan;
    this.stacked = body.outputs.flatMap((_, out) => (plan.carried.some((c) => c.out === out) ? [] : [out]));
  }

  infer(): readonly TensorSpec[] {
    const { body, plan, stacked } = this;
    const rows = ({ dtype, shape }: TensorSpec): TensorSpec => ({ dtype, shape: [plan.length, ...shape] });
    const carried = plan.carried.map(({ at }) => body.inputs[at]!);
    return [...carried, ...stacked.map((out) => rows(body.outputs[out]!)), ...(plan.keep ? carried.map(rows) : [])];
  }

  execute(inputs: readonly ConcreteValue[]): Value[] {
    const { body, stacked } = this;
    const { carried, rows, length, reverse, keep } = this.plan;
    const values = [...inputs];
    const sources = rows.map((at) => new Rows(inputs[at]!));
    const results = stacked.map((out) => Rows.of(body.outputs[out]!, length));
    const kept = keep ? carried.map(({ at }) => Rows.of(body.inputs[at]!, length)) : [];
    const own = new Set<ConcreteValue>();
    for (let round = 0; round < length; round++) {
      const i = reverse ? length - 1 - round : round;
      rows.forEach((at, k) => (values[at] = sources[k]!.read(i)));
      carried.forEach(({ at }, k) => kept[k]?.write(i, values[at]!));
      const made = body.run(values);
      stacked.forEach((out, k) => results[k]!.write(i, made[out]!));
      for (const at of rows) discard(values[at]!);
      for (const out of stacked) discard(made[out]!);
      carried.forEach(({ at, out }) => {
        if (own.delete(values[at]!)) discard(values[at]!);
        own.add((values[at] = made[out]!));
      });
    }
    const last = carried.map(({ at }) => {
      const value = values[at]!;
      if (!own.has(value)) value.storage.shared++;
      return value;
    });
    return [...last, ...[...results, ...kept].map((r) => r.all)];
  }

  backward({ gradients, inputs, outputs, need }: BackwardRequest): (Value | null)[] {
    const { body, plan, stacked } = this;
    const { carried, rows, length } = plan;
    const n = body.inputs.length;
    const firstKept = carried.length + stacked.length;
    const from = plan.keep ? outputs : dispatch(new ScanOp(this.name, body, { ...plan, keep: true }), inputs, noAttrs);
    const starts = from.slice(firstKept);
    const smooth = carried.filter(({ at }) => differentiable(body.inputs[at]!));
    const arrived = stacked.flatMap((out, k) =>
      gradients[carried.length + k] ? [{ out, k: carried.length + k }] : [],
    );
    const fixed = inputs.flatMap((_, i) => (need[i] && !rows.includes(i) && !carried.some((c) => c.at === i) ? [i] : [])); // prettier-ignore
    const rowsWanted = rows.filter((i) => need[i]);
    // What the rounds started with was used by another gradient.
    const used = smooth.flatMap((c) => {
      const k = firstKept + carried.indexOf(c);
      return gradients[k] ? [{ at: c.at, k }] : [];
    });
    const recorded = recordGradient(body, {
      inputs: [...smooth.map((c) => c.at), ...fixed, ...rowsWanted],
      outputs: [...smooth.map((c) => c.out), ...arrived.map((a) => a.out)],
      added: [...fixed, ...used.map((u) => u.at)],
    });
    const made = assemble(this.name, [recorded]);
    const firstFixed = n + smooth.length + arrived.length;
    const op = new ScanOp(this.name, made.bodies[0]!, {
      carried: [
        ...smooth.map((_, k): Carried => ({ at: n + k, out: k })),
        ...fixed.map((_, k): Carried => ({ at: firstFixed + k, out: smooth.length + k })),
      ],
      rows: [
        ...carried.map((c) => c.at),
        ...rows,
        ...arrived.map((_, k) => n + smooth.length + k),
        ...used.map((_, k) => firstFixed + fixed.length + k),
      ],
      length,
      reverse: !plan.reverse,
      keep: plan.keep,
    });
    const given = [...inputs];
    carried.forEach(({ at }, k) => (given[at] = starts[k]!));
    const results = dispatch(
      op,
      [
        ...given,
        ...smooth.map((c) => gradients[carried.indexOf(c)] ?? noGradient(body.inputs[c.at]!)),
        ...arrived.map(({ k }) => gradients[k]!),
        ...fixed.map((i) => noGradient(body.inputs[i]!)),
        ...used.map(({ k }) => gradients[k]!),
        ...made.closure,
      ],
      noAttrs,
    );
    const all = inputs.map((): Value | null => null);
    smooth.forEach(({ at }, k) => (all[at] = results[k]!));
    fixed.forEach((i, k) => (all[i] = results[smooth.length + k]!));
    rowsWanted.forEach((i, k) => (all[i] = results[smooth.length + fixed.length + k]!));
    return all;
  }

  onMapped(trace: BatchTrace, inputs: readonly Value[]): Value[] {
    const { plan, stacked } = this;
    const { inner, mask } = unwrapped(trace, inputs);
    const lifted = mapLoop(trace, this.body, plan.carried, mask);
    const made = assemble(this.name, [lifted.recorded]);
    plan.carried.forEach(({ at }, k) => (inner[at] = lifted.carried[k] ? trace.physical(inputs[at]!) : inner[at]!));
    // Rounds come first, examples second.
    for (const at of plan.rows) if (mask[at]) inner[at] = withAxisMoved(inner[at]!, 0, 1);
    const results = dispatch(new ScanOp(this.name, made.bodies[0]!, plan), [...inner, ...made.closure], noAttrs);
    const count = plan.carried.length;
    return results.map((v, k) => {
      if (k < count) return lifted.carried[k] ? new BatchValue(trace, v) : v;
      const mapped = k < count + stacked.length ? lifted.mapped[stacked[k - count]!] : lifted.carried[k - count - stacked.length]; // prettier-ignore
      return mapped ? new BatchValue(trace, withAxisMoved(v, 1, 0)) : v;
    });
  }
}
