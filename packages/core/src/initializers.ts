import type { Dims } from '@sporelet/ir';
import { ValueError } from '@sporelet/ir';
import { bindArguments } from './args.ts';
import type { Args } from './args.ts';
import { Initializer } from './initializer.ts';
import type { RandomStream } from './random-stream.ts';
import { describe } from './text.ts';

/** A filler of independent numbers. */
const each =
  (draw: (random: RandomStream) => number) =>
  (out: Float32Array, random: RandomStream): void => {
    for (let i = 0; i < out.length; i++) out[i] = draw(random);
  };
const uniform = (bound: number) => each((r) => (r.uniform() * 2 - 1) * bound);
const normal = (sigma: number, mean = 0) => each((r) => mean + sigma * r.normal());
const truncated = (sigma: number, mean: number, a: number, b: number) =>
  each((r) => {
    for (;;) {
      const z = r.normal();
      if (z >= a && z <= b) return mean + sigma * z;
    }
  });

function checkNumber(op: string, name: string, value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`For '${op}', the '${name}' must be a number, but got ${describe(value)}.`);
}

function checkSigma(op: string, sigma: unknown): number {
  const n = checkNumber(op, 'sigma', sigma);
  if (n >= 0) return n;
  throw new ValueError(`For '${op}', the 'sigma' must not be negative, but got ${n}.`);
}

/** Elements per input and per output unit: shape[1] and shape[0], times the extents of the window. */
export function fans(op: string, shape: Dims): { readonly fanIn: number; readonly fanOut: number } {
  if (shape.length < 2) {
    throw new ValueError(`For '${op}', the shape must have at least 2 axes, but got ${shape.length}.`);
  }
  const window = shape.slice(2).reduce((a, b) => a * b, 1);
  return { fanIn: shape[1]! * window, fanOut: shape[0]! * window };
}

/** Zeros. Alias 'zeros'. */
export class Zero extends Initializer {
  protected override get isRandom(): boolean {
    return false;
  }
  protected filler() {
    return (): void => {};
  }
}

/** Ones. Alias 'ones'. */
export class One extends Initializer {
  protected override get isRandom(): boolean {
    return false;
  }
  protected filler() {
    return (out: Float32Array): void => void out.fill(1);
  }
}

/** One number everywhere. */
export class Constant extends Initializer {
  readonly value: number;
  constructor(value: number | bigint | boolean) {
    if (!['number', 'bigint', 'boolean'].includes(typeof value)) checkNumber('Constant', 'value', value);
    super({ value });
    this.value = Number(value);
  }
  protected override get isRandom(): boolean {
    return false;
  }
  protected filler() {
    return (out: Float32Array): void => void out.fill(this.value);
  }
}

/** Normal numbers of deviation `sigma` (0.01) around `mean` (0). */
export class Normal extends Initializer {
  readonly sigma: number;
  readonly mean: number;
  constructor(...args: Args<[], [sigma?: number, mean?: number], { sigma?: number; mean?: number }>) {
    const [sigma = 0.01, mean = 0] = bindArguments('Normal', ['sigma', 'mean'], 0, args);
    super({ sigma, mean });
    this.sigma = checkSigma('Normal', sigma);
    this.mean = checkNumber('Normal', 'mean', mean);
  }
  protected filler() {
    return normal(this.sigma, this.mean);
  }
}

interface TruncatedOptions {
  sigma?: number;
  mean?: number;
  a?: number;
  b?: number;
}

/** Normal numbers of deviation `sigma` (0.01) around `mean` (0), none outside mean + [a, b] sigma ([-2, 2]). */
export class TruncatedNormal extends Initializer {
  readonly sigma: number;
  readonly mean: number;
  readonly a: number;
  readonly b: number;
  constructor(...args: Args<[], [sigma?: number, mean?: number, a?: number, b?: number], TruncatedOptions>) {
    const op = 'TruncatedNormal';
    const [sigma = 0.01, mean = 0, a = -2, b = 2] = bindArguments(op, ['sigma', 'mean', 'a', 'b'], 0, args);
    super({ sigma, mean, a, b });
    this.sigma = checkSigma(op, sigma);
    this.mean = checkNumber(op, 'mean', mean);
    this.a = checkNumber(op, 'a', a);
    this.b = checkNumber(op, 'b', b);
    if (!(this.a < this.b))
      throw new ValueError(`For '${op}', 'a' must be less than 'b', but got ${this.a} and ${this.b}.`);
  }
  protected filler() {
    return truncated(this.sigma, this.mean, this.a, this.b);
  }
}

/** Uniform numbers in [-scale, scale); scale is 0.07 by default. */
export class Uniform extends Initializer {
  readonly scale: number;
  constructor(...args: Args<[], [scale?: number], { scale?: number }>) {
    const [scale = 0.07] = bindArguments('Uniform', ['scale'], 0, args);
    super({ scale });
    this.scale = checkNumber('Uniform', 'scale', scale);
  }
  protected filler() {
    return uniform(this.scale);
  }
}

abstract class Xavier extends Initializer {
  readonly gain: number;
  constructor(op: string, args: readonly unknown[]) {
    const [gain = 1] = bindArguments(op, ['gain'], 0, args);
    super({ gain });
    this.gain = checkNumber(op, 'gain', gain);
  }
}

/** Uniform numbers within gain sqrt(6 / (fanIn + fanOut)). Glorot and Bengio, 2010. Alias 'xavier_uniform'. */
export class XavierUniform extends Xavier {
  constructor(...args: Args<[], [gain?: number], { gain?: number }>) {
    super('XavierUniform', args);
  }
  protected filler(shape: Dims) {
    const { fanIn, fanOut } = fans('XavierUniform', shape);
    return uniform(this.gain * Math.sqrt(6 / (fanIn + fanOut)));
  }
}

/** Normal numbers of deviation gain sqrt(2 / (fanIn + fanOut)). Alias 'xavier_normal'. */
export class XavierNormal extends Xavier {
  constructor(...args: Args<[], [gain?: number], { gain?: number }>) {
    super('XavierNormal', args);
  }
  protected filler(shape: Dims) {
    const { fanIn, fanOut } = fans('XavierNormal', shape);
    return normal(this.gain * Math.sqrt(2 / (fanIn + fanOut)));
  }
}

type FanMode = 'fan_in' | 'fan_out';
const linear = ['linear', 'conv1d', 'conv2d', 'conv3d', 'conv_transpose1d', 'conv_transpose2d', 'conv_transpose3d', 'sigmoid']; // prettier-ignore

/** How much a nonlinearity shrinks the deviation: what He's initializers make up for. */
function gainOf(op: string, nonlinearity: unknown, slope: number): number {
  if (linear.includes(nonlinearity as string)) return 1;
  if (nonlinearity === 'tanh') return 5 / 3;
  if (nonlinearity === 'relu') return Math.sqrt(2);
  if (nonlinearity === 'leaky_relu') return Math.sqrt(2 / (1 + slope ** 2));
  throw new ValueError(
    `For '${op}', the 'nonlinearity' must be one of 'sigmoid', 'tanh', 'relu', 'leaky_relu', but got ${describe(nonlinearity)}.`,
  );
}

interface HeOptions {
  negativeSlope?: number;
  mode?: FanMode;
  nonlinearity?: string;
}
type HeArgs = Args<[], [negativeSlope?: number, mode?: FanMode, nonlinearity?: string], HeOptions>;

abstract class He extends Initializer {
  readonly negativeSlope: number;
  readonly mode: FanMode;
  readonly nonlinearity: string;
  private readonly op: string;
  constructor(op: string, args: readonly unknown[]) {
    const names = ['negativeSlope', 'mode', 'nonlinearity'];
    const [slope = 0, mode = 'fan_in', nonlinearity = 'leaky_relu'] = bindArguments(op, names, 0, args);
    super({ negative_slope: slope, mode, nonlinearity });
    this.op = op;
    this.negativeSlope = checkNumber(op, 'negativeSlope', slope);
    if (mode !== 'fan_in' && mode !== 'fan_out') {
      throw new ValueError(`For '${op}', the 'mode' must be one of 'fan_in', 'fan_out', but got ${describe(mode)}.`);
    }
    this.mode = mode;
    this.nonlinearity = nonlinearity as string;
    gainOf(op, nonlinearity, 0);
  }
  protected deviation(shape: Dims): number {
    const { fanIn, fanOut } = fans(this.op, shape);
    return gainOf(this.op, this.nonlinearity, this.negativeSlope) / Math.sqrt(this.mode === 'fan_in' ? fanIn : fanOut);
  }
}

/** Uniform numbers within sqrt(3) gain / sqrt(fan). He et al., 2015. Alias 'he_uniform'. */
export class HeUniform extends He {
  constructor(...args: HeArgs) {
    super('HeUniform', args);
  }
  protected filler(shape: Dims) {
    return uniform(Math.sqrt(3) * this.deviation(shape));
  }
}

/** Normal numbers of deviation gain / sqrt(fan). Alias 'he_normal'. */
export class HeNormal extends He {
  constructor(...args: HeArgs) {
    super('HeNormal', args);
  }
  protected filler(shape: Dims) {
    return normal(this.deviation(shape));
  }
}

type Distribution = 'uniform' | 'truncated_normal' | 'untruncated_normal';
type ScaleMode = FanMode | 'fan_avg';
interface ScalingOptions {
  scale?: number;
  mode?: ScaleMode;
  distribution?: Distribution;
}

/**
 * Numbers whose variance is scale / fan: truncated normal by default (the deviation is enlarged by what the cut at two
 * deviations takes away), normal or uniform.
 */
export class VarianceScaling extends Initializer {
  readonly scale: number;
  readonly mode: ScaleMode;
  readonly distribution: Distribution;
  constructor(...args: Args<[], [scale?: number, mode?: ScaleMode, distribution?: Distribution], ScalingOptions>) {
    const op = 'VarianceScaling';
    const names = ['scale', 'mode', 'distribution'];
    const [scale = 1, mode = 'fan_in', distribution = 'truncated_normal'] = bindArguments(op, names, 0, args);
    super({ scale, mode, distribution });
    this.scale = checkNumber(op, 'scale', scale);
    if (!(this.scale > 0))
      throw new ValueError(`For '${op}', the 'scale' must be greater than 0, but got ${this.scale}.`);
    this.mode = choice(op, 'mode', mode, ['fan_in', 'fan_out', 'fan_avg']);
    this.distribution = choice(op, 'distribution', distribution, ['uniform', 'truncated_normal', 'untruncated_normal']);
  }
  protected filler(shape: Dims) {
    const { fanIn, fanOut } = fans('VarianceScaling', shape);
    const fan = this.mode === 'fan_in' ? fanIn : this.mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
    const variance = this.scale / Math.max(1, fan);
    if (this.distribution === 'uniform') return uniform(Math.sqrt(3 * variance));
    if (this.distribution === 'untruncated_normal') return normal(Math.sqrt(variance));
    return truncated(Math.sqrt(variance) / 0.8796256610342398, 0, -2, 2);
  }
}

function choice<T extends string>(op: string, name: string, value: unknown, choices: readonly T[]): T {
  if (choices.includes(value as T)) return value as T;
  const all = choices.map((c) => `'${c}'`).join(', ');
  throw new ValueError(`For '${op}', the '${name}' must be one of ${all}, but got ${describe(value)}.`);
}
