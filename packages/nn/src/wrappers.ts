import type { Args, Parameter, Tensor } from '@sporelet/core';
import { bindArguments, describe, isOptions, tuple, valueAndGrad } from '@sporelet/core';
import { ValueError, float32 } from '@sporelet/ir';
import { cast, mul } from '@sporelet/ops';
import { Cell } from './cell.ts';
import { isCell } from './cell-state.ts';
import { checkBool, checkNumber } from './check.ts';

/** @throws TypeError for what cannot be called */
function checkCallable(op: string, name: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new TypeError(`For '${op}', the '${name}' must be a Cell or a function, but got ${describe(value)}.`);
}

type Network = Cell<(data: Tensor) => Tensor>;
type LossFn = (logits: Tensor, labels: Tensor) => Tensor;

/** A network followed by its loss: (data, label) to the loss. */
export class WithLossCell extends Cell<(data: Tensor, label: Tensor) => Tensor> {
  readonly _backbone: Network;
  readonly _lossFn: LossFn;

  constructor(backbone: Network, lossFn: LossFn) {
    super({ autoPrefix: false });
    checkCallable('WithLossCell', 'backbone', backbone);
    checkCallable('WithLossCell', 'lossFn', lossFn);
    this._backbone = backbone;
    this._lossFn = lossFn;
  }
  construct(data: Tensor, label: Tensor): Tensor {
    return this._lossFn(this._backbone(data), label);
  }
  /** The network without the loss. */
  get backboneNetwork(): Network {
    return this._backbone;
  }
}

/** For evaluation: (data, label) to (loss, output, label). */
export class WithEvalCell extends Cell<(data: Tensor, label: Tensor) => readonly [Tensor, Tensor, Tensor]> {
  readonly _network: Network;
  readonly _lossFn: LossFn;
  readonly addCastFp32: boolean;

  /** @param addCastFp32 - whether output and label are cast to Float32 before the loss. Default false. */
  constructor(
    network: Network,
    lossFn: LossFn,
    addCastFp32: boolean | { readonly addCastFp32?: boolean | undefined } = false,
  ) {
    super({ autoPrefix: false });
    const add = isOptions(addCastFp32) ? (addCastFp32['addCastFp32'] ?? false) : addCastFp32;
    this.addCastFp32 = checkBool('WithEvalCell', 'addCastFp32', add);
    checkCallable('WithEvalCell', 'network', network);
    checkCallable('WithEvalCell', 'lossFn', lossFn);
    this._network = network;
    this._lossFn = lossFn;
  }
  construct(data: Tensor, label0: Tensor): readonly [loss: Tensor, outputs: Tensor, label: Tensor] {
    let outputs = this._network(data);
    let label = label0;
    if (this.addCastFp32) {
      outputs = cast(outputs, float32);
      if (label.dtype.isFloat) label = cast(label, float32);
    }
    return tuple(this._lossFn(outputs, label), outputs, label);
  }
}

/** What turns gradients into updates: an Optimizer. */
export interface Updater {
  (gradients: readonly Tensor[]): unknown;
  readonly parameters: readonly Parameter[];
}

export interface TrainOneStepOptions<G extends boolean = boolean> {
  /** Factor of the loss's gradient, as for a scaled loss. Default none. */
  sens?: number | null | undefined;
  /** Whether the gradients are returned too: (loss, gradients by name). Default false. */
  returnGrad?: G | undefined;
}

/** What a step returns: the loss, with `returnGrad` also the gradients by the parameters' names. */
type StepResult<G extends boolean> = G extends true
  ? readonly [loss: Tensor, gradients: ReadonlyMap<string, Tensor>]
  : Tensor;

/** One training step: the loss, its gradients with respect to the optimizer's parameters, and their update. */
export class TrainOneStepCell<A extends readonly unknown[] = readonly Tensor[], G extends boolean = false> extends Cell<
  (...inputs: [...A]) => StepResult<G>
> {
  readonly network: Cell<(...inputs: [...A]) => Tensor>;
  readonly optimizer: Updater;
  readonly sens: number | null;
  readonly returnGrad: boolean;

  /** @throws ValueError when `sens` is 0 */
  constructor(
    network: Cell<(...inputs: [...A]) => Tensor>,
    optimizer: Updater,
    ...rest: Args<[], [sens?: number | null, returnGrad?: G], TrainOneStepOptions<G>>
  );
  constructor(...args: readonly unknown[]) {
    super({ autoPrefix: false });
    const op = 'TrainOneStepCell';
    const [network, optimizer, sens, returnGrad] = bindArguments(
      op,
      ['network', 'optimizer', 'sens', 'returnGrad'],
      2,
      args,
    );
    if (!isCell(network)) {
      throw new TypeError(`For '${op}', the 'network' must be a Cell, but got ${describe(network)}.`);
    }
    if (typeof optimizer !== 'function' || !('parameters' in optimizer)) {
      throw new TypeError(`For '${op}', the 'optimizer' must be an Optimizer, but got ${describe(optimizer)}.`);
    }
    this.network = network;
    this.network.setGrad();
    this.optimizer = optimizer as Updater;
    if (sens === 0) throw new ValueError("The input argument of 'sens' can not be 0.");
    this.sens = sens === undefined || sens === null ? null : checkNumber(op, 'sens', sens, 'float');
    this.returnGrad = checkBool(op, 'returnGrad', returnGrad ?? false);
  }

  construct(...inputs: [...A]): StepResult<G> {
    const { network, optimizer, sens } = this;
    const weights = optimizer.parameters;
    const forward = (...given: readonly unknown[]): readonly [scaled: Tensor, loss: Tensor] => {
      const loss = network(...(given as [...A]));
      return tuple(sens === null ? loss : mul(loss, sens), loss);
    };
    const [[, loss], gradients] = valueAndGrad(forward, null, weights, true)(...inputs);
    optimizer(gradients);
    return (
      this.returnGrad ? tuple(loss, new Map(weights.map((w, i) => [w.name, gradients[i]]))) : loss
    ) as StepResult<G>;
  }
}
