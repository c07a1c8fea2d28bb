import type { Args, Init, Parameter, Tensor } from '@sporelet/core';
import { HeUniform, Primitive, Uniform, describe } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { dense } from '@sporelet/ops';
import { getActivation } from './activation.ts';
import { Cell } from './cell.ts';
import { isCell } from './cell-state.ts';
import { checkBool, checkNumber } from './check.ts';
import type { TensorCell } from './containers.ts';
import { bindNamed, checkDType, makeParameter } from './layer.ts';

/** What follows a layer: a cell, a primitive, or the name of an activation such as 'relu'. */
export type Activation = TensorCell | ((x: Tensor) => Tensor) | string;

export interface DenseOptions {
  /** Weight of shape (outChannels, inChannels). Default HeUniform(√5): uniform within 1/√inChannels. */
  weightInit?: Init | null | undefined;
  /** Bias of shape (outChannels). Default uniform within 1/√inChannels. */
  biasInit?: Init | null | undefined;
  /** Whether a bias is added. Default true. */
  hasBias?: boolean | undefined;
  /** Applied to the output. Default none. */
  activation?: Activation | null | undefined;
  /** Dtype of the parameters. Default Float32. */
  dtype?: DType | undefined;
}

const names = ['inChannels', 'outChannels', 'weightInit', 'biasInit', 'hasBias', 'activation', 'dtype'] as const;

/** activation(x · weightᵀ + bias) over the last axis: (..., inChannels) to (..., outChannels). */
export class Dense extends Cell<(x: Tensor) => Tensor> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly hasBias: boolean;
  weight: Parameter;
  bias: Parameter | null;
  activation: TensorCell | ((x: Tensor) => Tensor) | null;

  /**
   * @throws ValueError for channels below 1 or an initial tensor of the wrong shape
   * @throws KeyError for an unknown activation name
   */
  constructor(named: { readonly inChannels: number; readonly outChannels: number } & DenseOptions);
  constructor(
    ...args: Args<
      [inChannels: number, outChannels: number],
      [
        weightInit?: Init | null,
        biasInit?: Init | null,
        hasBias?: boolean,
        activation?: Activation | null,
        dtype?: DType,
      ],
      DenseOptions
    >
  );
  constructor(...args: readonly unknown[]) {
    super();
    const op = this.clsName;
    const given = bindNamed(op, names, 2, args);
    const dtype = checkDType(op, given.dtype);
    this.inChannels = checkNumber(op, 'inChannels', given.inChannels, 'int', { gt: 0 });
    this.outChannels = checkNumber(op, 'outChannels', given.outChannels, 'int', { gt: 0 });
    this.hasBias = checkBool(op, 'hasBias', given.hasBias ?? true);
    const { inChannels, outChannels } = this;
    this.weight = makeParameter({
      op,
      from: 'weightInit',
      init: given.weightInit ?? new HeUniform(Math.sqrt(5)),
      shape: [outChannels, inChannels],
      dtype,
      name: 'weight',
    });
    const biasInit = given.biasInit ?? new Uniform(1 / Math.sqrt(inChannels));
    this.bias = this.hasBias
      ? makeParameter({ op, from: 'biasInit', init: biasInit, shape: [outChannels], dtype, name: 'bias' })
      : null;
    this.activation = checkActivation(op, given.activation);
  }

  construct(x: Tensor): Tensor {
    const y = dense(x, this.weight, this.bias);
    return this.activation ? this.activation(y) : y;
  }

  override extendRepr(): string {
    const bias = this.hasBias ? ', has_bias=True' : '';
    const activation = this.activation ? `, activation=${String(this.activation)}` : '';
    return `input_channels=${this.inChannels}, output_channels=${this.outChannels}${bias}${activation}`;
  }
}

function checkActivation(op: string, activation: unknown): TensorCell | ((x: Tensor) => Tensor) | null {
  if (activation === undefined || activation === null) return null;
  if (typeof activation === 'string') return getActivation(activation);
  if (isCell(activation)) return activation;
  if (activation instanceof Primitive || typeof activation === 'function') return activation as (x: Tensor) => Tensor;
  throw new TypeError(
    `For '${op}', the 'activation' must be str or Cell or Primitive, but got ${describe(activation)}.`,
  );
}
