import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as ms from 'sporelet';
import { Tensor, deviceByName, jit, nn, ops, print } from 'sporelet';
import type { Kernel } from '@sporelet/ir';
import { Axis, Expr, View, axesFor, axisRef, bounded, sum } from '@sporelet/ir';
import { WebGpuDevice } from '@sporelet/device-webgpu';
import { LeNet5 } from '../examples/lenet.ts';
import { trainingOf } from './training-step.ts';

let reason = '';
try {
  await ms.setDevice('GPU');
} catch (e) {
  reason = ` (${(e as Error).message.split(':')[0]})`;
}
await ms.setDevice('CPU');
const gpu = (): WebGpuDevice => deviceByName('GPU') as WebGpuDevice;

/** What the documentation's example prints. */
const DOCUMENTED = `(Tensor(shape=[2, 2], dtype=Float32, value=
[[ 5.96388459e-01,  3.92964751e-01],
 [ 9.78178233e-02,  4.92815793e-01]]), Tensor(shape=[2, 2], dtype=Float32, value=
[[ 6.90000057e-01,  9.90000010e-01],
 [ 2.10000008e-01,  1.24000001e+00]]))
end`;

class Mlp extends nn.Cell {
  fc1 = new nn.Dense(784, 64, { activation: 'relu' });
  fc2 = new nn.Dense(64, 10);
  construct(x: Tensor) {
    return this.fc2(this.fc1(x.reshape([-1, 784])));
  }
}

/** Losses of training steps on fixed data, on a device. */
async function losses(device: string, make: () => LeNet5 | Mlp, steps: number, graph: boolean): Promise<number[]> {
  await ms.setDevice(device);
  // At three times the rate the loss jumps, and differences of rounding grow a thousandfold.
  const { step, image, label } = trainingOf<LeNet5 | Mlp>(3, make, 8, 0.01);
  const run = graph ? jit(step) : step;
  const all: Tensor[] = [];
  for (let i = 0; i < steps; i++) all.push(run(image, label));
  return Promise.all(all.map(async (t) => Number((await t.data()).at(0))));
}

describe.skipIf(reason)(`on the GPU${reason}`, () => {
  beforeEach(() => ms.setDevice('GPU'));
  afterAll(() => ms.setDevice('CPU'));

  it("the documentation's example prints the documentation's characters", async () => {
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    try {
      await import('../examples/apply-proximal-adagrad.ts');
      await print('end');
    } finally {
      log.mockRestore();
    }
    // A division on a GPU may be off by 2.5 ULP: then the last digits differ.
    const exact = gpu().report.software ? lines.join('\n') : lines.join('\n').replace(/(\d\.\d{5})\d{3}/g, '$1');
    const documented = gpu().report.software ? DOCUMENTED : DOCUMENTED.replace(/(\d\.\d{5})\d{3}/g, '$1');
    expect(exact).toBe(documented);
  });

  it.each([
    ['LeNet-5', () => new LeNet5(), true],
    ['LeNet-5', () => new LeNet5(), false],
    ['a perceptron', () => new Mlp(), true],
  ] as const)(
    '%s trains along the curve of the CPU: 50 steps within 1e-5',
    async (_name, make, graph) => {
      const steps = graph ? 50 : 3;
      const want = await losses('CPU', make, steps, graph);
      const got = await losses('GPU', make, steps, graph);
      expect(want.at(-1)!).toBeLessThan(want[0]!);
      got.forEach((loss, i) => expect(Math.abs(loss - want[i]!), `step ${i}`).toBeLessThan(1e-5));
    },
    120_000,
  );

  it.each([
    [1, 70, 20, 90],
    [3, 61, 9, 131],
    [1, 40, 300, 300],
    [5, 6, 11, 1000],
    [2, 1000, 7, 5],
  ])('products of matrices that no block of a thread fits: %i times %i by %i by %i', async (batch, m, k, n) => {
    const product = async (device: string) => {
      await ms.setDevice(device);
      const of = (rows: number, columns: number, f: number) =>
          new Tensor(Float32Array.from({ length: batch * rows * columns }, (_, i) => Math.sin(i * f)), { shape: [batch, rows, columns] }); // prettier-ignore
      return (await ops.matmul(of(m, k, 0.37), of(k, n, 0.73)).data()).data as Float32Array;
    };
    const [want, got] = [await product('CPU'), await product('GPU')];
    expect(Math.max(...want.map((x, i) => Math.abs(x - got[i]!)))).toBeLessThan(1e-5 * k);
  });

  it('random bits and uniforms are those of the CPU, normals within 4e-6', async () => {
    const draw = async (device: string) => {
      await ms.setDevice(device);
      ms.setSeed(11);
      const drawn = [ops.rand(1000), ops.randint(0, 1000, [500]), ops.randn(1000)];
      return Promise.all(drawn.map((t) => t.data()));
    };
    const [want, got] = [await draw('CPU'), await draw('GPU')];
    for (const i of [0, 1]) expect([...got[i]!.data]).toEqual([...want[i]!.data]);
    const normals = want[2]!.data as Float32Array;
    (got[2]!.data as Float32Array).forEach((x, i) => expect(Math.abs(x - normals[i]!)).toBeLessThan(4e-6));
  });

  it('a loop of 10,000 steps keeps memory bounded, compiled and not', async () => {
    const start = gpu().memoryStats().inUse;
    let x = new Tensor(new Float32Array(4096));
    for (let i = 0; i < 10_000; i++) x = x.add(1);
    expect((await x.data()).at(7)).toBe(10_000);
    const next = jit((t: Tensor) => t.mul(0.5).add(1));
    for (let i = 0; i < 10_000; i++) x = next(x);
    expect(Number((await x.data()).at(7))).toBeCloseTo(2, 5);
    // 20,000 results of 16 KiB would be 328 MB; garbage is looked for when there are 2,000 tensors.
    expect(gpu().memoryStats().peak - start).toBeLessThan(100 * 2 ** 20);
  }, 120_000);

  it('reads are awaited; what cannot be had at once says how', async () => {
    const x = new Tensor([[3, 1, 2]]).add(1);
    expect(() => x.asnumpy()).toThrow(/asnumpy\(\).*GPU.*await x\.data\(\)/);
    expect(() => x.at(0, 0).item()).toThrow(/item\(\).*GPU.*await x\.data\(\)/);
    expect(String(x)).toBe('Tensor(shape=[1, 3], dtype=Float32, device=GPU, value=<await x.data()>)');
    expect([...(await x.data()).data]).toEqual([4, 2, 3]);
    expect(() => ops.nonzero(x)).toThrow(/NonZero.*await x\.data\(\)/s);
    expect(() => ops.cond(x.sum().greater(2), () => x, () => x.neg())).toThrow(/needed at once/); // prettier-ignore
    expect((await ops.cond(new Tensor(true), () => x.neg(), () => x).data()).at(1)).toBe(-2); // prettier-ignore
  });

  it('tensors move between devices', async () => {
    const x = new Tensor([1, 2, 3], ms.float16).mul(1.5);
    const moving = x.to('CPU');
    expect(() => moving.add(1)).toThrow(/await x\.to\('CPU'\)/);
    const there = await moving;
    expect(there.device).toBe('CPU');
    expect(there.tolist()).toEqual([1.5, 3, 4.5]);
    expect(() => there.add(x)).toThrow(/same device, but got CPU and GPU/);
    expect([...(await there.to('GPU').add(x).data())]).toEqual([3, 6, 9]);
  });

  it('an index out of range is told by the next read, and only once', async () => {
    const x = new Tensor([[1, 2], [3, 4]]); // prettier-ignore
    const at = new Tensor([5], ms.int32);
    await expect(ops.gather(x, at, 0).data()).rejects.toThrow('index 5 is out of range [-2, 2)');
    expect([...(await ops.gather(x, new Tensor([1], ms.int32), 0).data()).data]).toEqual([3, 4]);
    await expect(
      print(jit((t: Tensor) => ops.gather(t, new Tensor([1, -300], ms.int32), 0).add(1))(x)),
    ).rejects.toThrow('index -300 is');
  });

  it('dtypes: float64 is refused by name, int64 is exact', async () => {
    expect(() => new Tensor([1.5], ms.float64).add(1)).toThrow(/For 'Add', the GPU has no Float64: cast to Float32/);
    const big = new Tensor([9007199254740993n, -5n]);
    expect([...(await big.mul(3).data()).data]).toEqual([27021597764222979n, -15n]);
    expect([...(await ops.floorDiv(big, new Tensor([7n, 2n])).data()).data]).toEqual([1286742750677284n, -3n]);
  });

  it('routines run on the CPU in their turn, and the profile shows it', async () => {
    const seen: string[] = [];
    gpu().observer = { kernel: ({ name }) => void seen.push(name) };
    const x = new Tensor([[3, 1, 2], [9, 7, 8]]); // prettier-ignore
    const sorted = ops.sort(x.add(1))[0].mul(2);
    const again = ops.sort(sorted.neg())[0].add(1);
    expect([...(await again.data()).data]).toEqual([-7, -5, -3, -19, -17, -15]);
    gpu().observer = null;
    expect(seen.filter((name) => name === 'Sort (on CPU)')).toHaveLength(2);
  });

  it('a profile has the times of the GPU, its operations and its peak', async () => {
    const profiler = new ms.Profiler();
    const net = new nn.Dense(64, 64);
    const x = new Tensor(new Float32Array(32 * 64).fill(0.1), ms.float32, [32, 64]);
    for (let i = 0; i < 3; i++) net(x);
    const stopping = profiler.stop();
    expect(() => profiler.summary()).toThrow(/await profiler\.stop\(\)/);
    await stopping;
    const { ops: rows, peak } = profiler.summary();
    expect(rows.find((r) => r.name === 'MatMul')!.calls).toBe(3);
    expect(peak).toBeGreaterThan(0);
  });

  it('loops with known bounds run; checkpoints are written and read', async () => {
    const [total, all] = ops.scan((c: Tensor, x: Tensor): [Tensor, Tensor] => [c.add(x), c], new Tensor(0), new Tensor([1, 2, 3])); // prettier-ignore
    expect([(await total.data()).at(0), ...(await all.data()).data]).toEqual([6, 0, 1, 3]);
    const folder = mkdtempSync(join(tmpdir(), 'sporelet-gpu-'));
    try {
      const net = new nn.Dense(3, 2);
      await ms.saveCheckpoint(net, join(folder, 'net.ckpt'));
      const other = new nn.Dense(3, 2);
      ms.loadParamIntoNet(other, await ms.loadCheckpoint(join(folder, 'net.ckpt')));
      expect([...(await other.weight.data()).data]).toEqual([...(await net.weight.data()).data]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a line shows what was there when it was asked for', async () => {
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    try {
      const [x, list] = [new Tensor([1, 2]).add(1), [1, 2]];
      const first = print('a', x);
      void print(list);
      x.dispose();
      list.push(3);
      await first;
      await print('end');
    } finally {
      log.mockRestore();
    }
    expect(lines).toEqual(['a [2. 3.]', '[1, 2]', 'end']);
  });

  it('tensors on the CPU are worked with while the GPU is chosen', async () => {
    const x = await new Tensor([[3, 1, 2], [6, 4, 5]]).to('CPU'); // prettier-ignore
    expect(x.at([1, 0]).tolist()).toEqual([[6, 4, 5], [3, 1, 2]]); // prettier-ignore
    expect(x.at(x.greater(3)).tolist()).toEqual([6, 4, 5]);
    expect(x.mul(1).setAt(0, 9).setAt([1, [0, 2]], 7).tolist()).toEqual([[9, 9, 9], [7, 4, 7]]); // prettier-ignore
    const square = (t: Tensor): Tensor => t.mul(t).sum();
    expect((ms.grad(square)(x)).tolist()).toEqual([[6, 2, 4], [12, 8, 10]]); // prettier-ignore
    const noisy = jit((t: Tensor) => ops.dropout(t.mul(2).add(1), 1e-9));
    expect(noisy(x).tolist()).toEqual([[7, 3, 5], [13, 9, 11]]); // prettier-ignore
    // The same signature, on the GPU.
    expect([...(await noisy(x.to('GPU')).data()).data]).toEqual([7, 3, 5, 13, 9, 11]);
    const shifted = jit((t: Tensor) => t.add(x));
    expect(() => shifted(x.to('GPU'))).toThrow(/same device, but got GPU and CPU/);
    const p = new nn.Dense(3, 2).weight;
    p.setData(x);
    expect(p.device).toBe('GPU');
  });

  it('random numbers for a tensor are drawn where it is', async () => {
    await ms.setDevice('CPU');
    const x = new Tensor(Float32Array.from({ length: 100 }, (_, i) => i + 1));
    const draw = () => {
      ms.setSeed(5);
      const drop = ms.grad((t: Tensor) => ops.dropout(t, 0.5).sum());
      const [masked] = new ops.Dropout(0.5)(x);
      return [ops.dropout(x, 0.5), masked, ops.bernoulli(x, 0.5), ops.randnLike(x), ops.randLike(x), drop(x)];
    };
    const want = draw().map((t) => t.tolist());
    await ms.setDevice('GPU');
    const got = draw();
    for (const t of got) expect(t.device).toBe('CPU');
    expect(got.map((t) => t.tolist())).toEqual(want);
  });

  it('buffers that waiting work names outlive a trim', async () => {
    const sorted = ops.sort(new Tensor([3, 1, 2]))[0];
    const x = new Tensor(new Float32Array(1000).fill(2));
    const y = x.add(1);
    const reading = y.mul(2).data();
    for (const t of [x, y]) t.dispose();
    gpu().queue.pool.trim();
    expect([...(await sorted.data()).data]).toEqual([1, 2, 3]);
    expect((await reading).at(7)).toBe(6);
  });

  it('an error within work that waited leaves the rest as it was asked for', async () => {
    const sorted = ops.sort(new Tensor([3, 1, 2]))[0];
    const moment = new ms.Parameter(new Tensor([1, 1, 1]), 'moment');
    ops.scatterAdd(moment, new Tensor([0], ms.int32), new Tensor([1]));
    gpu().queue.run(() => {
      throw new Error('in its turn');
    });
    await expect(sorted.data()).rejects.toThrow('in its turn');
    expect([...(await moment.data()).data]).toEqual([2, 1, 1]);
  });

  it('an empty tensor of 64-bit elements in between is bound', async () => {
    const f = jit((x: Tensor) => ops.tensorScatterAdd(new Tensor([1n, 2n]), x.at('2:').reshape([0, 1]), x.at('2:').mul(x.at('2:').cumsum(0)))); // prettier-ignore
    expect([...(await f(new Tensor([1n, 0n])).data()).data]).toEqual([1n, 2n]);
  });

  it('is opened once, and a later choice counts', async () => {
    gpu().queue.device.destroy();
    await gpu().queue.device.lost;
    const opening = [ms.setDevice('GPU'), ms.setDevice('GPU')];
    await opening[0];
    const first = gpu();
    await opening[1];
    expect(gpu()).toBe(first);
    first.queue.device.destroy();
    await first.queue.device.lost;
    const late = ms.setDevice('GPU');
    await ms.setDevice('CPU');
    await late;
    expect(ms.getContext('deviceTarget')).toBe('CPU');
  });

  it('a tensor that a binding cannot hold is refused with both sizes', () => {
    const { tensorBytes } = gpu().report.limits;
    expect(() => gpu().allocate(tensorBytes + 4)).toThrow(new RegExp(`${tensorBytes + 4} bytes.*${tensorBytes}`));
  });

  it('an intermediate that a binding cannot hold is refused by name', () => {
    const { report, queue } = gpu();
    const small = new WebGpuDevice(queue.device, { ...report, limits: { ...report.limits, tensorBytes: 1024 } });
    const spec = { dtype: ms.float32, shape: [4, 3, 100] };
    const axes = axesFor(spec.shape);
    const [i, j, k] = axes.map(axisRef) as [Expr, Expr, Expr];
    const x = new View(0, spec);
    const value = x.at(i, j, k).div(sum(3, (d) => x.at(i, d, k)));
    const kernel: Kernel = { name: 'Shares', inputs: [spec], outputs: [{ form: 'pull', spec, axes, value }], inPlace: [-1], flat: false }; // prettier-ignore
    expect(() => small.compile(kernel)).toThrow(/For 'Shares', an intermediate of 1600 bytes.*\(1024\)/);
  });

  it('an index is checked where a loop with a limit reads it, and nowhere else', async () => {
    const table = { dtype: ms.float32, shape: [3] };
    const places = { dtype: ms.int32, shape: [4] };
    const out = { dtype: ms.float32, shape: [2] };
    const axes = axesFor(out.shape);
    const i = axisRef(axes[0]!);
    // Sums of the first i + 1 places' elements.
    const loop = new Axis('k', 4, i.add(1));
    const value = new View(0, table).at(bounded(new View(1, places).at(axisRef(loop)), 3));
    const total = new Expr('reduce', ms.float32, [value], { fn: 'sum', axes: [loop] });
    const outOfRange = () => new Error('out of range');
    const kernel: Kernel = { name: 'Triangle', inputs: [table, places], outputs: [{ form: 'pull', spec: out, axes, value: total }], inPlace: [-1], flat: false, outOfRange }; // prettier-ignore
    const run = async (at: number[]): Promise<number[]> => {
      const put = (data: Float32Array | Int32Array) => {
        const s = gpu().allocate(data.byteLength);
        gpu().write(s, new Uint8Array(data.buffer));
        return s;
      };
      const result = gpu().allocate(8);
      gpu()
        .compile(kernel)
        .run([put(Float32Array.of(1, 10, 100)), put(Int32Array.from(at))], [result], 0);
      const got = new Float32Array(2);
      await gpu().readAsync(result, new Uint8Array(got.buffer));
      return [...got];
    };
    expect(await run([1, 2, 7, 9])).toEqual([10, 110]);
    await expect(run([1, 5, 0, 0])).rejects.toThrow('out of range');
  });

  describe('a device that is lost', () => {
    beforeAll(() => ms.setDevice('GPU'));
    it('says so, and setDevice opens another', async () => {
      const x = new Tensor([1, 2, 3]);
      const reading = x.add(1).data();
      gpu().queue.device.destroy();
      await expect(reading).rejects.toThrow(/lost/);
      expect(() => x.add(1)).toThrow(/The GPU device was lost.*await setDevice\('GPU'\)/);
      await expect(x.data()).rejects.toThrow(/lost/);
      await ms.setDevice('GPU');
      expect([...(await new Tensor([1, 2]).add(1).data()).data]).toEqual([2, 3]);
    });
    it('functions compiled for it are compiled anew, tensors on it are told by name', async () => {
      const f = jit((t: Tensor) => t.mul(2));
      const x = new Tensor([1, 2, 3]);
      await f(x).data();
      gpu().queue.device.destroy();
      await gpu().queue.device.lost;
      await ms.setDevice('GPU');
      expect([...(await f(new Tensor([1, 2, 3])).data()).data]).toEqual([2, 4, 6]);
      expect(() => x.add(new Tensor([1]))).toThrow(/For 'Add', .* lost/);
    });
  });
});
