import type { Op, Operand, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Expr } from '@sporelet/ir';
import { bool, constant, where } from '@sporelet/ir';
import { integers, numbers } from './elementwise-dtypes.ts';

type Binary = Op<(input: Operand, other: Operand) => Tensor>;
type Unary = Op<(input: Tensor) => Tensor>;

interface TestSpec<F> {
  readonly name: string;
  readonly fn?: string;
  readonly doc: string;
  readonly method: string | readonly string[];
  readonly of: F;
}

/** Declares an element-wise test of two operands of one promotion group. */
function comparison({ of, ...rest }: TestSpec<(x: Expr, y: Expr) => Expr>): Binary {
  return defineOp({
    ...rest,
    sig: 'input:T, other:T -> Bool',
    each: ({ input, other }) => of(input, other),
    grad: null,
  });
}

/** Declares an element-wise test of one tensor. */
function test({ of, ...rest }: TestSpec<(x: Expr) => Expr>): Unary {
  return defineOp({ ...rest, sig: 'input!:T -> Bool', each: ({ input }) => of(input), grad: null });
}

export const equal: Binary = comparison({
  name: 'Equal',
  doc: 'input = other; NaN equals nothing.',
  method: ['equal', 'eq'],
  of: (x, y) => x.eq(y),
});
export const notEqual: Binary = comparison({
  name: 'NotEqual',
  doc: 'input ≠ other.',
  method: ['notEqual', 'ne'],
  of: (x, y) => x.ne(y),
});
export const less: Binary = comparison({
  name: 'Less',
  doc: 'input < other.',
  method: ['less', 'lt'],
  of: (x, y) => x.lt(y),
});
export const lessEqual: Binary = comparison({
  name: 'LessEqual',
  doc: 'input ≤ other.',
  method: ['lessEqual', 'le'],
  of: (x, y) => x.le(y),
});
export const greater: Binary = comparison({
  name: 'Greater',
  doc: 'input > other.',
  method: ['greater', 'gt'],
  of: (x, y) => x.gt(y),
});
export const greaterEqual: Binary = comparison({
  name: 'GreaterEqual',
  doc: 'input ≥ other.',
  method: ['greaterEqual', 'ge'],
  of: (x, y) => x.ge(y),
});

export const logicalAnd: Binary = comparison({
  name: 'LogicalAnd',
  doc: 'input and other; a number is true unless it is 0.',
  method: 'logicalAnd',
  of: (x, y) => x.cast(bool).and(y.cast(bool)),
});
export const logicalOr: Binary = comparison({
  name: 'LogicalOr',
  doc: 'input or other; a number is true unless it is 0.',
  method: 'logicalOr',
  of: (x, y) => x.cast(bool).or(y.cast(bool)),
});
export const logicalXor: Binary = comparison({
  name: 'LogicalXor',
  doc: 'Either input or other; a number is true unless it is 0.',
  method: 'logicalXor',
  of: (x, y) => x.cast(bool).xor(y.cast(bool)),
});
export const logicalNot: Unary = test({
  name: 'LogicalNot',
  doc: 'Not input; a number is true unless it is 0.',
  method: 'logicalNot',
  of: (x) => x.cast(bool).not(),
});

export const isNan: Unary = test({
  name: 'IsNan',
  fn: 'isnan',
  doc: 'Whether the element is NaN; integers never are.',
  method: 'isnan',
  of: (x) => x.isNaN(),
});
export const isInf: Unary = test({
  name: 'IsInf',
  fn: 'isinf',
  doc: 'Whether the element is infinite; integers never are.',
  method: 'isinf',
  of: (x) => (x.dtype.isFloat ? x.abs().eq(Infinity) : constant(0, bool)),
});
export const isFinite: Unary = test({
  name: 'IsFinite',
  fn: 'isfinite',
  doc: 'Whether the element is neither infinite nor NaN; integers always are.',
  method: 'isfinite',
  of: (x) => (x.dtype.isFloat ? x.abs().lt(Infinity) : constant(1, bool)),
});

const bits: readonly DType[] = [bool, ...integers];

/** Declares an op on the bits of integers, or on bools. */
function bitwise({ of, ...rest }: TestSpec<(x: Expr, y: Expr) => Expr>): Binary {
  return defineOp({
    ...rest,
    sig: 'input:T, other:T -> T',
    dtypes: { T: bits },
    each: ({ input, other }) => of(input, other),
    grad: null,
  });
}

export const bitwiseAnd: Binary = bitwise({
  name: 'BitwiseAnd',
  doc: 'The bits set in both integers.',
  method: 'bitwiseAnd',
  of: (x, y) => x.and(y),
});
export const bitwiseOr: Binary = bitwise({
  name: 'BitwiseOr',
  doc: 'The bits set in either integer.',
  method: 'bitwiseOr',
  of: (x, y) => x.or(y),
});
export const bitwiseXor: Binary = bitwise({
  name: 'BitwiseXor',
  doc: 'The bits set in one of the integers only.',
  method: 'bitwiseXor',
  of: (x, y) => x.xor(y),
});
export const invert: Unary = defineOp({
  name: 'Invert',
  sig: 'input!:T -> T',
  doc: 'All bits of an integer inverted: -input - 1 for signed ones; for bools their negation.',
  method: ['invert', 'bitwiseNot'],
  dtypes: { T: bits },
  each: ({ input }) => input.not(),
  grad: null,
});

export const select: Op<(condition: Operand, input: Operand, other: Operand) => Tensor> = defineOp({
  name: 'Select',
  sig: 'condition:B, input:T, other:T -> T',
  doc: 'input where the condition is true, else other; all three are broadcast.',
  each: ({ condition, input, other }) => where(condition, input, other),
  grad: ({ g, ins: [condition] }) => [null, () => select(condition, g, 0), () => select(condition, 0, g)],
});

export const cast: Op<(input: Operand, dtype: DType) => Tensor> = defineOp({
  name: 'Cast',
  sig: 'input:T, dtype -> =dtype',
  doc: 'input with another dtype. Fractions are cut towards zero; what an integer dtype cannot hold becomes its nearest value and NaN becomes 0 (MindSpore leaves both to the machine); integers wrap.',
  method: 'astype',
  attrs: { dtype: attr.dtype() },
  infer: ({ input }) => input.shape,
  each: ({ input }, { dtype }) => input.cast(dtype),
  // Gradients are cast to their input's dtype anyway.
  grad: ({ g }) => [g],
});

export const clampTensor: Op<(input: Operand, min?: Operand | null, max?: Operand | null) => Tensor> = defineOp({
  name: 'ClampTensor',
  sig: 'input:T, min?:T, max?:T -> T',
  doc: 'The nearest value in [min, max]; max where min > max; NaN stays NaN. At a bound the gradient belongs to input.',
  dtypes: { T: numbers },
  each: ({ input, min, max }) => {
    const low = min ? input.max(min) : input;
    return max ? low.min(max) : low;
  },
  grad: ({ g, ins: [x, min, max] }) => [
    () => {
      const above = min && greaterEqual(x, min);
      const below = max && lessEqual(x, max);
      const inside = above && below ? logicalAnd(above, below) : (above ?? below);
      return inside ? select(inside, g, 0) : g;
    },
    min && (() => select(max ? logicalAnd(less(x, min), lessEqual(min, max)) : less(x, min), g, 0)),
    max && (() => select(min ? logicalOr(greater(x, max), greater(min, max)) : greater(x, max), g, 0)),
  ],
});
