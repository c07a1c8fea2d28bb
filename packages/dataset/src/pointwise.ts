import { sizeOf, uint8 } from '@sporelet/ir';
import type { ArrayData } from './array.ts';
import type { Transform } from './transform.ts';
import type { Work } from './work.ts';

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

  applyBatch(x: ArrayData, work: Work): ArrayData {
    const pointwise = this.ops[0]!.pointwise !== null;
    const channels = this.perChannel ? x.shape.at(-1)! : 1;
    // A table costs as much as its length in values: not worth it for a few.
    if (!pointwise || x.dtype !== uint8 || x.shape.length < 3 || x.data.length < 1024 * channels)
      return this.run(x, work);
    let table = this.tables.get(channels);
    if (!table) {
      const shape = [256, ...x.shape.slice(1).fill(1)];
      if (this.perChannel) shape[shape.length - 1] = channels;
      const data = Uint8Array.from({ length: sizeOf(shape) }, (_, i) => Math.floor(i / channels));
      table = { values: this.run({ data, shape, dtype: uint8 }, work), channels };
      this.tables.set(channels, table);
    }
    return lookUp(x, table, work);
  }

  private run(x: ArrayData, work: Work): ArrayData {
    return this.ops.reduce((y, op) => work.apply(op, y), x);
  }
}

function lookUp(x: ArrayData, { values, channels }: Table, work: Work): ArrayData {
  const out = work.make(values.dtype, x.shape);
  const from = x.data as Uint8Array;
  // Whatever the element type is (number or bigint), it is only moved.
  const table = values.data as Float32Array;
  const to = out.data as Float32Array;
  if (channels === 1) lookUpValues(to, from, table);
  else lookUpChannels(to, from, table, channels);
  return out;
}

// The hot loops stand alone and last: code after one that was optimized while it ran would throw the result away.
function lookUpValues(to: Float32Array, from: Uint8Array, table: Float32Array): void {
  const n = to.length;
  let i = 0;
  for (; i < n % 4; i++) to[i] = table[from[i]!]!;
  // By fours: the loop's own cost is more than half otherwise.
  for (; i < n; i += 4) {
    to[i] = table[from[i]!]!;
    to[i + 1] = table[from[i + 1]!]!;
    to[i + 2] = table[from[i + 2]!]!;
    to[i + 3] = table[from[i + 3]!]!;
  }
}

function lookUpChannels(to: Float32Array, from: Uint8Array, table: Float32Array, channels: number): void {
  const n = to.length;
  for (let c = 0; c < channels; c++) {
    for (let i = c; i < n; i += channels) to[i] = table[from[i]! * channels + c]!;
  }
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
