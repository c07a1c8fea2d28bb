import { limits } from './limits.ts';
import { machineText } from './machine.ts';
import type { Machine } from './machine.ts';
import { goals, plan, titleOf } from './plan.ts';
import type { Goal } from './plan.ts';
import { short, speed } from './table.ts';
import type { Table } from './table.ts';
import { workloads } from './workloads.ts';

interface Outcome {
  readonly goal: Goal;
  readonly reached: boolean;
  readonly text: string;
}

function bestOf(
  row: Table['rows'] extends ReadonlyMap<string, infer R> ? R : never,
  workload: string,
  peers: readonly string[],
) {
  // prettier-ignore
  const there = peers.filter((peer) => row.has(peer));
  if (there.length === 0) return undefined;
  return there.reduce((a, b) => (speed(workload, row.get(a)!.best, row.get(b)!.best) >= 1 ? a : b));
}

function outcome(goal: Goal, table: Table): Outcome | undefined {
  const row = table.rows.get(goal.workload);
  const own = row && bestOf(row, goal.workload, goal.own);
  const other = row && bestOf(row, goal.workload, goal.against);
  if (!row || own === undefined || other === undefined) return undefined;
  const ratio = speed(goal.workload, row.get(own)!.best, row.get(other)!.best);
  const middle = speed(goal.workload, row.get(own)!.median, row.get(other)!.median);
  const reached = ratio >= goal.ratio;
  const figures = `${short(row.get(own)!.best)} against ${short(row.get(other)!.best)} ${workloads[goal.workload]!.unit}`;
  const text = `| ${goal.workload} | ${titleOf(own)} | ${goal.text} | ${figures} | ${short(ratio)} (${short(middle)}) | ${short(goal.ratio)} | ${reached ? 'yes' : 'no'} |`;
  return { goal, reached, text };
}

/** How often everything ran; workloads that ran more often than others are named, as that favours their best figures. */
function passesText({ passes }: Table): string {
  const counts = [...new Set(passes.values())].sort((a, b) => a - b);
  const of = (count: number) => [...passes].filter(([, c]) => c === count).map(([workload]) => workload);
  if (counts.length === 1) return `Interleaved passes: ${counts[0]}`;
  return `Interleaved passes: ${counts.map((count) => `${count} (${of(count).join(', ')})`).join(', ')}`;
}

/** docs/benchmarks.md: machine, figures, goals, and for goals that were missed what limits them. */
export function reportOf(table: Table, machine: Machine): string {
  const order = [...Object.keys(plan), 'node'];
  const there = new Set([...table.rows.values()].flatMap((row) => [...row.keys()]));
  const peers = [...order.filter((peer) => there.has(peer)), ...[...there].filter((peer) => !order.includes(peer))];
  const cells = (workload: string) =>
    peers.map((peer) => {
      const figure = table.rows.get(workload)!.get(peer);
      return figure ? `${short(figure.best)} / ${short(figure.median)}` : '';
    });
  const outcomes = goals.flatMap((goal) => outcome(goal, table) ?? []);
  const missed = outcomes.filter((o) => !o.reached).map(({ goal: { workload, own } }) => (own[0]!.includes('native') ? `${workload} (native)` : workload)); // prettier-ignore
  const lines = [
    '# Benchmarks against other libraries',
    '',
    'Written by `npm run bench:peers`; [bench/README.md](../bench/README.md) says what the workloads are and how they are timed. Every library starts from the same numbers and must compute the same results: a run that does not is left out.',
    '',
    machineText(machine, [`Node ${machine.node}`, `${machine.compiler ?? 'no C compiler'}. ${passesText(table)}`]),
    '',
    '![speeds by workload](benchmarks.svg)',
    '',
    'Cells: best / median. Better high: GFLOP/s, steps/s, ops/s. Better low: ms. Empty: not run, or the library cannot do it.',
    '',
    `| workload | ${peers.map(titleOf).join(' | ')} |`,
    `|---|${peers.map(() => '---').join('|')}|`,
    ...[...table.rows.keys()].map((w) => `| ${w} (${workloads[w]!.unit}) | ${cells(w).join(' | ')} |`),
    '',
    '## Goals',
    '',
    'Ratios of speeds within this run: best figures (medians in brackets).',
    '',
    '| workload | sporelet | against | figures | ratio | goal | reached |',
    '|---|---|---|---|---|---|---|',
    ...outcomes.map((o) => o.text),
    '',
  ];
  if (missed.length > 0) {
    lines.push('## What limits the rest', '');
    for (const name of missed) lines.push(`- **${name}**: ${limits[name] ?? 'not yet looked into.'}`);
    lines.push('');
  }
  const notes = [...table.rows].flatMap(([workload, row]) =>
    [...row].flatMap(([peer, figure]) => figure.notes.map((note) => `- ${workload}, ${titleOf(peer)}: ${note}.`)),
  );
  if (notes.length > 0) lines.push('## Notes', '', ...notes, '');
  if (table.refused.length > 0) {
    const one = (s: string) => s.replaceAll(/\s+/g, ' ').replace(/file:\S+/g, '');
    lines.push('## Left out', '', ...table.refused.map((s) => `- ${one(s)}`), '');
  }
  return `${lines.join('\n')}`;
}
