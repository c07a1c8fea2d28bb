import type { Named, Tensor } from '@sporelet/core';
import { bindArguments, runCond, runFor, runScan, runWhile, tupleOf } from '@sporelet/core';

type Scalar = number | bigint | boolean;
/** `true` when a nested value holds a tensor. */
type HoldsTensor<C> = C extends Tensor
  ? true
  : C extends readonly unknown[]
    ? true extends { [K in keyof C]: HoldsTensor<C[K]> }[number]
      ? true
      : false
    : false;
type AsTensors<C> = C extends Scalar ? Tensor : C extends readonly unknown[] ? { [K in keyof C]: AsTensors<C[K]> } : C;
/** What a loop carries: numbers next to tensors become tensors, plain values alone stay plain. */
export type Carry<C> =
  true extends HoldsTensor<C>
    ? AsTensors<C>
    : C extends number
      ? number
      : C extends boolean
        ? boolean
        : C extends bigint
          ? bigint
          : C;
/** The index of a round: a plain number when only plain values are carried. */
export type LoopIndex<C> = true extends HoldsTensor<C> ? Tensor : number;
/** What a round of a scan is given: a row of each tensor. */
export type Row<X> = X extends Tensor
  ? Tensor
  : X extends readonly (infer E)[]
    ? E
    : X extends object
      ? { readonly [K in keyof X]: Tensor }
      : null;
/** What a scan goes along: the first axis of tensors, or a list of elements. */
export type Xs = Tensor | readonly unknown[] | { readonly [name: string]: Tensor } | null;

/** Options of `scan`. */
export interface ScanOptions {
  /** Number of rounds; must be given when there is no `xs`. */
  readonly length?: number | null | undefined;
  /** From the last row to the first; results keep the places of their rows. */
  readonly reverse?: boolean | undefined;
  /** In a graph: a copy of the body for each round. By default only for lists. */
  readonly unroll?: boolean | undefined;
}

/**
 * `trueFn(...operands)` where the condition holds, else `falseFn(...operands)`.
 *
 * Run at once, only the branch taken is called. In a graph both are recorded, each as a function of its own, and the
 * one taken is run: both must return the same structure, dtypes and shapes. Under `vmap`, a condition that differs
 * between the examples runs both and selects. Gradients go through the branch taken.
 *
 * MindSpore has another function of this name, the condition number of a matrix, which is not here.
 * @param condition - a bool, or a tensor of one element
 * @throws ValueError for branches that differ in what they return
 */
export function cond<A extends readonly unknown[], R>(
  condition: Tensor | boolean | number,
  trueFn: (...operands: NoInfer<A>) => R,
  falseFn: (...operands: NoInfer<A>) => NoInfer<R>,
  ...operands: A
): AsTensors<R> {
  return runCond(condition, trueFn, falseFn, operands) as AsTensors<R>;
}

/**
 * Repeats `val = bodyFn(val)` while `condFn(val)` holds: MindSpore's WhileLoop. `val` is a tensor or a list of such, and
 * keeps its structure, dtypes and shapes; plain values alone stay plain.
 *
 * In a graph the body is recorded once. There is no gradient then, as the number of rounds is not known: use `forILoop`
 * with plain numbers as bounds, or `scan`.
 * @throws ValueError for a body that does not give back what it was given
 */
export function whileLoop<const C>(
  condFn: (val: Carry<C>) => Tensor | boolean,
  bodyFn: (val: Carry<C>) => Carry<C>,
  initVal: C,
): Carry<C> {
  return runWhile('whileLoop', condFn, bodyFn, initVal) as Carry<C>;
}

/**
 * Repeats `val = bodyFn(i, val)` for i from `lower` up to but without `upper`: MindSpore's ForiLoop. The index is an
 * Int32 tensor, or a number when only plain values are carried.
 *
 * In a graph the body is recorded once, also when a bound is a tensor; gradients need bounds that are plain numbers.
 * @param unroll - in a graph: a copy of the body for each round (default false: compile time must not grow with them)
 * @throws ValueError for a body that does not give back what it was given
 */
export function forILoop<const C>(
  lower: number | Tensor,
  upper: number | Tensor,
  bodyFn: (i: LoopIndex<C>, val: Carry<C>) => Carry<C>,
  initVal: C,
  unroll: boolean | { readonly unroll?: boolean | undefined } = false,
): Carry<C> {
  const [flat = false] = bindArguments('forILoop', ['unroll'], 0, [unroll]);
  return runFor('forILoop', lower, upper, bodyFn, initVal, flat) as Carry<C>;
}

/**
 * Goes along the first axis of `xs` with `[carry, y] = f(carry, x)`: MindSpore's Scan. Gives the last carry and the
 * results of all rounds, stacked. `xs` is a tensor, an object of tensors, null (`length` rounds) or, as in MindSpore, a
 * list of elements; for a list the results come as a list.
 *
 * `scan(f, init, xs, length, reverse, unroll)`, the last three also by name. In a graph the body is recorded once, and
 * has gradients of any order.
 * @throws ValueError for a body that does not give back the carry as it was, for lengths that differ
 */
export function scan<const C, X extends Xs, Y>(
  f: (carry: Carry<C>, x: Row<X>) => readonly [carry: Carry<C>, y: Y],
  init: C,
  xs: X,
  length?: number | null | Named<ScanOptions>,
  reverse?: boolean | Named<ScanOptions>,
  unroll?: boolean | Named<ScanOptions>,
): readonly [carry: Carry<C>, ys: X extends readonly unknown[] ? readonly Y[] : Y] {
  const rest = bindArguments('scan', ['length', 'reverse', 'unroll'], 0, [length, reverse, unroll]);
  const [count, backwards, flat] = rest as [ScanOptions['length'], boolean | undefined, boolean | undefined];
  return runScan('scan', f, init, xs, { length: count, reverse: backwards, unroll: flat }) as never;
}

/** `new WhileLoop()(condFunc, loopFunc, initVal)`: see `whileLoop`. */
export const WhileLoop = class WhileLoop {
  constructor() {
    const call = (condFunc: never, loopFunc: never, initVal: unknown): unknown =>
      runWhile('WhileLoop', condFunc, loopFunc, initVal);
    return Object.setPrototypeOf(call, new.target.prototype) as never;
  }
} as unknown as new () => <const C>(
  condFunc: (val: Carry<C>) => Tensor | boolean,
  loopFunc: (val: Carry<C>) => Carry<C>,
  initVal: C,
) => Carry<C>;

/** `new ForiLoop()(lower, upper, loopFunc, initVal, unroll)`: see `forILoop`. */
export const ForiLoop = class ForiLoop {
  constructor() {
    const call = (...args: readonly unknown[]): unknown => {
      const bound = bindArguments('ForiLoop', ['lower', 'upper', 'loopFunc', 'initVal', 'unroll'], 4, args);
      const [lower, upper, loopFunc, initVal, unroll = false] = bound;
      return runFor('ForiLoop', lower, upper, loopFunc, initVal, unroll);
    };
    return Object.setPrototypeOf(call, new.target.prototype) as never;
  }
} as unknown as new () => <const C>(
  lower: number | Tensor,
  upper: number | Tensor,
  loopFunc: (i: LoopIndex<C>, val: Carry<C>) => Carry<C>,
  initVal: C,
  unroll?: boolean | { readonly unroll?: boolean | undefined },
) => Carry<C>;

/**
 * `new Scan()(loopFunc, init, xs, length, unroll)`: `scan` in MindSpore's form, where `xs` is a list, or null for
 * `length` rounds, and the results come as a list.
 */
export const Scan = class Scan {
  constructor() {
    const call = (...args: readonly unknown[]): unknown => {
      const bound = bindArguments('Scan', ['loopFunc', 'init', 'xs', 'length', 'unroll'], 2, args);
      const [loopFunc, init, xs = null, length, unroll] = bound as [never, unknown, unknown, number, boolean];
      const rounds = xs === null && Number.isInteger(length) && length >= 0;
      const elements = rounds ? new Array<null>(length).fill(null) : xs;
      return tupleOf(runScan('Scan', loopFunc, init, elements, { length, unroll }) as readonly unknown[]);
    };
    return Object.setPrototypeOf(call, new.target.prototype) as never;
  }
} as unknown as new () => <const C, X extends Xs, Y>(
  loopFunc: (carry: Carry<C>, x: Row<X>) => readonly [carry: Carry<C>, y: Y],
  init: C,
  xs: X,
  length?: number | null | Named<Omit<ScanOptions, 'reverse'>>,
  unroll?: boolean | Named<Omit<ScanOptions, 'reverse'>>,
) => readonly [carry: Carry<C>, ys: X extends Tensor ? Y : readonly Y[]];
