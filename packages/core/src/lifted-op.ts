import type { Kernel, TensorSpec } from '@sporelet/ir';
import { ValueError } from '@sporelet/ir';
import type { Attrs } from './attr.ts';
import { liftedGradients } from './lifted-gradient.ts';
import type { OpDef } from './op-def.ts';
import { flatKeyOf } from './build-kernel.ts';
import type { BackwardRequest } from './runnable.ts';
import { Runnable } from './runnable.ts';

/** The size of the mapped axis, and the inputs as one example sees them. */
export function perExample(
  inputs: readonly TensorSpec[],
  mask: string,
): { readonly size: number; readonly examples: TensorSpec[] } {
  let size = -1;
  const examples = inputs.map((spec, i) => {
    if (mask[i] !== '1') return spec;
    const n = spec.shape[0]!;
    if (size >= 0 && n !== size)
      throw new ValueError(`For 'vmap', the mapped axes must have one size, but got ${size} and ${n}.`);
    size = n;
    return { dtype: spec.dtype, shape: spec.shape.slice(1) };
  });
  return { size, examples };
}

/** An op with a mapped axis in front of some inputs and of every output: what `vmap` makes of an op. */
export class LiftedOp extends Runnable {
  readonly name: string;
  readonly differentiable: boolean;
  private readonly base: OpDef | LiftedOp;
  private readonly mask: string;
  /** The declared op, and all masks with the outermost first. */
  private readonly root: OpDef;
  private readonly masks: readonly string[];

  constructor(base: OpDef | LiftedOp, mask: string) {
    super();
    this.name = base.name;
    this.differentiable = base.differentiable;
    this.base = base;
    this.mask = mask;
    this.root = base instanceof LiftedOp ? base.root : base;
    this.masks = base instanceof LiftedOp ? [mask, ...base.masks] : [mask];
  }

  infer(inputs: readonly TensorSpec[], attrs: Attrs): readonly TensorSpec[] {
    const { size, examples } = perExample(inputs, this.mask);
    return this.base.infer(examples, attrs).map(({ dtype, shape }) => ({ dtype, shape: [size, ...shape] }));
  }

  kernel(inputs: readonly TensorSpec[], attrs: Attrs, outputs: readonly TensorSpec[], generic: boolean): Kernel | null {
    return this.root.liftedKernel(inputs, attrs, outputs, this.masks, generic);
  }

  override flatKey(inputs: readonly TensorSpec[], attrs: Attrs, outputs: readonly TensorSpec[]): string | null {
    return flatKeyOf(this.root, inputs, attrs, outputs);
  }

  inPlace(inputs: number): readonly number[] {
    return this.base.inPlace(inputs);
  }

  backward(request: BackwardRequest): ReturnType<Runnable['backward']> {
    return liftedGradients(this.base, this.mask, request);
  }

  protected lift(mask: string): Runnable {
    return new LiftedOp(this, mask);
  }
}
