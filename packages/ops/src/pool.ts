import type { Args, Attr, Op, Tensor } from '@sporelet/core';
import { attr, defineOp } from '@sporelet/core';
import type { Dims, Expr, View } from '@sporelet/ir';
import { ValueError, constant, int32, interval, reduce, rmax, shapeText, sum, where } from '@sporelet/ir';
import { floats, wideOf } from './elementwise-dtypes.ts';
import { gatherDOp } from './indexing.ts';
import type { Windows } from './pool-windows.ts';
import { adaptiveWindows, poolWindows } from './pool-windows.ts';
import { reshape } from './shape.ts';

type Plane = readonly [rows: Windows, columns: Windows];
type Size = number | readonly number[];
type PadMode = 'valid' | 'same' | 'pad' | 'VALID' | 'SAME' | 'PAD';

/** An output index as the axes before the plane, row and column. */
const split = (i: readonly Expr[]): readonly [lead: readonly Expr[], y: Expr, x: Expr] => [
  i.slice(0, -2),
  i.at(-2)!,
  i.at(-1)!,
];

const both = (a: Expr | null, b: Expr | null): Expr | null => (a && b ? a.and(b) : (a ?? b));

/** Element (ky, kx) of window (oy, ox), or `fill` where there is none. */
function inWindow(x: View, [rows, columns]: Plane, i: readonly Expr[], ky: Expr, kx: Expr, fill: number): Expr {
  const [lead, oy, ox] = split(i);
  const [r, c] = [rows.place(oy, ky), columns.place(ox, kx)];
  return x.padded([...lead, r.at, c.at], constant(fill, x.dtype), both(r.also, c.also));
}

/** Sums `element` over the windows that cover an input element, given their indices and whether they are there. */
function overWindows(
  [rows, columns]: Plane,
  i: readonly Expr[],
  element: (index: Expr[], also: Expr | null, oy: Expr, ox: Expr) => Expr,
): Expr {
  // prettier-ignore
  const [lead, y, x] = split(i);
  return sum([rows.covers, columns.covers], (ty, tx) => {
    const [r, c] = [rows.over(y, ty), columns.over(x, tx)];
    return element([...lead, r.o, c.o], both(r.also, c.also), r.o, c.o);
  });
}

const planeShape = (shape: Dims, [rows, columns]: Plane): Dims => [...shape.slice(0, -2), rows.out, columns.out];

const poolAttrs = {
  kernelSize: attr.intOrInts(1),
  strides: attr.intOrInts(1),
  padMode: attr.oneOf(['valid', 'same', 'pad', 'VALID', 'SAME', 'PAD'], 'valid'),
  dataFormat: attr.oneOf(['NCHW'], 'NCHW'),
  pad: attr.intOrInts(0),
  dilation: attr.intOrInts(1),
  ceilMode: attr.bool(false),
};

interface PoolOptions {
  readonly kernelSize?: Size | undefined;
  readonly strides?: Size | undefined;
  readonly padMode?: PadMode | undefined;
  readonly dataFormat?: 'NCHW' | undefined;
  readonly pad?: Size | undefined;
  readonly dilation?: Size | undefined;
  readonly ceilMode?: boolean | undefined;
}
type PoolList = [kernelSize?: Size, strides?: Size, padMode?: PadMode, dataFormat?: 'NCHW', pad?: Size, dilation?: Size, ceilMode?: boolean]; // prettier-ignore
type PoolClass<F, L extends readonly unknown[], O> = new (...args: Args<[], L, O>) => F;

export const maxPool: Op<
  (x: Tensor, attrs: PoolOptions) => Tensor,
  PoolClass<(x: Tensor) => Tensor, PoolList, PoolOptions>
> = defineOp({
  name: 'MaxPool',
  sig: 'x!:T ; kernelSize, strides, padMode, dataFormat, pad, dilation, ceilMode -> T',
  doc: "The greatest element of each window of a plane; NaN wins (MindSpore's CPU kernel passes over it). padMode 'pad' with pad, dilation and ceilMode are additions to MindSpore's class.",
  dtypes: { T: floats },
  attrs: poolAttrs,
  infer: ({ x }, attrs, op) => planeShape(x.shape, poolWindows(op, x.shape, attrs)),
  pull: ({ x }, attrs) => {
    const plane = poolWindows('MaxPool', x.shape, attrs);
    return (...i) => rmax([plane[0].taps, plane[1].taps], (ky, kx) => inWindow(x, plane, i, ky, kx, -Infinity));
  },
  grad: ({ g, ins: [x], attrs }) => [() => maxPoolGrad(g, maxPoolArgmax(x, attrs), { ...attrs, inputSizes: x.shape })],
});

/** Whether a place may lie outside `n` elements, and the test for it. */
function within(place: Expr, n: number): Expr | null {
  const range = interval(place);
  const low = range && range[0] >= 0 ? null : place.ge(0);
  return both(low, range && range[1] < n ? null : place.lt(n));
}

export const maxPoolArgmax: Op<
  (x: Tensor, attrs: PoolOptions) => Tensor,
  PoolClass<(x: Tensor) => Tensor, PoolList, PoolOptions>
> = defineOp({
  name: 'MaxPoolArgmax',
  sig: 'x!:T ; kernelSize, strides, padMode, dataFormat, pad, dilation, ceilMode -> Int32',
  doc: 'Where the greatest element of each window lies in its plane (y·W + x), of several the first. Internal.',
  dtypes: { T: floats },
  attrs: poolAttrs,
  infer: ({ x }, attrs, op) => planeShape(x.shape, poolWindows(op, x.shape, attrs)),
  pull: ({ x }, attrs) => {
    const plane = poolWindows('MaxPoolArgmax', x.shape, attrs);
    const [rows, columns] = plane;
    const taps = [rows.taps, columns.taps] as const;
    const nowhere = rows.size * columns.size;
    return (...i) => {
      const [, oy, ox] = split(i);
      const most = rmax(taps, (ky, kx) => inWindow(x, plane, i, ky, kx, -Infinity));
      return reduce('min', taps, (ky, kx) => {
        const [r, c] = [rows.place(oy, ky).at, columns.place(ox, kx).at];
        const own = inWindow(x, plane, i, ky, kx, -Infinity);
        // NaN is greater than every number.
        const greatest = own.eq(most).or(own.isNaN());
        return where(both(greatest, both(within(r, rows.size), within(c, columns.size)))!, r.mul(columns.size).add(c), nowhere); // prettier-ignore
      });
    };
  },
  grad: null,
});

export const maxPoolGrad: Op<
  (dout: Tensor, argmax: Tensor, attrs: PoolOptions & { readonly inputSizes: Dims }) => Tensor,
  PoolClass<(dout: Tensor, argmax: Tensor, inputSizes: Dims) => Tensor, PoolList, PoolOptions>
> = defineOp({
  name: 'MaxPoolGrad',
  sig: 'dout!:T, argmax!:I, inputSizes ; kernelSize, strides, padMode, dataFormat, pad, dilation, ceilMode -> T',
  doc: 'The gradient of MaxPool: each element sums the gradients of the windows whose greatest element it is. Internal.',
  dtypes: { T: floats },
  attrs: { inputSizes: attr.ints(), ...poolAttrs },
  infer: (_, { inputSizes }) => inputSizes,
  pull: ({ dout, argmax }, attrs) => {
    const plane = poolWindows('MaxPoolGrad', attrs.inputSizes, attrs);
    const acc = wideOf(dout.dtype);
    return (...i) => {
      const [, y, x] = split(i);
      const own = y.mul(plane[1].size).add(x);
      return overWindows(plane, i, (index, also) => {
        const from = argmax.padded(index, constant(-1, argmax.dtype), also).cast(int32);
        return where(from.eq(own), dout.padded(index, constant(0, dout.dtype), also).cast(acc), 0);
      }).cast(dout.dtype);
    };
  },
  grad: ({ g, ins: [dout, argmax] }) => {
    const lead = dout.shape.slice(0, -2);
    return [
      () => reshape(gatherDOp(reshape(g, [...lead, -1]), reshape(argmax, [...lead, -1]), lead.length), dout.shape),
      null,
    ];
  },
});

/** The mean of each window; `divisor` 0: of its own elements. */
function average(x: View, plane: Plane, divisor: number) {
  const acc = wideOf(x.dtype);
  return (...i: Expr[]): Expr => {
    const [, oy, ox] = split(i);
    const total = sum([plane[0].taps, plane[1].taps], (ky, kx) => inWindow(x, plane, i, ky, kx, 0).cast(acc));
    return total.div(divided(plane, oy, ox, divisor).cast(acc)).cast(x.dtype);
  };
}

function averageGrad(dout: View, plane: Plane, divisor: number) {
  const acc = wideOf(dout.dtype);
  return (...i: Expr[]): Expr =>
    overWindows(plane, i, (index, also, oy, ox) => {
      const g = dout.padded(index, constant(0, dout.dtype), also).cast(acc);
      return g.div(divided(plane, oy, ox, divisor).cast(acc));
    }).cast(dout.dtype);
}

const divided = ([rows, columns]: Plane, oy: Expr, ox: Expr, divisor: number): Expr =>
  divisor ? constant(divisor, int32) : rows.count(oy).mul(columns.count(ox));

const { dilation: _dilation, ...averageBase } = poolAttrs;
const averageAttrs = { ...averageBase, countIncludePad: attr.bool(true), divisorOverride: attr.int(0) };
interface AverageOptions extends Omit<PoolOptions, 'dilation'> {
  readonly countIncludePad?: boolean | undefined;
  readonly divisorOverride?: number | undefined;
}
type AverageList = [kernelSize?: Size, strides?: Size, padMode?: PadMode, dataFormat?: 'NCHW', pad?: Size, ceilMode?: boolean, countIncludePad?: boolean, divisorOverride?: number]; // prettier-ignore

export const avgPool: Op<
  (x: Tensor, attrs: AverageOptions) => Tensor,
  PoolClass<(x: Tensor) => Tensor, AverageList, AverageOptions>
> = defineOp({
  name: 'AvgPool',
  sig: 'x!:T ; kernelSize, strides, padMode, dataFormat, pad, ceilMode, countIncludePad, divisorOverride -> T',
  doc: "The mean of each window of a plane. With padMode 'same' the zeros around the input do not count, with 'pad' they do unless countIncludePad is false. 'pad', ceilMode, countIncludePad and divisorOverride are additions to MindSpore's class.",
  dtypes: { T: floats },
  attrs: averageAttrs,
  infer: ({ x }, attrs, op) => planeShape(x.shape, poolWindows(op, x.shape, attrs)),
  pull: ({ x }, attrs) => average(x, poolWindows('AvgPool', x.shape, attrs), attrs.divisorOverride),
  grad: ({ g, ins: [x], attrs }) => [() => avgPoolGrad(g, { ...attrs, inputSizes: x.shape })],
});

export const avgPoolGrad: Op<
  (dout: Tensor, attrs: AverageOptions & { readonly inputSizes: Dims }) => Tensor,
  PoolClass<(dout: Tensor, inputSizes: Dims) => Tensor, AverageList, AverageOptions>
> = defineOp({
  name: 'AvgPoolGrad',
  sig: 'dout!:T, inputSizes ; kernelSize, strides, padMode, dataFormat, pad, ceilMode, countIncludePad, divisorOverride -> T',
  doc: 'The gradient of AvgPool: each element sums its shares of the windows over it. Internal.',
  dtypes: { T: floats },
  attrs: { inputSizes: attr.ints(), ...averageAttrs },
  infer: (_, { inputSizes }) => inputSizes,
  pull: ({ dout }, attrs) =>
    averageGrad(dout, poolWindows('AvgPoolGrad', attrs.inputSizes, attrs), attrs.divisorOverride),
  grad: ({ g, attrs: { inputSizes: _, ...attrs } }) => [() => avgPool(g, attrs)],
});

type OutputSize = number | readonly (number | null)[];
/** An int, or a pair in which null keeps the extent of the input. */
const outputSize: Attr<OutputSize> = {
  expects: 'an int or a pair of ints or None',
  check: (v, fail) => {
    const list = Array.isArray(v) ? (v as unknown[]) : [v, v];
    if (list.length !== 2 || !list.every((n) => n === null || Number.isInteger(n))) return undefined;
    return list.some((n) => n !== null && (n as number) < 0) ? fail('must not be negative') : (v as OutputSize);
  },
};

function adaptivePlane(op: string, shape: Dims, size: OutputSize): Plane {
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ValueError(`For '${op}', the input must have three or four axes, but got shape ${shapeText(shape)}.`);
  }
  const [height, width] = typeof size === 'number' ? [size, size] : size;
  const [h, w] = shape.slice(-2) as [number, number];
  return [adaptiveWindows(op, h, height ?? h), adaptiveWindows(op, w, width ?? w)];
}

export const adaptiveAvgPool2D: Op<
  (input: Tensor, outputSize: OutputSize) => Tensor,
  new (outputSize: OutputSize | { readonly outputSize: OutputSize }) => (input: Tensor) => Tensor
> = defineOp({
  name: 'AdaptiveAvgPool2D',
  fn: 'adaptiveAvgPool2d',
  sig: 'input!:T ; outputSize -> T',
  doc: 'Means of outputSize windows that divide each plane as evenly as possible: window o of n is [⌊o·H/n⌋, ⌈(o+1)·H/n⌉). null keeps an extent.',
  dtypes: { T: floats },
  attrs: { outputSize },
  infer: ({ input }, { outputSize }, op) => planeShape(input.shape, adaptivePlane(op, input.shape, outputSize)),
  pull: ({ input }, { outputSize }) => average(input, adaptivePlane('AdaptiveAvgPool2D', input.shape, outputSize), 0),
  grad: ({ g, ins: [x], attrs: { outputSize } }) => [() => adaptiveAvgPool2DGrad(g, x.shape, outputSize)],
});

export const adaptiveAvgPool2DGrad: Op<(dout: Tensor, inputSizes: Dims, outputSize: OutputSize) => Tensor> = defineOp({
  name: 'AdaptiveAvgPool2DGrad',
  sig: 'dout!:T, inputSizes, outputSize -> T',
  doc: 'The gradient of AdaptiveAvgPool2D. Internal.',
  dtypes: { T: floats },
  attrs: { inputSizes: attr.ints(), outputSize },
  infer: (_, { inputSizes }) => inputSizes,
  pull: ({ dout }, { inputSizes, outputSize }) =>
    averageGrad(dout, adaptivePlane('AdaptiveAvgPool2DGrad', inputSizes, outputSize), 0),
  grad: ({ g, attrs: { outputSize } }) => [() => adaptiveAvgPool2D(g, outputSize)],
});
