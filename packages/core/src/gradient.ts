import type { Dims, TensorSpec } from '@sporelet/ir';
import { sameShape } from '@sporelet/ir';
import { coreOps } from './core-ops.ts';
import type { OpDef } from './op-def.ts';
import type { GradEntry, Named, RawGradContext } from './op-spec.ts';
import type { BackwardRequest } from './runnable.ts';
import { Tensor } from './tensor.ts';
import type { Value } from './value.ts';

/** A tensor summed over the axes along which `shape` was broadcast to it. */
function sumTo(x: Tensor, shape: Dims): Tensor {
  const from = x.$value.shape;
  const extra = from.length - shape.length;
  const axes: number[] = [];
  for (let i = 0; i < from.length; i++) if (i < extra || (shape[i - extra] === 1 && from[i] !== 1)) axes.push(i);
  const summed = axes.length ? coreOps().sum(x, axes, true) : x;
  return sameShape(summed.$value.shape, shape) ? summed : coreOps().reshape(summed, shape);
}

/** A gradient in the shape and dtype of what it is the gradient of. */
export function fitTo(gradient: Tensor, { dtype, shape }: TensorSpec): Tensor {
  const value = gradient.$value;
  const summed = sameShape(value.shape, shape) ? gradient : sumTo(gradient, shape);
  return value.dtype === dtype ? summed : coreOps().cast(summed, dtype);
}

export function zerosFor({ dtype, shape }: TensorSpec): Tensor {
  return coreOps().full(shape, 0, dtype);
}

/** What a gradient declaration is given; gradients that did not arrive become zeros when they are read. */
class Context implements RawGradContext {
  readonly attrs: Named;
  private readonly def: OpDef;
  private readonly request: BackwardRequest;
  private zeros: readonly Tensor[] | null = null;

  constructor(def: OpDef, request: BackwardRequest) {
    this.def = def;
    this.request = request;
    this.attrs = request.attrs;
  }
  private gradient(k: number): Tensor {
    const value = this.request.gradients[k];
    return value ? new Tensor(value) : zerosFor(this.request.outputs[k]!);
  }
  get g(): Tensor {
    return this.gradient(0);
  }
  get gs(): readonly Tensor[] {
    return (this.zeros ??= this.request.gradients.map((_, k) => this.gradient(k)));
  }
  get ins(): readonly (Tensor | readonly Tensor[] | null)[] {
    return this.def.byPosition(this.request.inputs.map((v) => new Tensor(v)));
  }
  get outs(): readonly Tensor[] {
    return this.request.outputs.map((v) => new Tensor(v));
  }
  readonly need = (i: number): boolean => {
    const item = this.def.byPosition(this.request.need)[i] ?? false;
    return typeof item === 'boolean' ? item : item.includes(true);
  };
  readonly has = (k: number): boolean => this.request.gradients[k] !== null;
}

/** Gradients of an op's inputs by its declaration. */
export function gradientsOf(def: OpDef, request: BackwardRequest): (Value | null)[] {
  const { grad } = def.spec;
  const { inputs, need } = request;
  const none = inputs.map((): Value | null => null);
  if (!grad) return none;
  const entries = grad(new Context(def, request));
  const positions = def.byPosition(inputs.map((_, i) => i));
  const take = (entry: GradEntry, i: number): void => {
    if (!need[i] || entry === null) return;
    none[i] = fitTo(typeof entry === 'function' ? entry() : entry, inputs[i]!).$value;
  };
  positions.forEach((at, p) => {
    const entry = entries[p];
    if (at === null || entry === null || entry === undefined) return;
    if (typeof at === 'number') take(entry as GradEntry, at);
    else (entry as readonly GradEntry[]).forEach((e, k) => take(e, at[k]!));
  });
  return none;
}
