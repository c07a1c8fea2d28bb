import { kindOf, titleOf } from './plan.ts';
import { lowerIsBetter, short, speed } from './table.ts';
import type { Table } from './table.ts';
import { workloads } from './workloads.ts';

const COLOURS = { own: '#0072b2', script: '#d8a25b', native: '#7fb59a', limit: '#9a9a9a' };
const LEGEND = [
  ['own', 'sporelet'],
  ['script', 'JavaScript and WebAssembly libraries'],
  ['native', 'native library'],
  ['limit', 'the limit: plain C, Node alone'],
] as const;
const [COLUMNS, PANEL, BAR, LABEL] = [3, 410, 17, 176];
const escape = (s: string): string => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** One panel for each workload; a bar is a speed, the longest in a panel the fastest. */
export function chartOf({ rows }: Table, title: string): string {
  const panels = [...rows].map(([workload, row]) => ({ workload, bars: [...row] }));
  const heights: number[] = [];
  panels.forEach(({ bars }, i) => {
    const at = Math.floor(i / COLUMNS);
    heights[at] = Math.max(heights[at] ?? 0, 52 + bars.length * BAR);
  });
  const width = COLUMNS * PANEL + 20;
  const height = 80 + heights.reduce((a, b) => a + b, 0);
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="#333333">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="20" y="28" font-size="17" font-weight="600">${escape(title)}</text>`,
  ];
  let x = 20;
  for (const [kind, name] of LEGEND) {
    out.push(`<rect x="${x}" y="41" width="12" height="12" fill="${COLOURS[kind]}"/>`);
    out.push(`<text x="${x + 18}" y="51">${escape(name)}</text>`);
    x += 40 + name.length * 7;
  }
  panels.forEach(({ workload, bars }, i) => {
    const left = 20 + (i % COLUMNS) * PANEL;
    const top = 80 + heights.slice(0, Math.floor(i / COLUMNS)).reduce((a, b) => a + b, 0);
    const { unit } = workloads[workload]!;
    const better = lowerIsBetter(workload) ? 'time: less is better, bars are speeds' : 'more is better';
    out.push(`<text x="${left}" y="${top + 12}" font-weight="600" font-size="13">${workload}</text>`);
    out.push(`<text x="${left}" y="${top + 27}" fill="#777777" font-size="11">${unit} (${better})</text>`);
    const fastest = bars.map(([, f]) => f.best).reduce((a, b) => (speed(workload, a, b) > 1 ? a : b));
    bars.forEach(([peer, { best }], k) => {
      const y = top + 36 + k * BAR;
      const length = Math.max(1, speed(workload, best, fastest) * (PANEL - LABEL - 80));
      out.push(`<text x="${left + LABEL - 6}" y="${y + 11}" text-anchor="end" font-size="11">${escape(titleOf(peer))}</text>`); // prettier-ignore
      out.push(`<rect x="${left + LABEL}" y="${y + 1}" width="${length.toFixed(1)}" height="${BAR - 4}" fill="${COLOURS[kindOf(peer)]}"/>`); // prettier-ignore
      out.push(`<text x="${(left + LABEL + length + 5).toFixed(1)}" y="${y + 11}" font-size="11">${short(best)}</text>`); // prettier-ignore
    });
  });
  return `${[...out, '</svg>'].join('\n')}\n`;
}
