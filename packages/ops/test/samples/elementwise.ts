import { bool, float16, float32, float64, int16, int32, int64, int8, uint32, uint64, uint8 } from '@sporelet/ir';
import type { Nd, Sample, SampleInput, Samples } from './sample.ts';
import { elementwise, nd } from './sample.ts';

interface Ranges {
  readonly x?: readonly [number, number];
  readonly y?: readonly [number, number];
}

const drawn = (shape: readonly number[], range: readonly [number, number] = [-2, 2]): SampleInput => ({
  shape,
  low: range[0],
  high: range[1],
});

const shapes = [
  [[37], [37]],
  [[2, 1, 3], [4, 1]],
  [[], [5]],
  [[3, 2], []],
  [[0, 3], [3]],
  [[], []],
] as const; // prettier-ignore

/** A float op of two operands over several pairs of shapes. */
function binary(f: (x: number, y: number) => number, { x, y }: Ranges = {}, more: Partial<Sample> = {}): Sample[] {
  return shapes.map(([a, b]) => ({
    ins: [drawn(a, x), drawn(b, y)],
    expect: elementwise((p, q) => f(p, q)),
    ...more,
  }));
}

const given = (values: readonly number[], shape: readonly number[] = [values.length]): SampleInput => ({
  shape,
  values,
});

/** Exact values in each of some dtypes. */
function exact(
  xs: readonly number[],
  ys: readonly number[],
  want: readonly number[],
  dtypes: Sample['dtypes'] & object,
): Sample {
  return { ins: [given(xs), given(ys)], values: [want], dtypes, grad: false };
}

const fixed = { dtypes: [float32, float64] };
/** Steps (or jumps) between the points of a finite difference. */
const noDerivative = { grad: false } as const;
const away = { x: [-5, 5], y: [0.6, 3] } as const;
const inf = Infinity;
const floorMod = (x: number, y: number): number => x - Math.floor(x / y) * y;

export const samples: Samples = {
  Add: [
    ...binary((x, y) => x + y),
    { ins: [given([1.5, -2, 0.25]), { ...given([2.5], []), scalar: true }], expect: elementwise((x, y) => x + y) },
    exact([120, -128, 5], [10, -1, 2], [-126, 127, 7], [int8]),
    // As MindSpore's x + y.
    {
      ins: [
        { ...given([1, 1, 0]), dtype: bool },
        { ...given([1, 0, 0]), dtype: bool },
      ],
      values: [[1, 1, 0]],
    },
    exact([250, 3], [10, 4], [4, 7], [uint8]),
    exact([2147483647, 1], [1, 2], [-2147483648, 3], [int32]),
    exact([4294967295, 1], [1, 2], [0, 3], [uint32]),
  ],
  Sub: [
    ...binary((x, y) => x - y),
    exact([-128, 5], [1, 7], [127, -2], [int8]),
    exact([3], [5], [254], [uint8]),
    { ins: [{ ...given([1], []), scalar: true }, drawn([4, 3])], expect: elementwise((x, y) => x - y) },
  ],
  Mul: [
    ...binary((x, y) => x * y),
    exact([100, -7], [3, 9], [44, -63], [int8]),
    {
      ins: [
        { ...given([1, 0, 1]), dtype: bool },
        { ...given([1, 1, 0]), dtype: bool },
      ],
      values: [[1, 0, 0]],
    },
    {
      ins: [
        { ...given([1, 2]), dtype: int64 },
        { ...given([3, 5]), dtype: int8 },
      ],
      values: [[3, 10]],
    },
  ],
  Div: [
    ...binary((x, y) => x / y, away),
    {
      ins: [
        { ...given([-7, 3, 1]), dtype: int32 },
        { ...given([2, -2, 0]), dtype: int32 },
      ],
      values: [[-3.5, -1.5, inf]],
    },
    {
      ins: [
        { ...given([3]), dtype: uint8 },
        { ...given([4]), dtype: uint8 },
      ],
      values: [[0.75]],
    },
    { ins: [given([1, -1, 0]), given([0, 0, 0])], values: [[inf, -inf, NaN]], grad: false },
  ],
  RealDiv: [
    ...binary((x, y) => x / y, away),
    exact([-7, -3, 0, 7, 5], [2, -2, 3, -3, 0], [-3, 1, 0, -2, 0], [int8, int16, int32, int64]),
  ],
  FloorDiv: [
    ...binary((x, y) => Math.floor(x / y), away, { ...fixed, ...noDerivative }),
    exact([-7, -3, 0, 7, 5], [2, -2, 3, -3, 0], [-4, 1, 0, -3, 0], [int8, int16, int32, int64]),
    exact([200, 7], [3, 0], [66, 0], [uint8, uint32, uint64]),
    exact([-7, 3, -5, 5], [2, 0, inf, -inf], [-4, inf, -0, -0], [float32, float64, float16]),
  ],
  TruncateDiv: [
    ...binary((x, y) => Math.trunc(x / y), away, { ...fixed, ...noDerivative }),
    exact([-7, -3, 7], [2, -2, -3], [-3, 1, -2], [int8, int32, int64, float32]),
  ],
  FloorMod: [
    ...binary(floorMod, away, { dtypes: [float64] }),
    exact([-7, -3, 0, 7, 3], [2, -2, 3, -3, 0], [1, -1, 0, -2, 0], [int8, int16, int32, int64]),
    exact([200, 7], [3, 4], [2, 3], [uint8, uint32, uint64]),
    // NumPy's remainder.
    exact([-7, 7, 5, -5, inf, 5.5], [2, -3, inf, inf, 2, 0], [1, -2, 5, inf, NaN, NaN], [float32, float64, float16]),
  ],
  Mod: [
    ...binary((x, y) => x % y, away, { dtypes: [float32, float64] }),
    exact([-7, -3, 0, 7, 3], [2, -2, 3, -3, 0], [-1, -1, 0, 1, 0], [int8, int16, int32, int64]),
    exact([5, -5, 5.5], [inf, inf, 0], [5, -5, NaN], [float32, float64, float16]),
  ],
  TruncateMod: [
    ...binary((x, y) => x % y, away, { dtypes: [float64] }),
    exact([-7, 7], [2, -3], [-1, 1], [int32, float32]),
  ],
  DivNoNan: [
    ...binary((x, y) => (y === 0 ? 0 : x / y), away),
    exact([1, 0, NaN, 3], [0, 0, 0, 2], [0, 0, 0, 1.5], [float32, float64, float16]),
    exact([7, 3], [2, 0], [3, 0], [int32]),
  ],
  Pow: [
    ...binary((x, y) => x ** y, { x: [0.2, 3], y: [-2, 2] }, { rtol: { Float16: 4e-3 } }),
    { ins: [drawn([7]), { ...given([3], []), scalar: true }], expect: elementwise((x, y) => x ** y) },
    exact([-2, -2, 0, 0, 2, inf], [3, -1, 0, 2, 0.5, -1], [-8, -0.5, 1, 0, Math.SQRT2, 0], [float64]),
    exact([2, -3, 0, 7], [5, 3, 0, 2], [32, -27, 1, 49], [int8, int16, int32, int64]),
    exact([1, -1, -1, 2, 0], [-5, -3, -4, -1, -1], [1, -1, 1, 0, 0], [int8, int32, int64]),
    exact([3, 2, 10], [4, 7, 2], [81, 128, 100], [uint8, uint32, uint64]),
    // Wraps: 3^21 = 10460353203.
    exact([3], [21], [1870418611], [int32]),
  ],
  Maximum: [
    ...binary((x, y) => Math.max(x, y)),
    exact([NaN, 1, -0, inf], [1, NaN, 0, 2], [NaN, NaN, 0, inf], [float32, float64, float16]),
    exact([-5, 7], [3, 2], [3, 7], [int8, int32, int64]),
    {
      ins: [
        { ...given([1, 0, 0]), dtype: bool },
        { ...given([0, 1, 0]), dtype: bool },
      ],
      values: [[1, 1, 0]],
    },
  ],
  Minimum: [
    ...binary((x, y) => Math.min(x, y)),
    exact([NaN, 1, -0, inf], [1, NaN, 0, 2], [NaN, NaN, -0, 2], [float32, float64, float16]),
    exact([200, 7], [3, 9], [3, 7], [uint8, uint32, uint64]),
    {
      ins: [
        { ...given([1, 0, 1]), dtype: bool },
        { ...given([0, 1, 1]), dtype: bool },
      ],
      values: [[0, 0, 1]],
    },
  ],
  SquaredDifference: [...binary((x, y) => (x - y) ** 2), exact([-7, 3], [2, 5], [81, 4], [int32])],
  Atan2: [
    ...binary(Math.atan2, { x: [-2, 2], y: [0.3, 2] }),
    exact(
      [1, -1, 0, -0, 1],
      [0, -1, -1, -1, 1],
      [Math.PI / 2, (-3 * Math.PI) / 4, Math.PI, -Math.PI, Math.PI / 4],
      [float64],
    ),
  ],
  Xlogy: [
    ...binary((x, y) => x * Math.log(y), { x: [-2, 2], y: [0.2, 3] }),
    exact([0, 0, 0, 2], [0, NaN, -1, -1], [0, NaN, 0, NaN], [float32, float64, float16]),
  ],
  Xdivy: [
    ...binary((x, y) => x / y, away),
    exact([0, 0, 1, -2], [0, NaN, 0, 4], [0, 0, inf, -0.5], [float32, float64, float16]),
  ],
  AddN: [
    { ins: [1, 2, 3].map(() => ({ ...drawn([3, 4]), group: 0 })), expect: total },
    { ins: [{ ...drawn([]), group: 0 }], expect: total },
    { ins: [1, 2].map(() => ({ ...drawn([0, 2]), group: 0 })), expect: total },
    {
      ins: [
        { ...given([1, 2]), dtype: int32, group: 0 },
        { ...given([3, 4]), dtype: int64, group: 0 },
      ],
      values: [[4, 6]],
    },
  ],
  Lerp: [
    { ins: [drawn([5]), drawn([5]), drawn([5], [0, 1])], expect: elementwise((a, b, w) => a + w * (b - a)) },
    { ins: [drawn([2, 3]), drawn([3]), { ...given([0.3], []), scalar: true }], expect: elementwise((a, b, w) => a + w * (b - a)) }, // prettier-ignore
  ],
  Addcmul: [
    { ins: [drawn([2, 3]), drawn([3]), drawn([2, 1])], expect: elementwise((x, a, b) => x + a * b) },
    { ins: [drawn([4]), drawn([4]), drawn([4]), { ...given([0.5], []), scalar: true }], expect: elementwise((x, a, b, v) => x + v * a * b) }, // prettier-ignore
    { ins: [drawn([4]), drawn([4]), drawn([4]), drawn([4])], expect: elementwise((x, a, b, v) => x + v * a * b) },
  ],
  Addcdiv: [
    { ins: [drawn([2, 3]), drawn([3]), drawn([2, 1], [0.6, 3])], expect: elementwise((x, a, b) => x + a / b) },
    { ins: [drawn([4]), drawn([4]), drawn([4], [0.6, 3]), drawn([])], expect: elementwise((x, a, b, v) => x + (v * a) / b) }, // prettier-ignore
  ],
};

function total(...ins: Nd[]): Nd {
  return nd(ins[0]!.shape, ins[0]!.data.map((_, i) => ins.reduce((sum, a) => sum + a.data[i]!, 0))); // prettier-ignore
}
