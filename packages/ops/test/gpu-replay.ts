import { Tensor, grad, registeredOps, registerDevice } from '@sporelet/core';
import type { AnyOp } from '@sporelet/core';
import type { DType, Kernel, Storage } from '@sporelet/ir';
import { bf16ToNumber, bfloat16, f16ToNumber, float16, float32, float64, int32, int64 } from '@sporelet/ir';
import { compileForGpu, gpuRefusal } from '@sporelet/compiler';
import type { GpuLimits } from '@sporelet/compiler';
import { hostPlatform } from '@sporelet/device-cpu/host';
import { openWebGpu } from '@sporelet/device-webgpu/host';
import type { WebGpuDevice, WebGpuOptions } from '@sporelet/device-webgpu/host';
import * as ops from '@sporelet/ops';
import { dtypesOf } from './generated.ts';
import { callOp, drawInputs, operandsOf } from './harness.ts';
import type { Recorded } from './recording-device.ts';
import { RecordingDevice } from './recording-device.ts';
import type { Sample } from './samples/sample.ts';
import { allSamples } from './samples/index.ts';

/** A GPU, or why there is none. */
export async function gpuOr(options: WebGpuOptions = {}): Promise<{ gpu: WebGpuDevice | null; reason: string }> {
  try {
    return { gpu: await openWebGpu(options), reason: '' };
  } catch (e) {
    return { gpu: null, reason: ` (${(e as Error).message.split(':')[0]})` };
  }
}

/** Relative to the largest magnitude: sums may add up in another order, and division may err by 2.5 ULP. */
const RTOL = new Map([[float32, 4e-6], [float16, 2e-3], [bfloat16, 1.6e-2]]); // prettier-ignore

function numbers(bytes: Uint8Array, dtype: DType): number[] {
  const data = new dtype.array(bytes.buffer, bytes.byteOffset, bytes.length / dtype.itemsize);
  const decode = dtype === float16 ? f16ToNumber : dtype === bfloat16 ? bf16ToNumber : (x: number) => x;
  return Array.from(data as ArrayLike<number | bigint>, (v) => (typeof v === 'bigint' ? Number(v) : decode(v)));
}

/** Where two results differ by more than the bound; empty when they agree. */
export function difference(got: Uint8Array, want: Uint8Array, dtype: DType): string {
  if (!dtype.isFloat) return Buffer.compare(got, want) ? `${String(numbers(got, dtype).slice(0, 8))} is not ${String(numbers(want, dtype).slice(0, 8))}` : ''; // prettier-ignore
  const [a, b] = [numbers(got, dtype), numbers(want, dtype)];
  const scale = Math.max(1, ...b.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)));
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const bound = RTOL.get(dtype)! * Math.max(Math.abs(y), Number.isFinite(y) ? scale / 2 : 0);
    if (!(Math.abs(x - y) <= bound)) return `element ${i} is ${x}, expected ${y}`;
  }
  return '';
}

/** Every op on its samples and, in float32, the gradients of its floating-point inputs. */
function everyCall(op: AnyOp, sample: Sample): void {
  const wanted = [...dtypesOf(op, sample), float32, float16, int32, int64].filter((d, i, all) => all.indexOf(d) === i && d !== float64); // prettier-ignore
  const allowed = op.def.spec.dtypes?.['T'];
  const dtypes = sample.dtypes ?? wanted.filter((d) => dtypesOf(op, sample).includes(d) || allowed?.includes(d));
  for (const dtype of dtypes) {
    if (dtype === float64) continue;
    const of = (input: { dtype?: DType }): DType => input.dtype ?? dtype;
    let outs: Tensor[];
    let operands: unknown[];
    try {
      operands = operandsOf(sample, drawInputs(sample, of), of);
      outs = callOp(op, operands, sample);
    } catch (e) {
      // A dtype the samples do not ask for may be refused.
      if (dtypesOf(op, sample).includes(dtype)) throw e;
      continue;
    }
    if (!outs.some((o) => o.dtype.isFloat) || dtype !== float32) continue;
    if (!op.def.spec.grad || sample.grad === false) continue;
    const at = operands.flatMap((o, i) => (o instanceof Tensor && o.dtype.isFloat && !sample.ins[i]!.parameter ? [i] : [])); // prettier-ignore
    if (!at.length || operands.some(Array.isArray)) continue;
    const loss = (...xs: Tensor[]): Tensor => {
      const list = [...operands];
      at.forEach((p, k) => (list[p] = xs[k]));
      return callOp(op, list, sample).filter((o) => o.dtype.isFloat).map((o) => ops.sum(ops.mul(o, o))).reduce((a, b) => ops.add(a, b)); // prettier-ignore
    };
    grad(loss, at.map((_, k) => k))(...at.map((p) => operands[p] as Tensor)); // prettier-ignore
  }
}

/** Runs recorded kernels again on the GPU, and reads what all of them gave. */
async function replay(device: WebGpuDevice, runs: readonly Recorded[]): Promise<Uint8Array[][]> {
  const put = (bytes: Uint8Array): Storage => {
    const s = device.allocate(bytes.length);
    device.write(s, bytes);
    return s;
  };
  const results = runs.map((run) => {
    const inputs = run.inputs.map(put);
    const outputs = run.outputs.map((bytes, i) => (run.same[i]! < 0 ? device.allocate(bytes.length) : inputs[run.same[i]!]!)); // prettier-ignore
    device.compile(run.kernel).run(inputs, outputs, run.n);
    return outputs.map(async (s, i) => {
      const bytes = new Uint8Array(run.outputs[i]!.length);
      await device.readAsync(s, bytes);
      return bytes;
    });
  });
  return Promise.all(results.map((outputs) => Promise.all(outputs)));
}

/**
 * Every kernel that the ops' samples and their gradients run on the CPU, run again on the GPU: which differ, and which
 * it refuses.
 * @param wanted - tells which kernels are looked at
 */
export async function compareAll(gpu: WebGpuDevice, wanted: (kernel: Kernel) => boolean = () => true) {
  const recording = new RecordingDevice(hostPlatform(), { threads: 1, tier: 'wasm' });
  registerDevice('CPU', () => recording);
  ops.installOps();
  const only = process.env['SPORELET_TEST_OPS']?.split(',');
  const different: string[] = [];
  const refused = new Set<string>();
  let count = 0;
  for (const [name, samples] of Object.entries(allSamples)) {
    const op = registeredOps().get(name);
    if (!op || (only && !only.includes(name))) continue;
    recording.runs.length = 0;
    for (const sample of samples) everyCall(op, sample);
    const runs = recording.runs.filter(({ kernel, outputs }) => {
      const refusal = gpuRefusal(kernel);
      if (refusal) refused.add(`${kernel.name}: ${refusal}`);
      return !refusal && outputs.some((o) => o.length) && wanted(kernel);
    });
    count += runs.length;
    try {
      const results = await replay(gpu, runs);
      runs.forEach(({ kernel, outputs }, r) => {
        results[r]!.forEach((bytes, k) => {
          const found = difference(bytes, outputs[k]!, kernel.outputs[k]!.spec.dtype);
          const inputs = kernel.inputs.map((i) => `${i.dtype.name}(${i.shape.join()})`).join(' ');
          if (found) different.push(`${name}: ${kernel.name} ${inputs}: ${found}`);
        });
      });
    } catch (e) {
      different.push(`${name}: ${(e as Error).message.slice(0, 400)}`);
    }
  }
  return { count, different, refused: [...refused] };
}

/** The text of a kernel on a GPU of given limits. */
export function textOf(kernel: Kernel, limits: GpuLimits): string {
  const { steps } = compileForGpu(kernel, limits);
  return steps.map((s) => (s.kind === 'dispatch' ? s.code : '')).join();
}
