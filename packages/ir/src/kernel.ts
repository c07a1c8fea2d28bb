import type { DType } from './dtype.ts';
import type { Axis, Expr } from './expr.ts';
import type { Dims } from './shape.ts';

/** What is known of a tensor before it is computed. */
export interface TensorSpec {
  readonly dtype: DType;
  readonly shape: Dims;
}

/** `out[axes] = value(axes)`. */
export interface PullOutput {
  readonly form: 'pull';
  readonly spec: TensorSpec;
  readonly axes: readonly Axis[];
  readonly value: Expr;
}

/** How a pushed value meets what is there. */
export type PushOp = 'set' | 'add' | 'sub' | 'mul' | 'max' | 'min';

/** `out = init; for axes in order: out[index(axes)] op= value(axes)`. */
export interface PushOutput {
  readonly form: 'push';
  readonly spec: TensorSpec;
  readonly axes: readonly Axis[];
  readonly index: readonly Expr[];
  readonly value: Expr;
  readonly op: PushOp;
  /** What the output holds before: another pull over the output's own axes. */
  readonly init: { readonly axes: readonly Axis[]; readonly value: Expr };
}

/** A written body on arrays, for what an expression cannot say (sort, top-k, SVD). */
export type RoutineBody = (inputs: readonly RoutineArray[], outputs: readonly RoutineArray[]) => void;

/** A tensor as a routine sees it: elements in memory form (float16 as bits), row-major. */
export interface RoutineArray extends TensorSpec {
  readonly data: ArrayLike<number | bigint> & { [i: number]: number | bigint };
}

export interface RoutineOutput {
  readonly form: 'routine';
  readonly spec: TensorSpec;
}

export type KernelOutput = PullOutput | PushOutput | RoutineOutput;

/** Makes the error for a `bounded` index that was out of range. */
export type OutOfRange = (index: number) => Error;

/** What a device compiles: the meaning of an op at given dtypes and shapes. */
export interface Kernel {
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly KernelOutput[];
  /** For each output the input it overwrites, or -1. */
  readonly inPlace: readonly number[];
  /** One axis whose length is an argument of the run; its extent here is only a sample. */
  readonly flat: boolean;
  readonly routine?: RoutineBody;
  readonly outOfRange?: OutOfRange;
}
