export { installOps } from './install.ts';
export * from './surface.gen.ts';
