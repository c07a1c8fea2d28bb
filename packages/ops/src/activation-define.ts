import type { Attr, AttrValues, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Expr } from '@sporelet/ir';
import { constant } from '@sporelet/ir';
import { derivative } from './activation-derivative.ts';
import { floats, wide } from './elementwise-dtypes.ts';
import { mul } from './elementwise.ts';

/** An activation with its attributes after the tensor, or given to its class. */
export type Activation<P extends readonly unknown[] = []> = Op<
  (input: Tensor, ...attributes: P) => Tensor,
  new (...attributes: P) => (input: Tensor) => Tensor
>;

type Table = Readonly<Record<string, Attr<unknown>>>;

interface ActivationSpec<A extends Table> {
  readonly name: string;
  readonly fn?: string;
  readonly doc: string;
  readonly method?: string;
  readonly attrs?: A;
  readonly dtypes?: readonly DType[];
  /** The function, over float32 or float64 (or integers where `dtypes` allows them). */
  readonly of: (x: Expr, attrs: AttrValues<A>) => Expr;
  /** Its derivative, where the one found by the chain rule loses accuracy. */
  readonly slope?: (x: Expr, attrs: AttrValues<A>) => Expr;
}

/**
 * Declares an activation, and beside it its gradient as an op of one kernel, `<name>Grad`: the derivative of the
 * expression times what arrives, in float32 for halves. The gradient's own gradient is the next derivative.
 */
export function defineActivation<A extends Table, P extends readonly unknown[]>(
  spec: ActivationSpec<A>,
): Activation<P> {
  const { name, fn, doc, method = [], attrs = {} as A, dtypes = floats, of, slope } = spec;
  const names = Object.keys(attrs);
  const types = { T: dtypes };
  const computed = (x: Expr): Expr => (x.dtype.isFloat ? wide(x) : x);

  type GradOp = (input: Tensor, g: Tensor, ...attributes: readonly unknown[]) => Tensor;
  const gradOp: Op<GradOp> = defineOp({
    name: `${name}Grad`,
    sig: sigOf('input!:T, g!:T', [...names, 'order']) as 'input!:T, g!:T -> T',
    doc: `The derivative of ${name} of an order, times g: ${name}'s gradient.`,
    dtypes: types,
    attrs: { ...attrs, order: attr.int(1) },
    each: ({ input, g }, values) => {
      const { order, ...own } = values as unknown as { order: number } & AttrValues<A>;
      return slopeTimes(computed(input), computed(g), order, own as unknown as AttrValues<A>);
    },
    grad: ({ g, ins: [x, g0], attrs: values }) => {
      const { order, ...own } = values as unknown as { order: number };
      const given = Object.values(own);
      return [() => gradOp(x, mul(g, g0), ...given, order + 1), () => gradOp(x, g, ...given, order)];
    },
  });

  function slopeTimes(x: Expr, g: Expr, order: number, values: AttrValues<A>): Expr {
    let f = of(x, values);
    for (let k = 1; k <= order; k++) {
      const last = k === order;
      if (k === 1 && slope) f = last ? slope(x, values).mul(g) : slope(x, values);
      else f = derivative(f, x, last ? g : constant(1, x.dtype)) ?? constant(0, x.dtype);
    }
    return f;
  }

  return defineOp({
    name,
    ...(fn ? { fn } : {}),
    sig: sigOf('input!:T ;', names) as 'input!:T -> T',
    doc,
    method,
    dtypes: types,
    attrs,
    each: ({ input }, values) => of(computed(input), values),
    grad: ({ g, ins: [x], attrs: values }) => [gradOp(x, g, ...Object.values<unknown>({ ...values }))],
  });
}

const sigOf = (inputs: string, attributes: readonly string[]): string =>
  `${inputs}${inputs.endsWith(';') || !attributes.length ? '' : ','} ${attributes.join(', ')} -> T`;
