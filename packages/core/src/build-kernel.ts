import type { OutOfRange } from '@sporelet/ir';
import type {
  DType,
  Expr,
  Kernel,
  KernelOutput,
  PushOp,
  RoutineArray,
  RoutineBody,
  TensorSpec,
  TypedArray,
} from '@sporelet/ir';
import { axesFor, Axis, axisRef, bool, broadcastAt, constant, outOfRange, sameShape, shapeText, sizeOf, View } from '@sporelet/ir'; // prettier-ignore
import type { Attrs } from './attr.ts';
import { attrsKey } from './eager.ts';
import type { OpDef } from './op-def.ts';
import type { Named, PullFn, Push } from './op-spec.ts';

const ofBools: Partial<Record<PushOp, PushOp>> = { add: 'max', mul: 'min' };

/** The length for which a length-generic kernel is written down; a run brings its own. */
const sampleLength = 1024;

/** A scalar next to the output of an element-wise op, whatever its rank. */
const isScalar = (spec: TensorSpec, out: TensorSpec): boolean =>
  sizeOf(spec.shape) === 1 && !sameShape(spec.shape, out.shape);

/** What tells length-generic kernels of an element-wise op apart; null when an operand must be broadcast. */
export function flatKeyOf(
  def: OpDef,
  specs: readonly TensorSpec[],
  attrs: Attrs,
  outs: readonly TensorSpec[],
): string | null {
  const out = outs[0];
  if (!def.spec.each || !out || outs.some((o) => !sameShape(o.shape, out.shape))) return null;
  let key = '';
  for (const spec of specs) {
    if (sameShape(spec.shape, out.shape)) key += `${spec.dtype.id}v`;
    else if (sizeOf(spec.shape) === 1) key += `${spec.dtype.id}s`;
    else return null;
  }
  return key + attrsKey(attrs);
}

/**
 * The kernel of an op for given inputs.
 * @param specs - dtypes and shapes as the inputs lie in memory
 * @param dtypes - the dtypes in which they take part
 * @param masks - one per mapped axis, outermost first: letter k is '1' when input k carries that axis in front
 * @param generic - whether an element-wise kernel may take its length as an argument
 * @returns null for an op whose output is input 0 with another shape
 */
export function buildKernel(
  def: OpDef,
  specs: readonly TensorSpec[],
  dtypes: readonly DType[],
  attrs: Attrs,
  outs: readonly TensorSpec[],
  masks: readonly string[],
  generic: boolean,
): Kernel | null {
  const { spec } = def;
  if (spec.alias) return null;
  const common = { name: def.name, inPlace: def.inPlace(specs.length) };
  /** The error for an index out of range names the shapes of one example. */
  const told = (outputs: readonly KernelOutput[]): OutOfRange => {
    const shapes = specs.map((s) => shapeText(s.shape.slice(countMapped(masks, specs.indexOf(s)))));
    return (index) => outOfRange({ name: def.name, outputs }, index, ` for inputs of shapes ${shapes.join(', ')}`);
  };
  if (spec.each) {
    const flat = generic && flatKeyOf(def, specs, attrs, outs) !== null;
    const inputs = flat ? specs.map((s) => flatSpec(s, outs[0]!)) : specs;
    const targets = flat ? outs.map((o) => ({ dtype: o.dtype, shape: [sampleLength] })) : outs;
    const outputs = elementwise(def, spec.each, inputs, dtypes, attrs, targets, flat ? [] : masks);
    return { ...common, inputs, outputs, flat };
  }
  const casts = specs.findIndex((s, i) => s.dtype !== dtypes[i]);
  if (casts >= 0) throw new Error(`op '${def.name}': input ${casts} was not cast to ${dtypes[casts]!.name}`);
  if (spec.routine) {
    const { routine } = spec;
    const body: RoutineBody = (ins, results) => eachExample(ins, results, masks, (i, o) => routine(i, o, attrs));
    const outputs = outs.map((o): KernelOutput => ({ form: 'routine', spec: o }));
    return { ...common, inputs: specs, outputs, flat: false, routine: body };
  }
  const outputs = indexed(def, specs, attrs, outs, masks);
  return { ...common, inputs: specs, outputs, flat: false, outOfRange: told(outputs) };
}

function countMapped(masks: readonly string[], input: number): number {
  return masks.filter((m) => m[input] === '1').length;
}

function flatSpec(spec: TensorSpec, out: TensorSpec): TensorSpec {
  return { dtype: spec.dtype, shape: isScalar(spec, out) ? [] : [sampleLength] };
}

/** One axis per mapped level, shared by everything in the kernel. */
function batchAxes(outs: readonly TensorSpec[], masks: readonly string[]): Axis[] {
  return masks.map((_, level) => new Axis(`b${level}`, outs[0]!.shape[level]!));
}

function viewsOf(specs: readonly TensorSpec[], batch: readonly Axis[], masks: readonly string[]): View[] {
  const refs = batch.map(axisRef);
  return specs.map((s, i) => {
    const bound = refs.filter((_, level) => masks[level]![i] === '1');
    return new View(i, s, bound);
  });
}

function elementwise(
  def: OpDef,
  each: NonNullable<OpDef['spec']['each']>,
  specs: readonly TensorSpec[],
  dtypes: readonly DType[],
  attrs: Attrs,
  outs: readonly TensorSpec[],
  masks: readonly string[],
): KernelOutput[] {
  const batch = batchAxes(outs, masks);
  const axes = axesFor(outs[0]!.shape.slice(batch.length));
  const index = axes.map(axisRef);
  const operands = viewsOf(specs, batch, masks).map((v, i) => broadcastAt(v, index).cast(dtypes[i]!));
  const result = each(def.byName(operands), attrs, outs);
  const values: readonly Expr[] = Array.isArray(result) ? (result as readonly Expr[]) : [result as Expr];
  return outs.map((spec, k) => pulled(def, spec, [...batch, ...axes], values[k]));
}

function pulled(def: OpDef, spec: TensorSpec, axes: readonly Axis[], value: Expr | undefined): KernelOutput {
  if (!value) throw new Error(`op '${def.name}': the kernel gives too few outputs`);
  return { form: 'pull', spec, axes, value: value.cast(spec.dtype) };
}

function indexed(
  def: OpDef,
  specs: readonly TensorSpec[],
  attrs: Attrs,
  outs: readonly TensorSpec[],
  masks: readonly string[],
): KernelOutput[] {
  const batch = batchAxes(outs, masks);
  const examples = outs.map((o): TensorSpec => ({ dtype: o.dtype, shape: o.shape.slice(batch.length) }));
  const build = (def.spec.pull ?? def.spec.push) as (ins: Named, attrs: Named, outs: readonly TensorSpec[]) => unknown;
  const body = build(def.byName(viewsOf(specs, batch, masks)), attrs, examples);
  if (typeof body === 'function') {
    const axes = axesFor(examples[0]!.shape);
    const result = (body as PullFn)(...axes.map(axisRef));
    const values: readonly Expr[] = Array.isArray(result) ? (result as readonly Expr[]) : [result as Expr];
    return outs.map((spec, k) => pulled(def, spec, [...batch, ...axes], values[k]));
  }
  const forms = (Array.isArray(body) ? body : [body]) as readonly (PullFn | Push)[];
  return outs.map((spec, k) => {
    const form = forms[k];
    const axes = axesFor(examples[k]!.shape);
    if (typeof form === 'function') {
      return pulled(def, spec, [...batch, ...axes], form(...axes.map(axisRef)) as Expr);
    }
    if (!form) throw new Error(`op '${def.name}': the kernel gives too few outputs`);
    const over = axesFor(form.over, 'j');
    const j = over.map(axisRef);
    const init = form.init ? form.init(...axes.map(axisRef)).cast(spec.dtype) : constant(0, spec.dtype);
    return {
      form: 'push',
      spec,
      axes: [...batch, ...over],
      index: [...batch.map(axisRef), ...form.index(...j)],
      value: form.value(...j).cast(spec.dtype),
      // Sums of bools are disjunctions, products conjunctions, as of whole tensors.
      op: (spec.dtype === bool && ofBools[form.op]) || form.op,
      init: { axes: [...batch, ...axes], value: init },
    };
  });
}

function example(array: RoutineArray, i: number): RoutineArray {
  const shape = array.shape.slice(1);
  const size = sizeOf(shape);
  const data = array.data as TypedArray;
  return { dtype: array.dtype, shape, data: data.subarray(i * size, (i + 1) * size) };
}

/** Runs a routine once per example of the mapped axes. */
function eachExample(
  ins: readonly RoutineArray[],
  outs: readonly RoutineArray[],
  masks: readonly string[],
  run: (ins: readonly RoutineArray[], outs: readonly RoutineArray[]) => void,
): void {
  const [mask, ...rest] = masks;
  if (mask === undefined) {
    run(ins, outs);
    return;
  }
  for (let b = 0; b < outs[0]!.shape[0]!; b++) {
    eachExample(
      ins.map((a, i) => (mask[i] === '1' ? example(a, b) : a)),
      outs.map((o) => example(o, b)),
      rest,
      run,
    );
  }
}
