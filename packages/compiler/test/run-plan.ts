import type { Kernel } from '@sporelet/ir';
import { interpretKernel, sizeOf } from '@sporelet/ir';
import { compileKernel } from '@sporelet/compiler';
import type { Plan } from '@sporelet/compiler';

/** Bytes of an operand, and what it is. */
export const bytesOf = (spec: { dtype: { itemsize: number }; shape: readonly number[] }): number =>
  sizeOf(spec.shape) * spec.dtype.itemsize;

/** Runs a plan on a plain memory, one thread, its units cut into chunks. */
export function runPlan(
  plan: Plan,
  inputs: readonly Uint8Array[],
  outputBytes: readonly number[],
  n = 0,
  chunks = 1,
): Uint8Array[] {
  // prettier-ignore
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
  let top = 65536;
  const place = (bytes: number): number => {
    const at = top;
    top += Math.ceil((bytes + 64) / 64) * 64;
    return at;
  };
  const ins = inputs.map((b) => place(b.length));
  const outs = outputBytes.map(place);
  const temps = plan.temps.map(place);
  const consts = place(plan.consts.length);
  const args = place(1024);
  memory.grow(Math.ceil((top + 131072) / 65536));
  const u8 = new Uint8Array(memory.buffer);
  // Memory that nobody wrote must not matter.
  u8.fill(0xff, 65536);
  inputs.forEach((b, i) => u8.set(b, ins[i]));
  u8.set(plan.consts, consts);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(plan.code as BufferSource), { env: { memory } });
  plan.steps.forEach((step, index) => {
    const words = new Uint32Array(memory.buffer, args, step.args.length + 1);
    step.args.forEach((r, i) => (words[i] = (r.kind === 'in' ? ins : r.kind === 'out' ? outs : temps)[r.index]!));
    words[step.args.length] = consts;
    const units = step.units < 0 ? n : step.units;
    const size = Math.max(step.grain, Math.ceil(units / chunks / step.grain) * step.grain);
    const run = instance.exports[`k${step.fn}`] as (a: number, lo: number, hi: number) => void;
    for (let lo = 0; lo < units; lo += size) run(args, lo, Math.min(units, lo + size));
    const check = plan.checks.find((c) => c.before === index + 1);
    if (check && new Int32Array(memory.buffer, temps[check.temp], 1)[0]) {
      throw new RangeError('out of range');
    }
  });
  return outputBytes.map((bytes, i) => u8.slice(outs[i], outs[i]! + bytes));
}

/** Both ways of computing a kernel: compiled and interpreted. */
export function bothWays(
  kernel: Kernel,
  inputs: readonly Uint8Array[],
  n = 0,
  chunks = 1,
): { wasm: Uint8Array[]; reference: Uint8Array[] } {
  // prettier-ignore
  const sizes = kernel.outputs.map((o) => (kernel.flat ? n * o.spec.dtype.itemsize : bytesOf(o.spec)));
  const reference = sizes.map((s) => new Uint8Array(s));
  interpretKernel(kernel, inputs, reference, n);
  const wasm = runPlan(compileKernel(kernel, { shared: false, relaxed: false }), inputs, sizes, n, chunks);
  return { wasm, reference };
}
