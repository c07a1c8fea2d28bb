import { extent, position, ticks } from './chart-scale.ts';

/** Means of the finite values in `count` equal parts; NaN for a part without any. Fewer values than parts stay as they are. */
function resample(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    const finite = part.filter(Number.isFinite);
    return finite.reduce((sum, v) => sum + v / finite.length, finite.length > 0 ? 0 : NaN);
  });
}

/** The block with so many of eight parts filled. */
const block = (eighths: number): string => String.fromCharCode(0x2580 + eighths);

/** Values as one line of blocks (`▇▅▃▂▁▁`), at most `width` of them; a blank where there is none. */
export function sparkline(values: readonly number[], width = 60): string {
  const parts = resample(values, Math.max(1, width));
  const [low, high] = extent(parts);
  return parts
    .map((v) => (Number.isFinite(v) ? block(Math.min(8, 1 + Math.floor(position(v, low, high) * 8))) : ' '))
    .join('');
}

/** Bits of the eight dots of a braille character, by row and column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/**
 * Values as a curve of braille dots with a y axis, for a terminal.
 * @param options.width characters in all. Default 72.
 * @param options.height lines of the curve. Default 10.
 */
export function terminalPlot(
  values: readonly number[],
  options: { readonly width?: number | undefined; readonly height?: number | undefined } = {},
): string {
  const rows = Math.max(2, options.height ?? 10);
  const probe = resample(values, 2 * Math.max(10, options.width ?? 72));
  const [low, high] = extent(probe);
  const marks = ticks(low, high, Math.max(2, Math.floor(rows / 2)));
  const toRow = (v: number) => Math.round((1 - position(v, low, high)) * (rows * 4 - 1));
  const labels = new Map(marks.map((mark) => [Math.floor(toRow(mark.value) / 4), mark.text]));
  const margin = Math.max(...[...labels.values()].map((text) => text.length), 0);
  const columns = Math.max(4, (options.width ?? 72) - margin - 2);
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  const points = resample(values, columns * 2);
  const stretch = points.length > 1 && points.length < columns * 2 ? (columns * 2 - 1) / (points.length - 1) : 1;
  const dot = (x: number, y: number) => {
    cells[y >> 2]![x >> 1]! |= dots[y & 3]![x & 1]!;
  };
  points.forEach((v, i) => {
    if (!Number.isFinite(v)) return;
    const [x, y] = [Math.round(i * stretch), toRow(v)];
    dot(x, y);
    const before = points[i - 1];
    if (before === undefined || !Number.isFinite(before)) return;
    const [fromX, fromY] = [Math.round((i - 1) * stretch), toRow(before)];
    const steps = Math.max(Math.abs(x - fromX), Math.abs(y - fromY));
    for (let k = 1; k < steps; k++)
      dot(Math.round(fromX + ((x - fromX) * k) / steps), Math.round(fromY + ((y - fromY) * k) / steps));
  });
  return cells
    .map((row, r) => {
      const label = labels.get(r);
      const curve = Array.from(row, (bits) => (bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits))).join('');
      const axis = String.fromCharCode(label === undefined ? 0x2502 : 0x2524);
      return `${(label ?? '').padStart(margin)} ${axis}${curve}`.trimEnd();
    })
    .join('\n');
}
