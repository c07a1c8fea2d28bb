import type { NdArray } from '@sporelet/core';
import { describe } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import type { Value } from './array.ts';
import { toArray, toNdArray } from './array.ts';
import { Transform } from './transform.ts';

/** A user's function: gets the columns of one row, gives a value, or for several columns an array of values. */
export type RowFunction = (...columns: NdArray[]) => Value | readonly Value[];
/** What `map` applies to rows. */
export type Operation = Transform | RowFunction | Compose;

/** Operations one after another, as one. */
export class Compose {
  readonly transforms: readonly Operation[];

  constructor(transforms: readonly Operation[]) {
    this.transforms = operationList(transforms, 'Compose');
  }

  /** The result for one value, outside a pipeline. */
  apply(value: Value): NdArray {
    return this.transforms.reduce<NdArray>(
      (x, op) => (typeof op === 'function' ? toNdArray(toArray(op(x), 'Compose')) : op.apply(x)),
      toNdArray(toArray(value, 'Compose')),
    );
  }
}

/** Operations in an array, those of Compose among them unpacked. @throws TypeError for what is no operation. */
export function operationList(given: unknown, where: string): readonly (Transform | RowFunction)[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw new ValueError(`For '${where}', there must be at least one operation.`);
  return list.flatMap((op): readonly (Transform | RowFunction)[] => {
    if (op instanceof Compose) return operationList(op.transforms, where);
    if (op instanceof Transform) return [op];
    if (typeof op === 'function') return [op as RowFunction];
    throw new TypeError(`For '${where}', the operations must be transforms or functions, but got ${describe(op)}.`);
  });
}
