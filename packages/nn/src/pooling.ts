import type { Args, Tensor } from '@sporelet/core';
import { describe, str, tupleOf } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { AvgPool, MaxPool, div, expandDims, mul, ones, pad, squeeze } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkBool, checkNumber, checkOneOf } from './check.ts';
import type { PadMode } from './conv.ts';
import type { Size2 } from './layer.ts';
import { bindNamed, checkPair } from './layer.ts';

export interface MaxPool2dOptions {
  /** Size of the window. Default 1. */
  kernelSize?: Size2 | undefined;
  /** Step of the window. Default 1, not the window's size. */
  stride?: Size2 | undefined;
  /** How the borders are padded. Default 'valid'. */
  padMode?: PadMode | undefined;
  /** Cells added on both sides of H and W, with padMode 'pad' only. Default 0. */
  padding?: Size2 | undefined;
  /** Distance of the window's elements. Only 1. */
  dilation?: 1 | undefined;
  /** Whether places are returned too. Only false. */
  returnIndices?: false | undefined;
  /** Whether a last window may reach beyond the border, with padMode 'pad' only. Default false. */
  ceilMode?: boolean | undefined;
  /** Order of the axes. Only 'NCHW'. */
  dataFormat?: 'NCHW' | undefined;
}

export interface AvgPool2dOptions extends Omit<MaxPool2dOptions, 'dilation' | 'returnIndices'> {
  /** Whether padding counts as zeros instead of not at all. Default true. */
  countIncludePad?: boolean | undefined;
  /** What sums are divided by, instead of the number of cells. Default none. */
  divisorOverride?: number | null | undefined;
}

type Given = Readonly<Record<'kernelSize' | 'stride' | 'padMode' | 'padding' | 'ceilMode' | 'dataFormat', unknown>>;

/** Cells before and after one axis, and those among the latter beyond the padding asked for. */
interface Border {
  readonly before: number;
  readonly after: number;
  readonly beyond: number;
}

/** What poolings share: (N, C, H, W) or (C, H, W). */
abstract class Pool2d extends Cell<(x: Tensor) => Tensor> {
  /** As given: a number, or one for H and one for W. */
  readonly kernelSize: Size2;
  readonly stride: Size2;
  readonly padMode: PadMode;
  readonly padding: readonly [number, number];
  readonly ceilMode: boolean;

  constructor(given: Given) {
    super();
    const op = this.clsName;
    const size = (name: 'kernelSize' | 'stride'): Size2 => {
      const value = given[name] ?? 1;
      const pair = checkPair(op, name, value);
      return typeof value === 'number' ? value : pair;
    };
    this.kernelSize = size('kernelSize');
    this.stride = size('stride');
    const mode = given.padMode ?? 'valid';
    this.padMode = checkOneOf(op, 'padMode', typeof mode === 'string' ? mode.toLowerCase() : mode, ['valid', 'same', 'pad']); // prettier-ignore
    const { padding = 0 } = given;
    const pair: readonly unknown[] = Array.isArray(padding) ? padding : [padding, padding];
    this.padding = tupleOf(pair.map((p) => checkNumber(op, 'padding', p, 'int', { ge: 0 }))) as unknown as readonly [number, number]; // prettier-ignore
    this.ceilMode = checkBool(op, 'ceilMode', given.ceilMode ?? false);
    checkOneOf(op, 'dataFormat', given.dataFormat ?? 'NCHW', ['NCHW']);
    if (pair.length !== 2) throw new ValueError(`For '${op}', the 'padding' must be an int or two, but got ${describe(padding)}.`); // prettier-ignore
    if (this.padMode !== 'pad' && (this.ceilMode || this.padding.some((p) => p > 0))) {
      throw new ValueError(`For '${op}', the 'padding' and 'ceilMode' need 'padMode' to be 'pad', but got '${this.padMode}'.`);
    }
  }

  construct(x: Tensor): Tensor {
    if (x.ndim !== 3 && x.ndim !== 4) {
      throw new ValueError(`For '${this.clsName}', the input must have 3 or 4 dims, but got ${x.ndim}.`);
    }
    return x.ndim === 4 ? this.$pool(x) : squeeze(this.$pool(expandDims(x, 0)), 0);
  }

  /** @internal */
  protected abstract $pool(x: Tensor): Tensor;

  /** What is added around H and W. @internal */
  protected $borders(x: Tensor): readonly [Border, Border] {
    const [, , ...sizes] = x.shape;
    return sizes.map((size, i): Border => {
      const p = this.padding[i]!;
      const [k, s] = [axis(this.kernelSize, i), axis(this.stride, i)];
      const room = size + 2 * p - k;
      // A window that would start beyond the input and its first padding is left out.
      let windows = (this.ceilMode ? Math.ceil(room / s) : Math.floor(room / s)) + 1;
      if (this.ceilMode && (windows - 1) * s >= size + p) windows--;
      const beyond = Math.max((windows - 1) * s - room, 0);
      return { before: p, after: p + beyond, beyond };
    }) as unknown as readonly [Border, Border];
  }

  override extendRepr(): string {
    return `kernel_size=${str(this.kernelSize)}, stride=${str(this.stride)}, pad_mode=${this.padMode.toUpperCase()}`;
  }
}

const axis = (size: Size2, i: number): number => (typeof size === 'number' ? size : size[i]!);

/** An image with cells of one value around. */
function padded(x: Tensor, [h, w]: readonly [Border, Border], value: number): Tensor {
  return pad(x, [w.before, w.after, h.before, h.after], 'constant', value);
}

const maxNames = ['kernelSize', 'stride', 'padMode', 'padding', 'dilation', 'returnIndices', 'ceilMode', 'dataFormat'] as const; // prettier-ignore

/** The largest element of each window. */
export class MaxPool2d extends Pool2d {
  readonly #pool: MaxPool;

  /** @throws ValueError for sizes below 1, or padding without padMode 'pad' */
  constructor(
    ...args: Args<
      [],
      [
        kernelSize?: Size2,
        stride?: Size2,
        padMode?: PadMode,
        padding?: Size2,
        dilation?: 1,
        returnIndices?: false,
        ceilMode?: boolean,
        dataFormat?: 'NCHW',
      ],
      MaxPool2dOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('MaxPool2d', maxNames, 0, args);
    super(given);
    const { dilation = 1, returnIndices = false } = given;
    if (dilation !== 1 || returnIndices !== false) {
      throw new ValueError(`For '${this.clsName}', a 'dilation' other than 1 and 'returnIndices' are not supported.`);
    }
    const { kernelSize, stride: strides, padMode } = this;
    this.#pool = new MaxPool({ kernelSize, strides, padMode: padMode === 'same' ? 'same' : 'valid' });
  }
  protected $pool(x: Tensor): Tensor {
    return this.#pool(this.padMode === 'pad' ? padded(x, this.$borders(x), -Infinity) : x);
  }
}

const avgNames = ['kernelSize', 'stride', 'padMode', 'padding', 'ceilMode', 'countIncludePad', 'divisorOverride', 'dataFormat'] as const; // prettier-ignore

/** The mean of each window. */
export class AvgPool2d extends Pool2d {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
  readonly #pool: AvgPool;

  /** @throws ValueError for sizes or a divisor below 1, or padding without padMode 'pad' */
  constructor(
    ...args: Args<
      [],
      [
        kernelSize?: Size2,
        stride?: Size2,
        padMode?: PadMode,
        padding?: Size2,
        ceilMode?: boolean,
        countIncludePad?: boolean,
        divisorOverride?: number | null,
        dataFormat?: 'NCHW',
      ],
      AvgPool2dOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const given = bindNamed('AvgPool2d', avgNames, 0, args);
    super(given);
    const op = this.clsName;
    this.countIncludePad = checkBool(op, 'countIncludePad', given.countIncludePad ?? true);
    const divisor = given.divisorOverride ?? null;
    this.divisorOverride = divisor === null ? null : checkNumber(op, 'divisorOverride', divisor, 'int', { gt: 0 });
    const { kernelSize, stride: strides, padMode } = this;
    this.#pool = new AvgPool({ kernelSize, strides, padMode: padMode === 'same' ? 'same' : 'valid' });
  }
  protected $pool(x: Tensor): Tensor {
    const { divisorOverride, kernelSize } = this;
    const borders = this.padMode === 'pad' ? this.$borders(x) : null;
    const mean = this.#pool(borders ? padded(x, borders, 0) : x);
    if (divisorOverride !== null) return mul(mean, (axis(kernelSize, 0) * axis(kernelSize, 1)) / divisorOverride);
    if (!borders || (this.countIncludePad && borders.every((b) => b.beyond === 0))) return mean;
    // The share of each window that counts.
    const [, , h, w] = x.shape;
    const counted = borders.map((b, i) => (this.countIncludePad ? b.before + b.after - b.beyond : 0) + (i ? w : h));
    const rest = borders.map((b): Border => (this.countIncludePad ? { before: 0, after: b.beyond, beyond: 0 } : b));
    const share = this.#pool(padded(ones([1, 1, ...counted], x.dtype), rest as unknown as readonly [Border, Border], 0));
    return div(mean, share);
  }
}
