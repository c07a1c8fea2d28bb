import type { Args } from '@sporelet/core';
import { bindArguments, describe, isOptions } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { RuntimeError, ValueError } from '@sporelet/ir';
import { castArray } from './cast.ts';
import { names as columnList } from './checks.ts';
import type { Names } from './dataset.ts';
import { Dataset } from './dataset.ts';
import type { ArrayData, Value } from './array.ts';
import { dtypeOf, toArray } from './array.ts';
import type { Cursor, Node } from './node.ts';
import type { Sampler, SamplingOptions } from './samplers.ts';
import { chooseSampler } from './samplers.ts';
import { sourceNode } from './source-node.ts';

/** A row: a value for each column in an array, or for a single column the value. */
export type GeneratedRow = Value | readonly Value[];

/** Rows by index. */
export interface RowsByIndex {
  readonly length: number;
  getItem(index: number): GeneratedRow;
}

/** Where rows come from: an array of rows, an object with `length` and `getItem`, an iterable, a generator function. */
export type GeneratorSource =
  readonly GeneratedRow[] | RowsByIndex | Iterable<GeneratedRow> | (() => Iterable<GeneratedRow>);

export interface GeneratorOptions extends SamplingOptions {
  /** dtypes that the columns are converted to. Default: as they come. */
  columnTypes?: readonly (DType | string)[] | null | undefined;
}

const where = 'GeneratorDataset';

/** Makes arrays of what a source gives as a row. */
type ToRow = (row: unknown) => readonly ArrayData[];

function rowMaker(columns: readonly string[], types: readonly (DType | string)[] | null): ToRow {
  const dtypes = types?.map((type) => dtypeOf(type, where));
  if (dtypes && dtypes.length !== columns.length) {
    throw new ValueError(
      `For '${where}', columnTypes must have one dtype for each of the ${columns.length} columns, but got ${dtypes.length}.`,
    );
  }
  return (row) => {
    const values: readonly unknown[] = Array.isArray(row) ? row : [row];
    if (values.length !== columns.length) {
      const wanted = columns.map((c) => `'${c}'`).join(', ');
      throw new RuntimeError(
        `For '${where}', a row must be an array with a value for each column (${wanted}), but the source gave ${values.length}.`,
      );
    }
    const arrays = values.map((value) => toArray(value, where));
    return dtypes ? arrays.map((array, c) => castArray(array, dtypes[c]!)) : arrays;
  };
}

/** Rows in the order a source gives them, from its beginning in every epoch. */
function iterableNode(columns: readonly string[], start: () => Iterable<unknown>, toRow: ToRow, limit: number): Node {
  return {
    columns,
    depth: 0,
    inputs: [],
    batchSize: 1,
    repeatCount: 1,
    exposes: false,
    size: () => undefined,
    cursor(): Cursor<readonly ArrayData[]> {
      let rows: Iterator<unknown> | undefined;
      let left = limit;
      return {
        next() {
          rows ??= start()[Symbol.iterator]();
          if (left-- <= 0) {
            rows.return?.();
            return undefined;
          }
          const step = rows.next();
          return step.done ? undefined : toRow(step.value);
        },
        collect: (rows) => ({ count: rows.length, columns: columns.map((_, c) => rows.map((row) => row[c]!)) }),
      };
    },
  };
}

const isByIndex = (source: unknown): source is RowsByIndex =>
  typeof source === 'object' && source !== null && 'getItem' in source && typeof source.getItem === 'function';

function asIterable(value: unknown): Iterable<unknown> {
  if (typeof value === 'object' && value !== null) {
    if (Symbol.iterator in value) return value as Iterable<unknown>;
    if (Symbol.asyncIterator in value) {
      throw new TypeError(`For '${where}', an asynchronous source is not supported: read it first, and give an array.`);
    }
  }
  throw new TypeError(
    `For '${where}', the source must be an array, an object with 'length' and 'getItem', an iterable or a generator function, but got ${describe(value)}.`,
  );
}

const options = ['columnTypes', 'schema', 'numSamples', 'numParallelWorkers', 'shuffle', 'sampler', 'numShards', 'shardId']; // prettier-ignore

function generatorNode(args: readonly unknown[]): Node {
  // A source may be a plain object itself: then it is no options object.
  const byName = args.length === 1 && isOptions(args[0]) && 'source' in args[0];
  const [source, ...bound] = byName
    ? bindArguments(where, ['source', 'columnNames', ...options], 2, args)
    : [args[0], ...bindArguments(where, ['columnNames', ...options], 1, args.slice(1))];
  const [columnNames, types, , numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId] = bound;
  const columns = columnList(columnNames, 'columnNames', where);
  const toRow = rowMaker(columns, (types as readonly (DType | string)[] | null | undefined) ?? null);
  const sampling = { numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId };
  if (Array.isArray(source) || isByIndex(source)) {
    const get = Array.isArray(source) ? (i: number): unknown => source[i] : (i: number) => source.getItem(i);
    const gather = (indices: readonly number[]) => {
      const rows = indices.map((i) => toRow(get(i)));
      return columns.map((_, c) => rows.map((row) => row[c]!));
    };
    return sourceNode(columns, { length: () => source.length, gather }, chooseSampler(where, sampling));
  }
  for (const [name, value] of Object.entries({ shuffle: shuffle || null, sampler, numShards, shardId })) {
    if ((value ?? null) === null) continue;
    throw new ValueError(`For '${where}', ${name} is not supported for a source without 'length' and 'getItem'.`);
  }
  const inOrder = { ...sampling, shuffle: false, sampler: null, numShards: null, shardId: null };
  const limit = chooseSampler(where, inOrder).count(Infinity);
  if (typeof source !== 'function') asIterable(source);
  const start = () => asIterable(typeof source === 'function' ? (source as () => unknown)() : source);
  return iterableNode(columns, start, toRow, limit);
}

/**
 * Rows that the user's code gives. A source with rows by index (an array, or an object with `length` and `getItem`) is
 * shuffled by default and takes samplers; an iterable or a generator function gives its own order.
 * Values become arrays by their type: number Float32, bigint Int64, boolean Bool, a TypedArray its own.
 * @throws RuntimeError when a row does not fit the columns.
 */
export class GeneratorDataset<const C extends string> extends Dataset<C> {
  constructor(named: { source: GeneratorSource; columnNames: Names<C> } & GeneratorOptions);
  constructor(
    ...args: Args<
      [source: GeneratorSource, columnNames: Names<C>],
      [
        columnTypes?: readonly (DType | string)[] | null,
        schema?: null,
        numSamples?: number | null,
        numParallelWorkers?: number | null,
        shuffle?: boolean | null,
        sampler?: Sampler | Iterable<number> | null,
        numShards?: number | null,
        shardId?: number | null,
      ],
      GeneratorOptions
    >
  );
  constructor(...args: unknown[]) {
    super(generatorNode(args));
  }
}
