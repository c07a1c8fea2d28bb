import { Tensor } from '@sporelet/core';
import type { Shape } from '@sporelet/core';

/** The extents of a tensor. */
export function shape(input: Tensor): Shape {
  return input.shape;
}

/** The number of axes. */
export function rank(input: Tensor): number {
  return input.ndim;
}

/** The number of elements. */
export function size(input: Tensor): number {
  return input.size;
}

/** The number of elements. */
export function numel(input: Tensor): number {
  return input.size;
}

/** Whether a value is a Tensor (a Parameter is one). */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

export const inspectMethods = { numel, nelement: numel, ndimension: rank };
