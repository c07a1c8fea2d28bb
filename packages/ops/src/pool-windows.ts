import type { Dims, Expr } from '@sporelet/ir';
import { ValueError, constant, int32, shapeText } from '@sporelet/ir';

/** The windows of a pool along one axis. */
export interface Windows {
  /** Extent of the input and number of windows. */
  readonly size: number;
  readonly out: number;
  /** Places in the largest window. */
  readonly taps: number;
  /** Place k of window o in the input, which may be outside; `also`: whether the window has that place. */
  readonly place: (o: Expr, k: Expr) => { readonly at: Expr; readonly also: Expr | null };
  /** How many elements an average over window o divides by, at least 1. */
  readonly count: (o: Expr) => Expr;
  /** Windows that cover an element, at most. */
  readonly covers: number;
  /** Candidate number t of the windows over input element y, which may be outside; `also`: whether it covers y. */
  readonly over: (y: Expr, t: Expr) => { readonly o: Expr; readonly also: Expr | null };
}

export interface WindowOptions {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly ceil: boolean;
  /** Averages count padding too. */
  readonly countPadding: boolean;
}

const int = (n: number): Expr => constant(n, int32);

/** Windows of one size at equal steps. */
export function slidingWindows(op: string, size: number, options: WindowOptions): Windows {
  const { kernel, stride, dilation, before, after, ceil, countPadding } = options;
  const span = (kernel - 1) * dilation + 1;
  const free = size + before + after - span;
  let out = (ceil ? Math.ceil(free / stride) : Math.floor(free / stride)) + 1;
  // A last window that starts in the padding behind the input does not count.
  if (ceil && (out - 1) * stride >= size + before) out--;
  if (free < 0 || out < 1) {
    throw new ValueError(
      `For '${op}', the input with its padding must be as large as the kernel, but got ${size} elements, padding ` +
        `(${before}, ${after}) and kernel ${kernel}.`,
    );
  }
  const [low, high] = countPadding ? [-before, size + after] : [0, size];
  const start = (o: Expr): Expr => o.mul(stride).sub(before);
  const whole = -before >= low && (out - 1) * stride - before + span <= high;
  return {
    size,
    out,
    taps: kernel,
    place: (o, k) => ({ at: start(o).add(k.mul(dilation)), also: null }),
    count: (o) => {
      if (whole) return int(kernel);
      const first = start(o);
      const end = first.add(kernel).min(high);
      return end.sub(low <= -before ? first : first.max(low)).max(1);
    },
    covers: Math.ceil(span / stride),
    over: (y, t) => {
      const place = y.add(before);
      const reach = place.rem(stride).add(t.mul(stride));
      return { o: place.div(stride).sub(t), also: span % stride ? reach.lt(span) : null };
    },
  };
}

/** `out` windows that divide an axis as evenly as possible: from ⌊o·size/out⌋ to ⌈(o+1)·size/out⌉. */
export function adaptiveWindows(op: string, size: number, out: number): Windows {
  if (out > 0 && size % out === 0 && size > 0) {
    const kernel = size / out;
    return slidingWindows(op, size, {
      kernel,
      stride: kernel,
      dilation: 1,
      before: 0,
      after: 0,
      ceil: false,
      countPadding: false,
    });
  }
  const first = (o: number): number => Math.floor((o * size) / out);
  const end = (o: number): number => Math.ceil(((o + 1) * size) / out);
  const lengths = Array.from({ length: out }, (_, o) => end(o) - first(o));
  const covers = Array.from({ length: size }, (_, y) => lengths.filter((_, o) => first(o) <= y && y < end(o)).length);
  const start = (o: Expr): Expr => o.mul(size).div(out);
  const stop = (o: Expr): Expr => o.add(1).mul(size).add(out - 1).div(out); // prettier-ignore
  return {
    size,
    out,
    taps: Math.max(0, ...lengths),
    place: (o, k) => ({ at: start(o).add(k), also: start(o).add(k).lt(stop(o)) }),
    count: (o) => stop(o).sub(start(o)).max(1),
    covers: Math.max(0, ...covers),
    over: (y, t) => {
      const o = y.mul(out).div(size).add(t);
      return { o, also: start(o).le(y) };
    },
  };
}

/** A number or a pair as (height, width). */
export function sizes(op: string, name: string, value: number | Dims, least: number): readonly [number, number] {
  const list = typeof value === 'number' ? [value, value] : value;
  if (list.length !== 2 || list.some((n) => n < least)) {
    const kind = least > 0 ? 'positive' : 'not negative';
    throw new ValueError(
      `For '${op}', the '${name}' must be ${kind}: an int or a pair of ints, but got ${shapeText([value].flat())}.`,
    );
  }
  return list as unknown as readonly [number, number];
}

/** Attributes that say where the windows of a 2-D pool are. */
export interface PoolAttrs {
  readonly kernelSize: number | Dims;
  readonly strides: number | Dims;
  readonly padMode: string;
  readonly pad: number | Dims;
  readonly dilation?: number | Dims;
  readonly ceilMode: boolean;
  readonly countIncludePad?: boolean;
}

/** The windows along height and width of an input (.., H, W). */
export function poolWindows(op: string, shape: Dims, attrs: PoolAttrs): readonly [rows: Windows, columns: Windows] {
  if (shape.length !== 4)
    throw new ValueError(`For '${op}', the input must have four axes, but got shape ${shapeText(shape)}.`);
  const kernels = sizes(op, 'kernelSize', attrs.kernelSize, 1);
  const strides = sizes(op, 'strides', attrs.strides, 1);
  const dilations = sizes(op, 'dilation', attrs.dilation ?? 1, 1);
  const mode = attrs.padMode.toLowerCase();
  const given = mode === 'pad' ? [attrs.pad].flat() : [0];
  const [top, bottom, left, right] = given.length === 4 ? given : given.length === 2 ? [given[0], given[0], given[1], given[1]] : [0, 1, 2, 3].map(() => given[0]); // prettier-ignore
  const pads: readonly (readonly [number, number])[] = [[top!, bottom!], [left!, right!]]; // prettier-ignore
  const window = (d: 0 | 1): Windows => {
    const [size, kernel, stride, dilation] = [shape[2 + d]!, kernels[d], strides[d], dilations[d]];
    const span = (kernel - 1) * dilation + 1;
    let [before, after] = pads[d]!;
    if (mode === 'same') {
      const total = Math.max((Math.ceil(size / stride) - 1) * stride + span - size, 0);
      [before, after] = [total >> 1, total - (total >> 1)];
    } else if (before < 0 || after < 0 || Math.max(before, after) * 2 > span) {
      throw new ValueError(`For '${op}', the 'pad' must be at most half of the kernel and not negative, but got (${before}, ${after}) for kernel ${kernel}.`); // prettier-ignore
    }
    const countPadding = mode === 'pad' && (attrs.countIncludePad ?? false);
    return slidingWindows(op, size, { kernel, stride, dilation, before, after, ceil: attrs.ceilMode, countPadding });
  };
  return [window(0), window(1)];
}
