import type { Args } from '@sporelet/core';
import { bindArguments, describe } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { RuntimeError, ValueError, float32, float64, shapeText, uint8 } from '@sporelet/ir';
import type { ArrayData } from './array.ts';
import { dtypeOf } from './array.ts';
import { castArray } from './cast.ts';
import { count } from './checks.ts';
import { resizeImages } from './resize.ts';
import { Transform } from './transform.ts';
import type { Work } from './work.ts';

/** Ways to interpolate. */
export const Inter = { NEAREST: 'nearest', LINEAR: 'bilinear', BILINEAR: 'bilinear' } as const;
export type Inter = (typeof Inter)[keyof typeof Inter];

/** Ways to fill a border: a constant, the edge pixel, a mirror without or with the edge pixel twice. */
export const Border = { CONSTANT: 'constant', EDGE: 'edge', REFLECT: 'reflect', SYMMETRIC: 'symmetric' } as const;
export type Border = (typeof Border)[keyof typeof Border];

/** Checks that a batch holds images [N, H, W] or [N, H, W, C]. */
function checkImages(x: ArrayData, where: string): void {
  if (x.shape.length === 3 || x.shape.length === 4) return;
  throw new RuntimeError(
    `For '${where}', an image must have the axes (H, W) or (H, W, C), but got the shape ${shapeText(x.shape.slice(1))}.`,
  );
}

function number(value: unknown, name: string, where: string): number {
  if (typeof value !== 'number')
    throw new TypeError(`For '${where}', the ${name} must be a number, but got ${describe(value)}.`);
  return value;
}

/** A height and a width, or null and the length of the shorter side. */
type Size = readonly [height: number, width: number];
function sizeOfImage(value: unknown, where: string): Size | number {
  if (!Array.isArray(value)) return count(value, 'size', where);
  if (value.length !== 2)
    throw new ValueError(`For '${where}', the size must be [height, width], but got ${value.length} numbers.`);
  return [count(value[0], 'size', where), count(value[1], 'size', where)];
}

/** Data to read numbers from: TypedArrays of numbers as they are, everything else as Float32. */
const numbers = (x: ArrayData): Float32Array =>
  (x.dtype.kind !== 'bool' && x.dtype.itemsize > 2 && x.dtype.isFloat) || (x.dtype.isInt && x.dtype.itemsize < 8)
    ? (x.data as Float32Array)
    : (castArray(x, float32).data as Float32Array);

/** Float32 data to write results to: that of the input where it has that type. */
const results = (x: ArrayData, work: Work): Float32Array =>
  (x.dtype === float32 ? x : work.make(float32, x.shape)).data as Float32Array;

/** `x * rescale + shift`, rounded once, as Float32. */
export class Rescale extends Transform {
  override readonly name = 'Rescale';
  override readonly pointwise = 'value';
  private readonly scale: number;
  private readonly shift: number;

  constructor(rescale: number, shift: number) {
    super();
    this.scale = Math.fround(number(rescale, 'rescale', 'Rescale'));
    this.shift = Math.fround(number(shift, 'shift', 'Rescale'));
  }
  override applyBatch(x: ArrayData, work: Work): ArrayData {
    const { scale, shift } = this;
    const from = numbers(x);
    const to = results(x, work);
    for (let i = 0; i < to.length; i++) to[i] = from[i]! * scale + shift;
    return { data: to, shape: x.shape, dtype: float32 };
  }
}

export interface NormalizeOptions {
  /** Whether the channels are the last axis, (H, W, C), or the first, (C, H, W). Default true. */
  isHwc?: boolean | undefined;
}

/** `(x - mean) / std`, with one mean and deviation for each channel or for all, as Float32. */
export class Normalize extends Transform {
  override readonly name = 'Normalize';
  override readonly pointwise: 'value' | 'channel' | null;
  private readonly mean: Float32Array;
  private readonly std: Float32Array;
  private readonly isHwc: boolean;

  constructor(...args: Args<[mean: readonly number[], std: readonly number[]], [isHwc?: boolean], NormalizeOptions>) {
    super();
    const [mean, std, isHwc] = bindArguments('Normalize', ['mean', 'std', 'isHwc'], 2, args);
    const list = (value: unknown, name: string) => {
      if (!Array.isArray(value))
        throw new TypeError(`For 'Normalize', the ${name} must be an array of numbers, but got ${describe(value)}.`);
      return Float32Array.from(value, (v) => number(v, name, 'Normalize'));
    };
    this.mean = list(mean, 'mean');
    this.std = list(std, 'std');
    this.isHwc = (isHwc as boolean | undefined) ?? true;
    if (this.mean.length !== this.std.length || this.mean.length === 0) {
      throw new ValueError(
        `For 'Normalize', mean and std must be of one length, but got ${this.mean.length} and ${this.std.length}.`,
      );
    }
    const bad = this.std.find((s) => !(s > 0));
    if (bad !== undefined) throw new ValueError(`For 'Normalize', the std must be above 0, but got ${bad}.`);
    this.pointwise = this.mean.length === 1 ? 'value' : this.isHwc ? 'channel' : null;
  }

  override applyBatch(x: ArrayData, work: Work): ArrayData {
    const from = numbers(x);
    const to = results(x, work);
    if (this.mean.length === 1) this.normalize(from, to, 0, 1, 0);
    else {
      const rank = x.shape.length;
      const channels = rank === 4 ? x.shape[this.isHwc ? 3 : 1]! : 1;
      if (channels !== this.mean.length) {
        throw new RuntimeError(
          `For 'Normalize', there are ${this.mean.length} means and deviations, but ${channels} channels in the shape ${shapeText(x.shape.slice(1))}.`,
        );
      }
      if (this.isHwc) for (let c = 0; c < channels; c++) this.normalize(from, to, c, channels, c);
      else {
        const plane = x.shape[2]! * x.shape[3]!;
        for (let p = 0; p * plane < to.length; p++) {
          this.normalize(
            from.subarray(p * plane, (p + 1) * plane),
            to.subarray(p * plane, (p + 1) * plane),
            0,
            1,
            p % channels,
          );
        }
      }
    }
    return { data: to, shape: x.shape, dtype: float32 };
  }

  private normalize(from: Float32Array, to: Float32Array, start: number, step: number, channel: number): void {
    const mean = this.mean[channel]!;
    const std = this.std[channel]!;
    for (let i = start; i < to.length; i += step) to[i] = Math.fround(from[i]! - mean) / std;
  }
}

/** Moves the channels to the front: (H, W, C) to (C, H, W). Images (H, W) stay. */
export class HWC2CHW extends Transform {
  override readonly name = 'HWC2CHW';

  override applyBatch(x: ArrayData, work: Work): ArrayData {
    checkImages(x, 'HWC2CHW');
    if (x.shape.length === 3) return x;
    const [n, h, w, c] = x.shape as readonly [number, number, number, number];
    const shape = [n, c, h, w];
    if (c === 1) return { data: x.data, shape, dtype: x.dtype };
    const out = work.make(x.dtype, shape);
    const from = x.data as Float32Array;
    const to = out.data as Float32Array;
    const pixels = h * w;
    for (let image = 0; image < n; image++) {
      const base = image * pixels * c;
      for (let j = 0; j < c; j++) {
        for (let i = 0, k = base + j * pixels; i < pixels; i++) to[k + i] = from[base + i * c + j]!;
      }
    }
    return out;
  }
}

/** An image as the network takes it: (H, W, C) or (H, W) to (C, H, W), divided by 255. */
export class ToTensor extends Transform {
  override readonly name = 'ToTensor';
  private readonly dtype: DType;
  private readonly rescale = new Rescale(1 / 255, 0);
  private readonly toFront = new HWC2CHW();

  /** @param outputType - dtype of the result. Default Float32. */
  constructor(outputType: DType | string = float32) {
    super();
    this.dtype = dtypeOf(outputType, 'ToTensor');
  }
  override applyBatch(x: ArrayData, work: Work): ArrayData {
    checkImages(x, 'ToTensor');
    const front =
      x.shape.length === 3
        ? { data: x.data, shape: [x.shape[0]!, 1, ...x.shape.slice(1)], dtype: x.dtype }
        : work.apply(this.toFront, x);
    return castArray(this.rescale.applyBatch(front, work), this.dtype);
  }
}

export interface ResizeOptions {
  /** Default 'bilinear'. */
  interpolation?: Inter | undefined;
}

/** Another size, [height, width]; a single number is the shorter side, and the sides keep their ratio. The dtype stays. */
export class Resize extends Transform {
  override readonly name = 'Resize';
  private readonly size: Size | number;
  private readonly method: Inter;

  constructor(
    ...args: Args<[size: number | readonly [height: number, width: number]], [interpolation?: Inter], ResizeOptions>
  ) {
    super();
    const [size, interpolation] = bindArguments('Resize', ['size', 'interpolation'], 1, args);
    this.size = sizeOfImage(size, 'Resize');
    this.method = oneOf(interpolation ?? Inter.LINEAR, Object.values(Inter), 'interpolation', 'Resize');
  }
  override applyBatch(x: ArrayData, work: Work): ArrayData {
    checkImages(x, 'Resize');
    const [, h, w] = x.shape as readonly [number, number, number];
    const { size } = this;
    const short = (side: number) => Math.floor((side / Math.min(h, w)) * (size as number));
    const [height, width] = typeof size === 'number' ? (h < w ? [size, short(w)] : [short(h), size]) : size;
    const direct = this.method === 'nearest' || x.dtype === uint8 || x.dtype === float32 || x.dtype === float64;
    if (!direct)
      throw new RuntimeError(
        `For 'Resize', a bilinear image must be UInt8, Float32 or Float64, but got ${x.dtype.name}.`,
      );
    return resizeImages(x, height, width, this.method, work);
  }
}

function oneOf<T extends string>(value: unknown, choices: readonly T[], name: string, where: string): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new ValueError(
    `For '${where}', the ${name} must be one of ${[...new Set(choices)].map((c) => `'${c}'`).join(', ')}, but got ${describe(value)}.`,
  );
}

/** Mirrors images left to right with probability `prob`. */
export class RandomHorizontalFlip extends Transform {
  override readonly name = 'RandomHorizontalFlip';
  private readonly prob: number;

  constructor(prob = 0.5) {
    super();
    this.prob = number(prob, 'prob', 'RandomHorizontalFlip');
    if (!(prob >= 0 && prob <= 1))
      throw new ValueError(`For 'RandomHorizontalFlip', the prob must be in [0, 1], but got ${prob}.`);
  }
  override applyBatch(x: ArrayData, work: Work): ArrayData {
    checkImages(x, 'RandomHorizontalFlip');
    const [n, h, w, c = 1] = x.shape as readonly [number, number, number, number?];
    const data = x.data as Float32Array;
    for (let image = 0; image < n; image++) {
      if (work.random.uniform() >= this.prob) continue;
      for (let row = image * h; row < (image + 1) * h; row++) {
        for (let a = row * w * c, b = a + (w - 1) * c; a < b; a += c, b -= c) {
          for (let j = 0; j < c; j++) {
            const held = data[a + j]!;
            data[a + j] = data[b + j]!;
            data[b + j] = held;
          }
        }
      }
    }
    return x;
  }
}

/** Where each output position comes from along one axis; -1 is the fill. */
type Sources = Int32Array;

/** Rows and columns of images picked by position. */
function pick(x: ArrayData, rows: Sources, columns: Sources, fill: readonly number[], work: Work): ArrayData {
  const [n, h, w, c = 1] = x.shape as readonly [number, number, number, number?];
  const out = work.make(x.dtype, [n, rows.length, columns.length, ...x.shape.slice(3)]);
  const from = x.data as Float32Array;
  const to = out.data as Float32Array;
  const filler = castArray(
    { data: Float64Array.from({ length: c }, (_, j) => fill[j % fill.length]!), shape: [c], dtype: float64 },
    x.dtype,
  ).data as Float32Array;
  let k = 0;
  for (let image = 0; image < n; image++) {
    for (const row of rows) {
      for (const column of columns) {
        const inside = row >= 0 && column >= 0;
        const at = ((image * h + row) * w + column) * c;
        for (let j = 0; j < c; j++) to[k++] = inside ? from[at + j]! : filler[j]!;
      }
    }
  }
  return out;
}

/** The middle of an image; where it is smaller than asked for, zeros are put around it. */
export class CenterCrop extends Transform {
  override readonly name = 'CenterCrop';
  private readonly size: Size;

  /** @param size - [height, width], or the side of a square */
  constructor(size: number | readonly [height: number, width: number]) {
    super();
    const given = sizeOfImage(size, 'CenterCrop');
    this.size = typeof given === 'number' ? [given, given] : given;
  }
  override applyBatch(x: ArrayData, work: Work): ArrayData {
    checkImages(x, 'CenterCrop');
    const middle = (have: number, want: number): Sources => {
      const start = Math.floor((have - want) / 2);
      return Int32Array.from({ length: want }, (_, i) => (start + i >= 0 && start + i < have ? start + i : -1));
    };
    return pick(x, middle(x.shape[1]!, this.size[0]), middle(x.shape[2]!, this.size[1]), [0], work);
  }
}

export interface PadOptions {
  /** The constant: one number, or one for each channel. Default 0. */
  fillValue?: number | readonly number[] | undefined;
  /** Default 'constant'. */
  paddingMode?: Border | undefined;
}

/** A border: the same on all sides, or [left and right, top and bottom], or [left, top, right, bottom]. */
export class Pad extends Transform {
  override readonly name = 'Pad';
  private readonly sides: readonly [left: number, top: number, right: number, bottom: number];
  private readonly fill: readonly number[];
  private readonly mode: Border;

  constructor(
    ...args: Args<
      [padding: number | readonly number[]],
      [fillValue?: number | readonly number[], paddingMode?: Border],
      PadOptions
    >
  ) {
    super();
    const [padding, fill, mode] = bindArguments('Pad', ['padding', 'fillValue', 'paddingMode'], 1, args);
    const given: readonly unknown[] = Array.isArray(padding) ? padding : [padding];
    const sides = given.map((side) => {
      if (!Number.isInteger(side) || (side as number) < 0) {
        throw new ValueError(`For 'Pad', the padding must be whole numbers from 0 on, but got ${describe(side)}.`);
      }
      return side as number;
    });
    const [a, b = a, c = a, d = b] = sides;
    if (![1, 2, 4].includes(sides.length))
      throw new ValueError(`For 'Pad', the padding must have 1, 2 or 4 numbers, but got ${sides.length}.`);
    this.sides = [a!, b!, c!, d!];
    this.fill = (Array.isArray(fill) ? (fill as readonly unknown[]) : [fill ?? 0]).map((v) =>
      number(v, 'fillValue', 'Pad'),
    );
    this.mode = oneOf(mode ?? Border.CONSTANT, Object.values(Border), 'paddingMode', 'Pad');
  }

  override applyBatch(x: ArrayData, work: Work): ArrayData {
    checkImages(x, 'Pad');
    const [left, top, right, bottom] = this.sides;
    return pick(x, this.sources(x.shape[1]!, top, bottom), this.sources(x.shape[2]!, left, right), this.fill, work);
  }

  private sources(n: number, before: number, after: number): Sources {
    return Int32Array.from({ length: before + n + after }, (_, k) => {
      const i = k - before;
      if (i >= 0 && i < n) return i;
      if (this.mode === 'constant') return -1;
      if (this.mode === 'edge' || n === 1) return i < 0 ? 0 : n - 1;
      // A mirror repeats; without the edge pixel twice, its period is two pixels shorter.
      const period = this.mode === 'symmetric' ? 2 * n : 2 * n - 2;
      const at = ((i % period) + period) % period;
      return at < n ? at : (this.mode === 'symmetric' ? period - 1 : period) - at;
    });
  }
}
