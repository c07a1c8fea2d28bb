import { RuntimeError, ValueError } from '@sporelet/ir';
import type { Named } from './args.ts';
import { bindArguments } from './args.ts';
import { Parameter } from './parameter.ts';
import type { AnyFn } from './recording.ts';
import { record, settleAll } from './recording.ts';
import { stopGradient } from './stop-gradient.ts';
import { Tensor } from './tensor.ts';
import { mapTensors, shapedLike, tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import { tupleOf } from './tuple.ts';
import type { Value } from './value.ts';

/** Which arguments to differentiate: one, several, or none. */
export type GradPosition = number | readonly number[] | null;
/** Which Parameters to differentiate. */
export type Weights = Parameter | readonly Parameter[] | null | undefined;

type Tensors<P> = { readonly [K in keyof P]: Tensor };
type Pairs<P> = { readonly [K in keyof P]: readonly [position: P[K], gradient: Tensor] };
type OfInputs<P, Ids> = P extends number
  ? Ids extends true
    ? readonly [position: P, gradient: Tensor]
    : Tensor
  : P extends readonly [infer N]
    ? OfInputs<N, Ids>
    : Ids extends true
      ? Pairs<P>
      : Tensors<P>;
type NamedGradient = readonly [name: string, gradient: Tensor];
type OfWeights<W, Ids> = W extends Parameter
  ? Ids extends true
    ? NamedGradient
    : Tensor
  : Ids extends true
    ? readonly NamedGradient[]
    : readonly Tensor[];
/** Gradients in the structure that `grad` gives them. */
export type Gradients<P, W, Ids = false> = [P] extends [null]
  ? OfWeights<W, Ids>
  : [W] extends [null | undefined]
    ? OfInputs<P, Ids>
    : readonly [inputs: OfInputs<P, Ids>, weights: OfWeights<W, Ids>];
type Rest<R> = R extends readonly [unknown, ...infer T] ? Readonly<T> : readonly Tensor[];
/** Arrays of results destructure without undefined. */
export type Outputs<R> = R extends readonly [unknown, ...unknown[]]
  ? R
  : R extends readonly (infer E)[]
    ? readonly [E, ...E[]]
    : R;

export interface GradOptions<P extends GradPosition, W extends Weights, Aux, Ids, Sens> {
  /** Arguments to differentiate: 0 by default, null for none. */
  gradPosition?: P | undefined;
  /** Parameters to differentiate. */
  weights?: W | undefined;
  /** Only the first output is differentiated, the others are handed through. */
  hasAux?: Aux | undefined;
  /** Each gradient comes as a pair with its position or its Parameter's name. */
  returnIds?: Ids | undefined;
  /** The last argument of the call is the gradient of the output. */
  sensParam?: Sens | undefined;
}

const names = ['gradPosition', 'weights', 'hasAux', 'returnIds', 'sensParam'] as const;

/** What was asked for, checked. */
interface Plan {
  readonly op: string;
  readonly fn: AnyFn;
  readonly position: GradPosition;
  readonly positions: readonly number[];
  readonly weights: Weights;
  readonly params: readonly Parameter[];
  readonly hasAux: boolean;
  readonly returnIds: boolean;
  readonly sensParam: boolean;
}

export function checkPositions(op: string, position: unknown): readonly number[] {
  if (position === null) return [];
  const list = typeof position === 'number' ? [position] : position;
  if (!Array.isArray(list)) {
    throw new TypeError(`For '${op}', the 'gradPosition' must be an int or a tuple of ints, but got ${describe(position)}.`); // prettier-ignore
  }
  for (const p of list as readonly unknown[]) {
    if (!Number.isInteger(p)) throw new TypeError(`For '${op}', the elements of 'gradPosition' must be ints, but got ${describe(p)}.`); // prettier-ignore
    if ((p as number) < 0) throw new ValueError(`For '${op}', the 'gradPosition' must not be negative, but got ${describe(p)}.`); // prettier-ignore
  }
  if (new Set(list).size !== list.length) {
    throw new ValueError(`For '${op}', there are duplicate positions in 'gradPosition': ${describe(list)}.`);
  }
  return list as readonly number[];
}

export function checkWeights(op: string, weights: unknown): readonly Parameter[] {
  if (weights === undefined || weights === null) return [];
  const list: readonly unknown[] =
    weights instanceof Parameter ? [weights] : Array.isArray(weights) ? weights : [weights];
  for (const w of list) {
    if (w instanceof Parameter) continue;
    throw new TypeError(
      `For '${op}', the 'weights' must be a Parameter or a list of Parameters, but got ${describe(w)}.`,
    );
  }
  return list as readonly Parameter[];
}

function planOf(op: string, fn: unknown, args: readonly unknown[]): Plan {
  if (typeof fn !== 'function') throw new TypeError(`For '${op}', the 'fn' must be a function or a Cell, but got ${describe(fn)}.`); // prettier-ignore
  const [position = 0, weights, hasAux = false, returnIds = false, sensParam = false] = bindArguments(
    op,
    names,
    0,
    args,
  );
  if (position === null && (weights === undefined || weights === null)) {
    throw new ValueError(`For '${op}', 'gradPosition' and 'weights' cannot both be None.`);
  }
  for (const [name, value] of Object.entries({ hasAux, returnIds, sensParam })) {
    if (typeof value !== 'boolean') throw new TypeError(`For '${op}', the '${name}' must be a bool, but got ${describe(value)}.`); // prettier-ignore
  }
  return {
    op,
    fn: fn as AnyFn,
    position: position as GradPosition,
    positions: checkPositions(op, position),
    weights: weights as Weights,
    params: checkWeights(op, weights),
    hasAux: hasAux as boolean,
    returnIds: returnIds as boolean,
    sensParam: sensParam as boolean,
  };
}

/** Checks that what is to be differentiated is there and is made of tensors. */
export function checkInputs(op: string, args: readonly unknown[], positions: readonly number[]): void {
  for (const p of positions) {
    if (p >= args.length) {
      throw new ValueError(
        `For '${op}', the 'gradPosition' ${p} is not below the number of arguments, ${args.length}.`,
      );
    }
    if (!tensorsIn(args[p]).length) {
      throw new TypeError(
        `For '${op}', argument ${p} must be a Tensor to have a gradient, but got ${describe(args[p])}.`,
      );
    }
  }
}

/** The first output and the others, for functions with auxiliary outputs. */
export function splitAux(op: string, result: unknown): readonly [unknown, readonly unknown[]] {
  if (Array.isArray(result) && result.length > 1) {
    const [first, ...rest] = result as readonly unknown[];
    return [first, rest];
  }
  throw new ValueError(`For '${op}', 'hasAux' needs a function of more than one output.`);
}

/** The user's gradients of the outputs, as values. */
export function cotangents(op: string, given: unknown, outputs: readonly Value[]): Value[] {
  const tensors = tensorsIn(given);
  if (tensors.length !== outputs.length) {
    throw new ValueError(`For '${op}', ${outputs.length} gradients of outputs are needed, but got ${tensors.length}.`);
  }
  return tensors.map((t, i) => {
    const out = outputs[i]!;
    if (String(t.shape) !== String(out.shape)) {
      throw new ValueError(
        `For '${op}', the gradient of output ${i} must have its shape ${String(out.shape)}, but got ${String(t.shape)}.`,
      );
    }
    return t.dtype === out.dtype ? t.$value : new Tensor(t, out.dtype).$value;
  });
}

/** Runs a plan: the function's result, and the gradients in the structure asked for. */
function run(plan: Plan, given: readonly unknown[]): { result: unknown; aux: readonly unknown[]; gradients: unknown } {
  const { op, positions, params } = plan;
  const args = plan.sensParam ? given.slice(0, -1) : given;
  checkInputs(op, args, positions);
  let aux: readonly unknown[] = [];
  const pick = (result: unknown): unknown => {
    if (!plan.hasAux) return result;
    const [first, rest] = splitAux(op, result);
    aux = rest;
    return first;
  };
  const recording = record(op, plan.fn, args, positions, params, pick);
  const { result, outputs } = recording;
  const sens = plan.sensParam ? cotangents(op, given[given.length - 1], outputs) : null;
  const flat = recording.walk(sens, false).map((v) => new Tensor(v));
  settleAll(result);
  let at = 0;
  const take = (like: unknown): unknown => {
    const n = tensorsIn(like).length;
    at += n;
    return shapedLike(like, flat.slice(at - n, at));
  };
  const ofInputs = positions.map((p) => withId(plan, p, take(args[p])));
  const ofWeights = params.map((w) => withId(plan, w.name, take(w)));
  const inputs = ofInputs.length === 1 ? ofInputs[0] : tupleOf(ofInputs);
  const weights = plan.weights instanceof Parameter ? ofWeights[0] : tupleOf(ofWeights);
  const noWeights = plan.weights === null || plan.weights === undefined;
  const gradients = plan.position === null ? weights : noWeights ? inputs : tupleOf([inputs, weights]);
  return { result, aux, gradients };
}

const withId = (plan: Plan, id: string | number, gradient: unknown): unknown =>
  plan.returnIds ? tupleOf([id, gradient]) : gradient;

/** What a gradient function returns: gradients, with the other outputs or with all of them. */
type Returned<Kind, R, P, W, Aux, Ids> = Kind extends 'value'
  ? readonly [outputs: Outputs<R>, gradients: Gradients<P, W, Ids>]
  : Aux extends true
    ? readonly [gradients: Gradients<P, W, Ids>, aux: Rest<R>]
    : Gradients<P, W, Ids>;
type GradFn<Kind, A extends readonly unknown[], R, P, W, Aux, Ids, Sens> = (
  ...args: Sens extends true ? readonly unknown[] : A
) => Returned<Kind, R, P, W, Aux, Ids>;

/** `grad` and `valueAndGrad`: options by position, or the last ones by name. */
export interface GradCall<Kind> {
  <
    A extends readonly unknown[],
    R,
    const P extends GradPosition = 0,
    W extends Weights = null,
    Aux extends boolean = false,
    Ids extends boolean = false,
    Sens extends boolean = false,
  >(
    fn: (...args: A) => R,
    gradPosition?: P,
    weights?: W,
    hasAux?: Aux,
    returnIds?: Ids,
    sensParam?: Sens,
  ): GradFn<Kind, A, R, P, W, Aux, Ids, Sens>;
  <
    A extends readonly unknown[],
    R,
    const P extends GradPosition = 0,
    W extends Weights = null,
    Aux extends boolean = false,
    Ids extends boolean = false,
    Sens extends boolean = false,
  >(
    fn: (...args: A) => R,
    options: Named<GradOptions<P, W, Aux, Ids, Sens>>,
  ): GradFn<Kind, A, R, P, W, Aux, Ids, Sens>;
  <
    A extends readonly unknown[],
    R,
    const P extends GradPosition,
    W extends Weights = null,
    Aux extends boolean = false,
    Ids extends boolean = false,
    Sens extends boolean = false,
  >(
    fn: (...args: A) => R,
    gradPosition: P,
    options: Named<Omit<GradOptions<P, W, Aux, Ids, Sens>, 'gradPosition'>>,
  ): GradFn<Kind, A, R, P, W, Aux, Ids, Sens>;
  <
    A extends readonly unknown[],
    R,
    const P extends GradPosition,
    W extends Weights,
    Aux extends boolean = false,
    Ids extends boolean = false,
    Sens extends boolean = false,
  >(
    fn: (...args: A) => R,
    gradPosition: P,
    weights: W,
    options: Named<Omit<GradOptions<P, W, Aux, Ids, Sens>, 'gradPosition' | 'weights'>>,
  ): GradFn<Kind, A, R, P, W, Aux, Ids, Sens>;
}

/**
 * A function that gives the gradients of `fn`, of the sum of its outputs.
 * A position or a Parameter gives one Tensor (so does a tuple of one position), several give a Tuple; positions and
 * weights together a pair. Options: `gradPosition` (0; null for none), `weights`, `hasAux` (only the first output is
 * differentiated; the result is (gradients, (other outputs))), `returnIds` (each gradient comes as (position or name,
 * gradient)), `sensParam` (the last argument of the call is the gradient of the output).
 * @throws ValueError when there is nothing to differentiate, for negative, doubled or missing positions
 */
export const grad: GradCall<'grad'> = (fn: AnyFn, ...options: readonly unknown[]): never => {
  const plan = planOf('grad', fn, options);
  const gradient = (...args: readonly unknown[]): unknown => {
    const { aux, gradients } = run(plan, args);
    return plan.hasAux ? tupleOf([gradients, tupleOf(aux.map((a) => mapTensors(a, stopGradient)))]) : gradients;
  };
  return gradient as never;
};

/**
 * A function that gives what `fn` returns and its gradients, as a pair; see `grad`. With `hasAux` all outputs come
 * first, and only the first of them is differentiated.
 */
export const valueAndGrad: GradCall<'value'> = (fn: AnyFn, ...options: readonly unknown[]): never => {
  const plan = planOf('valueAndGrad', fn, options);
  const both = (...args: readonly unknown[]): unknown => {
    const { result, gradients } = run(plan, args);
    return tupleOf([Array.isArray(result) ? tupleOf(result as readonly unknown[]) : result, gradients]);
  };
  return both as never;
};

/** What `returnIds` gave: pairs of an identifier and a gradient, nested in tuples. */
type WithIds = readonly [number | string, Tensor] | readonly WithIds[];

/**
 * The gradient of one position or Parameter out of what `grad(..., { returnIds: true })` gives.
 * @throws RuntimeError when there is none
 */
export function getGrad(gradients: WithIds | readonly unknown[], identifier: number | string | Parameter): Tensor {
  const id = identifier instanceof Parameter ? identifier.name : identifier;
  if (typeof id !== 'number' && typeof id !== 'string') {
    throw new TypeError(
      `For 'getGrad', the 'identifier' must be an int or a Parameter, but got ${describe(identifier)}.`,
    );
  }
  const find = (node: unknown): Tensor | null => {
    if (!Array.isArray(node)) return null;
    const [first, second] = node as readonly unknown[];
    if (first === id && node.length === 2) return second as Tensor;
    for (const item of node) {
      const found = find(item);
      if (found) return found;
    }
    return null;
  };
  const found = find(gradients);
  if (found) return found;
  throw new RuntimeError(
    `For 'getGrad', there is no gradient for ${typeof id === 'string' ? `'${id}'` : `position ${id}`}.`,
  );
}

export { run as runGradient };
export type { Plan as GradPlan };
