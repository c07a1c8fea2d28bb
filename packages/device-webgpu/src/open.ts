import { RuntimeError } from '@sporelet/ir';
import { WebGpuDevice } from './device.ts';
import type { GpuReport, WebGpuOptions } from './options.ts';

/** Limits that are asked for as high as the adapter has them. */
const wanted = [
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** What a profile needs. */
const TIMES = ['timestamp-query'] as const;

/** Dawn ends the process when an adapter or device it made is collected: they are held for ever. */
const held = ((globalThis as { [key: symbol]: unknown })[Symbol.for('sporelet.gpu')] ??= []) as object[];

/** Opens a device on the adapter that a GPU object offers. */
export async function openDevice(gpu: GPU, options: WebGpuOptions = {}): Promise<WebGpuDevice> {
  const { powerPreference } = options;
  const adapter = await gpu.requestAdapter(powerPreference ? { powerPreference } : {});
  if (!adapter) {
    throw new RuntimeError(
      "WebGPU finds no adapter: this machine has no GPU, or no driver for it (on Linux: Vulkan). Use setDevice('CPU').",
    );
  }
  const { limits } = adapter;
  const requiredLimits = Object.fromEntries(wanted.map((name) => [name, limits[name]]));
  const requiredFeatures = TIMES.filter((name) => adapter.features.has(name));
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
  held.push(gpu, adapter, device);
  return new WebGpuDevice(device, reportOf(adapter), options);
}

function reportOf({ info, features, limits }: GPUAdapter): GpuReport {
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    description: info.description,
    software:
      info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|warp/i.test(`${info.architecture} ${info.description}`),
    features: [...features].sort(),
    limits: {
      storageBuffers: limits.maxStorageBuffersPerShaderStage,
      threads: limits.maxComputeInvocationsPerWorkgroup,
      sharedBytes: limits.maxComputeWorkgroupStorageSize,
      tensorBytes: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    },
  };
}
