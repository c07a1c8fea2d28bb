import type { Attrs } from './attr.ts';
import { coreOps } from './core-ops.ts';
import { currentPath, walkingIn } from './cell-path.ts';
import { dispatch, running } from './dispatch.ts';
import { zerosFor } from './gradient.ts';
import type { Hooks, HookTarget } from './hooks.ts';
import { runHooks } from './hooks.ts';
import type { Runnable } from './runnable.ts';
import { Tensor } from './tensor.ts';
import type { ConcreteValue, Value } from './value.ts';
import { Trace, WrappedValue, release, retain } from './value.ts';

/** One recorded operation, or a leaf. */
export class Node {
  readonly op: Runnable | null;
  readonly attrs: Attrs;
  readonly inputs: readonly Value[];
  /** Where each input's gradient goes; null for inputs that are constant here. */
  readonly parents: readonly (GradValue | null)[];
  readonly outputs: readonly Value[];
  /** Gradients of the outputs during a walk. */
  gradients: (Value | null)[];
  hooks: (Hooks | undefined)[] | null = null;
  /** In a graph: the cell in which the operation was called. */
  path = '';

  constructor(
    op: Runnable | null,
    attrs: Attrs,
    inputs: readonly Value[],
    parents: readonly (GradValue | null)[],
    outputs: readonly Value[],
  ) {
    this.op = op;
    this.attrs = attrs;
    this.inputs = inputs;
    this.parents = parents;
    this.outputs = outputs;
    this.gradients = outputs.map(() => null);
  }
}

/** A value whose making was recorded. */
export class GradValue extends WrappedValue implements HookTarget {
  readonly inner: Value;
  readonly node: Node;
  readonly index: number;

  constructor(trace: GradTrace, inner: Value, node: Node, index: number) {
    super(inner.dtype, inner.shape, inner.size, trace);
    this.inner = inner;
    this.node = node;
    this.index = index;
  }
  readable(): ConcreteValue {
    return this.inner.readable();
  }
  $hooks(): Hooks {
    const hooks = (this.node.hooks ??= []);
    return (hooks[this.index] ??= new Set());
  }
}

const noAttrs: Attrs = Object.freeze({});

/** Whether derivatives with respect to a value make sense. */
const differentiable = (v: Value): boolean => v.dtype.isFloat || v.dtype.isComplex;

/** A level of recording for one backward walk or several. */
export class GradTrace extends Trace {
  private nodes: Node[] = [];

  process(op: Runnable, inputs: readonly Value[], attrs: Attrs): Value[] {
    const n = inputs.length;
    const inner = new Array<Value>(n);
    const parents = new Array<GradValue | null>(n);
    for (let i = 0; i < n; i++) {
      const v = inputs[i]!;
      const mine = v.trace === this;
      inner[i] = mine ? (v as GradValue).inner : v;
      parents[i] = mine ? (v as GradValue) : null;
    }
    const held = op.inPlace(n).length > 0 && op.differentiable;
    // What the walk will read must survive the operation's own writing.
    if (held) inner.forEach(retain);
    let outputs: Value[];
    try {
      outputs = dispatch(op, inner, attrs).map((v) => (v.trace === this ? (v as GradValue).inner : v));
    } finally {
      if (held) inner.forEach(release);
    }
    if (!op.differentiable) return outputs;
    const node = new Node(op, attrs, inner, parents, outputs);
    if (running.graph !== null) node.path = currentPath();
    this.record(node);
    return outputs.map((v, k) => (differentiable(v) ? new GradValue(this, v, node, k) : v));
  }

  /** A value that gradients are taken for. */
  leaf(inner: Value, hooks?: Hooks): GradValue {
    const node = new Node(null, noAttrs, [], [], [inner]);
    if (hooks) node.hooks = [hooks];
    this.record(node);
    return new GradValue(this, inner, node, 0);
  }

  private record(node: Node): void {
    node.inputs.forEach(retain);
    node.outputs.forEach(retain);
    this.nodes.push(node);
  }

  lower(value: Value): Value {
    return (value as GradValue).inner;
  }

  /**
   * The gradients of `leaves`, given those of `outputs`; zeros for leaves that do not matter.
   * @param keep - another walk will follow
   */
  backward(
    outputs: readonly (readonly [output: Value, gradient: Value])[],
    leaves: readonly GradValue[],
    keep: boolean,
  ): Value[] {
    for (const [output, gradient] of outputs) if (output.trace === this) give(output as GradValue, gradient);
    const { nodes } = this;
    for (let i = nodes.length - 1; i >= 0; i--) {
      const node = nodes[i]!;
      if (node.op && node.gradients.some((g) => g !== null)) walkingIn(node.path, () => this.walk(node, node.op!));
      if (keep) continue;
      // What the rest of the walk does not read can be freed now.
      forget(node);
      nodes.pop();
    }
    const result = leaves.map(({ node }) => hooked(node, 0) ?? zerosFor(node.outputs[0]!).$value);
    for (const { node } of leaves) node.gradients[0] = null;
    return result;
  }

  private walk(node: Node, op: Runnable): void {
    const gradients = node.gradients.map((_, k) => hooked(node, k));
    node.gradients = node.outputs.map(() => null);
    const given = op.backward({
      gradients,
      inputs: node.inputs,
      outputs: node.outputs,
      attrs: node.attrs,
      need: node.parents.map((p) => p !== null),
    });
    node.parents.forEach((parent, i) => {
      const gradient = given[i];
      if (parent && gradient) give(parent, gradient);
    });
  }

  /** Forgets everything recorded. */
  releaseTape(): void {
    this.nodes.forEach(forget);
    this.nodes = [];
  }
}

function forget(node: Node): void {
  node.inputs.forEach(release);
  node.outputs.forEach(release);
}

/** Adds to the gradient of a recorded value. */
function give({ node, index }: GradValue, gradient: Value): void {
  const before = node.gradients[index];
  node.gradients[index] = before ? coreOps().add(new Tensor(before), new Tensor(gradient)).$value : gradient;
}

function hooked(node: Node, k: number): Value | null {
  const gradient = node.gradients[k] ?? null;
  const hooks = node.hooks?.[k];
  return gradient && hooks?.size ? runHooks(hooks, new Tensor(gradient)).$value : gradient;
}
