import type { Kernel, KernelInfo, TensorSpec } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import { recognizeContraction } from './contract-recognize.ts';
import { extentOf } from './contract-wasm.ts';
import { readingOf } from './fuse-cost.ts';

const bytesOf = ({ dtype, shape }: TensorSpec): number => sizeOf(shape) * dtype.itemsize;

/** What a profile tells of a kernel. */
export function infoOf(kernel: Kernel, path: string): KernelInfo {
  const { name, inputs, outputs } = kernel;
  let operations = 0;
  for (const o of outputs) {
    const sum = o.form === 'pull' && outputs.length === 1 ? recognizeContraction(o, inputs) : null;
    if (sum) operations += 2 * extentOf(sum.axes) * extentOf(sum.k);
    else if (o.form === 'pull') operations += readingOf([o]).operations * sizeOf(o.spec.shape);
    else if (o.form === 'push') operations += o.axes.reduce((n, a) => n * a.extent, 1);
  }
  const bytes = [...inputs, ...outputs.map((o) => o.spec)].reduce((n, s) => n + bytesOf(s), 0);
  return { name, path, operations, bytes };
}
