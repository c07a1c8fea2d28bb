import type { Axis, DType, Expr, PullOutput, TensorSpec } from '@sporelet/ir';
import { float32, float64, int32, int64, uint32, uint64 } from '@sporelet/ir';
import type { Affine } from './contract-affine.ts';
import { affine, affineRange, sameAffine } from './contract-affine.ts';

/** One factor of the product: an operand read at affine indices. */
export interface Factor {
  readonly input: number;
  readonly spec: TensorSpec;
  /** One per dimension of the operand. */
  readonly index: readonly Affine[];
  /** The read is guarded: outside the operand the factor is zero. */
  readonly padded: boolean;
  /** The dtypes the element is cast to, first cast first; the last one is the accumulator's. */
  readonly casts: readonly DType[];
  /** Axes of more than one element that the indices depend on. */
  readonly axes: ReadonlySet<Axis>;
}

/** `out[axes] = sum over k of x * y`, as it was written. */
export interface Terms {
  /** The dtype of the products and the sum. */
  readonly acc: DType;
  readonly out: TensorSpec;
  /** The output's axes, one per dimension. */
  readonly axes: readonly Axis[];
  /** The axes summed over, outermost first. */
  readonly k: readonly Axis[];
  readonly x: Factor;
  readonly y: Factor;
}

const accumulators: ReadonlySet<DType> = new Set([float32, float64, int32, uint32, int64, uint64]);

function uncast(e: Expr): { inner: Expr; casts: DType[] } {
  const casts: DType[] = [];
  let inner = e;
  while (inner.kind === 'apply' && inner.fn === 'cast') {
    casts.unshift(inner.dtype);
    inner = inner.args[0]!;
  }
  return { inner, casts };
}

/** Whether a guard says that the indices are inside the operand, and nothing else. */
function isBoundsGuard(e: Expr, index: readonly Affine[], shape: readonly number[]): boolean {
  if (e.kind !== 'apply') return false;
  const [l, r] = e.args;
  if (!l || !r) return false;
  if (e.fn === 'and') return isBoundsGuard(l, index, shape) && isBoundsGuard(r, index, shape);
  if ((e.fn !== 'ge' && e.fn !== 'lt') || r.kind !== 'const') return false;
  const side = affine(l);
  const bound = Number(r.value);
  return side !== null && index.some((a, d) => sameAffine(a, side) && bound === (e.fn === 'ge' ? 0 : shape[d]));
}

function factor(e: Expr, inputs: readonly TensorSpec[]): Factor | null {
  const { inner, casts } = uncast(e);
  if (inner.kind !== 'load') return null;
  const spec = inputs[inner.input]!;
  const rank = spec.shape.length;
  const index: Affine[] = [];
  for (const arg of inner.args.slice(0, rank)) {
    const a = affine(arg);
    if (!a) return null;
    index.push(a);
  }
  const padded = inner.fn === 'select';
  if (padded) {
    const [guard, fill] = inner.args.slice(rank) as [Expr, Expr];
    if (fill.kind !== 'const' || Number(fill.value) !== 0 || !isBoundsGuard(guard, index, spec.shape)) return null;
  }
  const axes = new Set(index.flatMap((a) => [...a.terms.keys()]).filter((a) => a.extent > 1));
  return { input: inner.input, spec, index, padded, casts, axes };
}

/** Reads `sum of products` off an output's expression; null when it is anything else. */
export function termsOf(output: PullOutput, inputs: readonly TensorSpec[]): Terms | null {
  const sum = uncast(output.value).inner;
  if (sum.kind !== 'reduce' || sum.fn !== 'sum' || !accumulators.has(sum.dtype)) return null;
  const product = sum.args[0]!;
  if (product.kind !== 'apply' || product.fn !== 'mul') return null;
  if ([...output.axes, ...sum.axes].some((a) => a.limit !== null || a.extent < 1)) return null;
  const x = factor(product.args[0]!, inputs);
  const y = x && factor(product.args[1]!, inputs);
  if (!x || !y) return null;
  return { acc: sum.dtype, out: output.spec, axes: output.axes, k: sum.axes, x, y };
}

/** Whether one index of the factor mixes an output axis with a summed one: a window. */
export function hasWindow(f: Factor, k: readonly Axis[]): boolean {
  return f.index.some((a) => {
    const axes = [...a.terms.keys()].filter((t) => t.extent > 1);
    return axes.some((t) => k.includes(t)) && axes.some((t) => !k.includes(t));
  });
}

/** The range of each index, or the whole dimension where the indices stay inside. */
export function reach(f: Factor): readonly (readonly [low: number, high: number])[] {
  return f.index.map((a, d) => {
    const n = f.spec.shape[d]!;
    const [low, high] = affineRange(a);
    return low < 0 || high >= n ? [low, high] : [0, n - 1];
  });
}
