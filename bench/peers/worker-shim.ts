// A Worker as browsers have it, over Node's worker threads: jax-js uses threads only where there is such a global.
import { resolveObjectURL } from 'node:buffer';
import { Worker as NodeWorker } from 'node:worker_threads';

const prelude = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
parentPort.on('message', (data) => globalThis.onmessage?.({ data }));
`;

class WebWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((error: Error) => void) | null = null;
  #worker: NodeWorker | undefined;
  #waiting: unknown[] = [];

  constructor(url: string | URL) {
    void this.#start(String(url));
  }

  async #start(url: string): Promise<void> {
    const text = await resolveObjectURL(url)!.text();
    const worker = (this.#worker = new NodeWorker(prelude + text, { eval: true }));
    worker.unref();
    worker.on('message', (data) => this.onmessage?.({ data }));
    worker.on('error', (error) => this.onerror?.(error));
    for (const message of this.#waiting) worker.postMessage(message);
  }

  postMessage(message: unknown): void {
    if (this.#worker) this.#worker.postMessage(message);
    else this.#waiting.push(message);
  }

  terminate(): void {
    void this.#worker?.terminate();
  }
}

Object.assign(globalThis, { Worker: WebWorker });
