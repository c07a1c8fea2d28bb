export * from './adagrad.ts';
export * from './adam.ts';
export * from './ftrl.ts';
export type { KeptRate, LearningRate } from './learning-rate.ts';
export * from './learning-rate-lists.ts';
export * from './momentum.ts';
export { Optimizer } from './optimizer.ts';
export type { ParameterGroup, ParameterOrder, Parameters, WeightDecay } from './param-groups.ts';
export * from './rmsprop.ts';
export type { DecayOptions, PolynomialDecayOptions } from './schedule.ts';
export { CosineDecayLR, ExponentialDecayLR, InverseDecayLR, LearningRateSchedule, NaturalExpDecayLR, PolynomialDecayLR, WarmUpLR } from './schedule.ts'; // prettier-ignore
export * from './sgd.ts';
