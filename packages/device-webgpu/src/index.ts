export { BufferPool } from './buffer-pool.ts';
export { GpuStorage } from './storage.ts';
export { WebGpuDevice } from './device.ts';
export type { GpuCollector, GpuReport, WebGpuOptions } from './options.ts';
export { openDevice } from './open.ts';
