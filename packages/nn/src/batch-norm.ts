import type { Args, Init, Parameter, Tensor } from '@sporelet/core';
import { describe, str } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { ValueError } from '@sporelet/ir';
import { batchNorm } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { checkBool, checkNumber, checkOneOf } from './check.ts';
import { bindNamed, checkDType, makeParameter } from './layer.ts';

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number | undefined;
  /** Weight of the old statistics: moving = momentum · moving + (1 - momentum) · batch. Default 0.9. */
  momentum?: number | undefined;
  /** Whether gamma and beta are trained. Default true. */
  affine?: boolean | undefined;
  /** Scale of shape (numFeatures). Default 'ones'. */
  gammaInit?: Init | undefined;
  /** Shift of shape (numFeatures). Default 'zeros'. */
  betaInit?: Init | undefined;
  /** Default 'zeros'. */
  movingMeanInit?: Init | undefined;
  /** Default 'ones'. */
  movingVarInit?: Init | undefined;
  /** true: always the batch's statistics, false: always the moving ones, null: the batch's in training. Default null. */
  useBatchStatistics?: boolean | null | undefined;
  /** Order of the axes. Only 'NCHW'. */
  dataFormat?: 'NCHW' | undefined;
  /** Dtype of the parameters. Default Float32. */
  dtype?: DType | undefined;
}

const names = ['numFeatures', 'eps', 'momentum', 'affine', 'gammaInit', 'betaInit', 'movingMeanInit', 'movingVarInit', 'useBatchStatistics', 'dataFormat', 'dtype'] as const; // prettier-ignore

type BatchNormArgs = Args<
  [numFeatures: number],
  [
    eps?: number,
    momentum?: number,
    affine?: boolean,
    gammaInit?: Init,
    betaInit?: Init,
    movingMeanInit?: Init,
    movingVarInit?: Init,
    useBatchStatistics?: boolean | null,
    dataFormat?: 'NCHW',
    dtype?: DType,
  ],
  BatchNormOptions
>;

/** gamma · (x - mean) / √(variance + eps) + beta for each channel (axis 1). Ioffe and Szegedy, 2015. */
abstract class BatchNorm extends Cell<(x: Tensor) => Tensor> {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number;
  readonly useBatchStatistics: boolean | null;
  movingMean: Parameter;
  movingVariance: Parameter;
  gamma: Parameter;
  beta: Parameter;

  /** @throws ValueError for less than 1 feature or a momentum outside [0, 1] */
  constructor(named: { readonly numFeatures: number } & BatchNormOptions);
  constructor(...args: BatchNormArgs);
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const given = bindNamed(op, names, 1, args);
    this.numFeatures = checkNumber(op, 'numFeatures', given.numFeatures, 'int', { ge: 1 });
    this.eps = checkNumber(op, 'eps', given.eps ?? 1e-5, 'float');
    this.momentum = checkNumber(op, 'momentum', given.momentum ?? 0.9, 'float', { ge: 0, le: 1 });
    const affine = checkBool(op, 'affine', given.affine ?? true);
    checkOneOf(op, 'dataFormat', given.dataFormat ?? 'NCHW', ['NCHW']);
    const use = given.useBatchStatistics ?? null;
    if (use !== null && typeof use !== 'boolean') {
      throw new ValueError(`For '${op}', the 'useBatchStatistics' must be a bool or None, but got ${describe(use)}.`);
    }
    this.useBatchStatistics = use;
    const dtype = checkDType(op, given.dtype);
    const make = (
      from: 'gammaInit' | 'betaInit' | 'movingMeanInit' | 'movingVarInit',
      fallback: string,
      name: string,
    ) =>
      makeParameter({
        op,
        from,
        init: given[from] ?? fallback,
        shape: [this.numFeatures],
        dtype,
        name,
        requiresGrad: affine && name !== 'mean' && name !== 'variance',
      });
    this.movingMean = make('movingMeanInit', 'zeros', 'mean');
    this.movingVariance = make('movingVarInit', 'ones', 'variance');
    this.gamma = make('gammaInit', 'ones', 'gamma');
    this.beta = make('betaInit', 'zeros', 'beta');
  }

  construct(x: Tensor): Tensor {
    this.$checkRank(x.ndim);
    const { movingMean, movingVariance, gamma, beta, eps } = this;
    const training = this.useBatchStatistics ?? this.training;
    return batchNorm(x, movingMean, movingVariance, gamma, beta, training, 1 - this.momentum, eps);
  }

  /** @internal */
  protected abstract $checkRank(rank: number): void;

  override get $savedKeys(): Readonly<Record<string, string>> {
    return { movingMean: 'moving_mean', movingVariance: 'moving_variance' };
  }

  override extendRepr(): string {
    const { numFeatures, eps, momentum, gamma, beta, movingMean, movingVariance } = this;
    return (
      `num_features=${numFeatures}, eps=${str(eps)}, momentum=${str(momentum)}, gamma=${str(gamma)}, ` +
      `beta=${str(beta)}, moving_mean=${str(movingMean)}, moving_variance=${str(movingVariance)}`
    );
  }
}

/** Batch normalization of (N, C, H, W). */
export class BatchNorm2d extends BatchNorm {
  protected $checkRank(rank: number): void {
    if (rank !== 4) throw new ValueError(`For '${this.clsName}', the in_shape must have 4 dims, but got ${rank}.`);
  }
}

/** Batch normalization of (N, C) or (N, C, L). */
export class BatchNorm1d extends BatchNorm {
  protected $checkRank(rank: number): void {
    if (rank !== 2 && rank !== 3) {
      throw new ValueError(`For '${this.clsName}', the in_shape must have 2 dims or 3 dims, but got ${rank}.`);
    }
  }
}
