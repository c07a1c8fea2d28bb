import type { DType, Dims, TypedArray } from '@sporelet/ir';
import { IndexError, shapeText, sizeOf, stridesOf } from '@sporelet/ir';
import { fromElement } from './element.ts';
import { numpyStr } from './print/numpy-str.ts';
import type { ArrayView } from './print/view.ts';
import type { Shape } from './tuple.ts';
import { shapeOf } from './tuple.ts';

/** Nested arrays of elements; a 0-d array gives its element. */
export type NestedList = number | bigint | boolean | readonly NestedList[];

/** A copy of a tensor's elements on the host: what `asnumpy()` gives. */
export class NdArray {
  /** Elements in memory form, row-major: half types as their bits, bool as 0 and 1; see `toFloat32`. */
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;

  constructor(data: TypedArray, shape: Dims, dtype: DType) {
    this.data = data;
    this.shape = shapeOf(shape);
    this.dtype = dtype;
  }
  get size(): number {
    return this.data.length;
  }
  get ndim(): number {
    return this.shape.length;
  }
  get itemsize(): number {
    return this.dtype.itemsize;
  }
  get nbytes(): number {
    return this.data.byteLength;
  }
  /** Length of the first axis. */
  get length(): number {
    return this.shape.length ? this.shape[0] : this.size;
  }

  /** The element at a flat row-major position: boolean for Bool, bigint for 64-bit integers, else a number. */
  at(flat: number): number | bigint | boolean {
    const i = flat < 0 ? flat + this.size : flat;
    const element = this.data[i];
    if (element === undefined) throw new IndexError(`index ${flat} is out of range for ${this.size} elements`);
    return fromElement(element, this.dtype);
  }

  /** The element at an index with one number per axis; negative ones count from the end. */
  get(...index: readonly number[]): number | bigint | boolean {
    const { shape } = this;
    if (index.length !== shape.length) {
      throw new IndexError(`${index.length} indices for an array of shape ${shapeText(shape)}`);
    }
    let flat = 0;
    index.forEach((i, d) => {
      const n = shape[d]!;
      if (!Number.isInteger(i) || i < -n || i >= n) {
        throw new IndexError(`index ${i} is out of range for axis ${d} of size ${n}`);
      }
      flat = flat * n + (i < 0 ? i + n : i);
    });
    return this.at(flat);
  }

  /** The elements as float32, whatever the dtype. */
  toFloat32(): Float32Array {
    return this.data instanceof Float32Array
      ? this.data.slice()
      : Float32Array.from({ length: this.size }, (_, i) => Number(this.at(i)));
  }

  /** The elements as float64, whatever the dtype; 64-bit integers beyond 2^53 are rounded. */
  toFloat64(): Float64Array {
    return Float64Array.from({ length: this.size }, (_, i) => Number(this.at(i)));
  }

  tolist(): NestedList {
    return nested(this.shape, (i) => fromElement(this.data[i]!, this.dtype));
  }

  [Symbol.iterator](): Iterator<number | bigint | boolean> {
    let i = 0;
    return { next: () => (i < this.size ? { done: false, value: this.at(i++) } : { done: true, value: undefined }) };
  }
  toString(): string {
    return numpyStr(this.view());
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `NdArray(shape=${shapeText(this.shape)}, dtype=${this.dtype.name})\n${this.toString()}`;
  }
  /** @internal */
  view(): ArrayView {
    return { shape: this.shape, dtype: this.dtype.name, get: (i) => fromElement(this.data[i]!, this.dtype) };
  }
}

function nested(shape: Dims, get: (i: number) => number | bigint | boolean): NestedList {
  const strides = stridesOf(shape);
  const level = (d: number, start: number): NestedList =>
    d === shape.length
      ? get(start)
      : Array.from({ length: shape[d]! }, (_, i) => level(d + 1, start + i * strides[d]!));
  return sizeOf(shape) || shape.length ? level(0, 0) : get(0);
}
