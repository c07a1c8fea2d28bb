import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extent, logTicks, smoothed, ticks } from '../src/chart-scale.ts';
import { sparkline, terminalPlot } from '../src/chart-terminal.ts';
import type { ChartOptions, ChartSeries } from '../src/chart.ts';
import { renderChart } from '../src/chart.ts';

interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly text: string;
}

/** The elements of an XML document; throws unless it is well-formed (as far as our own output goes). */
function parseXml(xml: string): Element[] {
  const open: string[] = [];
  const out: Element[] = [];
  const tag = /<(\/?)([a-z]+)((?: [A-Za-z0-9-]+="[^"<&]*")*)(\/?)>([^<]*)/gy;
  let end = 0;
  for (let m = tag.exec(xml); m; m = tag.exec(xml)) {
    const [, closing, name, attributes, empty, text] = m as unknown as string[];
    expect(text!.replace(/&(amp|lt|gt|quot);/g, '')).not.toMatch(/[&>]/);
    if (closing) expect(open.pop()).toBe(name);
    else
      out.push({
        name: name!,
        attributes: Object.fromEntries(
          [...attributes!.matchAll(/ ([\w-]+)="([^"]*)"/g)].map((a) => [a[1]!, a[2]!] as const),
        ),
        text: text!,
      });
    if (!closing && !empty) open.push(name!);
    end = tag.lastIndex;
  }
  expect(end, 'the whole text is parsed').toBe(xml.length);
  expect(open).toEqual([]);
  expect(out.filter((e) => e.name === 'svg')).toHaveLength(1);
  return out;
}

const chart = (series: readonly ChartSeries[], options?: ChartOptions) => parseXml(renderChart(series, options));
const curves = (elements: Element[]) =>
  elements.filter((e) => e.name === 'polyline' && e.attributes['stroke'] !== '#888888');
const pointsOf = (e: Element) =>
  e.attributes['points']!.split(' ').map((p) => p.split(',').map(Number) as [number, number]);

describe('the SVG chart', () => {
  test('draws every value inside the axes, the first left, the last right', () => {
    const elements = chart([{ name: 'loss', y: [3, 1, 2] }], {
      width: 400,
      height: 300,
      title: 'T',
      xLabel: 'step',
      yLabel: 'loss',
    });
    const [axes] = elements.filter((e) => e.name === 'polyline' && e.attributes['stroke'] === '#888888').map(pointsOf);
    const [[left, top], [, bottom], [right]] = axes as [[number, number], [number, number], [number, number]];
    const [curve] = curves(elements).map(pointsOf);
    expect(curve).toHaveLength(3);
    expect(curve![0]![0]).toBe(left);
    expect(curve![2]![0]).toBe(right);
    expect(curve![0]![1]).toBeLessThan(curve![2]![1]);
    expect(curve![2]![1]).toBeLessThan(curve![1]![1]);
    for (const [, y] of curve!) expect(y > top && y < bottom).toBe(true);
    expect(elements.filter((e) => e.name === 'text').map((e) => e.text)).toEqual(
      expect.arrayContaining(['T', 'step', 'loss', '1', '2', '3']),
    );
  });

  test('NaN and infinity leave a gap, a value between two gaps is a dot', () => {
    const elements = chart([{ name: 'loss', y: [1, 2, NaN, 3, Infinity, 4, 5, 6] }]);
    expect(curves(elements).map((e) => pointsOf(e).length)).toEqual([2, 3]);
    expect(elements.filter((e) => e.name === 'circle')).toHaveLength(1);
  });

  test('one value, no value, no series, only NaN', () => {
    expect(chart([{ name: 'a', y: [5] }]).filter((e) => e.name === 'circle')).toHaveLength(1);
    for (const series of [[], [{ name: 'a', y: [] }], [{ name: 'a', y: [NaN, NaN] }]]) {
      expect(chart(series).some((e) => e.text === 'no values')).toBe(true);
    }
  });

  test('a long series has a pale raw line, a smoothed one, and a bounded size', () => {
    const y = Array.from({ length: 30_000 }, (_, i) => Math.sin(i * 12.9898) + 1 / (i + 1));
    const svg = renderChart([{ name: 'loss', y }]);
    expect(svg.length).toBeLessThan(150_000);
    expect(curves(parseXml(svg)).map((e) => e.attributes['stroke-opacity'])).toEqual(['0.3', '1']);
    expect(curves(chart([{ name: 'loss', y, smoothing: 0 }]))).toHaveLength(1);
  });

  test('several series have a legend, and texts are escaped', () => {
    const elements = chart(
      [
        { name: 'a < b & "c"\u0000\ud800', y: [1, 2] },
        { name: 'd', y: [2, 1] },
      ],
      { title: '<script>' },
    );
    const texts = elements.filter((e) => e.name === 'text').map((e) => e.text);
    expect(texts).toEqual(expect.arrayContaining(['&lt;script&gt;', 'a &lt; b &amp; &quot;c&quot;  ', 'd']));
    expect(new Set(curves(elements).map((e) => e.attributes['stroke'])).size).toBe(2);
  });

  test('any values stay inside the picture', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e-300, -1.7e308, 1.7e308, NaN, Infinity));
    const series = fc.array(fc.array(value, { maxLength: 80 }), { maxLength: 3 });
    fc.assert(
      fc.property(series, fc.boolean(), fc.integer({ min: -5, max: 900 }), (all, logY, size) => {
        const elements = chart(
          all.map((y, i) => ({ name: `s${i}`, y })),
          { logY, width: size, height: size },
        );
        const [width, height] = elements[0]!.attributes['viewBox']!.split(' ').slice(2).map(Number) as [number, number];
        const points = elements.filter((e) => e.name === 'polyline').flatMap(pointsOf);
        const circles = elements
          .filter((e) => e.name === 'circle')
          .map((e) => [Number(e.attributes['cx']), Number(e.attributes['cy'])] as const);
        const outside = [...points, ...circles].filter(([x, y]) => !(x >= 0 && x <= width && y >= 0 && y <= height));
        expect(outside).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('scales', () => {
  test('round ticks', () => {
    const texts = (low: number, high: number, n: number) => ticks(low, high, n).map((t) => t.text);
    expect(texts(0, 1, 5)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(texts(-3, 7, 4)).toEqual(['0', '5']);
    expect(texts(1, 1876, 7)).toEqual(['500', '1,000', '1,500']);
    expect(texts(0.001, 0.0013, 3)).toEqual(['0.0010', '0.0011', '0.0012', '0.0013']);
    expect(texts(0, 5e7, 5)).toEqual(['0', '1e7', '2e7', '3e7', '4e7', '5e7']);
    expect(logTicks(0.02, 300).map((t) => t.text)).toEqual(['0.1', '1', '10', '100']);
    expect(logTicks(2, 3).length).toBeGreaterThan(1);
  });

  test('extent and smoothing pass over NaN', () => {
    expect([extent([NaN, 2, 5, Infinity]), extent([4]), extent([0]), extent([])]).toEqual([[2, 5], [2, 6], [-1, 1], [0, 1]]); // prettier-ignore
    const result = smoothed([1, NaN, 3], 0.5);
    expect(result).toEqual([1, NaN, (0.25 * 1 + 0.5 * 3) / 0.75]);
  });
});

describe('in the terminal', () => {
  test('sparkline', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
    expect(sparkline([1, NaN, 3])).toBe('▁ █');
    expect(sparkline([])).toBe('');
    expect([
      ...sparkline(
        Array.from({ length: 1000 }, (_, i) => i),
        40,
      ),
    ]).toHaveLength(40);
  });

  test('plot', () => {
    expect(terminalPlot([4, 3, 2, 1, 0], { width: 16, height: 4 })).toMatchInlineSnapshot(`
      "4 ┤⠑⠢⣀
        │   ⠑⠢⢄⡀
      2 ┤      ⠈⠒⠤⣀
      0 ┤          ⠉⠢⢄"
    `);
    for (const values of [[], [NaN], [1], [1, 1, 1], [1, NaN, 2]]) {
      const lines = terminalPlot(values, { width: 30, height: 6 }).split('\n');
      expect(lines).toHaveLength(6);
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(30);
    }
  });
});
