// Prints the project's figures as JSON lines; bench/README.md says how to read them.
// `npm run bench` runs everything, `npm run bench -- matmul conv` only workloads whose names begin so.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const GROUPS = ['matmul', 'conv', 'elementwise', 'eager', 'memory', 'lenet', 'startup'];
const wanted = process.argv.slice(2);
const file = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url));

for (const group of GROUPS) {
  if (wanted.length && !wanted.some((w) => group.startsWith(w) || w.startsWith(group))) continue;
  // A process for each group: what one leaves behind (heap, compiled code) must not help or hurt the next.
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--expose-gc', file(group)], { stdio: 'inherit' });
  if (run.status !== 0) process.exitCode = 1;
}
