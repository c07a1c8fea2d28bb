import type { Target } from '@sporelet/compiler';
import { node } from './builtins-node.ts';
import type { CodeCache } from './native-cache-node.ts';

/** A C compiler of this machine, and what it compiles for. */
export interface Compiler {
  readonly command: string;
  readonly flags: readonly string[];
  /** Changes with the compiler, the flags and the processor's features. */
  readonly key: string;
  readonly words: string;
  readonly target: Target;
}

/** Under these the C text means what every other target means; multiply-add is fused only where it is spelled. */
const MEANING = ['-ffp-contract=off', '-fwrapv', '-fno-strict-aliasing', '-fno-math-errno', '-fno-trapping-math'];
const FORM = ['-std=gnu11', '-O2', '-w', '-fno-tree-vectorize', '-shared', '-fPIC', '-pthread', '-pipe'];
/** Passes of GCC that find nothing in straight-line code of constants (measured: the same speed), but take a quarter of the time. */
const IDLE = ['tree-pre', 'tree-vrp', 'gcse', 'thread-jumps', 'tree-dominator-opts', 'code-hoisting', 'tree-tail-merge', 'crossjumping', 'tree-slp-vectorize']; // prettier-ignore

function find(command: string): string {
  const candidates = command.includes('/') ? [command] : (process.env['PATH'] ?? '').split(node.path.delimiter).map((f) => node.path.join(f, command)); // prettier-ignore
  for (const file of candidates) {
    try {
      node.fs.accessSync(file, node.fs.constants.X_OK);
      if (node.fs.statSync(file).isFile()) return file;
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(`there is no C compiler: '${command}' was not found (install gcc or clang, or name one in SPORELET_CC)`); // prettier-ignore
}

/** The tile and loop registers of a processor, by the macros that its compiler predefines. */
function targetOf(has: (macro: string) => boolean): Target {
  const relaxed = has('__FMA__') || has('__ARM_FEATURE_FMA') || has('__aarch64__');
  const wide = has('__AVX512F__') && has('__AVX512DQ__') && has('__AVX512VL__') && has('__AVX512BW__');
  if (wide) return { shared: true, relaxed, tiles: { bytes: 64, count: 32 }, loops: 32, unroll: 1 };
  if (has('__AVX2__')) return { shared: true, relaxed, tiles: { bytes: 32, count: 16 }, loops: 32, unroll: 1 };
  return { shared: true, relaxed, tiles: { bytes: 16, count: has('__aarch64__') ? 32 : 16 }, loops: 16, unroll: 1 };
}

export const digest = (...parts: readonly string[]): string =>
  node.crypto.createHash('sha256').update(parts.join('\0')).digest('hex');

/** The processor's features in the words of the system, where it has some. */
function processor(): string {
  try {
    return /^(flags|Features)\s*:.*$/m.exec(node.fs.readFileSync('/proc/cpuinfo', 'latin1'))?.[0] ?? '';
  } catch {
    return node.os.cpus()[0]?.model ?? '';
  }
}

/** Asks a compiler for its predefined macros, with the flags that let it use all of the processor. */
function macrosOf(command: string, cpu: string): string {
  if (process.platform === 'darwin') {
    // The command exists without the tools too, and would open a window to offer them.
    if (node.childProcess.spawnSync('xcode-select', ['-p']).status !== 0)
      throw new Error('there is no C compiler: the command line tools are not installed (xcode-select --install)');
  }
  const { status, stdout, stderr, error } = node.childProcess.spawnSync(command, [cpu, '-dM', '-E', '-x', 'c', '-'], { input: '', encoding: 'utf8' }); // prettier-ignore
  if (error || status !== 0)
    throw new Error(`the C compiler '${command}' does not work: ${error?.message ?? stderr.trim().slice(0, 500)}`);
  return stdout;
}

/** Finds a compiler and what it can do; the answer is kept in the cache. */
export function findCompiler(name: string, cache: CodeCache): Compiler {
  if (process.platform === 'win32') throw new Error('native code is not supported on Windows');
  const command = find(name);
  const cpu = process.arch === 'arm64' ? '-mcpu=native' : '-march=native';
  const resolved = node.fs.realpathSync(command);
  const file = node.fs.statSync(resolved);
  const question = digest(command, resolved, `${file.size} ${file.mtimeMs}`, process.arch, processor());
  const kept = cache.text(question);
  const macros = kept ?? macrosOf(command, cpu);
  if (kept === undefined) cache.keepText(question, macros);
  const defined = new Map([...macros.matchAll(/^#define (\w+) ?(.*)$/gm)].map((m) => [m[1]!, m[2]!]));
  const family = defined.has('__clang__') ? 'Clang' : 'GCC';
  const idle = family === 'GCC' && Number(defined.get('__GNUC__')) >= 7 ? IDLE.map((pass) => `-fno-${pass}`) : [];
  const flags = [...FORM, ...idle, ...MEANING, cpu];
  const target = targetOf((macro) => defined.has(macro));
  const bits = `${target.tiles!.bytes * 8}-bit vectors${target.relaxed ? ', fused multiply-add' : ''}`;
  return {
    command,
    flags,
    key: digest(macros, flags.join(' ')),
    words: `${command} (${family} ${defined.get('__VERSION__') ?? ''}; ${bits})`,
    target,
  };
}

/** Runs the command and its arguments for several files at the same time: `N.c` becomes `N.so`, what it says `N.log`. */
const SIDE_BY_SIDE = `count=$1; shift; i=0
while [ $i -lt $count ]; do "$@" -o $i.so $i.c -lm 2> $i.log & pids="$pids $!"; i=$((i+1)); done
status=0; for p in $pids; do wait $p || status=1; done; exit $status`;

/** Compiles the files `0.c`, `1.c`, ... of a folder to the shared libraries `0.so`, `1.so`, ..., side by side. */
export function compileFiles(compiler: Compiler, folder: string, count: number): void {
  const args = ['-c', SIDE_BY_SIDE, 'sh', String(count), compiler.command, ...compiler.flags];
  const { status, error } = node.childProcess.spawnSync('sh', args, { cwd: folder, stdio: 'ignore' });
  if (!error && status === 0) return;
  const said = Array.from({ length: count }, (_, i) => {
    try {
      return node.fs.readFileSync(node.path.join(folder, `${i}.log`), 'utf8').trim();
    } catch {
      return '';
    }
  });
  const text = said.filter(Boolean).join('\n').slice(0, 2000);
  throw new Error(`the C compiler failed (${compiler.command}): ${error?.message ?? text}`);
}
