import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Parameter, Tensor, currentDevice, registerDevice } from '@sporelet/core';
import { CpuDevice } from '@sporelet/device-cpu';
import { IndexError, float32, int32 } from '@sporelet/ir';
import { add, applyMomentum, cos, gather, installOps, reduceSum } from '@sporelet/ops';
import { hostPlatform } from '../../device-cpu/src/node.ts';

beforeAll(() => {
  registerDevice('CPU', () => new CpuDevice(hostPlatform(), { threads: 1, interpretFirst: true }));
  installOps();
});

/** How many kernels are compiled while `body` runs. */
function compiled(body: () => void): number {
  const load = vi.spyOn(currentDevice() as CpuDevice, 'load');
  body();
  const count = load.mock.calls.length;
  load.mockRestore();
  return count;
}

describe('The first run of a kernel', () => {
  it('is interpreted on a few elements, with the bits of the compiled kernel', () => {
    const x = new Tensor([0.1, -2, 3e8, NaN, -0, Infinity], float32);
    const results: unknown[] = [];
    const once = (): void => void results.push(cos(x).tolist());
    expect(compiled(once)).toBe(0);
    expect(compiled(once)).toBe(1);
    expect(compiled(once)).toBe(0);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('is compiled on many elements, and where sums may be fused', () => {
    const many = new Tensor(new Float32Array(17));
    expect(compiled(() => add(many, many))).toBe(1);
    expect(compiled(() => reduceSum(new Tensor([1, 2], float32)))).toBe(1);
  });

  it('updates in place', () => {
    const [p, momentum] = [new Parameter(new Tensor([1, 2], float32)), new Parameter(new Tensor([0, 0], float32))];
    for (let run = 0; run < 3; run++) applyMomentum(p, momentum, 1, new Tensor([3, 4], float32), 1);
    expect(momentum.tolist()).toEqual([9, 12]);
    expect(p.tolist()).toEqual([-17, -22]);
  });

  it('refuses indices out of range', () => {
    const x = new Tensor([1, 2], float32);
    const at = new Tensor([0, 2], int32);
    for (let run = 0; run < 2; run++) expect(() => gather(x, at, 0)).toThrow(IndexError);
  });
});
