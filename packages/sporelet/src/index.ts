import './setup.ts';

export * from '@sporelet/core';
export * from './dtype.ts';
export * as dtype from './dtype.ts';
export { AttributeError, IndexError, KeyError, RuntimeError, ValueError } from '@sporelet/ir';
export { Profiler, loadCheckpoint, loadParamIntoNet, saveCheckpoint } from '@sporelet/train';
export { getThreads, memoryStats, setThreads, tierReport } from './runtime.ts';
export * as nn from './nn.ts';
export * as ops from './ops.ts';
export * as optim from './optim.ts';
export * as dataset from './dataset.ts';
export * as train from './train.ts';
