import { PlanBuilder, tileFunction, vecOf } from '@sporelet/compiler';
import { CpuDevice, hostPlatform } from '@sporelet/device-cpu/host';
import { float32 } from '@sporelet/ir';
import { seconds } from './harness.ts';

const K = 256;
const [ROWS, COLUMNS] = [6, 8];

/** GFLOP/s of the tile of the matrix product on panels that stay in the first-level cache. */
export function bareMicroKernel(): number[] {
  const device = new CpuDevice(hostPlatform(), { threads: 1 });
  const { target } = device;
  const b = new PlanBuilder('bare', target);
  const vec = vecOf(float32);
  const rows = target.relaxed ? ROWS : 4;
  const tile = tileFunction(b, {
    vec,
    rows,
    aRow: 4,
    bVecs: [0, 16],
    k: [{ extent: null, a: rows * 4, b: COLUMNS * 4 }],
    bNext: 0,
    cNext: 0,
    cRow: COLUMNS * 4,
    cVecs: [0, 16],
    lastLanes: 4,
  });
  // Addresses 64 KiB and up lie in the heap's pages; nothing else uses this device.
  const f = b.writer();
  f.i32(65536)
    .i32(65536 + 16384)
    .i32(65536 + 32768)
    .i32(64)
    .i32(0)
    .i32(K)
    .call(tile);
  b.step(f, [], 1, 1, 1);
  const plan = b.build();
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 65536, shared: target.shared });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(plan.code as BufferSource), { env: { memory } });
  new Float32Array(memory.buffer).fill(0.5);
  const run = exports[`k${plan.steps[0]!.fn}`] as (args: number, lo: number, hi: number) => void;
  const flop = 2 * rows * COLUMNS * K * 64;
  return seconds(() => {
    for (let i = 0; i < 10; i++) run(0, 0, 1);
  }).map((t) => (flop * 10) / t / 1e9);
}
