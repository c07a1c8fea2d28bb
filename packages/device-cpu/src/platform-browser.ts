import type { Platform, WorkerHandle, WorkerStart } from './platform.ts';

function startWorker(script: string, start: WorkerStart, failed: (error: Error) => void): WorkerHandle {
  const text = `${script}\nself.onmessage = (event) => begin(event.data);`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: `sporelet-${start.index}` });
  worker.onerror = (event) => failed(new Error(event.message));
  worker.postMessage(start);
  return {
    terminate: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** A page's main thread may not block, a worker may: trying tells. */
function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** A page or a worker of one. Memory is shared, and threads are used, where the page is cross-origin isolated. */
export function browserPlatform(): Platform {
  const sharedMemory = typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false;
  return {
    // eslint-disable-next-line no-restricted-globals -- this file is the one place that may ask the browser for its processors
    parallelism: globalThis.navigator?.hardwareConcurrency ?? 1,
    sharedMemory,
    canWait: sharedMemory && mayWait(),
    startWorker,
    makeCollector: () => undefined,
  };
}
