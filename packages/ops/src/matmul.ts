import type { Args, Named, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { DType, Dims, Expr, TensorSpec, View } from '@sporelet/ir';
import {
  ValueError,
  bfloat16,
  broadcastShapes,
  float16,
  float32,
  int32,
  shapeText,
  sizeOf,
  sum,
  uint32,
} from '@sporelet/ir';
import { numbers } from './elementwise-dtypes.ts';
import { add } from './elementwise.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './shape.ts';

/** The dtype in which products are summed: halves in float32, narrow integers in 32 bits (they wrap alike). */
export function accumulator(dtype: DType): DType {
  if (dtype === float16 || dtype === bfloat16) return float32;
  if (dtype.itemsize >= 4) return dtype;
  return dtype.kind === 'uint' ? uint32 : int32;
}

/** Raises unless operands that are not promoted have one dtype. */
export function checkOneDType(op: string, ins: Readonly<Record<string, TensorSpec | null>>): void {
  const [[first, spec], ...rest] = Object.entries(ins) as [[string, TensorSpec], ...[string, TensorSpec | null][]];
  for (const [name, other] of rest) {
    if (!other || other.dtype === spec.dtype) continue;
    throw new TypeError(
      `For '${op}', the dtype of '${name}' must be the same as that of '${first}', ` +
        `but got ${other.dtype.name} and ${spec.dtype.name}: convert one of them.`,
    );
  }
}

interface Transposes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}
const transposes = { transposeA: attr.bool(false), transposeB: attr.bool(false) };

/** The shape of a product of matrices in the last two axes, the axes before them broadcast. */
function productShape(x: Dims, y: Dims, { transposeA, transposeB }: Transposes, op: string): Dims {
  const [rows, inner] = transposeA ? [x.at(-1)!, x.at(-2)!] : [x.at(-2)!, x.at(-1)!];
  const [other, columns] = transposeB ? [y.at(-1)!, y.at(-2)!] : [y.at(-2)!, y.at(-1)!];
  const lead = broadcastShapes(x.slice(0, -2), y.slice(0, -2));
  if (inner !== other || !lead) {
    const what = lead
      ? `the inner axes must be equal, but got ${inner} and ${other}`
      : 'the axes before the matrices must broadcast';
    throw new ValueError(
      `For '${op}', ${what}, for shapes ${shapeText(x)}${transposeA ? ' transposed' : ''} and ` +
        `${shapeText(y)}${transposeB ? ' transposed' : ''}.`,
    );
  }
  return [...lead, rows, columns];
}

/** The index of a matrix element in an operand: its leading axes by broadcasting, then row and column. */
function matrixIndex(view: View, lead: readonly Expr[], row: Expr, column: Expr): (Expr | number)[] {
  const rank = view.shape.length - 2;
  const own = lead.slice(lead.length - rank);
  return [...own.map((e, d) => (view.shape[d] === 1 ? 0 : e)), row, column];
}

/** The kernel of both products. */
function product({ x, y }: { readonly x: View; readonly y: View }, { transposeA, transposeB }: Transposes) {
  const acc = accumulator(x.dtype);
  const inner = x.shape.at(transposeA ? -2 : -1)!;
  return (...i: Expr[]): Expr => {
    const lead = i.slice(0, -2);
    const [row, column] = i.slice(-2) as [Expr, Expr];
    return sum(inner, (k) => {
      const a = transposeA ? matrixIndex(x, lead, k, row) : matrixIndex(x, lead, row, k);
      const b = transposeB ? matrixIndex(y, lead, column, k) : matrixIndex(y, lead, k, column);
      return x.at(...a).cast(acc).mul(y.at(...b).cast(acc)); // prettier-ignore
    }).cast(x.dtype);
  };
}

type Product = (x: Tensor, y: Tensor, transposeA?: boolean, transposeB?: boolean) => Tensor;

/** Gradients of `op(x) op(y)`, by the flags alone: nothing is transposed in memory. */
function productGrads(op: Product, g: Tensor, x: Tensor, y: Tensor, { transposeA: ta, transposeB: tb }: Transposes) {
  return [
    () => (ta ? op(y, g, tb, true) : op(g, y, false, !tb)),
    () => (tb ? op(g, x, true, ta) : op(x, g, !ta, false)),
  ] as const;
}

type Flags = [transposeA?: boolean, transposeB?: boolean];
interface FlagOptions {
  readonly transposeA?: boolean | undefined;
  readonly transposeB?: boolean | undefined;
}
type ProductOp = Op<
  (
    x: Tensor,
    y: Tensor,
    transposeA?: boolean | Named<FlagOptions>,
    transposeB?: boolean | Named<Omit<FlagOptions, 'transposeA'>>,
  ) => Tensor,
  new (...args: Args<[], Flags, FlagOptions>) => (x: Tensor, y: Tensor) => Tensor
>;

/** Of two matrices; the function `matmul` takes any shapes. */
export const matMul: ProductOp = defineOp({
  name: 'MatMul',
  sig: 'x!:T, y!:U ; transposeA, transposeB -> T',
  doc: 'The product of two matrices, either of them transposed first. Halves are summed in float32. The dtypes must be the same.',
  dtypes: { T: numbers, U: numbers },
  attrs: transposes,
  infer: ({ x, y }, attrs, op) => {
    checkOneDType(op, { x, y });
    if (x.shape.length !== 2 || y.shape.length !== 2) {
      throw new ValueError(
        `For '${op}', the inputs must have two axes, but got shapes ${shapeText(x.shape)} and ${shapeText(y.shape)}.`,
      );
    }
    return productShape(x.shape, y.shape, attrs, op);
  },
  pull: product,
  grad: ({ g, ins: [x, y], attrs }) => productGrads(matMul, g, x, y, attrs),
});

export const batchMatMul: ProductOp = defineOp({
  name: 'BatchMatMul',
  sig: 'x!:T, y!:U ; transposeA, transposeB -> T',
  doc: 'Products of the matrices in the last two axes, either transposed first; the axes before them broadcast. Halves are summed in float32. The dtypes must be the same.',
  dtypes: { T: numbers, U: numbers },
  attrs: transposes,
  infer: ({ x, y }, attrs, op) => {
    checkOneDType(op, { x, y });
    if (x.shape.length < 2 || y.shape.length < 2) {
      throw new ValueError(`For '${op}', the inputs must have at least two axes, but got shapes ${shapeText(x.shape)} and ${shapeText(y.shape)}.`); // prettier-ignore
    }
    return productShape(x.shape, y.shape, attrs, op);
  },
  pull: product,
  grad: ({ g, ins: [x, y], attrs }) => productGrads(batchMatMul, g, x, y, attrs),
});

type Format = 'NCHW' | 'NHWC' | 'NCDHW';
interface FormatOption {
  readonly dataFormat?: Format | undefined;
}

export const biasAdd: Op<
  (inputX: Tensor, bias: Tensor, dataFormat?: Format) => Tensor,
  new (dataFormat?: Format | FormatOption) => (inputX: Tensor, bias: Tensor) => Tensor
> = defineOp({
  name: 'BiasAdd',
  sig: 'inputX!:T, bias!:U ; dataFormat -> T',
  doc: "A 1-D bias added along axis 1, with dataFormat 'NHWC' along the last axis. The dtypes must be the same.",
  dtypes: { T: numbers, U: numbers },
  attrs: { dataFormat: attr.oneOf(['NCHW', 'NHWC', 'NCDHW'], 'NCHW') },
  infer: ({ inputX, bias }, { dataFormat }, op) => {
    checkOneDType(op, { inputX, bias });
    const rank = inputX.shape.length;
    if (rank < 2 || rank > 5)
      throw new ValueError(
        `For '${op}', the 'inputX' must have 2 to 5 axes, but got shape ${shapeText(inputX.shape)}.`,
      );
    const axis = channelAxis(dataFormat, rank);
    if (bias.shape.length !== 1 || bias.shape[0] !== inputX.shape[axis]) {
      throw new ValueError(
        `For '${op}', the shape of 'bias' must be (${inputX.shape[axis]},) as axis ${axis} of 'inputX' is, but got ${shapeText(bias.shape)}.`,
      );
    }
    return inputX.shape;
  },
  pull:
    ({ inputX, bias }, { dataFormat }) =>
    (...i) =>
      inputX.at(...i).add(bias.at(i[channelAxis(dataFormat, i.length)]!)),
  grad: ({ g, attrs: { dataFormat } }) => {
    const axis = channelAxis(dataFormat, g.ndim);
    const others = g.shape.map((_, d) => d).filter((d) => d !== axis);
    return [g, () => reduceSum(g, others)];
  },
});

const channelAxis = (format: Format, rank: number): number => (format === 'NHWC' ? rank - 1 : 1);

export const dense: Op<(input: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor> = defineOp({
  name: 'Dense',
  sig: 'input!:T, weight!:U, bias?:V -> T',
  doc: 'input weightᵀ + bias over the last axis of the input; the weight has shape (out, in), or (in) for one output without an axis. The dtypes must be the same.',
  body: ({ input, weight, bias }) => {
    const [n, rank] = [input.shape.at(-1), weight.ndim];
    if (n === undefined || rank < 1 || rank > 2 || weight.shape.at(-1) !== n) {
      throw new ValueError(
        `For 'Dense', the 'weight' must have shape (out, in) or (in,) with in = the last axis of 'input', ` +
          `but got ${shapeText(weight.shape)} for input ${shapeText(input.shape)}.`,
      );
    }
    const out = rank === 2 ? [weight.shape[0]] : [];
    const count = sizeOf(input.shape.slice(0, -1));
    const product = matMul(reshape(input, [count, n]), rank === 2 ? weight : reshape(weight, [1, n]), false, true);
    const y = bias && rank === 2 && bias.ndim === 1 ? biasAdd(product, bias) : product;
    const shaped = reshape(y, [...input.shape.slice(0, -1), ...out]);
    return bias && y === product ? add(shaped, bias) : shaped;
  },
});
