import { CpuDevice } from '../src/index.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { bytesFor, matmul, once, programOf, rowSums, unary } from './native-kernels.ts';

// A program that computes on the native tier with several threads and simply ends: native-cache.test.ts looks at how.
const device = new CpuDevice(nodePlatform(), { tier: 'native', threads: 3 });
const { eager, reason } = device.tierReport();
if (reason) console.log(reason);
let total = 0;
for (const kernel of [matmul(200, 200, 200), rowSums(64, 5000)]) {
  const out = once(device, kernel, kernel.inputs.map((s, i) => bytesFor(s, i))); // prettier-ignore
  total = out.reduce((h, x) => (Math.imul(h, 31) + x) >>> 0, total);
}
const program = programOf(
  matmul(100, 100, 100),
  unary(10_000, (x) => x.exp()),
);
const inputs = program.inputs.map((v, i) => {
  const bytes = bytesFor(program.values[v]!, i);
  const storage = device.allocate(bytes.length);
  device.write(storage, bytes);
  return storage;
});
const output = device.allocate(40_000);
device.compileProgram(program).run(inputs, [output]);
const bytes = new Uint8Array(output.bytes);
device.read(output, bytes);
total = bytes.reduce((h, x) => (Math.imul(h, 31) + x) >>> 0, total);
console.log(`${eager} ${total} workers: ${device.pool.running}`);
