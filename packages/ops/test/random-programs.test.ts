import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Tensor, grad, jit, setSeed } from '@sporelet/core';
import { float32, int32 } from '@sporelet/ir';
import * as ops from '../src/index.ts';
import { registerDevices } from './harness.ts';
import type { Recipe } from './random-program.ts';
import { dtypes, makeInputs, makeState, namesOf, programOf } from './random-program.ts';

registerDevices();
ops.installOps();

const RUNS = Number(process.env['RANDOM_PROGRAMS'] ?? 40);
const SEED = Number(process.env['RANDOM_SEED'] ?? 20260101);

const shape = fc.array(fc.constantFrom(1, 1, 2, 2, 3, 3, 4, 5, 0, 17), { maxLength: 3 });
const recent = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 5, 8);
const recipes = (plain: boolean): fc.Arbitrary<Recipe> =>
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

/** Elements as bits; NaN as one value, since its payload is nobody's promise. */
function bitsOf(t: Tensor): string {
  const { data, dtype } = t.asnumpy();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const nan = dtype.isFloat ? nansOf(t) : null;
  const parts = Array.from({ length: t.size }, (_, i) =>
    nan?.[i] ? 'nan' : bytes.slice(i * dtype.itemsize, (i + 1) * dtype.itemsize).join('.'),
  );
  return `${dtype.name}(${t.shape.join()}) ${parts.join(' ')}`;
}
const nansOf = (t: Tensor): boolean[] => [t.tolist()].flat(9).map((x) => Number.isNaN(x));

/** What running a function does, errors included. */
function outcome(recipe: Recipe, run: (...inputs: Tensor[]) => readonly Tensor[], state: ReturnType<typeof makeState>) {
  const inputs = makeInputs(recipe);
  let failed = false;
  const rounds = [0, 1].map(() => {
    try {
      return run(...inputs).map(bitsOf);
    } catch {
      failed = true;
      return ['error'];
    }
  });
  // Eagerly, what came before an error was done.
  if (failed) return { rounds };
  return { rounds, after: [state.weight, state.moment].map(bitsOf), inputs: inputs.map(bitsOf) };
}

function compare(recipe: Recipe, make: (state: ReturnType<typeof makeState>) => (...x: Tensor[]) => readonly Tensor[]) {
  const results = [false, true].map((graph) => {
    const state = makeState(recipe);
    const fn = make(state);
    setSeed(recipe.seed);
    return outcome(recipe, graph ? jit(fn) : fn, state);
  });
  try {
    expect(results[1]).toEqual(results[0]);
  } catch (e) {
    (e as Error).message += `\n${namesOf(recipe).join(' ')}`;
    throw e;
  }
}

const options = { numRuns: RUNS, seed: SEED, endOnFailure: false };
const ofGradient = (recipe: Recipe) => (state: ReturnType<typeof makeState>) => {
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

test('random programs: graph mode is eager mode, bit for bit', () => {
  fc.assert(
    fc.property(recipes(true), (recipe) => compare(recipe, (state) => programOf(recipe, state))),
    options,
  );
});

test('random programs with branches, loops and random numbers', () => {
  fc.assert(
    fc.property(recipes(false), (recipe) => compare(recipe, (state) => programOf(recipe, state))),
    options,
  );
});

test('gradients of random programs', () => {
  fc.assert(
    fc.property(recipes(true), (recipe) => compare(recipe, ofGradient(recipe))),
    options,
  );
});

describe('found by random programs', () => {
  /** A value whose expression has 2^30 paths. */
  const folded = (x: Tensor): Tensor => Array.from({ length: 30 }).reduce<Tensor>((t) => t.mul(t).sin(), x);

  test('a long chain of shared parts under a reduction compiles', () => {
    const f = (x: Tensor): Tensor => ops.amax(folded(x).div(folded(x).sum(1, true)), 1);
    const x = new Tensor(
      Float32Array.from({ length: 34 }, (_, i) => i / 34),
      { shape: [2, 17] },
    );
    expect(bitsOf(jit(f)(x))).toBe(bitsOf(f(x)));
  });
  test('a row by an index that took long to compute compiles', () => {
    const f = (x: Tensor): Tensor => ops.gather(x, folded(x).astype(int32).clip(0, 2).astype(int32), 0).mul(2);
    const x = new Tensor([1, 2, 3]);
    expect(bitsOf(jit(f)(x))).toBe(bitsOf(f(x)));
  });
});
