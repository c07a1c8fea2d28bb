import { RuntimeError, ValueError } from '@sporelet/ir';
import type { NdArray } from '@sporelet/core';
import type { Value } from './array.ts';
import { toArray, toNdArray } from './array.ts';
import type { Cursor, Node } from './node.ts';
import { checkUnique, placed } from './column-nodes.ts';
import { columnIndices, nodeOver } from './node.ts';
import type { Column, Stack } from './stack.ts';
import { rowsOf, stacked } from './stack.ts';

/** Which batch is being made. */
export class BatchInfo {
  private readonly batch: number;
  private readonly epoch: number;

  constructor(batch: number, epoch: number) {
    this.batch = batch;
    this.epoch = epoch;
  }
  /** The number of the batch in its epoch, from 0. */
  getBatchNum(): number {
    return this.batch;
  }
  /** The number of the epoch, from 0. */
  getEpochNum(): number {
    return this.epoch;
  }
}

/**
 * Gets the rows of each column, and as the last argument a BatchInfo; gives the rows of each output column. How many
 * columns there are is not known to the type, so every argument may be used as either.
 */
export type PerBatchMap = (...args: (readonly NdArray[] & BatchInfo)[]) => readonly (readonly Value[])[];

export interface BatchSettings {
  readonly size: number | ((info: BatchInfo) => number);
  readonly dropRemainder: boolean;
  readonly perBatchMap: PerBatchMap | null;
  readonly inputColumns: readonly string[];
  readonly outputColumns: readonly string[];
}

interface Token {
  readonly tokens: readonly unknown[];
  readonly info: BatchInfo;
}

/** Rows combined, several at a time, by a new leading axis. */
export function batchNode(input: Node, settings: BatchSettings): Node {
  const { size, dropRemainder, perBatchMap, inputColumns, outputColumns } = settings;
  const indices = perBatchMap ? columnIndices(input, inputColumns, 'batch') : [];
  const { columns, arrange } = placed(input.columns, indices, perBatchMap ? outputColumns : []);

  checkUnique(columns, 'batch');

  const mapped = (stack: Stack, info: BatchInfo): readonly Column[] => {
    if (!perBatchMap) return stack.columns;
    const rows = indices.map((i) => rowsOf(stack.columns[i]!, stack.count).map(toNdArray));
    const made = (perBatchMap as (...args: readonly unknown[]) => ReturnType<PerBatchMap>)(...rows, info).map(
      (column) => column.map((value) => toArray(value, 'batch')),
    );
    if (made.length !== outputColumns.length) {
      throw new RuntimeError(
        `For 'batch', perBatchMap gave ${made.length} columns, but must give ${outputColumns.length}.`,
      );
    }
    const lengths = new Set(made.map((column) => column.length));
    if (lengths.size > 1 || lengths.has(0)) {
      throw new RuntimeError(
        `For 'batch', perBatchMap must give columns of one length, not 0, but got ${[...lengths].join(' and ')}.`,
      );
    }
    return arrange<Column>(stack.columns, made);
  };

  return {
    ...nodeOver(input),
    columns,
    exposes: input.exposes || perBatchMap !== null,
    batchSize: typeof size === 'number' ? size : -1,
    size() {
      const n = input.size();
      if (n === undefined || typeof size !== 'number') return undefined;
      return dropRemainder ? Math.floor(n / size) : Math.ceil(n / size);
    },
    cursor(pass): Cursor<Token> {
      const from = input.cursor(pass);
      let number = 0;
      return {
        next() {
          const info = new BatchInfo(number, pass.epoch);
          const want = typeof size === 'number' ? size : sizeOf(size, info);
          const tokens: unknown[] = [];
          while (tokens.length < want) {
            const token = from.next();
            if (token === undefined) break;
            tokens.push(token);
          }
          if (tokens.length === 0 || (dropRemainder && tokens.length < want)) return undefined;
          number++;
          return { tokens, info };
        },
        collect(batches) {
          const made = batches.map(({ tokens, info }) =>
            mapped(from.collect(tokens), info).map((column, c) => stacked(column, columns[c]!, 'batch', pass.scratch)),
          );
          return { count: batches.length, columns: columns.map((_, c) => made.map((batch) => batch[c]!)) };
        },
      };
    },
  };
}

function sizeOf(size: (info: BatchInfo) => number, info: BatchInfo): number {
  const n = size(info);
  if (!Number.isInteger(n) || n < 1) {
    throw new ValueError(`For 'batch', the function batchSize must give a whole number of at least 1, but gave ${n}.`);
  }
  return n;
}
