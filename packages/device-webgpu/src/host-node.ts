import { RuntimeError } from '@sporelet/ir';
import type { WebGpuDevice } from './device.ts';
import { openDevice } from './open.ts';
import type { WebGpuOptions } from './options.ts';

export * from './index.ts';

interface Dawn {
  create(flags: readonly string[]): GPU;
}

/** Dawn's object ends the process when it is collected: it is held for ever, one for all devices. */
const held: { gpu?: GPU } = ((globalThis as { [key: symbol]: unknown })[Symbol.for('sporelet.dawn')] ??= {});

/** Opens a GPU through the npm package `webgpu`, which the program has to have installed. */
export async function openWebGpu(options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  if (!held.gpu) {
    // A name that bundlers do not follow: the package is optional.
    const name = 'webgpu';
    let dawn: Dawn;
    try {
      dawn = (await import(name)) as Dawn;
    } catch (e) {
      const why = e instanceof Error ? e.message.split('\n')[0] : String(e);
      throw new RuntimeError(
        `In Node, the GPU needs the npm package 'webgpu' (Dawn): npm install webgpu. Loading it failed: ${why}`,
      );
    }
    held.gpu = dawn.create([]);
  }
  return openDevice(held.gpu, options);
}
