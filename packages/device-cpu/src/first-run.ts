import { interpretKernel } from '@sporelet/ir';
import type { Executable, Expr, Kernel, Storage } from '@sporelet/ir';
import type { CpuRuntime } from './runtime.ts';
import { SMALL_BYTES } from './storage.ts';
import type { CpuStorage } from './storage.ts';

const small = (storage: Storage): boolean => storage.bytes <= SMALL_BYTES;

/** Whether a compiled kernel gives the interpreter's bits on every machine: not sums, which may fuse multiply and add. */
export function interpretable(kernel: Kernel): boolean {
  const seen = new Set<Expr>();
  const plain = (e: Expr): boolean => {
    if (seen.has(e)) return true;
    seen.add(e);
    return e.kind !== 'reduce' && e.args.every(plain);
  };
  return kernel.outputs.every((output) => output.form === 'pull' && plain(output.value));
}

/** Runs a kernel by the interpreter: its operands are copied out of the heap and back, since it works on ordinary arrays. */
export function interpretOn(
  runtime: CpuRuntime,
  kernel: Kernel,
  inputs: readonly Storage[],
  outputs: readonly Storage[],
  n: number,
): void {
  const from = inputs.map((storage) => {
    const bytes = new Uint8Array(storage.bytes);
    runtime.read(storage as CpuStorage, bytes);
    return bytes;
  });
  const to = outputs.map((storage) => new Uint8Array(storage.bytes));
  interpretKernel(kernel, from, to, n);
  outputs.forEach((storage, i) => runtime.write(storage as CpuStorage, to[i]!));
}

/**
 * A kernel that is compiled when it runs a second time, or on more than a few elements: compiling takes thousands of
 * times as long as interpreting these once.
 */
export class FirstRun implements Executable {
  private readonly kernel: Kernel;
  private readonly runtime: CpuRuntime;
  private readonly compile: () => Executable;
  private compiled: Executable | undefined;
  private ran = false;

  constructor(kernel: Kernel, runtime: CpuRuntime, compile: () => Executable) {
    this.kernel = kernel;
    this.runtime = runtime;
    this.compile = compile;
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[], n: number): void {
    if (
      this.compiled === undefined &&
      !this.ran &&
      !this.runtime.observer &&
      inputs.every(small) &&
      outputs.every(small)
    ) {
      this.ran = true;
      interpretOn(this.runtime, this.kernel, inputs, outputs, n);
      return;
    }
    (this.compiled ??= this.compile()).run(inputs, outputs, n);
  }
}
