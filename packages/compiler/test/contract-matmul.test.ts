import type { DType, Expr, PullOutput, TensorSpec } from '@sporelet/ir';
import { View, float16, float32, float64, int32, int64, sum, uint32, uint64 } from '@sporelet/ir';
import { describe, expect, it } from 'vitest';
import { distance, inOrder, numbers, pull, random, randomData, runContraction, targets } from './contract-support.ts';

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Batch extents of both operands; 1 is broadcast, null is absent. */
  readonly batch?: readonly [number | null, number | null];
  readonly transposed?: readonly [boolean, boolean];
  readonly dtype?: DType;
  /** The dtype of the operands and of the output, where it is not `dtype`. */
  readonly stored?: readonly [operands: DType, output: DType];
  /** The output's axes are m, n, batch. */
  readonly batchLast?: boolean;
}

function describeCase(c: Case): string {
  const t = c.transposed ?? [false, false];
  const batch = c.batch ? ` batch ${c.batch.join(',')}` : '';
  return `${c.m}x${c.n}x${c.k}${t[0] ? ' A transposed' : ''}${t[1] ? ' B transposed' : ''}${batch} ${c.dtype?.name ?? ''} ${c.stored?.join('->') ?? ''}`;
}

function matmul(c: Case): { specs: TensorSpec[]; output: PullOutput; batch: number } {
  const { m, n, k } = c;
  const [ta, tb] = c.transposed ?? [false, false];
  const dtype = c.dtype ?? float32;
  const [operand, result] = c.stored ?? [dtype, dtype];
  const shape = (b: number | null, dims: number[]): number[] => (b === null ? dims : [b, ...dims]);
  const [ba, bb] = c.batch ?? [null, null];
  const specs = [
    { dtype: operand, shape: shape(ba, ta ? [k, m] : [m, k]) },
    { dtype: operand, shape: shape(bb, tb ? [n, k] : [k, n]) },
  ];
  const [a, b] = specs.map((s, i) => new View(i, s)) as [View, View];
  const lead = (extent: number | null, p: Expr): (Expr | number)[] => (extent === null ? [] : [extent === 1 ? 0 : p]);
  const value = (p: Expr, i: Expr, j: Expr): Expr =>
    sum(k, (q) => {
      const x = a.at(...lead(ba, p), ...(ta ? [q, i] : [i, q])).cast(dtype);
      return x.mul(b.at(...lead(bb, p), ...(tb ? [j, q] : [q, j])).cast(dtype));
    }).cast(result);
  const batch = Math.max(ba ?? 1, bb ?? 1);
  const output = c.batchLast
    ? pull([m, n, batch], result, (i, j, p) => value(p, i, j))
    : pull([batch, m, n], result, (p, i, j) => value(p, i, j));
  return { specs, output, batch };
}

function naive(c: Case, a: readonly number[], b: readonly number[], batch: number): Float64Array {
  const { m, n, k } = c;
  const [ta, tb] = c.transposed ?? [false, false];
  const out = new Float64Array(batch * m * n);
  for (let p = 0; p < batch; p++) {
    const [a0, b0] = [(c.batch?.[0] ?? 1) > 1 ? p * m * k : 0, (c.batch?.[1] ?? 1) > 1 ? p * k * n : 0];
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let total = 0;
        for (let q = 0; q < k; q++)
          total += a[a0 + (ta ? q * m + i : i * k + q)]! * b[b0 + (tb ? j * k + q : q * n + j)]!;
        out[c.batchLast ? (i * n + j) * batch + p : (p * m + i) * n + j] = total;
      }
    }
  }
  return out;
}

/** Sums of up to 1000 products below 1/4: far more than the rounding of each. */
const tolerance = (d: DType): number => (d === float64 ? 1e-12 : d === float32 ? 5e-5 : d === float16 ? 1e-2 : 0);

function check(c: Case, chunk?: number): void {
  const { specs, output, batch } = matmul(c);
  const next = random(c.m * 31 + c.n * 7 + c.k);
  const data = specs.map((s) => randomData(s, next));
  const [a, b] = specs.map((s, i) => numbers(data[i]!, s.dtype)) as [number[], number[]];
  for (const relaxed of targets) {
    const { out } = runContraction(output, specs, data, { relaxed, ...(chunk ? { chunk } : {}) });
    const got = numbers(out, output.spec.dtype);
    expect(distance(got, naive(c, a, b, batch)), describeCase(c)).toBeLessThanOrEqual(tolerance(output.spec.dtype));
  }
}

describe('matrix products', () => {
  it('have every size of tile and edge', () => {
    for (let m = 4; m <= 17; m++) check({ m, n: 11, k: 13 });
    for (let n = 4; n <= 25; n++) check({ m: 7, n, k: 19 });
    for (const k of [4, 31, 256, 257, 320, 321, 641, 1000]) check({ m: 9, n: 17, k });
    check({ m: 127, n: 131, k: 37 });
  });

  it.each([
    [false, true],
    [true, false],
    [true, true],
  ] as const)('take transposed operands: A %s, B %s', (ta, tb) => {
    for (const [m, n, k] of [[13, 23, 29], [40, 8, 400], [4, 50, 17]] as const) check({ m, n, k, transposed: [ta, tb] }); // prettier-ignore
  });

  it.each([
    [3, 3],
    [3, null],
    [null, 3],
    [1, 2],
    [2, 1],
  ] as const)('broadcast batches %s and %s', (ba, bb) => {
    for (const transposed of [[false, false], [true, true]] as const) {
      check({ m: 11, n: 9, k: 14, batch: [ba, bb], transposed });
      check({ m: 30, n: 16, k: 330, batch: [ba, bb], transposed });
    } // prettier-ignore
  });

  it('permute outputs whose last axis is common to both operands', () => {
    check({ m: 6, n: 10, k: 12, batch: [5, 5], batchLast: true });
    check({ m: 6, n: 10, k: 12, batch: [5, 1], batchLast: true });
  });

  it.each([float64, int32, uint32, int64, uint64].map((d) => [d.name, d] as const))('compute in %s', (_, dtype) => {
    check({ m: 13, n: 17, k: 11, dtype });
    check({ m: 5, n: 4, k: 700, dtype, transposed: [true, true] });
    check({ m: 8, n: 9, k: 10, dtype, batch: [2, 2], transposed: [false, true] });
  });

  it('convert float16 operands and results', () => {
    for (const output of [float16, float32]) {
      check({ m: 13, n: 17, k: 40, stored: [float16, output] });
      check({ m: 13, n: 17, k: 40, stored: [float16, output], transposed: [true, true], batch: [2, 1] });
    }
  });
});

describe('the bits of a matrix product', () => {
  it.each([
    { m: 61, n: 67, k: 700 },
    { m: 50, n: 33, k: 90, transposed: [true, true] as const, batch: [3, 1] as const },
  ])('do not depend on how units are shared out: $m x $n x $k', (c) => {
    const { specs, output } = matmul(c);
    const next = random(5);
    const data = specs.map((s) => randomData(s, next));
    for (const relaxed of targets) {
      const whole = runContraction(output, specs, data, { relaxed }).out;
      for (const chunk of [1, 2, 3, 7]) {
        expect(runContraction(output, specs, data, { relaxed, chunk }).out).toEqual(whole);
      }
    }
  });
});

describe('the order of a sum', () => {
  it.each([{ m: 7, n: 9, k: 321 }, { m: 5, n: 8, k: 1000, transposed: [true, true] as const }])('is what contractionOrder says: $k', (c) => {
    const { specs, output } = matmul(c);
    const next = random(3);
    const data = specs.map((s) => randomData(s, next));
    const { out, contraction } = runContraction(output, specs, data);
    expect(distance(numbers(out, float32), inOrder(contraction, data))).toBe(0);
  }); // prettier-ignore
});
