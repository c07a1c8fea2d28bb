import type { Expr, ScalarFn } from '@sporelet/ir';
import { constant, where } from '@sporelet/ir';

/** The derivative of a node by one argument's change `d`; `e` is the node, `a` its arguments. */
type Rule = (e: Expr, a: readonly [Expr, Expr], d: Expr) => Expr;

const of = (x: Expr, value: number): Expr => constant(value, x.dtype);
const twoOverRootPi = 2 / Math.sqrt(Math.PI);
const bell = (x: Expr): Expr => x.mul(x).neg().exp().mul(twoOverRootPi);

const unaryRules: Partial<Record<ScalarFn, Rule>> = {
  neg: (_e, _a, d) => d.neg(),
  abs: (_e, [x], d) => d.mul(x.sign()),
  sqrt: (e, _a, d) => d.div(e.mul(2)),
  exp: (e, _a, d) => d.mul(e),
  expm1: (_e, [x], d) => d.mul(x.exp()),
  log: (_e, [x], d) => d.div(x),
  log1p: (_e, [x], d) => d.div(x.add(1)),
  tanh: (e, _a, d) => d.mul(of(e, 1).sub(e.mul(e))),
  sigmoid: (e, _a, d) => d.mul(e.mul(of(e, 1).sub(e))),
  erf: (_e, [x], d) => d.mul(bell(x)),
  erfc: (_e, [x], d) => d.mul(bell(x).neg()),
  cast: (e, _a, d) => d.cast(e.dtype),
};

/**
 * The derivative of an element-wise expression by one of its nodes, times `seed`, by the chain rule. A choice has the
 * derivative of the branch that is taken, so an expression states its values at kinks by its conditions; equal
 * arguments of min and max share in halves; |x| has derivative 0 at 0.
 * @returns null when the expression does not depend on the node
 */
export function derivative(e: Expr, by: Expr, seed: Expr): Expr | null {
  const memo = new Map<Expr, Expr | null>();
  const of = (node: Expr): Expr | null => {
    let d = memo.get(node);
    if (d === undefined) memo.set(node, (d = node === by ? seed : node.kind === 'apply' ? applied(node, of) : null));
    return d;
  };
  return of(e);
}

function sum(a: Expr | null, b: Expr | null): Expr | null {
  return a && b ? a.add(b) : (a ?? b);
}

function applied(e: Expr, of: (node: Expr) => Expr | null): Expr | null {
  const [x, y, z] = e.args as readonly [Expr, Expr, Expr];
  const zero = constant(0, e.dtype);
  if (e.fn === 'select') {
    const [dy, dz] = [of(y), of(z)];
    return dy || dz ? where(x, dy ?? zero, dz ?? zero) : null;
  }
  const dx = of(x);
  if (e.args.length === 1) {
    if (!dx) return null;
    const rule = unaryRules[e.fn as ScalarFn];
    if (!rule) throw new Error(`kernel: no derivative of '${e.fn}'`);
    return rule(e, [x, x], dx);
  }
  const dy = of(y);
  if (!dx && !dy) return null;
  switch (e.fn) {
    case 'add':
      return sum(dx, dy);
    case 'sub':
      return sum(dx, dy && dy.neg());
    case 'mul':
      return sum(dx && dx.mul(y), dy && dy.mul(x));
    case 'div':
      return (dy ? sum(dx, dy.mul(e).neg())! : dx!).div(y);
    case 'min':
    case 'max': {
      const [a, b] = [dx ?? zero, dy ?? zero];
      const first = e.fn === 'max' ? x.gt(y) : x.lt(y);
      return where(x.eq(y), a.add(b).mul(0.5), where(first, a, b));
    }
    default:
      throw new Error(`kernel: no derivative of '${e.fn}'`);
  }
}
