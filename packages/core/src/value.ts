import type { Device, DType, Storage, TensorSpec } from '@sporelet/ir';
import { RuntimeError } from '@sporelet/ir';
import type { Shape } from './tuple.ts';
import type { Attrs } from './attr.ts';
import type { Runnable } from './runnable.ts';
import type { Tensor } from './tensor.ts';

/** A level of interpretation: gradients, a mapped axis or a graph being recorded. */
export abstract class Trace {
  /** Higher levels see an operation first. */
  readonly level: number;
  /** False once the transformation has returned. */
  live = true;
  /** Handles that were bound to a value of this level while it lived. */
  private rebound: Set<Tensor> | null = null;

  constructor(level: number) {
    this.level = level;
  }
  /** Whether its values stand for many examples. */
  readonly mapped: boolean = false;
  /** In a graph: an input that every run makes anew. */
  supply?(spec: TensorSpec, make: () => Tensor): Tensor;
  /** In a graph: says on what outside of it the recording depends. */
  guard?(holds: () => boolean): void;
  /** In a graph: makes a Parameter stand for what it holds at each run. */
  capture?(parameter: Tensor, before: Value): void;
  abstract process(op: Runnable, inputs: readonly Value[], attrs: Attrs): Value[];
  /** What a handle holds after this level has ended. */
  abstract lower(value: Value, handle: Tensor): Value;

  noteRebind(handle: Tensor): void {
    (this.rebound ??= new Set()).add(handle);
  }
  /** Ends the level: handles bound to its values are bound to what lies below. */
  end(): void {
    for (const handle of this.rebound ?? []) {
      const value = handle.$value;
      if (value.trace === this) handle.$rebind(this.lower(value, handle));
    }
    this.rebound = null;
    this.live = false;
  }
}

/** An immutable array value; tensors are handles of values. */
export abstract class Value {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly size: number;
  readonly trace: Trace | null;

  constructor(dtype: DType, shape: Shape, size: number, trace: Trace | null) {
    this.dtype = dtype;
    this.shape = shape;
    this.size = size;
    this.trace = trace;
  }
  /** The elements, when they exist now; otherwise an error that tells the way out. */
  abstract readable(): ConcreteValue;
}

/** Elements on a device, contiguous and row-major. */
export class ConcreteValue extends Value {
  readonly storage: Storage;
  readonly device: Device;

  constructor(dtype: DType, shape: Shape, size: number, storage: Storage, device: Device) {
    super(dtype, shape, size, null);
    this.storage = storage;
    this.device = device;
  }
  readable(): ConcreteValue {
    return this;
  }
}

/** What a value of some level stands on, one level down; null for values that hold nothing below. */
export abstract class WrappedValue extends Value {
  abstract readonly inner: Value;
}

/** The concrete values below a value. */
export function concreteBelow(value: Value): ConcreteValue | null {
  let v = value;
  while (v instanceof WrappedValue) v = v.inner;
  return v instanceof ConcreteValue ? v : null;
}

/** Marks the elements as held by one more reader, so that an update in place copies first. */
export function retain(value: Value): void {
  const v = concreteBelow(value);
  if (v) v.storage.shared++;
}

/** Undoes one `retain`. */
export function release(value: Value): void {
  const v = concreteBelow(value);
  if (v) v.storage.shared--;
}

/** Whether a value varies along a mapped axis that another one does not know. */
export function isMappedBeyond(value: Value, other: Value): boolean {
  const known = new Set<Trace | null>();
  for (let v = other; ; v = v.inner) {
    known.add(v.trace);
    if (!(v instanceof WrappedValue)) break;
  }
  for (let v = value; ; v = v.inner) {
    if (v.trace?.mapped && !known.has(v.trace)) return true;
    if (!(v instanceof WrappedValue)) return false;
  }
}

/** A value usable now: one that a finished transformation left behind is replaced by what it stood for. */
export function settle(value: Value, handle: Tensor): Value {
  let v = value;
  while (v.trace !== null && !v.trace.live) {
    const next = v.trace.lower(v, handle);
    if (next === v) throw new RuntimeError('A tensor of a finished transformation is used outside it.');
    v = next;
  }
  return v;
}
