import type { Kernel } from '@sporelet/ir';
import { axesFor, bf16ToNumber, bfloat16, constant, f16ToNumber, float16 } from '@sporelet/ir';
import { elementsOf } from './transfer.ts';
import type { Value } from './value.ts';
import { ConcreteValue } from './value.ts';

/**
 * The kernel that gives a constant of one element, so that it becomes part of the kernels that use it; null for
 * constants that stay in memory.
 */
export function literalKernel(value: Value): Kernel | null {
  if (!(value instanceof ConcreteValue) || value.size !== 1) return null;
  const { dtype, shape } = value;
  if (value.device.waits && !value.storage.known) return null;
  const bits = (elementsOf(value) as ArrayLike<number | bigint>)[0]!;
  const number = dtype === float16 ? f16ToNumber(Number(bits)) : dtype === bfloat16 ? bf16ToNumber(Number(bits)) : bits;
  const output = {
    form: 'pull' as const,
    spec: { dtype, shape },
    axes: axesFor(shape),
    value: constant(number, dtype),
  };
  return { name: '', inputs: [], outputs: [output], inPlace: [-1], flat: false };
}
