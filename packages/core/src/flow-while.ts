import type { TensorSpec } from '@sporelet/ir';
import { RuntimeError, ValueError, sameShape, shapeText, uint32 } from '@sporelet/ir';
import type { BatchTrace } from './batch-trace.ts';
import { BatchValue } from './batch-trace.ts';
import { currentDevice } from './devices.ts';
import { dispatch, running } from './dispatch.ts';
import type { Assembled, Body } from './flow-body.ts';
import { assemble, bindUpdated, recordBody } from './flow-body.ts';
import { asCondition } from './flow-cond.ts';
import { carryOf, checkFunction, fillNest, hasTensor, nextCarry } from './flow-nest.ts';
import { FlowOp, isTrue, knowledge, unwrapped } from './flow-op.ts';
import { recordMapped } from './flow-transform.ts';
import { GraphTrace } from './graph-trace.ts';
import type { Parameter } from './parameter.ts';
import type { Key } from './random-stream.ts';
import { threefry } from './random-stream.ts';
import { Tensor } from './tensor.ts';
import { upload } from './transfer.ts';
import { tensorsIn } from './tensor-tree.ts';
import type { ConcreteValue, Value } from './value.ts';

const noAttrs = Object.freeze({});
const mappedCondition = (op: string): RuntimeError =>
  new RuntimeError(
    `For '${op}', the condition differs between the examples of vmap, so they end at different times: repeat a fixed ` +
      'number of times with forILoop or scan, and keep what has ended with select.',
  );

/** What a value carried through a body is: where it goes in, and which result takes its place. */
export interface Carried {
  readonly at: number;
  readonly out: number;
}

/** Where a loop's random keys come from: drawn as it runs, or made from keys among its inputs. */
interface Keys {
  /** Positions among the body's inputs. */
  readonly condition: readonly number[];
  readonly body: readonly number[];
  /** Draws them; null when the inputs hold one for each, from which every round makes its own. */
  readonly makers: { readonly condition: readonly (() => Tensor)[]; readonly body: readonly (() => Tensor)[] } | null;
}

const tag = 0x77686c65;

/** Runs a body while a condition holds. The body gives the next condition too. */
class WhileOp extends FlowOp {
  readonly name = 'WhileLoop';
  override readonly impure: boolean;
  private readonly condition: Body;
  private readonly body: Body;
  private readonly carried: readonly Carried[];
  /** Which result of the body is the next condition. */
  private readonly truth: number;
  private readonly keys: Keys;

  constructor(condition: Body, body: Body, carried: readonly Carried[], truth: number, keys: Keys) {
    super();
    this.condition = condition;
    this.body = body;
    this.carried = carried;
    this.truth = truth;
    this.keys = keys;
    this.impure = keys.makers !== null;
  }
  infer(): readonly TensorSpec[] {
    return this.carried.map(({ at }) => this.body.inputs[at]!);
  }

  execute(inputs: readonly ConcreteValue[]): Value[] {
    const { keys, carried } = this;
    const values = [...inputs];
    const bases = keys.makers ? null : [...keys.condition, ...keys.body].map((at) => inputs[at]!);
    // Those of the other body are not read.
    if (!bases) for (const at of [...keys.condition, ...keys.body]) values[at] = placeholder(this.body.inputs[at]!);
    const draw = (positions: readonly number[], makers: readonly (() => Tensor)[] | undefined, round: number): void =>
      positions.forEach((at, i) => (values[at] = makers ? (makers[i]!().$value as ConcreteValue) : folded(inputs[at]!, round))); // prettier-ignore
    draw(keys.condition, keys.makers?.condition, 0);
    let [go] = this.condition.run(values) as [ConcreteValue];
    const own = new Set<ConcreteValue>();
    for (let round = 0; isTrue(go); round++) {
      draw(keys.body, keys.makers?.body, round + 1);
      const results = this.body.run(values);
      go = results[this.truth]!;
      carried.forEach(({ at, out }) => {
        if (own.delete(values[at]!)) discard(values[at]!);
        own.add((values[at] = results[out]!));
      });
    }
    return carried.map(({ at }) => {
      const value = values[at]!;
      if (!own.has(value)) value.storage.shared++;
      return value;
    });
  }

  backward(): (Value | null)[] {
    throw new RuntimeError(
      "For 'WhileLoop', there is no gradient in a graph: its number of rounds is not known beforehand, so what the " +
        'rounds computed is not kept. Use forILoop with plain numbers as bounds, or scan; or run it without jit.',
    );
  }

  onMapped(trace: BatchTrace, inputs: readonly Value[]): Value[] {
    const { inner, mask } = unwrapped(trace, inputs);
    const { body, carried, truth, keys } = this;
    const lifted = mapLoop(trace, body, carried, mask);
    const { recorded, mapped } = lifted;
    const seen = mask.slice();
    carried.forEach(({ at }, k) => (seen[at] = lifted.carried[k]!));
    const condition = recordMapped(this.condition, seen, trace.size, () => false);
    if (mapped[truth] || condition.mapped[0]) throw mappedCondition(this.name);
    const made = assemble(this.name, [condition.recorded, recorded]);
    const op = new WhileOp(made.bodies[0]!, made.bodies[1]!, carried, truth, keys);
    carried.forEach(({ at }, k) => (inner[at] = lifted.carried[k] ? trace.physical(inputs[at]!) : inner[at]!));
    const results = dispatch(op, inner, noAttrs);
    return results.map((v, k) => (lifted.carried[k] ? new BatchValue(trace, v) : v));
  }
}

/** A loop's body lifted over an axis: what is carried has it as soon as it comes in or out with it. */
export function mapLoop(trace: BatchTrace, body: Body, carried: readonly Carried[], mask: readonly boolean[]) {
  const state = carried.map(({ at }) => mask[at]!);
  for (;;) {
    const seen = body.inputs.map((_, i) => mask[i] ?? false);
    carried.forEach(({ at }, k) => (seen[at] = state[k]!));
    const lifted = recordMapped(body, seen, trace.size, (out) => carried.some((c, k) => c.out === out && state[k]));
    const grown = carried.map(({ out }, k) => state[k]! || lifted.mapped[out]!);
    if (grown.every((m, k) => m === state[k])) return { ...lifted, carried: state };
    grown.forEach((m, k) => (state[k] = m));
  }
}

/** Frees what a loop made itself and nobody else was given. */
export function discard({ storage, device }: ConcreteValue): void {
  // Without programs, results may be one another's elements.
  if (device.compileProgram && storage.shared === 0) storage.dispose();
}

function placeholder({ dtype, shape }: TensorSpec): ConcreteValue {
  return upload({ dtype, shape, data: new dtype.array(shape.reduce((a, b) => a * b, 1)) }, currentDevice());
}

/** A key of one round. */
function folded(base: ConcreteValue, round: number): ConcreteValue {
  const words = new Uint32Array(2);
  base.device.read(base.storage, new Uint8Array(words.buffer));
  const key: Key = threefry([words[0]!, words[1]!], round, tag);
  return upload({ dtype: uint32, shape: base.shape, data: Uint32Array.from(key) }, base.device);
}

/** Checks that Parameters updated in a body stay what they are. */
export function checkUpdated(op: string, parameters: readonly Parameter[], body: Body, first: number): void {
  parameters.forEach((p, i) => {
    const { dtype, shape } = body.outputs[first + i]!;
    const now = p.$spec;
    if (dtype === now.dtype && sameShape(shape, now.shape)) return;
    throw new ValueError(
      `For '${op}', the Parameter '${p.name}' must keep its dtype and shape in the loop: it is ${now.dtype.name} of shape ` +
        `${shapeText(now.shape)}, but becomes ${dtype.name} of shape ${shapeText(shape)}.`,
    );
  });
}

/** What is carried: the results at the front of the inputs, and the Parameters that the body updates. */
export function carriedBy(made: Assembled, carries: number, results: number): Carried[] {
  return [
    ...Array.from({ length: carries }, (_, i): Carried => ({ at: i, out: i })),
    ...made.updated.map((_, i): Carried => ({ at: made.firstParameter + i, out: results + i })),
  ];
}

type AnyFn = (...args: never[]) => unknown;

/** Whether a condition holds, when its elements are there. */
function holds(op: string, condition: unknown): boolean {
  const { $value: value } = asCondition(op, 'condFn', condition);
  if (knowledge(value) === 'mapped') throw mappedCondition(op);
  return isTrue(value.readable());
}

/** `whileLoop` on arguments of any type; the ops package gives it its face. */
export function runWhile(op: string, condFn: AnyFn, bodyFn: AnyFn, initVal: unknown): unknown {
  checkFunction(op, 'condFn', condFn);
  checkFunction(op, 'bodyFn', bodyFn);
  const test = condFn as (value: unknown) => unknown;
  const step = bodyFn as (value: unknown) => unknown;
  if (!hasTensor(initVal)) {
    let value = initVal;
    while (holds(op, test(value))) value = step(value);
    return value;
  }
  let carry = carryOf(op, 'initVal', initVal);
  if (running.graph === null) {
    while (holds(op, test(carry))) carry = nextCarry(op, 'bodyFn', step(carry), carry);
    return carry;
  }
  const given = tensorsIn(carry).map((t) => t.$value);
  const specs = given.map(({ dtype, shape }) => ({ dtype, shape }));
  const condition = recordBody(specs, (...inputs) => asCondition(op, 'condFn', test(fillNest(carry, inputs))));
  const [changed] = condition.updates.keys();
  if (changed) throw new RuntimeError(`For '${op}', the 'condFn' must not update a Parameter, but updates '${changed.name}': do it in 'bodyFn'.`); // prettier-ignore
  const body = recordBody(specs, (...inputs) => {
    const before = fillNest(carry, inputs);
    const next = nextCarry(op, 'bodyFn', step(before), before);
    return [next, asCondition(op, 'condFn', test(next))];
  });
  const made = assemble(op, [condition, body]);
  const n = given.length;
  checkUpdated(op, made.updated, made.bodies[1]!, n + 1);
  const [first, second] = made.firstKey as readonly [number, number];
  const { supplied: ofCondition, suppliedSpecs } = condition.trace;
  const { supplied: ofBody, suppliedSpecs: bodySpecs } = body.trace;
  // In a body it may be run again for a gradient, and then with the same keys: they come from outside of it.
  const nested = running.graph instanceof GraphTrace && running.graph.body;
  const keys: Keys = {
    condition: ofCondition.map((_, i) => first + i),
    body: ofBody.map((_, i) => second + i),
    makers: nested || !(ofCondition.length + ofBody.length) ? null : { condition: ofCondition, body: ofBody },
  };
  const bases = nested
    ? [...ofCondition, ...ofBody].map((make, i) => running.graph!.supply!([...suppliedSpecs, ...bodySpecs][i]!, make).$value) // prettier-ignore
    : [];
  const loop = new WhileOp(made.bodies[0]!, made.bodies[1]!, carriedBy(made, n, n + 1), n, keys);
  const results = dispatch(loop, [...given, ...made.closure, ...bases], noAttrs);
  bindUpdated(op, made.updated, results.slice(n));
  return fillNest(carry, results.slice(0, n).map((v) => new Tensor(v))); // prettier-ignore
}
