import { NdArray, Tensor, tupleOf } from '@sporelet/core';
import type { Tuple } from '@sporelet/core';
import type { ArrayData } from './array.ts';

/**
 * A row: a value for each column. Reading one by destructuring or by a literal index gives the value, not the value or
 * undefined: a column that is not there is undefined at run time.
 */
export interface Row<T> extends Tuple<T> {
  readonly 0: T;
  readonly 1: T;
  readonly 2: T;
  readonly 3: T;
  readonly 4: T;
  readonly 5: T;
  readonly 6: T;
  readonly 7: T;
}

export function toTensor(x: ArrayData): Tensor {
  return new Tensor(x instanceof NdArray ? x : new NdArray(x.data, x.shape, x.dtype));
}

export function toRow<T>(values: readonly T[]): Row<T> {
  return tupleOf(values) as Row<T>;
}
