import type { Storage } from './device.ts';
import type { Kernel, TensorSpec } from './kernel.ts';

/** One kernel of a program. Values are numbers; a kernel may see the bytes of a value as another shape. */
export interface ProgramStep {
  readonly kernel: Kernel;
  /** The cell in which it was recorded. */
  readonly path?: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** An input that holds another value when the run is over: a Parameter. */
export interface ProgramUpdate {
  /** Position among the program's inputs. */
  readonly input: number;
  readonly value: number;
}

/**
 * Kernels to be run as one: what a device compiles for graph mode. Each value is computed once, and every step comes
 * after those it reads from. No step is a routine.
 */
export interface Program {
  readonly name: string;
  readonly values: readonly TensorSpec[];
  /** The values a run is given, in the order of its storages. */
  readonly inputs: readonly number[];
  /** The values a run gives back, each in a storage of its own. */
  readonly outputs: readonly number[];
  readonly updates: readonly ProgramUpdate[];
  readonly steps: readonly ProgramStep[];
}

/** A compiled program. */
export interface ProgramExecutable {
  /** Whether an index may be refused after an input has been overwritten: the caller then runs it on copies. */
  readonly failsLate: boolean;
  /**
   * Runs all steps.
   * @param outputs - storages of the outputs, then for each update the storage of its input
   */
  run(inputs: readonly Storage[], outputs: readonly Storage[]): void;
}
