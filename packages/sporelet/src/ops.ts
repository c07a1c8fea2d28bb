import './setup.ts';
export * from '@sporelet/ops';
