import type { NdArray } from '@sporelet/core';
import type { ArrayData, Value } from './array.ts';
import { toArray, toNdArray } from './array.ts';
import { RandomStream, threefry } from './random.ts';
import { Scratch, Work } from './work.ts';

/**
 * An operation on one column. It is written once, for many rows at once: the first axis of what `applyBatch` gets is the
 * row, and a single row is a batch of one.
 */
export abstract class Transform {
  /** What errors call it. */
  abstract readonly name: string;
  /**
   * Whether an element of the result depends on the same element of the input only ('value'), or also on its index
   * along the last axis ('channel'). Of 8-bit data such operations are made into a table.
   */
  readonly pointwise: 'value' | 'channel' | null = null;

  /**
   * The results for a batch of rows.
   * @param x - axis 0 is the row; the data may be overwritten, and be part of the result
   * @param work - random numbers, and memory for the result; neither this nor `x` may be kept
   */
  abstract applyBatch(x: ArrayData, work: Work): ArrayData;

  /** The result for one row, which is left as it is. */
  applyRow(x: ArrayData, work: Work): ArrayData {
    const y = this.applyBatch({ data: x.data.slice(), shape: [1, ...x.shape], dtype: x.dtype }, work);
    return { data: y.data, shape: y.shape.slice(1), dtype: y.dtype };
  }

  /** The result for one value, outside a pipeline. */
  apply(value: Value): NdArray {
    return toNdArray(this.applyRow(toArray(value, this.name), new Work(unseeded(), new Scratch(false))));
  }
}

/** Random numbers that are different every time. */
function unseeded(): RandomStream {
  return new RandomStream(threefry([Math.random() * 2 ** 32, Math.random() * 2 ** 32], 0, 0));
}
