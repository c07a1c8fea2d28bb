import './setup.ts';
export * from '@sporelet/dataset';
