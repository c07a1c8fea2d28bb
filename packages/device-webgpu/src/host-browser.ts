import { RuntimeError } from '@sporelet/ir';
import type { WebGpuDevice } from './device.ts';
import { openDevice } from './open.ts';
import type { WebGpuOptions } from './options.ts';

export * from './index.ts';

/** Opens the GPU that the browser offers. */
export async function openWebGpu(options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (!gpu) {
    throw new RuntimeError(
      "This browser offers no WebGPU to this page: it is missing or switched off, or the page is not served by https. Use setDevice('CPU').",
    );
  }
  return openDevice(gpu, options);
}
