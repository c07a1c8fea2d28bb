// Plain C (native.c, compiled by run.ts where there is a compiler): what the processor and the memory can do.
// BENCH_THREADS sets its threads.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { main } from './measure.ts';
import type { Run } from './measure.ts';

const program = fileURLToPath(new URL('../../.cache/bench-native', import.meta.url));

const workload = (name: string) => async (): Promise<Run> => {
  const [first, ...rest] = execFileSync(program, [name, process.env['BENCH_THREADS'] ?? '1'], { encoding: 'utf8' }).trim().split('\n'); // prettier-ignore
  return { times: rest.map(Number), check: first!.split(' ').map(Number) };
};

const names = ['matmul-128', 'matmul-1024', 'elementwise-4m', 'proxadagrad-10m'];
await main('native', Object.fromEntries(names.map((name) => [name, workload(name)])));
