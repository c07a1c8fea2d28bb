import type { Parameter } from '@sporelet/core';
import { Tensor, grad } from '@sporelet/core';
import { float32 } from '@sporelet/ir';
import { mul, reduceSum } from '@sporelet/ops';
import { expect } from 'vitest';
import type { Cell } from '../src/index.ts';
import { expectClose } from './compare.ts';
import type { Reference } from './layers-reference.ts';

type AnyCell = Cell<(...inputs: Tensor[]) => Tensor>;

/** sin(1.7 i + k) · scale: the numbers that the references were computed from. */
export function waves(shape: readonly number[], k = 0, scale = 1): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return new Tensor(
    Float32Array.from({ length: n }, (_, i) => Math.sin(i * 1.7 + k) * scale),
    float32,
    shape,
  );
}

/** A cell's output and the gradients of its output times waves, checked against MindSpore's. */
export function expectLike(
  reference: Reference,
  cell0: Cell,
  inputs: readonly Tensor[],
  { training = false, tolerance = 1e-5 } = {},
): void {
  const cell = cell0 as unknown as AnyCell;
  cell.setTrain(training);
  const parameters: Parameter[] = [...cell.getParameters()];
  parameters.forEach((p, i) => {
    if (p.requiresGrad) p.setData(waves(p.shape, i + 1, 0.5));
  });
  expectClose(cell(...inputs), reference.out, 'output', tolerance);
  for (const [name, value] of Object.entries(reference.after ?? {})) {
    expectClose(
      parameters.find((p) => p.name === name)!,
      value,
      name,
      tolerance,
    );
  }
  const trained = cell.trainableParams();
  const positions = (reference.inputs ?? []).map((_, i) => i);
  if (!positions.length && !trained.length) return;
  const weighted = (...xs: Tensor[]): Tensor => {
    const y = cell(...xs);
    return y.ndim ? reduceSum(mul(y, waves(y.shape, 9))) : y;
  };
  if (positions.length) {
    const own = [grad(weighted, positions)(...inputs)].flat() as readonly Tensor[];
    own.forEach((g, i) => expectClose(g, reference.inputs![i], `gradient of input ${i}`, tolerance));
  }
  if (trained.length) {
    const names = trained.map((p) => p.name);
    expect(names).toEqual(Object.keys(reference.weights ?? {}));
    const own = grad(weighted, null, trained)(...inputs);
    names.forEach((name, i) => expectClose(own[i]!, reference.weights![name], `gradient of ${name}`, tolerance));
  }
}
