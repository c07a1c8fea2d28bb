import type { DType, TensorSpec } from '@sporelet/ir';
import { RuntimeError, ValueError, int32 } from '@sporelet/ir';
import { coreOps } from './core-ops.ts';
import { currentDevice } from './devices.ts';
import { dispatch, running } from './dispatch.ts';
import { assemble, bindUpdated, recordBody } from './flow-body.ts';
import { carryOf, checkFunction, fillNest, hasTensor, mapLeaves, nestText, nextCarry, settledNest } from './flow-nest.ts'; // prettier-ignore
import { isRecorded, knowledge } from './flow-op.ts';
import { ScanOp } from './flow-scan-op.ts';
import { carriedBy, checkUpdated, runWhile } from './flow-while.ts';
import { Tensor } from './tensor.ts';
import { elementsOf, upload } from './transfer.ts';
import { tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import { tupleOf } from './tuple.ts';
import type { Value } from './value.ts';

const noAttrs = Object.freeze({});
type Fn = (...args: readonly unknown[]) => unknown;

/** How a scan is run. */
export interface ScanSettings {
  readonly length?: number | null | undefined;
  readonly reverse?: boolean | undefined;
  readonly unroll?: boolean | undefined;
}

/** What a scan goes through, taken apart into tensors whose rows it takes. */
interface Source {
  readonly stacks: readonly Tensor[];
  readonly length: number;
  /** One round's element from one row of each. */
  readonly element: (rows: readonly Tensor[]) => unknown;
}

function lengthOf(op: string, given: unknown, stacks: readonly Tensor[]): number {
  if (given !== undefined && given !== null && (!Number.isInteger(given) || (given as number) < 0)) {
    throw new ValueError(`For '${op}', the 'length' must be an int of 0 or more, or None, but got ${describe(given)}.`);
  }
  let length = typeof given === 'number' ? given : -1;
  for (const t of stacks) {
    if (!t.ndim) throw new ValueError(`For '${op}', the 'xs' must have a first axis to go along, but got shape ().`);
    if (length >= 0 && t.shape[0] !== length) {
      throw new ValueError(`For '${op}', all first axes of 'xs' and the 'length' must agree, but got ${length} and ${t.shape[0]}.`); // prettier-ignore
    }
    length = t.shape[0];
  }
  if (length < 0) throw new ValueError(`For '${op}', the 'length' must be given when 'xs' is None.`);
  return length;
}

function sourceOf(op: string, xs: unknown, length: unknown): Source {
  const entries: readonly (readonly [string, unknown])[] = xs instanceof Tensor || xs === null || typeof xs !== 'object' ? [['', xs]] : Object.entries(xs); // prettier-ignore
  const tensors: Tensor[] = [];
  for (const [, t] of entries) {
    if (t instanceof Tensor) tensors.push(t);
    else if (t !== null && t !== undefined) throw new TypeError(`For '${op}', the 'xs' must be a Tensor, a list, an object of Tensors or None, but got ${describe(t)}.`); // prettier-ignore
  }
  const single = entries.length === 1 && entries[0]![0] === '';
  return {
    stacks: tensors,
    length: lengthOf(op, length, tensors),
    element: (rows) => {
      if (single) return rows[0] ?? null;
      let at = 0;
      return Object.fromEntries(entries.map(([key, t]) => [key, t instanceof Tensor ? rows[at++] : t]));
    },
  };
}

/** One row along the first axis. */
function rowOf(t: Tensor, i: number): Tensor {
  const { shape } = t;
  const begin = shape.map((_, d) => (d ? 0 : i));
  const row = coreOps().slice(t, begin, [1, ...shape.slice(1)], shape.map(() => 1)); // prettier-ignore
  return coreOps().reshape(row, shape.slice(1));
}

function pairOf(op: string, result: unknown): readonly [next: unknown, y: unknown] {
  if (Array.isArray(result) && result.length === 2) return result as [unknown, unknown];
  throw new ValueError(`For '${op}', 'f' must return a pair of the next carry and a result, but got ${nestText(result)}.`); // prettier-ignore
}

/** Goes through rounds in JavaScript: the operations run now, or become part of the graph one by one. */
function unrolled(op: string, f: Fn, init: unknown, length: number, reverse: boolean, element: (i: number) => unknown) {
  let carry = hasTensor(init) ? carryOf(op, 'init', init) : init;
  const plain = !hasTensor(init);
  const ys: unknown[] = new Array<unknown>(length);
  for (let round = 0; round < length; round++) {
    const i = reverse ? length - 1 - round : round;
    const [next, y] = pairOf(op, f(carry, element(i)));
    carry = plain ? next : nextCarry(op, 'f', next, carry);
    ys[i] = plain ? y : settledNest(y);
  }
  return { carry, ys };
}

/** Results of all rounds as tensors with the rounds along the first axis. */
function stackNests(op: string, nests: readonly unknown[]): unknown {
  const [first] = nests;
  const all = nests.map((nest) => tensorsIn(nextCarry(op, 'f', nest, first)));
  return fillNest(first, tensorsIn(first).map((_, k) => coreOps().stack(all.map((list) => list[k]!)))); // prettier-ignore
}

/** `scan` over the first axis of tensors; the ops package gives it its face. */
export function runScan(op: string, f: unknown, init: unknown, xs: unknown, settings: ScanSettings): unknown {
  checkFunction(op, 'f', f);
  const { length: given, reverse = false, unroll } = settings;
  for (const [name, value] of Object.entries({ reverse, unroll: unroll ?? false })) {
    if (typeof value !== 'boolean') throw new TypeError(`For '${op}', the '${name}' must be a bool, but got ${describe(value)}.`); // prettier-ignore
  }
  const fn = f as Fn;
  if (Array.isArray(xs)) return scanList(op, fn, init, xs as readonly unknown[], settings);
  const { stacks, length, element } = sourceOf(op, xs, given);
  const start = carryOf(op, 'init', init);
  if (length === 0 || (running.graph !== null && !unroll)) {
    return scanRecorded(op, fn, start, stacks, { length, reverse }, element);
  }
  const rows = (i: number): unknown => element(stacks.map((t) => rowOf(t, i)));
  const { carry, ys } = unrolled(op, fn, start, length, reverse, rows);
  return tupleOf([carry, stackNests(op, ys.map(settledNest))]);
}

/** MindSpore's form: a list of elements gives a list of results. */
function scanList(op: string, f: Fn, init: unknown, xs: readonly unknown[], settings: ScanSettings): unknown {
  const { length, reverse = false, unroll = true } = settings;
  if (length !== undefined && length !== null && length !== xs.length) {
    throw new ValueError(`For '${op}', the 'length' must be the number of elements of 'xs', ${xs.length}, but got ${length}.`); // prettier-ignore
  }
  if (unroll || running.graph === null || !xs.length) {
    const { carry, ys } = unrolled(op, f, init, xs.length, reverse, (i) => xs[i]);
    return tupleOf([carry, ys]);
  }
  const elements = xs.map(settledNest);
  const stacks = stackNests(op, elements);
  const [first] = elements;
  const each = (rows: readonly Tensor[]): unknown => fillNest(first, rows);
  const [carry, ys] = scanRecorded(op, f, carryOf(op, 'init', init), tensorsIn(stacks), { length: xs.length, reverse }, each) as readonly [unknown, unknown]; // prettier-ignore
  return tupleOf([carry, xs.map((_, i) => mapLeaves(ys, (y) => (y instanceof Tensor ? rowOf(y, i) : y)))]);
}

function scanRecorded(
  op: string,
  f: Fn,
  start: unknown,
  stacks: readonly Tensor[],
  { length, reverse }: { readonly length: number; readonly reverse: boolean },
  element: (rows: readonly Tensor[]) => unknown,
): readonly unknown[] {
  const carries = tensorsIn(start).map((t) => t.$value);
  const n = carries.length;
  const specs = [...carries, ...stacks.map(({ $spec: s }) => ({ dtype: s.dtype, shape: s.shape.slice(1) }))];
  const recorded = recordBody(specs.map(({ dtype, shape }) => ({ dtype, shape })), (...inputs) => {
    const before = fillNest(start, inputs);
    const [next, y] = pairOf(op, f(before, element(inputs.slice(n))));
    return tupleOf([nextCarry(op, 'f', next, before), settledNest(y)]);
  }); // prettier-ignore
  const [, like] = recorded.result as readonly [unknown, unknown];
  const results = recorded.outputs.length;
  if (length === 0) {
    const empty = tensorsIn(like).map(({ $spec: { dtype, shape } }) => coreOps().full([0, ...shape], 0, dtype));
    return tupleOf([start, fillNest(like, empty)]);
  }
  const made = assemble(op, [recorded]);
  checkUpdated(op, made.updated, made.bodies[0]!, results);
  const { supplied, suppliedSpecs } = recorded.trace;
  const keys = stackedKeys(suppliedSpecs, supplied, length, reverse);
  const inputs = [...carries, ...stacks.map((t) => t.$value), ...made.closure, ...keys];
  const scan = new ScanOp(op, made.bodies[0]!, {
    carried: carriedBy(made, n, results),
    rows: [...stacks.map((_, k) => n + k), ...keys.map((_, k) => made.firstKey[0]! + k)],
    length,
    reverse,
    keep: isRecorded(inputs),
  });
  const outputs = dispatch(scan, inputs, noAttrs);
  bindUpdated(op, made.updated, outputs.slice(n));
  const tensors = outputs.map((v) => new Tensor(v));
  const ys = n + made.updated.length;
  return tupleOf([fillNest(start, tensors.slice(0, n)), fillNest(like, tensors.slice(ys))]);
}

/** Keys for all rounds, drawn before the first in the order of a run without a graph. */
function stackedKeys(
  specs: readonly TensorSpec[],
  makers: readonly (() => Tensor)[],
  length: number,
  reverse: boolean,
): Value[] {
  let drawn: Uint8Array[] = [];
  const draw = (): void => {
    drawn = specs.map(({ dtype, shape }) => new Uint8Array(length * dtype.itemsize * shape.reduce((a, b) => a * b, 1)));
    for (let round = 0; round < length; round++) {
      const i = reverse ? length - 1 - round : round;
      makers.forEach((make, k) => {
        const data = elementsOf(make().$concrete());
        drawn[k]!.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), i * data.byteLength);
      });
    }
  };
  return specs.map(({ dtype, shape }, k) => {
    const spec = { dtype, shape: [length, ...shape] };
    const make = (): Tensor => {
      if (k === 0) draw();
      return new Tensor(upload({ ...spec, data: bytesAs(dtype, drawn[k]!) }, currentDevice()));
    };
    return running.graph!.supply!(spec, make).$value;
  });
}

function bytesAs(dtype: DType, bytes: Uint8Array): InstanceType<DType['array']> {
  const data = new dtype.array(bytes.length / dtype.itemsize);
  new Uint8Array(data.buffer).set(bytes);
  return data;
}

/** A bound that is known now, or null. */
function knownBound(op: string, name: string, bound: unknown): number | null {
  if (bound instanceof Tensor) {
    if (bound.size !== 1 || bound.dtype.isFloat || bound.dtype.isComplex) {
      throw new TypeError(`For '${op}', the '${name}' must be an int or an integer Tensor of one element, but got ${nestText(bound)}.`); // prettier-ignore
    }
    const kind = knowledge(bound.$value);
    if (kind === 'mapped') {
      throw new RuntimeError(
        `For '${op}', the '${name}' differs between the examples of vmap, so they end at different times: use the largest ` +
          'bound for all, and keep what has ended with select.',
      );
    }
    return kind === 'known' ? bound.item() : null;
  }
  if (Number.isInteger(bound)) return bound as number;
  throw new TypeError(`For '${op}', the '${name}' must be an int or a Tensor, but got ${describe(bound)}.`);
}

const asIndex = (bound: unknown): Tensor =>
  bound instanceof Tensor
    ? coreOps().reshape(coreOps().cast(bound, int32), [])
    : new Tensor(Int32Array.of(bound as number), { shape: [] });

/** `forILoop` on arguments of any type; the ops package gives it its face. */
export function runFor(
  op: string,
  lower: unknown,
  upper: unknown,
  bodyFn: unknown,
  initVal: unknown,
  unroll: unknown,
): unknown {
  checkFunction(op, 'bodyFn', bodyFn);
  if (typeof unroll !== 'boolean') throw new TypeError(`For '${op}', the 'unroll' must be a bool, but got ${describe(unroll)}.`); // prettier-ignore
  const step = bodyFn as Fn;
  const [from, to] = [knownBound(op, 'lower', lower), knownBound(op, 'upper', upper)];
  if (from === null || to === null) {
    const more = ([i]: readonly [Tensor]): Tensor => coreOps().less(i, end);
    const end = asIndex(upper);
    const one = asIndex(1);
    const body = ([i, value]: readonly [Tensor, unknown]): unknown => [coreOps().add(i, one), step(i, value)];
    const [, result] = runWhile(op, more, body, [
      asIndex(lower),
      carryOf(op, 'initVal', initVal),
    ]) as readonly unknown[];
    return result;
  }
  if (!hasTensor(initVal)) {
    let value = initVal;
    for (let i = from; i < to; i++) value = step(i, value);
    return value;
  }
  let carry = carryOf(op, 'initVal', initVal);
  const length = Math.max(0, to - from);
  if (running.graph === null || unroll || !length) {
    for (let i = from; i < to; i++) carry = nextCarry(op, 'bodyFn', step(asIndex(i), carry), carry);
    return carry;
  }
  const indices = new Tensor(Int32Array.from({ length }, (_, k) => from + k));
  const round = (value: unknown, i: unknown): unknown => [step(i, value), null];
  const [result] = scanRecorded(op, round, carry, [indices], { length, reverse: false }, ([i]) => i);
  return result;
}
