import { expect, it } from 'vitest';
import { compareAll, gpuOr, textOf } from './gpu-replay.ts';

// The schedules that a real GPU gets, where they differ: teams of threads, tiles in workgroup memory.
const { gpu, reason } = await gpuOr({ software: false });

it.skipIf(!gpu)(
  `kernels with teams and tiles give what they give on the CPU${reason}`,
  async () => {
    const { different, count } = await compareAll(gpu!, (k) => textOf(k, gpu!, true) !== textOf(k, gpu!, false));
    expect(different).toEqual([]);
    if (!process.env['SPORELET_TEST_OPS']) expect(count).toBeGreaterThan(50);
  },
  400_000,
);
