import type { Device, TensorSpec } from '@sporelet/ir';
import { mappedWrite } from './batch-trace.ts';
import { currentDevice } from './devices.ts';
import { atLevel, running } from './dispatch.ts';
import { Graph } from './graph.ts';
import { CompiledGraph } from './graph-compiled.ts';
import type { GraphNode, Ref } from './graph-trace.ts';
import { GraphTrace } from './graph-trace.ts';
import type { Parameter } from './parameter.ts';
import type { Tensor } from './tensor.ts';
import { tensorsIn } from './tensor-tree.ts';
import type { ConcreteValue, Value } from './value.ts';
import { isMappedBeyond, release, retain } from './value.ts';

/** A function as it was recorded, with what it used from outside still to be made inputs. */
export interface Recorded {
  readonly given: readonly TensorSpec[];
  readonly trace: GraphTrace;
  readonly outputs: readonly Ref[];
  readonly updates: ReadonlyMap<Parameter, Ref>;
  /** What the function returned, for the nesting and the specs of its tensors. */
  readonly result: unknown;
}

/** Records a function of tensors. Parameters and values from outside may be used; nothing is computed. */
export function recordBody(given: readonly TensorSpec[], fn: (...inputs: Tensor[]) => unknown): Recorded {
  const outer = running.graph;
  return atLevel(
    (level) => new GraphTrace(level, true),
    (trace) => {
      running.graph = trace;
      try {
        const result = fn(...given.map((spec) => trace.input(spec)));
        const outputs = tensorsIn(result).map((t) => trace.refOf(t.$value));
        const updates = new Map<Parameter, Ref>();
        for (const { parameter, symbol } of trace.parameters) {
          const after = parameter.$value;
          if (after !== symbol) updates.set(parameter, trace.refOf(after));
        }
        for (const holds of trace.guards) outer?.guard?.(holds);
        return { given, trace, outputs, updates, result };
      } finally {
        running.graph = outer;
      }
    },
  );
}

/** A function of flat values: everything that it uses is an input, everything that it changes an output. */
export class Body {
  readonly graph: Graph;
  private readonly name: string;
  private readonly compiled = new Map<Device, CompiledGraph>();

  constructor(graph: Graph, name: string) {
    this.graph = graph;
    this.name = name;
  }
  get inputs(): readonly TensorSpec[] {
    return this.graph.inputs;
  }
  get outputs(): readonly TensorSpec[] {
    return this.graph.outputSpecs();
  }

  /** Performs the operations one by one, on values of any level. */
  perform(values: readonly Value[]): Value[] {
    // What is updated in place belongs to somebody else.
    values.forEach(retain);
    try {
      return this.graph.perform(values).outputs;
    } finally {
      values.forEach(release);
    }
  }

  /** Runs as one program. */
  run(values: readonly ConcreteValue[]): ConcreteValue[] {
    const { graph } = this;
    const { device } = values[0] ?? { device: currentDevice() };
    if (!device.compileProgram) return this.perform(values) as ConcreteValue[];
    let compiled = this.compiled.get(device);
    if (!compiled) this.compiled.set(device, (compiled = new CompiledGraph(graph, device, this.name)));
    const constants = graph.constants.map((c) => c.readable());
    return compiled.run([...values, ...constants], nothingSupplied).results;
  }
}

const nothingSupplied = (): never => {
  throw new Error('a body has no supplied values');
};

/** Bodies that share their inputs: first those given, then what any of them uses from outside. */
export interface Assembled {
  readonly bodies: readonly Body[];
  /** Parameters that one of the bodies updates; each body gives their new values after its results. */
  readonly updated: readonly Parameter[];
  /** The position of the first Parameter among the inputs: those updated, then those only read. */
  readonly firstParameter: number;
  /** The values of all inputs after those given, except the keys. */
  readonly closure: readonly Value[];
  /** The position of each body's first key. */
  readonly firstKey: readonly number[];
}

/** Turns functions recorded for the same inputs into bodies. */
export function assemble(name: string, recorded: readonly Recorded[]): Assembled {
  const [{ given }] = recorded as readonly [Recorded];
  const updated = [...new Set(recorded.flatMap((r) => [...r.updates.keys()]))];
  const captured = recorded.flatMap((r) => r.trace.parameters.map((c) => c.parameter));
  const parameters = [...new Set([...updated, ...captured])];
  const outer = [...new Set(recorded.flatMap((r) => r.trace.constants.filter((c) => c.trace !== null)))];
  // They are handed in by each call, not kept.
  for (const { trace } of recorded) for (const c of trace.constants) if (c.trace !== null) release(c);
  const firstOuter = given.length + parameters.length;
  const keys = recorded.map((r) => r.trace.suppliedSpecs);
  let next = firstOuter + outer.length;
  const firstKey = keys.map((specs) => (next += specs.length) - specs.length);
  const inputs = [...given, ...parameters.map((p) => specOf(p.$spec)), ...outer.map(specOf), ...keys.flat()];
  const bodies = recorded.map(({ trace, outputs, updates }, r) => {
    const input = (index: number): Ref => ({ kind: 'input', index, output: 0 });
    const constants: Value[] = [];
    const places = trace.constants.map((c): Ref => {
      if (c.trace !== null) return input(firstOuter + outer.indexOf(c));
      return { kind: 'constant', index: constants.push(c) - 1, output: 0 };
    });
    const renamed = (ref: Ref): Ref => {
      if (ref.kind === 'parameter') return input(given.length + parameters.indexOf(trace.parameters[ref.index]!.parameter)); // prettier-ignore
      if (ref.kind === 'constant') return places[ref.index]!;
      return ref.kind === 'supplied' ? input(firstKey[r]! + ref.index) : ref;
    };
    const nodes = trace.nodes.map((node): GraphNode => ({ ...node, inputs: node.inputs.map(renamed) }));
    const after = updated.map((p, i) => updates.get(p) ?? input(given.length + i));
    const parts = { inputs, parameters: [], constants, supplied: [], suppliedSpecs: [], suppliedAt: [], nodes, outputs: [...outputs, ...after].map(renamed), updates: [], guards: [] }; // prettier-ignore
    return new Body(new Graph(parts, null), name);
  });
  // Read where they are used: in a graph around this one they become its inputs.
  const closure = [...parameters.map((p) => p.$value), ...outer];
  return { bodies, updated, firstParameter: given.length, closure, firstKey };
}

const specOf = ({ dtype, shape }: TensorSpec): TensorSpec => ({ dtype, shape });

/** Binds Parameters that a body updated to their new values. */
export function bindUpdated(op: string, parameters: readonly Parameter[], values: readonly Value[]): void {
  parameters.forEach((p, i) => {
    if (isMappedBeyond(values[i]!, p.$value)) throw mappedWrite(op);
    p.$rebind(values[i]!);
  });
}
