import type { Axis, DType, Expr, Kernel, Program, TensorSpec } from '@sporelet/ir';
import { View, axesFor, axisRef, bool, bounded, constant, float32, int32, sizeOf, sum } from '@sporelet/ir';
import type { CpuDevice } from '../src/index.ts';

export const spec = (dtype: DType, ...shape: number[]): TensorSpec => ({ dtype, shape });

export function kernelOf(
  name: string,
  inputs: readonly TensorSpec[],
  shape: readonly number[],
  build: (views: View[], index: Expr[]) => Expr,
): Kernel {
  const axes: Axis[] = [...axesFor(shape)];
  const views = inputs.map((s, i) => new View(i, s));
  const value = build(views, axes.map(axisRef)); // prettier-ignore
  const output = { form: 'pull' as const, spec: { dtype: value.dtype, shape }, axes, value };
  return { name, inputs, outputs: [output], inPlace: [-1], flat: false };
}

const f = (...shape: number[]): TensorSpec => spec(float32, ...shape);

export const matmul = (m: number, k: number, n: number, dtype = float32): Kernel =>
  kernelOf('MatMul', [spec(dtype, m, k), spec(dtype, k, n)], [m, n], ([x, y], [i, j]) =>
    sum(k, (l) => x!.at(i!, l).mul(y!.at(l, j!))),
  );

/** A convolution, its input gradient as one, and its weight gradient, of `n` images. */
export function convolutions(n: number, ci: number, h: number, co: number, k: number, pad: number): Kernel[] {
  const o = h + 2 * pad - k + 1;
  const zero = constant(0, float32);
  return [
    kernelOf('Conv', [f(n, ci, h, h), f(co, ci, k, k)], [n, co, o, o], ([x, w], [b, c, y, z]) =>
      sum([ci, k, k], (i, u, v) => x!.padded([b!, i, y!.add(u).sub(pad), z!.add(v).sub(pad)], zero).mul(w!.at(c!, i, u, v)))),
    kernelOf('ConvInput', [f(n, co, o, o), f(co, ci, k, k)], [n, ci, h, h], ([g, w], [b, i, y, z]) =>
      sum([co, k, k], (c, u, v) => g!.padded([b!, c, y!.sub(u).add(pad), z!.sub(v).add(pad)], zero).mul(w!.at(c, i!, u, v)))),
    kernelOf('ConvWeight', [f(n, ci, h, h), f(n, co, o, o)], [co, ci, k, k], ([x, g], [c, i, u, v]) =>
      sum([n, o, o], (b, y, z) => x!.padded([b, i!, y.add(u!).sub(pad), z.add(v!).sub(pad)], zero).mul(g!.at(b, c!, y, z)))),
  ]; // prettier-ignore
}

export const unary = (n: number, fn: (x: Expr) => Expr, dtype: DType = float32): Kernel =>
  kernelOf('Unary', [spec(dtype, n)], [n], ([x], i) => fn(x!.at(...i)));

export const rowSums = (rows: number, n: number): Kernel =>
  kernelOf('Sum', [f(rows, n)], [rows], ([x], [i]) => sum(n, (k) => x!.at(i!, k)));

/** Rows that fill no register: what is left over at their ends is computed once more, unless reads forbid it. */
export const ragged = (n: number): Kernel[] => [
  kernelOf('Bias', [f(3, n), f(n)], [3, n], ([x, y], [i, j]) => x!.at(i!, j!).mul(y!.at(j!))),
  kernelOf('Pairs', [f(3, 2 * n + 1)], [3, n], ([x], [i, j]) => x!.at(i!, j!.mul(2)).max(x!.at(i!, j!.mul(2).add(1)))),
  kernelOf('Twice', [f(3, n)], [3, n], ([x], [i, j]) => x!.at(i!, j!.div(2)).sub(x!.at(i!, j!))),
];

export const gather = (rows: number, n: number): Kernel =>
  kernelOf('Gather', [f(rows), spec(int32, n)], [n], ([x, at], [i]) => x!.at(bounded(at!.at(i!), rows)));

/** A program of kernels in a chain: the result of each is the first operand of the next, the others are inputs. */
export function programOf(...kernels: readonly Kernel[]): Program {
  const values: TensorSpec[] = [];
  const inputs: number[] = [];
  const value = (s: TensorSpec): number => values.push(s) - 1;
  let last = -1;
  const steps = kernels.map((kernel) => {
    const own = kernel.inputs.map((s, i) => {
      if (i === 0 && last >= 0) return last;
      inputs.push(value(s));
      return values.length - 1;
    });
    last = value(kernel.outputs[0]!.spec);
    return { kernel, inputs: own, outputs: [last] };
  });
  return { name: 'chain', values, inputs, outputs: [last], updates: [], steps };
}

/** Bytes for an operand: floats around zero, or small numbers. */
export function bytesFor({ dtype, shape }: TensorSpec, seed = 1): Uint8Array {
  const data = new dtype.array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    const x = Math.sin(i * 12.9898 + seed * 78.233) * 2;
    if (dtype.isFloat && dtype.itemsize > 2) data[i] = x;
    else if (dtype.itemsize === 8) data[i] = BigInt(Math.round(x));
    else data[i] = dtype === bool ? Number(x > 0) : Math.abs(Math.round(x));
  }
  return new Uint8Array(data.buffer);
}

/** Runs a kernel once on a device: the bytes of its output. */
export function once(device: CpuDevice, kernel: Kernel, inputs: readonly Uint8Array[]): Uint8Array {
  return runOn(device, device.compile(kernel), kernel, inputs);
}

export function runOn(
  device: CpuDevice,
  executable: ReturnType<CpuDevice['compile']>,
  kernel: Kernel,
  inputs: readonly Uint8Array[],
): Uint8Array {
  const storages = inputs.map((bytes) => {
    const s = device.allocate(bytes.length);
    device.write(s, bytes);
    return s;
  });
  const { shape, dtype } = kernel.outputs[0]!.spec;
  const out = device.allocate(sizeOf(shape) * dtype.itemsize);
  executable.run(storages, [out], 0);
  const bytes = new Uint8Array(out.bytes);
  device.read(out, bytes);
  return bytes;
}
