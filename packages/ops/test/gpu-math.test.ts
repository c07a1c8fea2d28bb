import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Kernel, MathFn } from '@sporelet/ir';
import { View, axesFor, axisRef, float32, ulpBounds } from '@sporelet/ir';
import type { WebGpuDevice } from '@sporelet/device-webgpu/host';
import { covered, fromBits, reference, ulps, unaryNames } from '../../ir/test/math-cases.ts';
import { gpuOr } from './gpu-replay.ts';

const { gpu, reason } = await gpuOr();

/** WGSL allows 2.5 ULP for a division, flushes denormals and may fuse; beyond that our polynomials keep their bounds. */
const ALLOWED = 2.5;
/** Below this, what is computed in between may be a denormal, which a GPU may take for zero. */
const TINY = 2 ** -100;

async function onGpu(device: WebGpuDevice, fn: MathFn, x: readonly number[]): Promise<Float32Array> {
  const spec = { dtype: float32, shape: [x.length] };
  const axes = axesFor(spec.shape);
  const value = new View(0, spec).at(...axes.map(axisRef)).fn1(fn);
  const kernel: Kernel = { name: fn, inputs: [spec], outputs: [{ form: 'pull', spec, axes, value }], inPlace: [-1], flat: false }; // prettier-ignore
  const [from, to] = [device.allocate(x.length * 4), device.allocate(x.length * 4)];
  device.write(from, new Uint8Array(Float32Array.from(x).buffer));
  device.compile(kernel).run([from], [to], 0);
  const out = new Float32Array(x.length);
  await device.readAsync(to, new Uint8Array(out.buffer));
  return out;
}

/** Every so many-th float32, and the special values. */
function floats(step: number): number[] {
  const bits = new Uint32Array(Math.ceil(2 ** 32 / step)).map((_, i) => i * step);
  const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 0.5, 2, 3.4028234e38, 1.1754944e-38];
  return [...new Float32Array(bits.buffer), ...special];
}

const flushed = (x: number): boolean => x !== 0 && Math.abs(x) < TINY;

function worst(fn: MathFn, x: readonly number[], got: Float32Array, want: readonly number[]): { error: number; at: string } {
  let [error, at] = [0, ''];
  x.forEach((v, i) => {
    const exact = want[i]!;
    if (!covered(fn, float32, v) || flushed(v) || flushed(exact)) return;
    // The zeros of lgamma have no sign of their own.
    if (fn === 'lgamma' && exact === 0 && got[i] === 0) return;
    const nearest = Math.fround(exact);
    const rest = Number.isFinite(nearest) && nearest !== 0 ? (exact - nearest) / 2 ** (Math.floor(Math.log2(Math.abs(nearest))) - 23) : 0; // prettier-ignore
    const e = ulps(got[i]!, nearest, float32, rest);
    if (e > error) [error, at] = [e, `${fn}(${v}) is ${got[i]}, expected ${nearest}`];
  });
  return { error, at };
} // prettier-ignore

it.skipIf(!gpu).each(unaryNames)(`%s keeps its bound on the GPU${reason}`, async (fn) => {
  const x = floats(125_003);
  const { error, at } = worst(fn, x, await onGpu(gpu!, fn, x), reference[fn](x));
  expect(error, at).toBeLessThanOrEqual(ulpBounds[fn].f32 + ALLOWED);
});

const folder = new URL(
  '../../../.cache/testdata/usr/lib/python3/dist-packages/numpy/core/tests/data/',
  import.meta.url,
);
const sets: Readonly<Record<string, MathFn>> = { exp: 'exp', log: 'log', sin: 'sin', cos: 'cos', tanh: 'tanh', arctan: 'atan', expm1: 'expm1', log1p: 'log1p', sinh: 'sinh', cbrt: 'cbrt' }; // prettier-ignore

for (const [file, fn] of Object.entries(sets)) {
  const url = new URL(`umath-validation-set-${file}.csv`, folder);
  it.skipIf(!gpu || !existsSync(url))(`${fn} on NumPy's validation set, on the GPU${reason}`, async () => {
    const rows = readFileSync(url, 'utf8').split('\n').map((line) => line.split(',')).filter((r) => r[0] === 'np.float32'); // prettier-ignore
    const x = rows.map((r) => fromBits(r[1]!.slice(2), float32));
    const { error, at } = worst(fn, x, await onGpu(gpu!, fn, x), rows.map((r) => fromBits(r[2]!.slice(2), float32))); // prettier-ignore
    expect(error, at).toBeLessThanOrEqual(ulpBounds[fn].f32 + ALLOWED + 0.5);
  });
}
