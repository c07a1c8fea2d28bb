import type { Kernel, TensorSpec } from '@sporelet/ir';
import { ValueError, sameShape, shapeText } from '@sporelet/ir';
import { BatchTrace, BatchValue } from './batch-trace.ts';
import { atLevel, dispatch, running } from './dispatch.ts';
import type { Body } from './flow-body.ts';
import { assemble, bindUpdated, recordBody } from './flow-body.ts';
import { FlowOp, unwrapped } from './flow-op.ts';
import { recordMapped } from './flow-transform.ts';
import { fitTo, zerosFor } from './gradient.ts';
import { liftedGradients } from './lifted-gradient.ts';
import type { BackwardRequest } from './runnable.ts';
import { Runnable } from './runnable.ts';
import { constantOf } from './stop-gradient.ts';
import { Tensor } from './tensor.ts';
import { mapTensors, shapedLike, tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import type { ConcreteValue, Value } from './value.ts';
import { retain } from './value.ts';

/** An operation that runs functions of its own instead of a kernel. */
abstract class FunctionOp extends Runnable {
  readonly name: string;
  readonly differentiable = true;

  constructor(name: string) {
    super();
    this.name = name;
  }
  infer(): readonly TensorSpec[] {
    throw new Error(`'${this.name}' has no shape inference`);
  }
  kernel(): Kernel | null {
    throw new Error(`'${this.name}' has no kernel`);
  }
  inPlace(): readonly number[] {
    return [];
  }
  abstract override execute(inputs: readonly Value[]): Value[];
  override recordInBody(inputs: readonly Value[]): Value[] {
    const specs = inputs.map(({ dtype, shape }) => ({ dtype, shape }));
    const recorded = recordBody(specs, (...given) =>
      this.execute(given.map((t) => t.$value)).map((v) => new Tensor(v)),
    );
    const made = assemble(this.name, [recorded]);
    const keys = recorded.trace.supplied.map((make, i) => running.graph!.supply!(recorded.trace.suppliedSpecs[i]!, make).$value); // prettier-ignore
    const op = new BodyFunctionOp(this, made.bodies[0]!, inputs.length);
    const results = dispatch(op, [...inputs, ...made.closure, ...keys], noAttrs);
    const count = results.length - made.updated.length;
    bindUpdated(this.name, made.updated, results.slice(count));
    return results.slice(0, count);
  }
  protected lift(mask: string): Runnable {
    return new MappedFunctionOp(this, mask);
  }
}

/** One call of a function with a gradient of its own. */
class CustomOp extends FunctionOp {
  /** The arguments, whose tensors are the operation's inputs. */
  private readonly args: readonly unknown[];
  private readonly forward: AnyFn;
  private readonly bprop: AnyFn;
  /** What the function returned, for the nesting of its tensors. */
  result: unknown;

  constructor(name: string, forward: AnyFn, bprop: AnyFn, args: readonly unknown[]) {
    super(name);
    this.forward = forward;
    this.bprop = bprop;
    this.args = args;
  }

  private refill(values: readonly Value[]): unknown[] {
    let at = 0;
    return this.args.map((arg) => mapTensors(arg, () => new Tensor(values[at++]!)));
  }

  execute(inputs: readonly Value[]): Value[] {
    this.result = this.forward(...(this.refill(inputs) as never[]));
    // What the function used besides its arguments has no part in the gradient.
    return tensorsIn(this.result).map((t) => constantOf(t.$value));
  }

  backward({ inputs, outputs, gradients, need }: BackwardRequest): (Value | null)[] {
    const out = shapedLike(
      this.result,
      outputs.map((v) => new Tensor(v)),
    );
    const dout = shapedLike(
      this.result,
      gradients.map((g, k) => (g ? new Tensor(g) : zerosFor(outputs[k]!))),
    );
    const args = this.refill(inputs);
    const given = this.bprop(...([...args, out, dout] as never[]));
    const list: readonly unknown[] = Array.isArray(given) ? (given as readonly unknown[]) : [given];
    if (list.length !== args.length) {
      throw new ValueError(
        `For '${this.name}', 'bprop' must return one gradient for each of ${args.length} inputs, but got ${list.length}.`,
      );
    }
    const result: (Value | null)[] = [];
    args.forEach((arg, i) => {
      const tensors = tensorsIn(arg);
      const own = tensorsIn(list[i]);
      tensors.forEach((t, k) => {
        const n = result.length;
        result.push(need[n] && own[k] ? this.fitted(own[k], t, i) : null);
      });
    });
    return result;
  }

  private fitted(gradient: Tensor, input: Tensor, i: number): Value {
    if (!sameShape(gradient.shape, input.shape)) {
      throw new ValueError(
        `For '${this.name}', the gradient that 'bprop' returns for input ${i} must have its shape ` +
          `${shapeText(input.shape)}, but got ${shapeText(gradient.shape)}.`,
      );
    }
    return fitTo(gradient, input).$value;
  }
}

/** A function operation with a mapped axis in front of some inputs. */
class MappedFunctionOp extends FunctionOp {
  private readonly base: FunctionOp;
  private readonly mask: string;

  constructor(base: FunctionOp, mask: string) {
    super(base.name);
    this.base = base;
    this.mask = mask;
  }
  execute(inputs: readonly Value[]): Value[] {
    const size = inputs[this.mask.indexOf('1')]!.shape[0];
    return atLevel(
      (level) => new BatchTrace(level, size),
      (trace) => {
        const mapped = inputs.map((v, i) => (this.mask[i] === '1' ? new BatchValue(trace, v) : v));
        return this.base.execute(mapped).map((v) => trace.physical(v));
      },
    );
  }
  backward(request: BackwardRequest): (Value | null)[] {
    return liftedGradients(this.base, this.mask, request);
  }
}

/** A function operation inside the body of a branch or loop, which is differentiated after it was recorded. */
class BodyFunctionOp extends FlowOp {
  readonly name: string;
  private readonly base: FunctionOp;
  private readonly body: Body;
  /** How many of the inputs are the function's own. */
  private readonly count: number;

  constructor(base: FunctionOp, body: Body, count: number) {
    super();
    this.name = base.name;
    this.base = base;
    this.body = body;
    this.count = count;
  }
  infer(): readonly TensorSpec[] {
    return this.body.outputs;
  }
  execute(inputs: readonly ConcreteValue[]): Value[] {
    return this.body.run(inputs);
  }
  backward({ inputs, outputs, gradients, need, attrs }: BackwardRequest): (Value | null)[] {
    const { count } = this;
    const given = this.base.backward({ inputs: inputs.slice(0, count), outputs, gradients, need: need.slice(0, count), attrs }); // prettier-ignore
    return inputs.map((_, i) => given[i] ?? null);
  }
  onMapped(trace: BatchTrace, inputs: readonly Value[]): Value[] {
    const { inner, mask } = unwrapped(trace, inputs);
    const { recorded } = recordMapped(this.body, mask, trace.size, () => true);
    const made = assemble(this.name, [recorded]);
    const own = mask.slice(0, this.count).map((m) => (m ? '1' : '0')).join(''); // prettier-ignore
    const base = this.base.lifted(own) as FunctionOp;
    const op = new BodyFunctionOp(base, made.bodies[0]!, this.count);
    return dispatch(op, [...inner, ...made.closure], noAttrs).map((v) => new BatchValue(trace, v));
  }
}

const noAttrs = Object.freeze({});

type AnyFn = (...args: never[]) => unknown;

/**
 * A function whose gradient is written by hand.
 * @param bprop - takes the inputs, the output and the gradient of the output (nested as the output is) and returns one
 * gradient per input. Parameters that `fn` uses receive none.
 */
export function customGrad<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  bprop: (...args: never[]) => unknown,
  name = 'bprop',
): (...args: A) => R {
  for (const [what, f] of Object.entries({ fn, bprop })) {
    if (typeof f !== 'function') throw new TypeError(`For 'customGrad', the '${what}' must be a function, but got ${describe(f)}.`); // prettier-ignore
  }
  return (...args: A): R => {
    const op = new CustomOp(name, fn, bprop, args);
    const inputs = tensorsIn(args).map((t) => t.$value);
    const outputs = dispatch(op, inputs, noAttrs);
    for (const v of outputs) if (inputs.includes(v)) retain(v);
    return shapedLike(
      op.result,
      outputs.map((v) => new Tensor(v)),
    ) as R;
  };
}
