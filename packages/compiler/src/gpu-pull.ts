import type { Axis, DType, Expr, TensorSpec } from '@sporelet/ir';
import { Axis as LoopAxis, Expr as ExprNode, FreeAxes, axisRef, bool, constant, flatIndex, int32, sizeOf, slope, uint32, where } from '@sporelet/ir'; // prettier-ignore
import type { Operand, PullTarget } from './emit-pull.ts';
import { GpuHoister } from './gpu-hoist.ts';
import { lowerGpu } from './gpu-lower.ts';
import { emitProduct } from './gpu-matmul.ts';
import type { GpuBuilder, GpuLimits, GpuOperand } from './gpu-plan.ts';
import { boundOperand } from './gpu-plan.ts';
import { productOf, sizeOfAxes } from './gpu-product.ts';
import type { Group } from './group.ts';
import { merged } from './group.ts';
import { Placer } from './place.ts';
import type { Ref } from './plan.ts';
import { refKey } from './plan.ts';
import type { Spelling } from './wgsl-nest.ts';
import { PackedStores, WgslPrinter, sharedName } from './wgsl-nest.ts';
import { isPacked, loadText, wgslType } from './wgsl-text.ts';

/** Threads of a workgroup where each does units of its own. */
const THREADS = 64;

/** Units that are enough for the threads of a processor, whom barriers cost more than they save; so are few terms. */
const FEW = 16;

interface Source {
  readonly ref: Ref;
  readonly stored: DType;
  readonly bytes: number;
}

/** The operands of a group as its kernel names them. */
export interface GroupOperands {
  readonly operands: readonly GpuOperand[];
  readonly outputs: readonly { readonly operand: number; readonly stored: DType }[];
  readonly spelling: Spelling;
}

/** Adds the dispatches that compute pull outputs over common axes. Loads' `input` numbers index `operands`. */
export function emitGpuPull(
  b: GpuBuilder,
  group: { operands: readonly Operand[]; outputs: readonly PullTarget[]; flat?: boolean },
): void {
  const { operands, outputs } = group;
  const values = lowerGpu(outputs.map((o) => o.value), operands.map((o) => o.spec)); // prettier-ignore
  const sources = operands.map(({ ref, spec }) => sourceOf(ref, spec));
  const axes = outputs[0]!.axes;
  // A kernel has so many buffers: outputs that are too many run one by one.
  const refs = new Set([...readsOf(values)].map((i) => refKey(sources[i]!.ref)));
  const split = outputs.length > 1 && refs.size + outputs.length > b.limits.storageBuffers && apart(values, outputs, sources);
  const groups = split ? values.map((v, i) => [[v], [outputs[i]!]] as const) : [[values, outputs] as const];
  for (const [some, to] of groups) emitGroup(b, sources, { axes, values: some }, to, group.flat ?? false);
} // prettier-ignore

/** Whether outputs may run one after another: none overwrites what a later one reads. */
function apart(values: readonly Expr[], outputs: readonly PullTarget[], sources: readonly Source[]): boolean {
  return outputs.every(
    ({ ref }, i) =>
    values.slice(i + 1).every((v) => ![...readsOf([v])].some((s) => refKey(sources[s]!.ref) === refKey(ref))), // prettier-ignore
  );
}

const sourceOf = (ref: Ref, { dtype, shape }: TensorSpec): Source => ({ ref, stored: dtype, bytes: wordBytes(sizeOf(shape) * dtype.itemsize) }); // prettier-ignore
const wordBytes = (bytes: number): number => Math.ceil(bytes / 4) * 4;

function readsOf(values: readonly Expr[], found = new Set<number>()): Set<number> {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'read') found.add(e.input);
    e.args.forEach(walk);
    for (const a of e.axes) if (a.limit) walk(a.limit);
  };
  values.forEach(walk);
  return found;
}

function emitGroup(
  b: GpuBuilder,
  sources: readonly Source[],
  group: Group,
  outputs: readonly Operand[],
  flat: boolean,
): void {
  if (!flat && sizeOfAxes(group.axes) === 0) return;
  const hoister = new GpuHoister(group.axes, sources.length);
  const hoisted = group.values.map((v) => hoister.run(v));
  const all = [...sources];
  for (const h of hoister.hoisted) {
    const ref = b.temp(h.bytes);
    const spec = { dtype: h.stored, shape: h.group.axes.map((a) => a.extent) };
    emitGroup(b, all, h.group, [{ ref, spec }], false);
    all.push(sourceOf(ref, spec));
  }
  const { axes, values } = flat ? { axes: group.axes, values: hoisted } : merged({ axes: group.axes, values: hoisted });
  const product = productIn(values, axes);
  const schedule = product || flat ? null : scheduleOf(axes, values, b.limits);
  if ((product || schedule?.unit === 'row' || schedule?.team) && outputs.some((o) => isPacked(o.spec.dtype))) {
    emitPacked(b, all, { axes, values }, outputs);
    return;
  }
  const g = namedOperands(b, all, values, outputs, flat);
  if (product) emitProduct(b, product, g, values, axes);
  else if (schedule?.unit === 'row' || schedule?.team) emitTeam(b, g, axes, values, schedule);
  else emitElements(b, g, axes, values, flat);
}

/** Elements narrower than a word are first computed one a word: threads that share a word would lose each other's writes. */
function emitPacked(b: GpuBuilder, sources: readonly Source[], group: Group, outputs: readonly Operand[]): void {
  const size = sizeOfAxes(group.axes);
  const words = outputs.map(({ ref, spec }): Operand => {
    const machine = isPacked(spec.dtype) ? wordOf(spec.dtype) : null;
    return machine ? { ref: b.temp(size * 4), spec: { dtype: machine, shape: [size] } } : { ref, spec };
  });
  emitGroup(b, sources, { axes: group.axes, values: group.values.map((v, i) => asWord(v, outputs[i]!.spec.dtype)) }, words, false); // prettier-ignore
  outputs.forEach((out, i) => {
    const word = words[i]!;
    if (word.ref === out.ref) return;
    const axes = [new LoopAxis('i', size)];
    const read = new ExprNode('read', word.spec.dtype, [axisRef(axes[0]!)], { input: 0, stored: word.spec.dtype });
    const value = out.spec.dtype === bool ? read.ne(0) : read;
    emitGroup(b, [sourceOf(word.ref, word.spec)], { axes, values: [value] }, [out], false);
  });
}

/** What a packed element is before it is packed. */
const wordOf = (d: DType): DType => (d.kind === 'int' ? int32 : uint32);
const asWord = (value: Expr, d: DType): Expr => (d === bool ? where(value, constant(1, uint32), 0) : value);

function scheduleOf(axes: readonly Axis[], values: readonly Expr[], limits: GpuLimits): Schedule {
  const { software = false, threads } = limits;
  const free = new FreeAxes();
  const inner = axes.at(-1) ?? null;
  let terms = 1;
  let ofRow = false;
  let along = false;
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'reduce') {
      terms = Math.max(terms, sizeOfAxes(e.axes));
      if (inner && !free.of(e).has(inner)) ofRow = true;
      else if (readsAlong(e.args[0]!, e.axes.at(-1)!, free)) along = true;
    }
    e.args.forEach(walk);
  };
  values.forEach(walk);
  const units = sizeOfAxes(axes);
  if (inner && ofRow) {
    const longest = Math.max(inner.extent, terms);
    const alone = software && (units / inner.extent >= FEW || longest < FEW * THREADS);
    return { unit: 'row', team: longest >= 64 && !alone ? teamFor(longest, threads) : 0 };
  }
  const alone = software && (units >= FEW || terms < FEW * THREADS);
  const team = terms >= 64 && (along || units < 1024) && !alone ? teamFor(terms, threads) : 0;
  return { unit: 'element', team };
}

interface Schedule {
  readonly unit: 'row' | 'element';
  /** Threads that do one unit together; 0: each thread does units of its own. */
  readonly team: number;
}

const teamFor = (count: number, most: number): number => Math.min(most, count >= 2048 ? 256 : count >= 512 ? 128 : 64); // prettier-ignore

function readsAlong(e: Expr, axis: Axis, free: FreeAxes): boolean {
  if (e.kind === 'read') return slope(e.args[0]!, axis, free) === 1;
  return e.args.some((a) => readsAlong(a, axis, free));
}

function productIn(values: readonly Expr[], axes: readonly Axis[]) {
  let found: Expr | null = null;
  let count = 0;
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'reduce') {
      count++;
      found = e;
    } else e.args.forEach(walk);
  };
  values.forEach(walk);
  return found && count === 1 ? productOf(found, axes) : null;
}

/** Binds the operands; where a kernel may not have so many, some are gathered in one buffer first. */
function namedOperands(
  b: GpuBuilder,
  sources: readonly Source[],
  values: readonly Expr[],
  outputs: readonly Operand[],
  flat: boolean,
): GroupOperands {
  const read = [...readsOf(values)];
  const outs = new Set(outputs.map((o) => refKey(o.ref)));
  const refs = new Map(read.filter((i) => !outs.has(refKey(sources[i]!.ref))).map((i) => [refKey(sources[i]!.ref), i]));
  const places = new Map<string, number>();
  const operands = [
    ...sources.map(({ ref, stored, bytes }) => boundOperand(ref, stored, flat ? null : bytes)),
    ...outputs.map(({ ref, spec }) => boundOperand(ref, spec.dtype, flat ? null : sourceOf(ref, spec).bytes)),
  ];
  const gathered = operands.length;
  const over = refs.size + outs.size - b.limits.storageBuffers;
  if (over > 0) {
    const bytes = (i: number): number => sources[i]!.bytes;
    const chosen = [...refs.values()].sort((x, y) => bytes(x) - bytes(y)).slice(0, over + 1);
    let at = 0;
    const parts = chosen.map((i) => {
      const part = { from: sources[i]!.ref, at, bytes: bytes(i) };
      places.set(refKey(sources[i]!.ref), at / 4);
      at += part.bytes;
      return part;
    });
    const to = b.temp(at);
    b.gather(parts, to);
    operands.push(boundOperand(to, uint32, at));
  }
  const load = (operand: number, stored: DType, offset: string): string | undefined => {
    const source = sources[operand];
    const base = source && places.get(refKey(source.ref));
    return base === undefined ? undefined : gatheredText(`p${gathered}`, base, stored, offset);
  };
  return {
    operands,
    outputs: outputs.map((o, i) => ({ operand: sources.length + i, stored: o.spec.dtype })),
    spelling: places.size ? { load } : {},
  };
} // prettier-ignore

function gatheredText(p: string, base: number, stored: DType, offset: string): string {
  if (isPacked(stored)) return loadText(p, stored, `(${offset} + ${base * (4 / stored.itemsize)})`);
  if (stored.itemsize === 8) return `vec2<u32>(${p}[${base} + 2 * (${offset})], ${p}[${base + 1} + 2 * (${offset})])`;
  const word = `${p}[${base} + ${offset}]`;
  return stored === uint32 ? word : `bitcast<${wgslType(stored)}>(${word})`;
}

function emitTeam(b: GpuBuilder, g: GroupOperands, axes: readonly Axis[], values: readonly Expr[], s: Schedule): void {
  const printer = new WgslPrinter(g.spelling, s.team);
  const nest = new Placer(0).nest(axes, storesOf(g, axes, values), s.unit, false);
  const units = s.unit === 'row' ? sizeOfAxes(axes.slice(0, -1)) : sizeOfAxes(axes);
  const threads = s.team || THREADS;
  printer.line(`let unit = ${s.team ? 'number' : `number * ${THREADS} + lid`};`);
  printer.line(`if (unit >= ${units}) { return; }`);
  printer.unit(nest, 'unit');
  b.dispatch({
    threads,
    head: [...printer.shared].map((d) => `var<workgroup> ${sharedName(d)}: array<${wgslType(d)}, ${threads}>;`),
    body: printer.take(),
    operands: g.operands,
    written: new Set(g.outputs.map((o) => o.operand)),
    groups: s.team ? units : Math.ceil(units / THREADS),
  });
}

function storesOf(g: GroupOperands, axes: readonly Axis[], values: readonly Expr[]) {
  const offset = flatIndex(axes.map((a) => a.extent), axes.map(axisRef)); // prettier-ignore
  return values.map((value, i) => ({ output: g.outputs[i]!.operand, stored: g.outputs[i]!.stored, offset, value }));
}

/** One thread computes one element, or as many as make whole words. */
function emitElements(b: GpuBuilder, g: GroupOperands, axes: readonly Axis[], values: readonly Expr[], flat: boolean): void {
  const each = PackedStores.elements(g.outputs.map((o) => o.stored));
  const packed = new PackedStores(g.outputs, each);
  const printer = new WgslPrinter({ ...g.spelling, store: (operand, _stored, _offset, value) => packed.store(operand, 'v', value) });
  const nest = new Placer(0).nest(axes, storesOf(g, axes, values), 'element', false);
  // The widest output has no padding that counts.
  const first = g.outputs.reduce((a, o) => (o.stored.itemsize > a.stored.itemsize ? o : a));
  const size = sizeOfAxes(axes);
  printer.line(`let unit = number * ${THREADS} + lid;`);
  const stored = 4 / first.stored.itemsize;
  // A kernel of any length reads it off its output.
  const count = flat ? `i32(arrayLength(&p${first.operand}))${isPacked(first.stored) ? ` * ${stored}` : ''}` : String(size);
  printer.line(`let count = ${count};`);
  if (each === 1) {
    printer.line('if (unit >= count) { return; }');
    printer.unit(nest, 'unit');
  } else {
    printer.line(`if (unit * ${each} >= count) { return; }`);
    for (const line of packed.before()) printer.line(line);
    printer.line(`for (var v: i32 = 0; v < ${each}; v++) {`);
    printer.indent(2).line(`let element = unit * ${each} + v;`);
    printer.line('if (element >= count) { break; }');
    printer.unit(nest, 'element');
    printer.indent(1).line('}');
    for (const line of packed.after('unit')) printer.line(line);
  }
  b.dispatch({
    threads: THREADS,
    head: [],
    body: printer.take(),
    operands: g.operands,
    written: new Set(g.outputs.map((o) => o.operand)),
    groups: flat ? THREADS * each : Math.ceil(Math.ceil(size / each) / THREADS),
    flat,
  });
} // prettier-ignore
