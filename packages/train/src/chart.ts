import { extent, logTicks, position, smoothed, ticks } from './chart-scale.ts';

/** A line of a chart. Values that are NaN or infinite leave a gap. */
export interface ChartSeries {
  readonly name: string;
  readonly y: readonly number[];
  /** As many as `y`, not decreasing. Default 1, 2, 3, ... */
  readonly x?: readonly number[] | undefined;
  /** Weight of the past in the smoothed line, from 0 (none) to below 1. Default 0.9 for 50 values and more. */
  readonly smoothing?: number | undefined;
}

export interface ChartOptions {
  readonly title?: string | undefined;
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  /** In pixels. Default 800. */
  readonly width?: number | undefined;
  /** In pixels. Default 450. */
  readonly height?: number | undefined;
  /** A logarithmic y axis; values of 0 and below leave a gap. */
  readonly logY?: boolean | undefined;
}

type Point = readonly [x: number, y: number];

// Okabe and Ito's colours, told apart by nearly everyone; those that are too pale on white are left out.
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#333333'];
const font = 'font-family="system-ui, sans-serif"';

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // XML has no place for control characters and lone surrogates, not even escaped.
  return text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ').replace(/[&<>"]/g, (c) => entities[c]!);
}

const coordinate = (v: number) => String(Math.round(v * 100) / 100);

/** The runs of points between gaps. */
function runs(points: Iterable<Point>): Point[][] {
  const out: Point[][] = [[]];
  for (const point of points) {
    if (Number.isFinite(point[0]) && Number.isFinite(point[1])) out.at(-1)!.push(point);
    else if (out.at(-1)!.length > 0) out.push([]);
  }
  return out.filter((run) => run.length > 0);
}

/** At most four points (first, lowest, highest, last) for each pixel column: it looks the same, and the file stays small. */
function thinned(points: readonly Point[]): readonly Point[] {
  const out: Point[] = [];
  for (let from = 0; from < points.length;) {
    const column = Math.floor(points[from]![0]);
    let to = from + 1;
    while (to < points.length && Math.floor(points[to]![0]) === column) to++;
    if (to - from <= 4) out.push(...points.slice(from, to));
    else {
      let [low, high] = [from, from];
      for (let i = from; i < to; i++) {
        if (points[i]![1] < points[low]![1]) low = i;
        if (points[i]![1] > points[high]![1]) high = i;
      }
      const kept = [...new Set([from, low, high, to - 1])].sort((a, b) => a - b);
      out.push(...kept.map((i) => points[i]!));
    }
    from = to;
  }
  return out;
}

function draw(points: Iterable<Point>, colour: string, width: number, opacity: number): string {
  const paint = `stroke="${colour}" stroke-width="${width}" stroke-opacity="${opacity}"`;
  return runs(points)
    .map((run) => {
      const [first] = run;
      if (run.length === 1) {
        const [x, y] = first!.map(coordinate);
        return `<circle cx="${x}" cy="${y}" r="${width + 1}" fill="${colour}" fill-opacity="${opacity}"/>`;
      }
      const path = thinned(run).map(([x, y]) => `${coordinate(x)},${coordinate(y)}`);
      return `<polyline fill="none" ${paint} stroke-linejoin="round" points="${path.join(' ')}"/>`;
    })
    .join('\n');
}

/**
 * A line chart as a self-contained SVG document: title, axes with round ticks, light background, a legend when there
 * is more than one series. A smoothed series is drawn over its pale raw values.
 */
export function renderChart(series: readonly ChartSeries[], options: ChartOptions = {}): string {
  const { title = '', xLabel = '', yLabel = '', logY = false } = options;
  const width = Math.max(200, options.width ?? 800);
  const height = Math.max(150, options.height ?? 450);
  const lines = series.map((s, i) => {
    const x = s.x ?? s.y.map((_, k) => k + 1);
    const y = logY ? s.y.map((v) => (v > 0 ? v : NaN)) : s.y;
    const weight = s.smoothing ?? (y.length >= 50 ? 0.9 : 0);
    return {
      name: s.name,
      colour: colours[i % colours.length]!,
      x,
      y,
      smooth: weight > 0 ? smoothed(y, weight) : null,
    };
  });
  const shown = lines.flatMap((l) => l.x.filter((_, k) => Number.isFinite(l.y[k])));
  const [first, x1] = extent(shown);
  const x0 = first > 0 && first <= x1 * 0.05 ? 0 : first;
  const [low, high] = extent(lines.flatMap((l) => l.y));
  const legend = series.length > 1 ? 22 : 0;
  const box = {
    left: 70,
    right: width - 20,
    top: (title === '' ? 16 : 44) + legend,
    bottom: height - (xLabel === '' ? 32 : 52),
  };
  // Some air above and below the lines; a loss that stays positive does not get an axis below zero.
  const air = (high / 2 - low / 2) * 0.1;
  const bottom = low >= 0 ? Math.max(0, low - air) : Math.max(low - air, -Number.MAX_VALUE);
  const [y0, y1] = logY ? [Math.max(low, Number.MIN_VALUE), high] : [bottom, Math.min(high + air, Number.MAX_VALUE)];
  const toX = (v: number) => box.left + position(v, x0, x1) * (box.right - box.left);
  const toY = (v: number) => {
    const up = logY ? position(Math.log(v), Math.log(y0), Math.log(y1)) : position(v, y0, y1);
    return box.bottom - up * (box.bottom - box.top);
  };
  const place = (x: readonly number[], y: readonly number[]) =>
    y.map((v, k): Point => [Number.isFinite(v) ? toX(x[k] ?? NaN) : NaN, Number.isFinite(v) ? toY(v) : NaN]);

  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escape(title === '' ? lines.map((l) => l.name).join(', ') : title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
  ];
  const text = (x: number, y: number, anchor: string, size: number, content: string, more = '') =>
    `<text x="${coordinate(x)}" y="${coordinate(y)}" text-anchor="${anchor}" font-size="${size}" fill="#333333" ${font}${more}>${escape(content)}</text>`;
  if (title !== '') out.push(text(box.left, 27, 'start', 17, title, ' font-weight="600"'));
  const yTicks = logY ? logTicks(y0, y1) : ticks(y0, y1, Math.floor((box.bottom - box.top) / 50));
  for (const tick of yTicks) {
    const y = coordinate(toY(tick.value));
    out.push(`<line x1="${box.left}" x2="${box.right}" y1="${y}" y2="${y}" stroke="#e3e3e3"/>`);
    out.push(text(box.left - 8, toY(tick.value) + 4, 'end', 12, tick.text));
  }
  for (const tick of ticks(x0, x1, Math.floor((box.right - box.left) / 90))) {
    const x = coordinate(toX(tick.value));
    out.push(`<line x1="${x}" x2="${x}" y1="${box.bottom}" y2="${box.bottom + 5}" stroke="#888888"/>`);
    out.push(text(toX(tick.value), box.bottom + 19, 'middle', 12, tick.text));
  }
  out.push(
    `<polyline fill="none" stroke="#888888" points="${box.left},${box.top} ${box.left},${box.bottom} ${box.right},${box.bottom}"/>`,
  );
  if (xLabel !== '') out.push(text((box.left + box.right) / 2, height - 12, 'middle', 13, xLabel));
  if (yLabel !== '') {
    const middle = coordinate((box.top + box.bottom) / 2);
    out.push(text(18, (box.top + box.bottom) / 2, 'middle', 13, yLabel, ` transform="rotate(-90 18 ${middle})"`));
  }
  for (const { x, y, smooth, colour } of lines) {
    out.push(draw(place(x, y), colour, smooth ? 1 : 2, smooth ? 0.3 : 1));
    if (smooth) out.push(draw(place(x, smooth), colour, 2.2, 1));
  }
  if (legend > 0) {
    let x = box.left;
    for (const { name, colour } of lines) {
      const y = box.top - 14;
      out.push(`<line x1="${x}" x2="${x + 18}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="3"/>`);
      out.push(text(x + 24, y + 4, 'start', 12, name));
      x += 44 + 7 * [...name].length;
    }
  }
  if (shown.length === 0)
    out.push(text((box.left + box.right) / 2, (box.top + box.bottom) / 2, 'middle', 14, 'no values'));
  return `${[...out, '</svg>'].filter((line) => line !== '').join('\n')}\n`;
}
