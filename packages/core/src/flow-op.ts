import type { Kernel, TensorSpec } from '@sporelet/ir';
import type { BatchTrace } from './batch-trace.ts';
import { BatchValue } from './batch-trace.ts';
import { coreOps } from './core-ops.ts';
import { GradValue } from './grad-trace.ts';
import { Runnable } from './runnable.ts';
import { Tensor } from './tensor.ts';
import type { ConcreteValue, Value } from './value.ts';
import { WrappedValue } from './value.ts';

/** An operation that runs bodies: a branch or a loop. It takes and gives values only, whatever the bodies update. */
export abstract class FlowOp extends Runnable {
  readonly differentiable: boolean = true;
  override readonly opaque = true;

  kernel(): Kernel | null {
    throw new Error(`'${this.name}' has no kernel`);
  }
  inPlace(): readonly number[] {
    return [];
  }
  protected lift(): Runnable {
    throw new Error(`'${this.name}' is mapped by itself`);
  }
  abstract override execute(inputs: readonly Value[]): Value[];
  abstract override onMapped(trace: BatchTrace, inputs: readonly Value[]): Value[];
}

/** What lies below a mapped value, and which values are mapped. */
export function unwrapped(trace: BatchTrace, inputs: readonly Value[]): { inner: Value[]; mask: boolean[] } {
  return {
    inner: inputs.map((v) => (v.trace === trace ? (v as BatchValue).inner : v)),
    mask: inputs.map((v) => v.trace === trace),
  };
}

/** How much is known of a value: its elements, that it differs between examples, or nothing before the graph runs. */
export function knowledge(value: Value): 'known' | 'mapped' | 'traced' {
  let v = value;
  for (; v instanceof WrappedValue; v = v.inner) if (v instanceof BatchValue) return 'mapped';
  return v.trace === null ? 'known' : 'traced';
}

/** Whether gradients are being recorded for one of the values. */
export function isRecorded(values: readonly Value[]): boolean {
  return values.some((value) => {
    for (let v = value; v instanceof WrappedValue; v = v.inner) if (v instanceof GradValue) return true;
    return false;
  });
}

/** Whether an element is not zero. */
export function isTrue(value: ConcreteValue): boolean {
  const bytes = new Uint8Array(1);
  value.device.read(value.storage, bytes);
  return bytes[0] !== 0;
}

export const differentiable = ({ dtype }: TensorSpec): boolean => dtype.isFloat || dtype.isComplex;

/** A gradient to start from: -0, which changes nothing that is added to it. */
export const noGradient = ({ dtype, shape }: TensorSpec): Value => coreOps().full(shape, -0, dtype).$value;

/** The same elements with an axis moved to the front, or from there to another place. */
export function withAxisMoved(value: Value, from: number, to: number): Value {
  const axes = value.shape.map((_, i) => i);
  axes.splice(to, 0, axes.splice(from, 1)[0]!);
  return coreOps().transpose(new Tensor(value), axes).$value;
}
