import type { Args, Init, Parameter, Tensor, Tuple } from '@sporelet/core';
import { HeUniform, Tensor as TensorClass, Uniform, describe, str, tupleOf } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { ValueError } from '@sporelet/ir';
import { Conv2D, biasAdd, expandDims, squeeze } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkBool, checkNumber, checkOneOf } from './check.ts';
import type { Size2 } from './layer.ts';
import { bindNamed, checkDType, checkPair, makeParameter } from './layer.ts';

/**
 * 'same': outputs of ceil(size / stride), zeros around, the odd one at the end; 'valid': no padding; 'pad': `padding` zeros.
 */
export type PadMode = 'same' | 'valid' | 'pad';

export interface Conv1dOptions {
  /** Step of the window. Default 1. */
  stride?: number | undefined;
  /** How the borders are padded. Default 'same'. */
  padMode?: PadMode | undefined;
  /** Zeros on both sides, with padMode 'pad' only. Default 0. */
  padding?: number | undefined;
  /** Distance of the window's elements. Default 1. */
  dilation?: number | undefined;
  /** Number of groups of channels that do not see each other. Default 1. */
  group?: number | undefined;
  /** Whether a bias is added. Default false. */
  hasBias?: boolean | undefined;
  /** Weight of shape (outChannels, inChannels / group, kernelSize). Default HeUniform(√5). */
  weightInit?: Init | null | undefined;
  /** Bias of shape (outChannels). Default uniform within 1/√(inputs per output). */
  biasInit?: Init | null | undefined;
  /** Dtype of the parameters. Default Float32. */
  dtype?: DType | undefined;
}

export interface Conv2dOptions extends Omit<Conv1dOptions, 'stride' | 'padding' | 'dilation'> {
  /** Step of the window. Default 1. */
  stride?: Size2 | undefined;
  /** Zeros on each side, or at top, bottom, left and right; with padMode 'pad' only. Default 0. */
  padding?: number | readonly [number, number, number, number] | undefined;
  /** Distance of the window's elements. Default 1. */
  dilation?: Size2 | undefined;
  /** Order of the axes. Only 'NCHW'. */
  dataFormat?: 'NCHW' | undefined;
}

const names1 = ['inChannels', 'outChannels', 'kernelSize', 'stride', 'padMode', 'padding', 'dilation', 'group', 'hasBias', 'weightInit', 'biasInit', 'dtype'] as const; // prettier-ignore
const names2 = [...names1.slice(0, -1), 'dataFormat', 'dtype'] as const;
type Given = { readonly [K in (typeof names1)[number]]: unknown };
type Pair = Tuple<number> & readonly [number, number];

/** What 1-D and 2-D convolutions share: a 2-D convolution. */
abstract class Conv extends Cell<(x: Tensor) => Tensor> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: Pair;
  readonly stride: Pair;
  readonly padMode: PadMode;
  readonly padding: number | readonly number[];
  readonly dilation: Pair;
  readonly group: number;
  readonly hasBias: boolean;
  readonly weightInit: Init;
  readonly biasInit: Init | null;
  weight: Parameter;
  bias: Parameter | null;
  readonly #conv: Conv2D;

  constructor(given: Given, kernel: Pair, stride: Pair, dilation: Pair, padding: unknown) {
    super();
    const op = this.clsName;
    const dtype = checkDType(op, given.dtype);
    this.inChannels = checkNumber(op, 'inChannels', given.inChannels, 'int', { gt: 0 });
    this.outChannels = checkNumber(op, 'outChannels', given.outChannels, 'int', { gt: 0 });
    this.kernelSize = kernel;
    this.stride = stride;
    this.dilation = dilation;
    this.padMode = checkOneOf(op, 'padMode', given.padMode ?? 'same', ['same', 'valid', 'pad']);
    this.padding = checkPadding(op, padding, this.padMode);
    this.group = checkNumber(op, 'group', given.group ?? 1, 'int', { gt: 0 });
    this.hasBias = checkBool(op, 'hasBias', given.hasBias ?? false);
    const { inChannels, outChannels, group } = this;
    if (inChannels % group || outChannels % group) {
      throw new ValueError(
        `For '${op}', the 'inChannels' and 'outChannels' must be divisible by 'group', ` +
          `but got ${inChannels}, ${outChannels} and ${group}.`,
      );
    }
    const shape = [outChannels, inChannels / group, ...kernel];
    const fanIn = (inChannels / group) * kernel[0] * kernel[1];
    this.weightInit = (given.weightInit ?? new HeUniform(Math.sqrt(5))) as Init;
    this.biasInit = (given.biasInit ?? (this.hasBias ? new Uniform(1 / Math.sqrt(fanIn)) : null)) as Init | null;
    this.weight = makeParameter({ op, from: 'weightInit', init: this.weightInit, shape, dtype, name: 'weight' });
    this.bias = this.hasBias
      ? makeParameter({ op, from: 'biasInit', init: this.biasInit, shape: [outChannels], dtype, name: 'bias' })
      : null;
    const { padMode, padding: pad } = this;
    this.#conv = new Conv2D({ outChannel: outChannels, kernelSize: kernel, padMode, pad, stride, dilation, group });
  }

  construct(x: Tensor): Tensor {
    const y = this.#conv(x, this.weight);
    return this.bias ? biasAdd(y, this.bias) : y;
  }

  override extendRepr(): string {
    const parts: Readonly<Record<string, unknown>> = {
      input_channels: this.inChannels,
      output_channels: this.outChannels,
      kernel_size: this.kernelSize,
      stride: this.stride,
      pad_mode: this.padMode,
      padding: this.padding,
      dilation: this.dilation,
      group: this.group,
      has_bias: this.hasBias,
      weight_init: this.weightInit,
      bias_init: this.biasInit,
      format: 'NCHW',
    };
    return Object.entries(parts)
      .map(([name, value]) => `${name}=${str(value)}`)
      .join(', ');
  }
}

function checkPadding(op: string, padding: unknown, padMode: PadMode): number | readonly number[] {
  const list: readonly unknown[] = Array.isArray(padding) ? padding : [padding];
  if (Array.isArray(padding) && list.length !== 4) {
    throw new ValueError(
      `For '${op}', the 'padding' must be an int or a tuple of four ints, but got ${describe(padding)}.`,
    );
  }
  const checked = list.map((v) => checkNumber(op, 'padding', v, 'int', { ge: 0 }));
  if (padMode !== 'pad' && checked.some((v) => v !== 0)) {
    throw new ValueError(
      `For '${op}', the 'padding' must be zero when 'padMode' is not 'pad', but got ${describe(padding)} and '${padMode}'.`,
    );
  }
  return Array.isArray(padding) ? tupleOf(checked) : checked[0]!;
}

/** 2-D convolution (cross-correlation): (N, inChannels, H, W) to (N, outChannels, H', W'). */
export class Conv2d extends Conv {
  /** @throws ValueError for sizes below 1, padding without padMode 'pad', channels that `group` does not divide */
  constructor(
    named: { readonly inChannels: number; readonly outChannels: number; readonly kernelSize: Size2 } & Conv2dOptions,
  );
  constructor(
    ...args: Args<
      [inChannels: number, outChannels: number, kernelSize: Size2],
      [
        stride?: Size2,
        padMode?: PadMode,
        padding?: number | readonly [number, number, number, number],
        dilation?: Size2,
        group?: number,
        hasBias?: boolean,
        weightInit?: Init | null,
        biasInit?: Init | null,
        dataFormat?: 'NCHW',
        dtype?: DType,
      ],
      Conv2dOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'Conv2d';
    const given = bindNamed(op, names2, 3, args) as Given & { readonly dataFormat: unknown };
    checkOneOf(op, 'dataFormat', given.dataFormat ?? 'NCHW', ['NCHW']);
    const kernel = checkPair(op, 'kernelSize', given.kernelSize);
    const stride = checkPair(op, 'stride', given.stride ?? 1);
    super(given, kernel, stride, checkPair(op, 'dilation', given.dilation ?? 1), given.padding ?? 0);
  }
}

/** 1-D convolution (cross-correlation): (N, inChannels, L) to (N, outChannels, L'). The weight has shape (.., 1, L). */
export class Conv1d extends Conv {
  /** @throws ValueError for sizes below 1, padding without padMode 'pad', channels that `group` does not divide */
  constructor(
    named: { readonly inChannels: number; readonly outChannels: number; readonly kernelSize: number } & Conv1dOptions,
  );
  constructor(
    ...args: Args<
      [inChannels: number, outChannels: number, kernelSize: number],
      [
        stride?: number,
        padMode?: PadMode,
        padding?: number,
        dilation?: number,
        group?: number,
        hasBias?: boolean,
        weightInit?: Init | null,
        biasInit?: Init | null,
        dtype?: DType,
      ],
      Conv1dOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'Conv1d';
    const given = bindNamed(op, names1, 3, args);
    const along = (name: 'kernelSize' | 'stride' | 'dilation', fallback?: number): Pair =>
      tupleOf([1, checkNumber(op, name, given[name] ?? fallback, 'int', { gt: 0 })]) as unknown as Pair;
    const pad = checkNumber(op, 'padding', given.padding ?? 0, 'int', { ge: 0 });
    const { weightInit: init } = given;
    const weightInit = init instanceof TensorClass && init.ndim === 3 ? expandDims(init, 2) : init;
    super({ ...given, weightInit }, along('kernelSize'), along('stride', 1), along('dilation', 1), [0, 0, pad, pad]);
  }
  override construct(x: Tensor): Tensor {
    return squeeze(super.construct(expandDims(x, 2)), 2);
  }
}
