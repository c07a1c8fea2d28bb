import { shapeOf } from '@sporelet/core';
import type { Dims } from '@sporelet/ir';
import { RuntimeError, sameShape, shapeText, sizeOf } from '@sporelet/ir';
import type { ArrayData } from './array.ts';
import { copyInto } from './array.ts';
import type { Scratch } from './work.ts';

/** Some rows of one column: one array with a leading row axis, which its holder may overwrite; or an array for each row. */
export type Column = ArrayData | readonly ArrayData[];

/** Some rows, column by column. */
export interface Stack {
  readonly count: number;
  readonly columns: readonly Column[];
}

export const isStacked = (column: Column): column is ArrayData => !Array.isArray(column);

/** Row `i` of a column. Of a stacked column it is a view. */
export function rowOf(column: Column, i: number): ArrayData {
  if (!isStacked(column)) return column[i]!;
  return viewOf(column, column.shape.slice(1), i);
}

function viewOf(column: ArrayData, shape: Dims, i: number): ArrayData {
  const size = sizeOf(shape);
  return { data: column.data.subarray(i * size, (i + 1) * size), shape, dtype: column.dtype };
}

/** All rows of a column as arrays of their own. */
export function rowsOf(column: Column, count: number): readonly ArrayData[] {
  if (!isStacked(column)) return column;
  // One frozen shape for all rows: making it is dear.
  const shape = shapeOf(column.shape.slice(1));
  return Array.from({ length: count }, (_, i) => viewOf(column, shape, i));
}

/** Whether rows can be stacked: all of one shape and dtype. */
export function alike(rows: readonly ArrayData[]): boolean {
  const first = rows[0];
  return first !== undefined && rows.every((row) => row.dtype === first.dtype && sameShape(row.shape, first.shape));
}

/** A column as one array. @throws RuntimeError naming both shapes or dtypes where rows differ. */
export function stacked(column: Column, name: string, where: string, memory: Pick<Scratch, 'make'>): ArrayData {
  if (isStacked(column)) return column;
  const first = column[0]!;
  for (const row of column) {
    const [what, a, b] = sameShape(row.shape, first.shape)
      ? ['dtype', first.dtype.name, row.dtype.name]
      : ['shape', shapeText(first.shape), shapeText(row.shape)];
    if (a !== b) {
      throw new RuntimeError(
        `For '${where}', the rows of column '${name}' must have one ${what}, but got ${a} and ${b}.`,
      );
    }
  }
  const out = memory.make(first.dtype, [column.length, ...first.shape]);
  const size = first.data.length;
  column.forEach((row, i) => copyInto(out.data, i * size, row.data, 0, size));
  return out;
}

/** The rows of several stacks after one another. */
export function joined(stacks: readonly Stack[]): Stack {
  if (stacks.length === 1) return stacks[0]!;
  const columns = stacks[0]!.columns.map((_, c) => stacks.flatMap((s) => rowsOf(s.columns[c]!, s.count)));
  return { count: stacks.reduce((sum, s) => sum + s.count, 0), columns };
}
