import './setup.ts';
export * from '@sporelet/train';
