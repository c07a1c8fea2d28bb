import type { Dims, DType } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import { bindArguments } from './args.ts';
import { BatchTrace, BatchValue } from './batch-trace.ts';
import { coreOps } from './core-ops.ts';
import { currentDevice } from './devices.ts';
import { atLevel } from './dispatch.ts';
import { zerosFor } from './gradient.ts';
import { checkPositions } from './grad.ts';
import type { GradPosition } from './grad.ts';
import { packAux, pushForward, take } from './products.ts';
import type { Taken } from './products.ts';
import type { AnyFn } from './recording.ts';
import { toElement } from './scalars.ts';
import { Tensor } from './tensor.ts';
import { upload } from './transfer.ts';
import { tensorsIn } from './tensor-tree.ts';
import { tupleOf } from './tuple.ts';
import type { Value } from './value.ts';

/** All unit vectors of a shape: [n, ...shape]. */
function basis(shape: Dims, dtype: DType): Value {
  const n = sizeOf(shape);
  const data = new dtype.array(n * n);
  const one = toElement(1, dtype);
  for (let i = 0; i < n; i++) (data as { [i: number]: number | bigint })[i * n + i] = one;
  return upload({ dtype, shape: [n, ...shape], data }, currentDevice());
}

/** Values for every unit vector at once: [n, ...shape of each]. */
function overBasis(shape: Dims, dtype: DType, run: (unit: Value) => readonly Value[]): Tensor[] {
  return atLevel(
    (level) => new BatchTrace(level, sizeOf(shape)),
    (trace) => run(new BatchValue(trace, basis(shape, dtype))).map((v) => new Tensor(trace.physical(v))),
  );
}

interface Jacobians {
  /** By output, then by input. */
  readonly table: readonly (readonly Tensor[])[];
  readonly taken: Taken;
}

function reverse(taken: Taken, inputs: readonly Tensor[]): Jacobians {
  const { recording } = taken;
  const zeros = recording.outputs.map((o) => zerosFor(o).$value);
  const table = recording.outputs.map((out, k) => {
    const rows = overBasis(out.shape, out.dtype, (unit) => recording.walk(zeros.with(k, unit), true));
    return rows.map((row, i) => coreOps().reshape(row, [...out.shape, ...inputs[i]!.shape]));
  });
  return { table, taken };
}

function forward(taken: Taken, inputs: readonly Tensor[]): Jacobians {
  const { recording } = taken;
  const zeros = inputs.map((t) => zerosFor(t).$value);
  const byInput = inputs.map((input, i) => {
    const columns = overBasis(input.shape, input.dtype, (unit) => pushForward(recording, zeros.with(i, unit)));
    return columns.map((column, k) => {
      const out = recording.outputs[k]!;
      const axes = out.shape.map((_, d) => d + 1);
      const last = coreOps().transpose(column, [...axes, 0]);
      return coreOps().reshape(last, [...out.shape, ...input.shape]);
    });
  });
  return { table: recording.outputs.map((_, k) => byInput.map((column) => column[k]!)), taken };
}

type Positions<P> = P extends number | readonly [number] ? Tensor : { readonly [K in keyof P]: Tensor };
/** One Jacobian per output and position; single ones are not wrapped. */
type JacobianOf<R, P> = R extends Tensor
  ? Positions<P>
  : R extends readonly unknown[]
    ? { readonly [K in keyof R]: Positions<P> }
    : unknown;
type First<R> = R extends readonly [infer F, ...unknown[]] ? F : R;
type Rest<R> = R extends readonly [unknown, infer One]
  ? One
  : R extends readonly [unknown, ...infer T]
    ? Readonly<T>
    : unknown;
type JacobianFn<A extends readonly unknown[], R, P, Aux> = (
  ...args: A
) => Aux extends true ? readonly [jacobian: JacobianOf<First<R>, P>, aux: Rest<R>] : JacobianOf<R, P>;

function jacobian(op: string, mode: typeof reverse, fn: AnyFn, options: readonly unknown[]): unknown {
  const [position = 0, hasAux = false] = bindArguments(op, ['gradPosition', 'hasAux'], 0, options);
  const positions = checkPositions(op, position);
  return (...args: readonly unknown[]): unknown => {
    const taken = take(op, fn, args, positions, [], hasAux as boolean);
    const inputs = positions.flatMap((p) => tensorsIn(args[p]));
    const { table } = mode(taken, inputs);
    taken.recording.release();
    const rows = table.map((row) => (row.length === 1 ? row[0] : tupleOf(row)));
    const all = Array.isArray(taken.main) ? tupleOf(rows) : rows[0];
    return hasAux ? tupleOf([all, packAux(taken.aux)]) : all;
  };
}

/**
 * A function that gives the Jacobian of `fn` by reverse mode: shape = output shape + input shape. One output and one
 * position give a Tensor; several outputs a Tuple over outputs, several positions a Tuple over positions in it.
 * @param hasAux - only the first output is differentiated; the result is (jacobian, other outputs)
 */
export function jacrev<
  A extends readonly unknown[],
  R,
  const P extends Exclude<GradPosition, null> = 0,
  Aux extends boolean = false,
>(
  fn: (...args: A) => R,
  gradPosition?: P | { readonly gradPosition?: P; readonly hasAux?: Aux },
  hasAux?: Aux | { readonly hasAux?: Aux },
): JacobianFn<A, R, P, Aux>;
export function jacrev(fn: AnyFn, ...options: readonly unknown[]): unknown {
  return jacobian('jacrev', reverse, fn, options);
}

/** The same as `jacrev` by forward mode: cheaper when there are fewer inputs than outputs. */
export function jacfwd<
  A extends readonly unknown[],
  R,
  const P extends Exclude<GradPosition, null> = 0,
  Aux extends boolean = false,
>(
  fn: (...args: A) => R,
  gradPosition?: P | { readonly gradPosition?: P; readonly hasAux?: Aux },
  hasAux?: Aux | { readonly hasAux?: Aux },
): JacobianFn<A, R, P, Aux>;
export function jacfwd(fn: AnyFn, ...options: readonly unknown[]): unknown {
  return jacobian('jacfwd', forward, fn, options);
}
