import { bool, float16, float32, float64, int16, int32, int64, uint8 } from '@sporelet/ir';
import type { Sample, Samples } from './sample.ts';

const made = (attrs: Sample['attrs'] & object, values: readonly number[]): Sample => ({
  ins: [],
  attrs,
  values: [values],
});
const number = (value: number) => ({ shape: [], values: [value] });
const like = (value: number): Sample[] => [
  { ins: [{ shape: [2, 3] }], values: [new Array<number>(6).fill(value)] },
  { ins: [{ shape: [] }], values: [[value]], dtypes: [bool, int64, uint8, float16] },
  { ins: [{ shape: [0, 2] }], values: [[]] },
];

export const samples: Samples = {
  Fill: [
    made({ type: float32, shape: [2, 2], value: 1.5 }, [1.5, 1.5, 1.5, 1.5]),
    made({ type: int32, shape: [3], value: -3.7 }, [-3, -3, -3]),
    made({ type: bool, shape: 2, value: 3 }, [1, 1]),
    made({ type: bool, shape: 1, value: 0 }, [0]),
    made({ type: int64, shape: [], value: -7 }, [-7]),
    made({ type: float16, shape: [37], value: -Infinity }, new Array<number>(37).fill(-Infinity)),
    made({ type: float64, shape: [0, 3], value: 1 }, []),
    made({ type: uint8, shape: [2], value: true }, [1, 1]),
  ],
  Zeros: [made({ size: [2, 2] }, [0, 0, 0, 0]), made({ size: 3, dtype: int64 }, [0, 0, 0]), made({ size: [] }, [0])],
  Ones: [made({ shape: [2, 2] }, [1, 1, 1, 1]), made({ shape: 3, dtype: bool }, [1, 1, 1]), made({ shape: [0] }, [])],
  ZerosLike: like(0),
  OnesLike: like(1),
  Range: [
    made({ start: 0, end: 5, step: 2 }, [0, 2, 4]),
    made({ start: 5, end: 0, step: -2 }, [5, 3, 1]),
    // MindSpore 2.10's numbers: each is start + i · step in float32.
    made({ start: 0, end: 1, step: 0.3 }, [0, 0.30000001192092896, 0.6000000238418579, 0.9000000357627869]),
    made({ start: -1.5, end: 2, step: 1 }, [-1.5, -0.5, 0.5, 1.5]),
    made({ start: 3, end: 3, step: 1 }, []),
  ],
  LinSpace: [
    { ins: [number(0), number(1)], attrs: { steps: 5 }, values: [[0, 0.25, 0.5, 0.75, 1]] },
    { ins: [number(10), number(1)], attrs: { steps: 4 }, values: [[10, 7, 4, 1]] },
    { ins: [number(-1), number(8)], attrs: { steps: 1 }, values: [[-1]] },
    { ins: [number(-1), number(2)], attrs: { steps: 7 }, values: [[-1, -0.5, 0, 0.5, 1, 1.5, 2]] },
    {
      ins: [
        { ...number(0), scalar: true },
        { ...number(3), scalar: true },
      ],
      attrs: { steps: 2 },
      values: [[0, 3]],
    },
  ],
  Eye: [
    made({ n: 2 }, [1, 0, 0, 1]),
    made({ n: 2, m: 3 }, [1, 0, 0, 0, 1, 0]),
    made({ n: 3, m: 2, dtype: int16 }, [1, 0, 0, 1, 0, 0]),
    made({ n: 2, m: 1, dtype: bool }, [1, 0]),
    made({ n: 3, m: 0 }, []),
  ],
};
