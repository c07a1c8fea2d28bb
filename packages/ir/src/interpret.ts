import type { DType, TypedArray } from './dtype.ts';
import type { Axis } from './expr.ts';
import { boundedIndices, offenceOf, outOfRange } from './bounds.ts';
import { Expr } from './expr.ts';
import type { Kernel, PullOutput, PushOutput, RoutineArray, TensorSpec } from './kernel.ts';
import { Lowering } from './lower.ts';
import { FreeAxes, Ordering, combine, identityOf } from './order.ts';
import type { Scalar } from './scalar-js.ts';
import { scalarFn } from './scalar-js.ts';
import { stridesOf } from './shape.ts';

/** Where the loop variables live while an expression is evaluated. */
class Environment {
  private readonly slots = new Map<Axis, number>();
  readonly values: number[] = [];
  /** Counts assignments: what was computed at one count is still right at the same count. */
  version = 0;
  set(slot: number, value: number): void {
    this.values[slot] = value;
    this.version++;
  }
  slot(axis: Axis): number {
    let s = this.slots.get(axis);
    if (s === undefined) {
      s = this.values.length;
      this.slots.set(axis, s);
      this.values.push(0);
    }
    return s;
  }
}

type Thunk = () => Scalar;

/** Turns lowered, ordered expressions into closures. No placement, no scheduling, no printer: it checks them. */
class Interpreter {
  private readonly free = new FreeAxes();
  private readonly memo = new Map<Expr, Thunk>();
  readonly env = new Environment();
  private readonly inputs: readonly TypedArray[];
  private readonly extent: (axis: Axis) => number;

  constructor(inputs: readonly TypedArray[], extent: (axis: Axis) => number) {
    this.inputs = inputs;
    this.extent = extent;
  }

  thunk(e: Expr): Thunk {
    let t = this.memo.get(e);
    if (!t) {
      t = this.make(e);
      // A node may be reached along very many paths: its value is kept until a loop moves on.
      if (e.kind === 'apply' || e.kind === 'read') t = this.once(t);
      this.memo.set(e, t);
    }
    return t;
  }

  private once(compute: Thunk): Thunk {
    const { env } = this;
    let at = -1;
    let value: Scalar = 0;
    return () => {
      if (at !== env.version) {
        value = compute();
        at = env.version;
      }
      return value;
    };
  }

  private make(e: Expr): Thunk {
    const { values } = this.env;
    if (e.kind === 'const') return () => e.value;
    if (e.kind === 'axis') {
      const s = this.env.slot(e.axes[0]!);
      return () => values[s]!;
    }
    if (e.kind === 'reduce') return this.remember(e, this.reduction(e));
    const args = e.args.map((a) => this.thunk(a));
    const [x, y, z] = args as [Thunk, Thunk, Thunk];
    if (e.kind === 'read') {
      const data = this.inputs[e.input]!;
      return () => {
        if (y && !y()) return z();
        const v = data[Number(x())];
        if (v === undefined) throw new Error('interpreter: read outside the operand');
        return v;
      };
    }
    if (e.fn === 'select') return () => (x() ? y() : z());
    const f = scalarFn(e);
    return args.length === 1 ? () => f(x()) : () => f(x(), y());
  }

  /** Reductions that do not depend on the innermost loops are computed once per value of those they depend on. */
  private remember(e: Expr, compute: Thunk): Thunk {
    const { values } = this.env;
    const slots = [...this.free.of(e)].map((a) => this.env.slot(a));
    const last: number[] = [NaN];
    let value: Scalar = 0;
    return () => {
      let same = last.length === slots.length;
      for (let i = 0; same && i < slots.length; i++) same = last[i] === values[slots[i]!];
      if (same) return value;
      value = compute();
      last.length = 0;
      for (const s of slots) last.push(values[s]!);
      return value;
    };
  }

  private reduction(e: Expr): Thunk {
    const body = this.thunk(e.args[0]!);
    const slots = e.axes.map((a) => this.env.slot(a));
    const limits = e.axes.map((a) => {
      const limit = a.limit && this.thunk(a.limit);
      return limit ? () => Number(limit()) : () => this.extent(a);
    });
    const p = new Expr('const', e.dtype, []);
    const step = combine(e, p, p);
    const fold = scalarFn(step);
    const identity = identityOf(e).value;
    const partials = e.order!.partials;
    const { env } = this;
    const last = slots.length - 1;
    return () => {
      const acc = new Array<Scalar>(partials).fill(identity);
      const walk = (d: number): void => {
        const n = limits[d]!();
        for (let i = 0; i < n; i++) {
          env.set(slots[d]!, i);
          if (d < last) walk(d + 1);
          else acc[i % partials] = fold(acc[i % partials]!, body());
        }
      };
      walk(0);
      for (let half = partials >> 1; half >= 1; half >>= 1) {
        for (let i = 0; i < half; i++) acc[i] = fold(acc[i]!, acc[i + half]!);
      }
      return acc[0]!;
    };
  }
}

function arrayOver(bytes: Uint8Array, dtype: DType): TypedArray {
  return new dtype.array(bytes.buffer, bytes.byteOffset, bytes.byteLength / dtype.itemsize);
}

/**
 * Evaluates a kernel from its unscheduled expressions: the reference every device is compared with.
 * @param inputs - raw little-endian elements of each input
 * @param outputs - raw bytes to fill; never the same memory as an input
 * @param n - the length, for kernels that take it as an argument
 */
export function interpretKernel(
  kernel: Kernel,
  inputs: readonly Uint8Array[],
  outputs: readonly Uint8Array[],
  n = 0,
): void {
  const arrays = inputs.map((b, i) => arrayOver(b, kernel.inputs[i]!.dtype));
  if (kernel.routine) {
    const wrap = (spec: TensorSpec, data: TypedArray): RoutineArray => ({ ...spec, data });
    kernel.routine(
      kernel.inputs.map((s, i) => wrap(s, arrays[i]!)),
      kernel.outputs.map((o, i) => wrap(o.spec, arrayOver(outputs[i]!, o.spec.dtype))),
    );
    return;
  }
  checkBounds(kernel, arrays, n);
  kernel.outputs.forEach((output, i) => {
    const data = arrayOver(outputs[i]!, output.spec.dtype);
    if (output.form === 'pull') pull(kernel, output, arrays, data, n);
    else if (output.form === 'push') push(kernel, output, arrays, data);
  });
}

function loops(
  axes: readonly Axis[],
  slots: readonly number[],
  env: Environment,
  extent: (a: Axis) => number,
  body: () => void,
): void {
  const walk = (d: number): void => {
    if (d === axes.length) {
      body();
      return;
    }
    const count = extent(axes[d]!);
    for (let i = 0; i < count; i++) {
      env.set(slots[d]!, i);
      walk(d + 1);
    }
  };
  walk(0);
}

function pull(kernel: Kernel, output: PullOutput, inputs: readonly TypedArray[], data: TypedArray, n: number): void {
  const lowering = new Lowering(kernel.inputs);
  const value = new Ordering().order(lowering.stored(output.value));
  const extent = (a: Axis) => (kernel.flat && a === output.axes[0] ? n : a.extent);
  const machine = new Interpreter(inputs, extent);
  const slots = output.axes.map((a) => machine.env.slot(a));
  const t = machine.thunk(value);
  let at = 0;
  loops(output.axes, slots, machine.env, extent, () => (data[at++] = t()));
}

function push(kernel: Kernel, output: PushOutput, inputs: readonly TypedArray[], data: TypedArray): void {
  const { init, spec } = output;
  pull(kernel, { form: 'pull', spec, axes: init.axes, value: init.value }, inputs, data, 0);
  // The output itself is one more operand: what is there is read, combined and written back.
  const specs = [...kernel.inputs, spec];
  const lowering = new Lowering(specs);
  const next = new Ordering().order(lowering.stored(pushedValue(output, kernel.inputs.length)));
  const strides = stridesOf(spec.shape);
  const machine = new Interpreter([...inputs, data], (a) => a.extent);
  const slots = output.axes.map((a) => machine.env.slot(a));
  const index = output.index.map((e) => machine.thunk(lowering.value(e)));
  const t = machine.thunk(next);
  loops(
    output.axes,
    slots,
    machine.env,
    (a) => a.extent,
    () => {
      let at = 0;
      index.forEach((f, d) => (at += Number(f()) * strides[d]!));
      data[at] = t();
    },
  );
}

/** What a push writes: the old value (operand number `self`) combined with the new one. */
export function pushedValue(output: PushOutput, self: number): Expr {
  if (output.op === 'set') return output.value;
  const old = new Expr('load', output.spec.dtype, output.index, { input: self });
  return old[output.op](output.value);
}

function checkBounds(kernel: Kernel, inputs: readonly TypedArray[], n: number): void {
  const free = new FreeAxes();
  for (const e of boundedIndices(kernel)) {
    const offence = offenceOf(e);
    const axes = [...free.of(offence)];
    const extent = (a: Axis) => (kernel.flat ? n : a.extent);
    const machine = new Interpreter(inputs, extent);
    const slots = axes.map((a) => machine.env.slot(a));
    const t = machine.thunk(new Lowering(kernel.inputs).value(offence));
    loops(axes, slots, machine.env, extent, () => {
      const index = Number(t()) | 0;
      if (index !== 0) throw kernel.outOfRange?.(index) ?? outOfRange(kernel, index);
    });
  }
}
