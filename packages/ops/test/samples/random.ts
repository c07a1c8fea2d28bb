import { threefry } from '@sporelet/core';
import { float16, float32, float64, int16, int32, int64, int8, uint32, uint8 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { nd } from './sample.ts';

const words = [0x13198a2e, 0x03707344] as const;
const key: SampleInput = { shape: [2], values: words, dtype: uint32 };

/** Drawn element by element with core's Threefry. */
function each(shape: readonly number[], f: (high: number, low: number, i: number) => number): Nd {
  const size = shape.reduce((a, b) => a * b, 1);
  return nd(
    shape,
    Array.from({ length: size }, (_, i) => f(...threefry(words, i, 0), i)),
  );
}
const unit = (high: number): number => (high >>> 8) * 2 ** -24;

/** A key is no number one differentiates or maps by example. */
const plain = { vmap: false } as const;

const uniform = (shape: readonly number[], f: (high: number, low: number) => number, attrs = {}): Sample => ({
  ins: [key],
  attrs: { shape, ...attrs },
  expect: () => each(shape, f),
  ...plain,
});

const normal = (high: number, low: number): number =>
  Math.sqrt(-2 * Math.log((high + 1) * 2 ** -32)) * Math.cos(((low >>> 8) * 2 * Math.PI) / 2 ** 24);

const integers = (shape: readonly number[], low: number, high: number, dtype = int32): Sample => ({
  ins: [key, { shape: [], values: [low], dtype }, { shape: [], values: [high], dtype }],
  attrs: { shape },
  expect: () =>
    each(shape, (a, b) => low + Number(((BigInt(a) << 32n) | BigInt(b)) % BigInt(high - low))),
  ...plain,
}); // prettier-ignore

const dropped = (shape: readonly number[], keepProb: number): Sample => ({
  ins: [{ shape }, key],
  attrs: { keepProb },
  expect: (x: Nd) => each(shape, (high, _low, i) => (unit(high) < Math.fround(keepProb) ? x.data[i]! / keepProb : 0)),
});

// Every call draws a new key, so only empty results can be compared between devices; random.test.ts looks at the others.
const drawing: Sample[] = [{ ins: [], attrs: { shape: [0] }, values: [[]] }];

export const samples: Samples = {
  UniformFromKey: [
    uniform([37], unit),
    uniform([2, 3, 4], unit),
    uniform([], unit),
    uniform([0], unit),
    uniform([9], (high, low) => ((high >>> 5) * 2 ** 26 + (low >>> 6)) * 2 ** -53, { dtype: float64 }),
    uniform([9], (high) => (high >>> 21) * 2 ** -11, { dtype: float16 }),
  ],
  NormalFromKey: [
    { ...uniform([37], normal), rtol: { Float32: 1e-5 } },
    { ...uniform([4, 5], normal, { dtype: float64 }), rtol: { Float32: 1e-12 } },
    { ...uniform([0], normal) },
  ],
  IntegersFromKey: [
    integers([37], -5, 12),
    integers([2, 3], 0, 2 ** 40, int64),
    integers([7], 0, 200, uint8),
    integers([], -100, 100, int8),
  ],
  DropoutFromKey: [
    { ...dropped([37], 0.5), dtypes: [float32, float64, float16] },
    { ...dropped([3, 4], 0.9) },
    { ...dropped([0], 0.5) },
    { ...dropped([5], 1) },
  ],
  PermutationFromKey: [
    { ins: [key], attrs: { n: 0 }, values: [[]], ...plain },
    { ins: [key], attrs: { n: 1, dtype: int16 }, values: [[0]], ...plain },
    { ins: [key], attrs: { n: 10 }, ...plain },
  ],
  UniformReal: drawing,
  StandardNormal: drawing,
  UniformInt: [{ ins: [{ shape: [], values: [1], dtype: int32 }, { shape: [], values: [5], dtype: int32 }], attrs: { shape: [0] }, values: [[]] }], // prettier-ignore
  Dropout: [{ ins: [{ shape: [0] }], values: [[], []] }, { ins: [{ shape: [3] }], attrs: { keepProb: 1 }, expect: (x: Nd) => [x, nd([3], [1, 1, 1])] }], // prettier-ignore
};
