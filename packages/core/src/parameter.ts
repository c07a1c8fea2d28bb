import type { DType, Device } from '@sporelet/ir';
import { ValueError, sameShape, shapeText } from '@sporelet/ir';
import { bindArguments } from './args.ts';
import { mappedWrite } from './batch-trace.ts';
import type { TensorData } from './tensor.ts';
import { Tensor } from './tensor.ts';
import { coreOps } from './core-ops.ts';
import { currentDevice, onDevice } from './devices.ts';
import { running } from './dispatch.ts';
import type { Init } from './initializer-names.ts';
import { initializer } from './initializer-names.ts';
import { describe } from './text.ts';
import type { Value } from './value.ts';
import { ConcreteValue, concreteBelow, isMappedBeyond, retain } from './value.ts';

export interface ParameterOptions {
  /** Name in checkpoints and prints; by default the path of attributes that leads to it. */
  name?: string | null | undefined;
  /** Whether `trainableParams` lists it. Default true. */
  requiresGrad?: boolean | undefined;
  layerwiseParallel?: boolean | undefined;
  parallelOptimizer?: boolean | undefined;
}

const names = ['defaultInput', 'name', 'requiresGrad', 'layerwiseParallel', 'parallelOptimizer'] as const;

let resolveName: ((parameter: Parameter) => string | null) | null = null;

/** Lets the package that knows cells name parameters by where they are found. */
export function setNameResolver(resolver: (parameter: Parameter) => string | null): void {
  resolveName = resolver;
}

function checkBool(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`For 'Parameter', the '${name}' must be a bool, but got ${describe(value)}.`);
}

/** A tensor that training changes: ops that update in place take Parameters. */
export class Parameter extends Tensor {
  private ownName: string | null = null;
  private grad = true;
  private layerwise = false;
  private parallel = true;

  /**
   * `new Parameter(data, name?, requiresGrad?)`, `new Parameter(data, { name, requiresGrad })` or all by name.
   * @throws ValueError for a boolean as data or a name that is too long
   */
  constructor(data: TensorData, name?: string | null | ParameterOptions, requiresGrad?: boolean | ParameterOptions);
  constructor(named: ParameterOptions & { readonly defaultInput: TensorData });
  constructor(...args: readonly unknown[]) {
    super(...(args as [TensorData]));
    const [, name, requiresGrad, layerwise, parallel] = bindArguments('Parameter', names, 1, args);
    this.ownName = checkName(name);
    if (requiresGrad !== undefined) this.requiresGrad = requiresGrad as boolean;
    if (layerwise !== undefined) this.layerwiseParallel = layerwise as boolean;
    if (parallel !== undefined) this.parallelOptimizer = parallel as boolean;
  }

  protected override fill(_op: string, args: readonly unknown[]): void {
    const [data] = bindArguments('Parameter', names, 1, args);
    if (typeof data === 'boolean') throw new ValueError("For 'Parameter', the 'defaultInput' must not be a bool.");
    super.fill('Parameter', [data]);
  }

  /** @internal */
  override get $value(): Value {
    const value = super.$value;
    const { graph } = running;
    if (graph !== null && value.trace !== graph) graph.capture?.(this, value);
    return graph === null ? value : super.$value;
  }

  /** `conv1.weight`: the path of attributes that leads to it in the outermost cell, or the name it was given. */
  get name(): string {
    return resolveName?.(this) ?? this.ownName ?? 'Parameter';
  }
  set name(name: string | null) {
    this.ownName = checkName(name);
  }
  /** The name it was given, null if none. @internal */
  get $ownName(): string | null {
    return this.ownName;
  }

  get requiresGrad(): boolean {
    return this.grad;
  }
  set requiresGrad(value: boolean) {
    this.grad = checkBool('requiresGrad', value);
  }
  get layerwiseParallel(): boolean {
    return this.layerwise;
  }
  set layerwiseParallel(value: boolean) {
    this.layerwise = checkBool('layerwiseParallel', value);
  }
  get parallelOptimizer(): boolean {
    return this.parallel;
  }
  set parallelOptimizer(value: boolean) {
    this.parallel = checkBool('parallelOptimizer', value);
  }

  /** A plain tensor with the present elements: later updates do not show in it. */
  value(): Tensor {
    return new Tensor(this.$share());
  }

  /**
   * Replaces the elements; they are cast to the parameter's dtype when it is the higher one.
   * @param sliceShape - allow another shape
   * @throws ValueError for another shape, TypeError for a higher dtype
   */
  setData(data: TensorData, sliceShape = false): this {
    const isNumber = typeof data === 'number' || typeof data === 'bigint';
    if (!isNumber && !(data instanceof Tensor) && typeof data !== 'object') {
      throw new TypeError(
        `For 'Parameter.setData', the 'data' must be a Tensor or a number, but got ${describe(data)}.`,
      );
    }
    const device = this.ownDevice();
    const given = data instanceof Tensor ? data : onDevice(device, () => new Tensor(data));
    if (!sliceShape && !sameShape(given.shape, this.shape) && !(isNumber && this.size === 1)) {
      throw new ValueError(
        `For 'Parameter.setData', the shape of '${this.name}' is ${shapeText(this.shape)}, ` +
          `but the data has shape ${shapeText(given.shape)}.`,
      );
    }
    let next = given;
    if (given.dtype !== this.dtype) {
      const number = isNumber && (this.dtype.isFloat || Number.isInteger(data) || typeof data === 'bigint');
      if (!number && rank(given.dtype) > rank(this.dtype)) {
        throw new TypeError(
          `For 'Parameter.setData', data of ${given.dtype.name} does not fit the ${this.dtype.name} of '${this.name}': ` +
            `cast it first.`,
        );
      }
      next = number ? onDevice(device, () => new Tensor(data, this.dtype)) : coreOps().cast(given, this.dtype);
    }
    if (!sliceShape && next.ndim !== this.ndim) next = coreOps().reshape(next, this.shape);
    next = nextTo(next, device);
    if (next === given) retain(given.$value);
    this.assign('Parameter.setData', next.$value);
    return this;
  }

  /** Where the elements are, or will be; null while a graph is recorded. */
  private ownDevice(): Device | null {
    if (running.graph) return null;
    return this.hasInit ? currentDevice() : (concreteBelow(this.$value)?.device ?? null);
  }

  private assign(op: string, value: Value): void {
    if (isMappedBeyond(value, this.$value)) throw mappedWrite(op);
    this.$rebind(value);
  }
  override $assign(from: Tensor): void {
    this.assign('setAt', from.$value);
  }

  /**
   * A new Parameter of the same name, dtype and shape.
   * @param init - 'same' for the same elements, or what `initializer` takes
   */
  clone(init: Init = 'same'): Parameter {
    const { shape, dtype } = this;
    const made = init === 'same' ? this : initializer(init, shape, dtype);
    const copy = new Parameter(made, this.ownName ?? this.name, this.grad);
    copy.layerwise = this.layerwise;
    copy.parallel = this.parallel;
    return copy;
  }
  /** The same as `clone('same')`. */
  copy(): Parameter {
    return this.clone();
  }

  override toString(): string {
    const { shape, dtype } = this;
    const grad = this.grad ? 'True' : 'False';
    return `Parameter (name=${this.name}, shape=${shapeText(shape)}, dtype=${dtype.name}, requires_grad=${grad})`;
  }
  override $repr(): string {
    return this.toString();
  }
  override $describe(): string {
    return `Parameter[${this.dtype.name}]`;
  }
}

/** What a Parameter is given comes to where it is, unless that takes time: then it is where that is. */
function nextTo(t: Tensor, device: Device | null): Tensor {
  const from = device && t.$value instanceof ConcreteValue ? t.$value.device : null;
  return from && from !== device && !from.waits && !device!.isLost ? t.to(device!.name) : t;
}

const order = ['bool', 'uint', 'int', 'bfloat', 'float', 'complex'];
const rank = (d: DType): number => order.indexOf(d.kind) * 100 + d.itemsize;

function checkName(name: unknown): string | null {
  if (name === undefined || name === null) return null;
  if (typeof name !== 'string') {
    throw new ValueError(`For 'Parameter', the 'name' must be a str or None, but got ${describe(name)}.`);
  }
  const text = name.trim();
  if (text.length > 1024) throw new ValueError(`For 'Parameter', the 'name' has ${text.length} letters; at most 1024.`);
  return text || null;
}
