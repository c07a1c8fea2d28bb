import type { DType, Dims, TypedArray } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import type { ArrayData } from './array.ts';
import type { RandomStream } from './random.ts';

/**
 * Memory that is used again within a pass: making and zeroing a batch of images anew costs more than filling it.
 * Only arrays that were made here and that nobody outside the pipeline has seen may come back.
 */
export class Scratch {
  private readonly free = new Map<string, TypedArray[]>();
  private readonly lent = new WeakSet<TypedArray>();
  private readonly reuse: boolean;

  /** @param reuse - false where users' code sees the arrays, and might keep them */
  constructor(reuse: boolean) {
    this.reuse = reuse;
  }

  /** An array of any content. */
  make(dtype: DType, shape: Dims): ArrayData {
    const size = sizeOf(shape);
    const data = this.free.get(`${dtype.array.name} ${size}`)?.pop() ?? new dtype.array(size);
    if (this.reuse) this.lent.add(data);
    return { data, shape, dtype };
  }

  /** Takes an array back that is not needed any more. */
  release({ data }: ArrayData): void {
    if (!this.lent.delete(data)) return;
    const key = `${data.constructor.name} ${data.length}`;
    const list = this.free.get(key);
    if (list) list.push(data);
    else this.free.set(key, [data]);
  }
}

/** What an operation works with. */
export class Work {
  /** Random numbers, to be drawn row by row. */
  readonly random: RandomStream;
  private readonly scratch: Scratch;

  constructor(random: RandomStream, scratch: Scratch) {
    this.random = random;
    this.scratch = scratch;
  }

  /** An array for the result; its content is arbitrary. */
  make(dtype: DType, shape: Dims): ArrayData {
    return this.scratch.make(dtype, shape);
  }

  /** Applies an operation to an array that nobody else holds. */
  apply(op: { applyBatch(x: ArrayData, work: Work): ArrayData }, x: ArrayData): ArrayData {
    const y = op.applyBatch(x, this);
    if (y.data !== x.data) this.scratch.release(x);
    return y;
  }
}
