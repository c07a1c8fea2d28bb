import { floatFormat } from './decimal.ts';
import { floatFormatter, scalarFloatStr } from './numpy-float.ts';
import type { ArrayView } from './view.ts';
import { axisIndices, edge, gap, shownIndices } from './window.ts';

const lineWidth = 75;
const threshold = 1000;

type Element = number | bigint | boolean;

/**
 * `str(array)` of NumPy 1.x with its default print options: precision 8, summaries above 1000 elements with 3 at each
 * edge, lines of 75 characters, the shortest digits of the array's own dtype, an exponent for all elements when the
 * largest is 1e8 or more, the smallest non-zero one below 1e-4, or their ratio above 1000. A 0-d array prints as its
 * scalar. BFloat16, which NumPy lacks, prints as the float32 array of the same values.
 */
export function numpyStr(view: ArrayView): string {
  const { shape } = view;
  const size = shape.reduce((product, n) => product * n, 1);
  if (size === 0) return '[]';
  if (shape.length === 0) return scalarStr(view.get(0), view.dtype);
  const axes = shape.map((n) => axisIndices(n, size > threshold && n > 2 * edge));
  const word = elementFormatter(
    shownIndices(shape, axes).map((i) => view.get(i)),
    view.dtype,
  );

  const block = (axis: number, start: number): string => {
    const indices = axes[axis] ?? [];
    const at = (i: number): number => start * (shape[axis] ?? 0) + i;
    const below = shape.length - axis - 1;
    const indent = ' '.repeat(axis + 1);
    if (below === 0) {
      const words = indices.map((i) => (i === gap ? '...' : word(view.get(at(i)))));
      return `[${fillLines(words, indent, lineWidth - shape.length)}]`;
    }
    const blocks = indices.map((i) => (i === gap ? '...' : block(axis + 1, at(i))));
    return `[${blocks.join('\n'.repeat(below) + indent)}]`;
  };
  return block(0, 0);
}

/** Words separated by blanks, wrapped before a word that would end beyond `width`; `indent` counts for every line. */
function fillLines(words: readonly string[], indent: string, width: number): string {
  let done = '';
  let line = indent;
  for (const word of words) {
    if (line.length + word.length > width) {
      done += `${line.trimEnd()}\n`;
      line = indent;
    }
    line += `${word} `;
  }
  return (done + line).slice(indent.length, -1);
}

function scalarStr(x: Element, dtype: string): string {
  const format = floatFormat(dtype);
  if (typeof x === 'boolean') return x ? 'True' : 'False';
  return format === undefined ? String(x) : scalarFloatStr(Number(x), format);
}

function elementFormatter(shown: readonly Element[], dtype: string): (x: Element) => string {
  const format = floatFormat(dtype);
  if (format !== undefined) {
    const text = floatFormatter(shown.map(Number), format);
    return (x) => text(Number(x));
  }
  if (dtype === 'Bool') return (x) => (x ? ' True' : 'False');
  const width = Math.max(...shown.map((x) => String(x).length));
  return (x) => String(x).padStart(width);
}
