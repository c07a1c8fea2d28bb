import type { Named, Operand, Tensor } from '@sporelet/core';
import { Tensor as TensorClass, describe, isOptions } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { ValueError, float32, float64, int64 } from '@sporelet/ir';
import { cast, less } from './compare.ts';
import { add, mul, sub } from './elementwise.ts';
import { bound } from './functional-bind.ts';
import { keyFor } from './random-key.ts';
import { dropoutFromKey, integersFromKey, normalFromKey, permutationFromKey, uniformFromKey } from './random.ts';
import { broadcastTo } from './shape.ts';

// A seed names a stream of random numbers of its own, which goes on from call to call and starts again at `setSeed`;
// without one the default generator is used.

type Seed = number | null;
type Fill = (key: Tensor, shape: readonly number[], dtype?: DType) => Tensor;

/** Sizes given one by one, as a list, or not at all (one element), with trailing options. */
function sized(op: string, draw: Fill, args: readonly unknown[]): Tensor {
  const last = args[args.length - 1];
  const [dtype = null, seed = null] = bound<[DType | null, Seed]>(
    op,
    ['dtype?', 'seed?'],
    isOptions(last) ? [last] : [],
  );
  const sizes = (isOptions(last) ? args.slice(0, -1) : args).flat() as number[];
  const listed = args.some(Array.isArray);
  return draw(keyFor(seed), sizes.length || listed ? sizes : [1], dtype ?? float32);
}

/** Numbers distributed uniformly over [0, 1) in a tensor of the given sizes: `rand(2, 3)`. */
export function rand(
  ...size: readonly (
    | number
    | readonly number[]
    | Named<{ readonly dtype?: DType | null | undefined; readonly seed?: number | null | undefined }>
  )[]
): Tensor {
  // prettier-ignore
  return sized('rand', uniformFromKey, size);
}

/** Numbers of the standard normal distribution in a tensor of the given sizes: `randn(2, 3)`. */
export function randn(
  ...size: readonly (
    | number
    | readonly number[]
    | Named<{ readonly dtype?: DType | null | undefined; readonly seed?: number | null | undefined }>
  )[]
): Tensor {
  // prettier-ignore
  return sized('randn', normalFromKey, size);
}

function like(op: string, draw: Fill, args: readonly unknown[]): Tensor {
  const [x, seed = null, dtype = null] = bound<[Tensor, Seed, DType | null]>(op, ['input', 'seed?', 'dtype?'], args);
  return draw(keyFor(seed, 0, x), [...x.shape], dtype ?? x.dtype);
}

/** Numbers distributed uniformly over [0, 1), in the shape and dtype of a tensor. */
export function randLike(input: Tensor, seed?: number | null | Named<{ readonly seed?: number | null | undefined; readonly dtype?: DType | null | undefined }>, dtype?: DType | null): Tensor; // prettier-ignore
export function randLike(...args: readonly unknown[]): Tensor {
  return like('rand_like', uniformFromKey, args);
}

/** Numbers of the standard normal distribution, in the shape and dtype of a tensor. */
export function randnLike(input: Tensor, seed?: number | null | Named<{ readonly seed?: number | null | undefined; readonly dtype?: DType | null | undefined }>, dtype?: DType | null): Tensor; // prettier-ignore
export function randnLike(...args: readonly unknown[]): Tensor {
  return like('randn_like', normalFromKey, args);
}

/**
 * Numbers distributed uniformly over [minval, maxval); integers for an integer dtype. Bounds that are tensors are
 * broadcast with the shape.
 */
export function uniform(
  shape: readonly number[],
  minval: Operand,
  maxval: Operand,
  seed: number | null = null,
  dtype: DType = float32,
): Tensor {
  // prettier-ignore
  if (dtype.isInt) return integersFromKey(keyFor(seed), cast(minval, dtype), cast(maxval, dtype), shape);
  const draws = uniformFromKey(keyFor(seed), shape, dtype);
  return add(minval, mul(draws, sub(maxval, minval)));
}

/** Numbers of a normal distribution; mean and standard deviation that are tensors are broadcast with the shape. */
export function normal(shape: readonly number[], mean: Operand, stddev: Operand, seed: number | null = null): Tensor {
  return add(mul(normalFromKey(keyFor(seed), shape, float32), stddev), mean);
}

/** Numbers of the standard normal distribution. */
export function standardNormal(shape: number | readonly number[], seed: number | null = null): Tensor {
  return normalFromKey(keyFor(seed), [shape].flat(), float32);
}

function checkWhole(op: string, name: string, value: unknown): number {
  if (Number.isInteger(value)) return value as number;
  throw new TypeError(`For '${op}', the '${name}' must be an int, but got ${describe(value)}.`);
}

/**
 * Whole numbers distributed uniformly over [low, high), Int64 unless another dtype is given.
 * @throws ValueError when low is not below high, or for a dtype that is no integer's
 */
export function randint(low: number, high: number, size: readonly number[], seed?: number | null | Named<{ readonly seed?: number | null | undefined; readonly dtype?: DType | null | undefined }>, dtype?: DType | null): Tensor; // prettier-ignore
export function randint(...args: readonly unknown[]): Tensor {
  const parameters = ['low', 'high', 'size', 'seed?', 'dtype?'];
  type Given = [low: number, high: number, size: readonly number[], seed: Seed, dtype: DType | null];
  const [low, high, size, seed = null, dtype = null] = bound<Given>('randint', parameters, args);
  return integers('randint', low, high!, size!, seed, dtype ?? int64);
}

/** Whole numbers distributed uniformly over [low, high), in the shape of a tensor and its dtype unless one is given. */
export function randintLike(input: Tensor, low: number, high: number, seed?: number | null | Named<{ readonly seed?: number | null | undefined; readonly dtype?: DType | null | undefined }>, dtype?: DType | null): Tensor; // prettier-ignore
export function randintLike(...args: readonly unknown[]): Tensor {
  const parameters = ['input', 'low', 'high', 'seed?', 'dtype?'];
  type Given = [input: Tensor, low: number, high: number, seed: Seed, dtype: DType | null];
  const [x, low, high, seed = null, dtype = null] = bound<Given>('randint_like', parameters, args);
  return integers('randint_like', low!, high!, [...x.shape], seed, dtype ?? x.dtype);
}

function integers(op: string, low: number, high: number, size: readonly number[], seed: Seed, dtype: DType): Tensor {
  checkWhole(op, 'low', low);
  checkWhole(op, 'high', high);
  if (low >= high) throw new ValueError(`For '${op}', the 'low' must be below the 'high', but got ${low} and ${high}.`);
  if (!dtype.isInt) throw new ValueError(`For '${op}', the 'dtype' must be an int type, but got ${dtype.name}.`);
  return integersFromKey(keyFor(seed), cast(low, dtype), cast(high, dtype), size);
}

/**
 * 1 with probability p, else 0, in the shape and dtype of a tensor.
 * @param p - a number in [0, 1], or a tensor of such that is broadcast to the input
 */
export function bernoulli(input: Tensor, p: Operand = 0.5, seed: number | null = null): Tensor {
  if (!(p instanceof TensorClass) && !(Number(p) >= 0 && Number(p) <= 1)) {
    throw new ValueError(`For 'bernoulli', the 'p' must be in [0, 1], but got ${describe(p)}.`);
  }
  const wide = p instanceof TensorClass && p.dtype === float64 ? float64 : float32;
  const draws = uniformFromKey(keyFor(seed, 0, input), [...input.shape], wide);
  return cast(less(draws, p instanceof TensorClass ? broadcastTo(p, [...input.shape]) : p), input.dtype);
}

/**
 * The numbers from 0 to n - 1 in random order.
 * @param seed - with 0 (and offset 0) the default generator is used
 */
export function randperm(n: number, seed = 0, offset = 0, dtype: DType = int64): Tensor {
  if (checkWhole('randperm', 'n', n) < 1) {
    throw new ValueError(`For 'randperm', the 'n' must be greater than 0, but got ${n}.`);
  }
  return permutationFromKey(keyFor(seed, offset), n, dtype);
}

/**
 * In training each element is 0 with probability p and else divided by 1 - p; otherwise the input itself.
 * @param p - in [0, 1)
 */
export function dropout(input: Tensor, p?: number | Named<{ readonly p?: number | undefined; readonly training?: boolean | undefined; readonly seed?: number | null | undefined }>, training?: boolean | Named<{ readonly seed?: number | null | undefined }>, seed?: number | null): Tensor; // prettier-ignore
export function dropout(...args: readonly unknown[]): Tensor {
  const parameters = ['input', 'p?', 'training?', 'seed?'];
  const [x, p = 0.5, training = true, seed = null] = bound<[Tensor, number, boolean, Seed]>(
    'dropout',
    parameters,
    args,
  );
  if (typeof p !== 'number') throw new TypeError(`For 'dropout', the 'p' must be a float, but got ${describe(p)}.`);
  if (!(p >= 0 && p < 1)) throw new ValueError(`For 'dropout', the 'p' must be in [0, 1), but got ${p}.`);
  return training && p > 0 ? dropoutFromKey(x, keyFor(seed, 0, x), 1 - p) : x;
}
