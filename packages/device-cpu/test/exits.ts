import { CpuRuntime } from '../src/index.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { at, forEach, output, plan } from './kernels.ts';

// A program that uses the pool and simply ends: pool.test.ts looks at how.
const cpu = new CpuRuntime(nodePlatform(), { threads: 3 });
const kernel = cpu.load(
  plan({
    bodies: [forEach(`(i32.store ${at(0)} (local.get $i))`)],
    steps: [{ args: [output(0)], grain: 8, cost: 1000 }],
  }),
);
const out = cpu.allocate(4000);
const end = performance.now() + 20_000;
while (cpu.pool.running < 2 && performance.now() < end) kernel.run([], [out], 1000);
console.log(`workers: ${cpu.pool.running}`);
