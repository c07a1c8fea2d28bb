import { RuntimeError } from '@sporelet/ir';
import { changing, checkUnique, placed } from './column-nodes.ts';
import type { ArrayData, Value } from './array.ts';
import { toArray, toNdArray } from './array.ts';
import type { Node } from './node.ts';
import { columnIndices } from './node.ts';
import { OperationRun, operationRuns } from './pointwise.ts';
import type { Column } from './stack.ts';
import { alike, isStacked, rowsOf, stacked } from './stack.ts';
import { Transform } from './transform.ts';
import type { RowFunction } from './compose.ts';
import { Work } from './work.ts';

/** A function's result as columns: an array of arrays (of anything, where several columns are awaited) is several. */
function resultColumns(result: Value | readonly Value[], awaited: number): ArrayData[] {
  const isArray = (v: unknown) => typeof v === 'object' && !Array.isArray(v);
  if (Array.isArray(result) && (awaited > 1 || (result.length > 0 && result.every(isArray)))) {
    return result.map((value) => toArray(value, 'map'));
  }
  return [toArray(result, 'map')];
}

function mapRows(f: RowFunction, columns: readonly Column[], count: number, awaited: number): Column[] {
  const inputs = columns.map((column) => rowsOf(column, count));
  const out: ArrayData[][] = [];
  for (let i = 0; i < count; i++) {
    const results = resultColumns(f(...inputs.map((rows) => toNdArray(rows[i]!))), awaited);
    if (i > 0 && results.length !== out.length) {
      throw new RuntimeError(
        `For 'map', a function gave ${out.length} columns for one row and ${results.length} for another.`,
      );
    }
    results.forEach((value, c) => (out[c] ??= []).push(value));
  }
  return out;
}

function applyRun(run: OperationRun, columns: readonly Column[], name: string, work: Work): Column[] {
  const [column] = columns;
  if (columns.length !== 1 || !column) {
    throw new RuntimeError(`For 'map', ${run.ops[0]!.name} takes one column, but got ${columns.length}.`);
  }
  if (isStacked(column) || alike(column)) return [work.apply(run, stacked(column, name, 'map', work))];
  return [column.map((row) => run.ops.reduce((y, op) => op.applyRow(y, work), row))];
}

/** Applies operations one after another to some columns of every row. */
export function mapNode(
  input: Node,
  operations: readonly (Transform | RowFunction)[],
  inputColumns: readonly string[],
  outputColumns: readonly string[],
): Node {
  const indices = columnIndices(input, inputColumns, 'map');
  const { columns, arrange } = placed(input.columns, indices, outputColumns);
  checkUnique(columns, 'map');
  const steps = operationRuns(operations, (op) => op instanceof Transform);
  const node = changing(input, columns, (pass) => {
    const works = steps.map((_, i) => new Work(pass.random(input.depth + 1, i), pass.scratch));
    return (stack) => {
      let made: Column[] = indices.map((i) => stack.columns[i]!);
      steps.forEach((step, i) => {
        const awaited = i === steps.length - 1 ? outputColumns.length : 1;
        made =
          step instanceof OperationRun
            ? applyRun(step, made, inputColumns[0]!, works[i]!)
            : mapRows(step, made, stack.count, awaited);
      });
      if (made.length !== outputColumns.length) {
        const names = outputColumns.map((c) => `'${c}'`).join(', ');
        throw new RuntimeError(
          `For 'map', the operations give ${made.length} columns, but the outputColumns are ${names}.`,
        );
      }
      return { count: stack.count, columns: arrange(stack.columns, made) };
    };
  });
  return { ...node, exposes: input.exposes || operations.some((op) => typeof op === 'function') };
}
