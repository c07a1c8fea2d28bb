import type { DType, Dims } from '@sporelet/ir';
import { ValueError, didYouMean, float32, sameShape, shapeText } from '@sporelet/ir';
import { bindArguments, isOptions } from './args.ts';
import { Initializer } from './initializer.ts';
import { HeNormal, HeUniform, Constant, Normal, One, TruncatedNormal, Uniform, VarianceScaling, XavierNormal, XavierUniform, Zero } from './initializers.ts'; // prettier-ignore
import { Dirac, Identity, Orthogonal } from './initializers-structured.ts';
import { Tensor } from './tensor.ts';
import { describe } from './text.ts';

/** Initializers by name, in small letters. */
const byName: Readonly<Record<string, new () => Initializer>> = {
  zero: Zero,
  zeros: Zero,
  one: One,
  ones: One,
  normal: Normal,
  truncatednormal: TruncatedNormal,
  uniform: Uniform,
  xaviernormal: XavierNormal,
  xavier_normal: XavierNormal,
  xavieruniform: XavierUniform,
  xavier_uniform: XavierUniform,
  henormal: HeNormal,
  he_normal: HeNormal,
  heuniform: HeUniform,
  he_uniform: HeUniform,
  identity: Identity,
  dirac: Dirac,
  orthogonal: Orthogonal,
  variancescaling: VarianceScaling,
};

/** What a weight can be made by: a name such as 'normal' or 'zeros', a number, an Initializer or a Tensor. */
export type Init = string | number | bigint | boolean | Initializer | Tensor;

export interface InitializerOptions {
  shape?: Dims | number | undefined;
  dtype?: DType | undefined;
}

/**
 * A tensor whose elements an initializer makes at their first use.
 * @param init - a name (in any case), a number for a constant, an Initializer, or a Tensor, which is returned as it is
 * @param dtype - Float32 by default
 * @throws ValueError for an unknown name, a shape that is not of positive ints, or a Tensor of another shape
 */
export function initializer(
  init: Init,
  shape?: Dims | number | InitializerOptions,
  dtype?: DType | InitializerOptions,
): Tensor;
export function initializer(named: InitializerOptions & { readonly init: Init }): Tensor;
export function initializer(...args: readonly unknown[]): Tensor {
  const [init, shape, dtype] = bindArguments('initializer', ['init', 'shape', 'dtype'], 1, args);
  const dims = typeof shape === 'number' ? [shape] : (shape ?? null);
  if (dims !== null && !Array.isArray(dims)) {
    throw new TypeError(`For 'initializer', the 'shape' must be a tuple of ints, but got ${describe(shape)}.`);
  }
  if (init instanceof Tensor) {
    if (dims && !sameShape(init.shape, dims)) {
      throw new ValueError(
        `For 'initializer', the shape of 'init' must be the given one, ${shapeText(dims)}, but got ${shapeText(init.shape)}.`,
      );
    }
    return init;
  }
  const list: readonly unknown[] = dims ?? [];
  if (dims === null || !list.every((n) => Number.isInteger(n) && (n as number) > 0)) {
    throw new ValueError(`For 'initializer', the 'shape' must be of positive ints, but got ${describe(shape)}.`);
  }
  const made = initializerOf(init);
  return new Tensor({ shape: dims as Dims, dtype: (dtype as DType | undefined) ?? float32, init: made });
}

function initializerOf(init: unknown): Initializer {
  if (init instanceof Initializer) return init;
  if (typeof init === 'number' || typeof init === 'bigint' || typeof init === 'boolean') return new Constant(init);
  if (typeof init !== 'string') {
    const got = isOptions(init) ? 'an object' : describe(init);
    throw new TypeError(`For 'initializer', the 'init' must be a Tensor, number, str or Initializer, but got ${got}.`);
  }
  const name = init.toLowerCase();
  const type = Object.hasOwn(byName, name) ? byName[name] : undefined;
  if (type) return new type();
  throw new ValueError(
    `For 'initializer', there is no initializer '${init}'${didYouMean(init, Object.keys(byName)) || '.'}`,
  );
}
