import type { DType, TypedArray } from '../src/dtype.ts';
import { Expr } from '../src/expr.ts';
import { scalarFn } from '../src/scalar-js.ts';

/** Stands for element i of the given input. */
export function argument(dtype: DType, input = 0): Expr {
  return new Expr('load', dtype, [], { input });
}

/**
 * Evaluates a lowered expression over arguments, for every element at once: each shared node once, with the scalar
 * meanings of the reference interpreter.
 */
export function evaluate(e: Expr, inputs: readonly TypedArray[]): TypedArray {
  const n = inputs[0]!.length;
  const known = new Map<Expr, TypedArray>();
  const node = (x: Expr): TypedArray => {
    let out = known.get(x);
    if (out) return out;
    if (x.kind === 'load') out = inputs[x.input]!;
    else {
      out = new x.dtype.array(n);
      const values = out as { [i: number]: number | bigint };
      const args = x.args.map(node) as ArrayLike<number | bigint>[];
      const [a, b, c] = args as [ArrayLike<number | bigint>, ArrayLike<number | bigint>, ArrayLike<number | bigint>];
      if (x.kind === 'const') for (let i = 0; i < n; i++) values[i] = x.value;
      else if (x.fn === 'select') for (let i = 0; i < n; i++) values[i] = a[i] ? b[i]! : c[i]!;
      else {
        const f = scalarFn(x);
        if (args.length === 1) for (let i = 0; i < n; i++) values[i] = f(a[i]!);
        else for (let i = 0; i < n; i++) values[i] = f(a[i]!, b[i]!);
      }
    }
    known.set(x, out);
    return out;
  };
  return node(e);
}
