/** One line of output: a workload's best and median over rounds. */
export interface Line {
  readonly workload: string;
  readonly unit: string;
  readonly best: number;
  readonly median: number;
  readonly node: string;
  readonly note?: string;
}

const significant = (x: number): number => Number(x.toPrecision(4));

export function print(workload: string, unit: string, rounds: readonly number[], note?: string): void {
  const better = unit.endsWith('/s') ? Math.max : Math.min;
  const sorted = [...rounds].sort((a, b) => a - b);
  const line: Line = {
    workload,
    unit,
    best: significant(better(...rounds)),
    median: significant(sorted[Math.floor(sorted.length / 2)]!),
    node: process.version,
    ...(note ? { note } : {}),
  };
  console.log(JSON.stringify(line));
}

/** Seconds of one call, in 8 rounds of about 0.2 s after a warm-up of 0.5 s. */
export function seconds(call: () => void, { warm = 0.5, rounds = 8, round = 0.2 } = {}): number[] {
  const now = () => performance.now() / 1000;
  const start = now();
  let calls = 0;
  do {
    call();
    calls++;
  } while (now() - start < warm);
  const each = Math.max(1, Math.round((round * calls) / (now() - start)));
  return Array.from({ length: rounds }, () => {
    const t = now();
    for (let i = 0; i < each; i++) call();
    return (now() - t) / each;
  });
}

/** Uniform in [low, high), the same in every run. */
export function uniform(size: number, low: number, high: number, seed = 1): Float32Array {
  let s = seed >>> 0;
  return Float32Array.from({ length: size }, () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return low + ((s >>> 8) / 2 ** 24) * (high - low);
  });
}
