import { expect, it } from 'vitest';
import * as core from '@sporelet/core';
import { ops } from 'sporelet';

it('ops has what works on functions, as in MindSpore', () => {
  const names = ['GradOperation', 'HookBackward', 'InsertGradientOf', 'getGrad', 'grad', 'jacfwd', 'jacrev', 'jvp', 'stopGradient', 'valueAndGrad', 'vjp', 'vmap'] as const; // prettier-ignore
  for (const name of names) expect(ops[name], name).toBe(core[name]);
});
