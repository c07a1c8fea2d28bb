import './setup.ts';
export * from '@sporelet/nn';
export * from '@sporelet/optim';
