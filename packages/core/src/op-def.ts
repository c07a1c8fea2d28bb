import type { Device, DType, Executable, Kernel, TensorSpec } from '@sporelet/ir';
import { RuntimeError, ValueError, bfloat16, bool, broadcastShapes, float16, float32, float64, int32, int64, realDTypes, sameShape, shapeText } from '@sporelet/ir'; // prettier-ignore
import type { Attrs } from './attr.ts';
import { buildKernel, flatKeyOf } from './build-kernel.ts';
import type { Entry } from './eager.ts';
import { gradientsOf } from './gradient.ts';
import { LiftedOp } from './lifted-op.ts';
import type { Inferred, Named, RawSpec } from './op-spec.ts';
import type { BackwardRequest } from './runnable.ts';
import { Runnable } from './runnable.ts';
import type { InputSig, Signature } from './signature.ts';
import { commonDType, isIndexGroup, isScalarGroup, parseSignature } from './signature.ts';
import type { Value } from './value.ts';

const scalarTypes: readonly DType[] = [float16, bfloat16, float32, float64];
const indexTypes: readonly DType[] = [int32, int64];

/** A length-generic kernel of an element-wise op, ready for the fast path. */
export interface FastEntry {
  readonly exe: Executable;
  readonly device: Device;
  readonly dtype: DType;
  readonly itemsize: number;
}

/** What promotion and updates in place need to know for a number of flat inputs. */
interface Layout {
  readonly groups: readonly { readonly name: string; readonly at: readonly number[] }[];
  /** The inputs updated in place, at their flat positions. */
  readonly writable: readonly (InputSig | null)[];
  /** For each output the flat input it overwrites, or -1. */
  readonly over: readonly number[];
}

const nowhere: readonly number[] = [];

/** What the text of a signature says about calls. */
interface Form {
  readonly sig: Signature;
  readonly inputs: readonly InputSig[];
  readonly writes: boolean;
  readonly sequenceAt: number;
}

function formOf(sig: Signature, inputs = sig.inputs): Form {
  const writes = sig.outputs.some((o) => o.writes !== '');
  return { sig, inputs, writes, sequenceAt: inputs.findIndex((i) => i.sequence) };
}

/** A declared op. */
export class OpDef extends Runnable {
  readonly name: string;
  readonly spec: RawSpec;
  readonly differentiable: boolean;
  /** Kernels by dtypes of up to two inputs and which of them are scalars; see call.ts. */
  readonly fast: (FastEntry | undefined)[] = [];
  /** Made at its first use: a program imports hundreds of ops and calls a few. */
  private form: Form | undefined;
  private readonly variants = new Map<string, OpDef>();
  private readonly layouts: Layout[] = [];

  constructor(spec: RawSpec, form?: Form) {
    super();
    this.name = spec.name;
    this.spec = spec;
    this.form = form;
    this.differentiable = spec.grad !== null;
  }

  private get read(): Form {
    return (this.form ??= formOf(parseSignature(this.name, this.spec.sig)));
  }

  get sig(): Signature {
    return this.read.sig;
  }

  /** The inputs that are given; optional ones may be absent in a variant. */
  get inputs(): readonly InputSig[] {
    return this.read.inputs;
  }

  /** Whether it updates inputs in place. */
  get writes(): boolean {
    return this.read.writes;
  }

  /** The op with some optional inputs left out. */
  without(absent: readonly string[]): OpDef {
    const key = absent.join();
    let variant = this.variants.get(key);
    if (!variant) {
      const rest = this.sig.inputs.filter((i) => !absent.includes(i.name));
      this.variants.set(key, (variant = new OpDef(this.spec, formOf(this.sig, rest))));
    }
    return variant;
  }

  /** A flat list as one item per present input; a sequence takes what the others leave. */
  grouped<T>(flat: readonly T[]): (T | readonly T[])[] {
    const at = this.read.sequenceAt;
    if (at < 0) return flat.slice();
    const length = flat.length - this.inputs.length + 1;
    return [...flat.slice(0, at), flat.slice(at, at + length), ...flat.slice(at + length)];
  }

  /** A flat list as one item per declared input, null for absent ones. */
  byPosition<T>(flat: readonly T[]): (T | readonly T[] | null)[] {
    const items = this.grouped(flat);
    if (this.inputs.length === this.sig.inputs.length) return items;
    return this.sig.inputs.map((input) => items[this.inputs.indexOf(input)] ?? null);
  }

  byName<T>(flat: readonly T[]): Named {
    const items = this.byPosition(flat);
    return Object.fromEntries(this.sig.inputs.map((input, i) => [input.name, items[i]]));
  }

  /** The number of flat inputs before the input at a position of `inputs`. */
  private flatIndex(position: number, count: number): number {
    const extra = count - this.inputs.length;
    return this.read.sequenceAt >= 0 && position > this.read.sequenceAt ? position + extra : position;
  }

  /** Where groups and inputs updated in place lie among so many flat inputs. */
  layout(count: number): Layout {
    return (this.layouts[count] ??= this.makeLayout(count));
  }

  private makeLayout(count: number): Layout {
    const byGroup = new Map<string, number[]>();
    const writable = new Array<InputSig | null>(count).fill(null);
    let flat = 0;
    for (const input of this.inputs) {
      const at = byGroup.get(input.group) ?? [];
      byGroup.set(input.group, at);
      const length = input.sequence ? count - this.inputs.length + 1 : 1;
      for (let k = 0; k < length; k++) {
        if (input.writable) writable[flat] = input;
        at.push(flat++);
      }
    }
    const over = this.sig.outputs.map((out) =>
      writable.findIndex((input) => input !== null && input.name === out.writes),
    );
    return { groups: Array.from(byGroup, ([name, at]) => ({ name, at })), writable, over };
  }

  inPlace(count: number): readonly number[] {
    return this.writes ? this.layout(count).over : nowhere;
  }

  private allowed(group: string): readonly DType[] {
    const { dtypes } = this.spec;
    const own = dtypes?.[group] ?? dtypes?.[group.charAt(0)];
    if (own) return own;
    if (isScalarGroup(group)) return scalarTypes;
    if (isIndexGroup(group)) return indexTypes;
    return group === 'B' ? [bool] : realDTypes;
  }

  /** The dtype in which each flat input takes part. */
  private promoted(specs: readonly TensorSpec[]): DType[] {
    const result = specs.map((s) => s.dtype);
    const { groups, writable } = this.layout(specs.length);
    for (const { name, at } of groups) {
      let common = result[at[0]!]!;
      if (at.some((i) => result[i] !== common)) {
        const fixed = at.flatMap((i) => (writable[i] ? [{ name: writable[i].name, dtype: result[i]! }] : []));
        common = commonDType(
          this.name,
          at.map((i) => result[i]!),
          [],
          fixed,
        );
      }
      const allowed = this.allowed(name);
      if (!allowed.includes(common)) {
        const names = allowed.map((d) => d.name).join(', ');
        const input = this.inputs.find((i) => i.group === name)!.name;
        const must = allowed.length === 1 ? `be ${names}` : `be one of ${names}`;
        throw new TypeError(`For '${this.name}', the dtype of '${input}' must ${must}, but got ${common.name}.`);
      }
      for (const i of at) result[i] = common;
    }
    return result;
  }

  private checkScalars(specs: readonly TensorSpec[]): void {
    const items = this.grouped(specs);
    this.inputs.forEach((input, i) => {
      const { shape } = items[i] as TensorSpec;
      if (!isScalarGroup(input.group) || !shape.length) return;
      throw new ValueError(
        `For '${this.name}', the '${input.name}' must be a number or a tensor of shape (), ` +
          `but got shape ${shapeText(shape)}.`,
      );
    });
  }

  /** Raises unless dtypes and scalars are as declared: for composites, whose ops would do it in their own names. */
  check(specs: readonly TensorSpec[]): void {
    this.checkScalars(specs);
    this.promoted(specs);
  }

  infer(specs: readonly TensorSpec[], attrs: Attrs): readonly TensorSpec[] {
    this.checkScalars(specs);
    const dtypes = this.promoted(specs);
    const cast = specs.map((s, i): TensorSpec => (s.dtype === dtypes[i] ? s : { dtype: dtypes[i]!, shape: s.shape }));
    const shapes = this.inferred(cast, attrs);
    return this.sig.outputs.map((out, k): TensorSpec => {
      const shape = shapes[k];
      if (shape === undefined) throw new Error(`op '${this.name}': infer gives no shape for output ${k}`);
      if (!Array.isArray(shape)) return shape as TensorSpec;
      const position = this.inputs.findIndex((i) => i.group === out.group);
      const dtype =
        out.dtype ?? (out.attr ? (attrs[out.attr] as DType) : dtypes[this.flatIndex(position, specs.length)]);
      if (!dtype) throw new Error(`op '${this.name}': the dtype of output ${k} is not known`);
      return { dtype, shape: shape as readonly number[] };
    });
  }

  private inferred(specs: readonly TensorSpec[], attrs: Attrs): readonly (readonly number[] | TensorSpec)[] {
    const { infer } = this.spec;
    const count = this.sig.outputs.length;
    if (!infer) return new Array<readonly number[]>(count).fill(this.broadcast(specs));
    const result: Inferred = infer(this.byName(specs), attrs, this.name);
    if (!Array.isArray(result)) return [result as TensorSpec];
    const list = result as readonly unknown[];
    const single = count === 1 && (list.length === 0 || typeof list[0] === 'number');
    return single ? [result as readonly number[]] : (result as readonly (readonly number[] | TensorSpec)[]);
  }

  private broadcast(specs: readonly TensorSpec[]): readonly number[] {
    let shape = specs[0]?.shape ?? [];
    for (let i = 1; i < specs.length; i++) {
      const next = specs[i]!.shape;
      if (sameShape(shape, next)) continue;
      const joined = broadcastShapes(shape, next);
      if (!joined) {
        const names = this.inputs.map((input) => `'${input.name}'`).join(', ');
        const all = specs.map((s) => shapeText(s.shape)).join(' and ');
        throw new ValueError(
          `For '${this.name}', the shapes of ${names} must broadcast (axis by axis from the last: equal, or one of ` +
            `them 1), but got ${all}.`,
        );
      }
      shape = joined;
    }
    return shape;
  }

  kernel(specs: readonly TensorSpec[], attrs: Attrs, outs: readonly TensorSpec[], generic: boolean): Kernel | null {
    return buildKernel(this, specs, this.promoted(specs), attrs, outs, [], generic);
  }

  /** The same with leading mapped axes: the per-example specs and the physical ones. */
  liftedKernel(
    physical: readonly TensorSpec[],
    attrs: Attrs,
    outs: readonly TensorSpec[],
    masks: readonly string[],
    generic: boolean,
  ): Kernel | null {
    return buildKernel(this, physical, this.promoted(physical), attrs, outs, masks, generic);
  }

  override flatKey(specs: readonly TensorSpec[], attrs: Attrs, outs: readonly TensorSpec[]): string | null {
    return flatKeyOf(this, specs, attrs, outs);
  }

  override onFlat(entry: Entry, device: Device): void {
    const { inputs, outs } = entry;
    const [out, second] = outs;
    if (!out || second || inputs.length > 2 || this.sig.inputs.length !== inputs.length) return;
    if (this.sig.callAttrs.length || this.sig.classAttrs.length || out.over >= 0) return;
    const slot = fastSlot(inputs, out.shape);
    this.fast[slot] = { exe: entry.exe!, device, dtype: out.dtype, itemsize: out.dtype.itemsize };
  }

  backward(request: BackwardRequest): (Value | null)[] {
    if (this.spec.grad === undefined) {
      throw new RuntimeError(`For '${this.name}', there is no gradient; use stopGradient where none is wanted.`);
    }
    return gradientsOf(this, request);
  }

  protected lift(mask: string): Runnable {
    return new LiftedOp(this, mask);
  }
}

/** Where the kernel for two dtypes and a pattern of scalars is kept. */
function fastSlot(inputs: readonly TensorSpec[], shape: readonly number[]): number {
  const a = inputs[0]!;
  const b = inputs[1] ?? a;
  const mask = (sameShape(a.shape, shape) ? 0 : 1) + (sameShape(b.shape, shape) ? 0 : 2);
  return (((a.dtype.id << 4) | b.dtype.id) << 2) | mask;
}
