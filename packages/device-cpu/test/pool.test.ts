import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ValueError } from '@sporelet/ir';
import { afterEach, describe, expect, it } from 'vitest';
import { CpuRuntime } from '../src/index.ts';
import type { CpuOptions, Platform } from '../src/index.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { addPlan, at, bytesOf, forEach, input, output, plan } from './kernels.ts';

let runtime: CpuRuntime | undefined;
afterEach(() => {
  runtime?.pool.stop();
  runtime = undefined;
});

function start(threads: number, platform: Platform = nodePlatform(), options: CpuOptions = {}): CpuRuntime {
  return (runtime = new CpuRuntime(platform, { threads, ...options }));
}

/** A platform whose workers run a changed script; the change must change something. */
function changed(from: string, to: string): Platform {
  const platform = nodePlatform();
  return {
    ...platform,
    startWorker(script, begin, failed) {
      expect(script).toContain(from);
      return platform.startWorker(script.replaceAll(from, to), begin, failed);
    },
  };
}

/** Each unit adds `step` to its element: an element that is off was done twice, never, or by another region's kernel. */
const counting = (step: number): string =>
  forEach(`(i32.store ${at(1)} (i32.add (i32.load ${at(0)}) (i32.const ${step})))`);

/** Runs regions of many sizes with several kernels, and checks every element after each few. */
function hammer(cpu: CpuRuntime, regions: number): void {
  const most = 3000;
  const kernels = [1, 10, 100].map((step) =>
    cpu.load(plan({ bodies: [counting(step)], steps: [{ args: [input(0), output(0)], grain: 8, cost: 5000 }] })),
  );
  const data = cpu.allocate(4 * most);
  cpu.write(data, new Uint8Array(4 * most));
  const expected = new Int32Array(most);
  const found = new Int32Array(most);
  let seed = 3;
  for (let r = 0; r < regions; r++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 1;
    const n = 32 + (seed % (most - 32));
    const k = seed % 3;
    kernels[k]!.run([data], [data], n);
    for (let i = 0; i < n; i++) expected[i]! += 10 ** k;
    if (r % 10 !== 0) continue;
    cpu.read(data, bytesOf(found));
    if (Buffer.compare(bytesOf(found), bytesOf(expected)) !== 0) {
      const i = found.findIndex((value, at) => value !== expected[at]);
      throw new Error(`region ${r}: element ${i} is ${found[i]}, not ${expected[i]}`);
    }
  }
}

/** Repeats small regions until the workers have come. */
function untilRunning(cpu: CpuRuntime, workers: number): void {
  const end = performance.now() + 20_000;
  while (cpu.pool.running < workers && performance.now() < end) hammer(cpu, 1);
  expect(cpu.pool.running).toBe(workers);
}

describe('Pool', () => {
  it.each([[1], [2], [3], [4]])('does every unit once with %i threads', (threads) => {
    const cpu = start(threads);
    hammer(cpu, 300);
    untilRunning(cpu, threads - 1);
    hammer(cpu, 3000);
  });

  it('does every unit once when the main thread may not wait', () => {
    const cpu = start(3, { ...nodePlatform(), canWait: false });
    untilRunning(cpu, 2);
    hammer(cpu, 1500);
  });

  it.each([
    ['between reading a job and claiming', 'for (let n = take('],
    ['before it believes a job', 'if (kernel === undefined) return;'],
    ['while it holds a chunk', 'const lo = n * chunk;'],
    ['before it reports a chunk', 'Atomics.add(i32, W.done, 1);'],
  ])('does every unit once when workers are held up %s', (_where, line) => {
    // Up to 3 ms, now and then: longer than many regions.
    const nap =
      'if (Math.random() < 0.2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * 3);';
    const cpu = start(3, changed(line, `${nap} ${line}`));
    untilRunning(cpu, 2);
    hammer(cpu, 400);
  });

  it('reaches workers with kernels that lie beyond the memory they started with', () => {
    const cpu = start(3);
    untilRunning(cpu, 2);
    const hold = Array.from({ length: 6 }, () => cpu.allocate(64 << 20));
    for (let k = 0; k < 20; k++) hammer(cpu, 60);
    expect(hold).toHaveLength(6);
  });

  it('gives the same bits for every number of threads', () => {
    const n = 400_000;
    const a = Float32Array.from({ length: n }, (_, i) => Math.sin(i) * 1e3);
    const results = [1, 2, 4].map((threads) => {
      const cpu = start(threads);
      const exe = cpu.load(addPlan());
      const [x, y] = [cpu.allocate(4 * n), cpu.allocate(4 * n)];
      cpu.write(x, bytesOf(a));
      for (let k = 0; k < 50; k++) exe.run([x, x], [y], n);
      const into = new Uint8Array(4 * n);
      cpu.read(y, into);
      cpu.pool.stop();
      return into;
    });
    expect(Buffer.compare(results[0]!, results[1]!)).toBe(0);
    expect(Buffer.compare(results[0]!, results[2]!)).toBe(0);
  });

  it('raises what went wrong in a worker, and goes on', () => {
    const calls = 'kernel(args, lo, Math.min(lo + chunk, units));';
    const cpu = start(2, changed(calls, `throw new Error('the worker is broken');`));
    let error: unknown;
    const end = performance.now() + 20_000;
    while (error === undefined && performance.now() < end) {
      try {
        hammer(cpu, 1);
      } catch (caught) {
        if (!String(caught).startsWith('Error: region')) error = caught;
      }
    }
    expect(error).toMatchObject({
      name: 'RuntimeError',
      message: 'a worker thread failed: Error: the worker is broken',
    });
    cpu.setThreads(1);
    hammer(cpu, 10);
  });

  it('raises a trap whichever thread meets it, and goes on', () => {
    const cpu = start(3);
    untilRunning(cpu, 2);
    const body = forEach('(if (i32.eq (local.get $i) (i32.const 77)) (then (unreachable)))');
    const exe = cpu.load(plan({ bodies: [body], steps: [{ args: [], grain: 1, cost: 50_000 }] }));
    for (let k = 0; k < 300; k++) {
      expect(() => exe.run([], [], 150)).toThrow('unreachable');
      exe.run([], [], 77);
    }
    hammer(cpu, 300);
  });

  it('works on without workers that never start', () => {
    const cpu = start(3, changed(`'use strict';`, `throw new Error('no worker here');`));
    hammer(cpu, 200);
    const trap = cpu.load(plan({ bodies: ['(unreachable)'], steps: [{ args: [], grain: 1, cost: 50_000 }] }));
    expect(() => trap.run([], [], 100)).toThrow('unreachable');
    hammer(cpu, 10);
  });

  it('works on where workers are forbidden', () => {
    const startWorker = (): never => {
      throw new Error('ERR_ACCESS_DENIED');
    };
    const cpu = start(3, { ...nodePlatform(), startWorker });
    hammer(cpu, 50);
    expect(cpu.threads).toBe(1);
  });

  it('changes the number of threads at any time', () => {
    const cpu = start(4);
    untilRunning(cpu, 3);
    for (const threads of [1, 3, 2, 4, 1, 4]) {
      cpu.setThreads(threads);
      expect(cpu.threads).toBe(threads);
      hammer(cpu, 200);
    }
    expect(() => cpu.setThreads(0)).toThrow(ValueError);
    cpu.setThreads(1000);
    expect(cpu.threads).toBe(16);
  });

  it('has one thread on memory that is not shared', () => {
    expect(start(4, nodePlatform(), { shared: false }).threads).toBe(1);
    expect(start(4, { ...nodePlatform(), sharedMemory: false }).threads).toBe(1);
  });

  it('shares out what is large, in chunks of whole grains', () => {
    const { pool } = start(2);
    expect(pool.chunk(1000, 16, 1)).toBe(0);
    for (const [units, grain, cost] of [
      [1e6, 16, 1],
      [5000, 8, 300],
      [64, 1, 1e6],
      [1000, 64, 1e5],
    ] as const) {
      // prettier-ignore
      const chunk = pool.chunk(units, grain, cost);
      expect(chunk).toBeGreaterThan(0);
      expect(chunk % grain).toBe(0);
      expect(chunk).toBeLessThan(units);
    }
    expect(pool.chunk(8, 8, 1e9)).toBe(0);
  });

  it('lets the process end', () => {
    const program = fileURLToPath(new URL('exits.ts', import.meta.url));
    const child = spawnSync(process.execPath, ['--import', 'tsx', program], { encoding: 'utf8', timeout: 25_000 });
    expect(child).toMatchObject({ status: 0, signal: null, stdout: 'workers: 2\n', stderr: '' });
  });
});
