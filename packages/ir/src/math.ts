import type { Expr, MathFn } from './expr.ts';
import * as e from './math-exp.ts';
import * as l from './math-log.ts';
import * as t from './math-trig.ts';
import * as r from './math-erf.ts';
import * as g from './math-gamma.ts';
import * as p from './math-power.ts';
import { Format } from './math-format.ts';

const table = { ...e, ...l, ...t, ...r, ...g, ...p } as unknown as Record<string, (f: Format, ...args: Expr[]) => Expr>;

export function expandMath(fn: MathFn | 'pow' | 'atan2', args: readonly Expr[]): Expr {
  const f = table[fn];
  if (!f) throw new Error('TODO ' + fn);
  return f(Format.of(args[0]!), ...args);
}
