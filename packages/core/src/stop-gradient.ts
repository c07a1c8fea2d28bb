import type { BatchTrace } from './batch-trace.ts';
import { BatchValue } from './batch-trace.ts';
import { GradValue } from './grad-trace.ts';
import { Tensor } from './tensor.ts';
import type { Value } from './value.ts';
import { retain } from './value.ts';

/** The value as a constant for every level of differentiation. */
export function constantOf(value: Value): Value {
  if (value instanceof GradValue) return constantOf(value.inner);
  if (value instanceof BatchValue) {
    const inner = constantOf(value.inner);
    return inner === value.inner ? value : new BatchValue(value.trace as BatchTrace, inner);
  }
  return value;
}

/** The same elements, constant for derivatives: the gradient of what they come from is zero. */
export function stopGradient(x: Tensor): Tensor {
  const value = constantOf(x.$value);
  retain(value);
  return new Tensor(value);
}
