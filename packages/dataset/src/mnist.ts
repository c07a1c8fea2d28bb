import type { Args } from '@sporelet/core';
import { bindArguments, describe } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { Dataset } from './dataset.ts';
import { hostFiles } from './files-node.ts';
import type { Usage } from './mnist-files.ts';
import { MnistFiles, mnistFileNames, usages } from './mnist-files.ts';
import type { Sampler, SamplingOptions } from './samplers.ts';
import { chooseSampler } from './samplers.ts';
import { sourceNode } from './source-node.ts';

export interface MnistOptions extends SamplingOptions {
  /** 'train': 60,000 images, 'test': 10,000, 'all': both. Default 'all'. */
  usage?: Usage | null | undefined;
}

/**
 * The MNIST images of handwritten digits, or another set in the same files (Fashion-MNIST, ...), as IDX files, plain or
 * as .gz. Columns: `image` (UInt8, 28 x 28 x 1), `label` (UInt32, a scalar). The files are read at the first
 * iteration; in a browser `datasetDir` is a URL, and `open` fetches them.
 * @throws ValueError when the folder does not exist or a file is damaged, RuntimeError when one is missing.
 */
export class MnistDataset extends Dataset<'image' | 'label'> {
  constructor(named: { datasetDir: string } & MnistOptions);
  constructor(
    ...args: Args<
      [datasetDir: string],
      [
        usage?: Usage | null,
        numSamples?: number | null,
        numParallelWorkers?: number | null,
        shuffle?: boolean | null,
        sampler?: Sampler | Iterable<number> | null,
        numShards?: number | null,
        shardId?: number | null,
      ],
      MnistOptions
    >
  );
  constructor(...args: unknown[]) {
    const where = 'MnistDataset';
    const names = [
      'datasetDir',
      'usage',
      'numSamples',
      'numParallelWorkers',
      'shuffle',
      'sampler',
      'numShards',
      'shardId',
    ];
    const [folder, usage, numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId] = bindArguments(
      where,
      names,
      1,
      args,
    );
    if (typeof folder !== 'string')
      throw new TypeError(`For '${where}', the datasetDir must be a string, but got ${describe(folder)}.`);
    const kind = usage ?? 'all';
    if (typeof kind !== 'string' || !usages.includes(kind)) {
      throw new ValueError(`For '${where}', the usage must be 'train', 'test' or 'all', but got ${describe(kind)}.`);
    }
    const files = hostFiles();
    if (files && !files.isFolder(folder)) {
      const wanted = mnistFileNames(kind as Usage).map((file) => `'${file}'`);
      throw new ValueError(
        `For '${where}', the folder '${folder}' does not exist; it should hold ${wanted.join(', ')}.`,
      );
    }
    const chosen = chooseSampler(where, { numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId });
    super(sourceNode(['image', 'label'], new MnistFiles(folder, kind as Usage), chosen));
  }
}
