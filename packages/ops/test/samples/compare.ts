import { bfloat16, bool, float16, float32, float64, int16, int32, int64, int8, uint16, uint32, uint64, uint8 } from '@sporelet/ir'; // prettier-ignore
import type { DType } from '@sporelet/ir';
import type { Sample, SampleInput, Samples } from './sample.ts';
import { elementwise } from './sample.ts';

const given = (values: readonly number[], dtype?: DType): SampleInput => ({ shape: [values.length], values, ...(dtype ? { dtype } : {}) }); // prettier-ignore
const flag = (b: boolean): number => Number(b);
const every: readonly DType[] = [bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64]; // prettier-ignore

const some = [0, 1, 1, 0, 1];
const others = [1, 0, 1, 0, 1];

/** A comparison in every dtype, over broadcast shapes, and with NaN and infinities. */
function comparison(f: (x: number, y: number) => boolean): Sample[] {
  const expect = elementwise((x, y) => flag(f(x, y)));
  return [
    { ins: [given(some), given(others)], dtypes: every, expect },
    { ins: [{ shape: [2, 1, 3] }, { shape: [4, 1] }], dtypes: [int32, float32], expect },
    { ins: [{ shape: [17] }, { shape: [17] }], dtypes: [int8, int64, uint8, float64, float16], expect },
    { ins: [given([NaN, 1, -0, Infinity, -1]), given([NaN, NaN, 0, Infinity, -2])], expect },
    { ins: [{ shape: [0] }, { shape: [] }], expect },
    { ins: [given([1, 2, 3]), { shape: [], values: [2], scalar: true }], dtypes: [int32, float32], expect },
    { ins: [given([4000000000, 5], uint32), given([1, 5], uint32)], expect },
  ];
}

const truth = (f: (x: boolean, y: boolean) => boolean): Sample[] => {
  const expect = elementwise((x, y) => flag(f(x !== 0, y !== 0)));
  return [
    { ins: [given(some, bool), given(others, bool)], expect },
    { ins: [given([0, 2, -3, 0.5, NaN]), given([1, 0, 4, 0, 0])], expect },
    { ins: [given([0, 2, -3], int32), given([1, 0, 4], int64)], expect },
    {
      ins: [
        { shape: [3, 1], dtype: bool },
        { shape: [4], dtype: bool },
      ],
      expect,
    },
  ];
};

function bitwise(f: (x: number, y: number) => number): Sample[] {
  const expect = elementwise((x, y) => f(x, y));
  return [
    { ins: [given(some, bool), given(others, bool)], expect },
    { ins: [given([12, 7, 100, 0]), given([10, 3, 27, 5])], dtypes: every.filter((d) => d.isInt), expect },
    { ins: [given([-1, -8, 5]), given([6, 3, -2])], dtypes: [int8, int16, int32, int64], expect },
    {
      ins: [
        { shape: [3, 1], dtype: int32 },
        { shape: [4], dtype: int32 },
      ],
      expect,
    },
  ];
}

const special = given([1, NaN, Infinity, -Infinity, -0]);
const floats = [float16, bfloat16, float32, float64];

function tested(onSpecial: readonly number[], ofIntegers: number): Sample[] {
  return [
    { ins: [special], values: [onSpecial], dtypes: floats },
    { ins: [given([0, 1, 7])], values: [[ofIntegers, ofIntegers, ofIntegers]], dtypes: [int32, int64, uint8] },
    { ins: [{ shape: [0, 2] }], values: [[]] },
    { ins: [{ shape: [], values: [2] }], values: [[ofIntegers]] },
  ];
}

const chosen = elementwise((c, x, y) => (c ? x : y));
const mask = (shape: readonly number[]): SampleInput => ({ shape, dtype: bool });
const clamped = elementwise((x, low, high) => Math.min(Math.max(x, low), high));

export const samples: Samples = {
  Equal: comparison((x, y) => x === y),
  NotEqual: comparison((x, y) => x !== y),
  Less: comparison((x, y) => x < y),
  LessEqual: comparison((x, y) => x <= y),
  Greater: comparison((x, y) => x > y),
  GreaterEqual: comparison((x, y) => x >= y),
  LogicalAnd: truth((x, y) => x && y),
  LogicalOr: truth((x, y) => x || y),
  LogicalXor: truth((x, y) => x !== y),
  LogicalNot: [
    { ins: [given([0, 1], bool)], values: [[1, 0]] },
    { ins: [given([0, -0, 2, NaN])], values: [[1, 1, 0, 0]] },
    { ins: [given([0, -5])], values: [[1, 0]], dtypes: [int8, int64] },
  ],
  BitwiseAnd: bitwise((x, y) => x & y),
  BitwiseOr: bitwise((x, y) => x | y),
  BitwiseXor: bitwise((x, y) => x ^ y),
  Invert: [
    { ins: [given([0, 1, -1, 7])], values: [[-1, -2, 0, -8]], dtypes: [int8, int16, int32, int64] },
    { ins: [given([0, 255, 7], uint8)], values: [[255, 0, 248]] },
    { ins: [given([0, 7], uint32)], values: [[4294967295, 4294967288]] },
    { ins: [given([0, 1], bool)], values: [[1, 0]] },
  ],
  IsNan: tested([0, 1, 0, 0, 0], 0),
  IsInf: tested([0, 0, 1, 1, 0], 0),
  IsFinite: tested([1, 0, 0, 0, 1], 1),
  Select: [
    { ins: [mask([9]), { shape: [9] }, { shape: [9] }], expect: chosen },
    { ins: [mask([2, 1, 1]), { shape: [3, 1] }, { shape: [4] }], expect: chosen },
    { ins: [mask([3]), { shape: [3] }, { shape: [], values: [0], scalar: true }], expect: chosen },
    { ins: [mask([5]), { shape: [5] }, { shape: [5] }], dtypes: [bool, int8, int64, uint32, bfloat16], expect: chosen },
    { ins: [mask([3]), given([1, 2, 3], int32), given([0.5, 1.5, 2.5], float32)], expect: chosen },
    { ins: [mask([]), { shape: [] }, { shape: [0] }], expect: chosen },
  ],
  Cast: [
    { ins: [given([1.9, -1.9, NaN, Infinity, -Infinity, 300, -0.5], float32)], attrs: { dtype: int8 }, values: [[1, -1, 0, 127, -128, 127, 0]] }, // prettier-ignore
    {
      ins: [given([1.9, -1.9, NaN, 300, -3], float64)],
      attrs: { dtype: uint8 },
      values: [[1, 0, 0, 255, 0]],
      grad: false,
    },
    { ins: [given([1.9, -1.9, NaN, 3e9, -3e9], float32)], attrs: { dtype: int32 }, values: [[1, -1, 0, 2147483647, -2147483648]] }, // prettier-ignore
    { ins: [given([1.5, -2.5, 2 ** 40], float64)], attrs: { dtype: int64 }, values: [[1, -2, 2 ** 40]], grad: false },
    { ins: [given([0, -0, NaN, 0.1], float32)], attrs: { dtype: bool }, values: [[0, 0, 1, 1]] },
    { ins: [given([300, -129, 5], int32)], attrs: { dtype: int8 }, values: [[44, 127, 5]] },
    { ins: [given([1, 0], bool)], attrs: { dtype: float32 }, values: [[1, 0]] },
    { ins: [given([1, 0], bool)], attrs: { dtype: int64 }, values: [[1, 0]] },
    { ins: [given([2 ** 24 + 1, -7], int32)], attrs: { dtype: float32 }, values: [[2 ** 24, -7]] },
    { ins: [given([65504, 65520, 1e-8, 1 / 3], float64)], attrs: { dtype: float16 }, values: [[65504, Infinity, 0, 1365 / 4096]] }, // prettier-ignore
    { ins: [{ shape: [3, 2], dtype: float64 }], attrs: { dtype: float64 }, expect: elementwise((x) => x) },
    { ins: [{ shape: [], dtype: float16 }], attrs: { dtype: float64 }, expect: elementwise((x) => x) },
    { ins: [{ shape: [0], dtype: int8 }], attrs: { dtype: float32 }, values: [[]] },
  ],
  ClampTensor: [
    { ins: [{ shape: [19] }, { shape: [], values: [-1.25] }, { shape: [], values: [0.75] }], expect: clamped },
    {
      ins: [{ shape: [4, 3] }, { shape: [3], low: -2, high: -1 }, { shape: [4, 1], low: 0, high: 1 }],
      expect: clamped,
    },
    { ins: [given([-3, 0.5, 5, NaN]), { shape: [], values: [3], scalar: true }, { shape: [], values: [2], scalar: true }], values: [[2, 2, 2, NaN]], grad: false }, // prettier-ignore
    {
      ins: [given([1, 5, -3]), { shape: [], values: [0], scalar: true }],
      expect: elementwise((x, a) => Math.max(x, a)),
    },
    { ins: [given([1, 5, -3]), { shape: [], values: [0], scalar: true }, { shape: [], values: [2], scalar: true }], dtypes: [int8, int32, int64], values: [[1, 2, 0]] }, // prettier-ignore
  ],
};
