import type { Expr } from './expr.ts';

const infix: Readonly<Record<string, string>> = {
  add: '+', sub: '-', mul: '*', div: '/', rem: '%', and: '&', or: '|', xor: '^', shl: '<<', shr: '>>',
  eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=',
}; // prettier-ignore

/**
 * An expression for people: `sum[k0 < 50](a[i0, k0] * b[k0, i1])`.
 * @param operand - the name of operand number k
 */
export function exprText(e: Expr, operand: (input: number) => string): string {
  const text = (x: Expr): string => exprText(x, operand);
  const [x, y, z] = e.args;
  if (e.kind === 'const') return String(e.value);
  if (e.kind === 'axis') return e.axes[0]!.name;
  if (e.kind === 'load' || e.kind === 'read') {
    const guarded = e.fn === 'select';
    const at = e.kind === 'read' ? 1 : e.args.length - (guarded ? 2 : 0);
    const load = `${operand(e.input)}[${e.args.slice(0, at).map(text).join(', ')}]`;
    return guarded ? `(${text(e.args.at(-2)!)} ? ${load} : ${text(e.args.at(-1)!)})` : load;
  }
  if (e.kind === 'reduce') {
    const axes = e.axes.map((a) => `${a.name} < ${a.limit ? text(a.limit) : a.extent}`).join(', ');
    return `${e.fn}[${axes}](${text(x!)})`;
  }
  if (e.fn === 'select') return `(${text(x!)} ? ${text(y!)} : ${text(z!)})`;
  if (e.fn === 'cast' || e.fn === 'bits') return `${e.fn === 'bits' ? 'bits' : ''}${e.dtype.name}(${text(x!)})`;
  const sign = infix[e.fn];
  return sign && y ? `(${text(x!)} ${sign} ${text(y)})` : `${e.fn}(${e.args.map(text).join(', ')})`;
}
