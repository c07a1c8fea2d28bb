import { claimModule } from './claim.ts';
import { AWAKE_MS, ERROR_CHARACTERS, SPIN_MS, SPIN_TIMES, words } from './pool-words.ts';

/**
 * What a worker runs: `begin({ memory, index })` never returns. A worker believes what it reads of a job only while it
 * holds a chunk of the same epoch, or while chunks of it are left: the main thread changes a job only when all are done.
 */
export const workerSource = (): string => `'use strict';
function begin({ memory, index }) {
  const W = ${JSON.stringify(words)};
  const i32 = new Int32Array(memory.buffer, 0, 16384);
  const env = { env: { memory } };
  const make = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes), env).exports;
  const { take, left, spin } = make(new Uint8Array([${claimModule().join()}]));
  const modules = new Map();

  function kernelOf(epoch, id, address, length, fn) {
    let kernels = modules.get(id);
    if (kernels === undefined) {
      if (left(W.claim * 4, epoch) === 0) return undefined;
      // A memory that another thread has grown gets its new length at a safe point of this one.
      let buffer = memory.buffer;
      for (let i = 0; i < 1e6 && buffer.byteLength < address + length; i++) buffer = memory.buffer;
      // Bytes that are freed just now belong to a module that nobody asks for again.
      const bytes = new Uint8Array(buffer, address, length).slice();
      if (modules.size >= 1000) modules.clear();
      modules.set(id, (kernels = make(bytes)));
    }
    return kernels['k' + fn];
  }

  function fail(error) {
    if (Atomics.compareExchange(i32, W.error, 0, 1) !== 0) return;
    const text = String(error).slice(0, ${ERROR_CHARACTERS});
    for (let i = 0; i < text.length; i++) i32[W.errorText + i] = text.charCodeAt(i);
    i32[W.errorLength] = text.length;
  }

  function work(epoch) {
    const j = W.job;
    const id = i32[j], address = i32[j + 1] >>> 0, length = i32[j + 2], fn = i32[j + 3];
    const args = i32[j + 4], units = i32[j + 5], chunk = i32[j + 6];
    const last = index % 2 === 0 ? 1 : 0;
    let kernel;
    try {
      kernel = kernelOf(epoch, id, address, length, fn);
    } catch {
      return; // No chunk was claimed: the others do the work.
    }
    if (kernel === undefined) return;
    for (let n = take(W.claim * 4, epoch, last); n >= 0; n = take(W.claim * 4, epoch, last)) {
      try {
        const lo = n * chunk;
        kernel(args, lo, Math.min(lo + chunk, units));
      } catch (error) {
        fail(error);
      }
      Atomics.add(i32, W.done, 1);
      if (Atomics.load(i32, W.waiting) !== 0) Atomics.notify(i32, W.done);
    }
  }

  function next(seen) {
    const start = performance.now();
    let waited = 0;
    do {
      const epoch = spin(W.bell * 4, seen, ${SPIN_TIMES});
      if (epoch !== seen) return epoch;
      waited = performance.now() - start;
    } while (waited < ${SPIN_MS} || (waited < ${AWAKE_MS} && Atomics.load(i32, W.awake) !== 0));
    Atomics.add(i32, W.sleepers, 1);
    Atomics.wait(i32, W.bell, seen);
    Atomics.sub(i32, W.sleepers, 1);
    return Atomics.load(i32, W.bell);
  }

  Atomics.add(i32, W.started, 1);
  Atomics.notify(i32, W.started);
  let epoch = 0;
  for (;;) {
    for (let limit = Atomics.load(i32, W.limit); index >= limit; limit = Atomics.load(i32, W.limit))
      Atomics.wait(i32, W.limit, limit);
    epoch = next(epoch);
    work(epoch);
  }
}
`;
