import { RuntimeError } from '@sporelet/ir';
import { node } from './builtins-node.ts';
import type { DebugLevel } from './debug.ts';
import { openNative } from './native-node.ts';
import { NativeTier } from './native-tier.ts';
import type { Collector, Platform, WorkerHandle, WorkerStart } from './platform.ts';

/**
 * WeakRefs made or read in a job keep their objects until the job ends. The end of an evaluation in a context with its own
 * microtask queue counts as such an end, and runs none of the program's own microtasks; then a full collection empties
 * the WeakRefs of what is unreachable. Finalizers would only run after the event loop has turned.
 */
function makeCollector(): Collector | undefined {
  try {
    const { getHeapStatistics, setFlagsFromString } = node.v8;
    const { Script, createContext, runInNewContext } = node.vm;
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as unknown;
    setFlagsFromString('--no-expose-gc');
    if (typeof gc !== 'function') return undefined;
    const script = new Script('0');
    const context = createContext({}, { microtaskMode: 'afterEvaluate' });
    const checkpoint = (): void => void script.runInContext(context);
    return {
      checkpoint,
      collect() {
        checkpoint();
        (gc as () => void)();
        return getHeapStatistics().used_heap_size;
      },
    };
  } catch {
    return undefined;
  }
}

/** Node's own collector is made when garbage is first looked for: most programs end before, and a context costs milliseconds. */
function lazyCollector(): Collector | undefined {
  // What only resembles Node must show now whether it can do this.
  if (process.versions['bun'] !== undefined || process.versions['deno'] !== undefined) return makeCollector();
  let made: Collector | undefined;
  const own = (): Collector => {
    made ??= makeCollector();
    if (made === undefined) throw new RuntimeError('Node does not let garbage be looked for: its flags are frozen');
    return made;
  };
  return { checkpoint: () => own().checkpoint(), collect: () => own().collect() };
}

function startWorker(script: string, start: WorkerStart, failed: (error: Error) => void): WorkerHandle {
  const text = `${script}\nbegin(require('node:worker_threads').workerData);`;
  const workers = node.threads;
  // No loaders or flags of the main thread: the script needs none, and they slow its start.
  const worker = new workers.Worker(text, {
    eval: true,
    workerData: start,
    execArgv: [],
    env: workers.SHARE_ENV,
    name: `sporelet-${start.index}`,
  });
  worker.on('error', failed);
  worker.unref();
  return { terminate: () => void worker.terminate() };
}

/** Node, and what is like it. The environment variables SPORELET_THREADS, SPORELET_TIER and SPORELET_DEBUG set the number of threads, the tier and what is told. */
export function nodePlatform(): Platform {
  const wanted = Number(process.env['SPORELET_THREADS']);
  const parallelism = Number.isInteger(wanted) && wanted > 0 ? wanted : node.os.availableParallelism();
  const debug = Math.min(4, Math.max(0, Math.trunc(Number(process.env['SPORELET_DEBUG'] ?? 0)) || 0)) as DebugLevel;
  const atExit = (body: () => void): void => void process.on('exit', body);
  const tier = process.env['SPORELET_TIER'];
  return {
    parallelism,
    sharedMemory: true,
    canWait: true,
    tier,
    startWorker,
    openNative: () => openNative(),
    nativeTier: (host, heap, pool) => new NativeTier(host, heap, pool),
    makeCollector: lazyCollector,
    debug,
    atExit,
  };
}
