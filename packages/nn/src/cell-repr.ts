import type { Cell } from './cell.ts';
import { childrenOf } from './walk.ts';

const open = new Set<Cell>();

/**
 * The text of `print(net)`: `Dense<input_channels=3, ...>`; a cell with children spreads them over lines, each line
 * below two blanks deeper, the closing bracket too.
 */
export function cellRepr(cell: Cell): string {
  const name = cell.clsName;
  if (open.has(cell)) return `${name}<...>`;
  open.add(cell);
  try {
    const extra = cell.extendRepr();
    const children = [...childrenOf(cell, false)];
    if (!children.length) return `${name}<${extra}>`;
    const lines = children.map(([key, child]) => `(${key}): ${child.toString()}`);
    if (extra) lines.unshift(extra);
    return `${name}<${`\n${lines.join('\n')}\n`.replaceAll('\n', '\n  ')}>`;
  } finally {
    open.delete(cell);
  }
}
