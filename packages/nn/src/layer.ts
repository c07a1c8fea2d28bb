import type { Init, Tuple } from '@sporelet/core';
import { Parameter, Tensor, bindArguments, describe, initializer, tupleOf } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { DType as DTypeClass, ValueError, float32, sameShape, shapeText } from '@sporelet/ir';
import { checkNumber } from './check.ts';

/** A number, or one per axis. */
export type Size2 = number | readonly [number, number];

/** The arguments of a layer's constructor by name. */
export function bindNamed<N extends string>(
  op: string,
  names: readonly N[],
  required: number,
  args: readonly unknown[],
): { readonly [K in N]: unknown } {
  const values = bindArguments(op, names, required, args);
  return Object.fromEntries(names.map((name, i) => [name, values[i]])) as { [K in N]: unknown };
}

/** A dtype given as an argument; Float32 when not given. */
export function checkDType(op: string, value: unknown): DType {
  if (value === undefined || value === null) return float32;
  if (value instanceof DTypeClass) return value;
  throw new TypeError(`For '${op}', the 'dtype' must be a dtype, but got ${describe(value)}.`);
}

interface Made {
  readonly op: string;
  /** Name of the argument that `init` was given as. */
  readonly from: string;
  readonly init: unknown;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly name: string;
  readonly requiresGrad?: boolean;
}

/**
 * A layer's parameter.
 * @throws ValueError when `init` is a tensor of another shape
 */
export function makeParameter({ op, from, init, shape, dtype, name, requiresGrad = true }: Made): Parameter {
  if (init instanceof Tensor && !sameShape(init.shape, shape)) {
    throw new ValueError(
      `For '${op}', the shape of '${from}' must be ${shapeText(shape)}, but got ${shapeText(init.shape)}.`,
    );
  }
  return new Parameter(initializer(init as Init, shape, dtype), { name, requiresGrad });
}

type Pair = Tuple<number> & readonly [number, number];

/** An int, or two as a Tuple, of at least `least`. */
export function checkSize(op: string, name: string, value: unknown, least = 1): number | Pair {
  if (!Array.isArray(value)) return checkNumber(op, name, value, 'int', { ge: least });
  if (value.length !== 2) {
    throw new ValueError(
      `For '${op}', the '${name}' must be an int or a tuple of two ints, but got ${describe(value)}.`,
    );
  }
  return tupleOf(value.map((v) => checkNumber(op, name, v, 'int', { ge: least }))) as Pair;
}

/** One or two positive ints as a pair. */
export function checkPair(op: string, name: string, value: unknown): Pair {
  const size = checkSize(op, name, value);
  return typeof size === 'number' ? (tupleOf([size, size]) as Pair) : size;
}
