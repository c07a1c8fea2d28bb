import type { Args, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr } from '@sporelet/ir';
import { RuntimeError, constant, sameShape, shapeText, sum } from '@sporelet/ir';
import type { ConvAttrs, PadMode } from './conv-geometry.ts';
import { convAttrs, convolution, inputChannel, meetings, touched } from './conv-geometry.ts';
import { floats } from './elementwise-dtypes.ts';
import { accumulator, checkOneDType } from './matmul.ts';

type Size = number | readonly number[];
type ConvList = [
  mode?: 1,
  padMode?: PadMode,
  pad?: Size,
  stride?: Size,
  dilation?: Size,
  group?: number,
  dataFormat?: 'NCHW',
];
interface ConvOptions {
  readonly mode?: 1 | undefined;
  readonly padMode?: PadMode | undefined;
  readonly pad?: Size | undefined;
  readonly stride?: Size | undefined;
  readonly dilation?: Size | undefined;
  readonly group?: number | undefined;
  readonly dataFormat?: 'NCHW' | undefined;
}
interface ConvNamed extends ConvOptions {
  readonly outChannel: number;
  readonly kernelSize: Size;
}
/** The class form of a convolution: attributes by position or by name. */
interface ConvClass<F> {
  new (named: ConvNamed): F;
  new (...args: Args<[outChannel: number, kernelSize: Size], ConvList, ConvOptions>): F;
}

export const conv2D: Op<
  (x: Tensor, weight: Tensor, attrs: ConvNamed) => Tensor,
  ConvClass<(x: Tensor, weight: Tensor) => Tensor>
> = defineOp({
  name: 'Conv2D',
  sig: 'x!:T, weight!:U ; outChannel, kernelSize, mode, padMode, pad, stride, dilation, group, dataFormat -> T',
  doc: "2-D cross-correlation of (N, C, H, W) with (outChannel, C / group, height, width). padMode 'same' keeps ⌈H / stride⌉, the odd row of zeros below; 'pad' takes pad = n, (h, w) or (top, bottom, left, right). Halves are summed in float32. The dtypes must be the same.",
  dtypes: { T: floats, U: floats },
  attrs: convAttrs,
  infer: ({ x, weight }, attrs, op) => {
    checkOneDType(op, { x, weight });
    return convolution(op, x.shape, weight.shape, attrs).outShape;
  },
  pull: ({ x, weight: w }, attrs) => {
    const conv = convolution('Conv2D', x.shape, w.shape, attrs);
    const { rows, columns, perGroup } = conv;
    const acc = accumulator(x.dtype);
    const zero = constant(0, x.dtype);
    return (n, co, oy, ox) =>
      sum([perGroup[0], rows.kernel, columns.kernel], (c, ky, kx) =>
        x
          .padded([n, inputChannel(conv, co, c), touched(rows, oy, ky), touched(columns, ox, kx)], zero)
          .cast(acc)
          .mul(w.at(co, c, ky, kx).cast(acc)),
      ).cast(x.dtype);
  },
  grad: ({ g, ins: [x, w], attrs }) => [
    () => conv2DBackpropInput(g, w, { ...attrs, inputSizes: x.shape }),
    () => conv2DBackpropFilter(g, x, { ...attrs, filterSizes: w.shape }),
  ],
});

/** Raises unless the gradient of a convolution's output has that output's shape. */
function checkDout(op: string, dout: Dims, outShape: Dims): void {
  if (sameShape(dout, outShape)) return;
  throw new RuntimeError(
    `For '${op}', the shape of the output's gradient must be ${shapeText(outShape)} for these sizes, but got ${shapeText(dout)}.`,
  );
}

export const conv2DBackpropInput: Op<
  (outBackprop: Tensor, filter: Tensor, attrs: ConvNamed & { readonly inputSizes: Dims }) => Tensor,
  ConvClass<(outBackprop: Tensor, filter: Tensor, inputSizes: Dims) => Tensor>
> = defineOp({
  name: 'Conv2DBackpropInput',
  sig: 'outBackprop!:T, filter!:U, inputSizes ; outChannel, kernelSize, mode, padMode, pad, stride, dilation, group, dataFormat -> T',
  doc: 'The gradient of Conv2D by its input, of shape inputSizes; a transposed convolution. Attributes as those of the convolution.',
  dtypes: { T: floats, U: floats },
  attrs: { inputSizes: attr.ints(), ...convAttrs },
  infer: ({ outBackprop, filter }, attrs, op) => {
    checkOneDType(op, { outBackprop, filter });
    checkDout(op, outBackprop.shape, convolution(op, attrs.inputSizes, filter.shape, attrs).outShape);
    return attrs.inputSizes;
  },
  pull: ({ outBackprop: g, filter: w }, attrs) => {
    const { rows, columns, perGroup, group } = convolution('Conv2DBackpropInput', attrs.inputSizes, w.shape, attrs);
    const [input, output] = perGroup;
    const [byRow, byColumn] = [meetings(rows), meetings(columns)];
    const acc = accumulator(g.dtype);
    const zero = constant(0, g.dtype);
    return (n, ci, y, x) => {
      // Output channels of the group that input channel ci belongs to.
      const outChannel = (c: Expr): Expr => (group === 1 ? c : ci.div(input).mul(output).add(c));
      const c = group === 1 ? ci : ci.rem(input);
      return sum([output, byRow.taps, byColumn.taps], (k, ty, tx) => {
        const [r, q] = [byRow.at(y, ty), byColumn.at(x, tx)];
        const also = r.also && q.also ? r.also.and(q.also) : (r.also ?? q.also);
        const co = outChannel(k);
        return g
          .padded([n, co, r.o, q.o], zero, also)
          .cast(acc)
          .mul(w.padded([co, c, r.k, q.k], zero).cast(acc));
      }).cast(g.dtype);
    };
  },
  grad: ({ g, ins: [dout, w], attrs: { inputSizes: _, ...attrs } }) => [
    () => conv2D(g, w, attrs),
    () => conv2DBackpropFilter(dout, g, { ...attrs, filterSizes: w.shape }),
  ],
});

export const conv2DBackpropFilter: Op<
  (outBackprop: Tensor, input: Tensor, attrs: ConvNamed & { readonly filterSizes: Dims }) => Tensor,
  ConvClass<(outBackprop: Tensor, input: Tensor, filterSizes: Dims) => Tensor>
> = defineOp({
  name: 'Conv2DBackpropFilter',
  sig: 'outBackprop!:T, input!:U, filterSizes ; outChannel, kernelSize, mode, padMode, pad, stride, dilation, group, dataFormat -> T',
  doc: 'The gradient of Conv2D by its weight, of shape filterSizes. Attributes as those of the convolution.',
  dtypes: { T: floats, U: floats },
  attrs: { filterSizes: attr.ints(), ...convAttrs },
  infer: ({ outBackprop, input }, attrs, op) => {
    checkOneDType(op, { outBackprop, input });
    checkDout(op, outBackprop.shape, convolution(op, input.shape, attrs.filterSizes, attrs).outShape);
    return attrs.filterSizes;
  },
  pull: ({ outBackprop: g, input: x }, attrs) => {
    const conv = convolution('Conv2DBackpropFilter', x.shape, attrs.filterSizes, attrs);
    const { rows, columns, outShape } = conv;
    const acc = accumulator(g.dtype);
    const zero = constant(0, x.dtype);
    return (co, c, ky, kx) =>
      sum([outShape[0]!, rows.out, columns.out], (n, oy, ox) =>
        g
          .at(n, co, oy, ox)
          .cast(acc)
          .mul(
            x.padded([n, inputChannel(conv, co, c), touched(rows, oy, ky), touched(columns, ox, kx)], zero).cast(acc),
          ),
      ).cast(g.dtype);
  },
  grad: ({ g, ins: [dout, x], attrs: { filterSizes: _, ...attrs } }) => [
    () => conv2D(x, g, attrs),
    () => conv2DBackpropInput(dout, g, { ...attrs, inputSizes: x.shape }),
  ],
});

type TransposeList = [
  padMode?: PadMode,
  pad?: Size,
  padList?: readonly number[] | null,
  mode?: 1,
  stride?: Size,
  dilation?: Size,
  group?: number,
  dataFormat?: 'NCHW',
];
interface TransposeOptions extends ConvOptions {
  readonly padList?: readonly number[] | null | undefined;
}
interface TransposeNamed extends TransposeOptions {
  readonly outChannel: number;
  readonly kernelSize: Size;
}

export const conv2DTranspose: Op<
  (dout: Tensor, weight: Tensor, attrs: TransposeNamed & { readonly inputSize: Dims }) => Tensor,
  {
    new (named: TransposeNamed): (dout: Tensor, weight: Tensor, inputSize: Dims) => Tensor;
    new (
      ...args: Args<[outChannel: number, kernelSize: Size], TransposeList, TransposeOptions>
    ): (dout: Tensor, weight: Tensor, inputSize: Dims) => Tensor;
  }
> = defineOp({
  name: 'Conv2DTranspose',
  sig: 'dout!:T, weight!:U, inputSize ; outChannel, kernelSize, padMode, pad, padList, mode, stride, dilation, group, dataFormat -> T',
  doc: 'The transposed 2-D convolution, whose result has shape inputSize: Conv2DBackpropInput under its other name. padList (top, bottom, left, right) takes the place of pad.',
  attrs: {
    inputSize: attr.ints(),
    ...convAttrs,
    padList: attr.optional(attr.ints()),
  },
  body: ({ dout, weight }, { inputSize, padList, ...attrs }) => {
    const own: ConvAttrs = padList ? { ...attrs, padMode: 'pad', pad: padList } : attrs;
    return conv2DBackpropInput(dout, weight, { ...own, inputSizes: inputSize });
  },
});
