import { formatE, formatG } from './format-float.ts';
import type { ArrayView } from './view.ts';
import { axisIndices, edge, gap, shownIndices } from './window.ts';

const threshold1D = 1000;

/**
 * `repr(tensor)` of MindSpore: `Tensor(shape=[2], dtype=Float32, value= [ 1.00000000e+00,  2.00000000e+00])`. Any axis
 * longer than 6 is summarised, in a 1-D tensor only one longer than 1000, which else breaks after every 12 floats or
 * bools and every 24 integers. A 0-d tensor shows its value in at most 6 significant digits.
 */
export function tensorRepr(view: ArrayView): string {
  const { shape, dtype } = view;
  const head = `Tensor(shape=[${shape.join(', ')}], dtype=${dtype}, value=${shape.length > 1 ? '\n' : ' '}`;
  if (shape.includes(0)) return `${head})`;
  const style = styleOf(dtype);
  if (shape.length === 0) return `${head}${style.scalar(view.get(0))})`;

  const flat = shape.length === 1;
  const axes = shape.map((n) => axisIndices(n, n > (flat ? threshold1D : 2 * edge)));
  const cells = new Map(shownIndices(shape, axes).map((i) => [i, style.cell(view.get(i))]));
  const width = style.align ? Math.max(...Array.from(cells.values(), (cell) => cell.length)) : 0;

  const row = (indices: readonly number[], start: number): string => {
    return indices
      .map((i, at) => {
        if (i === gap) return ' ... ';
        const cell = (cells.get(start + i) ?? '').padStart(width);
        const next = indices[at + 1];
        const comma = next === undefined || next === gap ? '' : ', ';
        // MindSpore breaks after the separator, and after a last element that fills its line.
        return cell + comma + (flat && (at + 1) % style.perLine === 0 ? '\n ' : '');
      })
      .join('');
  };
  const block = (axis: number, start: number): string => {
    const indices = axes[axis] ?? [];
    const at = (i: number): number => start * (shape[axis] ?? 0) + i;
    if (axis === shape.length - 1) return `[${row(indices, at(0))}]`;
    const indent = ' '.repeat(axis + 1);
    let text = '';
    indices.forEach((i, position) => {
      // No comma between the dots and the block after them.
      if (position > 0) text += `${indices[position - 1] === gap ? '' : ','}\n${indent}`;
      text += i === gap ? '...' : block(axis + 1, at(i));
    });
    return `[${text}]`;
  };
  return `${head}${block(0, 0)})`;
}

interface Style {
  /** An element of an array. */
  cell(x: number | bigint | boolean): string;
  scalar(x: number | bigint | boolean): string;
  /** Whether elements are padded to the widest one shown. */
  readonly align: boolean;
  /** Elements on a line of a 1-D tensor. */
  readonly perLine: number;
}

function styleOf(dtype: string): Style {
  const general = (x: number | bigint | boolean): string => formatG(Number(x));
  switch (dtype) {
    case 'Float32':
    case 'Float64':
      return { cell: (x) => formatE(Number(x), 15, 8), scalar: general, align: false, perLine: 12 };
    case 'Float16':
      return { cell: (x) => formatE(Number(x), 11, 4), scalar: general, align: false, perLine: 12 };
    case 'BFloat16': // MindSpore treats its elements as it does integers
      return { cell: general, scalar: general, align: true, perLine: 24 };
    case 'Bool':
      return { cell: (x) => (x ? ' True' : 'False'), scalar: (x) => (x ? 'True' : 'False'), align: false, perLine: 12 };
    default:
      return { cell: String, scalar: String, align: true, perLine: 24 };
  }
}
