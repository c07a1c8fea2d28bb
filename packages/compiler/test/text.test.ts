import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { C_FLAGS, LEAST_LIMITS, compileForGpu, gpuRefusal, printC, unitsOfC } from '@sporelet/compiler';
import type { Expr, Kernel, TensorSpec } from '@sporelet/ir';
import { View, axesFor, axisRef, bounded, broadcastAt, constant, float16, float32, float64, int32, int64, interpretKernel, rmax, sizeOf, sum, where } from '@sporelet/ir'; // prettier-ignore

const t = (dtype: TensorSpec['dtype'], ...shape: number[]): TensorSpec => ({ dtype, shape });

function kernelOf(
  name: string,
  inputs: TensorSpec[],
  shape: number[],
  build: (v: View[], i: Expr[]) => Expr | Expr[],
): Kernel {
  // prettier-ignore
  const axes = axesFor(shape);
  const values = [build(inputs.map((s, i) => new View(i, s)), axes.map(axisRef))].flat(); // prettier-ignore
  const outputs = values.map((value) => ({ form: 'pull' as const, spec: { dtype: value.dtype, shape }, axes, value }));
  return { name, inputs, outputs, inPlace: values.map(() => -1), flat: false };
}

/** The forms of a dozen declarations. */
const kernels: readonly Kernel[] = [
  kernelOf('Add', [t(float32, 3, 5), t(float32, 5)], [3, 5], ([x, y], i) => broadcastAt(x!, i).add(broadcastAt(y!, i))),
  kernelOf('Exp', [t(float32, 40)], [40], ([x], i) => x!.at(...i).exp()),
  kernelOf('Tanh', [t(float32, 40)], [40], ([x], i) => x!.at(...i).tanh()),
  kernelOf('Log', [t(float32, 40)], [40], ([x], i) => x!.at(...i).abs().log()), // prettier-ignore
  kernelOf('ReLU', [t(float32, 40)], [40], ([x], i) => x!.at(...i).max(0)),
  kernelOf('Sum', [t(float32, 4, 50)], [4], ([x], [i]) => sum(50, (k) => x!.at(i!, k))),
  kernelOf('ColumnSum', [t(float32, 40, 6)], [6], ([x], [j]) => sum(40, (k) => x!.at(k, j!))),
  kernelOf('Softmax', [t(float32, 4, 33)], [4, 33], ([x], [i, j]) => {
    const top = rmax(33, (k) => x!.at(i!, k));
    return x!.at(i!, j!).sub(top).exp().div(sum(33, (k) => x!.at(i!, k).sub(top).exp())); // prettier-ignore
  }),
  kernelOf('Gather', [t(float32, 6, 5), t(int32, 4)], [4, 5], ([x, at], [i, j]) => x!.at(bounded(at!.at(i!), 6), j!)),
  kernelOf('MaxPool', [t(float32, 2, 7, 7)], [2, 4, 4], ([x], [n, y, z]) =>
    rmax([3, 3], (a, b) => x!.padded([n!, y!.mul(2).add(a).sub(1), z!.mul(2).add(b).sub(1)], constant(-Infinity, float32)))), // prettier-ignore
  kernelOf('Select', [t(int32, 30), t(int32, 30)], [30], ([x, y], i) => where(x!.at(...i).gt(y!.at(...i)), x!.at(...i).div(y!.at(...i)), x!.at(...i).shl(2))), // prettier-ignore
  kernelOf('ApplyProximalAdagrad', [t(float32, 30), t(float32, 30), t(float32, 30)], [30], ([v, a, g], i) => {
    const acc = a!.at(...i).abs().add(g!.at(...i).mul(g!.at(...i))); // prettier-ignore
    const prox = v!.at(...i).sub(g!.at(...i).mul(0.01).div(acc.sqrt())); // prettier-ignore
    return [prox.sign().mul(prox.abs().sub(0.001).max(0)).div(1.001), acc]; // prettier-ignore
  }),
];
/** C holds these too; a GPU has no float64. */
const wide: readonly Kernel[] = [
  kernelOf('Exp64', [t(float64, 40)], [40], ([x], i) => x!.at(...i).exp()),
  kernelOf('Half', [t(float16, 40)], [40], ([x], i) => x!.at(...i).mul(x!.at(...i)).add(1).sqrt()), // prettier-ignore
];

function inputOf(spec: TensorSpec, seed: number): Uint8Array {
  const data = new spec.dtype.array(sizeOf(spec.shape));
  for (let i = 0; i < data.length; i++) {
    const x = Math.sin(i * 12.9898 + seed * 78.233) * 3;
    data[i] = spec.dtype === int32 ? (seed === 1 ? i % 4 : Math.round(x * 1000)) : spec.dtype === float16 ? 0x3800 + i * 13 : x; // prettier-ignore
  }
  return new Uint8Array(data.buffer);
}

function reference(kernel: Kernel, inputs: readonly Uint8Array[]): Uint8Array {
  const outs = kernel.outputs.map((o) => new Uint8Array(sizeOf(o.spec.shape) * o.spec.dtype.itemsize));
  interpretKernel(kernel, inputs, outs);
  return Buffer.concat(outs);
}

/** A program around the kernel: operands from standard input, outputs to standard output. */
function program(kernel: Kernel): string {
  const sizes = [...kernel.inputs, ...kernel.outputs.map((o) => o.spec)].map((s) => sizeOf(s.shape) * s.dtype.itemsize);
  let at = 64;
  const starts = sizes.map((s) => {
    const start = at;
    at += Math.ceil(s / 64) * 64 + 64;
    return start;
  });
  const reads = kernel.inputs.map(
    (_, i) => `  if (fread(heap + ${starts[i]}, 1, ${sizes[i]}, stdin) != ${sizes[i]}) return 1;`,
  );
  const writes = kernel.outputs.map((_, k) => {
    const i = kernel.inputs.length + k;
    return `  fwrite(heap + ${starts[i]}, 1, ${sizes[i]}, stdout);`;
  });
  return `#include <stdio.h>
${printC(kernel)}
static _Alignas(64) char heap[${at}];
int main(void) {
  static const uint32_t args[] = { ${starts.join(', ')} };
${reads.join('\n')}
  k0(heap, args, 0, ${unitsOfC(kernel)});
${writes.join('\n')}
  return 0;
}
`;
}

const hasCompiler = spawnSync('cc', ['--version']).status === 0;

describe('C', () => {
  it.skipIf(!hasCompiler)(
    'computes the bits of the reference interpreter (needs a C compiler)',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'sporelet-c-'));
      try {
        for (const kernel of [...kernels, ...wide]) {
          const source = join(folder, `${kernel.name}.c`);
          const binary = join(folder, kernel.name);
          writeFileSync(source, program(kernel));
          execFileSync('cc', [...C_FLAGS, '-w', '-o', binary, source, '-lm']);
          const inputs = kernel.inputs.map(inputOf);
          const out = execFileSync(binary, { input: Buffer.concat(inputs) });
          expect(out.toString('hex'), kernel.name).toBe(Buffer.from(reference(kernel, inputs)).toString('hex'));
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    120_000,
  );
});

/** All dispatches of a kernel as text. */
function wgslOf(kernel: Kernel, software = false): string {
  const { steps } = compileForGpu(kernel, { ...LEAST_LIMITS, software });
  return steps.map((s) => (s.kind === 'dispatch' ? `${s.code}// workgroups: ${s.groups}\n` : `// copies ${s.parts.length}\n`)).join('\n'); // prettier-ignore
}

const product = kernelOf('MatMul', [t(float32, 48, 40), t(float32, 40, 96)], [48, 96], ([x, y], [i, j]) =>
  sum(40, (k) => x!.at(i!, k).mul(y!.at(k, j!))),
);
const convolution = kernelOf('Conv2D', [t(float32, 2, 3, 9, 9), t(float32, 8, 3, 3, 3)], [2, 8, 9, 9], ([x, w], [n, c, y, z]) =>
  sum([3, 3, 3], (i, a, b) => x!.padded([n!, i, y!.add(a).sub(1), z!.add(b).sub(1)], constant(0, float32)).mul(w!.at(c!, i, a, b)))); // prettier-ignore
const long = kernelOf('LongSum', [t(float32, 1 << 16)], [], ([x]) => sum(1 << 16, (k) => x!.at(k)));
const int64s = kernelOf('Int64', [t(int64, 20), t(int64, 20)], [20], ([x, y], i) => where(x!.at(...i).lt(y!.at(...i)), x!.at(...i).mul(y!.at(...i)), x!.at(...i).div(y!.at(...i)))); // prettier-ignore
const mask = kernelOf('Mask', [t(float32, 30)], [30], ([x], i) => x!.at(...i).gt(0));

describe('WGSL', () => {
  it.each([...kernels, wide[1]!, product, convolution, long, int64s, mask].map((k) => [k.name, k] as const))(
    '%s is printed as before, for a GPU',
    (_name, kernel) => expect(wgslOf(kernel)).toMatchSnapshot(),
  );
  it.each([product, convolution].map((k) => [k.name, k] as const))(
    '%s is printed as before, for a processor that imitates a GPU',
    (_name, kernel) => expect(wgslOf(kernel, true)).toMatchSnapshot(),
  );
  it('reads as a person would write it', () => {
    const text = wgslOf(kernels[0]!);
    expect(text.slice(text.indexOf('  let lid'))).toMatchInlineSnapshot(`
      "  let lid = i32(thread);
        let number = i32(group.x + group.y * groups.x);
        let unit = number * 64 + lid;
        let count = 15;
        if (unit >= count) { return; }
        let i1_0 = unit % 5;
        let r0 = unit / 5;
        let i0_1 = r0;
        let t1 = i0_1 * 5i;
        let t2 = t1 + i1_0;
        let t3 = p0[t2];
        let t4 = p1[i1_0];
        let t5 = t3 + t4;
        p2[t2] = t5;
      }
      // workgroups: 1
      "
    `);
  });
  it('refuses float64 by name, and computes float64 in between in float32', () => {
    expect(gpuRefusal(wide[0]!)).toMatch(/Float64/);
    const between = kernelOf('Between', [t(float32, 4)], [4], ([x], i) => x!.at(...i).cast(float64).mul(0.5).cast(float32)); // prettier-ignore
    expect(gpuRefusal(between)).toBeUndefined();
    expect(wgslOf(between)).toContain('let t1 = t0 * 0.5f;');
  });
  it('gathers operands into one buffer where a kernel may not have so many', () => {
    const many = kernelOf(
      'AddN',
      Array.from({ length: 11 }, () => t(float32, 30)),
      [30],
      (xs, i) => xs.map((x) => x.at(...i)).reduce((a, b) => a.add(b)),
    );
    const { steps } = compileForGpu(many, LEAST_LIMITS);
    expect(steps.map((s) => (s.kind === 'copy' ? s.parts.length : s.bindings.length))).toEqual([5, 8]);
  });
});
