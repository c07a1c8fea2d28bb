export { installOps } from './install.ts';
// Named here so that the declarations of Tensor's methods are reached from the built types too.
export { tensorMethods } from './methods.gen.ts';
export * from './surface.gen.ts';
