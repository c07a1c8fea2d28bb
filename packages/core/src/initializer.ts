import type { Dims, DType } from '@sporelet/ir';
import { float32, sizeOf } from '@sporelet/ir';
import { initializerKey } from './generator.ts';
import { RandomStream } from './random-stream.ts';
import type { ArrayData } from './tensor-data.ts';
import { convertData } from './tensor-data.ts';
import type { DelayedData } from './tensor.ts';
import { repr } from './text.ts';

/** Says what the elements of a new tensor are. Numbers are drawn as float32 and converted. */
export abstract class Initializer implements DelayedData {
  /** Constructor arguments by MindSpore's names, for prints. */
  protected readonly args: Readonly<Record<string, unknown>>;

  constructor(args: Readonly<Record<string, unknown>> = {}) {
    this.args = args;
  }
  /** Checks the shape and gives what fills the elements. */
  protected abstract filler(shape: Dims): (out: Float32Array, random: RandomStream) => void;

  delayed(shape: Dims, dtype: DType): () => ArrayData {
    const fill = this.filler(shape);
    const key = this.isRandom ? initializerKey() : ([0, 0] as const);
    return () => {
      const data = new Float32Array(sizeOf(shape));
      fill(data, new RandomStream(key));
      return convertData({ dtype: float32, shape, data }, dtype);
    };
  }
  /** Whether it draws from the generator: the seed is taken when the tensor is declared. */
  protected get isRandom(): boolean {
    return true;
  }
  toString(): string {
    const args = Object.entries(this.args).map(([name, value]) => `${name}=${repr(value)}`);
    return `${this.constructor.name}(${args.join(', ')})`;
  }
  $repr(): string {
    return this.toString();
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
