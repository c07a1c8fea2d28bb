import type { Cursor, Node } from './node.ts';
import type { Sampler } from './samplers.ts';
import type { Column } from './stack.ts';
import type { Scratch } from './work.ts';

/** Rows that can be read in any order. */
export interface RandomAccess {
  /** How many rows there are. */
  length(): number;
  /** Some rows, column by column. Stacked columns must be copies. */
  gather(indices: readonly number[], memory: Scratch): readonly Column[];
  open?(): Promise<void>;
}

/** The beginning of a pipeline: rows of a source, chosen by a sampler. */
export function sourceNode(columns: readonly string[], rows: RandomAccess, sampler: Sampler): Node {
  const depth = 0;
  return {
    columns,
    depth,
    inputs: [],
    batchSize: 1,
    repeatCount: 1,
    exposes: false,
    size: () => sampler.count(rows.length()),
    ...(rows.open && { open: () => rows.open!() }),
    cursor(pass): Cursor<number> {
      let order: ArrayLike<number> | undefined;
      let at = 0;
      return {
        next() {
          order ??= sampler.indices(rows.length(), pass, depth);
          return order[at++];
        },
        collect: (indices) => ({ count: indices.length, columns: rows.gather(indices, pass.scratch) }),
      };
    },
  };
}
