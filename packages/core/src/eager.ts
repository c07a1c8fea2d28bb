import type { Device, Executable, Storage, TensorSpec } from '@sporelet/ir';
import { RuntimeError, sameShape, sizeOf } from '@sporelet/ir';
import type { Attrs } from './attr.ts';
import { sameAttr } from './attr.ts';
import { currentDevice } from './devices.ts';
import type { Runnable } from './runnable.ts';
import type { Shape } from './tuple.ts';
import { shapeOf } from './tuple.ts';
import { ConcreteValue } from './value.ts';

const recentLimit = 8;
const totalLimit = 4096;

interface Out extends TensorSpec {
  readonly shape: Shape;
  readonly size: number;
  readonly bytes: number;
  /** The input it may overwrite, or -1. */
  readonly over: number;
}

/** An operation ready to run for given dtypes, shapes and attributes. */
export class Entry {
  readonly inputs: readonly TensorSpec[];
  readonly attrs: Attrs;
  readonly outs: readonly Out[];
  /** Null: the output shares the elements of input 0. */
  readonly exe: Executable | null;
  /** The element count given to the kernel, 0 for one of fixed shape. */
  readonly n: number;
  /** All outputs are empty. */
  readonly idle: boolean;

  constructor(inputs: readonly TensorSpec[], attrs: Attrs, outs: readonly Out[], exe: Executable | null, n: number) {
    this.inputs = inputs;
    this.attrs = attrs;
    this.outs = outs;
    this.exe = exe;
    this.n = n;
    this.idle = outs.every((o) => o.size === 0);
  }
}

/** The entries of one operation on one device. */
export class OpCache {
  readonly device: Device;
  readonly next: OpCache | null;
  /** Looked through first, without making a key. */
  recent: Entry[] = [];
  readonly all = new Map<string, Entry>();
  /** Kernels that take their length as an argument. */
  readonly flat = new Map<string, Executable>();

  constructor(device: Device, next: OpCache | null) {
    this.device = device;
    this.next = next;
  }
}

function cacheOf(op: Runnable, device: Device): OpCache {
  for (let c = op.cache; c !== null; c = c.next) if (c.device === device) return c;
  return (op.cache = new OpCache(device, op.cache));
}

function sameAttrs(a: Attrs, b: Attrs): boolean {
  if (a === b) return true;
  for (const name in a) if (!sameAttr(a[name], b[name])) return false;
  return true;
}

function fits(entry: Entry, inputs: readonly ConcreteValue[], attrs: Attrs): boolean {
  const specs = entry.inputs;
  if (specs.length !== inputs.length) return false;
  for (let i = 0; i < specs.length; i++) {
    const spec = specs[i]!;
    const value = inputs[i]!;
    if (spec.dtype !== value.dtype || !sameShape(spec.shape, value.shape)) return false;
  }
  return sameAttrs(entry.attrs, attrs);
}

/** A text that tells attributes apart. */
export function attrsKey(attrs: Attrs): string {
  let key = '';
  for (const name in attrs) {
    const v = attrs[name];
    key += `;${Array.isArray(v) ? `[${v.join(',')}]` : Object.is(v, -0) ? '-0' : String(v)}`;
  }
  return key;
}

function keyOf(inputs: readonly ConcreteValue[], attrs: Attrs): string {
  let key = '';
  for (const v of inputs) key += `${v.dtype.id}:${v.shape.join()}|`;
  return key + attrsKey(attrs);
}

function entryFor(op: Runnable, inputs: readonly ConcreteValue[], attrs: Attrs, device: Device): Entry {
  const cache = cacheOf(op, device);
  const recent = cache.recent;
  for (let i = 0; i < recent.length; i++) {
    const entry = recent[i]!;
    if (fits(entry, inputs, attrs)) {
      if (i > 0) [recent[i - 1], recent[i]] = [entry, recent[i - 1]!];
      return entry;
    }
  }
  const key = keyOf(inputs, attrs);
  let entry = cache.all.get(key);
  if (!entry) {
    if (cache.all.size >= totalLimit) cache.all.clear();
    cache.all.set(key, (entry = makeEntry(op, inputs, attrs, cache)));
  }
  if (recent.length >= recentLimit) recent.pop();
  recent.push(entry);
  return entry;
}

function makeEntry(op: Runnable, inputs: readonly ConcreteValue[], attrs: Attrs, cache: OpCache): Entry {
  const specs = inputs.map(({ dtype, shape }): TensorSpec => ({ dtype, shape }));
  const over = op.inPlace(specs.length);
  const outs = op.infer(specs, attrs).map(({ dtype, shape }, k): Out => {
    const size = sizeOf(shape);
    return { dtype, shape: shapeOf(shape), size, bytes: size * dtype.itemsize, over: over[k] ?? -1 };
  });
  const key = op.flatKey(specs, attrs, outs);
  let exe = key === null ? undefined : cache.flat.get(key);
  const n = key === null ? 0 : outs[0]!.size;
  if (!exe) {
    const kernel = op.kernel(specs, attrs, outs, true);
    if (kernel === null) return new Entry(specs, attrs, outs, null, 0);
    exe = cache.device.compile(kernel);
    if (key !== null) cache.flat.set(key, exe);
  }
  const entry = new Entry(specs, attrs, outs, exe, n);
  if (key !== null) op.onFlat(entry, cache.device);
  return entry;
}

/** What is said of tensors on two devices; both have one name where the first was lost. */
export function mixedDevices(op: string, one: Device, other: Device): RuntimeError {
  const lost = [one, other].find((d) => d.isLost);
  if (lost) return new RuntimeError(`For '${op}', a tensor was on a ${lost.name} device that is lost: it is gone.`);
  return new RuntimeError(
    `For '${op}', all tensors must be on the same device, but got ${one.name} and ${other.name}: ` +
      `move one with x.to('${one.name}').`,
  );
}

/** The one device of all inputs. */
export function commonDevice(op: string, inputs: readonly ConcreteValue[]): Device {
  const first = inputs[0];
  if (!first) return currentDevice();
  const device = first.device;
  for (let i = 1; i < inputs.length; i++) {
    const other = inputs[i]!.device;
    if (other !== device) throw mixedDevices(op, device, other);
  }
  return device;
}

/** Whether another input shares the storage that input k would be written into. */
function aliased(inputs: readonly ConcreteValue[], k: number): boolean {
  const storage = inputs[k]!.storage;
  for (let i = 0; i < inputs.length; i++) if (i !== k && inputs[i]!.storage === storage) return true;
  return false;
}

/** Runs an operation now. */
export function runEager(op: Runnable, inputs: readonly ConcreteValue[], attrs: Attrs): ConcreteValue[] {
  const device = commonDevice(op.name, inputs);
  const entry = entryFor(op, inputs, attrs, device);
  const outs = entry.outs;
  if (entry.exe === null) {
    const { dtype, shape, size } = outs[0]!;
    const storage = inputs[0]!.storage;
    storage.shared++;
    return [new ConcreteValue(dtype, shape, size, storage, device)];
  }
  const from = new Array<Storage>(inputs.length);
  for (let i = 0; i < from.length; i++) from[i] = inputs[i]!.storage;
  const to = new Array<Storage>(outs.length);
  const results = new Array<ConcreteValue>(outs.length);
  for (let k = 0; k < to.length; k++) {
    const { dtype, shape, size, bytes, over } = outs[k]!;
    const reuse = over >= 0 && from[over]!.shared === 0 && !aliased(inputs, over);
    const storage = (to[k] = reuse ? from[over]! : device.allocate(bytes));
    if (over >= 0 && !reuse) {
      // Kernels that update in place see one storage as input and output: the copy.
      if (bytes) device.copy(from[over]!, storage);
      from[over] = storage;
    }
    results[k] = new ConcreteValue(dtype, shape, size, storage, device);
  }
  if (!entry.idle) entry.exe.run(from, to, entry.n);
  return results;
}
