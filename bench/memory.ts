// Each case runs in a process of its own, so that its greatest resident size is its own.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Tensor } from 'sporelet';
import { print, uniform } from './harness.ts';

const CASES: Readonly<Record<string, () => Promise<void> | void>> = {
  'memory-10-sync': () => small(10, 10_000_000),
  'memory-100-sync': () => small(100, 10_000_000),
  'memory-10-await': () => awaited(10, 10_000_000),
  'memory-100-await': () => awaited(100, 10_000_000),
  'memory-1mib': () => large(false),
  'memory-1mib-dispose': () => large(true),
};

function small(n: number, count: number): void {
  const b = new Tensor(uniform(n, 0, 1));
  let c = b;
  for (let i = 0; i < count; i++) c = c.add(b);
}

async function awaited(n: number, count: number): Promise<void> {
  const b = new Tensor(uniform(n, 0, 1));
  let c = b;
  for (let i = 0; i < count; i++) {
    c = c.add(b);
    await Promise.resolve();
  }
}

function large(dispose: boolean): void {
  const b = new Tensor(uniform(262_144, 0, 1));
  let c = b.add(b);
  for (let i = 0; i < 100_000; i++) {
    const next = c.add(b);
    if (dispose) c.dispose();
    c = next;
  }
}

const own = process.env['SPORELET_BENCH_CASE'];
if (own) {
  const t = performance.now();
  await CASES[own]!();
  const { maxRSS } = process.resourceUsage();
  console.log(JSON.stringify({ seconds: (performance.now() - t) / 1000, megabytes: maxRSS / 1000 }));
} else {
  const seconds = new Map<string, number>();
  for (const name of Object.keys(CASES)) {
    const run = spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url)], {
      env: { ...process.env, SPORELET_BENCH_CASE: name, SPORELET_THREADS: '1' },
      encoding: 'utf8',
    });
    if (run.status !== 0) {
      console.error(`${name}: ${run.stderr}`);
      process.exitCode = 1;
      continue;
    }
    const result = JSON.parse(run.stdout) as { seconds: number; megabytes: number };
    seconds.set(name, result.seconds);
    print(name, 'MB', [result.megabytes], 'greatest resident size');
    print(`${name}-time`, 's', [result.seconds]);
  }
  const ratio = seconds.get('memory-1mib')! / seconds.get('memory-1mib-dispose')!;
  print('memory-1mib-ratio', 'x', [ratio], 'time without dispose over time with it');
}
