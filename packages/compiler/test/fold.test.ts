import { Axis, Expr, axisRef, bool, constant, exprText, float32, int32, sum, where } from '@sporelet/ir';
import { expect, it } from 'vitest';
import { Folder } from '../src/fold.ts';

const x = new Expr('read', float32, [axisRef(new Axis('i', 8))], { input: 0, stored: float32 });
const c = (v: number): Expr => constant(v, float32);
const text = (e: Expr): string => exprText(new Folder().run(e), () => 'x');

it.each([
  ['constants', c(2).mul(c(3)).add(x), '(6 + x[i])'],
  ['in single precision', c(Math.fround(0.1)).add(c(Math.fround(0.2))).mul(x), `(${Math.fround(Math.fround(0.1) + Math.fround(0.2))} * x[i])`], // prettier-ignore
  ['x * 1 and x / 1', x.mul(1).div(1), 'x[i]'],
  ['x - 0', x.sub(0), 'x[i]'],
  ['x + -0', x.add(c(-0)), 'x[i]'],
  ['x + 0 stays: -0 becomes 0', x.add(0), '(x[i] + 0)'],
  ['x - -0 stays: -0 becomes 0', x.sub(c(-0)), '(x[i] - 0)'],
  ['x * 0 stays: NaN and infinity', x.mul(0), '(x[i] * 0)'],
  ['a known choice', where(constant(1, bool), x, c(5)), 'x[i]'],
  ['a choice between equals', where(x.gt(0), x, x), 'x[i]'],
  ['below sums', sum(4, () => x.mul(1)), 'sum[k0 < 4](x[i])'],
  ['NaN is left to the machine', c(0).div(c(0)).add(x), '((0 / 0) + x[i])'],
])('%s', (_, e, expected) => expect(text(e)).toBe(expected));

it('whole numbers wrap as kernels do', () => {
  const e = new Folder().run(
    new Expr('apply', int32, [constant(2 ** 31 - 1, int32), constant(1, int32)], { fn: 'xor' }),
  );
  expect(e.value).toBe(2147483646);
});
