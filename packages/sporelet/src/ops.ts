import './setup.ts';
export * from '@sporelet/ops';
// What works on functions lives in core; MindSpore has it under `ops` too.
export { GradOperation, HookBackward, InsertGradientOf, getGrad, grad, jacfwd, jacrev, jvp, stopGradient, valueAndGrad, vjp, vmap } from '@sporelet/core'; // prettier-ignore
