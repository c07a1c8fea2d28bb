export type { CellOptions, HookOptions } from './cell.ts';
export { Cell } from './cell.ts';
export type { BackwardHook, BackwardPreHook, ForwardHook, ForwardPreHook } from './cell-hooks.ts';
export { checkpointName, saveClonesAs } from './checkpoint-names.ts';
export type { TensorCell } from './containers.ts';
export { CellDict, CellList, SequentialCell } from './containers.ts';
export type { IncompatibleKeys, StateDict } from './state-dict.ts';
export type { Range } from './check.ts';
export { checkBool, checkNumber, checkOneOf } from './check.ts';
export { withSettledNames } from './naming.ts';

export * from './activation.ts';
export type { BatchNormOptions } from './batch-norm.ts';
export { BatchNorm1d, BatchNorm2d } from './batch-norm.ts';
export * from './basic.ts';
export * from './conv.ts';
export * from './dense.ts';
export * from './embedding.ts';
export type { Size2 } from './layer.ts';
export * from './normalization.ts';
export * from './pooling.ts';
export { PReLU } from './prelu.ts';

export * from './binary-cross-entropy.ts';
export * from './cross-entropy.ts';
export type { Reduction, ReductionOptions } from './loss-base.ts';
export { LossBase } from './loss-base.ts';
export * from './regression-losses.ts';
export * from './wrappers.ts';
