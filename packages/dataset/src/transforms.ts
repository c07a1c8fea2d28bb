import type { Args } from '@sporelet/core';
import { bindArguments, describe } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { RuntimeError, ValueError, float64, sizeOf } from '@sporelet/ir';
import type { ArrayData } from './array.ts';
import { dtypeOf } from './array.ts';
import { castArray } from './cast.ts';
import { count } from './checks.ts';
import { Transform } from './transform.ts';
import type { Work } from './work.ts';

export { Compose } from './compose.ts';

/** Converts to another dtype: floats to integers towards zero, what is out of range to the nearest end, NaN to 0. */
export class TypeCast extends Transform {
  override readonly name = 'TypeCast';
  override readonly pointwise = 'value';
  private readonly dtype: DType;

  constructor(outputType: DType | string) {
    super();
    this.dtype = dtypeOf(outputType, 'TypeCast');
  }
  override applyBatch(x: ArrayData): ArrayData {
    return castArray(x, this.dtype);
  }
}

export interface OneHotOptions {
  /** Part of the weight that is spread over all classes, in [0, 1]. With it the result is Float64. Default 0. */
  smoothingRate?: number | undefined;
}

/** Class numbers as vectors with a 1 in the place of the class; a new last axis. The dtype stays. */
export class OneHot extends Transform {
  override readonly name = 'OneHot';
  private readonly classes: number;
  private readonly smoothing: number;

  constructor(...args: Args<[numClasses: number], [smoothingRate?: number], OneHotOptions>) {
    super();
    const [classes, smoothing] = bindArguments('OneHot', ['numClasses', 'smoothingRate'], 1, args);
    this.classes = count(classes, 'numClasses', 'OneHot');
    this.smoothing = Number(smoothing ?? 0);
    if (!(this.smoothing >= 0 && this.smoothing <= 1)) {
      throw new ValueError(`For 'OneHot', the smoothingRate must be in [0, 1], but got ${describe(smoothing)}.`);
    }
  }
  override applyBatch(x: ArrayData, work: Work): ArrayData {
    if (!x.dtype.isInt) throw new RuntimeError(`For 'OneHot', the classes must be integers, but got ${x.dtype.name}.`);
    const { classes, smoothing } = this;
    const out = work.make(smoothing > 0 ? float64 : x.dtype, [...x.shape, classes]);
    const big = typeof out.data[0] === 'bigint';
    const one = big ? 1n : 1 - smoothing + smoothing / classes;
    if (big) (out.data as BigInt64Array).fill(0n);
    else (out.data as Float64Array).fill(smoothing / classes);
    for (let i = 0; i < sizeOf(x.shape); i++) {
      const c = Number(x.data[i]);
      if (c < 0 || c >= classes)
        throw new RuntimeError(`For 'OneHot', the classes must be in [0, ${classes}), but got ${c}.`);
      out.data[i * classes + c] = one;
    }
    return out;
  }
}
