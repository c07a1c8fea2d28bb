import type { Expr, Kernel, PullOutput, TensorSpec } from '@sporelet/ir';
import { Axis, axisRef, substitute } from '@sporelet/ir';

/** A kernel of any length as one of a given length. */
export function atLength(kernel: Kernel, n: number): Kernel {
  const spec = ({ dtype, shape }: TensorSpec): TensorSpec => ({ dtype, shape: shape.length ? [n] : shape });
  const axes = new Map<Axis, Axis>();
  const outputs = kernel.outputs.map((o) => {
    if (o.form !== 'pull') throw new Error(`${kernel.name}: only element-wise kernels have any length`);
    const [own] = o.axes as [Axis];
    const axis = axes.get(own) ?? new Axis(own.name, n);
    axes.set(own, axis);
    const value: Expr = substitute(o.value, new Map([[own, axisRef(axis)]]));
    return { ...o, spec: spec(o.spec), axes: [axis], value } satisfies PullOutput;
  });
  return { ...kernel, inputs: kernel.inputs.map(spec), outputs, flat: false };
}
