import type { DType, Dims } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import type { Shape } from './tuple.ts';
import { shapeOf } from './tuple.ts';
import type { Value } from './value.ts';

/** Elements that are made when they are first needed. */
export class Pending {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly size: number;
  readonly make: () => Value;

  constructor(dtype: DType, shape: Dims, make: () => Value) {
    this.dtype = dtype;
    this.shape = shapeOf(shape);
    this.size = sizeOf(shape);
    this.make = make;
  }
}
