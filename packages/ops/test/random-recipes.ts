import * as fc from 'fast-check';
import type { Tensor } from '@sporelet/core';
import { grad } from '@sporelet/core';
import { float32 } from '@sporelet/ir';
import type { Recipe, State } from './random-program.ts';
import { dtypes, programOf } from './random-program.ts';

export const RUNS = Number(process.env['RANDOM_PROGRAMS'] ?? 40);
export const SEED = Number(process.env['RANDOM_SEED'] ?? 20260101);

const shape = fc.array(fc.constantFrom(1, 1, 2, 2, 3, 3, 4, 5, 0, 17), { maxLength: 3 });
const recent = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 5, 8);
/** Random programs; `plain`: without random numbers and control flow. */
export const recipes = (plain: boolean): fc.Arbitrary<Recipe> =>
  fc.record({
    inputs: fc.array(fc.record({ shape, dtype: fc.constantFrom(0, 0, 0, 1, 2, 3) }), { minLength: 1, maxLength: 3 }),
    parameter: shape,
    steps: fc.noBias(
      fc.array(fc.tuple(fc.nat(999), recent, recent, fc.nat(9)), { minLength: 1, maxLength: 14, size: 'max' }),
    ),
    outputs: fc.noBias(fc.array(fc.nat(5), { minLength: 1, maxLength: 3 })),
    seed: fc.nat(9999),
    plain: fc.constant(plain),
  });

/** The gradients of a program by its inputs and its weight. */
export const ofGradient = (recipe: Recipe) => (state: State) => {
  const floats = recipe.inputs.flatMap(({ dtype }, i) => (dtypes[dtype]!.isFloat ? [i] : []));
  const loss = (...inputs: Tensor[]): Tensor =>
    programOf(
      recipe,
      state,
    )(...inputs)
      .map((t) => t.astype(float32).sum())
      .reduce((a, b) => a.add(b));
  if (!floats.length) {
    const ofWeight = grad(loss, null, state.weight);
    return (...inputs: Tensor[]): readonly Tensor[] => [ofWeight(...inputs)];
  }
  const both = grad(loss, floats, state.weight);
  return (...inputs: Tensor[]): readonly Tensor[] => {
    const [ofInputs, ofWeight] = both(...inputs);
    return [...[ofInputs].flat(), ofWeight];
  };
};
