import type { Init, Tensor } from '@sporelet/core';
import { Parameter, ParameterTuple, Tensor as TensorClass, describe, tupleOf } from '@sporelet/core';
import { RuntimeError, ValueError, int32, sameShape, shapeText } from '@sporelet/ir';
import { Cell, CellList, checkNumber, saveClonesAs, withSettledNames } from '@sporelet/nn';
import { add, cast, mul, reduceMean, reshape, sub } from '@sporelet/ops';
import type { CheckedRate, KeptRate, LearningRate } from './learning-rate.ts';
import { checkRate, isDynamic, keepRate, rateAt, rateParameter } from './learning-rate.ts';
import type { Member, Parameters, WeightDecay } from './param-groups.ts';
import { checkLengths, parseParameters } from './param-groups.ts';
import type { LearningRateSchedule } from './schedule.ts';

/** What one parameter's update is given. */
type Update = (parameter: Parameter, gradient: Tensor, learningRate: Tensor, index: number) => void;

/**
 * The base of optimizers: called with one gradient per parameter it updates the parameters and returns a Bool tensor.
 * Gradients are treated in the order weight decay (g + decay · lossScale · w), centralization, division by lossScale.
 */
export abstract class Optimizer extends Cell<(gradients: readonly Tensor[]) => Tensor> {
  /** Number of steps taken, Int32 of shape (1). */
  readonly globalStep: Parameter;
  /** One rate or schedule, or one per parameter when groups have rates of their own. */
  readonly learningRate: Parameter | LearningRateSchedule | ParameterTuple | CellList<LearningRateSchedule>;
  /** The parameters that are updated. */
  readonly parameters: ParameterTuple;
  readonly lossScale: number;
  /** Whether parameters came in groups. */
  readonly isGroup: boolean;
  /** Whether groups have learning rates of their own. */
  readonly isGroupLr: boolean;
  /** Whether a learning rate changes with the step. */
  readonly dynamicLr: boolean;
  /** Whether a weight decay changes with the step. */
  readonly dynamicWeightDecay: boolean;
  /** Whether each parameter decays. Without groups those named with 'beta' or 'gamma' do not. */
  decayFlags: readonly boolean[];
  /** As given: one weight decay, or one per parameter when parameters came in groups. */
  readonly weightDecay: WeightDecay | readonly WeightDecay[];
  // Private names are not attributes: what they hold is reached through others.
  readonly #rates: readonly KeptRate[];
  readonly #decays: readonly WeightDecay[];
  readonly #centralized: readonly boolean[];

  /**
   * @param parameters - Parameters or groups of them; none twice
   * @param lossScale - factor of the loss that the gradients carry, above 0
   * @throws ValueError and TypeError in MindSpore's cases, KeyError for an unknown key in a group
   */
  constructor(learningRate: LearningRate, parameters: Parameters, weightDecay: WeightDecay = 0, lossScale = 1) {
    super({ autoPrefix: false });
    const op = this.clsName;
    this.lossScale = checkNumber(op, 'lossScale', lossScale, 'float', { gt: 0 });
    this.globalStep = new Parameter(new TensorClass([0], int32), 'global_step');
    const rate = checkRate(op, learningRate);
    const parsed = parseParameters(parameters);
    this.isGroup = 'groups' in parsed;
    const members: readonly Member[] =
      'groups' in parsed
        ? parsed.groups
        : parsed.plain.map((parameter) => ({
            parameter,
            rate: null,
            group: -1,
            weightDecay: null,
            gradCentralization: false,
          }));
    checkLengths(rate, members);
    this.isGroupLr = members.some((m) => m.rate !== null);
    this.dynamicLr = isDynamic(rate) || members.some((m) => m.rate !== null && isDynamic(m.rate));
    this.#rates = keepRates(rate, members, this.isGroupLr && this.dynamicLr);
    const [first] = this.#rates as readonly [KeptRate, ...KeptRate[]];
    this.learningRate = !this.isGroupLr
      ? first
      : this.dynamicLr
        ? new CellList(this.#rates as readonly LearningRateSchedule[], { autoPrefix: false })
        : new ParameterTuple(this.#rates as readonly Parameter[]);
    const decays = members.map((m) => checkDecay(op, m.weightDecay ?? weightDecay));
    this.#decays = decays;
    this.weightDecay = this.isGroup ? decays : decays[0]!;
    this.dynamicWeightDecay = decays.some((d) => typeof d !== 'number');
    this.#centralized = members.map((m) => m.gradCentralization);
    const { isGroup } = this;
    [this.parameters, this.decayFlags] = withSettledNames(() => [
      new ParameterTuple(members.map((m) => m.parameter)),
      members.map(({ parameter: { name } }, i) => decays[i] !== 0 && (isGroup || !(name.includes('beta') || name.includes('gamma')))), // prettier-ignore
    ]);
  }

  /** The learning rate of this step, of shape (); a Tuple of one per parameter when groups have rates of their own. */
  getLr(): Tensor | readonly Tensor[] {
    return this.isGroupLr ? tupleOf(this.#currentRates()) : this.#currentRates()[0]!;
  }
  /** The weight decay of this step times the loss scale; a Tuple of one per parameter when parameters came in groups. */
  getWeightDecay(): Tensor | number | readonly (Tensor | number)[] {
    const decays = this.#currentDecays();
    return this.isGroup ? tupleOf(decays) : decays[0]!;
  }
  /**
   * The Parameter that holds a parameter's learning rate, or its schedule; for a list one for each.
   * @throws ValueError for a parameter that is not in the optimizer
   */
  getLrParameter(param: Parameter): KeptRate;
  getLrParameter(param: readonly Parameter[]): KeptRate[];
  getLrParameter(param: Parameter | readonly Parameter[]): KeptRate | KeptRate[] {
    const op = 'getLrParameter';
    if (Array.isArray(param)) return (param as readonly Parameter[]).map((p) => this.getLrParameter(p));
    if (!(param instanceof Parameter)) {
      throw new TypeError(`For '${op}', the 'param' must be 'Parameter' or 'list' type, but got ${describe(param)}.`);
    }
    const index = this.parameters.indexOf(param);
    if (index >= 0) return rateParameter(this.#rates[index]!);
    throw new ValueError(`For '${op}', the parameter ${param.name} is not in optimizer, please check whether the argument 'param' is correct.`); // prettier-ignore
  }

  #currentRates(): Tensor[] {
    return eachOnce(this.#rates, (rate) => rateAt(rate, this.globalStep));
  }
  #currentDecays(): (Tensor | number)[] {
    const { globalStep, lossScale } = this;
    return eachOnce(this.#decays, (d) =>
      typeof d === 'number' ? d * lossScale : mul(reshape(d(globalStep), []), lossScale),
    );
  }

  /** The gradients as they came. */
  flattenGradients(gradients: readonly Tensor[]): readonly Tensor[] {
    return gradients;
  }
  /** Gradients plus weight decay times weights, for parameters that decay. */
  decayWeight(gradients: readonly Tensor[]): readonly Tensor[] {
    if (!this.decayFlags.some(Boolean)) return gradients;
    const decays = this.#currentDecays();
    return gradients.map((g, i) => (this.decayFlags[i] ? add(g, decayed(this.parameters[i]!, decays[i]!)) : g));
  }
  /** Gradients less their mean over all axes but the first, where asked for and axis 1 is a multiple of 16. */
  gradientsCentralization(gradients: readonly Tensor[]): readonly Tensor[] {
    return gradients.map((g, i) => {
      if (!this.#centralized[i] || g.ndim < 2 || g.shape[1] % 16) return g;
      const axes = g.shape.map((_, d) => d).slice(1);
      return sub(g, reduceMean(g, axes, true));
    });
  }
  /** Gradients divided by the loss scale. */
  scaleGrad(gradients: readonly Tensor[]): readonly Tensor[] {
    return this.lossScale === 1 ? gradients : gradients.map((g) => mul(g, 1 / this.lossScale));
  }

  /** Decay, centralization and scale, for gradients that fit. @internal */
  protected $prepare(gradients: readonly Tensor[]): readonly Tensor[] {
    this.$check(gradients);
    return this.scaleGrad(this.gradientsCentralization(this.decayWeight(this.flattenGradients(gradients))));
  }
  /** Counts the step and updates each parameter; `before` updates what they share. @internal */
  protected $update(gradients: readonly Tensor[], update: Update, before?: () => void): Tensor {
    const rates = this.#currentRates();
    before?.();
    this.globalStep.setData(add(this.globalStep, 1));
    gradients.forEach((g, i) => update(this.parameters[i]!, g, rates[i]!, i));
    return new TensorClass(true);
  }
  /** State of the parameters' shapes, named `prefix.name`. @internal */
  protected $cloneState(prefix: string, init: Init): ParameterTuple {
    return withSettledNames(() => {
      const clones = this.parameters.clone(prefix, init);
      saveClonesAs(prefix, clones, this.parameters);
      return clones;
    });
  }
  /** Weight decays of this step by parameter, for optimizers that decay by themselves; 0 where none applies. @internal */
  protected $decays(): readonly (Tensor | number)[] {
    const decays = this.#currentDecays();
    return decays.map((d, i) => (this.decayFlags[i] ? d : 0));
  }

  /** Nothing is changed when a gradient does not fit. @internal */
  protected $check(gradients: readonly Tensor[]): void {
    const { clsName: op, parameters } = this;
    if (!Array.isArray(gradients)) {
      throw new TypeError(`For '${op}', the 'gradients' must be a tuple of Tensors, but got ${describe(gradients)}.`);
    }
    if (gradients.length !== parameters.length) {
      throw new RuntimeError(
        `For '${op}', there must be one gradient for each of ${parameters.length} parameters, but got ${gradients.length}.`,
      );
    }
    parameters.forEach((p, i) => {
      const g: unknown = gradients[i];
      if (!(g instanceof TensorClass)) {
        throw new TypeError(`For '${op}', the gradient of '${p.name}' must be a Tensor, but got ${describe(g)}.`);
      }
      if (sameShape(g.shape, p.shape)) return;
      throw new ValueError(
        `For '${op}', the gradient of '${p.name}' must have its shape ${shapeText(p.shape)}, but got ${shapeText(g.shape)}.`,
      );
    });
  }

  override get $savedKeys(): Readonly<Record<string, string>> {
    return {
      globalStep: 'global_step',
      learningRate: 'learning_rate',
      beta1Power: 'beta1_power',
      beta2Power: 'beta2_power',
    };
  }
}

/** The rates by parameter; parameters that share a rate share what is kept. */
function keepRates(rate: CheckedRate, members: readonly Member[], asSchedules: boolean): KeptRate[] {
  const kept = new Map<number, KeptRate>();
  return members.map(({ rate: own, group }) => {
    const key = own === null ? -1 : group;
    const name = own === null ? 'learning_rate' : `learning_rate_group_${group}`;
    const found = kept.get(key) ?? keepRate(own ?? rate, name, asSchedules);
    kept.set(key, found);
    return found;
  });
}

function checkDecay(op: string, decay: unknown): WeightDecay {
  if (typeof decay === 'number') return checkNumber(op, 'weightDecay', decay, 'float', { ge: 0 });
  if (decay instanceof Cell) return decay;
  throw new TypeError(`For '${op}', the 'weightDecay' must be a number or a Cell, but got ${describe(decay)}.`);
}

/** Maps a list, computing the result of equal items once. */
function eachOnce<T, R>(items: readonly T[], of: (item: T) => R): R[] {
  const results = new Map<T, R>();
  for (const item of items) if (!results.has(item)) results.set(item, of(item));
  return items.map((item) => results.get(item)!);
}

function decayed(parameter: Parameter, decay: Tensor | number): Tensor {
  return mul(parameter, typeof decay === 'number' ? decay : cast(decay, parameter.dtype));
}
