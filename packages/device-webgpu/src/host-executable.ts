import type { Device, Executable, Kernel, Storage, TensorSpec } from '@sporelet/ir';
import { interpretKernel, sizeOf } from '@sporelet/ir';
import type { GpuQueue } from './queue.ts';
import type { GpuStorage } from './storage.ts';

interface Host extends Device {
  readonly queue: GpuQueue;
}

const bytesOf = ({ dtype, shape }: TensorSpec): number => sizeOf(shape) * dtype.itemsize;

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
    const blocks = outputs.map((s) => {
      (s as GpuStorage).host = null;
      return (s as GpuStorage).block;
    });
    const read = inputs.map((s) => (s as GpuStorage).block);
    const asked = performance.now();
    queue.onHost(read, kernel.inputs.map(bytesOf), (from) => {
      const to = kernel.outputs.map((o) => new Uint8Array(bytesOf(o.spec)));
      interpretKernel(kernel, from, to);
      to.forEach((data, i) => queue.write(blocks[i]!, data, 0));
      const bytes = [...from, ...to].reduce((n, b) => n + b.length, 0);
      // A profile shows what the way to the CPU and back costs.
      host.observer?.kernel?.({ name: `${kernel.name} (on CPU)`, path: '', operations: 0, bytes }, asked, performance.now()); // prettier-ignore
    });
  }
}
