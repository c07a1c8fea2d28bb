import type { AnyOp } from '@sporelet/core';
import { Parameter, Tensor, deviceByName, registerDevice, setDeviceTarget } from '@sporelet/core';
import { CpuDevice } from '@sporelet/device-cpu';
import type { DType } from '@sporelet/ir';
import { bfloat16, bool, f16ToNumber, float16, float32, float64, numberToBf16, numberToF16, bf16ToNumber, sizeOf } from '@sporelet/ir'; // prettier-ignore
import { hostPlatform } from '../../device-cpu/src/node.ts';
import { relaxed } from '../../compiler/test/contract-support.ts';
import { ReferenceDevice } from './reference-device.ts';
import type { Nd, Sample, SampleInput } from './samples/sample.ts';
import { nd } from './samples/sample.ts';

/** Registers the WASM device (one thread) as 'CPU' and the reference interpreter as 'REFERENCE'. */
export function registerDevices(): void {
  registerDevice('CPU', () => new CpuDevice(hostPlatform(), { threads: 1 }));
  registerDevice('REFERENCE', () => reference);
}

const reference = new ReferenceDevice('REFERENCE');

/** Whether results of `run` may differ from the reference in the last bits: the machine fuses multiply and add. */
export function mayFuse<T>(run: () => T): { result: T; fused: boolean } {
  const before = reference.contractions;
  const result = run();
  return { result, fused: relaxed && reference.contractions > before };
}

/** Runs `body` with tensors made on a device. */
export function onDevice<T>(name: string, body: () => T): T {
  setDeviceTarget(name);
  try {
    return body();
  } finally {
    setDeviceTarget('CPU');
  }
}

/** A small generator with a seed, so that every run draws the same. */
export function generator(seed: number): () => number {
  let s = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    // The low bits of this generator are poor.
    return ((s >>> 8) + 0.5) / 2 ** 24;
  };
}

/** A value as a dtype holds it. */
export function rounded(x: number, dtype: DType): number {
  if (dtype === float32) return Math.fround(x);
  if (dtype === float16) return f16ToNumber(numberToF16(x));
  if (dtype === bfloat16) return bf16ToNumber(numberToBf16(x));
  return x;
}

/** The float64 values of a sample's inputs, as their dtypes hold them. */
export function drawInputs(sample: Sample, dtypeOf: (input: SampleInput) => DType, seed = 7): Nd[] {
  const random = generator(seed);
  return sample.ins.map((input) => {
    const dtype = dtypeOf(input);
    const size = sizeOf(input.shape);
    const [low, high] = [input.low ?? (dtype.isFloat ? -2 : dtype.kind === 'int' ? -4 : 0), input.high ?? (dtype.isFloat ? 2 : dtype === bool ? 2 : 5)];
    const data = Array.from({ length: size }, (_, i) => {
      const x = input.values ? input.values[i]! : low + random() * (high - low);
      return dtype.isFloat ? rounded(x, dtype) : input.values ? x : Math.floor(x);
    });
    return nd(input.shape, data);
  }); // prettier-ignore
}

/** A tensor of given values. */
export function tensorOf(values: Nd, dtype: DType): Tensor {
  const size = sizeOf(values.shape);
  const data = new dtype.array(size);
  for (let i = 0; i < size; i++) {
    const x = values.data[i]!;
    if (dtype === float16) data[i] = numberToF16(x);
    else if (dtype === bfloat16) data[i] = numberToBf16(x);
    else if (dtype.itemsize === 8 && !dtype.isFloat) data[i] = BigInt(x);
    else data[i] = x;
  }
  return new Tensor(data, { dtype, shape: [...values.shape] });
}

export function valuesOf(t: Tensor): Nd {
  const a = t.asnumpy();
  return nd(
    [...a.shape],
    Array.from({ length: a.size }, (_, i) => Number(a.at(i))),
  );
}

/** Operands for a call: tensors, Parameters, plain numbers, lists. */
export function operandsOf(sample: Sample, values: readonly Nd[], dtypeOf: (input: SampleInput) => DType): unknown[] {
  const out: unknown[] = [];
  const groups = new Map<number, unknown[]>();
  sample.ins.forEach((input, i) => {
    const value = values[i]!;
    let operand: unknown;
    if (input.scalar) operand = value.data[0]!;
    else {
      const t = tensorOf(value, dtypeOf(input));
      operand = input.parameter ? new Parameter(t, `p${i}`) : t;
    }
    if (input.group === undefined) out.push(operand);
    else {
      let list = groups.get(input.group);
      if (!list) {
        groups.set(input.group, (list = []));
        out.push(list);
      }
      list.push(operand);
    }
  });
  return out;
}

/** Calls an op with a sample's operands and attributes; always a list of outputs. */
export function callOp(op: AnyOp, operands: readonly unknown[], sample: Sample): Tensor[] {
  const call = op as unknown as (...args: unknown[]) => Tensor | readonly Tensor[];
  const { inputs, callOrder } = op.def.sig;
  const placed = callOrder.slice(0, callOrder.findLastIndex((n) => inputs.some((i) => i.name === n)) + 1);
  const attrs = { ...sample.attrs };
  let next = 0;
  // Attributes between inputs have a position, the others go by name.
  const args = placed.map((name) => {
    if (inputs.some((i) => i.name === name)) return operands[next++];
    const value = attrs[name];
    Reflect.deleteProperty(attrs, name);
    return value;
  });
  const out = call(...args, ...(Object.keys(attrs).length ? [attrs] : []));
  return Array.isArray(out) ? [...(out as readonly Tensor[])] : [out as Tensor];
}

export { deviceByName, float32, float64 };
