import { load, node } from './builtins-node.ts';
import { codeVersion } from './code-version-node.ts';
import { CodeCache, cacheFolder } from './native-cache-node.ts';
import { compileFiles, digest, findCompiler } from './native-compiler-node.ts';
import { NATIVE_RUNTIME } from './native-runtime.ts';
import type { NativeHost } from './platform.ts';

/** The little of koffi that is used. */
interface Koffi {
  load(path: string): Library;
}
interface Library {
  func(signature: string): (...args: unknown[]) => unknown;
}

/** koffi is optional, and is loaded when native code is first asked for. */
function loadKoffi(): Koffi {
  try {
    return load('koffi') as Koffi;
  } catch (error) {
    const missing = (error as { code?: string }).code === 'MODULE_NOT_FOUND';
    throw new Error(
      missing ? "the optional package 'koffi' is not installed" : `koffi does not load: ${String(error)}`,
    );
  }
}

interface Loaded {
  /** What the cache calls it. */
  readonly name: string;
  readonly library: Library;
}

/** A library's name, and how many addresses it has. */
type Named = readonly [name: string, functions: number];

function addressesOf(library: Library, functions: number): BigUint64Array {
  const out = new BigUint64Array(Math.max(1, functions));
  library.func('void sp_pointers(uint64_t *out)')(out);
  return out;
}

/**
 * Finds a compiler and loads the pool. Throws an error that says what is missing.
 * @param command - the compiler
 * @param folder - where compiled code is kept; null: nowhere
 * @param code - tells apart what makes plans; undefined: no plan is kept
 */
export function makeNative(
  command: string,
  folder: string | null,
  code = folder === null ? undefined : codeVersion(),
): NativeHost {
  const koffi = loadKoffi();
  const cache = new CodeCache(folder);
  const compiler = findCompiler(command, cache);
  // koffi unloads a library when its object is collected, and steps hold bare addresses.
  const kept: Library[] = [];
  const open = (path: string): Library => {
    try {
      const library = koffi.load(path);
      kept.push(library);
      return library;
    } catch (error) {
      throw new Error(`compiled code cannot be loaded from ${path}: ${(error as Error).message} (is its folder mounted noexec? set SPORELET_CACHE)`); // prettier-ignore
    }
  };
  /** Loads the libraries of some texts; they stay loaded, whatever becomes of their files. */
  const libraries = (sources: readonly string[]): Loaded[] => {
    const keys = sources.map((source) => digest(compiler.key, source));
    const loaded: Loaded[] = [];
    cache.libraries(
      keys,
      (folder, missing) => {
        missing.forEach((n, file) => node.fs.writeFileSync(node.path.join(folder, `${file}.c`), sources[n]!));
        compileFiles(compiler, folder, missing.length);
      },
      (n, path) => void (loaded[n] = { name: node.path.basename(path, '.so'), library: open(path) }),
    );
    return loaded;
  };
  const [{ library: runtime }] = libraries([NATIVE_RUNTIME]) as [Loaded];
  const address = runtime.func('uint64_t sp_address(const void *memory)');
  const run = runtime.func(
    'int32_t sp_run(uint64_t base, uint32_t steps, uint32_t count, uint32_t threads, uint32_t timed)',
  );
  return {
    target: compiler.target,
    compiler: compiler.words,
    cache: cache.folder,
    load(pieces, answer) {
      const loaded = libraries(pieces.map((p) => p.source));
      if (answer && code !== undefined) {
        const names = loaded.map(({ name }, i): Named => [name, pieces[i]!.functions]);
        cache.keepText(digest(code, compiler.key, answer.question), JSON.stringify([names, answer.note]));
      }
      return loaded.map(({ library }, i) => addressesOf(library, pieces[i]!.functions));
    },
    recall(question) {
      const text = code && cache.text(digest(code, compiler.key, question));
      if (!text) return undefined;
      const [names, note] = JSON.parse(text) as [readonly Named[], string];
      const paths = names.flatMap(([name]) => cache.library(name) ?? []);
      if (paths.length < names.length) return undefined;
      return { note, addresses: paths.map((path, i) => addressesOf(open(path), names[i]![1])) };
    },
    address: (memory) => Number(address(new Uint8Array(memory.buffer))),
    run: run as NativeHost['run'],
  };
}

let opened: NativeHost | Error | undefined;

/** The native tier's host, one for the process. Throws an error that says why there is none. */
export function openNative(): NativeHost {
  try {
    opened ??= makeNative(process.env['SPORELET_CC'] || 'cc', cacheFolder());
  } catch (error) {
    opened = error instanceof Error ? error : new Error(String(error));
  }
  if (opened instanceof Error) throw opened;
  return opened;
}
