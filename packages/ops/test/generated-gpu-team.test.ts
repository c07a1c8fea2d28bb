import { expect, it } from 'vitest';
import type { GpuLimits } from '@sporelet/compiler';
import { openWebGpu } from '@sporelet/device-webgpu/host';
import { compareAll, gpuOr, textOf } from './gpu-replay.ts';

const { gpu: usual, reason } = await gpuOr();

/** What is looked at: kernels whose text these choices change, and how many there are at least. */
const choices: readonly (readonly [what: string, limits: Partial<GpuLimits>, least: number])[] = [
  // The schedules that a real GPU gets.
  ['teams of threads and tiles in workgroup memory', { software: false, storageBuffers: 8 }, 50],
  ['scatters whose sources write in columns', { search: 0, columns: 1 }, 5],
  ['scatters whose sources write by atomics', { search: 0, columns: 1e9 }, 10],
  // No GPU allows so few buffers; what is gathered first stays right.
  ['operands gathered in one buffer', { storageBuffers: 3 }, 5],
];

it.skipIf(!usual).each(choices)(
  `on the GPU, %s give what the CPU gives${reason}`,
  async (_what, limits, least) => {
    const gpu = await openWebGpu({ limits });
    const { different, count } = await compareAll(gpu, (k) => textOf(k, usual!.limits) !== textOf(k, gpu.limits));
    expect(different).toEqual([]);
    if (!process.env['SPORELET_TEST_OPS']) expect(count).toBeGreaterThan(least);
  },
  400_000,
);
