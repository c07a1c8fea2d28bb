import { bindArguments, isOptions } from './args.ts';
import { AttrReader } from './attr-reader.ts';
import type { Result } from './call.ts';
import { invoke } from './call.ts';
import { withPath } from './cell-path.ts';
import { fastCall } from './fast-call.ts';
import { OpDef } from './op-def.ts';
import type { OpSpec, RawSpec } from './op-spec.ts';
import type { AnyPrimitive } from './primitive.ts';
import { primitiveClass } from './primitive.ts';
import { register } from './registry.ts';
import { leadingRequired, sortArguments } from './signature.ts';

type AnyFn = (...args: never[]) => unknown;

/**
 * An op as a function: its type is F. `Primitive` is its class form: `new op.Primitive(attributes)(inputs)`, of type P.
 */
export type Op<F extends AnyFn, P = new () => F> = F & { readonly def: OpDef; readonly Primitive: P };

export type AnyOp = Op<AnyFn, AnyPrimitive>;

/** How arguments of the function form become inputs and attributes. */
interface CallForm {
  readonly reader: AttrReader;
  readonly names: readonly string[];
  readonly required: number;
}

function callForm(def: OpDef): CallForm {
  const { callOrder, callAttrs, classAttrs } = def.sig;
  return {
    reader: new AttrReader(def.name, def.spec.attrs ?? {}, [...callAttrs, ...classAttrs]),
    names: [...callOrder, ...classAttrs],
    required: leadingRequired(def.sig),
  };
}

/**
 * Declares an op: signature, dtypes, shape inference, kernel and gradient in one place. What it gives is a function that
 * takes the inputs and then the attributes, by position or by name; annotate the variable with its type:
 * `export const add: Op<(x: Operand, y: Operand) => Tensor> = defineOp({ ... })`.
 */
export function defineOp<const S extends string, F extends AnyFn, P, A = Record<never, never>>(
  spec: OpSpec<S, A>,
): Op<F, P> {
  const raw = spec as unknown as RawSpec;
  const forms = (['each', 'pull', 'push', 'routine', 'alias', 'body'] as const).filter((form) => raw[form]);
  if (forms.length !== 1)
    throw new Error(`defineOp '${raw.name}': there must be one kernel form, but got ${forms.join(', ') || 'none'}`);
  const def = new OpDef(raw);
  let form: CallForm | undefined;

  const general = (args: readonly unknown[]): Result => {
    try {
      const { reader, names, required } = (form ??= callForm(def));
      const plain = args.length >= required && args.length <= names.length && !args.some(isOptions);
      const values = plain ? args : bindArguments(raw.name, names, required, args);
      const [operands, given] = sortArguments(def.sig, values);
      return invoke(def, operands, reader.read(given));
    } catch (error) {
      throw withPath(error);
    }
  };
  const fn = fastCall(def, general);
  const title = raw.fn ?? raw.name.charAt(0).toLowerCase() + raw.name.slice(1);
  Object.defineProperty(fn, 'name', { value: title });
  const op = Object.assign(fn, { def, Primitive: primitiveClass(def) }) as unknown as Op<F, P>;
  register(op as unknown as AnyOp);
  return op;
}
