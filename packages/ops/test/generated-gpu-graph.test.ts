import { expect, it } from 'vitest';
import { grad, jit, registeredOps, registerDevice, setDeviceTarget } from '@sporelet/core';
import type { AnyOp, Tensor } from '@sporelet/core';
import { float32 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import { dtypesOf } from './generated.ts';
import { difference, gpuOr } from './gpu-replay.ts';
import { callOp, drawInputs, operandsOf } from './harness.ts';
import type { Sample } from './samples/sample.ts';
import { allSamples } from './samples/index.ts';

const { gpu, reason } = await gpuOr();
/** With the schedules of a real GPU. */
const { gpu: teams } = await gpuOr({ limits: { software: false, storageBuffers: 8 } });

const bytesOf = async (t: Tensor): Promise<Uint8Array> => {
  const { data } = await t.data();
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/** The op with its gradients, as a function of its tensors. */
function subject(op: AnyOp, sample: Sample, inputs: readonly Tensor[]): (...xs: Tensor[]) => Tensor[] {
  const call = (...xs: Tensor[]): Tensor[] => callOp(op, xs, sample);
  const at = inputs.flatMap((t, i) => (t.dtype.isFloat ? [i] : []));
  if (!op.def.spec.grad || sample.grad === false || !at.length) return call;
  if (!call(...inputs).some((o) => o.dtype.isFloat)) return call;
  const loss = (...xs: Tensor[]): Tensor =>
    call(...xs).filter((o) => o.dtype.isFloat).map((o) => ops.sum(ops.mul(o, o))).reduce((a, b) => ops.add(a, b)); // prettier-ignore
  const gradients: (...xs: Tensor[]) => unknown = grad(loss, at);
  return (...xs) => [...call(...xs), gradients(...xs)].flat() as Tensor[];
}

it.skipIf(!gpu)(
  `a compiled graph gives on the GPU what eager mode gives there, gradients included${reason}`,
  async () => {
    registerDevice('GPU', () => gpu!);
    registerDevice('GPU with teams', () => teams!);
    ops.installOps();
    const different: string[] = [];
    let count = 0;
    for (const [name, samples] of Object.entries(allSamples)) {
      const op = registeredOps().get(name);
      if (!op || op.def.spec.body) continue;
      for (const [k, sample] of samples.slice(0, 4).entries()) {
        setDeviceTarget(k % 2 ? 'GPU with teams' : 'GPU');
        if (!dtypesOf(op, sample).includes(float32)) continue;
        if (sample.ins.some((i) => i.scalar || i.group !== undefined || i.parameter) || !sample.ins.length) continue;
        const of = (input: { dtype?: typeof float32 }) => input.dtype ?? float32;
        const inputs = operandsOf(sample, drawInputs(sample, of), of) as Tensor[];
        if (inputs.some((t) => t.dtype.name === 'Float64')) continue;
        try {
          const f = subject(op, sample, inputs);
          const [eager, graph] = [f(...inputs), jit(f)(...inputs)];
          const [want, got] = await Promise.all([eager, graph].map((list) => Promise.all(list.map(bytesOf))));
          want!.forEach((bytes, k) => {
            const found = difference(got![k]!, bytes, eager[k]!.dtype);
            if (found) different.push(`${name} output ${k}: ${found}`);
          });
          count++;
        } catch (e) {
          // What a sample asks for in Float64 is refused by name.
          const { message } = e as Error;
          if (!message.includes('the GPU has no Float64')) different.push(`${name}: ${message.slice(0, 300)}`);
        }
      }
    }
    expect(different).toEqual([]);
    expect(count).toBeGreaterThan(200);
  },
  400_000,
);
