import { workloads } from './workloads.ts';
import type { Unit } from './workloads.ts';

/** What one process prints: a workload's best and median over rounds, or why there is none. */
export interface Line {
  readonly peer: string;
  readonly workload: string;
  readonly unit?: Unit;
  readonly best?: number;
  readonly median?: number;
  readonly rounds?: number;
  readonly check?: readonly number[];
  readonly note?: string;
  readonly error?: string;
  /** Of the machine, one minute's mean when the process ended. */
  readonly load?: number;
}

export interface Run {
  /** Milliseconds of one unit of work, a round each. */
  readonly times: readonly number[];
  readonly check: readonly number[];
  readonly note?: string | undefined;
}

export interface Timing {
  /** Units of work in one call. */
  readonly per?: number;
  /** Calls before anything is timed. */
  readonly warm?: number;
  readonly round?: number;
}

/** Eight rounds of about 0.2 s after half a second's warm-up; a call that takes seconds gets fewer. */
export async function times(step: () => unknown, { per = 1, warm = 2, round = 200 }: Timing = {}): Promise<number[]> {
  const begin = performance.now();
  let calls = 0;
  do {
    await step();
    calls++;
  } while ((performance.now() - begin < 500 || calls < warm) && performance.now() - begin < 40_000);
  const one = Math.max((performance.now() - begin) / calls, 1e-3);
  const each = Math.max(1, Math.round(round / one));
  const result: number[] = [];
  for (let i = 0; i < 8 && (i < 2 || performance.now() - begin < 45_000); i++) {
    const start = performance.now();
    for (let k = 0; k < each; k++) {
      const pending = step();
      // Waiting for what is no promise would cost a library that computes at once its speed.
      if (pending instanceof Promise) await pending;
    }
    result.push((performance.now() - start) / each / per);
  }
  return result;
}

/** Times a training step and keeps the losses of steps 1, 2, 3 and 10. */
export async function training(step: () => number | Promise<number>, note?: string): Promise<Run> {
  const losses: number[] = [];
  let steps = 0;
  const keep = (loss: number): void => {
    steps++;
    if (steps <= 3 || steps === 10) losses.push(loss);
  };
  const all = await times(
    () => {
      const loss = step();
      return loss instanceof Promise ? loss.then(keep) : keep(loss);
    },
    { warm: 10, round: 300 },
  );
  return { times: all, check: losses, note };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The line of a run. */
export function lineOf(peer: string, workload: string, run: Run): Line {
  const { unit, work = 1 } = workloads[workload]!;
  const figure = (ms: number) => (unit === 'ms' ? ms : unit === 'GFLOP/s' ? work / ms / 1e6 : 1000 / ms);
  const figures = run.times.map(figure);
  const short = (x: number, digits: number) => Number(x.toPrecision(digits));
  return {
    peer,
    workload,
    unit,
    best: short(unit === 'ms' ? Math.min(...figures) : Math.max(...figures), 4),
    median: short(median(figures), 4),
    rounds: figures.length,
    check: run.check.map((x) => short(x, 6)),
    ...(run.note === undefined ? {} : { note: run.note }),
  };
}

export type Workloads = Readonly<Record<string, () => Promise<Run>>>;

/** A library's process: runs the workload named on its command line and prints one line. */
export async function main(peer: string, table: Workloads): Promise<void> {
  const workload = process.argv[2] ?? '';
  const run = table[workload];
  let line: Line;
  try {
    if (run === undefined) throw new Error(`there is no workload '${workload}' here`);
    line = lineOf(peer, workload, await run());
  } catch (error) {
    line = { peer, workload, error: String(error instanceof Error ? error.message : error).slice(0, 400) };
  }
  console.log(JSON.stringify(line));
  process.exit();
}
