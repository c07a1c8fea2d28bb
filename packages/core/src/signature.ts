import type { DType, WeakKind } from '@sporelet/ir';
import { bfloat16, dtypeByName, float16, float32, int64, bool, promoteTypes, promoteWeak } from '@sporelet/ir';

/** An input of an op as its signature declares it. */
export interface InputSig {
  readonly name: string;
  /** Inputs of one group are promoted together. */
  readonly group: string;
  /** Updated in place: must be a Parameter, is never converted. */
  readonly writable: boolean;
  readonly optional: boolean;
  /** A number is refused. */
  readonly tensorOnly: boolean;
  /** A list of tensors. */
  readonly sequence: boolean;
}

/** An output: the dtype of a group, a fixed dtype, that of an attribute, or what `infer` says. */
export interface OutputSig {
  readonly group: string;
  readonly dtype: DType | null;
  readonly attr: string;
  /** The input updated in place that this output is, or ''. */
  readonly writes: string;
}

export interface Signature {
  readonly inputs: readonly InputSig[];
  /** Names of inputs and call attributes as written: MindSpore puts some attributes between inputs. */
  readonly callOrder: readonly string[];
  /** Attributes given in calls, in order. */
  readonly callAttrs: readonly string[];
  /** Attributes given to the primitive's constructor, in order. */
  readonly classAttrs: readonly string[];
  readonly outputs: readonly OutputSig[];
}

/** Reads `x:T, y&:T, z!:T, axis ; keepDims -> T, Bool` (& = updated in place, ? = optional, ! = no plain number). */
export function parseSignature(op: string, sig: string): Signature {
  const fail = (what: string): never => {
    throw new Error(`defineOp '${op}': ${what} in signature '${sig}'`);
  };
  const [left, right, more] = sig.split('->');
  if (left === undefined || right === undefined || more !== undefined) return fail("there must be one '->'");
  const inputs: InputSig[] = [];
  const callOrder: string[] = [];
  const callAttrs: string[] = [];
  const classAttrs: string[] = [];
  left.split(';').forEach((part, p) => {
    for (const item of part.split(',').map((s) => s.trim())) {
      if (!item) continue;
      const m = /^(\w+)([&?!]?)(?::(\w+)(\[\])?)?$/.exec(item) ?? fail(`'${item}' is not understood`);
      const [, name = '', mark, group, list] = m;
      if (!p) callOrder.push(name);
      if (group === undefined) (p ? classAttrs : callAttrs).push(name);
      else if (p) fail(`the input '${name}' comes after ';'`);
      else
        inputs.push({
          name,
          group,
          writable: mark === '&',
          optional: mark === '?',
          tensorOnly: mark === '!',
          sequence: list !== undefined,
        });
    }
  });
  const writable = inputs.filter((i) => i.writable);
  const items = right.split(',').map((s) => s.trim());
  const outputs = items.map((item, k): OutputSig => {
    const named = item.startsWith('&') ? inputs.find((i) => i.name === item.slice(1) && i.writable) : undefined;
    if (item.startsWith('&') && !named) fail(`there is no writable input '${item.slice(1)}'`);
    const target = named ?? (writable.length === items.length ? writable[k] : undefined);
    if (target) return { group: target.group, dtype: null, attr: '', writes: target.name };
    if (item.startsWith('=')) return { group: '', dtype: null, attr: item.slice(1), writes: '' };
    if (item === '?') return { group: '', dtype: null, attr: '', writes: '' };
    if (inputs.some((i) => i.group === item)) return { group: item, dtype: null, attr: '', writes: '' };
    return {
      group: '',
      dtype: dtypeByName(item) ?? fail(`the output '${item}' is not understood`),
      attr: '',
      writes: '',
    };
  });
  return { inputs, callOrder, callAttrs, classAttrs, outputs };
}

/** How many arguments at the front of a call must be given: the inputs before the first attribute or optional input. */
export function leadingRequired({ inputs, callOrder }: Signature): number {
  const at = inputs.findIndex((input, i) => input.optional || callOrder[i] !== input.name);
  return at < 0 ? inputs.length : at;
}

/** Sorts arguments in the order of `callOrder`, then of the class attributes: operands, and attributes in their order. */
export function sortArguments(
  { inputs, callOrder, callAttrs }: Signature,
  values: readonly unknown[],
): readonly [operands: readonly unknown[], attrs: readonly unknown[]] {
  const count = inputs.length;
  const mixed = callAttrs.length > 0 && callOrder.indexOf(callAttrs[0]!) < count;
  if (!mixed) return [values.slice(0, count), values.slice(count)];
  const at = (name: string): unknown => values[callOrder.indexOf(name)];
  return [inputs.map((i) => at(i.name)), [...callAttrs.map(at), ...values.slice(callOrder.length)]];
}

/** Groups whose inputs keep a dtype of their own: a scalar each. */
export const isScalarGroup = (group: string): boolean => group.startsWith('S');
export const isIndexGroup = (group: string): boolean => group.startsWith('I');

/** How a JavaScript scalar takes part in promotion. */
export function weakKind(value: number | bigint | boolean): WeakKind {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'bigint' || Number.isInteger(value) ? 'int' : 'float';
}

/** The dtype of a JavaScript scalar that meets no tensor. */
export function ownDType(value: number | bigint | boolean): DType {
  return typeof value === 'number' ? float32 : typeof value === 'bigint' ? int64 : bool;
}

const half = (d: DType): boolean => d === float16 || d === bfloat16;

function refuse(op: string, a: string, b: string): never {
  throw new TypeError(`For '${op}', Type implicit conversion between ${a} and ${b} is not supported.`);
}

/**
 * The common dtype of a group's members: tensors by the promotion table from left to right, then weak scalars.
 * @param fixed - dtypes of Parameters updated in place: they are not converted
 */
export function commonDType(
  op: string,
  dtypes: readonly DType[],
  weak: readonly (number | bigint | boolean)[],
  fixed: readonly { readonly name: string; readonly dtype: DType }[] = [],
): DType {
  if (!dtypes.length) {
    const kinds = weak.map(ownDType);
    return kinds.reduce((a, b) => promoteTypes(a, b)!);
  }
  let common = dtypes[0]!;
  for (let i = 1; i < dtypes.length; i++) {
    const next = dtypes[i]!;
    common = promoteTypes(common, next) ?? refuse(op, common.name, next.name);
  }
  for (const value of weak) {
    const kind = weakKind(value);
    const scalar = kind === 'bool' ? 'Bool' : kind === 'int' ? 'Int64' : 'Float32';
    common = promoteWeak(common, kind) ?? refuse(op, `Tensor[${common.name}]`, scalar);
  }
  for (const { name, dtype } of fixed) {
    if (dtype === common) continue;
    // Two half types have no common half: the Parameter's wins.
    if (half(dtype) && dtypes.every(half) && fixed.every((f) => f.dtype === dtype)) return dtype;
    throw new TypeError(
      `For '${op}', Data type conversion of 'Parameter' is not supported, so the argument '${name}' of data type ` +
        `${dtype.name} cannot be converted to data type ${common.name} automatically.`,
    );
  }
  return common;
}

// Types: the names and kinds of the inputs, read from the signature's text.

type Trim<S extends string> = S extends ` ${infer R}` ? Trim<R> : S extends `${infer R} ` ? Trim<R> : S;
type SplitAll<S extends string> = S extends `${infer H};${infer T}`
  ? [...SplitAll<H>, ...SplitAll<T>]
  : S extends `${infer H},${infer T}`
    ? [H, ...SplitAll<T>]
    : [S];
type Left<S extends string> = S extends `${infer I}->${string}` ? I : S;
type Right<S extends string> = S extends `${string}->${infer O}` ? O : S;
type Inputs<L extends readonly string[]> = L extends [infer H extends string, ...infer T extends string[]]
  ? H extends `${string}:${string}`
    ? [Trim<H>, ...Inputs<T>]
    : Inputs<T>
  : [];
type InputsOf<S extends string> = Inputs<SplitAll<Left<S>>>;
type Bare<N extends string> = N extends `${infer M}&`
  ? M
  : N extends `${infer M}?`
    ? M
    : N extends `${infer M}!`
      ? M
      : N;
type NameOf<E extends string> = E extends `${infer N}:${string}` ? Bare<N> : never;
type Kinded<E, X> = E extends `${string}[]` ? readonly X[] : E extends `${string}?:${string}` ? X | null : X;
type NamedInputs<L extends readonly string[], X> = { readonly [E in L[number] as NameOf<E>]: Kinded<E, X> };
type PlacedInputs<L extends readonly string[], X> = { readonly [K in keyof L]: Kinded<L[K], X> };
type Each<L extends readonly string[], X> = { readonly [K in keyof L]: X };

/** The inputs of a signature by name, each as an X (a list of X, an X or null). */
export type ByName<S extends string, X> = NamedInputs<InputsOf<S>, X>;
/** The inputs of a signature in order. */
export type ByPosition<S extends string, X> = PlacedInputs<InputsOf<S>, X>;
/** One X per output of a signature. */
export type Outputs<S extends string, X> = Each<SplitAll<Right<S>>, X>;
