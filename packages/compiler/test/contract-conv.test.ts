import type { PullOutput, TensorSpec, TypedArray } from '@sporelet/ir';
import { View, constant, float16, float32, float64, int32, sum } from '@sporelet/ir';
import type { DType } from '@sporelet/ir';
import { describe, expect, it } from 'vitest';
import { recognizeContraction } from '../src/contract.ts';
import { orderOf } from '../src/fuse-cost.ts';
import { distance, inOrder, numbers, pull, random, randomData, runContraction, targets } from './contract-support.ts';

interface Conv {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
  readonly co: number;
  readonly kh: number;
  readonly kw: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

type Direction = 'forward' | 'input gradient' | 'weight gradient';

const size = (c: Conv, n: number, k: number): number =>
  Math.floor((n + 2 * c.pad - c.dilation * (k - 1) - 1) / c.stride) + 1;
const outH = (c: Conv): number => size(c, c.h, c.kh);
const outW = (c: Conv): number => size(c, c.w, c.kw);

const shapes = (c: Conv): Record<'x' | 'w' | 'y', number[]> => ({
  x: [c.n, c.c, c.h, c.w],
  w: [c.co, c.c, c.kh, c.kw],
  y: [c.n, c.co, outH(c), outW(c)],
});

/** The kernel of a direction as ops declare it. */
function declare(c: Conv, direction: Direction, dtype: DType = float32): { specs: TensorSpec[]; output: PullOutput } {
  const { x, w, y } = shapes(c);
  const operands = direction === 'forward' ? [x, w] : direction === 'input gradient' ? [y, w] : [y, x];
  const specs = operands.map((shape) => ({ dtype, shape }));
  const [a, b] = specs.map((s, i) => new View(i, s)) as [View, View];
  const acc = dtype === float16 ? float32 : dtype;
  const zero = constant(0, dtype);
  const { stride: s, dilation: d, pad: p } = c;
  if (direction === 'forward') {
    const output = pull(y, dtype, (n, co, oy, ox) =>
      sum([c.c, c.kh, c.kw], (ci, ky, kx) => {
        const index = [n, ci, oy.mul(s).add(ky.mul(d)).sub(p), ox.mul(s).add(kx.mul(d)).sub(p)];
        return a
          .padded(index, zero)
          .cast(acc)
          .mul(b.at(co, ci, ky, kx).cast(acc));
      }).cast(dtype),
    );
    return { specs, output };
  }
  if (direction === 'input gradient') {
    const output = pull(x, dtype, (n, ci, iy, ix) =>
      sum([c.co, c.kh, c.kw], (co, ky, kx) => {
        const index = [n, co, iy.add(p).sub(ky.mul(d)), ix.add(p).sub(kx.mul(d))];
        return a
          .padded(index, zero)
          .cast(acc)
          .mul(b.at(co, ci, ky, kx).cast(acc));
      }).cast(dtype),
    );
    return { specs, output };
  }
  const output = pull(w, dtype, (co, ci, ky, kx) =>
    sum([c.n, outH(c), outW(c)], (n, oy, ox) => {
      const index = [n, ci, oy.mul(s).add(ky.mul(d)).sub(p), ox.mul(s).add(kx.mul(d)).sub(p)];
      return a.at(n, co, oy, ox).cast(acc).mul(b.padded(index, zero).cast(acc));
    }).cast(dtype),
  );
  return { specs, output };
}

/** Visits the offsets in x, w and y of every product of a convolution. */
function products(c: Conv, visit: (x: number, w: number, y: number) => void): void {
  const [oh, ow] = [outH(c), outW(c)];
  for (let n = 0; n < c.n; n++)
    for (let co = 0; co < c.co; co++)
      for (let oy = 0; oy < oh; oy++)
        for (let ox = 0; ox < ow; ox++)
          for (let ci = 0; ci < c.c; ci++)
            for (let ky = 0; ky < c.kh; ky++)
              for (let kx = 0; kx < c.kw; kx++) {
                const iy = oy * c.stride + ky * c.dilation - c.pad;
                const ix = ox * c.stride + kx * c.dilation - c.pad;
                if (iy < 0 || iy >= c.h || ix < 0 || ix >= c.w) continue;
                const x = ((n * c.c + ci) * c.h + iy) * c.w + ix;
                visit(x, ((co * c.c + ci) * c.kh + ky) * c.kw + kx, ((n * c.co + co) * oh + oy) * ow + ox);
              }
} // prettier-ignore

function naive(
  c: Conv,
  direction: Direction,
  a: readonly number[],
  b: readonly number[],
  length: number,
): Float64Array {
  const out = new Float64Array(length);
  if (direction === 'forward') products(c, (x, w, y) => (out[y]! += a[x]! * b[w]!));
  else if (direction === 'input gradient') products(c, (x, w, y) => (out[x]! += a[y]! * b[w]!));
  else products(c, (x, w, y) => (out[w]! += a[y]! * b[x]!));
  return out;
}

/** Sums of up to 2000 products below 1/4. */
const tolerance = (d: DType): number => (d === float64 ? 1e-12 : d === float32 ? 1e-4 : d === float16 ? 2e-2 : 0);

function data(specs: readonly TensorSpec[]): TypedArray[] {
  const next = random(11);
  return specs.map((s) => randomData(s, next));
}

function check(c: Conv, direction: Direction, kind: string, dtype: DType = float32): void {
  const { specs, output } = declare(c, direction, dtype);
  const inputs = data(specs);
  const [a, b] = inputs.map((x) => numbers(x, dtype)) as [number[], number[]];
  for (const relaxed of targets) {
    const { out, contraction } = runContraction(output, specs, inputs, { relaxed });
    expect(contraction.plan.kind).toBe(kind);
    const expected = naive(c, direction, a, b, out.length);
    expect(distance(numbers(out, dtype), expected), `${direction} ${JSON.stringify(c)}`).toBeLessThanOrEqual(tolerance(dtype)); // prettier-ignore
  }
}

const base: Conv = { n: 16, c: 3, h: 9, w: 11, co: 8, kh: 3, kw: 3, stride: 1, dilation: 1, pad: 0 };
const lenet: Conv = { ...base, n: 8, c: 6, h: 14, w: 14, co: 16, kh: 5, kw: 5 };

const cases: [string, Conv][] = [
  ['LeNet', lenet],
  ['one channel', { ...base, c: 1, h: 12, w: 12, co: 6, kh: 5, kw: 5 }],
  ['padding', { ...base, pad: 1 }],
  ['more padding than window', { ...base, pad: 3, kh: 2 }],
  ['stride 2', { ...base, stride: 2 }],
  ['stride 2 and padding', { ...base, stride: 2, pad: 2, kw: 4 }],
  ['stride 3 over a remainder', { ...base, stride: 3, pad: 1, w: 13 }],
  ['dilation 2', { ...base, dilation: 2, pad: 2 }],
  ['a batch of no whole number of lanes', { ...base, n: 13, pad: 1 }],
  ['few output channels', { ...base, co: 2, pad: 1 }],
  ['one output channel', { ...base, co: 1 }],
  ['output channels of several tiles', { ...base, co: 19, w: 7 }],
  ['many input channels', { ...base, n: 8, c: 70, h: 5, w: 6, co: 7, pad: 1 }],
  ['a window along one axis', { ...base, kh: 1, kw: 3, h: 1, w: 29, pad: 0 }],
  ['large planes', { ...base, n: 8, c: 2, h: 40, w: 37, co: 3, pad: 1 }],
];

describe('convolutions with the batch in lanes', () => {
  it.each(cases)('forward: %s', (_, c) => check(c, 'forward', 'lanes'));
  it.each(cases.filter(([, c]) => c.stride === 1 && c.co * c.kh * c.kw >= 4))('input gradient: %s', (_, c) => check(c, 'input gradient', 'lanes')); // prettier-ignore
});

describe('weight gradients', () => {
  it.each(cases)('%s', (_, c) => {
    check(c, 'weight gradient', 'grad');
  });
});

describe('small batches', () => {
  const small = cases.map(([name, c]) => [name, { ...c, n: 3 }] as const).filter(([, c]) => c.co >= 4);
  it.each(small)('%s', (_, c) => {
    for (const direction of ['forward', 'input gradient', 'weight gradient'] as const) {
      if (direction === 'input gradient' && c.stride > 1) continue;
      const { specs, output } = declare(c, direction);
      const found = recognizeContraction(output, specs);
      if (found) check(c, direction, found.plan.kind);
    }
  });
});

describe('other dtypes', () => {
  it.each([
    ['float64', float64, 'gemm'],
    ['int32', int32, 'lanes'],
    ['float16', float16, 'lanes'],
  ] as const)('%s', (_, dtype, kind) => {
    check({ ...base, pad: 1 }, 'forward', kind, dtype);
    check({ ...base, pad: 1 }, 'weight gradient', kind === 'lanes' ? 'grad' : kind, dtype);
  });
});

describe('groups', () => {
  it('are an axis of both operands', () => {
    const [n, g, cg, og, h] = [13, 3, 2, 4, 7];
    const specs = [{ dtype: float32, shape: [n, g * cg, h, h] }, { dtype: float32, shape: [g * og, cg, 3, 3] }]; // prettier-ignore
    const [x, w] = specs.map((s, i) => new View(i, s)) as [View, View];
    const output = pull([n, g, og, h, h], float32, (b, i, o, oy, ox) =>
      sum([cg, 3, 3], (c, ky, kx) => {
        const index = [b, i.mul(cg).add(c), oy.add(ky).sub(1), ox.add(kx).sub(1)];
        return x.padded(index, constant(0, float32)).mul(w.at(i.mul(og).add(o), c, ky, kx));
      }),
    );
    const inputs = data(specs);
    const { out, contraction } = runContraction(output, specs, inputs);
    expect(contraction.plan.kind).toBe('lanes');
    const [a, b] = inputs.map((d) => numbers(d, float32)) as [number[], number[]];
    const expected = new Float64Array(out.length);
    for (let i = 0; i < g; i++) {
      // Each group is a convolution of its own channels.
      const part: Conv = { n, c: cg, h, w: h, co: og, kh: 3, kw: 3, stride: 1, dilation: 1, pad: 1 };
      const plane = h * h;
      products(part, (xAt, wAt, yAt) => {
        const [image, within] = [Math.floor(xAt / (cg * plane)), xAt % (cg * plane)];
        const [image2, within2] = [Math.floor(yAt / (og * plane)), yAt % (og * plane)];
        const [xIndex, yIndex] = [(image * g + i) * cg * plane + within, (image2 * g + i) * og * plane + within2];
        expected[yIndex]! += a[xIndex]! * b[i * og * cg * 9 + wAt]!;
      });
    }
    expect(distance(numbers(out, float32), expected)).toBeLessThanOrEqual(1e-5);
  });
});

/** Weight gradients in groups, by how many: with lanes and groups that are not full. */
const inGroups: readonly [number, Conv][] = [
  [2, { ...base, n: 17, c: 1, h: 20, w: 20, co: 6, kh: 5, kw: 5 }],
  [5, { ...base, n: 65, c: 2, h: 14, w: 14, co: 8 }],
  [6, { ...base, n: 65, c: 3, h: 14, w: 14, co: 8, kh: 5, kw: 5 }],
  [8, { ...base, n: 30, c: 1, h: 32, w: 32, co: 6, kh: 5, kw: 5 }],
  [4, { ...base, n: 16, c: 2, h: 30, w: 30, co: 9, stride: 2, dilation: 2, pad: 3, kh: 5, kw: 5 }],
  [6, { ...base, n: 61, c: 16, h: 8, w: 8, co: 33 }],
  // Too much work for a unit: it is cut further.
  [2, { ...lenet, n: 7, h: 18, w: 18 }],
];

describe('weight gradients in groups', () => {
  it.each(inGroups)('%i groups: %o', (groups, c) => {
    check(c, 'weight gradient', 'grad');
    const { specs, output } = declare(c, 'weight gradient');
    const inputs = data(specs);
    const { out, contraction } = runContraction(output, specs, inputs);
    expect(contraction.plan).toMatchObject({ groups });
    expect(distance(numbers(out, float32), inOrder(contraction, inputs))).toBe(0);
    for (const chunk of [1, 3]) expect(runContraction(output, specs, inputs, { chunk }).out).toEqual(out);
  });

  it('are part of what tells orders apart', () => {
    const { specs, output } = declare(inGroups[0]![1], 'weight gradient');
    const kernel = { name: 'gradient', inputs: specs, outputs: [output], inPlace: [-1], flat: false };
    // Three blocks of lanes of 16 x 16 positions in the first group.
    expect(orderOf(kernel)).toMatch(/^contraction \d+\/\d+\/768 4 17 /);
  });

  it('are few where there is little work, or where sums are many', () => {
    const groupsOf = (c: Conv): unknown => {
      const { specs, output } = declare(c, 'weight gradient');
      return recognizeContraction(output, specs)?.plan;
    };
    expect(groupsOf({ ...lenet, n: 4 })).toMatchObject({ groups: 1 });
    expect(groupsOf({ ...lenet, n: 64 })).toMatchObject({ groups: 8 });
    expect(groupsOf({ ...base, n: 16, c: 256, h: 6, w: 6, co: 256 })).toMatchObject({ groups: 1 });
  });
});

describe('the bits of a convolution', () => {
  it.each(['forward', 'input gradient', 'weight gradient'] as const)('%s: do not depend on how units are shared out', (direction) => {
    const { specs, output } = declare({ ...lenet, pad: 1 }, direction);
    const inputs = data(specs);
    for (const relaxed of targets) {
      const whole = runContraction(output, specs, inputs, { relaxed }).out;
      for (const chunk of [1, 3, 5]) {
        expect(runContraction(output, specs, inputs, { relaxed, chunk }).out).toEqual(whole);
      }
    }
  }); // prettier-ignore
});

describe('the order of a sum', () => {
  it.each([
    ['forward', lenet, 'lanes'],
    ['forward', { ...base, n: 8, c: 64, h: 4, w: 5, pad: 1 }, 'lanes'],
    ['forward', { ...base, n: 1, c: 7, h: 40, w: 12 }, 'gemm'],
    ['input gradient', { ...lenet, n: 8, pad: 1 }, 'lanes'],
    ['weight gradient', { ...base, n: 13, pad: 1 }, 'grad'],
    ['weight gradient', { ...base, n: 2, h: 40, w: 30 }, 'gemm'],
    ['weight gradient', { ...base, c: 15, n: 3 }, 'lanes'],
  ] as const)('is what contractionOrder says: %s %o', (direction, c, kind) => {
    const { specs, output } = declare(c, direction);
    const inputs = data(specs);
    const { out, contraction } = runContraction(output, specs, inputs);
    expect(contraction.plan.kind).toBe(kind);
    expect(distance(numbers(out, float32), inOrder(contraction, inputs))).toBe(0);
  });
});
