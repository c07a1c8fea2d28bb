import type { GpuLimits } from '@sporelet/compiler';

/** Synchronous search for garbage, where the platform has one. */
export interface GpuCollector {
  /** Lets go of the objects that WeakRefs made in the running job keep alive until its end. */
  checkpoint(): void;
  /** After it the WeakRefs of all unreachable objects are empty. */
  collect(): unknown;
}

export interface WebGpuOptions {
  /** Which adapter is asked for where there are several. */
  readonly powerPreference?: 'low-power' | 'high-performance' | undefined;
  /** Limits, and choices of schedules, in place of the adapter's. */
  readonly limits?: Partial<GpuLimits> | undefined;
  /** Where garbage can be looked for; elsewhere finalizers report it. */
  readonly collector?: GpuCollector | undefined;
  /** Bytes in use at which garbage is looked for; grows with what is found alive. Default 256 MiB. */
  readonly collectBytes?: number | undefined;
}

/** What an adapter says of itself, and what is made of it. */
export interface GpuReport {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** A processor imitates the GPU. */
  readonly software: boolean;
  readonly features: readonly string[];
  /** Storage buffers of one kernel, threads of a workgroup, bytes of workgroup memory and of one tensor. */
  readonly limits: {
    readonly storageBuffers: number;
    readonly threads: number;
    readonly sharedBytes: number;
    readonly tensorBytes: number;
  };
}
