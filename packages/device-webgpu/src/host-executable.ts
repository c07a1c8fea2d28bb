import type { Device, Executable, Kernel, Storage, TensorSpec } from '@sporelet/ir';
import { interpretKernel, sizeOf } from '@sporelet/ir';
import type { GpuQueue } from './queue.ts';
import type { GpuStorage } from './storage.ts';

interface Host extends Device {
  readonly queue: GpuQueue;
}

const bytesFor = ({ dtype, shape }: TensorSpec): Uint8Array => new Uint8Array(sizeOf(shape) * dtype.itemsize);

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
    const from = kernel.inputs.map(bytesFor);
    const blocks = outputs.map((s) => {
      (s as GpuStorage).host = null;
      return (s as GpuStorage).block;
    });
    const parts = inputs.map((s, i) => ({ block: (s as GpuStorage).block, into: from[i]! }));
    const asked = performance.now();
    queue.onHost(parts, () => {
      const to = kernel.outputs.map((o) => bytesFor(o.spec));
      interpretKernel(kernel, from, to);
      to.forEach((data, i) => queue.write(blocks[i]!, data, 0));
      const bytes = [...from, ...to].reduce((n, b) => n + b.length, 0);
      // A profile shows what the way to the CPU and back costs.
      host.observer?.kernel?.({ name: `${kernel.name} (on CPU)`, path: '', operations: 0, bytes }, asked, performance.now()); // prettier-ignore
    });
  }
}
