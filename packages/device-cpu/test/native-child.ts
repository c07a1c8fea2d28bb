import { CpuDevice } from '../src/index.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { bytesFor, matmul, once, rowSums } from './native-kernels.ts';

// A program that computes on the native tier with several threads and simply ends: native-cache.test.ts looks at how.
const device = new CpuDevice(nodePlatform(), { tier: 'native', threads: 3 });
const { eager, reason } = device.tierReport();
if (reason) console.log(reason);
let total = 0;
for (const kernel of [matmul(200, 200, 200), rowSums(64, 5000)]) {
  const out = once(device, kernel, kernel.inputs.map((s, i) => bytesFor(s, i))); // prettier-ignore
  total = out.reduce((h, x) => (Math.imul(h, 31) + x) >>> 0, total);
}
console.log(`${eager} ${total} workers: ${device.pool.running}`);
