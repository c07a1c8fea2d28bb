import { sizeOf, uint8 } from '@sporelet/ir';
import type { ArrayData } from './array.ts';
import type { RandomStream } from './random.ts';
import type { Transform } from './transform.ts';

/** Results of operations for the 256 values of 8-bit data. */
interface Table {
  readonly values: ArrayData;
  readonly channels: number;
}

/**
 * A run of operations. Where all are pointwise and the data is 8-bit, they become one look-up in a table, which is made
 * by the operations themselves, so that the results are the same.
 */
export class OperationRun {
  readonly ops: readonly Transform[];
  private readonly perChannel: boolean;
  private readonly tables = new Map<number, Table>();

  constructor(ops: readonly Transform[]) {
    this.ops = ops;
    this.perChannel = ops.some((op) => op.pointwise === 'channel');
  }

  applyBatch(x: ArrayData, random: RandomStream): ArrayData {
    const pointwise = this.ops[0]!.pointwise !== null;
    const channels = this.perChannel ? x.shape.at(-1)! : 1;
    // A table costs as much as its length in values: not worth it for a few.
    if (!pointwise || x.dtype !== uint8 || x.shape.length < 3 || x.data.length < 1024 * channels)
      return this.run(x, random);
    let table = this.tables.get(channels);
    if (!table) {
      const shape = [256, ...x.shape.slice(1).fill(1)];
      if (this.perChannel) shape[shape.length - 1] = channels;
      const data = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / channels));
      table = { values: this.run({ data, shape, dtype: uint8 }, random), channels };
      this.tables.set(channels, table);
    }
    return lookUp(x, table);
  }

  private run(x: ArrayData, random: RandomStream): ArrayData {
    return this.ops.reduce((y, op) => op.applyBatch(y, random), x);
  }
}

function lookUp(x: ArrayData, { values, channels }: Table): ArrayData {
  const data = x.data as Uint8Array;
  // Whatever the element type is (number or bigint), it is only moved.
  const table = values.data as Float32Array;
  const out = new (table.constructor as Float32ArrayConstructor)(data.length);
  if (channels === 1) for (let i = 0; i < out.length; i++) out[i] = table[data[i]!]!;
  else {
    for (let i = 0; i < out.length; i += channels) {
      for (let c = 0; c < channels; c++) out[i + c] = table[data[i + c]! * channels + c]!;
    }
  }
  return { data: out, shape: x.shape, dtype: values.dtype };
}

/** Operations in runs: neighbours that are pointwise together, every other one alone. */
export function operationRuns<F>(
  operations: readonly (Transform | F)[],
  isTransform: (op: Transform | F) => op is Transform,
): (OperationRun | F)[] {
  const out: (OperationRun | F)[] = [];
  let run: Transform[] = [];
  const end = () => {
    if (run.length > 0) out.push(new OperationRun(run));
    run = [];
  };
  for (const op of operations) {
    if (isTransform(op) && op.pointwise) run.push(op);
    else {
      end();
      out.push(isTransform(op) ? new OperationRun([op]) : op);
    }
  }
  end();
  return out;
}
