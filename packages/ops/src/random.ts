import type { Attr, Op, Operand, Tensor } from '@sporelet/core';
import { RandomStream, attr, defineOp } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { ValueError, broadcastShapes, constant, float32, int64, sameShape, shapeText, uint32, uint64, where } from '@sporelet/ir'; // prettier-ignore
import { broadcastAt } from '@sporelet/ir';
import { cast, less } from './compare.ts';
import type { ShapeLike } from './creation.ts';
import { dtypeAttr, shapeAttr } from './creation.ts';
import { floats, integers, wide, wideOf } from './elementwise-dtypes.ts';
import { keyFor } from './random-key.ts';
import { standardNormalOf, unitInterval, wordsAt } from './random-threefry.ts';

// Below: the distributions as functions of a key, which graphs pass in, and MindSpore's primitives, which draw a key.
// Element i depends on the key and on i alone, so results do not depend on threads or devices. Under vmap all examples
// share a key that is not mapped itself, and so their numbers.

const K = { K: [uint32] };

/** A dtype among some. */
function dtypeOf(allowed: readonly DType[], fallback: DType): Attr<DType> {
  const kind = dtypeAttr(fallback);
  return {
    ...kind,
    check: (value, fail) => {
      const dtype = kind.check(value, fail);
      return dtype && !allowed.includes(dtype) ? fail(`must be one of ${allowed.join(', ')}`) : dtype;
    },
  };
}

/** A seed: a whole number that is not negative. */
const seedAttr: Attr<number> = {
  ...attr.int(0),
  check: (value, fail) => {
    const seed = attr.int().check(value, fail);
    return seed !== undefined && seed < 0 ? fail('must not be negative') : seed;
  },
};

type FromKey = Op<(key: Tensor, shape: ShapeLike, dtype?: DType) => Tensor>;

const drawn = { shape: shapeAttr, dtype: dtypeOf(floats, float32) };

export const uniformFromKey: FromKey = defineOp({
  name: 'UniformFromKey',
  sig: 'key!:K, shape, dtype -> =dtype',
  doc: 'Numbers distributed uniformly over [0, 1), from a key of two words.',
  dtypes: K,
  attrs: drawn,
  infer: (_ins, { shape }) => shape,
  pull: ({ key }, { shape, dtype }) => (...i) => unitInterval(wordsAt(key, shape, i), dtype), // prettier-ignore
  grad: null,
});

export const normalFromKey: FromKey = defineOp({
  name: 'NormalFromKey',
  sig: 'key!:K, shape, dtype -> =dtype',
  doc: 'Numbers of the standard normal distribution (Box and Muller), from a key of two words.',
  dtypes: K,
  attrs: drawn,
  infer: (_ins, { shape }) => shape,
  pull: ({ key }, { shape, dtype }) => (...i) => standardNormalOf(wordsAt(key, shape, i), dtype), // prettier-ignore
  grad: null,
});

export const integersFromKey: Op<(key: Tensor, minval: Operand, maxval: Operand, shape: ShapeLike) => Tensor> =
  defineOp({
    name: 'IntegersFromKey',
    sig: 'key!:K, minval:T, maxval:T, shape -> T',
    doc: 'Whole numbers distributed uniformly over [minval, maxval), from a key of two words; minval where that is empty.',
    dtypes: { ...K, T: integers },
    attrs: { shape: shapeAttr },
    infer: ({ minval, maxval }, { shape }, op) => {
      for (const bound of [minval, maxval]) {
        const both = broadcastShapes(bound.shape, shape);
        if (both && sameShape(both, shape)) continue;
        throw new ValueError(
          `For '${op}', the bounds must broadcast to the shape ${shapeText(shape)}, but got ${shapeText(bound.shape)}.`,
        );
      }
      return shape;
    },
    pull: ({ key, minval, maxval }, { shape }) => (...i) => {
      const [high, low] = wordsAt(key, shape, i);
      const bits = high.cast(uint64).shl(constant(32, uint64)).or(low.cast(uint64));
      const first = broadcastAt(minval, i).cast(int64);
      const count = broadcastAt(maxval, i).cast(int64).sub(first).cast(uint64);
      return first.add(bits.rem(count).cast(int64));
    }, // prettier-ignore
    grad: null,
  });

export const dropoutFromKey: Op<(x: Tensor, key: Tensor, keepProb: number) => Tensor> = defineOp({
  name: 'DropoutFromKey',
  sig: 'x!:T, key!:K, keepProb -> T',
  doc: 'x / keepProb where a number drawn for the element from the key is below keepProb, else 0. The gradient draws the same numbers again.',
  dtypes: { ...K, T: floats },
  attrs: { keepProb: attr.float() },
  infer: ({ x }) => x.shape,
  pull: ({ x, key }, { keepProb }) => (...i) => {
    const u = unitInterval(wordsAt(key, x.shape, i), float32);
    const scaled = wide(x.at(...i)).mul(1 / keepProb);
    return where(u.lt(keepProb), scaled, constant(0, wideOf(x.dtype)));
  }, // prettier-ignore
  grad: ({ g, ins: [, key], attrs: { keepProb } }) => [() => dropoutFromKey(g, key, keepProb), null],
});

// A routine: a shuffle swaps elements one after the other.
export const permutationFromKey: Op<(key: Tensor, n: number, dtype?: DType) => Tensor> = defineOp({
  name: 'PermutationFromKey',
  sig: 'key!:K, n, dtype -> =dtype',
  doc: 'The numbers from 0 to n - 1 in random order (Fisher and Yates), from a key of two words.',
  dtypes: K,
  attrs: { n: attr.int(), dtype: dtypeOf(integers, int64) },
  infer: (_ins, { n }) => [n],
  routine: ([key], [out], { dtype }) => {
    const { data } = out!;
    const [k0, k1] = [Number(key!.data[0]), Number(key!.data[1])];
    const order = Array.from({ length: out!.shape[0]! }, (_, i) => i);
    new RandomStream([k0, k1]).shuffle(order);
    order.forEach((value, i) => (data[i] = dtype.itemsize === 8 ? BigInt(value) : value));
  },
  grad: null,
});

export interface SeedOptions {
  readonly seed?: number | undefined;
  readonly seed2?: number | undefined;
}
type Drawing<P extends readonly unknown[]> = Op<
  (...inputs: [...P, seed?: number, seed2?: number]) => Tensor,
  { new (options: SeedOptions): (...inputs: P) => Tensor; new (seed?: number, seed2?: number): (...inputs: P) => Tensor } // prettier-ignore
>;
const seeds = { seed: seedAttr, seed2: seedAttr };

export const uniformReal: Drawing<[shape: ShapeLike]> = defineOp({
  name: 'UniformReal',
  sig: 'shape ; seed, seed2 -> Float32',
  doc: 'Float32 numbers distributed uniformly over [0, 1). Each pair of seeds is a stream of its own, shared by all instances.',
  attrs: { shape: shapeAttr, ...seeds },
  body: (_ins, { shape, seed, seed2 }) => uniformFromKey(keyFor(seed, seed2), shape),
});

export const standardNormal: Drawing<[shape: ShapeLike]> = defineOp({
  name: 'StandardNormal',
  sig: 'shape ; seed, seed2 -> Float32',
  doc: 'Float32 numbers of the standard normal distribution. Each pair of seeds is a stream of its own, shared by all instances.',
  attrs: { shape: shapeAttr, ...seeds },
  body: (_ins, { shape, seed, seed2 }) => normalFromKey(keyFor(seed, seed2), shape),
});

export const uniformInt: Drawing<[shape: ShapeLike, minval: Tensor, maxval: Tensor]> = defineOp({
  name: 'UniformInt',
  sig: 'shape, minval!:T, maxval!:T ; seed, seed2 -> T',
  doc: 'Whole numbers distributed uniformly over [minval, maxval).',
  dtypes: { T: integers },
  attrs: { shape: shapeAttr, ...seeds },
  body: ({ minval, maxval }, { shape, seed, seed2 }) => integersFromKey(keyFor(seed, seed2), minval, maxval, shape),
});

export interface DropoutOptions {
  readonly keepProb?: number | undefined;
  readonly seed0?: number | undefined;
  readonly seed1?: number | undefined;
}
type Dropped = readonly [output: Tensor, mask: Tensor];

/** A probability of keeping: in (0, 1]. */
const keepAttr: Attr<number> = {
  ...attr.float(0.5),
  check: (value, fail) => {
    const p = attr.float().check(value, fail);
    return p !== undefined && !(p > 0 && p <= 1) ? fail('must be in (0, 1]') : p;
  },
};

export const dropout: Op<
  (x: Tensor, keepProb?: number, seed0?: number, seed1?: number) => Dropped,
  { new (options: DropoutOptions): (x: Tensor) => Dropped; new (keepProb?: number, seed0?: number, seed1?: number): (x: Tensor) => Dropped } // prettier-ignore
> = defineOp({
  name: 'Dropout',
  sig: 'x!:T ; keepProb, seed0, seed1 -> T, T',
  doc: 'x / keepProb with probability keepProb, else 0, and the mask of what was kept, in the dtype of x.',
  dtypes: { T: floats },
  attrs: { keepProb: keepAttr, seed0: seedAttr, seed1: seedAttr },
  body: ({ x }, { keepProb, seed0, seed1 }) => {
    const key = keyFor(seed0, seed1, x);
    const kept = less(uniformFromKey(key, x.shape, float32), keepProb);
    return [dropoutFromKey(x, key, keepProb), cast(kept, x.dtype)];
  },
});
