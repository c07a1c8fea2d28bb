import type { Device, Kernel, Program, ProgramExecutable, ProgramStep, Storage, TensorSpec } from '@sporelet/ir';
import { sameShape, sizeOf } from '@sporelet/ir';
import { dispatch } from './dispatch.ts';
import { mixedDevices } from './eager.ts';
import type { Graph } from './graph.ts';
import { refKey, simplify } from './graph-simplify.ts';
import { literalKernel } from './literal-kernel.ts';
import type { GraphNode, Ref } from './graph-trace.ts';
import { shapeOf } from './tuple.ts';
import { ConcreteValue } from './value.ts';

/** A node as part of a program. */
interface Placed {
  /** Null for a constant. */
  readonly node: GraphNode | null;
  readonly path: string;
  readonly at: number;
  /** Null where the output is input 0 with another shape, and for what runs by itself. */
  readonly kernel: Kernel | null;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** What runs in one go: a compiled program, or one operation that has no kernel to be joined. */
interface Part {
  readonly executable: ProgramExecutable | null;
  readonly node: GraphNode | null;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The last node in it: what was supplied up to there is made before it runs. */
  readonly last: number;
}

/** A graph compiled for one device: what a run does is decided, down to the places in memory. */
export class CompiledGraph {
  private readonly graph: Graph;
  private readonly device: Device;
  private readonly name: string;
  private readonly values: TensorSpec[] = [];
  /** Which of what is given became part of the program: nobody reads it. */
  private readonly literal = new Set<number>();
  private readonly parts: Part[] = [];
  /** The numbers of the graph's inputs, Parameters, constants and supplied values, in that order. */
  private readonly given: number[] = [];
  private readonly firstParameter: number;
  private readonly firstSupplied: number;
  private readonly results: readonly { readonly value: number; readonly spec: TensorSpec }[];
  private readonly updates: readonly {
    readonly parameter: number;
    readonly value: number;
    readonly spec: TensorSpec;
  }[];
  /** One program does everything, and Parameters are updated where they are. */
  private readonly whole: boolean;

  constructor(graph: Graph, device: Device, name: string) {
    this.graph = graph;
    this.device = device;
    this.name = name;
    const numbers = new Map<string, number>();
    const add = (ref: Ref, spec: TensorSpec): number => {
      const number = this.values.push(spec) - 1;
      numbers.set(refKey(ref), number);
      return number;
    };
    const simplified = simplify(graph);
    const numberOf = (ref: Ref): number => numbers.get(refKey(simplified.equals(ref)))!;
    const specs = {
      input: graph.inputs,
      parameter: graph.parameterSpecs,
      constant: graph.constants,
      supplied: graph.suppliedSpecs,
    };
    for (const kind of ['input', 'parameter', 'constant', 'supplied'] as const)
      specs[kind].forEach((s, index) => this.given.push(add({ kind, index, output: 0 }, { dtype: s.dtype, shape: s.shape }))); // prettier-ignore
    this.firstParameter = graph.inputs.length;
    const literals = graph.constants.flatMap((value, index): Placed[] => {
      const kernel = literalKernel(value);
      if (!kernel) return [];
      this.literal.add(graph.inputs.length + graph.parameterSpecs.length + index);
      const { dtype, shape } = value;
      return [
        {
          path: '',
          at: -1,
          node: null,
          kernel,
          inputs: [],
          outputs: [add({ kind: 'constant', index, output: 0 }, { dtype, shape })],
        },
      ];
    });
    this.firstSupplied = this.given.length - graph.supplied.length;
    const placed = simplified.nodes.map((i): Placed => {
      const node = graph.nodes[i]!;
      const inputs = node.inputs.map(numberOf);
      const kernel = node.op.opaque ? null : node.op.kernel(node.inputs.map((_, k) => specOf(graph, node.inputs[k]!)), node.attrs, node.outputs, false); // prettier-ignore
      if (kernel === null && !node.op.opaque) {
        numbers.set(refKey({ kind: 'node', index: i, output: 0 }), inputs[0]!);
        return { node, path: node.path, at: i, kernel, inputs, outputs: [] };
      }
      const outputs = node.outputs.map((spec, output) => add({ kind: 'node', index: i, output }, spec));
      return { node, path: node.path, at: i, kernel, inputs, outputs };
    });
    this.results = graph.outputs.map((ref) => ({ value: numberOf(ref), spec: specOf(graph, ref) }));
    this.updates = graph.updates.map(({ parameter, value }) => ({ parameter, value: numberOf(value), spec: specOf(graph, value) })); // prettier-ignore
    const steps = [...literals, ...placed.filter((p) => p.kernel !== null || p.node?.op.opaque)];
    this.whole = !steps.some(alone);
    this.build(steps, name);
  }

  private build(steps: readonly Placed[], name: string): void {
    const { values, whole, device } = this;
    const wanted = [...this.results, ...(whole ? [] : this.updates)].map((r) => r.value);
    let run: Placed[] = [];
    const flush = (rest: readonly Placed[]): void => {
      if (!run.length && !(whole && this.updates.length + this.results.length)) return;
      const made = new Set(run.flatMap((p) => p.outputs));
      const later = new Set([...wanted, ...rest.flatMap((p) => p.inputs)]);
      const inputs = whole ? this.given : [...new Set(run.flatMap((p) => p.inputs))].filter((v) => !made.has(v));
      const outputs = whole ? wanted : [...made].filter((v) => later.has(v));
      const updates = whole
        ? this.updates.map((u) => ({ input: this.firstParameter + u.parameter, value: u.value }))
        : [];
      const own = run.map((p): ProgramStep => ({
        kernel: p.kernel!,
        inputs: p.inputs,
        outputs: p.outputs,
        path: p.path,
      }));
      const program: Program = { name, values, inputs, outputs, updates, steps: own };
      this.parts.push({
        executable: device.compileProgram!(program),
        node: null,
        inputs,
        outputs,
        last: run.at(-1)?.at ?? 0,
      });
      run = [];
    };
    steps.forEach((p, i) => {
      if (!alone(p)) {
        run.push(p);
        return;
      }
      flush(steps.slice(i));
      this.parts.push({ executable: null, node: p.node, inputs: p.inputs, outputs: p.outputs, last: p.at });
    });
    flush([]);
  }

  /**
   * Runs on values of the graph's inputs, Parameters and constants.
   * @param supply - makes one of the supplied values; called in their order
   * @returns the results, then for each update what the Parameter holds now
   */
  run(given: readonly ConcreteValue[], supply: Supply): { results: ConcreteValue[]; updated: ConcreteValue[] } {
    given.forEach((v, i) => {
      if (v.device !== this.device && !this.literal.has(i)) throw mixedDevices(this.name, this.device, v.device);
    });
    if (!this.whole) return this.runParts(given, supply);
    return this.runWhole(this.graph.supplied.length ? [...given, ...this.graph.supplied.map((_, i) => supply(i))] : given); // prettier-ignore
  }

  private allocate({ dtype, shape }: TensorSpec): ConcreteValue {
    const size = sizeOf(shape);
    return new ConcreteValue(dtype, shapeOf(shape), size, this.device.allocate(size * dtype.itemsize), this.device);
  }

  private runWhole(given: readonly ConcreteValue[]): { results: ConcreteValue[]; updated: ConcreteValue[] } {
    const { device, firstParameter } = this;
    const [part] = this.parts;
    if (!part) return { results: [], updated: [] };
    const executable = part.executable!;
    const results = this.results.map((r) => this.allocate(r.spec));
    const inputs: Storage[] = given.map((v) => v.storage);
    const updated = this.updates.map(({ parameter, spec }) => {
      const before = given[firstParameter + parameter]!;
      const fits = before.dtype === spec.dtype && sameShape(before.shape, spec.shape);
      if (fits && before.storage.shared === 0 && !executable.failsLate) return before;
      const own = this.allocate(spec);
      if (fits) {
        // Somebody else was given the elements, or must find them as they were if the run fails.
        if (own.size) device.copy(before.storage, own.storage);
        inputs[firstParameter + parameter] = own.storage;
      }
      return own;
    });
    executable.run(inputs, [...results, ...updated].map((v) => v.storage)); // prettier-ignore
    return { results, updated };
  }

  private runParts(
    given: readonly ConcreteValue[],
    supply: Supply,
  ): { results: ConcreteValue[]; updated: ConcreteValue[] } {
    const held = new Map<number, ConcreteValue>();
    given.forEach((v, i) => held.set(this.given[i]!, v));
    const { suppliedAt } = this.graph;
    let supplied = 0;
    const supplyUpTo = (node: number): void => {
      for (; supplied < suppliedAt.length && suppliedAt[supplied]! <= node; supplied++) {
        held.set(this.given[this.firstSupplied + supplied]!, supply(supplied));
      }
    };
    const at = (value: number): ConcreteValue => held.get(value)!;
    const as = ({ value, spec }: { readonly value: number; readonly spec: TensorSpec }): ConcreteValue => {
      const { storage } = at(value);
      storage.shared++;
      return new ConcreteValue(spec.dtype, shapeOf(spec.shape), sizeOf(spec.shape), storage, this.device);
    };
    for (const { executable, node, inputs, outputs, last } of this.parts) {
      supplyUpTo(last);
      if (!executable) {
        const { op, attrs, inputs: refs } = node!;
        const seen = inputs.map((v, k) => as({ value: v, spec: specOf(this.graph, refs[k]!) }));
        let made: ConcreteValue[];
        try {
          made = dispatch(op, seen, attrs) as ConcreteValue[];
        } finally {
          for (const v of seen) v.storage.shared--;
        }
        outputs.forEach((v, k) => held.set(v, made[k]!));
        continue;
      }
      const made = outputs.map((v) => this.allocate(this.values[v]!));
      executable.run(inputs.map((v) => at(v).storage), made.map((v) => v.storage)); // prettier-ignore
      outputs.forEach((v, k) => held.set(v, made[k]!));
    }
    supplyUpTo(Infinity);
    return { results: this.results.map(as), updated: this.updates.map(as) };
  }
}

type Supply = (i: number) => ConcreteValue;

/** Whether a step is no part of a program: a routine, or what runs by itself. */
const alone = ({ kernel }: Placed): boolean => kernel === null || kernel.routine !== undefined;

/** The dtype and shape of a value as the graph sees it there. */
export function specOf(graph: Graph, ref: Ref): TensorSpec {
  if (ref.kind === 'node') return graph.nodes[ref.index]!.outputs[ref.output]!;
  if (ref.kind === 'input') return graph.inputs[ref.index]!;
  if (ref.kind === 'parameter') return graph.parameterSpecs[ref.index]!;
  if (ref.kind === 'constant') return graph.constants[ref.index]!;
  return graph.suppliedSpecs[ref.index]!;
}
