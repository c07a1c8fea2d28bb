import { median } from './measure.ts';
import type { Line } from './measure.ts';
import { passes, workloads } from './workloads.ts';

/** A peer's figures for a workload: the best of the passes and the median of their medians. */
export interface Figure {
  readonly best: number;
  readonly median: number;
  readonly notes: readonly string[];
}

export interface Table {
  /** By workload, then by peer, in the order of the plan. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, Figure>>;
  /** Runs that do not count, and why. */
  readonly refused: readonly string[];
}

export const lowerIsBetter = (workload: string): boolean => workloads[workload]!.unit === 'ms';

/** How many times as fast as `other` a figure is. */
export function speed(workload: string, figure: number, other: number): number {
  return lowerIsBetter(workload) ? other / figure : figure / other;
}

export function tableOf(lines: readonly Line[]): Table {
  const refused = new Set<string>();
  const counted = lines.filter((line) => {
    const { peer, workload, error, check = [] } = line;
    if (error !== undefined) refused.add(`${workload}, ${peer}: ${error}`);
    else if (!passes(workload, check)) refused.add(`${workload}, ${peer}: computed ${check.join(' ')}`);
    else return true;
    return false;
  });
  const rows = new Map<string, Map<string, Figure>>();
  for (const workload of Object.keys(workloads)) {
    const here = counted.filter((line) => line.workload === workload);
    const row = new Map<string, Figure>();
    for (const peer of new Set(here.map((line) => line.peer))) {
      const own = here.filter((line) => line.peer === peer);
      const bests = own.map((line) => line.best!);
      row.set(peer, {
        best: lowerIsBetter(workload) ? Math.min(...bests) : Math.max(...bests),
        median: median(own.map((line) => line.median!)),
        notes: [...new Set(own.flatMap((line) => line.note ?? []))],
      });
    }
    if (row.size > 0) rows.set(workload, row);
  }
  return { rows, refused: [...refused] };
}

/** Three significant digits, thousands apart. */
export function short(x: number): string {
  return x >= 1000 ? Math.round(x).toLocaleString('en') : String(Number(x.toPrecision(3)));
}
