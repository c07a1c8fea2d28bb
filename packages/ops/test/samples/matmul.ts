import { int32, int64, int8 } from '@sporelet/ir';
import type { Nd, Sample, Samples } from './sample.ts';
import { at, make } from './shape-oracle.ts';

type Dims = readonly number[];

interface Flags {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const pick = (x: Nd, lead: Dims, row: number, column: number): number => {
  const own = lead.slice(lead.length - (x.shape.length - 2));
  return at(x, [...own.map((k, d) => (x.shape[d] === 1 ? 0 : k)), row, column]); // prettier-ignore
};

function product(x: Nd, y: Nd, { transposeA, transposeB }: Flags): Nd {
  const [m, n] = transposeA ? [x.shape.at(-1)!, x.shape.at(-2)!] : [x.shape.at(-2)!, x.shape.at(-1)!];
  const p = transposeB ? y.shape.at(-2)! : y.shape.at(-1)!;
  const rank = Math.max(x.shape.length, y.shape.length) - 2;
  const lead = Array.from({ length: rank }, (_, d) => {
    const [a, b] = [x.shape[d - rank + x.shape.length - 2] ?? 1, y.shape[d - rank + y.shape.length - 2] ?? 1];
    return a === 1 ? b : a;
  });
  return make([...lead, m, p], (i) => {
    const [head, r, c] = [i.slice(0, -2), i.at(-2)!, i.at(-1)!];
    let sum = 0;
    for (let k = 0; k < n; k++) {
      sum +=
        (transposeA ? pick(x, head, k, r) : pick(x, head, r, k)) *
        (transposeB ? pick(y, head, c, k) : pick(y, head, k, c));
    }
    return sum;
  });
}

const all: readonly Flags[] = [{}, { transposeA: true }, { transposeB: true }, { transposeA: true, transposeB: true }];
const swapped = (shape: Dims, yes: boolean | undefined): Dims =>
  yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;

const times = (x: Dims, y: Dims, flags: Flags = {}, more: Partial<Sample> = {}): Sample => ({
  ins: [{ shape: swapped(x, flags.transposeA) }, { shape: swapped(y, flags.transposeB) }],
  attrs: { ...flags },
  expect: (a, b) => product(a, b, flags),
  ...more,
});

/** Too large to differentiate element by element. */
const large = { grad: false, vmap: false, rtol: { Float32: 2e-5, Float16: 4e-3 } };

export const samples: Samples = {
  MatMul: [
    ...all.flatMap((flags) => [times([3, 4], [4, 5], flags), times([1, 7], [7, 1], flags)]),
    ...all.map((flags) => times([33, 50], [50, 29], flags, large)),
    times([17, 700], [700, 9], {}, large),
    ...[1, 2, 3].flatMap((m) => all.map((flags) => times([m, 70], [70, 37], flags, large))),
    ...all.map((flags) => times([45, 40], [40, 1], flags, large)),
    times([2, 0], [0, 3]),
    times([0, 2], [2, 3]),
    times([3, 4], [4, 2], {}, { dtypes: [int32, int64, int8] }),
  ],
  BatchMatMul: [
    ...all.map((flags) => times([2, 3, 4], [2, 4, 5], flags)),
    times([2, 1, 2, 3], [4, 3, 2]),
    times([3, 2], [2, 3, 2, 4], { transposeA: true }),
    times([3, 2], [2, 1]),
    times([5, 20, 30], [5, 30, 25], { transposeB: true }, large),
    times([2, 2, 3], [2, 3, 2], {}, { dtypes: [int32] }),
  ],
  BiasAdd: [
    { ins: [{ shape: [2, 3] }, { shape: [3] }], expect: (x, b) => make([2, 3], (i) => at(x, i) + b.data[i[1]!]!) },
    {
      ins: [{ shape: [2, 3, 4, 5] }, { shape: [3] }],
      expect: (x, b) => make([2, 3, 4, 5], (i) => at(x, i) + b.data[i[1]!]!),
    },
    {
      ins: [{ shape: [2, 4, 3] }, { shape: [3] }],
      attrs: { dataFormat: 'NHWC' },
      expect: (x, b) => make([2, 4, 3], (i) => at(x, i) + b.data[i[2]!]!),
    },
    { ins: [{ shape: [0, 2] }, { shape: [2] }], expect: (x) => x },
  ],
  Dense: [
    { ins: [{ shape: [2, 3] }, { shape: [4, 3] }], expect: (x, w) => product(x, w, { transposeB: true }) },
    {
      ins: [{ shape: [2, 2, 3] }, { shape: [4, 3] }, { shape: [4] }],
      expect: (x, w, b) =>
        make([2, 2, 4], ([i, j, o]) =>
          [0, 1, 2].reduce((s, k) => s + at(x, [i!, j!, k]) * at(w, [o!, k]), b.data[o!]!),
        ),
    },
    {
      ins: [{ shape: [3] }, { shape: [4, 3] }, { shape: [4] }],
      expect: (x, w, b) => make([4], ([o]) => [0, 1, 2].reduce((s, k) => s + x.data[k]! * at(w, [o!, k]), b.data[o!]!)),
    },
    {
      ins: [{ shape: [2, 3] }, { shape: [3] }, { shape: [] }],
      expect: (x, w, b) => make([2], ([i]) => [0, 1, 2].reduce((s, k) => s + at(x, [i!, k]) * w.data[k]!, b.data[0]!)),
    },
  ],
};
