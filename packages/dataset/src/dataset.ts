import type { Args, NdArray, Tensor } from '@sporelet/core';
import { bindArguments, describe } from '@sporelet/core';
import { RuntimeError, ValueError } from '@sporelet/ir';
import type { BatchInfo, PerBatchMap } from './batch-node.ts';
import { batchNode } from './batch-node.ts';
import { atLeast, count as atLeastOne, names as columnList, natural } from './checks.ts';
import { filterNode, projectNode, renameNode, zipNode } from './column-nodes.ts';
import { getSeed, seedGeneration } from './seed.ts';
import { DatasetIterator } from './iterator.ts';
import { mapNode } from './map-node.ts';
import type { ArrayData } from './array.ts';
import { toNdArray } from './array.ts';
import type { Node } from './node.ts';
import { Pass, columnIndices, openAll } from './node.ts';
import { concatNode, repeatNode, shuffleNode, skipNode, takeNode } from './order-nodes.ts';
import { isStacked, rowOf } from './stack.ts';
import type { Row } from './to-tensor.ts';
import { toRow, toTensor } from './to-tensor.ts';
import type { Operation } from './compose.ts';
import { operationList } from './compose.ts';
import { Scratch } from './work.ts';

/** One name, or several. */
export type Names<C extends string> = readonly C[] | C;

export interface MapOptions<C extends string, O extends string> {
  /** Columns that the operations get. Default the first one. */
  inputColumns?: Names<C> | null | undefined;
  /** Names of the results. Default those of the inputs. */
  outputColumns?: Names<O> | null | undefined;
  /** Accepted for MindSpore's sake: pipelines run in the calling thread. */
  numParallelWorkers?: number | null | undefined;
}

export interface BatchOptions<C extends string, O extends string> {
  /** Whether to leave out a last batch that is not full. Default false. */
  dropRemainder?: boolean | undefined;
  /** Accepted for MindSpore's sake: pipelines run in the calling thread. */
  numParallelWorkers?: number | null | undefined;
  /** Applied to the rows of each batch before they are combined. */
  perBatchMap?: PerBatchMap | null | undefined;
  /** Columns that `perBatchMap` gets. Default all. */
  inputColumns?: Names<C> | null | undefined;
  /** Names of what it gives. Default those of the inputs. */
  outputColumns?: Names<O> | null | undefined;
}

export interface IteratorOptions {
  /** How often it can be iterated; -1 for any number. Default -1. */
  numEpochs?: number | undefined;
  /** Whether rows hold arrays in place of tensors. Default false. */
  outputNumpy?: boolean | undefined;
  /** Accepted for MindSpore's sake: rows are always copies. */
  doCopy?: boolean | undefined;
}

export interface TupleIteratorOptions<C extends string> extends IteratorOptions {
  /** Columns of a row, in this order. Default all. */
  columns?: Names<C> | null | undefined;
}

/** A row by column names. */
export type DictRow<C extends string, T> = Readonly<Record<C, T>>;

/** What `map` applies: transforms, functions, or several of them. */
export type Operations = Operation | readonly Operation[];

/** Columns after some of them have been replaced. */
export type Replaced<C extends string, I extends string, O extends string> = Exclude<C, I> | O;

/**
 * A pipeline of rows with named columns. Every method gives a new dataset and leaves this one as it is; nothing is read
 * or computed before the iteration. Iterating a dataset gives its rows as tuples of tensors.
 *
 * Random choices follow from the seed (`config.setSeed`) and the epoch: each pass over the same dataset is another
 * epoch, and two runs are equal.
 */
export class Dataset<C extends string = string> implements Iterable<Row<Tensor>>, AsyncIterable<Row<Tensor>> {
  /** @internal */
  readonly $node: Node;
  private seed: readonly [generation: number, seed: number] | undefined;
  private epochs = 0;

  /** @internal */
  constructor(node: Node) {
    this.$node = node;
  }

  /**
   * Applies operations, one after another, to some columns of every row. Transforms before `batch` work on whole batches
   * where they can, with the same results; functions get one row at a time.
   */
  map<const I extends C = C, const O extends string = I>(
    operations: Operations,
    inputColumns?: Names<I> | null,
    outputColumns?: Names<O> | null,
    numParallelWorkers?: number | null,
  ): Dataset<Replaced<C, I, O>>;
  map<const I extends C = C, const O extends string = I>(
    operations: Operations,
    inputColumns: Names<I> | null | undefined,
    options: Omit<MapOptions<I, O>, 'inputColumns'>,
  ): Dataset<Replaced<C, I, O>>;
  map<const I extends C = C, const O extends string = I>(
    operations: Operations,
    options: MapOptions<I, O>,
  ): Dataset<Replaced<C, I, O>>;
  map<const I extends C = C, const O extends string = I>(
    named: { operations: Operations } & MapOptions<I, O>,
  ): Dataset<Replaced<C, I, O>>;
  map(...args: unknown[]): Dataset {
    const names = ['operations', 'inputColumns', 'outputColumns', 'numParallelWorkers'];
    const [operations, inputs, outputs, workers] = bindArguments('map', names, 1, args);
    checkWorkers(workers, 'map');
    const inputColumns =
      (inputs ?? null) === null ? [this.$node.columns[0]!] : columnList(inputs, 'inputColumns', 'map');
    const outputColumns = (outputs ?? null) === null ? inputColumns : columnList(outputs, 'outputColumns', 'map');
    return new Dataset(mapNode(this.$node, operationList(operations, 'map'), inputColumns, outputColumns));
  }

  /**
   * Combines rows, `batchSize` at a time, by a new leading axis. All rows of a batch must have one shape.
   * @param batchSize - rows of a batch, or a function of BatchInfo that tells
   */
  batch<const I extends C = C, const O extends string = I>(
    ...args: Args<
      [batchSize: number | ((info: BatchInfo) => number)],
      [dropRemainder?: boolean, numParallelWorkers?: number | null],
      BatchOptions<I, O>
    >
  ): Dataset<Replaced<C, I, O>> {
    const names = ['batchSize', 'dropRemainder', 'numParallelWorkers', 'perBatchMap', 'inputColumns', 'outputColumns'];
    const [size, dropRemainder, workers, perBatchMap, inputs, outputs] = bindArguments('batch', names, 1, args);
    checkWorkers(workers, 'batch');
    const isFunction = typeof size === 'function';
    if ((perBatchMap ?? null) !== null && typeof perBatchMap !== 'function') {
      throw new TypeError(`For 'batch', the perBatchMap must be a function, but got ${describe(perBatchMap)}.`);
    }
    const inputColumns = (inputs ?? null) === null ? this.$node.columns : columnList(inputs, 'inputColumns', 'batch');
    return new Dataset(
      batchNode(this.$node, {
        size: isFunction ? (size as (info: BatchInfo) => number) : atLeastOne(size, 'batchSize', 'batch'),
        dropRemainder: boolean(dropRemainder, 'dropRemainder', 'batch'),
        perBatchMap: (perBatchMap as PerBatchMap | null | undefined) ?? null,
        inputColumns,
        outputColumns: (outputs ?? null) === null ? inputColumns : columnList(outputs, 'outputColumns', 'batch'),
      }),
    );
  }

  /** Random order by a buffer of `bufferSize` rows; the larger, the more random. Use it before `batch`. */
  shuffle(bufferSize: number): Dataset<C> {
    return new Dataset(shuffleNode(this.$node, atLeast(2, bufferSize, 'bufferSize', 'shuffle')));
  }

  /** All rows `count` times; null and -1 repeat for ever. Each time is another epoch. */
  repeat(count: number | null = null): Dataset<C> {
    return new Dataset(
      repeatNode(this.$node, count === null || count === -1 ? -1 : atLeastOne(count, 'count', 'repeat')),
    );
  }

  /** The first `count` rows; -1 for all. */
  take(count = -1): Dataset<C> {
    return count === -1 ? this : new Dataset(takeNode(this.$node, atLeastOne(count, 'count', 'take')));
  }

  /** All but the first `count` rows. */
  skip(count: number): Dataset<C> {
    return new Dataset(skipNode(this.$node, natural(count, 'count', 'skip')));
  }

  /** Rows of this and other datasets side by side, as long as the shortest. @throws RuntimeError for equal column names. */
  zip<D extends string>(datasets: Dataset<D> | readonly Dataset<D>[]): Dataset<C | D> {
    return new Dataset(zipNode([this.$node, ...others(datasets, 'zip')]));
  }

  /** The rows of this and then of other datasets, which must have the same columns. */
  concat(datasets: Dataset<C> | readonly Dataset<C>[]): Dataset<C> {
    const nodes = [this.$node, ...others(datasets, 'concat')];
    for (const { columns } of nodes) {
      if (columns.join() === this.$node.columns.join()) continue;
      const text = (list: readonly string[]) => list.map((c) => `'${c}'`).join(', ');
      throw new RuntimeError(
        `For 'concat', the datasets must have the same columns, but got (${text(this.$node.columns)}) and (${text(columns)}).`,
      );
    }
    return new Dataset(concatNode(nodes));
  }

  /** Only these columns, in this order. */
  project<const K extends C>(columns: Names<K>): Dataset<K> {
    return new Dataset(projectNode(this.$node, columnList(columns, 'columns', 'project')));
  }

  /** The same columns, some under other names. */
  rename<const I extends C, const O extends string>(
    inputColumns: Names<I>,
    outputColumns: Names<O>,
  ): Dataset<Replaced<C, I, O>> {
    const inputs = columnList(inputColumns, 'inputColumns', 'rename');
    const outputs = columnList(outputColumns, 'outputColumns', 'rename');
    if (inputs.length !== outputs.length) {
      throw new ValueError(
        `For 'rename', there must be as many outputColumns as inputColumns, but got ${outputs.length} and ${inputs.length}.`,
      );
    }
    return new Dataset(renameNode(this.$node, inputs, outputs));
  }

  /** The rows for which the predicate holds. It gets the given columns, by default all. */
  filter(predicate: (...columns: NdArray[]) => unknown, inputColumns: Names<C> | null = null): Dataset<C> {
    if (typeof predicate !== 'function')
      throw new TypeError(`For 'filter', the predicate must be a function, but got ${describe(predicate)}.`);
    const names = inputColumns === null ? this.$node.columns : columnList(inputColumns, 'inputColumns', 'filter');
    return new Dataset(filterNode(this.$node, predicate, names));
  }

  /**
   * The number of rows in an epoch (of batches after `batch`). Where only counting tells, one epoch is run through.
   * @throws RuntimeError for a dataset that repeats for ever.
   */
  getDatasetSize(): number {
    const known = this.$node.size();
    if (known !== undefined && Number.isFinite(known)) return known;
    if (known !== undefined || this.$node.repeatCount < 0) {
      throw new RuntimeError("For 'getDatasetSize', a dataset that repeats for ever has no size.");
    }
    const cursor = this.$node.cursor(new Pass([0, 0], 0, new Scratch(false)));
    let n = 0;
    while (cursor.next() !== undefined) n++;
    return n;
  }

  /** Rows of a batch; 1 without `batch`, -1 where a function tells. */
  getBatchSize(): number {
    return this.$node.batchSize;
  }

  /** How often the rows are repeated; -1 for ever. */
  getRepeatCount(): number {
    return this.$node.repeatCount;
  }

  /** The names of the columns, in order. */
  getColNames(): C[] {
    return [...this.$node.columns] as C[];
  }

  /** Fetches the files of the sources. Needed before a synchronous loop in a browser only; `for await` does it itself. */
  async open(): Promise<void> {
    await openAll(this.$node);
  }

  /** Starts the sequence of epochs anew: the next iteration has the order of the first. */
  reset(): void {
    this.epochs = 0;
  }

  /** The rows as tuples, by default of tensors. Each loop over it is an epoch; `for await` lets other work in between. */
  createTupleIterator(options: TupleIteratorOptions<C> & { outputNumpy: true }): DatasetIterator<Row<NdArray>>;
  createTupleIterator(
    columns: Names<C> | null | undefined,
    numEpochs: number | undefined,
    outputNumpy: true,
    doCopy?: boolean,
  ): DatasetIterator<Row<NdArray>>;
  createTupleIterator(
    ...args: Args<
      [],
      [columns?: Names<C> | null, numEpochs?: number, outputNumpy?: boolean, doCopy?: boolean],
      TupleIteratorOptions<C>
    >
  ): DatasetIterator<Row<Tensor>>;
  createTupleIterator(...args: unknown[]): DatasetIterator<Row<NdArray>> | DatasetIterator<Row<Tensor>> {
    const where = 'createTupleIterator';
    const [columns, numEpochs, outputNumpy] = bindArguments(
      where,
      ['columns', 'numEpochs', 'outputNumpy', 'doCopy'],
      0,
      args,
    );
    const names = (columns ?? null) === null ? this.$node.columns : columnList(columns, 'columns', where);
    const indices = columnIndices(this.$node, names, where);
    return boolean(outputNumpy, 'outputNumpy', where)
      ? this.iterator(where, numEpochs, true, (cells) => toRow(indices.map((i) => toNdArray(cells(i)))))
      : this.iterator(where, numEpochs, false, (cells) => toRow(indices.map((i) => toTensor(cells(i)))));
  }

  /** The rows as objects by column name. Otherwise as {@link createTupleIterator}. */
  createDictIterator(options: IteratorOptions & { outputNumpy: true }): DatasetIterator<DictRow<C, NdArray>>;
  createDictIterator(
    numEpochs: number | undefined,
    outputNumpy: true,
    doCopy?: boolean,
  ): DatasetIterator<DictRow<C, NdArray>>;
  createDictIterator(
    ...args: Args<[], [numEpochs?: number, outputNumpy?: boolean, doCopy?: boolean], IteratorOptions>
  ): DatasetIterator<DictRow<C, Tensor>>;
  createDictIterator(...args: unknown[]): DatasetIterator<DictRow<C, NdArray>> | DatasetIterator<DictRow<C, Tensor>> {
    const where = 'createDictIterator';
    const [numEpochs, outputNumpy] = bindArguments(where, ['numEpochs', 'outputNumpy', 'doCopy'], 0, args);
    const entries = <T>(cell: (i: number) => T) =>
      Object.fromEntries(this.$node.columns.map((name, i) => [name, cell(i)])) as DictRow<C, T>;
    return boolean(outputNumpy, 'outputNumpy', where)
      ? this.iterator(where, numEpochs, true, (cells) => entries((i) => toNdArray(cells(i))))
      : this.iterator(where, numEpochs, false, (cells) => entries((i) => toTensor(cells(i))));
  }

  [Symbol.iterator](): DatasetIterator<Row<Tensor>> {
    return this.createTupleIterator({ numEpochs: 1 });
  }
  [Symbol.asyncIterator](): AsyncGenerator<Row<Tensor>, void, undefined> {
    return this.createTupleIterator({ numEpochs: 1 })[Symbol.asyncIterator]();
  }

  /** The next epoch of this dataset. */
  private startPass(scratch: Scratch): Pass {
    const generation = seedGeneration();
    if (this.seed?.[0] !== generation) {
      // Without a seed each dataset draws one of its own.
      this.seed = [generation, getSeed() ?? Math.floor(Math.random() * 2 ** 32)];
      this.epochs = 0;
    }
    const [, seed] = this.seed;
    return new Pass([seed >>> 0, Math.floor(seed / 2 ** 32)], this.epochs++, scratch);
  }

  private iterator<T>(
    where: string,
    numEpochs: unknown,
    escapes: boolean,
    make: (cells: Cells) => T,
  ): DatasetIterator<T> {
    const epochs = numEpochs === undefined || numEpochs === -1 ? -1 : atLeastOne(numEpochs, 'numEpochs', where);
    const start = (): Iterator<T> => {
      const scratch = new Scratch(!escapes && !this.$node.exposes);
      const cursor = this.$node.cursor(this.startPass(scratch));
      return {
        next() {
          const token = cursor.next();
          if (token === undefined) return { done: true, value: undefined };
          const { columns } = cursor.collect([token]);
          const value = make((c) => rowOf(columns[c]!, 0));
          for (const column of columns) scratch.release(isStacked(column) ? column : column[0]!);
          return { done: false, value };
        },
      };
    };
    return new DatasetIterator(start, () => this.open(), epochs);
  }
}

/** The columns of a row. */
type Cells = (column: number) => ArrayData;

/** Rows of datasets side by side: {@link Dataset.zip} of all. */
export function zip<C extends string>(datasets: readonly Dataset<C>[]): Dataset<C> {
  const [first, ...rest] = datasets;
  if (!first || rest.length === 0) throw new ValueError("For 'zip', there must be at least two datasets.");
  return first.zip(rest);
}

function others(datasets: unknown, where: string): Node[] {
  const list: readonly unknown[] = Array.isArray(datasets) ? datasets : [datasets];
  if (list.length === 0) throw new ValueError(`For '${where}', there must be at least one other dataset.`);
  return list.map((dataset) => {
    if (dataset instanceof Dataset) return dataset.$node;
    throw new TypeError(`For '${where}', the datasets must be Datasets, but got ${describe(dataset)}.`);
  });
}

function checkWorkers(value: unknown, where: string): void {
  if ((value ?? null) !== null) atLeastOne(value, 'numParallelWorkers', where);
}

function boolean(value: unknown, name: string, where: string): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new TypeError(`For '${where}', the ${name} must be a boolean, but got ${describe(value)}.`);
  }
  return value ?? false;
}
