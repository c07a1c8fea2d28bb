import type { Args, Tensor } from '@sporelet/core';
import { str } from '@sporelet/core';
import { ValueError } from '@sporelet/ir';
import { AvgPool, MaxPool, expandDims, squeeze } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkBool, checkNumber, checkOneOf } from './check.ts';
import type { PadMode } from './conv.ts';
import type { Size2 } from './layer.ts';
import { bindNamed, checkSize } from './layer.ts';

export interface MaxPool2dOptions {
  /** Size of the window. Default 1. */
  kernelSize?: Size2 | undefined;
  /** Step of the window. Default 1, not the window's size. */
  stride?: Size2 | undefined;
  /** How the borders are padded. Default 'valid'. */
  padMode?: PadMode | undefined;
  /** Cells added on both sides of H and W, with padMode 'pad' only. Default 0. */
  padding?: Size2 | undefined;
  /** Distance of the window's elements, with padMode 'pad' only. Default 1. */
  dilation?: Size2 | undefined;
  /** Whether places are returned too. Only false: use ops.maxPool2d. */
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

/** What poolings share: (N, C, H, W) or (C, H, W). */
abstract class Pool2d extends Cell<(x: Tensor) => Tensor> {
  /** As given: a number, or one for H and one for W. */
  readonly kernelSize: Size2;
  readonly stride: Size2;
  readonly padMode: PadMode;
  readonly padding: Size2;
  readonly ceilMode: boolean;

  constructor(given: Given) {
    super();
    const op = this.clsName;
    this.kernelSize = checkSize(op, 'kernelSize', given.kernelSize ?? 1);
    this.stride = checkSize(op, 'stride', given.stride ?? 1);
    const mode = given.padMode ?? 'valid';
    this.padMode = checkOneOf(op, 'padMode', typeof mode === 'string' ? mode.toLowerCase() : mode, ['valid', 'same', 'pad']); // prettier-ignore
    this.padding = checkSize(op, 'padding', given.padding ?? 0, 0);
    this.ceilMode = checkBool(op, 'ceilMode', given.ceilMode ?? false);
    checkOneOf(op, 'dataFormat', given.dataFormat ?? 'NCHW', ['NCHW']);
    if (this.padMode !== 'pad' && (this.ceilMode || [this.padding].flat().some((p) => p > 0))) {
      throw new ValueError(
        `For '${op}', the 'padding' and 'ceilMode' need 'padMode' to be 'pad', but got '${this.padMode}'.`,
      );
    }
  }

  construct(x: Tensor): Tensor {
    return x.ndim === 3 ? squeeze(this.$pool(expandDims(x, 0)), 0) : this.$pool(x);
  }

  /** @internal */
  protected abstract $pool(x: Tensor): Tensor;

  override extendRepr(): string {
    return `kernel_size=${str(this.kernelSize)}, stride=${str(this.stride)}, pad_mode=${this.padMode.toUpperCase()}`;
  }
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
        dilation?: Size2,
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
    const op = this.clsName;
    const dilation = checkSize(op, 'dilation', given.dilation ?? 1);
    const { kernelSize, stride: strides, padMode, padding: pad, ceilMode } = this;
    if (given.returnIndices ?? false)
      throw new ValueError(`For '${op}', 'returnIndices' is not supported: use ops.maxPool2d.`);
    if (padMode !== 'pad' && [dilation].flat().some((d) => d > 1)) {
      throw new ValueError(`For '${op}', the 'dilation' needs 'padMode' to be 'pad', but got '${padMode}'.`);
    }
    this.#pool = new MaxPool({ kernelSize, strides, padMode, pad, dilation, ceilMode });
  }
  protected $pool(x: Tensor): Tensor {
    return this.#pool(x);
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
    const { kernelSize, stride: strides, padMode, padding: pad, ceilMode, countIncludePad } = this;
    // The op's divisor 0 is the number of cells.
    const divisorOverride = this.divisorOverride ?? 0;
    this.#pool = new AvgPool({ kernelSize, strides, padMode, pad, ceilMode, countIncludePad, divisorOverride });
  }
  protected $pool(x: Tensor): Tensor {
    return this.#pool(x);
  }
}
