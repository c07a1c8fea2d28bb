import type { Program } from './program.ts';

/** What a kernel does, as far as a profile tells it. */
export interface KernelInfo {
  /** The operations it is made of. */
  readonly name: string;
  /** The cell in which it was recorded; empty where nobody said. */
  readonly path: string;
  /** Scalar operations of a run, a fused multiply-add counted as two. */
  readonly operations: number;
  /** Bytes of its operands and results, each counted once. */
  readonly bytes: number;
}

/** What compiling a program has come to. */
export interface ProgramReport {
  readonly name: string;
  /** The program after each pass, in order; the first is as it was given. */
  readonly passes: readonly { readonly pass: string; readonly program: Program }[];
  readonly milliseconds: number;
  readonly kernels: readonly KernelInfo[];
  /** Bytes of generated code. */
  readonly code: number;
  /** The generated code, where it is text. */
  readonly text?: () => string;
  /** Bytes of each intermediate and where it lies in the block that they share. */
  /** The most bytes of intermediates that are needed at the same step. */
  readonly live: number;
  readonly memory: { readonly temps: readonly number[]; readonly at: readonly number[]; readonly bytes: number };
}

/** Somebody who watches a device. */
export interface DeviceObserver {
  /** Times are milliseconds of `performance.now()`. */
  readonly kernel?: (info: KernelInfo, start: number, end: number) => void;
  readonly program?: (report: ProgramReport) => void;
}
