import { expect, it } from 'vitest';
import { compareAll, gpuOr } from './gpu-replay.ts';

const { gpu, reason } = await gpuOr();

it.skipIf(!gpu)(
  `the kernels of every op and gradient give on the GPU what they give on the CPU${reason}`,
  async () => {
    const { different, count } = await compareAll(gpu!);
    expect(different).toEqual([]);
    if (!process.env['SPORELET_TEST_OPS']) expect(count).toBeGreaterThan(2000);
  },
  400_000,
);
