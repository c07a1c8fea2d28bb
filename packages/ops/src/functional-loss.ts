import type { Args, Tensor } from '@sporelet/core';
import { describe } from '@sporelet/core';
import { ValueError, sameShape, shapeText } from '@sporelet/ir';
import { add, div, mul } from './elementwise.ts';
import { bound } from './functional-bind.ts';
import { nLLLoss } from './loss.ts';
import type { Reduction } from './loss-reduction.ts';
import { reduceMean, reduceSum } from './reduce.ts';
import { reshape } from './shape.ts';
import { logSoftmax } from './softmax.ts';
import { neg } from './unary.ts';

interface ClassOptions {
  readonly weight?: Tensor | null | undefined;
  readonly ignoreIndex?: number | undefined;
  readonly reduction?: Reduction | undefined;
  readonly labelSmoothing?: number | undefined;
}
type ClassList = [weight?: Tensor | null, ignoreIndex?: number, reduction?: Reduction, labelSmoothing?: number];
type Bound = [
  input: Tensor,
  target: Tensor,
  weight: Tensor | null,
  ignoreIndex: number,
  reduction: Reduction,
  labelSmoothing: number,
];

function checkReduction(op: string, reduction: Reduction): void {
  if (['none', 'mean', 'sum'].includes(reduction)) return;
  throw new ValueError(`For '${op}', the 'reduction' must be 'none', 'mean' or 'sum', but got ${describe(reduction)}.`);
}

function checkSmoothing(op: string, labelSmoothing: number): void {
  if (labelSmoothing >= 0 && labelSmoothing <= 1) return;
  throw new ValueError(`For '${op}', the 'labelSmoothing' must be in [0, 1], but got ${labelSmoothing}.`);
}

/**
 * The negative logarithmic likelihood of class indices: -weight[target]·inputs[target], averaged by default over the
 * weights of the targets.
 * @param inputs - logarithms of probabilities (N, C, ...) or (C)
 * @param target - class indices (N, ...) or (), Int32 or Int64; those equal to `ignoreIndex` (-100) do not count
 * @param labelSmoothing - s in [0, 1]: 1 - s of that and s/C of the same sum over all classes
 * @throws IndexError for a target outside [0, C)
 */
export function nllLoss(...args: Args<[inputs: Tensor, target: Tensor], ClassList, ClassOptions>): Tensor {
  const names = ['inputs', 'target', 'weight?', 'ignoreIndex?', 'reduction?', 'labelSmoothing?'];
  const [inputs, target, weight = null, ignoreIndex = -100, reduction = 'mean', labelSmoothing = 0] = bound<Bound>(
    'nllLoss',
    names,
    args,
  );
  checkReduction('nllLoss', reduction);
  checkSmoothing('nllLoss', labelSmoothing);
  return likelihood(inputs, target!, weight, { ignoreIndex, reduction, labelSmoothing });
}

function likelihood(
  inputs: Tensor,
  target: Tensor,
  weight: Tensor | null,
  attrs: { ignoreIndex: number; reduction: Reduction; labelSmoothing: number },
): Tensor {
  // prettier-ignore
  if (inputs.ndim > 1) return nLLLoss(inputs, target, weight, attrs)[0];
  // One example without its axis.
  const loss = nLLLoss(reshape(inputs, [1, -1]), reshape(target, [1]), weight, attrs)[0];
  return reshape(loss, []);
}

/**
 * The cross entropy of the softmax of `input` against `target`.
 * @param input - scores (N, C, ...) or (C)
 * @param target - class indices (N, ...), Int32 or Int64, of which those equal to `ignoreIndex` (-100) do not count; or
 * probabilities in the shape of the input
 * @param weight - one number per class. 'mean' divides by the sum of the targets' weights for indices, by the number of
 * examples for probabilities
 * @param labelSmoothing - s in [0, 1]: the target becomes (1 - s)·target + s/C
 * @throws IndexError for a target index outside [0, C)
 */
export function crossEntropy(...args: Args<[input: Tensor, target: Tensor], ClassList, ClassOptions>): Tensor {
  const names = ['input', 'target', 'weight?', 'ignoreIndex?', 'reduction?', 'labelSmoothing?'];
  const [input, target, weight = null, ignoreIndex = -100, reduction = 'mean', labelSmoothing = 0] = bound<Bound>(
    'crossEntropy',
    names,
    args,
  );
  checkReduction('crossEntropy', reduction);
  checkSmoothing('crossEntropy', labelSmoothing);
  const axis = input.ndim > 1 ? 1 : 0;
  const logs = logSoftmax(input, axis);
  if (!target!.dtype.isFloat) return likelihood(logs, target!, weight, { ignoreIndex, reduction, labelSmoothing });
  if (!sameShape(input.shape, target!.shape)) {
    throw new ValueError(
      `For 'crossEntropy', a 'target' of probabilities must have the shape of 'input', but got ${shapeText(target!.shape)} and ${shapeText(input.shape)}.`,
    );
  }
  const classes = input.shape[axis];
  const smooth = labelSmoothing ? add(mul(target!, 1 - labelSmoothing), labelSmoothing / classes) : target!;
  const weighted = weight ? mul(smooth, reshape(weight, [-1, ...input.shape.slice(axis + 1).map(() => 1)])) : smooth;
  const each = neg(reduceSum(mul(logs, weighted), axis));
  if (reduction === 'none') return each;
  return reduction === 'sum' ? reduceSum(each) : input.ndim > 1 ? reduceMean(each) : div(each, 1);
}
