import type { Args } from '@sporelet/core';
import { bindArguments } from '@sporelet/core';
import { RuntimeError, ValueError, sameShape, shapeText, uint32, uint8 } from '@sporelet/ir';
import { Dataset } from './dataset.ts';
import { hostFiles } from './files-node.ts';
import { gunzip, isGzip, parseIdx } from './idx.ts';
import type { ArrayData } from './array.ts';
import type { Sampler, SamplingOptions } from './samplers.ts';
import { chooseSampler } from './samplers.ts';
import type { RandomAccess } from './source-node.ts';
import { sourceNode } from './source-node.ts';
import type { Scratch } from './work.ts';

type Usage = 'train' | 'test' | 'all';
const prefixes: Readonly<Record<Usage, readonly string[]>> = {
  train: ['train'],
  test: ['t10k'],
  all: ['train', 't10k'],
};

interface Part {
  readonly images: ArrayData;
  readonly labels: ArrayData;
}

/** The files of one part, in the names they are published under. */
const filesOf = (prefix: string) => [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`] as const;

function checkPart(images: ArrayData, labels: ArrayData, files: readonly [string, string], folder: string): Part {
  const fail = (what: string): never => {
    throw new ValueError(`For 'MnistDataset', the files in '${folder}' cannot be used: ${what}.`);
  };
  if (images.shape.length !== 3 || images.dtype !== uint8)
    fail(`'${files[0]}' holds no images, but an array of shape ${shapeText(images.shape)}`);
  if (labels.shape.length !== 1 || labels.dtype !== uint8)
    fail(`'${files[1]}' holds no labels, but an array of shape ${shapeText(labels.shape)}`);
  if (images.shape[0] !== labels.shape[0]) {
    fail(`'${files[0]}' has ${images.shape[0]} images, '${files[1]}' has ${labels.shape[0]} labels`);
  }
  return { images, labels };
}

/** The images and labels, read when first needed. */
class MnistFiles implements RandomAccess {
  private readonly folder: string;
  private readonly prefixes: readonly string[];
  private loaded: readonly Part[] | undefined;

  constructor(folder: string, usage: Usage) {
    this.folder = folder;
    this.prefixes = prefixes[usage];
  }

  /** The parts; read now where that can be done at once. */
  private parts(): readonly Part[] {
    if (this.loaded) return this.loaded;
    const files = hostFiles();
    if (!files) {
      throw new RuntimeError(
        "For 'MnistDataset', the files are not there yet: write 'await dataset.open()' before iterating, or iterate with 'for await'.",
      );
    }
    const read = (name: string): ArrayData => {
      for (const file of [name, `${name}.gz`]) {
        const path = `${this.folder.replace(/[\\/]$/, '')}/${file}`;
        const bytes = files.read(path);
        if (bytes) return parseIdx(isGzip(bytes) ? files.gunzip(bytes, path) : bytes, path);
      }
      return this.missing(name);
    };
    return this.use(this.prefixes.map((prefix) => filesOf(prefix).map(read) as [ArrayData, ArrayData]));
  }

  /** Fetches the files where they cannot be read at once: then the folder is a URL. */
  async open(): Promise<void> {
    if (this.loaded) return;
    if (hostFiles()) return void this.parts();
    const read = async (name: string): Promise<ArrayData> => {
      for (const file of [name, `${name}.gz`]) {
        const url = `${this.folder.replace(/\/$/, '')}/${file}`;
        const response = await fetch(url);
        if (!response.ok) continue;
        const bytes = new Uint8Array(await response.arrayBuffer());
        return parseIdx(isGzip(bytes) ? await gunzip(bytes, url) : bytes, url);
      }
      return this.missing(name);
    };
    const parts: [ArrayData, ArrayData][] = [];
    for (const prefix of this.prefixes) {
      const [images, labels] = filesOf(prefix);
      parts.push([await read(images), await read(labels)]);
    }
    this.use(parts);
  }

  private missing(name: string): never {
    const wanted = this.prefixes.flatMap((prefix) => filesOf(prefix)).map((file) => `'${file}'`);
    throw new RuntimeError(
      `For 'MnistDataset', '${name}' is not in '${this.folder}', nor '${name}.gz'; there should be ${wanted.join(', ')}.`,
    );
  }

  private use(parts: readonly (readonly [ArrayData, ArrayData])[]): readonly Part[] {
    const checked = parts.map(([images, labels], i) =>
      checkPart(images, labels, filesOf(this.prefixes[i]!), this.folder),
    );
    const [first] = checked as [Part];
    for (const { images } of checked) {
      if (!sameShape(images.shape.slice(1), first.images.shape.slice(1))) {
        throw new ValueError(
          `For 'MnistDataset', the images in '${this.folder}' differ in shape: ${shapeText(first.images.shape)} and ${shapeText(images.shape)}.`,
        );
      }
    }
    return (this.loaded = checked);
  }

  length(): number {
    return this.parts().reduce((sum, part) => sum + part.labels.shape[0]!, 0);
  }

  gather(indices: readonly number[], memory: Scratch): readonly ArrayData[] {
    const parts = this.parts();
    const [height, width] = parts[0]!.images.shape.slice(1) as [number, number];
    const size = height * width;
    const images = memory.make(uint8, [indices.length, height, width, 1]);
    const labels = memory.make(uint32, [indices.length]);
    const pixels = images.data as Uint8Array;
    for (let k = 0; k < indices.length; k++) {
      let i = indices[k]!;
      let p = 0;
      while (i >= parts[p]!.labels.data.length) i -= parts[p++]!.labels.data.length;
      const part = parts[p]!;
      pixels.set((part.images.data as Uint8Array).subarray(i * size, (i + 1) * size), k * size);
      labels.data[k] = part.labels.data[i] as number;
    }
    return [images, labels];
  }
}

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
      throw new TypeError(`For '${where}', the datasetDir must be a string, but got ${typeof folder}.`);
    const kind = usage ?? 'all';
    if (typeof kind !== 'string' || !(kind in prefixes)) {
      throw new ValueError(
        `For '${where}', the usage must be 'train', 'test' or 'all', but got ${typeof kind === 'string' ? `'${kind}'` : typeof kind}.`,
      );
    }
    const files = hostFiles();
    if (files && !files.isFolder(folder)) {
      const wanted = prefixes[kind as Usage].flatMap((prefix) => filesOf(prefix)).map((file) => `'${file}'`);
      throw new ValueError(
        `For '${where}', the folder '${folder}' does not exist; it should hold ${wanted.join(', ')}.`,
      );
    }
    const chosen = chooseSampler(where, { numSamples, numParallelWorkers, shuffle, sampler, numShards, shardId });
    super(sourceNode(['image', 'label'], new MnistFiles(folder, kind as Usage), chosen));
  }
}
