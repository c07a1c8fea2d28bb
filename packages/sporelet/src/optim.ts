import './setup.ts';
export * from '@sporelet/optim';
