import { registerDevice, registerOpener } from '@sporelet/core';
import { CpuDevice, debugObserver, hostPlatform } from '@sporelet/device-cpu/host';
import { installOps } from '@sporelet/ops';

// What the layers below leave open is joined here: the CPU device (made at its first use) and Tensor's methods.
registerDevice('CPU', () => new CpuDevice(hostPlatform(), { interpretFirst: true }));
// The GPU's part is loaded when a GPU is asked for.
registerOpener('GPU', async () => {
  const { openWebGpu } = await import('@sporelet/device-webgpu/host');
  const platform = hostPlatform();
  const device = await openWebGpu({ collector: platform.makeCollector() });
  if (platform.debug) device.observer = debugObserver(platform.debug, (body) => platform.atExit?.(body));
  return device;
});
installOps();
