import type { Args, Tensor } from '@sporelet/core';
import { Parameter, ParameterTuple, Tensor as TensorClass, bindArguments } from '@sporelet/core';
import { float32 } from '@sporelet/ir';
import { checkBool, checkNumber } from '@sporelet/nn';
import { Adam as ApplyAdam, AdamWeightDecay as ApplyAdamWeightDecay, add, div, maximum, mul, sqrt, square, sub } from '@sporelet/ops'; // prettier-ignore
import type { LearningRate } from './learning-rate.ts';
import type { OptimizerOptions } from './momentum.ts';
import { Optimizer } from './optimizer.ts';
import type { Parameters, WeightDecay } from './param-groups.ts';

interface AdamNumbers {
  /** Default 0.001. */
  learningRate?: LearningRate | undefined;
  /** Decay of the first moment, in (0, 1). Default 0.9. */
  beta1?: number | undefined;
  /** Decay of the second moment, in (0, 1). Default 0.999. */
  beta2?: number | undefined;
}

export interface AdamOptions extends AdamNumbers, OptimizerOptions {
  /** Added to the root of the second moment, above 0. Default 1e-8. */
  eps?: number | undefined;
  /** Has no effect: updates are not concurrent. Default false. */
  useLocking?: boolean | undefined;
  /** Whether the step looks ahead along the first moment. Default false. */
  useNesterov?: boolean | undefined;
  /** Whether the greatest second moment so far is used. Default false. */
  useAmsgrad?: boolean | undefined;
}

function checkBetas(op: string, beta1: unknown, beta2: unknown, eps: unknown): readonly [number, number, number] {
  return [
    checkNumber(op, 'beta1', beta1 ?? 0.9, 'float', { gt: 0, lt: 1 }),
    checkNumber(op, 'beta2', beta2 ?? 0.999, 'float', { gt: 0, lt: 1 }),
    checkNumber(op, 'eps', eps, 'float', { gt: 0 }),
  ];
}

const adamNames = ['params', 'learningRate', 'beta1', 'beta2', 'eps', 'useLocking', 'useNesterov', 'weightDecay', 'lossScale', 'useAmsgrad']; // prettier-ignore

/**
 * m = β1 · m + (1 - β1) · g; v = β2 · v + (1 - β2) · g²; w -= lr · √(1 - β2ᵗ) / (1 - β1ᵗ) · m / (√v + eps).
 * Kingma and Ba, 2014; eps is outside the bias correction.
 */
export class Adam extends Optimizer {
  /** β1 and β2 to the power of the steps taken. */
  readonly beta1Power: Parameter;
  readonly beta2Power: Parameter;
  readonly moment1: ParameterTuple;
  readonly moment2: ParameterTuple;
  /** The greatest second moments, empty unless `useAmsgrad`. */
  readonly vhat: ParameterTuple;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly useAmsgrad: boolean;
  readonly #apply: ApplyAdam;

  /** @throws ValueError for betas outside (0, 1) or eps not above 0 */
  constructor(named: { readonly params: Parameters } & AdamOptions);
  constructor(
    ...args: Args<
      [params: Parameters],
      [
        learningRate?: LearningRate,
        beta1?: number,
        beta2?: number,
        eps?: number,
        useLocking?: boolean,
        useNesterov?: boolean,
        weightDecay?: WeightDecay,
        lossScale?: number,
        useAmsgrad?: boolean,
      ],
      AdamOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'Adam';
    const given = bindArguments(op, adamNames, 1, args);
    const [params, learningRate, beta1, beta2, eps, useLocking, useNesterov, weightDecay, lossScale, useAmsgrad] =
      given;
    super(
      (learningRate ?? 1e-3) as LearningRate,
      params as Parameters,
      weightDecay as WeightDecay,
      lossScale as number,
    );
    [this.beta1, this.beta2, this.eps] = checkBetas(op, beta1, beta2, eps ?? 1e-8);
    this.useAmsgrad = checkBool(op, 'useAmsgrad', useAmsgrad ?? false);
    this.#apply = new ApplyAdam({
      useLocking: checkBool(op, 'useLocking', useLocking ?? false),
      useNesterov: checkBool(op, 'useNesterov', useNesterov ?? false),
    });
    this.beta1Power = new Parameter(new TensorClass(1, float32), 'beta1_power');
    this.beta2Power = new Parameter(new TensorClass(1, float32), 'beta2_power');
    this.moment1 = this.$cloneState('moment1', 'zeros');
    this.moment2 = this.$cloneState('moment2', 'zeros');
    this.vhat = this.useAmsgrad ? this.$cloneState('vhat', 'zeros') : new ParameterTuple([]);
  }
  construct(gradients: readonly Tensor[]): Tensor {
    const { beta1Power, beta2Power, moment1, moment2, beta1, beta2, eps } = this;
    const powers = (): void => {
      beta1Power.setData(mul(beta1Power, beta1));
      beta2Power.setData(mul(beta2Power, beta2));
    };
    const step = (p: Parameter, g: Tensor, lr: Tensor, i: number): void => {
      if (this.useAmsgrad) this.#amsgrad(p, g, lr, i);
      else this.#apply(p, moment1[i]!, moment2[i]!, beta1Power, beta2Power, lr, beta1, beta2, eps, g);
    };
    return this.$update(this.$prepare(gradients), step, powers);
  }

  #amsgrad(p: Parameter, g: Tensor, lr: Tensor, i: number): void {
    const { beta1, beta2 } = this;
    const [m, v, vhat] = [this.moment1[i]!, this.moment2[i]!, this.vhat[i]!];
    m.setData(add(mul(m, beta1), mul(g, rest(beta1))));
    v.setData(add(mul(v, beta2), mul(square(g), rest(beta2))));
    vhat.setData(maximum(vhat, v));
    const rate = div(mul(lr, sqrt(sub(1, this.beta2Power))), sub(1, this.beta1Power));
    p.setData(sub(p, div(mul(m, rate), add(sqrt(vhat), this.eps))));
  }
}

/** 1 - beta as float32 gives it, as in the op Adam. */
const rest = (beta: number): number => 1 - Math.fround(beta);

export interface AdamWeightDecayOptions extends AdamNumbers {
  /** Added to the root of the second moment, above 0. Default 1e-6. */
  eps?: number | undefined;
  /** Decay of the weights themselves. Without groups it spares parameters named with 'beta' or 'gamma'. Default 0. */
  weightDecay?: WeightDecay | undefined;
}

const decayNames = ['params', 'learningRate', 'beta1', 'beta2', 'eps', 'weightDecay'];

/**
 * m = β1 · m + (1 - β1) · g; v = β2 · v + (1 - β2) · g²; w -= lr · (m / (√v + eps) + decay · w). No bias correction.
 * Loshchilov and Hutter, 2017.
 */
export class AdamWeightDecay extends Optimizer {
  readonly moments1: ParameterTuple;
  readonly moments2: ParameterTuple;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly #apply: ApplyAdamWeightDecay;

  /** @throws ValueError for betas outside (0, 1) or eps not above 0 */
  constructor(named: { readonly params: Parameters } & AdamWeightDecayOptions);
  constructor(
    ...args: Args<
      [params: Parameters],
      [learningRate?: LearningRate, beta1?: number, beta2?: number, eps?: number, weightDecay?: WeightDecay],
      AdamWeightDecayOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    const op = 'AdamWeightDecay';
    const [params, learningRate, beta1, beta2, eps, weightDecay] = bindArguments(op, decayNames, 1, args);
    super((learningRate ?? 1e-3) as LearningRate, params as Parameters, weightDecay as WeightDecay);
    [this.beta1, this.beta2, this.eps] = checkBetas(op, beta1, beta2, eps ?? 1e-6);
    this.#apply = new ApplyAdamWeightDecay();
    this.moments1 = this.$cloneState('adam_m', 'zeros');
    this.moments2 = this.$cloneState('adam_v', 'zeros');
  }
  construct(gradients: readonly Tensor[]): Tensor {
    const { moments1, moments2, beta1, beta2, eps } = this;
    this.$check(gradients);
    const decays = this.$decays();
    return this.$update(gradients, (p, g, lr, i) => {
      this.#apply(p, moments1[i]!, moments2[i]!, lr, beta1, beta2, eps, decays[i]!, g);
    });
  }
}
