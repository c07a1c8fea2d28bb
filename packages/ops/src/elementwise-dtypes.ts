import type { DType, Expr } from '@sporelet/ir';
import { bfloat16, bool, float16, float32, float64, realDTypes } from '@sporelet/ir';

export const floats: readonly DType[] = [float16, bfloat16, float32, float64];
export const integers: readonly DType[] = /* @__PURE__ */ realDTypes.filter((d) => d.isInt);
/** Everything but bool. */
export const numbers: readonly DType[] = /* @__PURE__ */ realDTypes.filter((d) => d !== bool);

/** The dtype of a function with fractional results: that of a float argument, Float32 for integers and bools. */
export function floatOf(dtype: DType): DType {
  return dtype.isFloat ? dtype : float32;
}

/** The dtype in which formulas and sums are computed: halves in float32, so that they are rounded once, at the end. */
export function wideOf(dtype: DType): DType {
  return dtype === float64 ? float64 : float32;
}

export function wide(x: Expr): Expr {
  return x.cast(wideOf(x.dtype));
}
