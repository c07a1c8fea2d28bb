import type { Device, TensorSpec } from '@sporelet/ir';
import { ValueError, sameShape, shapeText } from '@sporelet/ir';
import { atLevel, dispatch, running } from './dispatch.ts';
import { CompiledGraph, specOf } from './graph-compiled.ts';
import type { GraphNode, Ref } from './graph-trace.ts';
import { GraphTrace } from './graph-trace.ts';
import { Parameter } from './parameter.ts';
import { Tensor } from './tensor.ts';
import { mapTensors, tensorsIn } from './tensor-tree.ts';
import { describe, repr } from './text.ts';
import type { ConcreteValue, Value } from './value.ts';
import { release, retain } from './value.ts';

type AnyFn = (...args: never[]) => unknown;

/** A Parameter that a run of the graph binds to a new value. */
export interface GraphUpdate {
  /** Position among the graph's parameters. */
  readonly parameter: number;
  readonly value: Ref;
}

/** What a graph is made of. */
export interface GraphParts {
  readonly inputs: readonly TensorSpec[];
  /** Parameters that are read; each run reads their present values. */
  readonly parameters: readonly Parameter[];
  /** Values from outside. */
  readonly constants: readonly Value[];
  readonly supplied: readonly (() => Tensor)[];
  readonly suppliedSpecs: readonly TensorSpec[];
  /** The node before which each is made. */
  readonly suppliedAt: readonly number[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly Ref[];
  readonly updates: readonly GraphUpdate[];
  /** What outside of the graph must be as it was when it was recorded: the training modes of cells. */
  readonly guards: readonly (() => boolean)[];
}

/** A function recorded once: a list of operations that can be run again. */
export class Graph implements GraphParts {
  readonly inputs: readonly TensorSpec[];
  readonly parameters: readonly Parameter[];
  readonly constants: readonly Value[];
  readonly supplied: readonly (() => Tensor)[];
  readonly suppliedSpecs: readonly TensorSpec[];
  readonly suppliedAt: readonly number[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly Ref[];
  readonly updates: readonly GraphUpdate[];
  readonly guards: readonly (() => boolean)[];
  /** Dtypes and shapes of the Parameters when the graph was recorded. */
  readonly parameterSpecs: readonly TensorSpec[];
  /** The result of the recorded run, for the nesting of its tensors. */
  private readonly result: unknown;
  /** The last node that reads each value. */
  private readonly lastUse: ReadonlyMap<string, number>;

  constructor(parts: GraphParts, result: unknown) {
    this.inputs = parts.inputs;
    this.parameters = parts.parameters;
    this.constants = parts.constants;
    this.supplied = parts.supplied;
    this.suppliedSpecs = parts.suppliedSpecs;
    this.suppliedAt = parts.suppliedAt;
    this.guards = parts.guards;
    this.parameterSpecs = parts.parameters.map(({ dtype, shape }) => ({ dtype, shape }));
    this.nodes = parts.nodes;
    this.outputs = parts.outputs;
    this.updates = parts.updates;
    this.result = result;
    const last = new Map<string, number>();
    this.nodes.forEach((node, i) => node.inputs.forEach((ref) => last.set(keyOf(ref), i)));
    for (const ref of this.outputs) last.set(keyOf(ref), Infinity);
    for (const { value } of this.updates) last.set(keyOf(value), Infinity);
    this.lastUse = last;
  }

  /** Performs the recorded operations on other inputs of the same dtypes and shapes. */
  run(...args: readonly unknown[]): unknown {
    const given = tensorsIn(args).filter((t) => {
      if (!(t instanceof Parameter)) return true;
      if (this.parameters.includes(t)) return false;
      throw new ValueError(`The graph was recorded for other Parameters than '${t.name}'.`);
    });
    this.check(given);
    const { outputs, updated } = this.perform(given.map((t) => t.$value));
    const results = outputs.map((v) => new Tensor(v));
    this.updates.forEach(({ parameter }, u) => this.parameters[parameter]!.$rebind(updated[u]!));
    let at = 0;
    return mapTensors(this.result, () => results[at++]!);
  }

  /** Performs the recorded operations on values of any level; Parameters are left to the caller. */
  perform(given: readonly Value[]): { outputs: Value[]; updated: Value[] } {
    const values = new Map<string, Value>();
    const put = (kind: Ref['kind'], index: number, value: Value): void =>
      void values.set(keyOf({ kind, index, output: 0 }), value);
    given.forEach((v, i) => put('input', i, v));
    this.parameters.forEach((p, i) => put('parameter', i, p.$value));
    this.constants.forEach((v, i) => put('constant', i, v));
    let made = 0;
    const supplyUpTo = (node: number): void => {
      for (; made < this.supplied.length && this.suppliedAt[made]! <= node; made++) {
        put('supplied', made, this.supplied[made]!().$value);
      }
    };
    const read = (ref: Ref): Value => values.get(keyOf(ref))!;
    this.nodes.forEach((node, i) => {
      supplyUpTo(i);
      const inputs = node.inputs.map(read);
      // What is read later must survive this operation's writing.
      const kept = node.op
        .inPlace(inputs.length)
        .flatMap((k) => (k >= 0 && this.lastUse.get(keyOf(node.inputs[k]!))! > i ? [inputs[k]!] : []));
      kept.forEach(retain);
      const outputs = dispatch(node.op, inputs, node.attrs);
      kept.forEach(release);
      outputs.forEach((v, output) => values.set(keyOf({ kind: 'node', index: i, output }), v));
      for (const ref of node.inputs) if (this.lastUse.get(keyOf(ref)) === i) values.delete(keyOf(ref));
    });
    supplyUpTo(Infinity);
    const outputs = this.outputs.map((ref) => {
      const value = read(ref);
      // The graph, an input or a Parameter holds it too.
      if (ref.kind !== 'node' || this.updates.some((u) => keyOf(u.value) === keyOf(ref))) retain(value);
      return value;
    });
    return { outputs, updated: this.updates.map((u) => read(u.value)) };
  }

  /** Dtypes and shapes of what it returns. */
  outputSpecs(): readonly TensorSpec[] {
    return this.outputs.map((ref) => specOf(this, ref));
  }

  /** Whether what the recording depended on is as it was. */
  holds(): boolean {
    return this.guards.every((g) => g()) && this.fits();
  }
  /** Whether the Parameters have the dtypes and shapes they had. */
  fits(): boolean {
    return this.parameters.every((p, i) => {
      const { dtype, shape } = this.parameterSpecs[i]!;
      return p.$spec.dtype === dtype && sameShape(p.$spec.shape, shape);
    });
  }

  /**
   * Compiles the graph for a device: a function that does what `run` does, on inputs that are not checked again.
   * @param name - how errors and listings call it
   */
  compile(device: Device, name = 'graph'): (given: readonly Tensor[]) => unknown {
    if (!device.compileProgram) return (given) => this.run(...given);
    const compiled = new CompiledGraph(this, device, name);
    const { parameters, constants, supplied, updates, result } = this;
    return (given) => {
      const values: ConcreteValue[] = [];
      for (const t of given) values.push(t.$value.readable());
      for (const p of parameters) values.push(p.$value.readable());
      for (const c of constants) values.push(c.readable());
      const { results, updated } = compiled.run(values, (i) => supplied[i]!().$value.readable());
      updates.forEach(({ parameter }, u) => {
        const p = parameters[parameter]!;
        if (p.$value !== updated[u]!) p.$rebind(updated[u]!);
      });
      let at = 0;
      return mapTensors(result, () => new Tensor(results[at++]!));
    };
  }

  private check(given: readonly Tensor[]): void {
    if (given.length !== this.inputs.length) {
      throw new ValueError(`The graph takes ${this.inputs.length} tensors, but got ${given.length}.`);
    }
    this.inputs.forEach(({ dtype, shape }, i) => {
      const t = given[i]!;
      if (t.dtype === dtype && sameShape(t.shape, shape)) return;
      throw new ValueError(
        `The graph was recorded for ${dtype.name} of shape ${shapeText(shape)} as input ${i}, ` +
          `but got ${describe(t)} of shape ${shapeText(t.shape)}.`,
      );
    });
  }

  /** The operations, one a line. */
  toString(): string {
    const name = (ref: Ref): string => {
      if (ref.kind === 'parameter') return this.parameters[ref.index]!.name;
      if (ref.kind === 'constant') return constantText(this.constants[ref.index]!, ref.index);
      if (ref.kind === 'input') return `x${ref.index}`;
      if (ref.kind === 'supplied') return `key${ref.index}`;
      return `%${ref.index}${this.nodes[ref.index]!.outputs.length > 1 ? `.${ref.output}` : ''}`;
    };
    const inputs = [
      ...this.inputs.map((spec, i) => `x${i}: ${specText(spec)}`),
      ...this.parameters.map((p) => `${p.name}: Parameter ${specText(p)}`),
    ];
    const nodes = this.nodes.map(({ op, attrs, inputs: from, outputs }, i) => {
      const args = [...from.map(name), ...Object.entries(attrs).map(([k, v]) => `${k}=${repr(v)}`)];
      return `%${i} = ${op.name}(${args.join(', ')}) : ${outputs.map(specText).join(', ')}`;
    });
    const updates = this.updates.map((u) => `${this.parameters[u.parameter]!.name} <- ${name(u.value)}`);
    const lines = [...nodes, ...updates, `return ${this.outputs.map(name).join(', ')}`];
    return `graph(${inputs.join(', ')}) {\n${lines.map((l) => `  ${l}\n`).join('')}}`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

const keyOf = (ref: Ref): string => `${ref.kind} ${ref.index} ${ref.output}`;
const specText = ({ dtype, shape }: TensorSpec): string => `${dtype.name}${shapeText(shape)}`;

function constantText(value: Value, index: number): string {
  return value.size === 1 && value.trace === null ? String(new Tensor(value)) : `c${index}`;
}

/**
 * Records a function once, with symbols in place of the tensors among its arguments; other arguments become part of the
 * graph. Nothing is computed. Parameters are read and updated by each run of the graph.
 */
export function trace(fn: AnyFn, ...examples: readonly unknown[]): Graph {
  if (typeof fn !== 'function') throw new TypeError(`For 'trace', the 'fn' must be a function or a Cell, but got ${describe(fn)}.`); // prettier-ignore
  const outer = running.graph;
  return atLevel(
    (level) => new GraphTrace(level),
    (graph) => {
      running.graph = graph;
      try {
        // A Parameter stays itself: the graph reads and updates it.
        const args = mapTensors(examples, (t) => (t instanceof Parameter ? t : graph.input(t.$spec)));
        const result = fn(...(args as never[]));
        const outputs = tensorsIn(result).map((t) => graph.refOf(t.$value));
        const updates = graph.parameters.flatMap(({ parameter, symbol }, i): GraphUpdate[] => {
          const after = parameter.$value;
          return after === symbol ? [] : [{ parameter: i, value: graph.refOf(after) }];
        });
        const parameters = graph.parameters.map((c) => c.parameter);
        return new Graph({ ...graph.recorded(), parameters, outputs, updates }, result);
      } finally {
        running.graph = outer;
      }
    },
  );
}
