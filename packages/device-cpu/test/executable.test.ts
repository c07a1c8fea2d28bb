import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { CpuRuntime } from '../src/index.ts';
import type { CpuStorage } from '../src/index.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { add, addPlan, at, bytesOf, forEach, input, output, plan, temp } from './kernels.ts';

const alone = (shared = true): CpuRuntime => new CpuRuntime(nodePlatform(), { threads: 1, shared });

function floats(cpu: CpuRuntime, values: readonly number[]): CpuStorage {
  const storage = cpu.allocate(4 * values.length);
  cpu.write(storage, bytesOf(Float32Array.from(values)));
  return storage;
}

function values(cpu: CpuRuntime, storage: CpuStorage): number[] {
  const into = new Float32Array(storage.bytes / 4);
  cpu.read(storage, bytesOf(into));
  return [...into];
}

/** out[i] = a[index[i]] where the index is in 0 to 3; the first step sets the flag for any other. */
const gather = {
  bodies: [
    forEach(`(if (i32.ge_u (i32.load ${at(0)}) (i32.const 4))
      (then (i32.store (i32.load offset=4 (local.get $args)) (i32.const 1))))`),
    forEach(`(f32.store ${at(2)} (f32.load
      (i32.add (i32.load (local.get $args)) (i32.shl (i32.load ${at(1)}) (i32.const 2)))))`),
  ],
  steps: [{ args: [input(1), temp(0)] }, { args: [input(0), input(1), output(0)] }],
};

describe.each([['shared'], ['unshared']])('PlanExecutable on %s memory', (kind) => {
  const shared = kind === 'shared';

  it('adds vectors of every length, in small arrays, slabs and blocks', () => {
    const cpu = alone(shared);
    const exe = cpu.load(addPlan(shared));
    const length = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3000 }));
    fc.assert(
      fc.property(length, (n) => {
        const a = Array.from({ length: n }, (_, i) => i % 1000);
        const x = floats(cpu, a);
        const out = cpu.allocate(4 * n);
        exe.run([x, x], [out], n);
        expect(values(cpu, out).every((value, i) => value === 2 * a[i]!)).toBe(true);
        // In place, and once more on its own result.
        exe.run([x, out], [x], n);
        exe.run([x, x], [x], n);
        expect(values(cpu, x).every((value, i) => value === 6 * a[i]!)).toBe(true);
        expect(values(cpu, out).every((value, i) => value === 2 * a[i]!)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('mixes small and large operands', () => {
    const cpu = alone(shared);
    const body = forEach(
      `(f32.store ${at(2)} (f32.add (f32.load ${at(0)}) (f32.load (i32.load offset=4 (local.get $args)))))`,
    );
    const exe = cpu.load(plan({ bodies: [body], steps: [{ args: [input(0), input(1), output(0)] }], shared }));
    const large = floats(
      cpu,
      Array.from({ length: 500 }, (_, i) => i),
    );
    const out = cpu.allocate(2000);
    exe.run([large, floats(cpu, [0.5])], [out], 500);
    expect(values(cpu, out).every((value, i) => value === i + 0.5)).toBe(true);
  });

  it('leaves what a kernel does not write of a small input that is the output', () => {
    const cpu = alone(shared);
    const body = '(f32.store offset=4 (i32.load offset=4 (local.get $args)) (f32.const 9))';
    const exe = cpu.load(plan({ bodies: [body], steps: [{ args: [input(0), output(0)], units: 1 }], shared }));
    const x = floats(cpu, [1, 2, 3]);
    exe.run([x], [x], 0);
    expect(values(cpu, x)).toEqual([1, 9, 3]);
  });

  it('runs steps in order over temporaries and constants', () => {
    const cpu = alone(shared);
    // Scales by a constant into a small and a large temporary, then adds both.
    const scale = forEach(
      `(f32.store ${at(1)} (f32.mul (f32.load ${at(0)}) (f32.load (i32.load offset=8 (local.get $args)))))`,
    );
    for (const n of [5, 300]) {
      const exe = cpu.load(
        plan({
          bodies: [scale, add],
          steps: [
            { fn: 0, args: [input(0), temp(0)] },
            { fn: 0, args: [temp(0), temp(1)] },
            { fn: 1, args: [temp(0), temp(1), output(0)] },
          ],
          temps: [4 * n, 4 * n + 4],
          consts: bytesOf(Float32Array.of(10)),
          shared,
        }),
      );
      const before = cpu.memoryStats().inUse;
      const x = floats(
        cpu,
        Array.from({ length: n }, (_, i) => i),
      );
      const out = cpu.allocate(4 * n);
      for (let k = 0; k < 3; k++) exe.run([x], [out], n);
      expect(values(cpu, out).every((value, i) => value === 110 * i)).toBe(true);
      x.dispose();
      out.dispose();
      expect(cpu.memoryStats().inUse).toBeLessThanOrEqual(before + 32768);
    }
  });

  it('finds its operands again after the memory has grown', () => {
    const cpu = alone(shared);
    const exe = cpu.load(addPlan(shared));
    const a = floats(cpu, [1, 2]);
    const b = floats(cpu, Array<number>(500).fill(3));
    const hold: CpuStorage[] = [];
    for (let k = 0; k < 20; k++) {
      const reserved = cpu.memoryStats().reserved;
      while (cpu.memoryStats().reserved === reserved) hold.push(cpu.allocate(1 << 20));
      const [small, large] = [cpu.allocate(8), cpu.allocate(2000)];
      exe.run([a, a], [small], 2);
      exe.run([b, b], [large], 500);
      expect(values(cpu, small)).toEqual([2, 4]);
      expect(values(cpu, large).every((value) => value === 6)).toBe(true);
      if (cpu.memoryStats().reserved > 2 ** 28) break;
    }
    expect(hold.length).toBeGreaterThan(10);
  });

  it('reports an index out of range before it changes anything', () => {
    const cpu = alone(shared);
    const parts = { ...gather, temps: [4], checks: [{ before: 1, temp: 0, kernel: 0 }], shared };
    const exe = cpu.load(plan(parts), [() => new RangeError("For 'Gather', out of range")]);
    const table = floats(cpu, [10, 11, 12, 13]);
    for (const n of [3, 300]) {
      const index = cpu.allocate(4 * n);
      const out = floats(cpu, Array<number>(n).fill(-1));
      const good = Int32Array.from({ length: n }, (_, i) => i % 4);
      const bad = good.slice();
      bad[n - 1] = 4;
      const { inUse } = cpu.memoryStats();
      cpu.write(index, bytesOf(bad));
      expect(() => exe.run([table, index], [out], n)).toThrow(new RangeError("For 'Gather', out of range"));
      expect(values(cpu, out).every((value) => value === -1)).toBe(true);
      expect(cpu.memoryStats().inUse).toBe(inUse);
      cpu.write(index, bytesOf(good));
      exe.run([table, index], [out], n);
      expect(values(cpu, out).every((value, i) => value === 10 + (i % 4))).toBe(true);
    }
    const unnamed = cpu.load(plan(parts));
    const index = cpu.allocate(4);
    cpu.write(index, bytesOf(Int32Array.of(-1)));
    expect(() => unnamed.run([table, index], [cpu.allocate(4)], 1)).toThrow("index 1 is out of range in kernel 'Test'");
  });

  it('gives its temporaries back when a kernel traps', () => {
    const cpu = alone(shared);
    const body = '(if (i32.gt_u (local.get $hi) (i32.const 5)) (then (unreachable)))';
    const exe = cpu.load(plan({ bodies: [body], steps: [{ args: [temp(0)] }], temps: [100_000], shared }));
    const { inUse } = cpu.memoryStats();
    expect(() => exe.run([], [], 6)).toThrow(WebAssembly.RuntimeError);
    expect(cpu.memoryStats().inUse).toBe(inUse);
    exe.run([], [], 5);
    expect(cpu.memoryStats().inUse).toBe(inUse);
  });
});

describe('loading a plan', () => {
  it('names a function that the module lacks', () => {
    const wrong = plan({ bodies: [''], steps: [{ fn: 3, args: [] }] });
    expect(() => alone().load(wrong)).toThrow("kernel 'Test' has no function k3");
  });

  it('says what a strict Content Security Policy must allow', () => {
    const cpu = alone();
    const spy = vi.spyOn(WebAssembly, 'Module').mockImplementation(function () {
      throw new WebAssembly.CompileError("violates the following Content Security policy: 'unsafe-eval'");
    });
    expect(() => cpu.load(addPlan())).toThrow(/kernel 'Test' was refused .*'wasm-unsafe-eval'/);
    spy.mockRestore();
  });
});
