/// <reference lib="esnext.disposable" preserve="true" />
/// <reference lib="esnext.disposable" />
import type { DType, Device, Dims } from '@sporelet/ir';
import { DType as DTypeClass, RuntimeError, ValueError, shapeText, sizeOf, stridesOf } from '@sporelet/ir';
import { bindArguments, isOptions } from './args.ts';
import { currentDevice, deviceByName } from './devices.ts';
import { fromElement } from './element.ts';
import type { HookHandle, TensorHook } from './hooks.ts';
import { addHook } from './hooks.ts';
import type { Index } from './index-types.ts';
import { readIndexed, writeIndexed } from './indexing.ts';
import { coreOps } from './core-ops.ts';
import { NdArray } from './nd-array.ts';
import type { NestedList } from './nd-array.ts';
import { numpyStr } from './print/numpy-str.ts';
import { tensorRepr } from './print/tensor-repr.ts';
import type { ArrayData } from './tensor-data.ts';
import { Pending } from './pending.ts';
import { convertData, parseData } from './tensor-data.ts';
import { describe } from './text.ts';
import type { Shape, Tuple } from './tuple.ts';
import { tupleOf } from './tuple.ts';

import { elementsOf, mustBeAwaited, upload } from './transfer.ts';
import { ConcreteValue, Value, retain, settle } from './value.ts';

/** What an op takes where it takes a tensor: numbers are weak, they keep the tensors' dtype. */
export type Operand = Tensor | number | boolean | bigint;

/** Nested arrays of elements. */
export type NestedData = number | bigint | boolean | Tensor | readonly NestedData[];

/** What a Tensor can be made of. */
export type TensorData = NestedData | ArrayBufferView | NdArray;

/** Data made later: an initializer. */
export interface DelayedData {
  /** Draws its random numbers now and gives what makes the elements. */
  delayed(shape: Dims, dtype: DType): () => ArrayData;
}

export interface TensorOptions {
  /** Element type; by default that of the data: Float32 for numbers, Int64 for bigints, Bool for booleans. */
  dtype?: DType | undefined;
  /** Extents; the data is laid out row-major. */
  shape?: Dims | number | undefined;
  /** Makes the data at first use; needs `shape` and `dtype`. */
  init?: DelayedData | undefined;
  /** Name of a device; by default the current one. */
  device?: string | undefined;
}

const names = ['data', 'dtype', 'shape', 'init', 'device'] as const;

/** An array of elements of one dtype. */
export class Tensor implements Disposable {
  private held: Value | null = null;
  /** Where the value comes from when none is held. */
  private source: Tensor | Pending | null = null;

  /**
   * `new Tensor(data, dtype?, shape?, init?)`, `new Tensor(data, { dtype, shape, init, device })` or all by name.
   * @throws TypeError for data that no tensor can be made of, such as ragged nested arrays
   * @throws ValueError when the data does not fill the shape
   */
  constructor(data: TensorData, dtype?: DType | TensorOptions, shape?: Dims | number, init?: DelayedData);
  constructor(named: TensorOptions & { readonly data?: TensorData; readonly inputData?: TensorData });
  /** @internal */
  constructor(value: Value);
  constructor(...args: readonly unknown[]) {
    const first = args[0];
    if (first instanceof Value) {
      this.held = first;
      return;
    }
    this.fill('Tensor', args);
  }

  /** @internal */
  protected fill(op: string, args: readonly unknown[]): void {
    const only = args.length === 1 && isOptions(args[0]) ? args[0] : null;
    const named = only && 'inputData' in only ? [{ ...only, data: only['inputData'], inputData: undefined }] : args;
    if (only && 'inputData' in only) delete (named[0] as Record<string, unknown>)['inputData'];
    const [data, dtype, shape0, init, deviceName] = bindArguments(op, names, 0, named);
    if (dtype !== undefined && dtype !== null && !(dtype instanceof DTypeClass)) {
      throw new TypeError(`For '${op}', the 'dtype' must be a dtype, but got ${describe(dtype)}.`);
    }
    const type = dtype ?? undefined;
    const shape = shape0 === undefined || shape0 === null ? undefined : checkShape(op, shape0);
    const device = typeof deviceName === 'string' ? deviceByName(deviceName) : null;
    if (init !== undefined && init !== null) {
      if (data !== undefined && data !== null)
        throw new ValueError(`For '${op}', 'data' and 'init' cannot both be given.`);
      if (!shape || !type) throw new ValueError(`For '${op}', 'init' needs 'shape' and 'dtype'.`);
      const make = (init as DelayedData).delayed(shape, type);
      this.source = new Pending(type, shape, () => upload(make(), device ?? currentDevice()));
      return;
    }
    if (data instanceof Tensor) {
      this.copyOf(data, type, shape, device);
      return;
    }
    const array =
      data instanceof NdArray
        ? resized(op, type ? convertData(data, type) : { ...viewOf(data), data: data.data.slice() }, shape)
        : parseData(op, data, type, shape);
    this.held = upload(array, device ?? currentDevice());
  }

  private copyOf(other: Tensor, dtype: DType | undefined, shape: Dims | undefined, device: Device | null): void {
    if (other.hasInit && !shape && (!dtype || dtype === other.dtype)) {
      this.source = other.source;
      return;
    }
    let t = other;
    if (dtype && dtype !== t.dtype) t = coreOps().cast(t, dtype);
    if (shape) t = coreOps().reshape(t, shape);
    if (device && t.$concrete().device !== device) {
      const moved = t.to(device.name);
      if (moved instanceof ArrivingTensor) throw mustBeAwaited('asnumpy', t.$concrete());
      t = moved;
    }
    this.held = t.$share();
  }

  /** Lets the elements be made by `make`, which may refuse. @internal */
  protected $await(dtype: DType, shape: Dims, make: () => Value): void {
    this.held = null;
    this.source = new Pending(dtype, shape, make);
  }

  /** The value bound to this handle now. @internal */
  get $value(): Value {
    const v = this.held;
    return v !== null && v.trace === null ? v : this.resolve();
  }

  private resolve(): Value {
    const v = this.held;
    if (v !== null) return v.trace === null || v.trace.live ? v : (this.held = settle(v, this));
    const { source } = this;
    if (source instanceof Tensor) return source.$value;
    if (source === null) throw new RuntimeError('This tensor was disposed.');
    this.held = source.make();
    this.source = null;
    return this.held;
  }

  /** Dtype and shape without making the elements. @internal */
  get $spec(): { readonly dtype: DType; readonly shape: Shape; readonly size: number } {
    return this.held ?? (this.source instanceof Pending ? this.source : this.$value);
  }

  /** The value, for one more handle. @internal */
  $share(): Value {
    const value = this.$value;
    retain(value);
    return value;
  }

  /** Binds the handle to another value. @internal */
  $rebind(value: Value): void {
    this.held = value;
    this.source = null;
    value.trace?.noteRebind(this);
  }

  /** Binds the handle to what another holds, as an assignment in the user's eyes. @internal */
  $assign(from: Tensor): void {
    this.$rebind(from.$value);
  }

  /** A handle that always shows what another holds. @internal */
  static $following(base: Tensor): Tensor {
    const t = new Tensor(base.$value);
    t.held = null;
    t.source = base;
    return t;
  }

  /** Whether it shows what another handle holds. @internal */
  get $follows(): boolean {
    return this.source instanceof Tensor;
  }

  get shape(): Shape {
    return this.$spec.shape;
  }
  get dtype(): DType {
    return this.$spec.dtype;
  }
  /** Number of axes. */
  get ndim(): number {
    return this.$spec.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return this.$spec.size;
  }
  /** Bytes of one element. */
  get itemsize(): number {
    return this.$spec.dtype.itemsize;
  }
  /** Bytes of all elements. */
  get nbytes(): number {
    return this.size * this.itemsize;
  }
  /** Bytes from one element to the next along each axis. */
  get strides(): Tuple<number> {
    return tupleOf(stridesOf(this.shape).map((s) => s * this.itemsize));
  }
  /** Elements from one to the next along each axis. */
  stride(): Tuple<number>;
  stride(axis: number): number;
  stride(axis?: number): Tuple<number> | number {
    const all = stridesOf(this.shape);
    return axis === undefined ? tupleOf(all) : all.at(axis)!;
  }
  /** Length of the first axis. */
  get length(): number {
    if (!this.ndim) throw new TypeError('A 0-d tensor has no length.');
    return this.shape[0];
  }
  /** The axes in reverse order. */
  get T(): Tensor {
    return coreOps().transpose(
      this,
      this.shape.map((_, i) => this.ndim - 1 - i),
    );
  }
  /** The last two axes exchanged. */
  get mT(): Tensor {
    const n = this.ndim;
    if (n < 2) throw new ValueError(`For 'mT', the tensor must have at least two axes, but got shape ${shapeText(this.shape)}.`); // prettier-ignore
    return coreOps().transpose(
      this,
      this.shape.map((_, i) => (i < n - 2 ? i : 2 * n - 3 - i)),
    );
  }
  /** Whether the elements are still to be made by an initializer. */
  get hasInit(): boolean {
    return this.source instanceof Pending;
  }
  /** Makes the elements now if an initializer has yet to. */
  initData(): this {
    void this.$value;
    return this;
  }
  /** The name of the device that holds the elements. */
  get device(): string {
    return this.held === null && this.source instanceof Pending ? currentDevice().name : this.$concrete().device.name;
  }
  /**
   * A copy on another device; the tensor itself when it is there already. What comes from a GPU is on its way when this
   * returns: `await x.to('CPU')`.
   */
  to(device: string): Tensor | ArrivingTensor {
    const from = this.$concrete();
    const target = deviceByName(device);
    if (from.device === target) return this;
    const { dtype, shape } = from;
    if (from.device.waits) return new ArrivingTensor(this, from, target);
    return new Tensor(upload({ dtype, shape, data: elementsOf(from) }, target));
  }

  /** @internal */
  $concrete(): ConcreteValue {
    return this.$value.readable();
  }

  /** The only element, or that at a flat position, as a number (booleans as 0 and 1). */
  item(position?: number): number {
    const element = this.element(position);
    if (typeof element !== 'bigint') return Number(element);
    const n = Number(element);
    if (Number.isSafeInteger(n)) return n;
    throw new ValueError(
      `For 'item', ${element} is beyond 2^53 and has no exact number: use (await x.data()).at(0) or x.asnumpy().at(0).`,
    );
  }

  private element(position?: number): number | bigint | boolean {
    const v = this.$concrete();
    if (position === undefined && v.size !== 1) {
      throw new ValueError(`For 'item', the tensor must have one element, but got shape ${shapeText(v.shape)}.`);
    }
    const i = position === undefined ? 0 : position < 0 ? position + v.size : position;
    if (!Number.isInteger(i) || i < 0 || i >= v.size) {
      throw new ValueError(`For 'item', the position must be in [${-v.size}, ${v.size}), but got ${position}.`);
    }
    if (v.device.waits) throw mustBeAwaited('item', v);
    const out = new v.dtype.array(1);
    v.device.read(v.storage, new Uint8Array(out.buffer), i * v.dtype.itemsize);
    return fromElement(out[0]!, v.dtype);
  }
  /** @internal */
  $scalar(): number | bigint | boolean {
    return this.element();
  }

  /** A copy of the elements. Raises an error on devices that can only be read asynchronously: use `data()`. */
  asnumpy(): NdArray {
    const v = this.$concrete();
    if (v.device.waits) throw mustBeAwaited('asnumpy', v);
    return new NdArray(elementsOf(v), v.shape, v.dtype);
  }
  /** A copy of the elements, on every device. */
  async data(): Promise<NdArray> {
    const v = this.$concrete();
    const out = new v.dtype.array(v.size * (v.dtype.isComplex ? 2 : 1));
    if (v.size) await v.device.readAsync(v.storage, new Uint8Array(out.buffer));
    return new NdArray(out, v.shape, v.dtype);
  }
  /** The elements as nested arrays: booleans for Bool, bigints for 64-bit integers, else numbers. */
  tolist(): NestedList {
    return this.asnumpy().tolist();
  }
  /** A tensor with a copy of the array's elements. */
  static fromNumpy(array: NdArray): Tensor {
    return new Tensor(array);
  }

  /** The part of the tensor at an index, one argument per axis: `x.at(0)`, `x.at('1:3', '::2')`, `x.at('...', null)`. */
  at(...index: readonly Index[]): Tensor {
    return readIndexed(this, index);
  }
  /** Replaces the part at an index; the value is broadcast and cast to the tensor's dtype. */
  setAt(index: Index | readonly Index[], value: Operand): this {
    writeIndexed(this, index, value);
    return this;
  }
  /** The rows. */
  *[Symbol.iterator](): Generator<Tensor, void> {
    if (!this.ndim) throw new TypeError('A 0-d tensor cannot be iterated.');
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /**
   * Calls `hook` with the gradient of this tensor in each backward walk; a tensor it returns takes the gradient's place.
   */
  registerHook(hook: TensorHook): HookHandle {
    return addHook(this, hook);
  }

  /** Frees the elements now, unless another tensor shares them; the tensor cannot be used afterwards. */
  dispose(): void {
    const v = this.held;
    if (v instanceof ConcreteValue) {
      if (v.storage.shared > 0) v.storage.shared--;
      else v.storage.dispose();
    }
    this.held = null;
    this.source = null;
  }
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** As NumPy's `str`. */
  toString(): string {
    return this.text(numpyStr);
  }
  /** @internal */
  $repr(): string {
    return this.text(tensorRepr);
  }
  /** @internal */
  $describe(): string {
    return `Tensor[${this.dtype.name}]`;
  }
  private text(print: (view: ReturnType<NdArray['view']>) => string): string {
    const known = shown.get(this);
    if (known) return print(known.view());
    // Debuggers and logs show what was disposed too.
    if (this.held === null && this.source === null) return 'Tensor(<disposed>)';
    let array: NdArray;
    try {
      const { device } = this.$concrete();
      if (device.waits) {
        return `Tensor(shape=[${this.shape.join(', ')}], dtype=${this.dtype.name}, device=${device.name}, value=<await x.data()>)`;
      }
      array = this.asnumpy();
    } catch (e) {
      const shape = this.shape.join(', ');
      const why = e instanceof RuntimeError ? e.message : String(e);
      return `Tensor(shape=[${shape}], dtype=${this.dtype.name}, value=<${why}>)`;
    }
    return print(array.view());
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.$repr();
  }
  toJSON(): NestedList {
    return this.tolist();
  }
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    throw new TypeError(
      'A tensor is no number: use x.item() for its value and methods for arithmetic, x.add(y), x.greater(y), x.equal(y).',
    );
  }
}

/** A tensor whose elements are on their way from a device that is read asynchronously: awaited, it is there. */
export class ArrivingTensor extends Tensor implements PromiseLike<Tensor> {
  private readonly arrival: Promise<Value>;

  /** @internal */
  constructor(from: Tensor, { dtype, shape }: ConcreteValue, target: Device) {
    super([0]);
    const late = new RuntimeError(`The elements are on their way to the ${target.name}: write await x.to('${target.name}').`);
    this.$await(dtype, shape, () => {
      throw late;
    });
    this.arrival = from.data().then(({ data }) => {
      const value = upload({ dtype, shape, data }, target);
      this.$rebind(value);
      return value;
    });
    // Whoever awaits it is told; nobody has to.
    this.arrival.catch(() => undefined);
  }

  then<A = Tensor, B = never>(
    resolve?: ((tensor: Tensor) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.arrival.then(() => new Tensor(this.$share())).then(resolve, reject);
  }
} // prettier-ignore

/** Elements read beforehand, of tensors that cannot be read at once. */
const shown = new WeakMap<Tensor, NdArray>();

/** Lets the text of a tensor be that of elements read beforehand. */
export function showAs(t: Tensor, array: NdArray | null): void {
  if (array) shown.set(t, array);
  else shown.delete(t);
}

function viewOf({ dtype, shape, data }: NdArray): ArrayData {
  return { dtype, shape, data };
}

function checkShape(op: string, shape: unknown): readonly number[] {
  const dims = typeof shape === 'number' ? [shape] : shape;
  if (!Array.isArray(dims) || !dims.every((n) => Number.isInteger(n))) {
    throw new TypeError(`For '${op}', the 'shape' must be an int or a tuple of ints, but got ${describe(shape)}.`);
  }
  if (dims.some((n) => n < 0)) {
    throw new ValueError(`For '${op}', the 'shape' must not be negative, but got ${describe(shape)}.`);
  }
  return dims as number[];
}

function resized(op: string, array: ArrayData, shape: Dims | undefined): ArrayData {
  if (!shape) return array;
  if (sizeOf(shape) !== array.data.length) {
    throw new ValueError(
      `For '${op}', ${array.data.length} elements do not fill the shape ${shapeText(shape)} of ${sizeOf(shape)} elements.`,
    );
  }
  return { ...array, shape };
}

/** `new Tensor(...)` as a function. */
export function tensor(
  data: TensorData,
  dtype?: DType | TensorOptions,
  shape?: Dims | number,
  init?: DelayedData,
): Tensor {
  return new Tensor(data, dtype, shape, init);
}
