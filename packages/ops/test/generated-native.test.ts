import { expect, it } from 'vitest';
import { Tensor, grad, registeredOps, registerDevice } from '@sporelet/core';
import type { AnyOp } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { float16, bfloat16, float32 } from '@sporelet/ir';
import { CpuDevice } from '@sporelet/device-cpu';
import { hostPlatform } from '@sporelet/device-cpu/host';
import * as ops from '@sporelet/ops';
import { relaxed } from '../../compiler/test/contract-support.ts';
import { dtypesOf } from './generated.ts';
import { callOp, drawInputs, operandsOf } from './harness.ts';
import { RecordingDevice, replay } from './recording-device.ts';
import type { Sample } from './samples/sample.ts';
import { allSamples } from './samples/index.ts';

/** The machine's native code with multiply and add fused where the WASM tier fuses them. */
const platform = (() => {
  const own = hostPlatform();
  const openNative = () => {
    const host = own.openNative!();
    return { ...host, target: { ...host.target, relaxed } };
  };
  return { ...own, openNative };
})();
const native = new CpuDevice(platform, { threads: 1, tier: 'native' });
const reason = native.tierReport().reason;

/** Elements as text; NaN payloads are not part of the contract. */
function elements(bytes: Uint8Array, dtype: DType): string {
  const data = new dtype.array(bytes.buffer, 0, bytes.length / dtype.itemsize);
  return Array.from(data as ArrayLike<number | bigint>, (v) => {
    if (dtype === float16 && (Number(v) & 0x7fff) > 0x7c00) return 'nan';
    if (dtype === bfloat16 && (Number(v) & 0x7fff) > 0x7f80) return 'nan';
    return Object.is(v, -0) ? '-0' : String(v);
  }).join();
}

/** Compiling everything takes minutes the first time: by default one sample of each op in two dtypes, gradients aside. */
const all = process.env['SPORELET_TEST_ALL'] === '1';

function everyCall(op: AnyOp, sample: Sample, number: number): void {
  const dtypes = dtypesOf(op, sample);
  const some = dtypes.length < 2 ? dtypes : [dtypes[0]!, dtypes[1 + (number % (dtypes.length - 1))]!];
  for (const dtype of all ? dtypes : some) {
    const of = (input: { dtype?: DType }): DType => input.dtype ?? dtype;
    const values = drawInputs(sample, of);
    const operands = operandsOf(sample, values, of);
    const outs = callOp(op, operands, sample);
    if (!all || !outs.some((o) => o.dtype.isFloat)) continue;
    if (dtype !== float32 || !op.def.spec.grad || sample.grad === false) continue;
    const at = operands.flatMap((o, i) => (o instanceof Tensor && o.dtype.isFloat && !sample.ins[i]!.parameter ? [i] : []));
    if (!at.length || operands.some(Array.isArray)) continue;
    const loss = (...xs: Tensor[]): Tensor => {
      const list = [...operands];
      at.forEach((p, k) => (list[p] = xs[k]));
      return callOp(op, list, sample).filter((o) => o.dtype.isFloat).map((o) => ops.sum(ops.mul(o, o))).reduce((a, b) => ops.add(a, b));
    };
    grad(loss, at.map((_, k) => k))(...at.map((p) => operands[p] as Tensor));
  } // prettier-ignore
}

it.skipIf(reason !== undefined)(
  `the kernels of every op give the bits of the WASM tier as native code${reason ? ` (${reason})` : ''}`,
  () => {
    const recording = new RecordingDevice(hostPlatform(), { threads: 1, tier: 'wasm' });
    registerDevice('CPU', () => recording);
    ops.installOps();
    Object.entries(allSamples).forEach(([name, samples], number) => {
      const op = registeredOps().get(name);
      const some = all ? samples : [samples[number % samples.length]!];
      if (op) for (const sample of some) everyCall(op, sample, number);
    });
    const { runs } = recording;
    const different = new Map<string, number>();
    for (let from = 0; from < runs.length; from += 100) {
      const some = runs.slice(from, from + 100);
      const executables = native.compileNative(some.map((r) => r.kernel))!;
      some.forEach((run, i) => {
        replay(native, executables[i]!, run).forEach((bytes, k) => {
          const { dtype } = run.kernel.outputs[k]!.spec;
          if (elements(bytes, dtype) !== elements(run.outputs[k]!, dtype))
            different.set(run.kernel.name, (different.get(run.kernel.name) ?? 0) + 1);
        });
      });
    }
    expect([...different]).toEqual([]);
    expect(runs.length).toBeGreaterThan(200);
  },
  400_000,
);
