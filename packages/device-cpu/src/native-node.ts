import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CodeCache, cacheFolder } from './native-cache-node.ts';
import { compileFile, findCompiler } from './native-compiler-node.ts';
import { NATIVE_RUNTIME } from './native-runtime.ts';
import type { NativeHost } from './platform.ts';

/** The little of koffi that is used. */
interface Koffi {
  load(path: string): { func(signature: string): (...args: unknown[]) => unknown };
}

/** koffi is optional, and is loaded when native code is first asked for. */
function loadKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    const missing = (error as { code?: string }).code === 'MODULE_NOT_FOUND';
    throw new Error(
      missing ? "the optional package 'koffi' is not installed" : `koffi does not load: ${String(error)}`,
    );
  }
}

function open(): NativeHost {
  const koffi = loadKoffi();
  const cache = new CodeCache(cacheFolder());
  const compiler = findCompiler(cache);
  /** Loads the library of a text; it stays loaded, whatever becomes of its file. */
  const library = (source: string): ReturnType<Koffi['load']> => {
    const key = createHash('sha256').update(compiler.key).update(source).digest('hex');
    let loaded: ReturnType<Koffi['load']> | undefined;
    cache.library(
      key,
      (folder, file) => {
        writeFileSync(join(folder, 'kernels.c'), source);
        compileFile(compiler, folder, 'kernels.c', file);
      },
      (path) => {
        try {
          loaded = koffi.load(path);
        } catch (error) {
          throw new Error(`compiled code cannot be loaded from ${path}: ${(error as Error).message} (is its folder mounted noexec? set SPORELET_CACHE)`); // prettier-ignore
        }
      },
    );
    return loaded!;
  };
  const runtime = library(NATIVE_RUNTIME);
  const address = runtime.func('uint64_t sp_address(const void *memory)');
  const run = runtime.func('int32_t sp_run(uint64_t base, uint32_t steps, uint32_t count, uint32_t threads)');
  return {
    target: compiler.target,
    compiler: compiler.words,
    cache: cache.folder,
    load(source, functions) {
      const out = new BigUint64Array(Math.max(1, functions));
      library(source).func('void sp_pointers(uint64_t *out)')(out);
      return out;
    },
    address: (memory) => Number(address(new Uint8Array(memory.buffer))),
    run: run as NativeHost['run'],
  };
}

let opened: NativeHost | Error | undefined;

/** The native tier's host, one for the process. Throws an error that says why there is none. */
export function openNative(): NativeHost {
  try {
    opened ??= open();
  } catch (error) {
    opened = error instanceof Error ? error : new Error(String(error));
  }
  if (opened instanceof Error) throw opened;
  return opened;
}
