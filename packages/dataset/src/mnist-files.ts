import { RuntimeError, ValueError, shapeText, uint32, uint8 } from '@sporelet/ir';
import type { ArrayData } from './array.ts';
import { hostFiles } from './files-node.ts';
import { gunzip, isGzip, parseIdx } from './idx.ts';
import type { RandomAccess } from './source-node.ts';
import type { Scratch } from './work.ts';

export type Usage = 'train' | 'test' | 'all';
const prefixes: Readonly<Record<Usage, readonly string[]>> = {
  train: ['train'],
  test: ['t10k'],
  all: ['train', 't10k'],
};
export const usages: readonly string[] = Object.keys(prefixes);

/** The files of a usage, in the names they are published under: images, labels, images, labels. */
export const mnistFileNames = (usage: Usage): readonly string[] =>
  prefixes[usage].flatMap((prefix) => [`${prefix}-images-idx3-ubyte`, `${prefix}-labels-idx1-ubyte`]);

interface Part {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/** The images and labels, read when first needed. */
export class MnistFiles implements RandomAccess {
  private readonly folder: string;
  private readonly names: readonly string[];
  private loaded: readonly Part[] | undefined;

  constructor(folder: string, usage: Usage) {
    this.folder = folder.replace(/[\\/]+$/, '');
    this.names = mnistFileNames(usage);
  }

  /** The parts; read now where that can be done at once. */
  private parts(): readonly Part[] {
    if (this.loaded) return this.loaded;
    const files = hostFiles();
    if (!files) {
      throw new RuntimeError(
        "For 'MnistDataset', the files are not there yet: write 'await dataset.open()' first, or iterate with 'for await'.",
      );
    }
    const arrays = this.names.map((name) => {
      for (const path of this.candidates(name)) {
        const bytes = files.read(path);
        if (bytes) return parseIdx(isGzip(bytes) ? files.gunzip(bytes, path) : bytes, path);
      }
      return this.missing(name);
    });
    return (this.loaded = this.paired(arrays));
  }

  /** Fetches the files where they cannot be read at once: then the folder is a URL. */
  async open(): Promise<void> {
    if (this.loaded) return;
    if (hostFiles()) return void this.parts();
    const fetched = async (name: string): Promise<ArrayData> => {
      for (const url of this.candidates(name)) {
        const response = await fetch(url);
        if (!response.ok) continue;
        const bytes = new Uint8Array(await response.arrayBuffer());
        return parseIdx(isGzip(bytes) ? await gunzip(bytes, url) : bytes, url);
      }
      return this.missing(name);
    };
    this.loaded = this.paired(await Promise.all(this.names.map(fetched)));
  }

  private candidates(name: string): readonly string[] {
    return [`${this.folder}/${name}`, `${this.folder}/${name}.gz`];
  }

  private missing(name: string): never {
    const wanted = this.names.map((file) => `'${file}'`).join(', ');
    throw new RuntimeError(
      `For 'MnistDataset', '${name}' is not in '${this.folder}', nor '${name}.gz'; there should be ${wanted}.`,
    );
  }

  /** Images with their labels, once they are known to belong together. */
  private paired(arrays: readonly ArrayData[]): readonly Part[] {
    const parts: Part[] = [];
    const fail = (what: string): never => {
      throw new ValueError(`For 'MnistDataset', the files in '${this.folder}' do not fit: ${what}.`);
    };
    arrays.forEach((labels, i) => {
      if (i % 2 === 0) return;
      const images = arrays[i - 1]!;
      const [a, b] = [images.shape, labels.shape];
      const text = `'${this.names[i - 1]!}' holds ${images.dtype.name} of shape ${shapeText(a)}, '${this.names[i]!}' ${labels.dtype.name} of shape ${shapeText(b)}`;
      if (images.dtype !== uint8 || labels.dtype !== uint8 || a.length !== 3 || b.length !== 1 || a[0] !== b[0])
        fail(text);
      const [, height, width] = a as readonly [number, number, number];
      const first = parts[0];
      if (first && (first.height !== height || first.width !== width))
        fail(`${text}, the others ${first.height} x ${first.width}`);
      parts.push({ pixels: images.data as Uint8Array, labels: labels.data as Uint8Array, height, width });
    });
    return parts;
  }

  length(): number {
    return this.parts().reduce((sum, part) => sum + part.labels.length, 0);
  }

  gather(indices: readonly number[], memory: Scratch): readonly ArrayData[] {
    const parts = this.parts();
    const { height, width } = parts[0]!;
    const size = height * width;
    const images = memory.make(uint8, [indices.length, height, width, 1]);
    const labels = memory.make(uint32, [indices.length]);
    const toPixels = images.data as Uint8Array;
    const toLabels = labels.data as Uint32Array;
    for (let k = 0; k < indices.length; k++) {
      let i = indices[k]!;
      let p = 0;
      while (i >= parts[p]!.labels.length) i -= parts[p++]!.labels.length;
      const part = parts[p]!;
      toPixels.set(part.pixels.subarray(i * size, (i + 1) * size), k * size);
      toLabels[k] = part.labels[i]!;
    }
    return [images, labels];
  }
}
