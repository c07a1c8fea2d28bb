import { currentDevice, deviceByName } from '@sporelet/core';
import type { CpuDevice, TierReport } from '@sporelet/device-cpu';
import type { MemoryStats } from '@sporelet/ir';

const cpu = (): CpuDevice => deviceByName('CPU') as CpuDevice;

/** Threads that large CPU kernels run on. */
export function getThreads(): number {
  return cpu().threads;
}

/** Sets the number of threads for large CPU kernels; 1 starts no worker. Results do not depend on it. */
export function setThreads(threads: number): void {
  cpu().setThreads(threads);
}

/** Bytes in use, reserved, the limit and the peak of the current device's memory. */
export function memoryStats(): MemoryStats {
  return currentDevice().memoryStats();
}

/** Whether programs and single operations run as native code or as WebAssembly, with which compiler, and why not. */
export function tierReport(): TierReport {
  return cpu().tierReport();
}
