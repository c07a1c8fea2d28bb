import type { TensorSpec } from '@sporelet/ir';
import type { BatchTrace } from './batch-trace.ts';
import { BatchValue } from './batch-trace.ts';
import { GradValue } from './grad-trace.ts';
import { GraphTrace } from './graph-trace.ts';
import { dispatch } from './dispatch.ts';
import { Runnable } from './runnable.ts';
import { Tensor } from './tensor.ts';
import type { Value } from './value.ts';
import { WrappedValue, retain } from './value.ts';

/** The value as a constant for every level of differentiation. */
export function constantOf(value: Value): Value {
  if (value instanceof GradValue) return constantOf(value.inner);
  if (value instanceof BatchValue) {
    const inner = constantOf(value.inner);
    return inner === value.inner ? value : new BatchValue(value.trace as BatchTrace, inner);
  }
  return value;
}

/** An identity that no gradient passes. */
class StopOp extends Runnable {
  readonly name = 'StopGradient';
  readonly differentiable = false;

  infer(inputs: readonly TensorSpec[]): readonly TensorSpec[] {
    return inputs;
  }
  kernel(): null {
    return null;
  }
  backward(): null[] {
    return [null];
  }
  inPlace(): readonly number[] {
    return [];
  }
  protected lift(): Runnable {
    return this;
  }
}

const stop = /* @__PURE__ */ new StopOp();
const noAttrs = Object.freeze({});

function inBody(value: Value): boolean {
  let v = value;
  while (v instanceof WrappedValue) v = v.inner;
  return v.trace instanceof GraphTrace && v.trace.body;
}

/** The same elements, constant for derivatives: the gradient of what they come from is zero. */
export function stopGradient(x: Tensor): Tensor {
  const value = constantOf(x.$value);
  // The body of a branch or loop is differentiated after it was recorded: its graph must know.
  if (inBody(value)) return new Tensor(dispatch(stop, [value], noAttrs)[0]!);
  retain(value);
  return new Tensor(value);
}
