import { customGrad } from './custom-grad.ts';
import { Tensor } from './tensor.ts';
import { tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import { tupleOf } from './tuple.ts';

/** An identity that sees gradients: called with tensors it gives them back. */
export interface GradientIdentity {
  (x: Tensor): Tensor;
  (...inputs: readonly Tensor[]): readonly Tensor[];
}

function identity(
  op: string,
  fn: unknown,
  prototype: object,
  change: (gradients: readonly Tensor[]) => readonly Tensor[],
): GradientIdentity {
  if (typeof fn !== 'function')
    throw new TypeError(`For '${op}', the 'fn' must be a function, but got ${describe(fn)}.`);
  const call = customGrad(
    (...inputs: readonly Tensor[]) => (inputs.length === 1 ? inputs[0]! : tupleOf(inputs)),
    (...all: readonly unknown[]) => change(tensorsIn(all[all.length - 1])),
    op,
  );
  return Object.setPrototypeOf((...inputs: readonly Tensor[]) => call(...inputs), prototype) as GradientIdentity;
}

/** Calls `fn` with a Tuple of the gradients that pass; what it returns takes their place. */
export const HookBackward = class HookBackward {
  constructor(fn: (gradients: readonly Tensor[]) => unknown) {
    return identity('HookBackward', fn, new.target.prototype, (gradients) => {
      const given = tensorsIn(fn(tupleOf(gradients)));
      return given.length ? given : gradients;
    });
  }
} as unknown as new (
  fn: (gradients: readonly [Tensor, ...Tensor[]]) => Tensor | readonly Tensor[] | null | undefined | void,
) => GradientIdentity;

/** Replaces the gradient that passes by `fn` of it. */
export const InsertGradientOf = class InsertGradientOf {
  constructor(fn: (gradient: Tensor) => unknown) {
    return identity('InsertGradientOf', fn, new.target.prototype, (gradients) =>
      gradients.map((g) => {
        const given = fn(g);
        if (given instanceof Tensor) return given;
        throw new TypeError(`For 'InsertGradientOf', 'fn' must return a Tensor, but got ${describe(given)}.`);
      }),
    );
  }
} as unknown as new (fn: (gradient: Tensor) => Tensor) => (x: Tensor) => Tensor;
