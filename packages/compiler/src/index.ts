export { C_FLAGS, printC, unitsOfC } from './c-printer.ts';
export * from './compile.ts';
export * from './emit-pull.ts';
export * from './plan.ts';
export * from './plan-builder.ts';
export * from './wasm-encoder.ts';
export { printWgsl } from './wgsl-printer.ts';
