import { describe, expect, it } from 'vitest';
import type { DType, Expr, Kernel, TensorSpec } from '@sporelet/ir';
import { View, axesFor, axisRef, bfloat16, bool, bounded, broadcastAt, constant, flatIndex, float16, float32, float64, int32, int64, int8, realDTypes, reduce, rmax, rmin, sizeOf, sum, uint16, uint32, uint64, uint8, where } from '@sporelet/ir'; // prettier-ignore
import { bothWays } from './run-plan.ts';

let seed = 1;
/** A small generator, so that runs repeat. */
function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
}

function fill(spec: TensorSpec, kind: 'small' | 'any' = 'small'): Uint8Array {
  const n = sizeOf(spec.shape);
  const { dtype } = spec;
  const data = new dtype.array(n);
  for (let i = 0; i < n; i++) {
    const r = random() * 8 - 4;
    if (dtype === bool) data[i] = r > 0 ? 1 : 0;
    else if (dtype === float16) data[i] = kind === 'any' ? Math.floor(random() * 65536) : 0x3000 + Math.floor(random() * 0x1400) + (r > 0 ? 0x8000 : 0);
    else if (dtype === bfloat16) data[i] = kind === 'any' ? Math.floor(random() * 65536) : 0x3e00 + Math.floor(random() * 0x200) + (r > 0 ? 0x8000 : 0);
    else if (dtype.itemsize === 8 && !dtype.isFloat) data[i] = kind === 'any' ? BigInt.asUintN(64, BigInt(Math.floor(random() * 2 ** 52)) * 4097n) : BigInt(Math.round(dtype.kind === 'uint' ? Math.abs(r) : r));
    else if (dtype.isFloat) data[i] = kind === 'any' && random() < 0.1 ? [NaN, Infinity, -Infinity, -0, 0, 1e-42][Math.floor(random() * 6)]! : r;
    else data[i] = kind === 'any' ? Math.floor(random() * 2 ** 32) : dtype.kind === 'uint' ? Math.abs(Math.round(r)) : Math.round(r);
  }
  return new Uint8Array(data.buffer);
} // prettier-ignore

type Build = (views: View[], i: Expr[]) => Expr | Expr[];

function kernelOf(inputs: TensorSpec[], shape: number[], build: Build, flat = false): Kernel {
  const axes = axesFor(shape);
  const values = [build(inputs.map((s, i) => new View(i, s)), axes.map(axisRef))].flat(); // prettier-ignore
  return {
    name: 'Test',
    inputs,
    outputs: values.map((value) => ({ form: 'pull', spec: { dtype: value.dtype, shape }, axes, value })),
    inPlace: values.map(() => -1),
    flat,
  };
}

/** NaN payloads are the only bits that may differ. */
function canonical(bytes: Uint8Array, dtype: DType): string {
  const data = new dtype.array(bytes.buffer, bytes.byteOffset, bytes.byteLength / dtype.itemsize);
  return Array.from(data as ArrayLike<number | bigint>, (v) => {
    if (dtype === float16) return (Number(v) & 0x7fff) > 0x7c00 ? 'nan' : String(v);
    if (dtype === bfloat16) return (Number(v) & 0x7fff) > 0x7f80 ? 'nan' : String(v);
    return Object.is(v, -0) ? '-0' : String(v);
  }).join();
}

function check(kernel: Kernel, inputs?: Uint8Array[], n = 0, kind: 'small' | 'any' = 'small'): void {
  const data = inputs ?? kernel.inputs.map((s) => fill(s, kind));
  for (const chunks of [1, 3]) {
    const { wasm, reference } = bothWays(kernel, data, n, chunks);
    wasm.forEach((w, i) => {
      const { dtype } = kernel.outputs[i]!.spec;
      expect(canonical(w, dtype)).toBe(canonical(reference[i]!, dtype));
    });
  }
}

const t = (dtype: DType, ...shape: number[]): TensorSpec => ({ dtype, shape });

describe('rows that fill no register equal the interpreter bit for bit', () => {
  it.each([3, 5, 7, 10, 14, 19, 28, 35])('of %i elements', (n) => {
    for (const dtype of [float32, float64, int8, float16]) {
      check(kernelOf([t(dtype, 3, n), t(dtype, n)], [3, n], ([x, y], [i, j]) => x!.at(i!, j!).mul(y!.at(j!))));
      check(kernelOf([t(dtype, 3, 2 * n + 1)], [3, n], ([x], [i, j]) => x!.at(i!, j!.mul(2)).max(x!.at(i!, j!.mul(2).add(1))))); // prettier-ignore
      check(kernelOf([t(dtype, 3, n)], [3, n], ([x], [i, j]) => x!.at(i!, j!.div(2)).sub(x!.at(i!, j!))));
    }
  });
});

describe('element-wise kernels equal the interpreter bit for bit', () => {
  const binary = ['add', 'sub', 'mul', 'div', 'min', 'max'] as const;
  for (const dtype of realDTypes.filter((d) => d !== bool)) {
    it(`arithmetic, ${dtype.name}`, () => {
      for (const fn of binary) {
        check(
          kernelOf([t(dtype, 37), t(dtype, 37)], [37], ([x, y], i) => x!.at(...i)[fn](y!.at(...i)), true),
          undefined,
          37,
          'any',
        );
      }
      for (const fn of ['neg', 'abs'] as const) {
        check(
          kernelOf([t(dtype, 21)], [21], ([x], i) => x!.at(...i)[fn](), true),
          undefined,
          21,
          'any',
        );
      }
    });
    it(`comparison and select, ${dtype.name}`, () => {
      for (const fn of ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const) {
        check(kernelOf([t(dtype, 37), t(dtype, 37)], [37], ([x, y], i) => {
          const c = x!.at(...i)[fn](y!.at(...i));
          return [c, where(c, x!.at(...i), y!.at(...i))];
        }), undefined, 0, 'any'); // prettier-ignore
      }
    });
    it(`casts from ${dtype.name}`, () => {
      for (const to of realDTypes) {
        check(
          kernelOf([t(dtype, 45)], [45], ([x], i) => x!.at(...i).cast(to)),
          undefined,
          0,
          'any',
        );
      }
    });
  }
  it('integer bits, remainders and shifts', () => {
    for (const dtype of [int8, int32, int64, uint8, uint16, uint32, uint64]) {
      for (const fn of ['and', 'or', 'xor', 'rem'] as const) {
        check(
          kernelOf([t(dtype, 29), t(dtype, 29)], [29], ([x, y], i) => x!.at(...i)[fn](y!.at(...i))),
          undefined,
          0,
          'any',
        );
      }
      check(
        kernelOf([t(dtype, 29)], [29], ([x], i) => x!.at(...i).not()),
        undefined,
        0,
        'any',
      );
    }
    check(kernelOf([t(int32, 29), t(int32, 29)], [29], ([x, y], i) => [x!.at(...i).shl(y!.at(...i)), x!.at(...i).shr(y!.at(...i)), x!.at(...i).shl(3)]), undefined, 0, 'any'); // prettier-ignore
  });
  it('float unary and rounding', () => {
    for (const dtype of [float32, float64, float16]) {
      for (const fn of ['sqrt', 'floor', 'ceil', 'trunc', 'round', 'sign'] as const) {
        check(
          kernelOf([t(dtype, 50)], [50], ([x], i) => x!.at(...i)[fn]()),
          undefined,
          0,
          'any',
        );
      }
    }
  });
  it('bool logic', () => {
    check(kernelOf([t(bool, 33), t(bool, 33)], [33], ([x, y], i) => [x!.at(...i).and(y!.at(...i)), x!.at(...i).xor(y!.at(...i)).not(), x!.at(...i).cast(float64)])); // prettier-ignore
  });
  it('broadcasting over several axes', () => {
    check(kernelOf([t(float32, 3, 1, 5), t(float32, 4, 1), t(float64, 1)], [3, 4, 5], ([x, y, z], i) =>
      broadcastAt(x!, i).mul(broadcastAt(y!, i)).cast(float64).add(broadcastAt(z!, i)))); // prettier-ignore
  });
});

describe('reductions equal the interpreter bit for bit', () => {
  for (const dtype of [float32, float64, float16, int32, int64]) {
    for (const shape of [
      [5, 7],
      [3, 16],
      [3, 40],
      [2, 9001],
      [40, 33],
      [1100, 18],
      [1, 5],
    ] as const) {
      it(`${dtype.name} (${shape.join(', ')})`, () => {
        const [m, n] = shape;
        const x = t(dtype, m, n);
        check(kernelOf([x], [m], ([a], [i]) => sum(n, (k) => a!.at(i!, k))));
        check(kernelOf([x], [n], ([a], [j]) => sum(m, (k) => a!.at(k, j!))));
        check(kernelOf([x], [], ([a]) => sum([m, n], (k, l) => a!.at(k, l))));
        check(kernelOf([x], [m], ([a], [i]) => rmax(n, (k) => a!.at(i!, k))));
        check(kernelOf([x], [n], ([a], [j]) => rmin(m, (k) => a!.at(k, j!))));
      });
    }
  }
  it('a full reduction of many elements, with a long expression in it', () => {
    check(kernelOf([t(float32, 20000)], [], ([x]) => sum(20000, (k) => x!.at(k).mul(x!.at(k)).add(1))));
  });
  it('any and all', () => {
    check(kernelOf([t(bool, 4, 35)], [4], ([x], [i]) => [reduce('any', 35, (k) => x!.at(i!, k)), reduce('all', 35, (k) => x!.at(i!, k))])); // prettier-ignore
    check(kernelOf([t(float64, 4, 35)], [4], ([x], [i]) => reduce('any', 35, (k) => x!.at(i!, k).gt(3.5))));
  });
  it('empty reductions give the neutral element', () => {
    check(kernelOf([t(float32, 4, 0)], [4], ([x], [i]) => sum(0, (k) => x!.at(i!, k))));
  });
});

describe('composite expressions', () => {
  it('softmax over rows and over columns', () => {
    for (const [m, n] of [
      [3, 5],
      [7, 33],
      [33, 64],
    ] as const) {
      check(kernelOf([t(float32, m, n)], [m, n], ([x], [i, j]) => {
        const top = rmax(n, (k) => x!.at(i!, k));
        return x!.at(i!, j!).sub(top).exp().div(sum(n, (k) => x!.at(i!, k).sub(top).exp()));
      })); // prettier-ignore
      check(kernelOf([t(float32, m, n)], [m, n], ([x], [i, j]) => {
        const top = rmax(m, (k) => x!.at(k, j!));
        return x!.at(i!, j!).sub(top).exp().div(sum(m, (k) => x!.at(k, j!).sub(top).exp()));
      })); // prettier-ignore
    }
  });
  it('statistics per channel are computed once, not once per element', () => {
    const [n, c, h] = [6, 3, 50];
    check(kernelOf([t(float32, n, c, h)], [n, c, h], ([x], [i, j, k]) => {
      const mean = sum([n, h], (a, b) => x!.at(a, j!, b)).div(n * h);
      return x!.at(i!, j!, k!).sub(mean);
    })); // prettier-ignore
  });
  it('argmax as two reductions', () => {
    check(kernelOf([t(float32, 6, 37)], [6], ([x], [i]) => {
      const top = rmax(37, (k) => x!.at(i!, k));
      return rmin(37, (k) => where(x!.at(i!, k).eq(top), k, constant(37, int32)));
    })); // prettier-ignore
  });
  it('windows with padding and strides', () => {
    const fillValue = constant(-Infinity, float32);
    check(kernelOf([t(float32, 2, 9, 11)], [2, 5, 6], ([x], [n, oy, ox]) =>
      rmax([3, 3], (ky, kx) => x!.padded([n!, oy!.mul(2).add(ky).sub(1), ox!.mul(2).add(kx).sub(1)], fillValue)))); // prettier-ignore
    check(kernelOf([t(float64, 5, 40)], [7, 44], ([x], [i, j]) => x!.padded([i!.sub(1), j!.sub(2)], constant(7, float64)))); // prettier-ignore
  });
  it('a matrix product too narrow for tiles, in both orders of operands', () => {
    check(kernelOf([t(float32, 5, 37), t(float32, 37, 3)], [5, 3], ([a, b], [m, n]) => sum(37, (k) => a!.at(m!, k).mul(b!.at(k, n!))))); // prettier-ignore
    check(kernelOf([t(float32, 5, 37), t(float32, 3, 37)], [5, 3], ([a, b], [m, n]) => sum(37, (k) => a!.at(m!, k).mul(b!.at(n!, k))))); // prettier-ignore
  });
  it('values that the inner loop does not change', () => {
    for (const dtype of [float64, int64, float32, bool]) {
      check(kernelOf([t(dtype)], [7], ([x]) => x!.at()));
      check(kernelOf([t(dtype, 5)], [5, 9], ([x], [i]) => x!.at(i!)));
    }
    check(kernelOf([t(float64, 3)], [3], ([x], [i]) => sum(37, () => x!.at(i!))));
  });
  it('transposes and reversed axes', () => {
    check(kernelOf([t(int32, 6, 7)], [7, 6], ([x], [i, j]) => x!.at(j!, i!)));
    check(kernelOf([t(uint8, 6, 27)], [6, 27], ([x], [i, j]) => x!.at(i!, constant(26, int32).sub(j!))));
  });
  it('iota, flat indices, div and rem of indices', () => {
    check(kernelOf([], [5, 23], (_, i) => flatIndex([5, 23], i).cast(float32)));
    check(kernelOf([t(float32, 10)], [45], ([x], [i]) => x!.at(i!.div(3).rem(10))));
    check(kernelOf([t(int32, 45)], [45], ([x], [i]) => [i!.div(4), i!.sub(20).rem(8), x!.at(i!).div(8), x!.at(i!).rem(16)]), undefined, 0, 'any'); // prettier-ignore
  });
});

describe('data-dependent indices', () => {
  const gather = (index: DType) =>
    kernelOf([t(float32, 6, 21), t(index, 4)], [4, 21], ([x, at], [i, j]) => x!.at(bounded(at!.at(i!), 6), j!));
  it('gathers rows, negative indices count from the end', () => {
    check(gather(int32), [fill(t(float32, 6, 21)), new Uint8Array(new Int32Array([0, -1, 5, 3]).buffer)]);
    check(gather(int64), [fill(t(float32, 6, 21)), new Uint8Array(new BigInt64Array([0n, -6n, 5n, 3n]).buffer)]);
  });
  it('gathers elements along the inner axis', () => {
    const k = kernelOf([t(float32, 30), t(int32, 21)], [21], ([x, at], [i]) => x!.at(bounded(at!.at(i!), 30)));
    check(k, [fill(t(float32, 30)), new Uint8Array(Int32Array.from({ length: 21 }, (_, i) => (i * 7) % 30).buffer)]);
  });
  it('indices that move with the inner axis twice', () => {
    const k = kernelOf([t(float64, 30), t(int32, 9)], [9], ([x, at], [i]) => x!.at(bounded(at!.at(i!), 20).add(i!)));
    check(k, [fill(t(float64, 30)), new Uint8Array(Int32Array.from({ length: 9 }, (_, i) => (i * 7) % 20).buffer)]);
  });
  it('reports an index out of range before anything is computed', () => {
    const bad = new Uint8Array(new Int32Array([0, -7, 5, 3]).buffer);
    expect(() => bothWays(gather(int32), [fill(t(float32, 6, 21)), bad])).toThrow('out of range');
  });
  it('pushes in order: the last writer wins, sums accumulate', () => {
    for (const op of ['set', 'add', 'max', 'mul'] as const) {
      for (const d of [5, 37]) {
        const spec = t(float32, 6, d);
        const rows = axesFor([8, d], 's');
        const [x, at, upd] = [spec, t(int32, 8), t(float32, 8, d)].map((s, i) => new View(i, s)) as [View, View, View];
        const out = axesFor([6, d]);
        const [i, j] = rows.map(axisRef) as [Expr, Expr];
        const kernel: Kernel = {
          name: 'Scatter',
          inputs: [spec, t(int32, 8), t(float32, 8, d)],
          outputs: [{ form: 'push', spec, axes: rows, index: [bounded(at.at(i), 6), j], value: upd.at(i, j), op, init: { axes: out, value: x.at(...out.map(axisRef)) } }],
          inPlace: [-1],
          flat: false,
        }; // prettier-ignore
        check(kernel, [
          fill(spec),
          new Uint8Array(new Int32Array([1, 2, 1, 5, 0, 1, 2, 2]).buffer),
          fill(t(float32, 8, d)),
        ]);
      }
    }
  });
});
