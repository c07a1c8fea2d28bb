import type { Kernel } from './kernel.ts';
import type { DeviceObserver } from './observe.ts';
import type { Program, ProgramExecutable } from './program.ts';

/** A block of bytes on a device. Freed when nobody holds it any more, or by `dispose`. */
export interface Storage {
  readonly bytes: number;
  /** Readers that were given this storage besides its owner (tape, aliases): non-zero means copy before writing in place. */
  shared: number;
  /** On a device that is waited for: whether the host wrote the bytes, so that `read` gives them. */
  readonly known?: boolean;
  dispose(): void;
}

/** A compiled kernel. */
export interface Executable {
  /**
   * Runs at once, or in order on an asynchronous device.
   * @param n - element count for kernels that take their length as an argument, else 0
   * An output may be the same Storage as an input that the kernel updates in place.
   */
  run(inputs: readonly Storage[], outputs: readonly Storage[], n: number): void;
}

/** What core asks of a device: allocate, read, write, compile, run. No op semantics. */
export interface Device {
  readonly name: string;
  /** True: elements must be waited for, and `read` gives only what was written by the host. */
  readonly waits?: boolean;
  /** True when the device is gone: its tensors are lost, and another one has to be opened. */
  readonly isLost?: boolean;
  allocate(bytes: number): Storage;
  write(storage: Storage, data: Uint8Array, at?: number): void;
  /** Synchronous read; a device that cannot throws an error naming the asynchronous way. */
  read(storage: Storage, into: Uint8Array, at?: number): void;
  /** Copies all bytes of one storage to another of the same size. */
  copy(from: Storage, to: Storage): void;
  /** Copies some bytes; for devices whose elements must be waited for. */
  copyPart?(from: Storage, fromAt: number, to: Storage, toAt: number, bytes: number): void;
  readAsync(storage: Storage, into: Uint8Array): Promise<void>;
  compile(kernel: Kernel): Executable;
  /** Compiles many kernels to run as one; a device without it runs them one by one. */
  compileProgram?(program: Program): ProgramExecutable;
  /** Ends when all that was asked for is done and its times have been told; for devices that are waited for. */
  synchronize?(): Promise<void>;
  memoryStats(): MemoryStats;
  /** Is told what the device does; null or absent: nobody watches. */
  observer?: DeviceObserver | null;
}

/** Figures about a device's memory, in bytes. */
export interface MemoryStats {
  readonly inUse: number;
  readonly reserved: number;
  readonly limit: number;
  readonly peak: number;
}
