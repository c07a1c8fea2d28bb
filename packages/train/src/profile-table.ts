import type { KernelInfo } from '@sporelet/ir';

/** A kernel that has run once. */
export interface KernelRun {
  readonly info: KernelInfo;
  /** Milliseconds. */
  readonly start: number;
  readonly end: number;
}

/** What many runs have in common, added up. */
export interface ProfileRow {
  readonly name: string;
  readonly calls: number;
  readonly milliseconds: number;
  /** Thousand million scalar operations, or bytes, a second. */
  readonly gflops: number;
  readonly gigabytes: number;
}

/** Adds runs up by a key, the longest first. */
export function rowsBy(runs: readonly KernelRun[], key: (run: KernelRun) => string): ProfileRow[] {
  const sums = new Map<string, { calls: number; time: number; operations: number; bytes: number }>();
  for (const run of runs) {
    const name = key(run);
    const sum = sums.get(name) ?? { calls: 0, time: 0, operations: 0, bytes: 0 };
    sums.set(name, sum);
    sum.calls++;
    sum.time += run.end - run.start;
    sum.operations += run.info.operations;
    sum.bytes += run.info.bytes;
  }
  const rows = [...sums].map(([name, s]): ProfileRow => ({
    name,
    calls: s.calls,
    milliseconds: s.time,
    gflops: s.time > 0 ? s.operations / s.time / 1e6 : 0,
    gigabytes: s.time > 0 ? s.bytes / s.time / 1e6 : 0,
  }));
  return rows.sort((a, b) => b.milliseconds - a.milliseconds);
}

/** Rows as text: times in milliseconds, the share of all, GFLOP/s (of the peak, where one is known) and GB/s. */
export function tableText(title: string, rows: readonly ProfileRow[], peak: number | null, most = 40): string {
  const all = rows.reduce((n, r) => n + r.milliseconds, 0);
  const line = (...cells: readonly string[]): string => cells.map((c, i) => (i ? c.padStart(9) : c.padEnd(56).slice(0, 56))).join(' '); // prettier-ignore
  const body = rows
    .slice(0, most)
    .map((r) =>
      line(
        r.name || '(outside of cells)',
        String(r.calls),
        r.milliseconds.toFixed(2),
        `${((100 * r.milliseconds) / (all || 1)).toFixed(1)} %`,
        r.gflops.toFixed(1),
        peak ? `${((100 * r.gflops) / peak).toFixed(0)} %` : '-',
        r.gigabytes.toFixed(1),
      ),
    );
  const more = rows.length > most ? [`... and ${rows.length - most} more`] : [];
  return [line(title, 'calls', 'ms', 'share', 'GFLOP/s', 'of peak', 'GB/s'), ...body, ...more].join('\n');
}

/** Runs as a Chrome trace: https://ui.perfetto.dev or chrome://tracing show it. Times become microseconds. */
export function chromeTrace(runs: readonly KernelRun[]): string {
  const events = runs.map(({ info, start, end }) => ({
    name: info.name,
    cat: 'kernel',
    ph: 'X',
    ts: start * 1000,
    dur: (end - start) * 1000,
    pid: 1,
    tid: 1,
    args: { cell: info.path, operations: info.operations, bytes: info.bytes },
  }));
  return JSON.stringify({ displayTimeUnit: 'ns', traceEvents: events });
}
