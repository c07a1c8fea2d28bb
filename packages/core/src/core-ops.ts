import type { DType } from '@sporelet/ir';
import type { Dims } from '@sporelet/ir';
import type { Tensor } from './tensor.ts';

/** The operations that differentiation, mapping and indexing are written in; the ops package hands them in. */
export interface CoreOps {
  /** Element-wise sum of two tensors of one shape and dtype. */
  add(x: Tensor, y: Tensor): Tensor;
  cast(x: Tensor, dtype: DType): Tensor;
  /** Sum over the given axes, keeping the dtype. */
  sum(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor;
  reshape(x: Tensor, shape: Dims): Tensor;
  broadcastTo(x: Tensor, shape: Dims): Tensor;
  transpose(x: Tensor, permutation: readonly number[]): Tensor;
  full(shape: Dims, value: number, dtype: DType): Tensor;
  /** Element `begin + step * i` along each axis; steps may be negative. */
  slice(x: Tensor, begin: readonly number[], size: readonly number[], step: readonly number[]): Tensor;
  /** `x` with the elements that `slice` would read replaced by those of `value`. */
  setSlice(x: Tensor, value: Tensor, begin: readonly number[], step: readonly number[]): Tensor;
  /** `x[i]` for integer tensors on the leading axes: shape = indices' common shape + the rest of x's. */
  gatherNd(x: Tensor, indices: readonly Tensor[]): Tensor;
  /** `x` with the rows that `gatherNd` would read replaced by those of `value`. */
  scatterNd(x: Tensor, indices: readonly Tensor[], value: Tensor): Tensor;
  /** Tensors of one shape along a new first axis. */
  stack(xs: readonly Tensor[]): Tensor;
  /** Whether x < y, element-wise. */
  less(x: Tensor, y: Tensor): Tensor;
  /** Where the mask is true, else `x`: element-wise over broadcast shapes. */
  where(mask: Tensor, value: Tensor, x: Tensor): Tensor;
}

let installed: CoreOps | null = null;

/** Hands in the operations core needs; the ops package calls it. */
export function installCoreOps(ops: CoreOps): void {
  installed = ops;
}

export function coreOps(): CoreOps {
  if (installed) return installed;
  throw new Error("no operations are installed: import from 'sporelet' or '@sporelet/ops'");
}
