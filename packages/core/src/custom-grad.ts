import type { Kernel, TensorSpec } from '@sporelet/ir';
import { ValueError, sameShape, shapeText } from '@sporelet/ir';
import { BatchTrace, BatchValue } from './batch-trace.ts';
import { atLevel, dispatch } from './dispatch.ts';
import { fitTo, zerosFor } from './gradient.ts';
import { liftedGradients } from './lifted-gradient.ts';
import type { BackwardRequest } from './runnable.ts';
import { Runnable } from './runnable.ts';
import { constantOf } from './stop-gradient.ts';
import { Tensor } from './tensor.ts';
import { mapTensors, shapedLike, tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import type { Value } from './value.ts';
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
