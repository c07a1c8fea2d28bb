import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CpuRuntime } from '../src/index.ts';
import type { CpuOptions, CpuStorage, Platform } from '../src/index.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { add, addPlan, bytesOf, input, output, plan, temp } from './kernels.ts';

const MIB = 1 << 20;
const withFinalizers = (): Platform => ({ ...nodePlatform(), makeCollector: () => undefined });
const collecting = (options: CpuOptions = {}): CpuRuntime => new CpuRuntime(nodePlatform(), { threads: 1, ...options });
const finalizing = (options: CpuOptions = {}): CpuRuntime =>
  new CpuRuntime(withFinalizers(), { threads: 1, ...options });

function filled(cpu: CpuRuntime, bytes: number, value: number): CpuStorage {
  const storage = cpu.allocate(bytes);
  cpu.write(storage, new Uint8Array(bytes).fill(value));
  return storage;
}

function contents(cpu: CpuRuntime, storage: CpuStorage): Uint8Array {
  const into = new Uint8Array(storage.bytes);
  cpu.read(storage, into);
  return into;
}

/** Comparing with toEqual takes a second for a few hundred kilobytes. */
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

const holds = (cpu: CpuRuntime, storage: CpuStorage, value: number): boolean =>
  same(contents(cpu, storage), new Uint8Array(storage.bytes).fill(value));

describe.each([
  ['collector', collecting],
  ['finalizers', finalizing],
])('storages with %s', (_name, make) => {
  it('keep what is written, at any offset, of any size', () => {
    const cpu = make();
    const bytes = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 60, max: 10_000 }));
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 12 }), fc.nat(), fc.nat(), (sizes, a, b) => {
        const all = sizes.map((n) => ({ storage: cpu.allocate(n), copy: new Uint8Array(n) }));
        all.forEach(({ storage, copy }, i) => {
          copy.fill(i + 1);
          cpu.write(storage, copy);
        });
        const one = all[a % all.length]!;
        const from = b % (one.copy.length + 1);
        const part = Uint8Array.from({ length: one.copy.length - from }, (_, i) => (i * 7 + b) & 255);
        cpu.write(one.storage, part, from);
        one.copy.set(part, from);
        for (const { storage, copy } of all) {
          expect(same(contents(cpu, storage), copy)).toBe(true);
          const tail = new Uint8Array(copy.length - Math.min(3, copy.length));
          cpu.read(storage, tail, copy.length - tail.length);
          expect(same(tail, copy.slice(copy.length - tail.length))).toBe(true);
          const twin = cpu.allocate(copy.length);
          cpu.copy(storage, twin);
          expect(same(contents(cpu, twin), copy)).toBe(true);
          if (b % 3 === 0) storage.dispose();
        }
      }),
      { numRuns: 150 },
    );
  });

  it('are 64-byte aligned and do not overlap', () => {
    const cpu = make();
    const sizes = [65, 100, 4096, 4097, 128, 70_000, 3000, 66];
    const storages = sizes.map((bytes) => cpu.allocate(bytes));
    const spans = storages.map(({ place, offset, bytes }) => {
      const start = cpu.heap.address(place!.block) + offset;
      expect(start % 64).toBe(0);
      expect(start).toBeGreaterThanOrEqual(65536);
      expect(start + bytes).toBeLessThanOrEqual(cpu.heap.reserved - 65536);
      return [start, start + bytes] as const;
    });
    spans.sort((a, b) => a[0] - b[0]);
    for (let i = 1; i < spans.length; i++) expect(spans[i]![0]).toBeGreaterThanOrEqual(spans[i - 1]![1]);
  });

  it('free their bytes on dispose, and refuse to be used afterwards', () => {
    const cpu = make();
    const before = cpu.memoryStats().inUse;
    for (let i = 0; i < 1000; i++) {
      const storage = filled(cpu, 100_000, i & 255);
      storage.dispose();
      storage.dispose();
    }
    expect(cpu.memoryStats().inUse).toBe(before);
    expect(cpu.memoryStats().reserved).toBeLessThan(4 * MIB);
    for (const bytes of [10, 100, 100_000]) {
      const storage = filled(cpu, bytes, 1);
      storage.dispose();
      expect(() => cpu.read(storage, new Uint8Array(1))).toThrow('after dispose()');
      expect(() => cpu.write(storage, new Uint8Array(1))).toThrow('after dispose()');
      expect(() => cpu.copy(storage, cpu.allocate(bytes))).toThrow('after dispose()');
      const run = (): void => cpu.load(addPlan()).run([storage, storage], [cpu.allocate(bytes)], 1);
      expect(run).toThrow('after dispose()');
    }
  });

  it('that share a slab give it back when all are disposed of', () => {
    const cpu = make();
    const kept = filled(cpu, 100, 7);
    const storages = Array.from({ length: 5000 }, (_, i) => filled(cpu, 400, i & 255));
    const most = cpu.memoryStats().inUse;
    expect(most).toBeGreaterThan(5000 * 400);
    expect(storages.every((storage, i) => holds(cpu, storage, i & 255))).toBe(true);
    for (const storage of storages) storage.dispose();
    expect(cpu.memoryStats().inUse).toBeLessThan(100_000);
    expect(holds(cpu, kept, 7)).toBe(true);
  });

  it('refuse ranges outside', () => {
    const cpu = make();
    for (const bytes of [8, 1000]) {
      const storage = cpu.allocate(bytes);
      expect(() => cpu.write(storage, new Uint8Array(9), bytes - 8)).toThrow('outside a storage');
      expect(() => cpu.read(storage, new Uint8Array(1), -1)).toThrow('outside a storage');
    }
    expect(() => cpu.copy(cpu.allocate(8), cpu.allocate(9))).toThrow('cannot copy 8 bytes');
  });

  it('move out of a heap that is full, and come back when used', () => {
    const cpu = make({ maxBytes: 8 * MIB });
    const storages = Array.from({ length: 300 }, (_, i) => filled(cpu, 100_000, i & 255));
    const small = Array.from({ length: 30_000 }, (_, i) => filled(cpu, 800, i & 255));
    expect(cpu.memoryStats().movedOut).toBeGreaterThan(40 * MIB);
    expect(storages.every((storage, i) => holds(cpu, storage, i & 255))).toBe(true);
    expect(small.every((storage, i) => holds(cpu, storage, i & 255))).toBe(true);
    for (const storage of [...storages, ...small]) storage.dispose();
    // What kernels and the open slab hold.
    expect(cpu.memoryStats().inUse).toBeLessThanOrEqual(65536);
  });

  it('of a running call stay where they are, in a heap that holds just these', () => {
    const n = 100_000;
    // Room for three operands and a temporary.
    const cpu = make({ maxBytes: 27 * 65536 });
    const step = { args: [input(0), input(1), temp(0)] };
    const double = { fn: 0, args: [temp(0), temp(0), output(0)] };
    const sum = cpu.load(plan({ bodies: [add], steps: [{ ...step, fn: 0 }, double], temps: [4 * n] }));
    const expected = Array.from({ length: 9 }, (_, i) => i);
    const storages = expected.map((value) => {
      const storage = cpu.allocate(4 * n);
      cpu.write(storage, bytesOf(new Float32Array(n).fill(value)));
      return storage;
    });
    for (let k = 0; k < 30; k++) {
      const [a, b, c] = [k % 9, (k * 5 + 3) % 9, (k * 7 + 5) % 9];
      sum.run([storages[a]!, storages[b]!], [storages[c]!], n);
      expected[c] = (2 * (expected[a]! + expected[b]!)) % 1000;
      const values = new Float32Array(n);
      cpu.read(storages[c]!, bytesOf(values));
      expect(values.every((value) => value % 1000 === expected[c])).toBe(true);
      cpu.write(storages[c]!, bytesOf(values.fill(expected[c])));
    }
    const moved = cpu.memoryStats().movedOut;
    expect(moved).toBeGreaterThan(30 * 400_000);
  });

  it('too large for the heap raise an error that says what to do', () => {
    const cpu = make({ maxBytes: 4 * MIB });
    filled(cpu, MIB, 1);
    expect(() => cpu.allocate(5 * MIB)).toThrow(
      /^out of memory: 5 MiB \(5242880 bytes\) asked, .* in use, the limit is 3.9 MiB \(.*dispose\(\).*maxBytes/,
    );
    expect(() => cpu.allocate(5 * MIB)).toThrow(expect.objectContaining({ name: 'RuntimeError' }));
    expect(cpu.allocate(3 * MIB).bytes).toBe(3 * MIB);
  });

  it('reports what is in use', () => {
    const cpu = make();
    const { inUse } = cpu.memoryStats();
    const storage = cpu.allocate(MIB);
    expect(cpu.memoryStats()).toMatchObject({ inUse: inUse + MIB, peak: inUse + MIB, limit: 2 ** 32 - 131072 });
    storage.dispose();
    expect(cpu.memoryStats()).toMatchObject({ inUse, peak: inUse + MIB });
  });
});

describe('garbage', () => {
  const hop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('is found in a synchronous loop, and what is held stays', () => {
    const cpu = collecting({ collectBytes: 16 * MIB });
    const held: CpuStorage[] = [];
    for (let i = 0; i < 2000; i++) {
      const storage = filled(cpu, 100_000, i & 255);
      if (i % 100 === 0) held.push(storage);
    }
    expect(cpu.memoryStats().collections).toBeGreaterThan(5);
    expect(cpu.memoryStats().peak).toBeLessThanOrEqual(16 * MIB + 100_032);
    expect(held.every((storage, i) => holds(cpu, storage, (i * 100) & 255))).toBe(true);
  });

  it('is found in a loop of awaits', async () => {
    const cpu = collecting({ collectBytes: 16 * MIB });
    for (let i = 0; i < 2000; i++) {
      filled(cpu, 100_000, 1);
      await Promise.resolve();
    }
    expect(cpu.memoryStats().peak).toBeLessThanOrEqual(16 * MIB + 100_032);
  });

  it('runs no microtask of the program early', () => {
    const cpu = collecting({ collectBytes: MIB });
    let ran = false;
    void Promise.resolve().then(() => (ran = true));
    for (let i = 0; i < 100; i++) filled(cpu, 100_000, 1);
    expect(cpu.memoryStats().collections).toBeGreaterThan(0);
    expect(ran).toBe(false);
  });

  it('of small results leaves the process small: 2 million operations without dispose', () => {
    const cpu = collecting();
    const add = cpu.load(addPlan());
    const before = process.memoryUsage.rss();
    for (const n of [10, 100]) {
      const one = filled(cpu, 4 * n, 0);
      const inputs = [one, one];
      for (let i = 0; i < 1_000_000; i++) add.run(inputs, [cpu.allocate(4 * n)], n);
    }
    // 32 MiB of slabs, as much for the collector's young objects, and what the allocator of V8 keeps.
    expect(process.memoryUsage.rss() - before).toBeLessThan(150e6);
  });

  it('makes the limit grow with what is alive', () => {
    const cpu = collecting({ collectBytes: MIB });
    const held = Array.from({ length: 400 }, (_, i) => filled(cpu, 100_000, i & 255));
    expect(cpu.memoryStats().collections).toBeLessThan(12);
    expect(held.every((storage, i) => holds(cpu, storage, i & 255))).toBe(true);
  });

  it('is freed by finalizers where there is no collector, unless dispose was first', async () => {
    const cpu = finalizing();
    const collector = nodePlatform().makeCollector()!;
    const litter = (i: number): void => {
      const storage = filled(cpu, 100_000, 1);
      if (i % 2 === 0) storage.dispose();
    };
    for (let i = 0; i < 100; i++) litter(i);
    const held = filled(cpu, 100_000, 9);
    const most = cpu.memoryStats().inUse;
    expect(most).toBeGreaterThan(50 * 100_000);
    for (let i = 0; i < 50 && cpu.memoryStats().inUse > 150_000; i++) {
      collector.collect();
      await hop();
    }
    expect(cpu.memoryStats().inUse).toBeLessThan(150_000);
    // Finalizers of disposed storages must not free the blocks' later owners.
    const later = Array.from({ length: 50 }, (_, i) => filled(cpu, 100_000, i));
    collector.collect();
    await hop();
    expect(later.every((storage, i) => holds(cpu, storage, i))).toBe(true);
    expect(holds(cpu, held, 9)).toBe(true);
  });

  it('moves out in a synchronous loop where there is no collector, and dies there', () => {
    const cpu = finalizing({ collectBytes: 16 * MIB });
    const held = filled(cpu, MIB, 5);
    let most = 0;
    for (let i = 0; i < 1000; i++) {
      filled(cpu, MIB, i & 255);
      most = Math.max(most, cpu.memoryStats().inUse);
    }
    expect(most).toBeLessThanOrEqual(17 * MIB);
    expect(process.memoryUsage.rss()).toBeLessThan(1e9);
    expect(holds(cpu, held, 5)).toBe(true);
  });

  it('includes kernels that nobody holds', () => {
    const cpu = collecting();
    const before = cpu.memoryStats().blocks;
    for (let i = 0; i < 50; i++) cpu.load(addPlan());
    cpu.table.collect();
    expect(cpu.memoryStats().blocks).toBeLessThanOrEqual(before + 1);
  });
});
