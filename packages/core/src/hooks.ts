import type { Tensor } from './tensor.ts';

/** Sees a gradient and may give another in its place. */
export type TensorHook = (gradient: Tensor) => Tensor | null | undefined | void;

/** Takes a registered function back. */
export interface HookHandle {
  remove(): void;
}

/** Something that calls hooks with a gradient: a recorded value, or a tensor that is not recorded yet. */
export type Hooks = Set<TensorHook>;

const byTensor = new WeakMap<Tensor, Hooks>();

/** Where a traced value keeps its hooks; installed by the gradient level. */
export interface HookTarget {
  $hooks(): Hooks;
}

const isTarget = (value: object): value is HookTarget => '$hooks' in value;

export function addHook(tensor: Tensor, hook: TensorHook): HookHandle {
  if (typeof hook !== 'function') throw new TypeError("For 'registerHook', the 'hook' must be a function.");
  const value = tensor.$value;
  let hooks: Hooks;
  if (isTarget(value)) hooks = value.$hooks();
  else {
    hooks = byTensor.get(tensor) ?? new Set();
    byTensor.set(tensor, hooks);
  }
  // A function registered twice is called twice.
  const own: TensorHook = (g) => hook(g);
  hooks.add(own);
  return { remove: () => void hooks.delete(own) };
}

export function hooksOf(tensor: Tensor): Hooks | undefined {
  return byTensor.get(tensor);
}

/** The gradient after the hooks have seen it, in the order of their registration. */
export function runHooks(hooks: Hooks, gradient: Tensor): Tensor {
  let g = gradient;
  for (const hook of hooks) g = hook(g) ?? g;
  return g;
}
