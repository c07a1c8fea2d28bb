export type { ArrayData, Value } from './array.ts';
export { BatchInfo } from './batch-node.ts';
export type { PerBatchMap } from './batch-node.ts';
export type { Operation, RowFunction } from './compose.ts';
export * as config from './config.ts';
export type {
  BatchOptions,
  DictRow,
  IteratorOptions,
  MapOptions,
  Names,
  Operations,
  TupleIteratorOptions,
} from './dataset.ts';
export { Dataset, zip } from './dataset.ts';
export type { GeneratedRow, GeneratorOptions, GeneratorSource, RowsByIndex } from './generator.ts';
export { GeneratorDataset } from './generator.ts';
export { parseIdx } from './idx.ts';
export { DatasetIterator } from './iterator.ts';
export type { MnistOptions } from './mnist.ts';
export { MnistDataset } from './mnist.ts';
export type { NumpySlicesOptions, SlicesData } from './numpy-slices.ts';
export { NumpySlicesDataset } from './numpy-slices.ts';
export type {
  DistributedSamplerOptions,
  RandomSamplerOptions,
  SamplingOptions,
  SequentialSamplerOptions,
  SubsetSamplerOptions,
  WeightedRandomSamplerOptions,
} from './samplers.ts';
export {
  DistributedSampler,
  RandomSampler,
  Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  SubsetSampler,
  WeightedRandomSampler,
} from './samplers.ts';
export type { Row } from './to-tensor.ts';
export { Transform } from './transform.ts';
export * as transforms from './transforms.ts';
export * as vision from './vision.ts';
export type { Work } from './work.ts';
