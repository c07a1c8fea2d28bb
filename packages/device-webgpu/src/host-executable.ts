import type { DType, Device, Executable, Kernel, RoutineArray, Storage, TypedArray } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import type { GpuQueue } from './queue.ts';
import type { GpuStorage } from './storage.ts';

function typed(bytes: Uint8Array, dtype: DType): TypedArray {
  return new dtype.array(bytes.buffer, 0, bytes.byteLength / dtype.itemsize);
}

interface Host extends Device {
  readonly queue: GpuQueue;
}

/** A routine, which runs in JavaScript: its operands come to the host, its results go back, in the order of the queue. */
export class HostExecutable implements Executable {
  private readonly kernel: Kernel;
  private readonly host: Host;

  constructor(kernel: Kernel, host: Host) {
    this.kernel = kernel;
    this.host = host;
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[]): void {
    const { kernel, host } = this;
    const { queue } = host;
    queue.check();
    const bytesOf = (spec: Kernel['inputs'][number]): number => sizeOf(spec.shape) * spec.dtype.itemsize;
    const blocks = outputs.map((s) => {
      (s as GpuStorage).host = null;
      return (s as GpuStorage).block;
    });
    const read = inputs.map((s) => (s as GpuStorage).block);
    const asked = performance.now();
    queue.onHost(read, kernel.inputs.map(bytesOf), (from) => {
      const to = kernel.outputs.map((o) => new Uint8Array(bytesOf(o.spec)));
      const array = (spec: Kernel['inputs'][number], data: Uint8Array): RoutineArray => ({ ...spec, data: typed(data, spec.dtype) }); // prettier-ignore
      kernel.routine!(
        kernel.inputs.map((s, i) => array(s, from[i]!)),
        kernel.outputs.map((o, i) => array(o.spec, to[i]!)),
      );
      to.forEach((data, i) => {
        const padded = new Uint8Array(Math.ceil(data.length / 4) * 4);
        padded.set(data);
        queue.write(blocks[i]!, padded, 0);
      });
      const moved = [...from, ...to].reduce((n, b) => n + b.length, 0);
      // A profile shows what the way to the CPU and back costs.
      host.observer?.kernel?.({ name: `${kernel.name} (on CPU)`, path: '', operations: 0, bytes: moved }, asked, performance.now()); // prettier-ignore
    });
  }
}
