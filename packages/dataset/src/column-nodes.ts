import { RuntimeError } from '@sporelet/ir';
import type { Cursor, Node, Pass } from './node.ts';
import { columnIndices, nodeOver } from './node.ts';
import type { NdArray } from '@sporelet/core';
import type { ArrayData } from './array.ts';
import { toNdArray } from './array.ts';
import type { Stack } from './stack.ts';
import { rowOf } from './stack.ts';

/** A node that changes the rows, not how many there are or in what order. */
export function changing(
  input: Node,
  columns: readonly string[],
  start: (pass: Pass) => (stack: Stack) => Stack,
): Node {
  return {
    ...nodeOver(input),
    columns,
    cursor(pass) {
      const from = input.cursor(pass);
      const change = start(pass);
      return { next: () => from.next(), collect: (tokens) => change(from.collect(tokens)) };
    },
  };
}

/** Some columns, in a given order. */
export function projectNode(input: Node, names: readonly string[]): Node {
  const indices = columnIndices(input, names, 'project');
  checkUnique(names, 'project');
  return changing(input, names, () => ({ count, columns }) => ({ count, columns: indices.map((i) => columns[i]!) }));
}

/** The same columns under other names. */
export function renameNode(input: Node, from: readonly string[], to: readonly string[]): Node {
  const columns = [...input.columns];
  columnIndices(input, from, 'rename').forEach((at, i) => (columns[at] = to[i]!));
  checkUnique(columns, 'rename');
  return changing(input, columns, () => (stack) => stack);
}

/** @throws RuntimeError when a name comes twice. */
export function checkUnique(columns: readonly string[], where: string): void {
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw new RuntimeError(`For '${where}', there would be two columns '${twice}'.`);
}

/** Where columns go that are made from others: in place of as many; else first, before the columns that stay. */
export function placed(names: readonly string[], inputs: readonly number[], outputs: readonly string[]) {
  const rest = names.map((_, i) => i).filter((i) => !inputs.includes(i));
  const arrange = <T>(all: readonly T[], made: readonly T[]): readonly T[] =>
    inputs.length === outputs.length
      ? all.map((one, i) => (inputs.includes(i) ? made[inputs.indexOf(i)]! : one))
      : [...made, ...rest.map((i) => all[i]!)];
  return { columns: arrange(names, outputs), arrange };
}

/** Rows of several pipelines side by side, as long as the shortest. */
export function zipNode(inputs: readonly Node[]): Node {
  const columns = inputs.flatMap((input) => input.columns);
  checkUnique(columns, 'zip');
  return {
    ...nodeOver(inputs[0]!),
    inputs,
    columns,
    exposes: inputs.some((input) => input.exposes),
    depth: Math.max(...inputs.map((input) => input.depth)) + 1,
    size() {
      const sizes = inputs.map((input) => input.size());
      return sizes.includes(undefined) ? undefined : Math.min(...(sizes as number[]));
    },
    cursor(pass): Cursor<readonly unknown[]> {
      const cursors = inputs.map((input) => input.cursor(pass));
      return {
        next() {
          const tokens = cursors.map((cursor) => cursor.next());
          return tokens.includes(undefined) ? undefined : tokens;
        },
        collect: (tokens) => ({
          count: tokens.length,
          columns: cursors.flatMap((cursor, c) => cursor.collect(tokens.map((token) => token[c])).columns),
        }),
      };
    },
  };
}

/** The rows for which `predicate` of the given columns holds. */
export function filterNode(input: Node, predicate: (...columns: NdArray[]) => unknown, names: readonly string[]): Node {
  const indices = columnIndices(input, names, 'filter');
  return {
    ...nodeOver(input),
    size: () => undefined,
    exposes: true,
    cursor(pass): Cursor<readonly ArrayData[]> {
      const from = input.cursor(pass);
      return {
        next() {
          for (let token = from.next(); token !== undefined; token = from.next()) {
            const row = from.collect([token]).columns.map((column) => rowOf(column, 0));
            if (truth(predicate(...indices.map((i) => toNdArray(row[i]!))))) return row;
          }
          return undefined;
        },
        collect: (rows) => ({ count: rows.length, columns: input.columns.map((_, c) => rows.map((row) => row[c]!)) }),
      };
    },
  };
}

/** A predicate's answer: a boolean, or an array of one element. */
function truth(value: unknown): boolean {
  const data = (value as { data?: ArrayLike<unknown> } | null)?.data;
  return Boolean(data?.length === 1 ? data[0] : value);
}
