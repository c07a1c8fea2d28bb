import type { Executable, Kernel, Storage } from '@sporelet/ir';
import { CpuDevice } from '@sporelet/device-cpu';

/** One run of a kernel: what it read and what it wrote. */
export interface Recorded {
  readonly kernel: Kernel;
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  /** For each output the input that it shares its storage with, or -1. */
  readonly same: readonly number[];
  readonly n: number;
}

/** The CPU device, keeping for every kernel what its first runs read and wrote. */
export class RecordingDevice extends CpuDevice {
  readonly runs: Recorded[] = [];

  override compile(kernel: Kernel): Executable {
    const compiled = super.compile(kernel);
    if (kernel.routine) return compiled;
    let left = 1;
    const bytesOf = (s: Storage): Uint8Array => {
      const bytes = new Uint8Array(s.bytes);
      this.read(s as Parameters<CpuDevice['read']>[0], bytes);
      return bytes;
    };
    return {
      run: (inputs, outputs, n) => {
        if (left === 0) return compiled.run(inputs, outputs, n);
        const before = inputs.map(bytesOf);
        compiled.run(inputs, outputs, n);
        left--;
        const same = outputs.map((o) => inputs.indexOf(o));
        this.runs.push({ kernel, inputs: before, outputs: outputs.map(bytesOf), same, n });
      },
    };
  }
}

/** Runs a recorded kernel again, on another executable: the bytes of its outputs. */
export function replay(device: CpuDevice, executable: Executable, run: Recorded): Uint8Array[] {
  const inputs = run.inputs.map((bytes) => {
    const s = device.allocate(bytes.length);
    device.write(s, bytes);
    return s;
  });
  const outputs = run.outputs.map((bytes, i) =>
    run.same[i]! < 0 ? device.allocate(bytes.length) : inputs[run.same[i]!]!,
  );
  executable.run(inputs, outputs, run.n);
  return outputs.map((s) => {
    const bytes = new Uint8Array(s.bytes);
    device.read(s, bytes);
    return bytes;
  }); // prettier-ignore
}
