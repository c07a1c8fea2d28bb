import type { DType } from '@sporelet/ir';

/** A float64 array: what oracles compute with. */
export interface Nd {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One input of a sample. */
export interface SampleInput {
  readonly shape: readonly number[];
  /** Fixed dtype; without it the input takes the dtype of the run. */
  readonly dtype?: DType;
  /** Values are drawn from [low, high): default [-2, 2) for floats, [-4, 5) for integers. Keep away from kinks. */
  readonly low?: number;
  readonly high?: number;
  /** Exact values, row-major, instead of drawn ones. */
  readonly values?: readonly number[];
  /** Passed as a Parameter (updated in place). */
  readonly parameter?: boolean;
  /** Passed as a plain JavaScript number (takes `values[0]`). */
  readonly scalar?: boolean;
  /** Consecutive inputs with the same group number are passed together as one array of tensors. */
  readonly group?: number;
}

/** How an op is tried. Tests are generated from it: shapes, WASM against interpreter, oracle, gradients, vmap, graph. */
export interface Sample {
  readonly ins: readonly SampleInput[];
  /** Attributes by name. */
  readonly attrs?: Readonly<Record<string, unknown>>;
  /**
   * An independent oracle in float64: receives the inputs (values as the dtype rounded them) and returns the outputs.
   * Written from the definition, never by calling the kernel's own code.
   */
  readonly expect?: (...ins: Nd[]) => Nd | readonly Nd[];
  /** Exact outputs written down from a real system (MindSpore, NumPy, torch), row-major, one list per output. */
  readonly values?: readonly (readonly number[])[];
  /** Dtypes to run inputs without a fixed dtype in; default [float32, float64, float16] as far as the op allows them. */
  readonly dtypes?: readonly DType[];
  /** Relative tolerance per dtype name against the oracle; defaults: Float64 1e-12, Float32 2e-6, Float16 2e-3, BFloat16 2e-2, integers exact. */
  readonly rtol?: Readonly<Record<string, number>>;
  /** false: gradients are not tried on this sample (say why in a comment); default: tried when the op has a gradient. */
  readonly grad?: boolean;
  /** false: no second derivative (kinks). */
  readonly second?: boolean;
  /** false: vmap not tried. */
  readonly vmap?: boolean;
}

/** Samples by op name (`Add`). */
export type Samples = Readonly<Record<string, readonly Sample[]>>;

export const nd = (shape: readonly number[], data: readonly number[]): Nd => ({ shape, data });

/** An oracle for element-wise ops: `f` on the elements of broadcast inputs. */
export function elementwise(f: (...x: number[]) => number): (...ins: Nd[]) => Nd {
  return (...ins) => {
    const rank = Math.max(0, ...ins.map((a) => a.shape.length));
    const shape = Array.from({ length: rank }, (_, d) =>
      ins.reduce((n, a) => {
        const k = a.shape[a.shape.length - rank + d] ?? 1;
        return k === 1 ? n : k;
      }, 1),
    );
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Array.from({ length: size }, (_, flat) => {
      const args = ins.map((a) => {
        let rest = flat;
        let at = 0;
        let stride = 1;
        for (let d = rank - 1; d >= 0; d--) {
          const i = rest % shape[d]!;
          rest = Math.floor(rest / shape[d]!);
          const n = a.shape[a.shape.length - rank + d] ?? 1;
          if (n !== 1) at += i * stride;
          stride *= n;
        }
        return a.data[at]!;
      });
      return f(...args);
    });
    return nd(shape, data);
  };
}
