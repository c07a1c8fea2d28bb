import type { Attr } from '@sporelet/core';
import { attr } from '@sporelet/core';
import type { Dims, Expr } from '@sporelet/ir';
import { RuntimeError, ValueError, shapeText } from '@sporelet/ir';

export type PadMode = 'valid' | 'same' | 'pad';

/** One or two positive numbers, or four of which the last two count (as MindSpore takes strides). */
function positives(fallback: number): Attr<number | Dims> {
  const kind = fallback ? attr.intOrInts(fallback) : attr.intOrInts();
  return {
    ...kind,
    check: (value, fail) => {
      const v = kind.check(value, fail);
      if (v === undefined) return undefined;
      const list = [v].flat();
      const fits = list.every((n) => n > 0) && (typeof v === 'number' || list.length === 2 || list.length === 4);
      return fits ? v : fail('must be a positive int or a tuple of two or four positive ints');
    },
  };
}

/** Attributes of all convolutions, in the order of MindSpore's class. */
export const convAttrs = {
  outChannel: attr.int(),
  kernelSize: positives(0),
  mode: attr.oneOf([1], 1),
  padMode: attr.oneOf(['valid', 'same', 'pad'], 'valid'),
  pad: attr.intOrInts(0),
  stride: positives(1),
  dilation: positives(1),
  group: attr.int(1),
  dataFormat: attr.oneOf(['NCHW'], 'NCHW'),
};

export interface ConvAttrs {
  readonly outChannel: number;
  readonly kernelSize: number | Dims;
  readonly padMode: PadMode;
  readonly pad: number | Dims;
  readonly stride: number | Dims;
  readonly dilation: number | Dims;
  readonly group: number;
}

/** One spatial axis of a convolution. */
export interface ConvAxis {
  /** Extent of the input, the kernel and the output. */
  readonly size: number;
  readonly kernel: number;
  readonly out: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the input. */
  readonly before: number;
}

export interface Convolution {
  readonly rows: ConvAxis;
  readonly columns: ConvAxis;
  /** Input and output channels of one group. */
  readonly perGroup: readonly [input: number, output: number];
  readonly group: number;
  readonly outShape: Dims;
}

/** Height and width of a number, a pair, or the last two of four. */
export const pair = (v: number | Dims): readonly [number, number] =>
  typeof v === 'number' ? [v, v] : [v.at(-2)!, v.at(-1)!];

/** Zeros (top, bottom, left, right) by padMode. */
function paddingOf(op: string, attrs: ConvAttrs): readonly [number, number, number, number] | null {
  const given = [attrs.pad].flat();
  if (attrs.padMode !== 'pad') {
    if (given.some((n) => n !== 0)) {
      throw new ValueError(
        `For '${op}', the 'pad' must be zero when 'padMode' is '${attrs.padMode}', but got ${shapeText(given)}.`,
      );
    }
    return attrs.padMode === 'same' ? null : [0, 0, 0, 0];
  }
  if (given.some((n) => n < 0))
    throw new ValueError(`For '${op}', the 'pad' must not be negative, but got ${shapeText(given)}.`);
  if (given.length === 4) return given as [number, number, number, number];
  const [h, w] = given.length === 1 ? [given[0]!, given[0]!] : (given as [number, number]);
  if (given.length > 2)
    throw new ValueError(`For '${op}', the 'pad' must have one, two or four numbers, but got ${shapeText(given)}.`);
  return [h, h, w, w];
}

/** The convolution of an input and a weight shape. */
export function convolution(op: string, x: Dims, w: Dims, attrs: ConvAttrs): Convolution {
  for (const [name, shape] of [
    ['x', x],
    ['weight', w],
  ] as const) {
    // prettier-ignore
    if (shape.length !== 4) throw new ValueError(`For '${op}', the '${name}' must have four axes, but got shape ${shapeText(shape)}.`);
  }
  const { outChannel, group } = attrs;
  const [n, c, height, width] = x as [number, number, number, number];
  const [o, perInput, kh, kw] = w as [number, number, number, number];
  const [kernelH, kernelW] = pair(attrs.kernelSize);
  if (o !== outChannel) throw new RuntimeError(`For '${op}', the first axis of 'weight' must be outChannel = ${outChannel}, but got shape ${shapeText(w)}.`); // prettier-ignore
  if (kh !== kernelH || kw !== kernelW) {
    throw new RuntimeError(`For '${op}', the last two axes of 'weight' must be kernelSize = (${kernelH}, ${kernelW}), but got shape ${shapeText(w)}.`); // prettier-ignore
  }
  if (group < 1 || c % group || o % group) {
    throw new ValueError(
      `For '${op}', the 'group' must divide the ${c} input and ${o} output channels, but got ${group}.`,
    );
  }
  if (c / group !== perInput) {
    throw new RuntimeError(
      `For '${op}', the input channels divided by 'group' must be the second axis of 'weight', but got ${c} / ${group} ` +
        `for shapes ${shapeText(x)} and ${shapeText(w)}.`,
    );
  }
  const padding = paddingOf(op, attrs);
  const [strides, dilations] = [pair(attrs.stride), pair(attrs.dilation)];
  const axis = (size: number, kernel: number, d: 0 | 1): ConvAxis => {
    const [stride, dilation] = [strides[d], dilations[d]];
    const span = (kernel - 1) * dilation + 1;
    if (!padding) {
      const out = Math.ceil(size / stride);
      const total = Math.max((out - 1) * stride + span - size, 0);
      return { size, kernel, out, stride, dilation, before: total >> 1 };
    }
    const [before, after] = [padding[2 * d]!, padding[2 * d + 1]!];
    const out = Math.floor((size + before + after - span) / stride) + 1;
    if (out < 1) {
      throw new ValueError(
        `For '${op}', the input with its padding must be as large as the kernel, but got shapes ${shapeText(x)} and ${shapeText(w)}.`,
      );
    }
    return { size, kernel, out, stride, dilation, before };
  };
  const rows = axis(height, kh, 0);
  const columns = axis(width, kw, 1);
  return { rows, columns, perGroup: [perInput, o / group], group, outShape: [n, o, rows.out, columns.out] };
}

/** Where the kernel's element k meets output element o in the input. */
export const touched = ({ stride, dilation, before }: ConvAxis, o: Expr, k: Expr): Expr =>
  o.mul(stride).add(k.mul(dilation)).sub(before);

/** The input channel that output channel `co` reads as its number `c`. */
export function inputChannel({ group, perGroup: [input, output] }: Convolution, co: Expr, c: Expr): Expr {
  if (group === 1) return c;
  return (output === 1 ? co : co.div(output)).mul(input).add(c);
}

/** Which kernel and output elements meet in an input element: `taps` candidates, each a pair or outside both. */
export interface Meeting {
  readonly taps: number;
  /** `also`: a further condition for the pair to meet. */
  readonly at: (y: Expr, tap: Expr) => { readonly k: Expr; readonly o: Expr; readonly also: Expr | null };
}

export function meetings({ kernel, stride, dilation, before }: ConvAxis): Meeting {
  if (stride === 1) {
    return { taps: kernel, at: (y, k) => ({ k, o: y.add(before).sub(k.mul(dilation)), also: null }) };
  }
  if (dilation === 1) {
    // Only every stride-th kernel element meets y at all.
    return {
      taps: Math.ceil(kernel / stride),
      at: (y, t) => {
        const place = y.add(before);
        return { k: place.rem(stride).add(t.mul(stride)), o: place.div(stride).sub(t), also: null };
      },
    };
  }
  return {
    taps: kernel,
    at: (y, k) => {
      const place = y.add(before).sub(k.mul(dilation));
      return { k, o: place.div(stride), also: place.rem(stride).eq(0) };
    },
  };
}
