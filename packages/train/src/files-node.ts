import type { FileHandle } from 'node:fs/promises';
import { RuntimeError, ValueError } from '@sporelet/ir';
import type { ByteSource } from './checkpoint-reader.ts';

/** Node's file functions; asked for when needed, so that a browser can load this module. */
function node() {
  const load = (globalThis as { process?: { getBuiltinModule?: NodeJS.Process['getBuiltinModule'] } }).process
    ?.getBuiltinModule;
  if (!load) {
    throw new RuntimeError(
      'Files need Node.js 20.16 or newer; in a browser, use encodeCheckpoint and decodeCheckpoint on bytes.',
    );
  }
  return { fs: load('node:fs/promises'), path: load('node:path') };
}

/** What went wrong with a file, as one sentence. */
function explain(error: unknown, path: string): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return `'${path}' does not exist`;
  if (code === 'EISDIR') return `'${path}' is a folder`;
  if (code === 'EEXIST' || code === 'ENOTDIR') return `'${path}' is not a folder, or lies in something that is none`;
  if (code === 'EACCES' || code === 'EPERM') return `there is no permission for '${path}'`;
  if (code === 'ENOSPC') return `the disk of '${path}' is full`;
  return `'${path}': ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * Writes a file whole or not at all: to a temporary file in the same folder, flushed to the disk, then renamed. An
 * existing file is replaced; folders are made.
 * @throws RuntimeError naming the path; errors of `chunks` pass through. Nothing is left behind, an old file stays.
 */
export async function writeFile(path: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void> {
  const { fs, path: paths } = node();
  const folder = paths.dirname(path);
  await ensureDir(folder);
  const fail = (error: unknown): never => {
    throw new RuntimeError(`Writing failed: ${explain(error, path)}.`, { cause: error });
  };
  if (await isFolder(path)) {
    throw new RuntimeError(`Writing failed: '${path}' is a folder.`);
  }
  const unique = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  const temporary = paths.join(folder, `.${paths.basename(path).slice(0, 200)}.${unique}.tmp`);
  const file = await fs.open(temporary, 'wx').catch(fail);
  try {
    try {
      for await (const chunk of chunks) await writeAll(file, chunk).catch(fail);
      await file.sync().catch(fail);
    } finally {
      await file.close();
    }
    await fs.rename(temporary, path).catch(fail);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Whether a folder of that name exists. */
export function isFolder(path: string): Promise<boolean> {
  const found = node().fs.stat(path);
  return found.then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  // Node refuses writes of 2 GiB and more, and one write may take less than it is given.
  for (let from = 0; from < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, from, Math.min(chunk.length - from, 1 << 30));
    from += bytesWritten;
  }
}

/** Makes the rename itself durable. Not every system can flush a folder; the file is whole in any case. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await node().fs.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    return;
  }
}

/** Makes a folder and those above it. @throws RuntimeError when something else has the name or it may not be made. */
export async function ensureDir(path: string): Promise<void> {
  await node()
    .fs.mkdir(path, { recursive: true })
    .catch((error: unknown) => {
      throw new RuntimeError(`The folder cannot be made: ${explain(error, path)}.`, { cause: error });
    });
}

/** An open file as a source of bytes. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Opens a file for reading by pieces. @throws ValueError when it cannot be read, as MindSpore does. */
export async function openFile(path: string): Promise<FileSource> {
  const fail = (error: unknown): never => {
    throw new ValueError(`Reading failed: ${explain(error, path)}.`, { cause: error });
  };
  const file = await node().fs.open(path, 'r').catch(fail);
  const found = await file.stat();
  if (!found.isFile()) {
    await file.close();
    throw new ValueError(`Reading failed: '${path}' is no file.`);
  }
  return {
    name: path,
    size: found.size,
    async read(offset, into) {
      for (let filled = 0; filled < into.length;) {
        const length = Math.min(into.length - filled, 1 << 30);
        const { bytesRead } = await file.read(into, filled, length, offset + filled).catch(fail);
        if (bytesRead === 0) throw new ValueError(`Reading failed: '${path}' became shorter while it was read.`);
        filled += bytesRead;
      }
    },
    close: () => file.close(),
  };
}

/** The whole of a file. @throws ValueError when it cannot be read. */
export async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openFile(path);
  try {
    const bytes = new Uint8Array(source.size);
    await source.read(0, bytes);
    return bytes;
  } finally {
    await source.close();
  }
}
