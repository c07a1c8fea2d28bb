import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Tensor, jit, setSeed } from '@sporelet/core';
import { int32 } from '@sporelet/ir';
import * as ops from '../src/index.ts';
import { registerDevices } from './harness.ts';
import type { Recipe } from './random-program.ts';
import { makeInputs, makeState, namesOf, programOf } from './random-program.ts';
import { RUNS, SEED, ofGradient, recipes } from './random-recipes.ts';

registerDevices();
ops.installOps();

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
