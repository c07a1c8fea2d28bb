import type { Dims, Expr, Kernel, Program, ProgramStep, PullOutput, TensorSpec } from '@sporelet/ir';
import { boundedIndices, Axis, sameShape, sizeOf } from '@sporelet/ir';
import { elementsOf, hasBounded, isContraction, orderOf, pullsOf, readingOf } from './fuse-cost.ts';
import type { Inlined } from './fuse-inline.ts';
import { Inliner, Sharing, overAxes } from './fuse-inline.ts';

/** A step while the program is rewritten. */
export interface Node {
  kernel: Kernel;
  inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly path?: string;
}

/** The operands of a kernel that is made of two: a value that both see as one shape is one operand. */
class Operands {
  readonly inputs: number[];
  readonly joined: TensorSpec[];

  constructor(inputs: number[] = [], joined: TensorSpec[] = []) {
    this.inputs = inputs;
    this.joined = joined;
  }

  /** The number of a value among the operands. */
  add(value: number, spec: TensorSpec): number {
    const at = this.inputs.findIndex((x, i) => x === value && sameShape(this.joined[i]!.shape, spec.shape));
    if (at >= 0) return at;
    this.joined.push(spec);
    return this.inputs.push(value) - 1;
  }
}

/** Operations that storing and loading an element is worth. */
const MEMORY = 2;
/** Expressions larger than this are not joined: they would no longer fit in registers. */
export const MOST_NODES = 250;

/**
 * Joins element-wise kernels with those that read them, where that saves memory traffic and changes no result: reading
 * kernels evaluate the producer's expression in place of a load. The orders of reductions stay what they were.
 */
export function fuseProducers(program: Program): Program {
  const nodes: (Node | null)[] = program.steps.map((s) => ({ ...s }));
  const kept = new Set([...program.outputs, ...program.updates.map((u) => u.value)]);
  const readers = new Map<number, Set<Node>>();
  for (const node of nodes)
    for (const v of node!.inputs) (readers.get(v) ?? readers.set(v, new Set()).get(v)!).add(node!);
  nodes.forEach((node, at) => {
    const producer = node && producerOf(node);
    if (!producer) return;
    const value = node.outputs[0]!;
    const consumers = [...(readers.get(value) ?? [])];
    if (kept.has(value) || !consumers.length || !pays(node, producer, consumers, value)) return;
    const joined = consumers.map((c) => inline(c, node, producer, value));
    if (!joined.every((j) => j !== null)) return;
    nodes[at] = null;
    for (const v of node.inputs) readers.get(v)!.delete(node);
    readers.delete(value);
    consumers.forEach((c, i) => {
      c.kernel = joined[i]!.kernel;
      c.inputs = joined[i]!.inputs;
      for (const v of c.inputs) (readers.get(v) ?? readers.set(v, new Set()).get(v)!).add(c);
    });
  });
  return { ...program, steps: nodes.filter((n) => n !== null) };
}

/** The one output of a kernel that may be evaluated elsewhere, or null. */
function producerOf({ kernel }: Node): PullOutput | null {
  const pulls = pullsOf(kernel);
  if (pulls?.length !== 1 || kernel.inPlace.some((i) => i >= 0)) return null;
  const [output] = pulls as [PullOutput];
  return elementsOf(output) > 0 && !readingOf(pulls).reduces ? output : null;
}

/** Whether evaluating the producer in its readers costs less than storing and loading it. */
function pays(node: Node, producer: PullOutput, consumers: readonly Node[], value: number): boolean {
  const own = readingOf([producer]);
  const size = elementsOf(producer);
  let ratio = 0;
  for (const c of consumers) {
    const pulls = pullsOf(c.kernel);
    if (!pulls) return false;
    const reading = readingOf(pulls);
    if (reading.nodes + own.nodes > MOST_NODES) return false;
    c.inputs.forEach((v, i) => {
      if (v === value) ratio += (reading.loads.get(i) ?? 0) / size;
    });
  }
  const wide = node.inputs.filter((_, i) => sizeOf(node.kernel.inputs[i]!.shape) * 2 > size).length;
  const again = (ratio - 1) * own.operations + Math.max(0, wide - 1) * (ratio - 1) * MEMORY;
  return own.operations === 0 || again <= MEMORY * (1 + ratio);
}

/**
 * The consumer with the producer's expression in place of its loads; null where that is not possible.
 * @param ordered - whether contractions must stay such and every sum must add up as before
 */
export function inline(
  consumer: Node,
  producer: Node,
  output: PullOutput,
  value: number,
  ordered = true,
): { kernel: Kernel; inputs: readonly number[] } | null {
  const { kernel } = consumer;
  const pulls = pullsOf(kernel)!;
  if (hasBounded(kernel) && hasBounded(producer.kernel)) return null;
  // An index must be looked at even where nobody reads what is found there.
  if (hasBounded(producer.kernel) && !readsAll(pulls, consumer.inputs.indexOf(value), output.spec.shape)) return null;
  // What is overwritten must be read at its own element only.
  if (kernel.inPlace.some((i) => i >= 0 && consumer.inputs[i] === value)) return null;
  const contraction = isContraction(kernel);
  if (ordered && contraction && readingOf([output]).operations > 0) return null;
  const operands = new Operands();
  const { inputs, joined } = operands;
  const numbers = consumer.inputs.map((v, i) => (v === value ? -1 : operands.add(v, kernel.inputs[i]!)));
  const own = producer.inputs.map((v, i) => operands.add(v, producer.kernel.inputs[i]!));
  const renumber = new Inliner(
    producer.kernel.inputs,
    own.map(() => null),
    own,
    joined,
  );
  const inlined: Inlined = { axes: output.axes, shape: output.spec.shape, value: renumber.run(output.value) };
  const inliner = new Inliner(kernel.inputs, consumer.inputs.map((v) => (v === value ? inlined : null)), numbers, joined); // prettier-ignore
  const outputs = shared(pulls.map((o): PullOutput => ({ ...o, value: inliner.run(o.value) })));
  // A producer that does not depend on all of its axes would take an index with it that must be looked at.
  if (hasBounded(kernel) && boundedIndices({ outputs }).length < boundedIndices({ outputs: shared(pulls) }).length) return null; // prettier-ignore
  const outOfRange = hasBounded(producer.kernel) ? producer.kernel.outOfRange : kernel.outOfRange;
  const next: Kernel = {
    name: [producer.kernel.name, kernel.name].filter(Boolean).join(' '),
    inputs: joined,
    outputs,
    inPlace: kernel.inPlace.map((i) => (i < 0 ? -1 : numbers[i]!)),
    flat: false,
    ...(outOfRange ? { outOfRange } : {}),
  };
  if (ordered && (isContraction(next) !== contraction || orderOf(next) !== orderOf(kernel))) return null;
  return { kernel: next, inputs };
}

/** Whether an operand is read over all of its axes somewhere. */
function readsAll(outputs: readonly PullOutput[], input: number, shape: Dims): boolean {
  const seen = new Set<Expr>();
  const whole = (e: Expr): boolean => {
    if (seen.has(e)) return false;
    seen.add(e);
    if (e.kind === 'load' && e.input === input && e.args.length === shape.length) {
      const axes = e.args.map((a) => (a.kind === 'axis' ? a.axes[0]! : null));
      const all = axes.every(
        (a, d) => shape[d] === 1 || (a?.extent === shape[d] && !a?.limit && axes.indexOf(a) === d),
      );
      if (all) return true;
    }
    return e.args.some(whole);
  };
  return outputs.some((o) => whole(o.value));
}

/** The outputs with equal expressions made one. */
function shared(outputs: readonly PullOutput[]): PullOutput[] {
  const sharing = new Sharing();
  return outputs.map((o) => ({ ...o, value: sharing.run(o.value) }));
}

/** Joins kernels over the same shape that read a value in common, so that it is read once. */
export function fuseSiblings(program: Program): Program {
  const steps: ProgramStep[] = [];
  /** The step that makes each value. */
  const madeBy = new Map<number, number>();
  for (const step of program.steps) {
    const host = candidates(steps, step, madeBy);
    if (host >= 0) {
      steps[host] = sideBySide(steps[host]!, step);
      for (const v of step.outputs) madeBy.set(v, host);
      continue;
    }
    for (const v of step.outputs) madeBy.set(v, steps.length);
    steps.push(step);
  }
  return { ...program, steps };
}

const joinable = (kernel: Kernel): readonly PullOutput[] | null => {
  const pulls = pullsOf(kernel);
  return !pulls || kernel.inPlace.some((i) => i >= 0) || isContraction(kernel) || hasBounded(kernel) ? null : pulls;
};

/** The last earlier step that `step` can be joined with, or -1. */
function candidates(steps: readonly ProgramStep[], step: ProgramStep, madeBy: ReadonlyMap<number, number>): number {
  const own = joinable(step.kernel);
  if (!own) return -1;
  const [first] = own as [PullOutput];
  const size = elementsOf(first);
  if (size < 64 || own.some((o) => !sameShape(o.spec.shape, first.spec.shape))) return -1;
  const ready = Math.max(-1, ...step.inputs.map((v) => madeBy.get(v) ?? -1));
  for (let s = steps.length - 1; s > ready; s--) {
    const other = joinable(steps[s]!.kernel);
    if (!other || !sameShape(other[0]!.spec.shape, first.spec.shape)) continue;
    const common = step.inputs.some(
      (v, i) => steps[s]!.inputs.includes(v) && sizeOf(step.kernel.inputs[i]!.shape) >= size,
    );
    if (common && readingOf([...other, ...own]).nodes <= MOST_NODES) return s;
  }
  return -1;
}

/** One kernel with the outputs of two. */
function sideBySide(a: ProgramStep, b: ProgramStep): ProgramStep {
  const operands = new Operands([...a.inputs], [...a.kernel.inputs]);
  const { inputs, joined } = operands;
  const numbers = b.inputs.map((v, i) => operands.add(v, b.kernel.inputs[i]!));
  const renumber = new Inliner(
    b.kernel.inputs,
    numbers.map(() => null),
    numbers,
    joined,
  );
  const first = pullsOf(a.kernel)![0]!;
  const axes = first.axes.map((x) => new Axis(x.name, x.extent));
  const sharing = new Sharing();
  const outputs = [...pullsOf(a.kernel)!, ...pullsOf(b.kernel)!.map((o): PullOutput => ({ ...o, value: renumber.run(o.value) }))].map((o) => {
    const moved = overAxes(o, axes);
    return { ...moved, value: sharing.run(moved.value) };
  }); // prettier-ignore
  const kernel: Kernel = {
    name: `${a.kernel.name} | ${b.kernel.name}`,
    inputs: joined,
    outputs,
    inPlace: outputs.map(() => -1),
    flat: false,
  };
  return { ...a, kernel, inputs, outputs: [...a.outputs, ...b.outputs] };
}
