import type { GradEntry, Op, Operand, Tensor } from '@sporelet/core';
import { defineOp } from '@sporelet/core';
import type { DType, Expr } from '@sporelet/ir';
import { ValueError, binary as apply, bool, broadcastShapes, constant, realDTypes, sameShape, shapeText, where } from '@sporelet/ir'; // prettier-ignore
import { equal, greater, less, logicalAnd, notEqual, select } from './compare.ts';
import { floatOf, floats, numbers } from './elementwise-dtypes.ts';
import { floorQuotient, floorRemainder, integerPower } from './elementwise-integer.ts';
import { log, neg, square } from './unary.ts';

/** An op of two broadcast operands of one promotion group; numbers are weak. */
type Binary = Op<(input: Operand, other: Operand) => Tensor>;
const zero = (like: Expr): Expr => constant(0, like.dtype);

type BinaryGrad = (g: Tensor, x: Tensor, y: Tensor, out: Tensor) => readonly [GradEntry, GradEntry];

interface BinarySpec {
  readonly name: string;
  readonly fn?: string;
  readonly doc: string;
  readonly method?: string | readonly string[];
  readonly dtypes?: readonly DType[];
  readonly of: (x: Expr, y: Expr) => Expr;
  /** Gradients of both operands; null where the result is constant by steps. */
  readonly grad: BinaryGrad | null;
}

/** Declares an element-wise op of two operands, whose result has their dtype. */
function binary({ dtypes = numbers, of, grad, ...rest }: BinarySpec): Binary {
  return defineOp({
    ...rest,
    sig: 'input:T, other:T -> T',
    dtypes: { T: dtypes },
    each: ({ input, other }) => of(input, other),
    grad: grad && (({ g, ins: [x, y], outs: [out] }) => grad(g, x, y, out)),
  });
}

export const add: Binary = binary({
  name: 'Add',
  doc: 'input + other; for bools their disjunction.',
  method: 'add',
  dtypes: realDTypes,
  of: (x, y) => (x.dtype === bool ? x.or(y) : x.add(y)),
  grad: (g) => [g, g],
});

export const sub: Binary = binary({
  name: 'Sub',
  doc: 'input - other.',
  method: 'sub',
  of: (x, y) => x.sub(y),
  grad: (g) => [g, () => neg(g)],
});

export const mul: Binary = binary({
  name: 'Mul',
  doc: 'input · other; for bools their conjunction.',
  method: ['mul', 'multiply'],
  dtypes: realDTypes,
  of: (x, y) => (x.dtype === bool ? x.and(y) : x.mul(y)),
  grad: (g, x, y) => [() => mul(g, y), () => mul(g, x)],
});

/** Gradients of x / y = out. */
const quotientGrad: BinaryGrad = (g, _x, y, out) => [() => div(g, y), () => neg(div(mul(g, out), y))];

export const div: Binary = defineOp({
  name: 'Div',
  sig: 'input:T, other:T -> ?',
  doc: 'input / other as a fraction: integers and bools give Float32.',
  infer: ({ input, other }, _attrs, op) => {
    const shape = broadcastShapes(input.shape, other.shape);
    if (shape) return { dtype: floatOf(input.dtype), shape };
    throw new ValueError(
      `For '${op}', the shapes of 'input', 'other' must broadcast (axis by axis from the last: equal, or one of them 1), ` +
        `but got ${shapeText(input.shape)} and ${shapeText(other.shape)}.`,
    );
  },
  each: ({ input, other }, _attrs, [out]) => input.cast(out!.dtype).div(other.cast(out!.dtype)),
  grad: ({ g, ins: [x, y], outs: [out] }) => quotientGrad(g, x, y, out),
});

export const realDiv: Binary = binary({
  name: 'RealDiv',
  doc: 'input / other in their dtype: integers are cut towards zero, and x / 0 is 0 for them.',
  of: (x, y) => x.div(y),
  grad: quotientGrad,
});

export const floorDiv: Binary = binary({
  name: 'FloorDiv',
  doc: '⌊input / other⌋; for integers x / 0 is 0.',
  method: 'floorDivide',
  of: floorQuotient,
  grad: null,
});

export const truncateDiv: Binary = binary({
  name: 'TruncateDiv',
  doc: 'input / other cut towards zero; for integers x / 0 is 0.',
  of: (x, y) => (x.dtype.isFloat ? x.div(y).trunc() : x.div(y)),
  grad: null,
});

export const floorMod: Binary = binary({
  name: 'FloorMod',
  doc: "The remainder with the sign of other, as Python's %. Exact where MindSpore evaluates x - ⌊x/y⌋·y: a finite x and an infinite y of its sign give x, not NaN.",
  of: floorRemainder,
  grad: (g, x, y) => [g, () => neg(mul(g, floorDiv(x, y)))],
});

const truncatedRemainder = {
  of: (x: Expr, y: Expr) => x.rem(y),
  grad: (g: Tensor, x: Tensor, y: Tensor) => [g, () => neg(mul(g, truncateDiv(x, y)))] as const,
};

export const mod: Binary = binary({
  name: 'Mod',
  fn: 'fmod',
  doc: "The remainder with the sign of input, as C's %. For integers 0 when other is 0.",
  method: 'fmod',
  ...truncatedRemainder,
});

export const truncateMod: Binary = binary({
  name: 'TruncateMod',
  doc: 'The remainder with the sign of input: the same as Mod.',
  ...truncatedRemainder,
});

export const divNoNan: Binary = binary({
  name: 'DivNoNan',
  doc: 'input / other, and 0 where other is 0.',
  of: (x, y) => (x.dtype.isFloat ? where(y.eq(0), zero(y), x.div(y)) : x.div(y)),
  grad: (g, _x, y, out) => [() => divNoNan(g, y), () => neg(divNoNan(mul(g, out), y))],
});

export const pow: Op<(input: Operand, exponent: Operand) => Tensor> = defineOp({
  name: 'Pow',
  sig: 'input:T, exponent:T -> T',
  doc: 'input to the power exponent. Integers stay integers and wrap; their negative powers are 0 but for those of 1 and -1. Where input is 0 the derivative by an exponent that is not negative is 0.',
  method: 'pow',
  dtypes: { T: numbers },
  each: ({ input, exponent }) => (input.dtype.isFloat ? input.pow(exponent) : integerPower(input, exponent)),
  grad: ({ g, ins: [x, n], outs: [out] }) => [
    // 0 · x^-1 would be NaN at x = 0.
    () => mul(g, select(equal(n, 0), 0, mul(n, pow(x, sub(n, 1))))),
    () => mul(g, select(logicalAnd(equal(x, 0), notEqual(out, Infinity)), 0, mul(out, log(x)))),
  ],
});

/** Gradients of the larger (or smaller) operand: equal ones share in halves. */
function chosenGrad(wins: (x: Tensor, y: Tensor) => Tensor): BinaryGrad {
  const share = (g: Tensor, x: Tensor, y: Tensor) => () => select(equal(x, y), mul(g, 0.5), select(wins(x, y), g, 0));
  return (g, x, y) => [share(g, x, y), share(g, y, x)];
}

export const maximum: Binary = binary({
  name: 'Maximum',
  doc: 'The larger operand; NaN when either is NaN. Equal operands share the gradient in halves.',
  method: 'maximum',
  dtypes: realDTypes,
  of: (x, y) => (x.dtype === bool ? x.or(y) : x.max(y)),
  grad: chosenGrad((x, y) => greater(x, y)),
});

export const minimum: Binary = binary({
  name: 'Minimum',
  doc: 'The smaller operand; NaN when either is NaN. Equal operands share the gradient in halves.',
  method: 'minimum',
  dtypes: realDTypes,
  of: (x, y) => (x.dtype === bool ? x.and(y) : x.min(y)),
  grad: chosenGrad((x, y) => less(x, y)),
});

export const squaredDifference: Binary = binary({
  name: 'SquaredDifference',
  doc: '(input - other)².',
  of: (x, y) => {
    const d = x.sub(y);
    return d.mul(d);
  },
  grad: (g, x, y) => {
    const d = (): Tensor => mul(mul(g, 2), sub(x, y));
    return [d, () => neg(d())];
  },
});

export const atan2: Binary = binary({
  name: 'Atan2',
  doc: 'The angle of the point (other, input) from the positive x axis, in (-π, π].',
  method: ['atan2', 'arctan2'],
  dtypes: floats,
  of: (y, x) => apply('atan2', y, x),
  grad: (g, y, x) => {
    const r = (): Tensor => div(g, add(square(x), square(y)));
    return [() => mul(r(), x), () => neg(mul(r(), y))];
  },
});

export const xlogy: Binary = binary({
  name: 'Xlogy',
  doc: 'input · log(other), and 0 where input is 0 (NaN where other is NaN), as documented; the kernels of MindSpore for CPU give NaN for log(0) there.',
  method: 'xlogy',
  dtypes: floats,
  of: (x, y) => where(x.eq(0).and(y.eq(y)), zero(x), x.mul(y.log())),
  grad: (g, x, y) => [() => select(equal(x, 0), 0, mul(g, log(y))), () => xdivy(mul(g, x), y)],
});

export const xdivy: Binary = binary({
  name: 'Xdivy',
  doc: 'input / other, and 0 where input is 0, whatever other is.',
  method: 'xdivy',
  dtypes: floats,
  of: (x, y) => where(x.eq(0), zero(x), x.div(y)),
  grad: (g, x, y) => [() => select(equal(x, 0), 0, div(g, y)), () => neg(xdivy(mul(g, x), square(y)))],
});

export const addN: Op<(x: readonly Tensor[]) => Tensor> = defineOp({
  name: 'AddN',
  fn: 'addn',
  sig: 'x:T[] -> T',
  doc: 'The sum of tensors of one shape, from the first to the last. Dtypes are promoted where MindSpore refuses.',
  dtypes: { T: numbers },
  infer: ({ x: [first, ...rest] }, _attrs, op) => {
    const shape = first!.shape;
    for (const other of rest) {
      if (sameShape(other.shape, shape)) continue;
      throw new ValueError(
        `For '${op}', the shapes of 'x' must be the same, but got ${shapeText(shape)} and ${shapeText(other.shape)}.`,
      );
    }
    return shape;
  },
  each: ({ x }) => x.reduce((a, b) => a.add(b)),
  grad: ({ g, ins: [x] }) => [x.map(() => g)],
});

export const lerp: Op<(input: Operand, end: Operand, weight: Operand) => Tensor> = defineOp({
  name: 'Lerp',
  sig: 'input:T, end:T, weight:T -> T',
  doc: 'input + weight · (end - input).',
  method: 'lerp',
  dtypes: { T: floats },
  each: ({ input, end, weight }) => input.add(weight.mul(end.sub(input))),
  grad: ({ g, ins: [input, end, weight] }) => [
    () => mul(g, sub(1, weight)),
    () => mul(g, weight),
    () => mul(g, sub(end, input)),
  ],
});

type Fused = Op<(input: Operand, tensor1: Operand, tensor2: Operand, value?: Operand) => Tensor>;

export const addcmul: Fused = defineOp({
  name: 'Addcmul',
  sig: 'input:T, tensor1:T, tensor2:T, value?:T -> T',
  doc: 'input + value · tensor1 · tensor2; value is 1 unless given.',
  method: 'addcmul',
  dtypes: { T: numbers },
  each: ({ input, tensor1, tensor2, value }) => input.add(scaled(tensor1, value).mul(tensor2)),
  grad: ({ g, ins: [, x, y, value] }) => {
    const by = (z: Tensor): Tensor => mul(g, value ? mul(value, z) : z);
    return [g, () => by(y), () => by(x), () => mul(g, mul(x, y))];
  },
});

export const addcdiv: Fused = defineOp({
  name: 'Addcdiv',
  sig: 'input:T, tensor1:T, tensor2:T, value?:T -> T',
  doc: 'input + value · tensor1 / tensor2; value is 1 unless given.',
  method: 'addcdiv',
  dtypes: { T: floats },
  each: ({ input, tensor1, tensor2, value }) => input.add(scaled(tensor1, value).div(tensor2)),
  grad: ({ g, ins: [, x, y, value] }) => {
    const weighted = (): Tensor => div(value ? mul(g, value) : g, y);
    return [g, weighted, () => neg(div(mul(weighted(), x), y)), () => div(mul(g, x), y)];
  },
});

function scaled(x: Expr, value: Expr | null): Expr {
  return value ? value.mul(x) : x;
}
