import * as ms from 'sporelet';
import { Tensor, ops } from 'sporelet';
import { bareMicroKernel } from './micro-kernel.ts';
import { print, seconds, uniform } from './harness.ts';

const square = (n: number, seed: number) => new Tensor(uniform(n * n, -1, 1, seed), { shape: [n, n] });

function product(n: number, threads: number): void {
  ms.setThreads(threads);
  const a = square(n, 1);
  const b = square(n, 2);
  const times = seconds(() => {
    ops.matmul(a, b).dispose();
  });
  print(`matmul-${n}${threads > 1 ? `-${threads}t` : ''}`, 'GFLOP/s', times.map((t) => (2 * n ** 3) / t / 1e9)); // prettier-ignore
}

// The micro-kernel in cache: what the packed product is measured against.
print('matmul-bare', 'GFLOP/s', bareMicroKernel());
for (const n of [128, 512, 1024]) product(n, 1);
for (const n of [512, 1024]) product(n, 2);
