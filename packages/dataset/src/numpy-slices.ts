import type { Args } from '@sporelet/core';
import { bindArguments } from '@sporelet/core';
import { ValueError, sizeOf } from '@sporelet/ir';
import { names as columnList } from './checks.ts';
import type { Names } from './dataset.ts';
import { Dataset } from './dataset.ts';
import type { ArrayData, Value } from './array.ts';
import { copyInto, toArray } from './array.ts';
import type { Sampler, SamplingOptions } from './samplers.ts';
import { chooseSampler } from './samplers.ts';
import type { Node } from './node.ts';
import { sourceNode } from './source-node.ts';
import type { Scratch } from './work.ts';

const where = 'NumpySlicesDataset';

const isPlain = (value: unknown): value is Readonly<Record<string, Value>> => {
  if (typeof value !== 'object' || value === null) return false;
  const proto: unknown = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
};

/** The columns that data stands for, with their names. */
function columnsOf(
  data: unknown,
  given: readonly string[] | null,
): { names: readonly string[]; arrays: readonly ArrayData[] } {
  if (isPlain(data)) {
    return { names: given ?? Object.keys(data), arrays: Object.values(data).map((value) => toArray(value, where)) };
  }
  const isArray = (v: unknown) => typeof v === 'object' && !Array.isArray(v);
  const several = Array.isArray(data) && ((given?.length ?? 1) > 1 || (data.length > 0 && data.every(isArray)));
  const arrays = (several ? (data as readonly unknown[]) : [data]).map((value) => toArray(value, where));
  return { names: given ?? arrays.map((_, i) => `column_${i}`), arrays };
}

export type NumpySlicesOptions<C extends string> = SamplingOptions & {
  /** Default: the names in the data, else column_0, column_1, ... */
  columnNames?: Names<C> | null | undefined;
};

/** One array for a single column, several in an array, or an object of columns by name. */
export type SlicesData = Value | readonly Value[] | Readonly<Record<string, Value>>;

type SlicesArguments = [
  numSamples?: number | null,
  numParallelWorkers?: number | null,
  shuffle?: boolean | null,
  sampler?: Sampler | Iterable<number> | null,
  numShards?: number | null,
  shardId?: number | null,
];
const options = ['columnNames', 'numSamples', 'numParallelWorkers', 'shuffle', 'sampler', 'numShards', 'shardId'];

function slicesNode([data, ...rest]: readonly unknown[]): Node {
  // The data may be a plain object itself, so it is always given by position.
  const [columnNames, numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId] = bindArguments(
    where,
    options,
    0,
    rest,
  );
  const given = (columnNames ?? null) === null ? null : columnList(columnNames, 'columnNames', where);
  const { names, arrays } = columnsOf(data, given);
  if (names.length !== arrays.length || names.length === 0) {
    throw new ValueError(`For '${where}', there are ${arrays.length} columns, but ${names.length} names.`);
  }
  const lengths = arrays.map((array) => array.shape[0]);
  if (lengths.includes(undefined)) {
    throw new ValueError(`For '${where}', the data must have at least one axis, but got a scalar.`);
  }
  if (new Set(lengths).size > 1) {
    const all = names.map((name, i) => `'${name}' has ${lengths[i]}`).join(', ');
    throw new ValueError(`For '${where}', all columns must have the same length, but ${all}.`);
  }
  const rows = {
    length: () => lengths[0]!,
    gather: (indices: readonly number[], memory: Scratch) => arrays.map((array) => gatherRows(array, indices, memory)),
  };
  const sampling = { numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId };
  return sourceNode(names, rows, chooseSampler(where, sampling));
}

/**
 * Arrays in memory, sliced along their first axis. Several columns come as an array of arrays or as an object; a nested
 * array of numbers is one column, unless `columnNames` names several. The dtype follows the type of the values.
 * @throws ValueError when the columns have different lengths.
 */
export class NumpySlicesDataset<const C extends string = string> extends Dataset<C> {
  constructor(data: Readonly<Record<C, Value>>, options?: SamplingOptions);
  constructor(
    ...args: Args<[data: SlicesData, columnNames: Names<C> | null | undefined], SlicesArguments, SamplingOptions>
  );
  constructor(data: SlicesData, options?: NumpySlicesOptions<C>);
  constructor(...args: unknown[]) {
    super(slicesNode(args));
  }
}

function gatherRows(x: ArrayData, indices: readonly number[], memory: Scratch): ArrayData {
  const shape = x.shape.slice(1);
  const size = sizeOf(shape);
  const out = memory.make(x.dtype, [indices.length, ...shape]);
  indices.forEach((i, k) => copyInto(out.data, k * size, x.data, i * size, size));
  return out;
}
