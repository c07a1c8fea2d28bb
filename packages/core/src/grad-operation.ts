import { ValueError } from '@sporelet/ir';
import type { Named } from './args.ts';
import { bindArguments } from './args.ts';
import type { Weights } from './grad.ts';
import { checkWeights, runGradient } from './grad.ts';
import type { Parameter } from './parameter.ts';
import type { AnyFn } from './recording.ts';
import type { Tensor } from './tensor.ts';
import { tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import { tupleOf } from './tuple.ts';

export interface GradOperationOptions<All extends boolean = boolean, List extends boolean = boolean> {
  /** Gradients of all inputs, as a Tuple, not of the first only. */
  getAll?: All | undefined;
  /** Gradients of Parameters. */
  getByList?: List | undefined;
  /** The last argument of the call is the gradient of the output. */
  sensParam?: boolean | undefined;
}

type Part<W> = W extends Parameter ? Tensor : readonly Tensor[];
type Result<All, List, W> = List extends true
  ? All extends true
    ? readonly [inputs: readonly Tensor[], weights: Part<W>]
    : Part<W>
  : All extends true
    ? readonly Tensor[]
    : Tensor;

/** What an instance of GradOperation does when it is called. */
export interface GradOperation<All extends boolean = false, List extends boolean = false> {
  /**
   * @param weights - the Parameters for `getByList`; by default those that `fn`, a Cell, trains
   */
  <W extends Weights = readonly Parameter[]>(
    fn: AnyFn,
    weights?: W,
  ): (...args: readonly unknown[]) => Result<All, List, W>;
}

const names = ['getAll', 'getByList', 'sensParam'] as const;

interface GradOperationClass {
  new <All extends boolean = false, List extends boolean = false>(
    getAll?: All,
    getByList?: List,
    sensParam?: boolean,
  ): GradOperation<All, List>;
  new <All extends boolean = false, List extends boolean = false>(
    options: Named<GradOperationOptions<All, List>>,
  ): GradOperation<All, List>;
}

/** Gradients as an operation: `new GradOperation({ getByList: true })(net, weights)(x)`. */
export const GradOperation = class GradOperation {
  constructor(...args: readonly unknown[]) {
    const [all = false, list = false, sens = false] = bindArguments('GradOperation', names, 0, args);
    for (const [name, value] of Object.entries({ getAll: all, getByList: list, sensParam: sens })) {
      if (typeof value === 'boolean') continue;
      throw new TypeError(`For 'GradOperation', the '${name}' must be a bool, but got ${describe(value)}.`);
    }
    const self = (fn: unknown, weights?: unknown): unknown => {
      if (typeof fn !== 'function') {
        throw new TypeError(`For 'GradOperation', the 'fn' must be a function or a Cell, but got ${describe(fn)}.`);
      }
      const chosen = list ? (weights ?? trainable(fn)) : null;
      const params = checkWeights('GradOperation', chosen);
      return (...call: readonly unknown[]): unknown => {
        const inputs = sens ? call.slice(0, -1) : call;
        const tensors = inputs.flatMap((arg, i) => (tensorsIn(arg).length ? [i] : []));
        const positions = all ? tensors : list ? [] : [0];
        const plan = {
          op: 'GradOperation',
          fn: fn as AnyFn,
          position: all || !list ? positions : null,
          positions,
          weights: chosen as Weights,
          params,
          hasAux: false,
          returnIds: false,
          sensParam: sens as boolean,
        };
        const { gradients } = runGradient(plan, call);
        // One input out of "all" stays in its Tuple.
        if (!all || positions.length !== 1) return gradients;
        if (!list) return tupleOf([gradients]);
        const [first, second] = gradients as readonly [unknown, unknown];
        return tupleOf([tupleOf([first]), second]);
      };
    };
    Object.setPrototypeOf(self, new.target.prototype);
    return self;
  }
} as unknown as GradOperationClass;

function trainable(fn: object): unknown {
  const params = (fn as { trainableParams?: unknown }).trainableParams;
  if (typeof params === 'function') return params.call(fn);
  throw new ValueError("For 'GradOperation', 'getByList' needs the weights of a function that is not a Cell.");
}
