import type { Named, Tensor } from '@sporelet/core';
import { isOptions } from '@sporelet/core';
import { amax, amin, max, min } from './functional-reduce.ts';

// Tensor's max and min give the value alone without an axis, and values with places along one.

/** The largest element; along an axis a tuple of the largest elements and their places (Int64). */
export function maxMethod(self: Tensor): Tensor;
export function maxMethod(self: Tensor, axis: null): Tensor;
export function maxMethod(self: Tensor, axis: number | Named<{ axis?: number | undefined; dim?: number | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | undefined; where?: Tensor | undefined }>, keepdims?: boolean): readonly [values: Tensor, indices: Tensor]; // prettier-ignore
export function maxMethod(...args: readonly unknown[]): Tensor | readonly [values: Tensor, indices: Tensor] {
  return alongAxis(args) ? max(...(args as [Tensor])) : amax(...(args as [Tensor]));
}

/** The smallest element; along an axis a tuple of the smallest elements and their places (Int64). */
export function minMethod(self: Tensor): Tensor;
export function minMethod(self: Tensor, axis: null): Tensor;
export function minMethod(self: Tensor, axis: number | Named<{ axis?: number | undefined; dim?: number | undefined; keepdims?: boolean | undefined; keepdim?: boolean | undefined; initial?: number | undefined; where?: Tensor | undefined }>, keepdims?: boolean): readonly [values: Tensor, indices: Tensor]; // prettier-ignore
export function minMethod(...args: readonly unknown[]): Tensor | readonly [values: Tensor, indices: Tensor] {
  return alongAxis(args) ? min(...(args as [Tensor])) : amin(...(args as [Tensor]));
}

/** Whether a call names an axis. */
function alongAxis([, axis]: readonly unknown[]): boolean {
  const given = isOptions(axis) ? (axis['axis'] ?? axis['dim']) : axis;
  return given !== undefined && given !== null;
}

export const extremeMethods = { max: maxMethod, min: minMethod };
