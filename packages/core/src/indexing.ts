import type { Index } from './index-types.ts';
import type { Operand, Tensor } from './tensor.ts';

export function readIndexed(_x: Tensor, _index: readonly Index[]): Tensor {
  throw new Error('not yet');
}
export function writeIndexed(_x: Tensor, _index: Index | readonly Index[], _value: Operand): void {
  throw new Error('not yet');
}
