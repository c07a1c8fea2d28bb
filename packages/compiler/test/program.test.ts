import { constant, float32, int32, sum } from '@sporelet/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arenaOf } from '../src/arena.ts';
import { fuseProducers, fuseSiblings } from '../src/fuse.ts';
import { reindex } from '../src/fuse-inline.ts';
import { programText } from '../src/program-text.ts';
import { schedule } from '../src/schedule.ts';
import { Builder, each, f32, pullKernel, runProgram } from './program-support.ts';

const count = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);
const names = (p: { steps: readonly { kernel: { name: string } }[] }): string[] => p.steps.map((s) => s.kernel.name);

describe('reindex', () => {
  it('names the same element in another shape of the same size', () => {
    const factors = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });
    const joined = (dims: readonly number[], cuts: readonly boolean[]): number[] => {
      const out: number[] = [];
      dims.forEach((n, i) => (i && cuts[i] ? (out[out.length - 1]! *= n) : out.push(n)));
      return out;
    };
    fc.assert(
      fc.property(factors, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), (dims, a, b) => {
        const [from, to] = [joined(dims, a), joined(dims, b)];
        const size = dims.reduce((n, d) => n * d, 1);
        const row = (shape: readonly number[], i: number): number[] => {
          let rest = i;
          return [...shape].reverse().map((n) => [rest % n, (rest = Math.floor(rest / n))][0]!).reverse(); // prettier-ignore
        };
        for (let i = 0; i < size; i++) {
          const index = reindex(from, to, row(from, i).map((x) => constant(x, int32)));
          expect(index.map((e) => Number(e.value))).toEqual(row(to, i));
        }
      }),
      { numRuns: 100 },
    ); // prettier-ignore
  });
});

describe('joining producers with their readers', () => {
  const chain = () => {
    const b = new Builder();
    const [x, bias] = [b.input(f32(4, 6)), b.input(f32(6))];
    const sumOf = b.step(
      each('Add', [f32(4, 6), f32(6)], [4, 6], (p, q) => p.add(q)),
      x,
      bias,
    );
    const relu = b.step(
      each('ReLU', [f32(4, 6)], [4, 6], (p) => p.max(0)),
      sumOf,
    );
    return { b, x, bias, sumOf, relu };
  };
  it('makes one kernel of a chain, with the same result', () => {
    const { b, relu } = chain();
    const p = b.program([relu]);
    expect(names(fuseProducers(p))).toEqual(['Add ReLU']);
    const inputs = [count(24, -12), [0.5, -0.5, 1, 2, -3, 0]];
    expect(runProgram(p, inputs)).toEqual(runProgram(p, inputs, false));
  });
  it('keeps what is a result itself', () => {
    const { b, sumOf, relu } = chain();
    expect(names(fuseProducers(b.program([relu, sumOf])))).toEqual(['Add', 'ReLU']);
  });
  it('evaluates cheap producers in several readers, dear ones once', () => {
    for (const [fn, kernels] of [
      ['neg', 2],
      ['exp', 3],
    ] as const) {
      const b = new Builder();
      const x = b.input(f32(64));
      const y = b.step(
        each(fn, [f32(64)], [64], (p) => (fn === 'exp' ? p.exp() : p.neg())),
        x,
      );
      const twice = b.step(
        each('Twice', [f32(64)], [64], (p) => p.add(p)),
        y,
      );
      const total = b.step(
        pullKernel('Sum', [f32(64)], [], ([v]) => sum(64, (k) => v!.at(k))),
        y,
      );
      expect(fuseProducers(b.program([twice, total])).steps, fn).toHaveLength(kernels);
    }
  });
  it('reads through other shapes and guards', () => {
    const b = new Builder();
    const x = b.input(f32(3, 4));
    const twice = b.step(
      each('Twice', [f32(3, 4)], [3, 4], (p) => p.add(p)),
      x,
    );
    const padded = pullKernel('Pad', [f32(12)], [16], ([v], [i]) => v!.padded([i!.sub(2)], constant(7, float32)));
    const p = b.program([b.step(padded, twice)]);
    expect(fuseProducers(p).steps).toHaveLength(1);
    expect(runProgram(p, [count(12)])).toEqual([[7, 7, ...count(12).map((v) => 2 * v), 7, 7]]);
  });
  it('leaves a sum alone when it would add up in another order', () => {
    const b = new Builder();
    const x = b.input(f32(64, 40));
    // Transposed, the summed axis is no longer contiguous: 16 partial sums would become one.
    const t = b.step(
      pullKernel('Transpose', [f32(64, 40)], [40, 64], ([v], [i, j]) => v!.at(j!, i!)),
      x,
    );
    const total = pullKernel('Sum', [f32(40, 64)], [40], ([v], [i]) => sum(64, (k) => v!.at(i!, k)));
    const p = b.program([b.step(total, t)]);
    expect(names(fuseProducers(p))).toEqual(['Transpose', 'Sum']);
  });
  it('lets a matrix product read a transposed operand where it is', () => {
    const b = new Builder();
    const [x, w] = [b.input(f32(32, 24)), b.input(f32(32, 16))];
    const t = b.step(
      pullKernel('Transpose', [f32(32, 24)], [24, 32], ([v], [i, j]) => v!.at(j!, i!)),
      x,
    );
    const product = pullKernel('MatMul', [f32(24, 32), f32(32, 16)], [24, 16], ([a, c], [i, j]) => sum(32, (k) => a!.at(i!, k).mul(c!.at(k, j!)))); // prettier-ignore
    const p = b.program([b.step(product, t, w)]);
    expect(names(fuseProducers(p))).toEqual(['Transpose MatMul']);
    const inputs = [count(32 * 24).map((i) => Math.sin(i)), count(32 * 16).map((i) => Math.cos(i))];
    expect(runProgram(p, inputs)).toEqual(runProgram(p, inputs, false));
  });
});

describe('joining kernels side by side', () => {
  it('reads a common operand once, when nothing lies between them', () => {
    const b = new Builder();
    const x = b.input(f32(8, 16));
    const a = b.step(
      each('Neg', [f32(8, 16)], [8, 16], (p) => p.neg()),
      x,
    );
    const c = b.step(
      each('Exp', [f32(8, 16)], [8, 16], (p) => p.exp()),
      x,
    );
    const d = b.step(
      each('Mul', [f32(8, 16), f32(8, 16)], [8, 16], (p, q) => p.mul(q)),
      a,
      c,
    );
    const p = b.program([a, c, d]);
    expect(names(fuseSiblings(p))).toEqual(['Neg | Exp', 'Mul']);
    const inputs = [count(128).map((i) => Math.sin(i))];
    expect(runProgram(p, inputs)).toEqual(runProgram(p, inputs, false));
  });
});

describe('places of values', () => {
  const update = each('Step', [f32(8), f32(8)], [8], (p, g) => p.sub(g), 0);
  it('a Parameter is updated where it is, after everything that reads its old elements', () => {
    const b = new Builder();
    const [w, g] = [b.input(f32(8)), b.input(f32(8))];
    const next = b.step(update, w, g);
    const old = b.step(
      pullKernel('Sum', [f32(8)], [], ([v]) => sum(8, (k) => v!.at(k))),
      w,
    );
    const p = b.program([old], [[w, next]]);
    expect(names(schedule(p))).toEqual(['Sum', 'Step']);
    expect(runProgram(p, [count(8), count(8).map(() => 1)])).toEqual([[28], count(8, -1)]);
  });
  it.each([5, 7, 14, 19])('rows of %i are updated once where they are', (n) => {
    const b = new Builder();
    const [w, g] = [b.input(f32(3, n)), b.input(f32(n))];
    const next = b.step(
      each('Step', [f32(3, n), f32(n)], [3, n], (p, q) => p.sub(q), 0),
      w,
      g,
    );
    const p = b.program([], [[w, next]]);
    expect(runProgram(p, [count(3 * n), count(n)])).toEqual([count(3 * n).map((i) => i - (i % n))]);
  });
  it('two Parameters change places', () => {
    const b = new Builder();
    const [v, w] = [b.input(f32(4)), b.input(f32(4))];
    expect(runProgram(b.program([], [[v, w], [w, v]]), [count(4), count(4, 10)])).toEqual([count(4, 10), count(4)]); // prettier-ignore
  });
  it('an element that another step needs is not overwritten before', () => {
    const b = new Builder();
    const w = b.input(f32(20));
    // Reads its neighbour, so it must not write over what it still has to read.
    const shifted = b.step(
      pullKernel('Shift', [f32(20)], [20], ([v], [i]) => v!.at(i!.add(1).rem(20))),
      w,
    );
    expect(runProgram(b.program([], [[w, shifted]]), [count(20)])).toEqual([[...count(19, 1), 0]]);
  });
  it('a value may be several results, and an input one too', () => {
    const b = new Builder();
    const w = b.input(f32(4));
    const next = b.step(
      each('Twice', [f32(4)], [4], (p) => p.add(p)),
      w,
    );
    const p = b.program([next, next, w], [[w, next]]);
    const two = [0, 2, 4, 6];
    expect(runProgram(p, [count(4)])).toEqual([two, two, count(4), two]);
  });
  it('what nothing needs is not computed', () => {
    const b = new Builder();
    const x = b.input(f32(4));
    b.step(
      each('Neg', [f32(4)], [4], (p) => p.neg()),
      x,
    );
    const y = b.step(
      each('Twice', [f32(4)], [4], (p) => p.add(p)),
      x,
    );
    expect(names(schedule(b.program([y])))).toEqual(['Twice']);
  });
});

it('temporaries that live at the same time do not overlap, others share memory', () => {
  const lives = fc.array(fc.record({ first: fc.nat(9), length: fc.nat(5), bytes: fc.integer({ min: 1, max: 2000 }) }), { minLength: 1, maxLength: 12 }); // prettier-ignore
  fc.assert(
    fc.property(lives, (temps) => {
      const steps = count(16).map((s) => ({
        args: temps.flatMap(({ first, length }, index) => (s === first || s === first + length ? [{ kind: 'temp' as const, index }] : [])),
        ...{ fn: 0, kernel: 0, units: 1, grain: 1, cost: 1 },
      })); // prettier-ignore
      const { at, bytes } = arenaOf(temps.map((t) => t.bytes), steps, []); // prettier-ignore
      temps.forEach((p, i) =>
        temps.forEach((q, j) => {
          if (i >= j || p.first > q.first + q.length || q.first > p.first + p.length) return;
          expect(at[i]! + p.bytes <= at[j]! || at[j]! + q.bytes <= at[i]!).toBe(true);
        }),
      );
      const most = Math.max(...count(16).map((s) => temps.filter((t) => t.first <= s && s <= t.first + t.length).reduce((n, t) => n + Math.ceil(t.bytes / 64) * 64, 0))); // prettier-ignore
      expect(bytes).toBeGreaterThanOrEqual(most);
      expect(bytes).toBeLessThanOrEqual(2 * most);
    }),
  );
});

it('the text of a program says what each element is', () => {
  const b = new Builder();
  const [x, y] = [b.input(f32(2, 3)), b.input(f32(3))];
  const z = b.step(
    each('Add', [f32(2, 3), f32(3)], [2, 3], (p, q) => p.add(q)),
    x,
    y,
  );
  expect(programText(b.program([z]))).toBe(
    [
      'program test(in0: Float32(2, 3), in1: Float32(3,))',
      '  %2: Float32(2, 3) = Add(in0, in1)',
      '      %2[i0 < 2, i1 < 3] = (in0[i0, i1] + in1[i1])',
      '  return %2',
    ].join('\n'),
  );
});
