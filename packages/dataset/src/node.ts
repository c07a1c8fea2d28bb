import { RuntimeError, didYouMean } from '@sporelet/ir';
import type { Key } from './random.ts';
import { RandomStream, threefry } from './random.ts';
import type { Stack } from './stack.ts';
import type { Scratch } from './work.ts';

/** One pass over a pipeline: which epoch it is, and the randomness that belongs to it. */
export class Pass {
  /** Counted from 0. */
  readonly epoch: number;
  readonly scratch: Scratch;
  private readonly key: Key;

  constructor(key: Key, epoch: number, scratch: Scratch) {
    this.key = key;
    this.epoch = epoch;
    this.scratch = scratch;
  }

  /** The random numbers of a place: a node's depth, and a number inside that node. */
  random(depth: number, part = 0): RandomStream {
    return new RandomStream(threefry(threefry(this.key, this.epoch, 0), depth, part));
  }
  /** The same pass in another epoch. */
  at(epoch: number): Pass {
    return new Pass(this.key, epoch, this.scratch);
  }
  /** The pass of another branch of the pipeline, with randomness of its own. */
  branch(index: number): Pass {
    return index === 0 ? this : new Pass(threefry(this.key, index, 0x6272), this.epoch, this.scratch);
  }
}

/**
 * The rows of one epoch. `next` gives a token for each row, in order; `collect` turns tokens into data. What only
 * chooses or orders rows (shuffle, take, repeat, ...) handles tokens, and the data of many rows is made at once.
 * A token is collected at most once.
 */
export interface Cursor<T = unknown> {
  /** The next token; undefined at the end. */
  next(): T | undefined;
  /** The rows of at least one token. */
  collect(tokens: readonly T[]): Stack;
}

/** A step of a pipeline. Nodes hold no state of an iteration, so any number of consumers may share one. */
export interface Node {
  readonly columns: readonly string[];
  /** Steps from the source: gives each node its own random numbers, whatever follows it. */
  readonly depth: number;
  readonly inputs: readonly Node[];
  /** Rows in an epoch; undefined where only counting tells. */
  size(): number | undefined;
  readonly batchSize: number;
  readonly repeatCount: number;
  /** Whether users' code sees arrays of the pipeline before its end. */
  readonly exposes: boolean;
  /** Fetches what `cursor` will need, where it cannot be read at once. */
  open?(): Promise<void>;
  cursor(pass: Pass): Cursor;
}

/** What a node that changes its one input says about itself unless it knows better. */
export function nodeOver(input: Node): Omit<Node, 'cursor'> {
  const { columns, batchSize, repeatCount, exposes } = input;
  return {
    columns,
    batchSize,
    repeatCount,
    exposes,
    depth: input.depth + 1,
    inputs: [input],
    size: () => input.size(),
  };
}

/** Opens all sources under a node. */
export async function openAll(node: Node): Promise<void> {
  await node.open?.();
  for (const input of node.inputs) await openAll(input);
}

/** The places of named columns. @throws RuntimeError for a name that is not there, with the closest one. */
export function columnIndices(node: Node, names: readonly string[], where: string): number[] {
  return names.map((name) => {
    const i = node.columns.indexOf(name);
    if (i >= 0) return i;
    const hint = didYouMean(name, node.columns) || `; there are ${node.columns.map((c) => `'${c}'`).join(', ')}.`;
    throw new RuntimeError(`For '${where}', there is no column '${name}'${hint}`);
  });
}
