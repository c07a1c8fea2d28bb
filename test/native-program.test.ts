import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { registerDevice } from '@sporelet/core';
import { CpuDevice } from '@sporelet/device-cpu';
import { hostPlatform } from '@sporelet/device-cpu/host';
import * as ms from 'sporelet';
import { Tensor, nn, valueAndGrad } from 'sporelet';
import { LeNet5 } from '../examples/lenet.ts';
import { relaxed } from '../packages/compiler/test/contract-support.ts';
import { makeNative } from '../packages/device-cpu/src/native-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'sporelet-program-'));
afterAll(() => rmSync(folder, { recursive: true }));
let compiled = 0;

// Programs as native code that fuses multiply and add where the WASM tier does; single kernels as WebAssembly.
const openNative = () => {
  const host = makeNative(process.env['SPORELET_CC'] || 'cc', folder);
  const load: typeof host.load = (...args) => (compiled++, host.load(...args));
  return { ...host, load, target: { ...host.target, relaxed } };
};
const device = new CpuDevice({ ...hostPlatform(), openNative }, { tier: 'auto', threads: 1 });
registerDevice('CPU', () => device);
const { reason } = device.tierReport();

function training(program: boolean, batch: number) {
  ms.setSeed(3);
  const network = new LeNet5();
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.Momentum(network.trainableParams(), 0.05, 0.9);
  const gradFn = valueAndGrad((x: Tensor, y: Tensor) => lossFn(network(x), y), null, optimizer.parameters);
  const once = (image: Tensor, label: Tensor): Tensor => {
    const [loss, grads] = gradFn(image, label);
    optimizer(grads);
    return loss;
  };
  const step = program ? ms.jit(once) : once;
  const pixels = Float32Array.from({ length: batch * 784 }, (_, i) => Math.sin(i * 0.37) * Math.cos(i * 0.011));
  const image = new Tensor(pixels, { shape: [batch, 1, 28, 28] });
  const label = new Tensor(Int32Array.from({ length: batch }, (_, i) => i % 10));
  const losses = [1, 2, 3].map(() => step(image, label).item());
  return { losses, weights: network.trainableParams().map((p) => [...p.asnumpy().data].join()) };
}

it.skipIf(reason !== undefined)(
  `a training step as one native program, compiled or kept, gives the bits of eager WebAssembly${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    for (const threads of [1, 3]) {
      ms.setThreads(threads);
      const native = training(true, 16);
      // What was compiled for one thread is found again for three.
      expect(compiled).toBe(1);
      expect(device.pool.running).toBe(0);
      ms.setThreads(1);
      expect(training(false, 16)).toEqual(native);
    }
    expect(device.tierReport()).toMatchObject({ programs: 'native', eager: 'wasm' });
  },
  60_000,
);
