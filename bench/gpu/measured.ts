import type { momentumSteps } from '../peers/networks.ts';
import type { Counts } from './counts.ts';

export type Workload = keyof typeof momentumSteps;
export type Library = 'sporelet' | 'jaxjs';

/** Dispatches of one name in one step. */
export interface KernelTime {
  readonly name: string;
  readonly dispatches: number;
  readonly ms: number;
}

/** What a library did. */
export interface Measured {
  readonly library: Library;
  /** Milliseconds of the first step, which compiles. */
  readonly first: number;
  /** Milliseconds of later steps, each from the call to the loss on the host. */
  readonly times: readonly number[];
  readonly perStep: Counts;
  readonly pipelines: number;
  /** Of steps 1, 2, 3 and 10. */
  readonly losses: readonly number[];
  /** Slowest first, by the GPU's own clock; empty where it tells no times. */
  readonly kernels: readonly KernelTime[];
}

export interface MeasuredWorkload {
  readonly workload: Workload;
  /** sporelet's on the CPU, of the same steps. */
  readonly losses: readonly number[];
  readonly cpuMs: number;
  readonly measured: readonly Measured[];
}

export interface Asked {
  readonly workload: Workload;
  readonly rounds: number;
  /** Of each library in a round. */
  readonly steps: number;
  readonly libraries: readonly Library[];
  /** jax-js, as this server has it. */
  readonly jaxUrl: string;
}

/** What the page offers to the process that opened it. */
export interface BenchPage {
  measure(asked: Asked): Promise<MeasuredWorkload>;
  /** What the adapter says of itself. */
  adapter(): Promise<string>;
}
