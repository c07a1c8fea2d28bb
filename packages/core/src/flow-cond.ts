import type { TensorSpec } from '@sporelet/ir';
import { ValueError, bool, shapeText } from '@sporelet/ir';
import type { BatchTrace } from './batch-trace.ts';
import { BatchValue } from './batch-trace.ts';
import { coreOps } from './core-ops.ts';
import { currentDevice } from './devices.ts';
import { dispatch, running } from './dispatch.ts';
import type { Assembled, Body } from './flow-body.ts';
import { assemble, bindUpdated, recordBody } from './flow-body.ts';
import { checkBranches, checkFunction, fillNest, isScalar, settledNest } from './flow-nest.ts';
import { FlowOp, isTrue, knowledge, unwrapped } from './flow-op.ts';
import { recordGradient, recordMapped } from './flow-transform.ts';
import { GraphTrace } from './graph-trace.ts';
import { Parameter } from './parameter.ts';
import type { BackwardRequest } from './runnable.ts';
import { Tensor } from './tensor.ts';
import { upload } from './transfer.ts';
import { mapTensors, tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import type { ConcreteValue, Value } from './value.ts';

const noAttrs = Object.freeze({});

/** One of two bodies, chosen by the first input; both take the others. */
class CondOp extends FlowOp {
  readonly name = 'Cond';
  private readonly branches: readonly [whenTrue: Body, whenFalse: Body];

  constructor(branches: readonly Body[]) {
    super();
    this.branches = [branches[0]!, branches[1]!];
  }
  infer(): readonly TensorSpec[] {
    return this.branches[0].outputs;
  }
  execute([condition, ...inputs]: readonly ConcreteValue[]): Value[] {
    return this.branches[isTrue(condition!) ? 0 : 1].run(inputs);
  }

  backward({ gradients, inputs, need }: BackwardRequest): (Value | null)[] {
    const [condition, ...others] = inputs;
    const outputs = gradients.flatMap((g, k) => (g ? [k] : []));
    const wanted = others.flatMap((_, i) => (need[i + 1] ? [i] : []));
    const made = assemble('Cond', this.branches.map((b) => recordGradient(b, { inputs: wanted, outputs }))); // prettier-ignore
    const given = [condition!, ...others, ...outputs.map((k) => gradients[k]!)];
    const results = choose(made, given);
    const all = inputs.map((): Value | null => null);
    wanted.forEach((i, k) => (all[i + 1] = results[k]!));
    return all;
  }

  onMapped(trace: BatchTrace, inputs: readonly Value[]): Value[] {
    const [condition, ...others] = inputs as readonly [Value, ...Value[]];
    if (condition.trace === trace) {
      const [whenTrue, whenFalse] = this.branches.map((b) => b.perform(others)) as [Value[], Value[]];
      return whenTrue.map((v, k) => chosen(condition, v, whenFalse[k]!));
    }
    const { inner, mask } = unwrapped(trace, others);
    const lifted = this.branches.map((b) => recordMapped(b, mask, trace.size, () => true).recorded);
    return choose(assemble('Cond', lifted), [condition, ...inner]).map((v) => new BatchValue(trace, v));
  }
}

/** Element by element, where the condition is one value for each example. */
function chosen(condition: Value, a: Value, b: Value): Value {
  return a === b ? a : coreOps().where(new Tensor(condition), new Tensor(a), new Tensor(b)).$value;
}

/** Which keys a branch draws is known when it is chosen: they are drawn then, in the order of a run without a graph. */
class DrawOp extends FlowOp {
  readonly name = 'CondKeys';
  override readonly differentiable = false;
  override readonly impure = true;
  private readonly specs: readonly TensorSpec[];
  private readonly makers: readonly (readonly (() => Tensor)[])[];

  constructor(specs: readonly TensorSpec[], makers: readonly (readonly (() => Tensor)[])[]) {
    super();
    this.specs = specs;
    this.makers = makers;
  }
  infer(): readonly TensorSpec[] {
    return this.specs;
  }
  execute([condition]: readonly ConcreteValue[]): Value[] {
    const taken = isTrue(condition!) ? 0 : 1;
    const specs = [...this.specs];
    return this.makers.flatMap((list, branch) =>
      list.map((make) => {
        const { dtype, shape } = specs.shift()!;
        if (branch === taken) return make().$value;
        return upload({ dtype, shape, data: new dtype.array(shape.reduce((a, b) => a * b, 1)) }, currentDevice());
      }),
    );
  }
  backward(): (Value | null)[] {
    return [null];
  }
  onMapped(trace: BatchTrace, inputs: readonly Value[]): Value[] {
    return dispatch(this, unwrapped(trace, inputs).inner, noAttrs);
  }
}

/** Runs assembled branches: the condition, then what is given to both. */
function choose(made: Assembled, [condition, ...given]: readonly Value[], keys: readonly Value[] = []): Value[] {
  const results = dispatch(new CondOp(made.bodies), [condition!, ...given, ...made.closure, ...keys], noAttrs);
  bindUpdated('cond', made.updated, results.slice(results.length - made.updated.length));
  return results;
}

/** A condition as a Bool tensor of shape (). */
export function asCondition(op: string, name: string, condition: unknown): Tensor {
  if (isScalar(condition)) return new Tensor(Boolean(condition));
  if (!(condition instanceof Tensor)) {
    throw new TypeError(`For '${op}', the '${name}' must be a bool or a Tensor of one element, but got ${describe(condition)}.`); // prettier-ignore
  }
  if (condition.size !== 1) {
    throw new ValueError(`For '${op}', the '${name}' must have one element, but got shape ${shapeText(condition.shape)}: use select to choose element by element.`); // prettier-ignore
  }
  const truth = condition.dtype === bool ? condition : coreOps().cast(condition, bool);
  return truth.ndim ? coreOps().reshape(truth, []) : truth;
}

type AnyFn = (...args: never[]) => unknown;

/** `cond` on arguments of any type; the ops package gives it its face. */
export function runCond(condition: unknown, trueFn: AnyFn, falseFn: AnyFn, operands: readonly unknown[]): unknown {
  checkFunction('cond', 'trueFn', trueFn);
  checkFunction('cond', 'falseFn', falseFn);
  const truth = asCondition('cond', 'condition', condition);
  const value = truth.$value;
  if (knowledge(value) === 'known') {
    const taken = isTrue(value.readable()) ? trueFn : falseFn;
    return settledNest(taken(...(operands as never[])));
  }
  const tensors = tensorsIn(operands).filter((t) => !(t instanceof Parameter));
  const given = tensors.map((t) => t.$value);
  const branches = [trueFn, falseFn].map((fn) =>
    recordBody(given.map(({ dtype, shape }) => ({ dtype, shape })), (...inputs) => {
      let at = 0;
      const own = mapTensors(operands, (t) => (t instanceof Parameter ? t : inputs[at++]!));
      return settledNest(fn(...(own as never[])));
    }),
  ); // prettier-ignore
  const [whenTrue, whenFalse] = branches.map((b) => b.result);
  checkBranches('cond', whenTrue, whenFalse);
  const made = assemble('Cond', branches);
  const makers = branches.map((b) => b.trace.supplied);
  const specs = branches.flatMap((b) => b.trace.suppliedSpecs);
  const results = choose(made, [value, ...given], keysOf(value, specs, makers));
  return fillNest(whenTrue, results.map((v) => new Tensor(v))); // prettier-ignore
}

function keysOf(
  condition: Value,
  specs: readonly TensorSpec[],
  makers: readonly (readonly (() => Tensor)[])[],
): Value[] {
  if (!specs.length) return [];
  const { graph } = running;
  const inGraph = graph instanceof GraphTrace && !graph.body && knowledge(condition) === 'traced';
  if (inGraph) return dispatch(new DrawOp(specs, makers), [condition], noAttrs);
  // A body is run again for its gradient, and then with the same keys: they come from outside of it.
  return makers.flat().map((make, i) => (graph?.supply ? graph.supply(specs[i]!, make) : make()).$value);
}
