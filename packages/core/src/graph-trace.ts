import type { DType, TensorSpec } from '@sporelet/ir';
import { RuntimeError, sizeOf } from '@sporelet/ir';
import type { Attrs } from './attr.ts';
import { currentPath } from './cell-path.ts';
import type { Parameter } from './parameter.ts';
import type { Runnable } from './runnable.ts';
import { Tensor } from './tensor.ts';
import type { Shape } from './tuple.ts';
import { shapeOf } from './tuple.ts';
import { userFrame } from './user-frame.ts';
import type { ConcreteValue } from './value.ts';
import { Trace, Value, retain } from './value.ts';

/** Where a value of a graph comes from. */
export interface Ref {
  readonly kind: 'input' | 'parameter' | 'constant' | 'supplied' | 'node';
  readonly index: number;
  /** Which output of the node. */
  readonly output: number;
}

/** One operation of a graph. */
export interface GraphNode {
  readonly op: Runnable;
  readonly attrs: Attrs;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly TensorSpec[];
  /** The cell in which it was recorded. */
  readonly path: string;
}

/** A value that is known by its origin only. */
export class SymbolicValue extends Value {
  readonly ref: Ref;

  constructor(trace: GraphTrace, dtype: DType, shape: Shape, ref: Ref) {
    super(dtype, shape, sizeOf(shape), trace);
    this.ref = ref;
  }
  readable(): ConcreteValue {
    const at = userFrame();
    throw new RuntimeError(
      `The elements of a tensor are not known while its function is being recorded into a graph${at && `, but are read at ${at}`}: ` +
        'choose between values with ops (select, where), between ways with ops.cond, repeat with ops.whileLoop, ' +
        'ops.forILoop or ops.scan, read them outside the function, or run it without jit',
    );
  }
}

/** A Parameter as the graph uses it. */
interface Captured {
  readonly parameter: Parameter;
  readonly before: Value;
  readonly symbol: SymbolicValue;
}

/** Records every operation into a graph instead of running it. */
export class GraphTrace extends Trace {
  readonly nodes: GraphNode[] = [];
  readonly inputs: TensorSpec[] = [];
  readonly parameters: Captured[] = [];
  readonly constants: Value[] = [];
  /** Values every run makes anew: random keys. */
  readonly supplied: (() => Tensor)[] = [];
  readonly suppliedSpecs: TensorSpec[] = [];
  /** How many nodes there were when each was asked for. */
  readonly suppliedAt: number[] = [];
  /** Records the body of a branch or loop: what it leaves is differentiated later. */
  readonly body: boolean;
  /** What must still hold for the recording to be what the function would do. */
  readonly guards: (() => boolean)[] = [];
  private readonly known = new Map<Value, Ref>();
  private readonly captured = new Map<Parameter, Captured>();

  constructor(level: number, body = false) {
    super(level);
    this.body = body;
  }

  process(op: Runnable, inputs: readonly Value[], attrs: Attrs): Value[] {
    if (op.execute && !op.opaque) {
      return this.body && op.recordInBody ? op.recordInBody(inputs) : op.execute(inputs, attrs);
    }
    const refs = inputs.map((v) => this.refOf(v));
    const outputs = op.infer(
      inputs.map(({ dtype, shape }) => ({ dtype, shape })),
      attrs,
    );
    const index = this.nodes.push({ op, attrs, inputs: refs, outputs, path: currentPath() }) - 1;
    return outputs.map((spec, output) => this.symbol(spec, { kind: 'node', index, output }));
  }

  private symbol({ dtype, shape }: TensorSpec, ref: Ref): SymbolicValue {
    return new SymbolicValue(this, dtype, shapeOf(shape), ref);
  }

  /** Where a value comes from; one from outside becomes a constant of the graph. */
  refOf(value: Value): Ref {
    if (value instanceof SymbolicValue && value.trace === this) return value.ref;
    let ref = this.known.get(value);
    if (!ref) {
      retain(value);
      ref = { kind: 'constant', index: this.constants.push(value) - 1, output: 0 };
      this.known.set(value, ref);
    }
    return ref;
  }

  input(spec: TensorSpec): Tensor {
    const index = this.inputs.push({ dtype: spec.dtype, shape: spec.shape }) - 1;
    return new Tensor(this.symbol(spec, { kind: 'input', index, output: 0 }));
  }

  override supply(spec: TensorSpec, make: () => Tensor): Tensor {
    const index = this.supplied.push(make) - 1;
    this.suppliedSpecs.push(spec);
    this.suppliedAt.push(this.nodes.length);
    return new Tensor(this.symbol(spec, { kind: 'supplied', index, output: 0 }));
  }

  override guard(holds: () => boolean): void {
    this.guards.push(holds);
  }

  override capture(parameter: Parameter, before: Value): void {
    if (this.captured.has(parameter)) return;
    const index = this.parameters.length;
    const symbol = this.symbol(before, { kind: 'parameter', index, output: 0 });
    const captured = { parameter, before, symbol };
    this.parameters.push(captured);
    this.captured.set(parameter, captured);
    parameter.$rebind(symbol);
  }

  /** What was recorded, for a Graph. */
  recorded() {
    const { inputs, constants, supplied, suppliedSpecs, suppliedAt, nodes, guards } = this;
    return { inputs, constants, supplied, suppliedSpecs, suppliedAt, nodes, guards };
  }

  lower(): Value {
    throw new RuntimeError(
      'A tensor made while a function was recorded into a graph has no elements: return it from the function.',
    );
  }
  override end(): void {
    for (const { parameter, before } of this.parameters) parameter.$rebind(before);
    this.live = false;
  }
}
