import { ValueError } from '@sporelet/ir';
import type { Parameter } from './parameter.ts';
import { bindArguments, isOptions } from './args.ts';
import type { Outputs, Weights } from './grad.ts';
import { checkInputs, checkWeights, cotangents, splitAux } from './grad.ts';
import { Parameter as ParameterClass } from './parameter.ts';
import type { AnyFn, Recording } from './recording.ts';
import { record, settleAll } from './recording.ts';
import { stopGradient } from './stop-gradient.ts';
import { Tensor } from './tensor.ts';
import { mapTensors, shapedLike, tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import { tupleOf } from './tuple.ts';
import type { Value } from './value.ts';

type Rest<R> = R extends readonly [unknown, infer One]
  ? One
  : R extends readonly [unknown, ...infer T]
    ? Readonly<T>
    : unknown;
type First<R> = R extends readonly [infer F, ...unknown[]] ? F : R extends readonly (infer E)[] ? E : R;
type InputTensors<A> = { readonly [K in keyof A]: Tensor };
type OfWeights<W> = W extends Parameter ? Tensor : readonly Tensor[];

/** A function recorded once, with its outputs taken apart. */
export interface Taken {
  readonly recording: Recording;
  /** What is differentiated, as the function returned it. */
  readonly main: unknown;
  readonly aux: readonly unknown[];
}

export function take(
  op: string,
  fn: AnyFn,
  args: readonly unknown[],
  positions: readonly number[],
  weights: readonly Parameter[],
  hasAux: boolean,
): Taken {
  if (typeof fn !== 'function') {
    throw new TypeError(`For '${op}', the 'fn' must be a function or a Cell, but got ${describe(fn)}.`);
  }
  checkInputs(op, args, positions);
  let parts: readonly [unknown, readonly unknown[]] = [undefined, []];
  const recording = record(op, fn, args, positions, weights, (result) => {
    parts = hasAux ? splitAux(op, result) : [result, []];
    return parts[0];
  });
  settleAll(recording.result);
  const aux = parts[1].map((a) => mapTensors(a, stopGradient));
  return { recording, main: asTuple(parts[0]), aux };
}

const asTuple = (value: unknown): unknown => (Array.isArray(value) ? tupleOf(value as readonly unknown[]) : value);

/** One extra output alone, several as a Tuple. */
export function packAux(aux: readonly unknown[]): unknown {
  return aux.length === 1 ? aux[0] : tupleOf(aux);
}

/** Hands gradients out in the nesting of what they belong to. */
function distribute(likes: readonly unknown[], flat: readonly Tensor[]): unknown[] {
  let at = 0;
  return likes.map((like) => {
    const n = tensorsIn(like).length;
    at += n;
    return shapedLike(like, flat.slice(at - n, at));
  });
}

export interface VjpOptions<W extends Weights, Aux> {
  /** Parameters whose gradients come as a second part. */
  weights?: W | undefined;
  /** Only the first output is differentiated; the others are returned third. */
  hasAux?: Aux | undefined;
}

type VjpFn<A, W> = (
  ...gradients: readonly (Tensor | readonly Tensor[])[]
) => [W] extends [null | undefined] ? InputTensors<A> : readonly [inputs: InputTensors<A>, weights: OfWeights<W>];

/**
 * The outputs of `fn`, and a function that takes gradients of the outputs to those of the inputs, always a Tuple.
 * `vjp(fn, x, y)` or, with options last, `vjp(fn, x, y, { weights, hasAux })`.
 */
export function vjp<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  ...inputs: A
): readonly [outputs: Outputs<R>, vjpFn: VjpFn<A, null>];
export function vjp<A extends readonly unknown[], R, W extends Weights = null, Aux extends boolean = false>(
  fn: (...args: A) => R,
  ...inputs: readonly [...A, VjpOptions<W, Aux>]
): Aux extends true
  ? readonly [output: First<R>, vjpFn: VjpFn<A, W>, aux: Rest<R>]
  : readonly [outputs: Outputs<R>, vjpFn: VjpFn<A, W>];
export function vjp(fn: AnyFn, ...given: readonly unknown[]): unknown {
  const last = given[given.length - 1];
  const [args, options] = isOptions(last) ? [given.slice(0, -1), last] : [given, {}];
  const [weights, hasAux = false] = bindArguments('vjp', ['weights', 'hasAux'], 0, [options]);
  const params = checkWeights('vjp', weights);
  const positions = args.flatMap((arg, i) => (tensorsIn(arg).length ? [i] : []));
  const { recording, main, aux } = take('vjp', fn, args, positions, params, hasAux as boolean);
  const vjpFn = (...gradients: readonly unknown[]): unknown => {
    const flat = recording.walk(cotangents('vjp', gradients, recording.outputs), true).map((v) => new Tensor(v));
    const parts = distribute([...positions.map((p) => args[p]), ...params], flat);
    const inputs = tupleOf(parts.slice(0, positions.length));
    if (weights === undefined || weights === null) return inputs;
    const ofWeights = parts.slice(positions.length);
    return tupleOf([inputs, weights instanceof ParameterClass ? ofWeights[0] : tupleOf(ofWeights)]);
  };
  return tupleOf(hasAux ? [main, vjpFn, packAux(aux)] : [main, vjpFn]);
}

/**
 * Derivatives of a recorded function along directions: the gradient, with respect to the outputs' gradients, of the
 * backward walk, which is linear in them.
 * @param directions - one per differentiated input, flat
 */
export function pushForward(recording: Recording, directions: readonly Value[]): Value[] {
  const ones = recording.outputs.map((v) => new Tensor(v));
  const walk = record(
    'jvp',
    (...u: readonly Tensor[]) =>
      tupleOf(
        recording
          .walk(
            u.map((t) => t.$value),
            true,
          )
          .map((v) => new Tensor(v)),
      ),
    ones,
    ones.map((_, i) => i),
    [],
    (result) => result,
  );
  return walk.walk(directions, false);
}

/**
 * The outputs of `fn` and their derivative along `v`; with `hasAux` the other outputs third.
 * @param inputs - a tensor, or a list with one per argument
 * @param v - directions, in the same form
 */
export function jvp<A extends readonly unknown[], R, Aux extends boolean = false>(
  fn: (...args: A) => R,
  inputs: Tensor | readonly Tensor[],
  v: Tensor | readonly Tensor[],
  hasAux?: Aux | { readonly hasAux?: Aux },
): Aux extends true
  ? readonly [output: First<R>, derivative: First<R>, aux: Rest<R>]
  : readonly [outputs: Outputs<R>, derivatives: Outputs<R>];
export function jvp(fn: AnyFn, inputs: unknown, v: unknown, ...options: readonly unknown[]): unknown {
  const [hasAux = false] = bindArguments('jvp', ['hasAux'], 0, options);
  const args = listOf('inputs', inputs);
  const along = listOf('v', v);
  if (args.length !== along.length) {
    throw new ValueError(`For 'jvp', 'v' must have one direction per input, ${args.length}, but got ${along.length}.`);
  }
  const positions = args.map((_, i) => i);
  const { recording, main, aux } = take('jvp', fn, args, positions, [], hasAux as boolean);
  const wanted = args.map((t) => t.$value);
  const derivatives = pushForward(recording, cotangents('jvp', along, wanted)).map((d) => new Tensor(d));
  const shaped = shapedLike(main, derivatives);
  return tupleOf(hasAux ? [main, shaped, packAux(aux)] : [main, shaped]);
}

function listOf(name: string, given: unknown): readonly Tensor[] {
  const list = Array.isArray(given) ? given : [given];
  if (list.length && list.every((t) => t instanceof Tensor)) return list;
  throw new TypeError(`For 'jvp', the '${name}' must be a Tensor or a tuple of Tensors, but got ${describe(given)}.`);
}
