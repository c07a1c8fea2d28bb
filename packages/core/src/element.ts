import type { DType } from '@sporelet/ir';
import { bf16ToNumber, bfloat16, bool, f16ToNumber, float16 } from '@sporelet/ir';

/** An element in memory form as a JavaScript value: boolean for Bool, bigint for 64-bit integers, else a number. */
export function fromElement(element: number | bigint, dtype: DType): number | bigint | boolean {
  if (dtype === bool) return element !== 0;
  if (dtype === float16) return f16ToNumber(Number(element));
  if (dtype === bfloat16) return bf16ToNumber(Number(element));
  return element;
}
