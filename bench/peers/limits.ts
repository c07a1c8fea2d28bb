/** What limits a workload whose goal was not reached, from profiles: kernel, shape, time. By workload; docs/benchmarks.md shows it. */
export const limits: Readonly<Record<string, string>> = {};
