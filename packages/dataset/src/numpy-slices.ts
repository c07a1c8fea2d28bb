import type { Args } from '@sporelet/core';
import { bindArguments } from '@sporelet/core';
import { ValueError, sizeOf } from '@sporelet/ir';
import { names as columnList } from './checks.ts';
import { Dataset } from './dataset.ts';
import type { ArrayData, Value } from './array.ts';
import { copyInto, toArray } from './array.ts';
import type { Sampler, SamplingOptions } from './samplers.ts';
import { chooseSampler } from './samplers.ts';
import { sourceNode } from './source-node.ts';
import type { Scratch } from './work.ts';

const where = 'NumpySlicesDataset';

/** Columns by name, or one array for a single column, or several in an array. */
export type SlicesData<C extends string> = Value | readonly Value[] | Readonly<Record<C, Value>>;

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
  columnNames?: readonly C[] | C | null | undefined;
};

/**
 * Arrays in memory, sliced along their first axis. Several columns come as an array of arrays or as an object; a nested
 * array of numbers is one column, unless `columnNames` names several. The dtype follows the type of the values.
 * @throws ValueError when the columns have different lengths.
 */
export class NumpySlicesDataset<const C extends string = string> extends Dataset<C> {
  constructor(
    ...args: Args<
      [data: SlicesData<C>],
      [
        columnNames?: readonly C[] | C | null,
        numSamples?: number | null,
        numParallelWorkers?: number | null,
        shuffle?: boolean | null,
        sampler?: Sampler | Iterable<number> | null,
        numShards?: number | null,
        shardId?: number | null,
      ],
      NumpySlicesOptions<C>
    >
  ) {
    // The data may be a plain object itself, so it is always given by position.
    const [data, ...rest] = args as unknown[];
    const options = ['columnNames', 'numSamples', 'numParallelWorkers', 'shuffle', 'sampler', 'numShards', 'shardId'];
    const [columnNames, numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId] = bindArguments(
      where,
      options,
      0,
      rest,
    );
    const given =
      columnNames === undefined || columnNames === null ? null : columnList(columnNames, 'columnNames', where);
    const { names, arrays } = columnsOf(data, given);
    if (names.length !== arrays.length) {
      throw new ValueError(`For '${where}', there are ${arrays.length} columns, but ${names.length} names.`);
    }
    const lengths = arrays.map((array) => array.shape[0]);
    if (lengths.includes(undefined))
      throw new ValueError(`For '${where}', the data must have at least one axis, but got a scalar.`);
    if (new Set(lengths).size > 1) {
      const all = names.map((name, i) => `'${name}' has ${lengths[i]}`);
      throw new ValueError(`For '${where}', all columns must have the same length, but ${all.join(', ')}.`);
    }
    const rows = {
      length: () => lengths[0] ?? 0,
      gather: (indices: readonly number[], memory: Scratch) =>
        arrays.map((array) => gatherRows(array, indices, memory)),
    };
    super(
      sourceNode(
        names,
        rows,
        chooseSampler(where, { numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId }),
      ),
    );
  }
}

function gatherRows(x: ArrayData, indices: readonly number[], memory: Scratch): ArrayData {
  const shape = x.shape.slice(1);
  const size = sizeOf(shape);
  const out = memory.make(x.dtype, [indices.length, ...shape]);
  indices.forEach((i, k) => copyInto(out.data, k * size, x.data, i * size, size));
  return out;
}
