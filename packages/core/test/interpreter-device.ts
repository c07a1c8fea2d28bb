import type { Device, Executable, Kernel, MemoryStats, Storage } from '@sporelet/ir';
import { interpretKernel } from '@sporelet/ir';

/** Elements in an ArrayBuffer of their own. */
class BufferStorage implements Storage {
  readonly bytes: number;
  shared = 0;
  disposed = false;
  readonly data: Uint8Array;

  constructor(bytes: number) {
    this.bytes = bytes;
    this.data = new Uint8Array(bytes);
  }
  dispose(): void {
    this.disposed = true;
  }
}

function dataOf(storage: Storage): Uint8Array {
  if (!(storage instanceof BufferStorage)) throw new Error('a storage of another device');
  if (storage.disposed) throw new Error('a disposed storage is used');
  return storage.data;
}

/** The reference device: kernels are evaluated by the interpreter, from their unscheduled expressions. */
export class InterpreterDevice implements Device {
  readonly name: string;
  /** Kernels compiled so far, by name. */
  readonly compiled: string[] = [];
  runs = 0;

  constructor(name = 'CPU') {
    this.name = name;
  }
  allocate(bytes: number): Storage {
    return new BufferStorage(bytes);
  }
  write(storage: Storage, data: Uint8Array, at = 0): void {
    dataOf(storage).set(data, at);
  }
  read(storage: Storage, into: Uint8Array, at = 0): void {
    into.set(dataOf(storage).subarray(at, at + into.length));
  }
  copy(from: Storage, to: Storage): void {
    dataOf(to).set(dataOf(from));
  }
  async readAsync(storage: Storage, into: Uint8Array): Promise<void> {
    this.read(storage, into);
  }
  compile(kernel: Kernel): Executable {
    this.compiled.push(kernel.name);
    return {
      run: (inputs, outputs, n) => {
        this.runs++;
        const from = inputs.map(dataOf);
        // The interpreter does not update in place: results are copied when all are there.
        const results = outputs.map((o) => new Uint8Array(o.bytes));
        interpretKernel(kernel, from, results, n);
        results.forEach((bytes, i) => dataOf(outputs[i]!).set(bytes));
      },
    };
  }
  memoryStats(): MemoryStats {
    return { inUse: 0, reserved: 0, limit: Infinity, peak: 0 };
  }
}
