import type { Operand, Tensor } from '@sporelet/core';
import { Tensor as TensorClass, describe, isOptions } from '@sporelet/core';
import { float32, float64 } from '@sporelet/ir';
import { cast, mul, reduceMean, reduceSum } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkOneOf } from './check.ts';

/** 'mean' of all elements, their 'sum', or 'none': the loss of each. */
export type Reduction = 'mean' | 'sum' | 'none';

export interface ReductionOptions {
  /** How the losses of the elements are put together. */
  reduction?: Reduction | undefined;
}

type LossFn = (logits: Tensor, labels: Tensor) => Tensor;
// never[]: any function.
type AnyLoss = (...args: never[]) => Tensor;

/** The base of losses: a subclass computes the loss of each element and hands it to `getLoss`. */
export abstract class LossBase<F extends AnyLoss = LossFn> extends Cell<F> {
  readonly reduction: Reduction;

  /** @throws ValueError for another reduction than 'mean', 'sum' and 'none' */
  constructor(reduction: Reduction | ReductionOptions = 'mean') {
    super();
    const given = isOptions(reduction) ? ((reduction as ReductionOptions).reduction ?? 'mean') : reduction;
    this.reduction = checkOneOf(this.clsName, 'reduction', given, ['mean', 'sum', 'none']);
  }

  /** Losses times weights, put together as `reduction` says; computed in at least Float32, with the losses' dtype. */
  getLoss(x: Tensor, weights: Operand = 1): Tensor {
    const wide = x.dtype === float64 ? x : cast(x, float32);
    const weighted = weights === 1 ? wide : mul(wide, weights);
    const { reduction } = this;
    const loss = reduction === 'none' ? weighted : reduction === 'sum' ? reduceSum(weighted) : reduceMean(weighted);
    return cast(loss, x.dtype);
  }
}

/** @throws TypeError for an input that is no Tensor */
export function checkTensors(op: string, inputs: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(inputs)) {
    if (!(value instanceof TensorClass)) {
      throw new TypeError(`For '${op}', the '${name}' must be a Tensor, but got ${describe(value)}.`);
    }
  }
}

/** A tensor given as an argument, or null. */
export function checkOptionalTensor(op: string, name: string, value: unknown): Tensor | null {
  if (value === undefined || value === null) return null;
  if (value instanceof TensorClass) return value;
  throw new TypeError(`For '${op}', the '${name}' must be a Tensor or None, but got ${describe(value)}.`);
}
