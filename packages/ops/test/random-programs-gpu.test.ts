import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tensor } from '@sporelet/core';
import { jit, registerDevice, setDeviceTarget, setSeed } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import * as ops from '../src/index.ts';
import { difference, gpuOr } from './gpu-replay.ts';
import { registerDevices } from './harness.ts';
import type { Recipe, State } from './random-program.ts';
import { makeInputs, makeState, namesOf, programOf } from './random-program.ts';
import { RUNS, SEED, ofGradient, recipes } from './random-recipes.ts';

registerDevices();
ops.installOps();

/** The schedules of a processor, of a GPU, and of one with few buffers whose scatters write. */
const limits = [
  {},
  { software: false, storageBuffers: 8 },
  { software: false, storageBuffers: 4, search: 0, columns: 4 },
];
const opened = await Promise.all(limits.map((l) => gpuOr({ limits: l })));
const { gpu, reason } = opened[0]!;
opened.forEach((o, i) => registerDevice(`GPU ${i}`, () => o.gpu!));

type Outcome = { readonly error: string } | readonly { readonly dtype: DType; readonly shape: string; readonly bytes: Uint8Array }[]; // prettier-ignore
type Make = (state: State) => (...x: Tensor[]) => readonly Tensor[];

/** What a program does on a device: results of two calls, and what became of its Parameters and inputs. */
async function outcome(recipe: Recipe, make: Make, device: string, graph: boolean): Promise<Outcome> {
  setDeviceTarget(device);
  try {
    const state = makeState(recipe);
    const fn = make(state);
    setSeed(recipe.seed);
    const inputs = makeInputs(recipe);
    const run = graph ? jit(fn) : fn;
    const outs = [...run(...inputs), ...run(...inputs), state.weight, state.moment, ...inputs];
    return await Promise.all(
      outs.map(async (t) => {
        const { data } = await t.data();
        return { dtype: t.dtype, shape: String(t.shape), bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
      }),
    );
  } catch (e) {
    return { error: (e as Error).message };
  } finally {
    setDeviceTarget('CPU');
  }
} // prettier-ignore

/** Where a GPU does something else than the CPU; empty when it does not. */
function apart(cpu: Outcome, gpu: Outcome): string {
  if ('error' in cpu || 'error' in gpu) {
    const [a, b] = [cpu, gpu].map((o) => ('error' in o ? o.error : 'no error'));
    // What depends on a value is refused on the GPU.
    return a === b || /needed at once/.test(b!) ? '' : `'${a}' on the CPU, '${b}' on the GPU`;
  }
  for (const [i, want] of cpu.entries()) {
    const got = gpu[i]!;
    if (got.shape !== want.shape || got.dtype !== want.dtype) return `result ${i}: ${got.dtype.name}${got.shape}`;
    const found = difference(got.bytes, want.bytes, want.dtype);
    if (found) return `result ${i} ${want.dtype.name}${want.shape}: ${found}`;
  }
  return '';
}

let turn = 0;
async function compare(recipe: Recipe, make: Make): Promise<void> {
  const device = `GPU ${turn++ % limits.length}`;
  const cpu = await outcome(recipe, make, 'CPU', false);
  for (const graph of [true, false]) {
    const found = apart(cpu, await outcome(recipe, make, device, graph));
    expect(found, `${graph ? 'graph' : 'eager'} on ${device}: ${namesOf(recipe).join(' ')}`).toBe('');
  }
}

const options = { numRuns: Math.ceil(RUNS / 2), seed: SEED, endOnFailure: true };

test.skipIf(!gpu)(
  `random programs give on the GPU what they give on the CPU${reason}`,
  () => fc.assert(fc.asyncProperty(recipes(false), (recipe) => compare(recipe, (s) => programOf(recipe, s))), options), // prettier-ignore
  200_000,
);

test.skipIf(!gpu)(
  `gradients of random programs give on the GPU what they give on the CPU${reason}`,
  () => fc.assert(fc.asyncProperty(recipes(true), (recipe) => compare(recipe, ofGradient(recipe))), options), // prettier-ignore
  200_000,
);
