import { ValueError } from '@sporelet/ir';

/** Reading of files at once, as Node can. */
export interface HostFiles {
  isFolder(path: string): boolean;
  /** A file's bytes; undefined where there is none. */
  read(path: string): Uint8Array | undefined;
  /** @throws ValueError for damaged data. */
  gunzip(bytes: Uint8Array, file: string): Uint8Array;
}

/** The files of this computer; undefined in a browser, and in Node before 20.16. */
export function hostFiles(): HostFiles | undefined {
  const load = (globalThis as { process?: { getBuiltinModule?: NodeJS.Process['getBuiltinModule'] } }).process
    ?.getBuiltinModule;
  if (!load) return undefined;
  const fs = load('node:fs');
  const zlib = load('node:zlib');
  return {
    isFolder: (path) => fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false,
    read(path) {
      try {
        // A plain view: a Buffer's subarrays are slow to make.
        const { buffer, byteOffset, length } = fs.readFileSync(path);
        return new Uint8Array(buffer, byteOffset, length);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw new ValueError(`The file '${path}' cannot be read: ${(error as Error).message}.`, { cause: error });
      }
    },
    gunzip(bytes, file) {
      try {
        const { buffer, byteOffset, length } = zlib.gunzipSync(bytes);
        return new Uint8Array(buffer, byteOffset, length);
      } catch (error) {
        throw new ValueError(`The gzip file '${file}' is damaged: ${(error as Error).message}.`, { cause: error });
      }
    },
  };
}
