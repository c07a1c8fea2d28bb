import type { Operand, Tensor } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { bfloat16, bool, float16, float32, float64, int16, int32, int64, uint8 } from '@sporelet/ir';
import { cast, select } from './compare.ts';

// Methods that have no function of their own.

/** This tensor where the condition is true, else y. */
export function whereMethod(self: Tensor, condition: Tensor, y: Operand): Tensor {
  return select(condition, self, y);
}

/** Whether the dtype is a float. */
export function isFloatingPoint(self: Tensor): boolean {
  return self.dtype.isFloat;
}

const as = (self: Tensor, dtype: DType): Tensor => (self.dtype === dtype ? self : cast(self, dtype));

/** As Bool: whether not 0. */
export function toBool(self: Tensor): Tensor {
  return as(self, bool);
}
/** As UInt8. */
export function toByte(self: Tensor): Tensor {
  return as(self, uint8);
}
/** As Int16. */
export function toShort(self: Tensor): Tensor {
  return as(self, int16);
}
/** As Int32. */
export function toInt(self: Tensor): Tensor {
  return as(self, int32);
}
/** As Int64. */
export function toLong(self: Tensor): Tensor {
  return as(self, int64);
}
/** As Float16. */
export function toHalf(self: Tensor): Tensor {
  return as(self, float16);
}
/** As BFloat16. */
export function toBfloat16(self: Tensor): Tensor {
  return as(self, bfloat16);
}
/** As Float32. */
export function toFloat(self: Tensor): Tensor {
  return as(self, float32);
}
/** As Float64. */
export function toDouble(self: Tensor): Tensor {
  return as(self, float64);
}

export const conversionMethods = {
  where: whereMethod,
  isFloatingPoint,
  bool: toBool,
  byte: toByte,
  short: toShort,
  int: toInt,
  long: toLong,
  half: toHalf,
  bfloat16: toBfloat16,
  float: toFloat,
  double: toDouble,
};
