import type { Expr } from '@sporelet/ir';
import { constant, where } from '@sporelet/ir';

const zero = (like: Expr): Expr => constant(0, like.dtype);
const one = (like: Expr): Expr => constant(1, like.dtype);

/** Whether a remainder `r` has the other sign than the divisor `y`. */
function crosses(r: Expr, y: Expr): Expr {
  return r.ne(zero(r)).and(r.lt(zero(r)).ne(y.lt(zero(y))));
}

/** The quotient rounded down; x / 0 is 0 for integers. */
export function floorQuotient(x: Expr, y: Expr): Expr {
  if (x.dtype.isFloat) return x.div(y).floor();
  const q = x.div(y);
  if (x.dtype.kind === 'uint') return q;
  return where(crosses(x.rem(y), y), q.sub(one(q)), q);
}

/** The remainder with the sign of the divisor, as Python's `%`; for integers 0 when the divisor is 0. */
export function floorRemainder(x: Expr, y: Expr): Expr {
  const r = x.rem(y);
  if (x.dtype.kind === 'uint') return r;
  return where(crosses(r, y), r.add(y), r);
}

/**
 * An integer power by squaring, wrapping as products do. Of negative powers only those of 1 and -1 are integers; the
 * others, and 0 to a negative power, are 0.
 */
export function integerPower(x: Expr, n: Expr): Expr {
  const signed = n.dtype.kind === 'int';
  const bits = n.dtype.itemsize * 8 - (signed ? 1 : 0);
  let power = one(x);
  let square = x;
  for (let bit = 0; bit < bits; bit++) {
    const set = n.and(constant(2 ** bit, n.dtype)).ne(zero(n));
    power = where(set, power.mul(square), power);
    if (bit + 1 < bits) square = square.mul(square);
  }
  if (!signed) return power;
  const odd = n.and(one(n)).ne(zero(n));
  const minusOne = constant(-1, x.dtype);
  const inverse = where(x.eq(one(x)), one(x), where(x.eq(minusOne), where(odd, minusOne, one(x)), zero(x)));
  return where(n.lt(zero(n)), inverse, power);
}
