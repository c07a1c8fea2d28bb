import { describe, expect, it } from 'vitest';
import { compileToC, printProgram } from '@sporelet/compiler';
import type { Target } from '@sporelet/compiler';
import type { Expr, Kernel } from '@sporelet/ir';
import { ValueError, bfloat16, bool, float16, float32, float64, int32, int64, int8, sizeOf, uint32, uint64, uint8, where } from '@sporelet/ir'; // prettier-ignore
import { CpuDevice } from '../src/index.ts';
import type { NativeHost, Platform } from '../src/index.ts';
import { nodePlatform } from '../src/platform-node.ts';
import { openNative } from '../src/native-node.ts';
import { bytesFor, convolutions, gather, kernelOf, matmul, once, programOf, ragged, rowSums, runOn, spec, unary } from './native-kernels.ts'; // prettier-ignore

const host = ((): NativeHost | string => {
  try {
    return openNative();
  } catch (error) {
    return (error as Error).message;
  }
})();
const skipped = typeof host === 'string' ? ` (skipped: ${host})` : '';
const wasm = new CpuDevice(nodePlatform(), { threads: 1, tier: 'wasm' });

/** Native code for another target than the machine's best. */
function nativeFor(change: Partial<Target>, threads = 1): CpuDevice {
  const own = nodePlatform();
  const platform: Platform = {
    ...own,
    openNative: () => {
      const opened = own.openNative!();
      return { ...opened, target: { ...opened.target, relaxed: wasm.target.relaxed, ...change } };
    },
  };
  return new CpuDevice(platform, { threads, tier: 'native' });
}

/** The bits, with every NaN the same: payloads are not part of the contract. */
function bits(kernel: Kernel, bytes: Uint8Array): string {
  const { dtype } = kernel.outputs[0]!.spec;
  if (dtype !== float32 && dtype !== float64) return Buffer.from(bytes).toString('hex');
  const data = new dtype.array(bytes.buffer, 0, bytes.length / dtype.itemsize);
  return Array.from(data as Float32Array, (x) => (Object.is(x, -0) ? '-0' : String(x))).join();
}

/** All kinds of float patterns: NaN, infinities, denormals, zeros of both signs, numbers of every exponent. */
function patterns(count: number, size: 4 | 8): Uint8Array {
  const words = new Uint32Array((count * size) / 4);
  let s = 12345;
  for (let i = 0; i < words.length; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    words[i] = s ^ (s >>> 13);
  }
  const special = [0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 1, 0x80000001, 0x007fffff, 0x3f800000, 0x4f000000, 0xcf000000, 0x4f800000, 0x5f000000, 0x7f7fffff]; // prettier-ignore
  if (size === 4) words.set(special, 0);
  else special.forEach((w, i) => ([words[2 * i], words[2 * i + 1]] = [0, (w & 0x80000000) | ((w & 0x7fffffff) >>> 3)])); // prettier-ignore
  return new Uint8Array(words.buffer);
}

function same(device: CpuDevice, kernels: readonly Kernel[], data: (k: Kernel, i: number) => Uint8Array): void {
  const executables = device.compileNative(kernels);
  expect(executables, device.tierReport().reason).toBeDefined();
  kernels.forEach((kernel, k) => {
    const inputs = kernel.inputs.map((_, i) => data(kernel, i));
    const [found, wanted] = [runOn(device, executables![k]!, kernel, inputs), once(wasm, kernel, inputs)];
    expect(bits(kernel, found), `${kernel.name} ${k}`).toBe(bits(kernel, wanted));
  });
}

const binary = (fn: (x: Expr, y: Expr) => Expr, dtype = float32): Kernel =>
  kernelOf('Binary', [spec(dtype, 5001), spec(dtype, 5001)], [5001], ([x, y], i) => fn(x!.at(...i), y!.at(...i)));

describe(`native code${skipped}`, () => {
  const tests = it.skipIf(typeof host === 'string');

  tests('stays loaded when garbage is collected', () => {
    const kernel = matmul(20, 20, 20);
    const inputs = kernel.inputs.map((s) => bytesFor(s));
    const device = nativeFor({});
    const [executable] = device.compileNative([kernel])!;
    const first = runOn(device, executable!, kernel, inputs);
    const collector = nodePlatform().makeCollector()!;
    for (let i = 0; i < 3; i++) {
      collector.collect();
      expect(runOn(device, executable!, kernel, inputs)).toEqual(first);
    }
  });

  tests('gives the bits of WASM for every kind of float', () => {
    const fns = [(x: Expr) => x.exp(), (x: Expr) => x.log(), (x: Expr) => x.tanh(), (x: Expr) => x.sqrt(), (x: Expr) => x.floor(), (x: Expr) => x.abs().neg(), (x: Expr) => x.sign(), (x: Expr) => x.max(0), (x: Expr) => x.min(0)]; // prettier-ignore
    const casts = [int32, uint32, int64, uint64, int8, uint8, float16, bfloat16, float32, float64, bool];
    for (const d of [float32, float64]) {
      const kernels = [
        ...fns.map((fn) => unary(5001, fn, d)),
        ...casts.map((to) => unary(5001, (x) => x.cast(to), d)),
        ...[(x: Expr, y: Expr) => x.add(y), (x: Expr, y: Expr) => x.mul(y), (x: Expr, y: Expr) => x.div(y), (x: Expr, y: Expr) => x.max(y), (x: Expr, y: Expr) => x.min(y), (x: Expr, y: Expr) => where(x.lt(y), x, y.mul(x).add(1))].map((fn) => binary(fn, d)),
      ]; // prettier-ignore
      const one = patterns(5001, d.itemsize as 4 | 8);
      same(nativeFor({}), kernels, (_, i) => (i === 0 ? one : new Uint8Array(one).reverse()));
    }
  });

  const widths: readonly [string, Partial<Target>][] = [
    ['128-bit registers', { tiles: { bytes: 16, count: 16 }, loops: 16 }],
    ['256-bit registers', { tiles: { bytes: 32, count: 16 }, loops: 32 }],
    ['512-bit registers', { tiles: { bytes: 64, count: 32 }, loops: 64 }],
  ];
  it.skipIf(typeof host === 'string').each(widths)('gives the bits of WASM with %s', (_, change) => {
    const best = (host as NativeHost).target.tiles!.bytes;
    if (change.tiles!.bytes > best) return;
    const kernels = [
      matmul(37, 350, 45), matmul(64, 120, 10), matmul(13, 33, 17, float64), matmul(20, 40, 24, int32),
      ...convolutions(9, 3, 12, 5, 3, 1), ...convolutions(8, 6, 14, 16, 5, 0),
      ...[16, 17, 32].flatMap((n) => convolutions(n, 3, 9, 5, 3, 1)), ...[5, 10, 14, 19, 28, 35].flatMap(ragged),
      rowSums(3, 1001), unary(1003, (x) => x.exp()), unary(517, (x) => x.exp(), float64),
      kernelOf('Wide', [spec(float32, 301), spec(int64, 301)], [301], ([x, y], i) => where(y!.at(...i).gt(0), x!.at(...i).cast(float64), y!.at(...i).cast(float64))),
      kernelOf('Narrow', [spec(int8, 301), spec(float16, 301)], [301], ([x, y], i) => x!.at(...i).cast(float16).mul(y!.at(...i))),
      kernelOf('Mask', [spec(bool, 301), spec(uint8, 301)], [301], ([x, y], i) => x!.at(...i).and(y!.at(...i).gt(1))),
    ]; // prettier-ignore
    same(nativeFor(change), kernels, (k, i) => bytesFor(k.inputs[i]!, i));
  });

  // Weight gradients of batches that fill neither lanes nor groups, and their parts in all sizes of registers.
  const gradients = [1, 3, 5, 17, 64, 65].map((n) => convolutions(n, 3, 13, 8, 4, 1)[2]!);
  gradients.push(...[[64, 1, 30, 6, 5, 0], [65, 6, 14, 16, 5, 0], [61, 16, 8, 33, 3, 1], [33, 2, 20, 7, 3, 0], [7, 6, 18, 16, 5, 0], [13, 4, 12, 48, 3, 1]].map(([n, ci, h, co, k, pad]) => convolutions(n!, ci!, h!, co!, k!, pad!)[2]!)); // prettier-ignore
  it.skipIf(typeof host === 'string').each(widths)(
    'gives the bits of WASM for weight gradients with %s',
    (_, change) => {
      if (change.tiles!.bytes > (host as NativeHost).target.tiles!.bytes) return;
      for (const threads of [1, 2]) same(nativeFor(change, threads), gradients, (k, i) => bytesFor(k.inputs[i]!, i));
    },
  );

  tests('does not depend on the number of threads, and starts no worker', () => {
    const kernels = [matmul(256, 300, 200), rowSums(500, 3000), unary(400_000, (x) => x.exp())];
    const devices = [1, 2, 5].map((threads) => nativeFor({}, threads));
    for (const kernel of kernels) {
      const inputs = kernel.inputs.map((s, i) => bytesFor(s, i));
      const [first, ...others] = devices.map((d) => Buffer.from(once(d, kernel, inputs)).toString('base64'));
      for (const other of others) expect(other === first, kernel.name).toBe(true);
    }
    for (const d of devices) expect(d.pool.running).toBe(0);
    // The number can change between runs.
    const [one] = devices as [CpuDevice];
    const kernel = kernels[0]!;
    const inputs = kernel.inputs.map((s, i) => bytesFor(s, i));
    const before = once(one, kernel, inputs);
    one.setThreads(3);
    expect(Buffer.compare(once(one, kernel, inputs), before)).toBe(0);
  });

  tests('refuses an index out of range before anything else runs', () => {
    const device = nativeFor({});
    const kernel = gather(10, 100);
    const inputs = kernel.inputs.map((s, i) => bytesFor(s, i));
    expect(Buffer.compare(once(device, kernel, inputs), once(wasm, kernel, inputs))).toBe(0);
    new Int32Array(inputs[1]!.buffer)[77] = 10;
    expect(() => once(device, kernel, inputs)).toThrow(/out of range/);
  });

  tests('runs a list of steps by one call, up to the first check that fails', () => {
    const tier = nativeFor({}).native!;
    const device = nativeFor({}, 2);
    const kernel = unary(100, (x) => x.mul(2));
    const native = device.native!;
    const code = native.load([native.plan(kernel)]);
    const { heap } = device;
    const [list, args, data, flag] = [1024, 64, 400, 64].map((bytes) => heap.address(heap.allocate(bytes)));
    heap.i32[flag! / 4] = 0;
    new Float32Array(heap.memory.buffer, data, 100).fill(3);
    heap.i32.set([data!, data!], args! / 4);
    const step = { function: code.functions[0]![0]!, args: args!, units: 100, chunk: 0 };
    native.writeStep(list!, 0, step);
    native.writeCheck(list!, 1, flag!);
    native.writeStep(list!, 2, { ...step, chunk: 16 });
    expect(native.run(list!, 3)).toBe(-1);
    expect([...new Float32Array(heap.memory.buffer, data, 100)]).toEqual(Array.from({ length: 100 }, () => 12));
    heap.i32[flag! / 4] = 1;
    expect(native.run(list!, 3)).toBe(1);
    expect(new Float32Array(heap.memory.buffer, data, 100)[99]).toBe(24);
    expect(tier.target).toEqual({ ...native.target });
  });

  tests('tells the time of each kernel of a program, run by one call, up to an index out of range', () => {
    const device = nativeFor({}, 2);
    const seen: [name: string, ms: number][] = [];
    let last = 0;
    device.observer = {
      kernel: ({ name }, start, end) => {
        expect(start).toBeGreaterThanOrEqual(last);
        last = end;
        seen.push([name, end - start]);
      },
    };
    const program = programOf(
      matmul(200, 200, 200),
      rowSums(200, 200),
      gather(200, 10),
      unary(10, (x) => x.exp()),
    );
    const executable = device.compileProgram(program);
    const specs = program.inputs.map((v) => program.values[v]!);
    const storages = specs.map((s) => {
      const storage = device.allocate(sizeOf(s.shape) * 4);
      device.write(storage, bytesFor(s));
      return storage;
    });
    const begin = performance.now();
    executable.run(storages, [device.allocate(40)]);
    const whole = performance.now() - begin;
    expect(seen.map(([name]) => name)).toEqual(['MatMul', 'Sum', 'Gather Unary']);
    const total = seen.reduce((sum, [, ms]) => sum + ms, 0);
    expect(seen[0]![1]).toBeGreaterThan(0);
    expect(total).toBeLessThanOrEqual(whole);

    seen.length = 0;
    device.write(storages[2]!, new Uint8Array(Int32Array.from({ length: 10 }, (_, i) => (i === 3 ? 200 : i)).buffer));
    expect(() => executable.run(storages, [device.allocate(40)])).toThrow(/index 200/);
    expect(seen.map(([name]) => name)).toEqual(['MatMul', 'Sum', 'Gather Unary']);
  });
});

describe('the choice of a tier', () => {
  const without = (openNative?: () => NativeHost): Platform => {
    const platform: { -readonly [K in keyof Platform]: Platform[K] } = nodePlatform();
    delete platform.openNative;
    return openNative ? { ...platform, openNative } : platform;
  };

  it('is WASM where there is no compiler, and says why', () => {
    const device = new CpuDevice(without(() => { throw new Error('there is no C compiler'); }), { tier: 'native' }); // prettier-ignore
    const kernel = matmul(20, 20, 20);
    expect(once(device, kernel, kernel.inputs.map((s) => bytesFor(s)))).toHaveLength(1600); // prettier-ignore
    expect(device.tierReport()).toEqual({ setting: 'native', programs: 'wasm', eager: 'wasm', reason: 'there is no C compiler' }); // prettier-ignore
    expect(new CpuDevice(without(), { tier: 'auto' }).tierReport().reason).toBe('native code needs Node.js');
    expect(new CpuDevice(nodePlatform(), { tier: 'wasm' }).compileNative([kernel])).toBeUndefined();
  });

  it('is WASM when the compiler fails, from then on', () => {
    const failing = (): NativeHost => ({
      target: { shared: true, relaxed: false, tiles: { bytes: 16, count: 16 }, loops: 16 },
      compiler: 'none',
      cache: null,
      load: () => { throw new Error('the C compiler failed'); },
      address: () => 0,
      run: () => -1,
    }); // prettier-ignore
    const device = new CpuDevice(without(failing), { tier: 'native' });
    expect(device.tierReport().eager).toBe('native');
    const kernel = unary(10, (x) => x.exp());
    expect(once(device, kernel, [bytesFor(kernel.inputs[0]!)])).toHaveLength(40);
    expect(device.tierReport()).toMatchObject({ eager: 'wasm', reason: 'the C compiler failed' });
  });

  it('refuses settings that there are not', () => {
    expect(() => new CpuDevice({ ...nodePlatform(), tier: 'fast' })).toThrow(ValueError);
  });

  it('opens nothing before it is asked', () => {
    let opened = 0;
    const platform = without(() => { opened++; throw new Error('no'); }); // prettier-ignore
    const device = new CpuDevice(platform, { tier: 'auto' });
    const kernel = matmul(20, 20, 20);
    once(device, kernel, kernel.inputs.map((s) => bytesFor(s))); // prettier-ignore
    expect(opened).toBe(0);
    expect(device.tierReport()).toMatchObject({ setting: 'auto', programs: 'wasm', reason: 'no' });
    expect(opened).toBe(1);
  });
});

it('equal functions of several plans are printed once', () => {
  const target = { shared: true, relaxed: true, tiles: { bytes: 32, count: 16 }, loops: 32 };
  const [a, b] = [compileToC(matmul(64, 64, 64), target), compileToC(matmul(64, 64, 64), target)];
  expect(a.functions).toEqual(b.functions);
  expect(printProgram([a, b]).pieces.map((p) => p.functions)).toEqual([new Set(a.steps.map((s) => s.fn)).size]);
});
