import type { Args, Init, Parameter, Tensor } from '@sporelet/core';
import { describe, str, tupleOf } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { ValueError } from '@sporelet/ir';
import { LayerNorm as LayerNormOp, cast, groupNorm } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkBool, checkNumber } from './check.ts';
import { bindNamed, checkDType, makeParameter } from './layer.ts';

export interface LayerNormOptions {
  /** First axis over which mean and variance are taken. Default -1. */
  beginNormAxis?: number | undefined;
  /** First axis of gamma and beta. Default -1. */
  beginParamsAxis?: number | undefined;
  /** Scale of shape normalizedShape. Default 'ones'. */
  gammaInit?: Init | undefined;
  /** Shift of shape normalizedShape. Default 'zeros'. */
  betaInit?: Init | undefined;
  /** Added to the variance. Default 1e-7. */
  epsilon?: number | undefined;
  /** Dtype of the parameters. Default Float32. */
  dtype?: DType | undefined;
}

const layerNames = ['normalizedShape', 'beginNormAxis', 'beginParamsAxis', 'gammaInit', 'betaInit', 'epsilon', 'dtype'] as const; // prettier-ignore

/** gamma · (x - mean) / √(variance + epsilon) + beta over the last axes. Ba, Kiros and Hinton, 2016. */
export class LayerNorm extends Cell<(x: Tensor) => Tensor> {
  readonly normalizedShape: readonly number[];
  readonly beginNormAxis: number;
  readonly beginParamsAxis: number;
  readonly epsilon: number;
  gamma: Parameter;
  beta: Parameter;
  readonly #norm: LayerNormOp;

  /** @throws TypeError unless normalizedShape is a list, ValueError when it is empty */
  constructor(named: { readonly normalizedShape: readonly number[] } & LayerNormOptions);
  constructor(
    ...args: Args<
      [normalizedShape: readonly number[]],
      [
        beginNormAxis?: number,
        beginParamsAxis?: number,
        gammaInit?: Init,
        betaInit?: Init,
        epsilon?: number,
        dtype?: DType,
      ],
      LayerNormOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const given = bindNamed(op, layerNames, 1, args);
    const { normalizedShape: list } = given;
    if (!Array.isArray(list)) {
      throw new TypeError(
        `For '${op}', the 'normalizedShape' must be a tuple or list of ints, but got ${describe(list)}.`,
      );
    }
    if (!list.length) throw new ValueError(`For '${op}', the 'normalizedShape' must not be empty.`);
    const shape = list.map((n) => checkNumber(op, 'normalizedShape', n, 'int', { gt: 0 }));
    const dtype = checkDType(op, given.dtype);
    this.normalizedShape = tupleOf(shape);
    this.beginNormAxis = checkNumber(op, 'beginNormAxis', given.beginNormAxis ?? -1, 'int');
    this.beginParamsAxis = checkNumber(op, 'beginParamsAxis', given.beginParamsAxis ?? -1, 'int');
    this.epsilon = checkNumber(op, 'epsilon', given.epsilon ?? 1e-7, 'float');
    this.gamma = makeParameter({ op, from: 'gammaInit', init: given.gammaInit ?? 'ones', shape, dtype, name: 'gamma' });
    this.beta = makeParameter({ op, from: 'betaInit', init: given.betaInit ?? 'zeros', shape, dtype, name: 'beta' });
    const { beginNormAxis, beginParamsAxis, epsilon } = this;
    this.#norm = new LayerNormOp({ beginNormAxis, beginParamsAxis, epsilon });
  }

  construct(x: Tensor): Tensor {
    return this.#norm(x, cast(this.gamma, x.dtype), cast(this.beta, x.dtype))[0];
  }

  override extendRepr(): string {
    const { normalizedShape, beginNormAxis, beginParamsAxis, gamma, beta } = this;
    // 'gamma' without '=' is MindSpore's text.
    return (
      `normalized_shape=${str(normalizedShape)}, begin_norm_axis=${beginNormAxis}, ` +
      `begin_params_axis=${beginParamsAxis}, gamma${str(gamma)}, beta=${str(beta)}`
    );
  }
}

export interface GroupNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number | undefined;
  /** Whether gamma and beta are trained. Default true. */
  affine?: boolean | undefined;
  /** Scale of shape (numChannels). Default 'ones'. */
  gammaInit?: Init | undefined;
  /** Shift of shape (numChannels). Default 'zeros'. */
  betaInit?: Init | undefined;
  /** Dtype of the parameters. Default Float32. */
  dtype?: DType | undefined;
}

const groupNames = ['numGroups', 'numChannels', 'eps', 'affine', 'gammaInit', 'betaInit', 'dtype'] as const;

/** Normalizes each group of channels of (N, C, ...); gamma and beta are per channel. Wu and He, 2018. */
export class GroupNorm extends Cell<(x: Tensor) => Tensor> {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  gamma: Parameter;
  beta: Parameter;

  /** @throws ValueError when numGroups does not divide numChannels */
  constructor(named: { readonly numGroups: number; readonly numChannels: number } & GroupNormOptions);
  constructor(
    ...args: Args<
      [numGroups: number, numChannels: number],
      [eps?: number, affine?: boolean, gammaInit?: Init, betaInit?: Init, dtype?: DType],
      GroupNormOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const given = bindNamed(op, groupNames, 2, args);
    this.numGroups = checkNumber(op, 'numGroups', given.numGroups, 'int', { gt: 0 });
    this.numChannels = checkNumber(op, 'numChannels', given.numChannels, 'int', { gt: 0 });
    if (this.numChannels % this.numGroups) {
      throw new ValueError(
        `For '${op}', the 'numChannels' must be divided by 'numGroups', but got ${this.numChannels} and ${this.numGroups}.`,
      );
    }
    this.eps = checkNumber(op, 'eps', given.eps ?? 1e-5, 'float');
    const affine = checkBool(op, 'affine', given.affine ?? true);
    this.affine = affine;
    const shared = { op, shape: [this.numChannels], dtype: checkDType(op, given.dtype), requiresGrad: affine };
    this.gamma = makeParameter({ ...shared, from: 'gammaInit', init: given.gammaInit ?? 'ones', name: 'gamma' });
    this.beta = makeParameter({ ...shared, from: 'betaInit', init: given.betaInit ?? 'zeros', name: 'beta' });
  }

  construct(x: Tensor): Tensor {
    const { numGroups, numChannels, eps } = this;
    const channels = x.shape[1];
    if (channels !== numChannels) {
      throw new ValueError(
        `For '${this.clsName}', the channel (the second dim of the input) must be equal to 'numChannels', ` +
          `but got ${channels} and ${numChannels}.`,
      );
    }
    return groupNorm(x, numGroups, cast(this.gamma, x.dtype), cast(this.beta, x.dtype), eps);
  }

  override extendRepr(): string {
    return `num_groups=${this.numGroups}, num_channels=${this.numChannels}`;
  }
}
