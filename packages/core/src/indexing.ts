import type { Dims } from '@sporelet/ir';
import { ValueError, bool, broadcastShapes, sameShape, shapeText } from '@sporelet/ir';
import { coreOps } from './core-ops.ts';
import { onDevice } from './devices.ts';
import type { IndexPlan, Item } from './index-plan.ts';
import { planIndex } from './index-plan.ts';
import type { Index } from './index-types.ts';
import type { Operand } from './tensor.ts';
import { Tensor } from './tensor.ts';
import { concreteBelow } from './value.ts';

type Gather = Extract<Item, { kind: 'gather' }>;

/** How the gathered axes lie in the window and in the result. */
interface Layout {
  readonly indices: readonly Tensor[];
  /** The common shape of the indices. */
  readonly block: Dims;
  /** Puts the gathered axes of the window in front. */
  readonly toFront: readonly number[];
  /** Puts block and kept axes, as gathering leaves them, where the result has them. */
  readonly toResult: readonly number[];
  /** The result without new axes. */
  readonly gathered: Dims;
  /** Whether the block comes first because the gathered axes are apart. */
  readonly apart: boolean;
}

const inverse = (permutation: readonly number[]): number[] => permutation.map((_, d) => permutation.indexOf(d));

function transposed(x: Tensor, permutation: readonly number[]): Tensor {
  return permutation.every((p, d) => p === d) ? x : coreOps().transpose(x, permutation);
}

function reshaped(x: Tensor, shape: Dims): Tensor {
  return sameShape(x.shape, shape) ? x : coreOps().reshape(x, shape);
}

function broadcastTo(x: Tensor, shape: Dims): Tensor {
  return sameShape(x.shape, shape) ? x : coreOps().broadcastTo(x, shape);
}

function windowed(x: Tensor, { windows, whole }: IndexPlan): Tensor {
  if (whole) return x;
  return coreOps().slice(
    x,
    windows.map((w) => w.begin),
    windows.map((w) => w.size),
    windows.map((w) => w.step),
  );
}

function layoutOf(plan: IndexPlan, gathers: readonly Gather[]): Layout {
  const { items, windows } = plan;
  const block = gathers.reduce<Dims>((shape, { index }) => {
    const joined = broadcastShapes(shape, index.shape);
    if (joined) return joined;
    const all = gathers.map((g) => shapeText(g.index.shape)).join(' and ');
    throw new ValueError(`The index tensors must broadcast to one shape, but got ${all}.`);
  }, []);
  const axes = gathers.map((g) => g.axis);
  const kept = items.flatMap((item) => (item.kind === 'axis' ? [item.axis] : []));
  const first = items.findIndex((item) => item.kind === 'gather');
  const last = items.findLastIndex((item) => item.kind === 'gather');
  const together = last - first + 1 === gathers.length;
  // Gathered axes that are apart go to the front, as in NumPy.
  const before = together ? items.slice(0, first).filter((item) => item.kind === 'axis').length : 0;
  const rank = block.length;
  const toResult = [
    ...kept.slice(0, before).map((_, k) => rank + k),
    ...block.map((_, k) => k),
    ...kept.slice(before).map((_, k) => rank + before + k),
  ];
  const sizes = kept.map((axis) => windows[axis]!.size);
  return {
    indices: gathers.map((g) => broadcastTo(g.index, block)),
    block,
    toFront: [...axes, ...kept],
    toResult,
    gathered: [...sizes.slice(0, before), ...block, ...sizes.slice(before)],
    apart: !together,
  };
}

const gathersOf = (plan: IndexPlan): Gather[] => plan.items.filter((item) => item.kind === 'gather');

/** The shape of the result, new axes included. */
function resultShape(plan: IndexPlan, layout: Layout | null): Dims {
  const { items, windows } = plan;
  if (!layout) {
    return items.flatMap((item) =>
      item.kind === 'axis' ? [windows[item.axis]!.size] : item.kind === 'new' ? [item.size] : [],
    );
  }
  const first = items.findIndex((item) => item.kind === 'gather');
  const shape: number[] = layout.apart ? [...layout.block] : [];
  items.forEach((item, i) => {
    if (item.kind === 'axis') shape.push(windows[item.axis]!.size);
    else if (item.kind === 'new') shape.push(item.size);
    else if (!layout.apart && i === first) shape.push(...layout.block);
  });
  return shape;
}

/** `x[index]`. */
export function readIndexed(x: Tensor, index: readonly Index[]): Tensor {
  return besides(x, () => read(x, index));
}

/** What an index needs besides is made on the tensor's own device. */
function besides<R>(x: Tensor, body: () => R): R {
  return onDevice(concreteBelow(x.$value)?.device, body);
}

function read(x: Tensor, index: readonly Index[]): Tensor {
  const plan = planIndex(x.shape, index);
  const gathers = gathersOf(plan);
  const layout = gathers.length ? layoutOf(plan, gathers) : null;
  const shape = resultShape(plan, layout);
  if (shape.includes(0)) return coreOps().full(shape, 0, x.dtype);
  const part = windowed(x, plan);
  // The whole tensor is another handle all the same.
  if (!layout) return part === x ? coreOps().reshape(x, shape) : reshaped(part, shape);
  const gathered = coreOps().gatherNd(transposed(part, layout.toFront), layout.indices);
  return reshaped(transposed(gathered, layout.toResult), shape);
}

/** `x[index] = value`: binds the handle to the changed elements. */
export function writeIndexed(x: Tensor, index: Index | readonly Index[], value: Operand): void {
  besides(x, () => write(x, index, value));
}

function write(x: Tensor, index0: Index | readonly Index[], value: Operand): void {
  // A list has one item per axis, as the arguments of `at`.
  const index = (Array.isArray(index0) ? index0 : [index0]) as readonly Index[];
  const given = value instanceof Tensor ? value : new Tensor(value, x.dtype);
  const source = given.dtype === x.dtype ? given : coreOps().cast(given, x.dtype);
  const [mask] = index;
  if (index.length === 1 && mask instanceof Tensor && mask.dtype === bool && source.ndim === 0) {
    planMask(x, mask);
    const spread = reshaped(mask, [...mask.shape, ...x.shape.slice(mask.ndim).map(() => 1)]);
    x.$assign(coreOps().where(spread, source, x));
    return;
  }
  const plan = planIndex(x.shape, index);
  const gathers = gathersOf(plan);
  const layout = gathers.length ? layoutOf(plan, gathers) : null;
  const shape = resultShape(plan, layout);
  const spread = spreadTo(source, shape);
  if (shape.includes(0)) return;
  if (!layout) {
    const sizes = plan.windows.map((w) => w.size);
    x.$assign(setWindow(x, plan, reshaped(spread, sizes)));
    return;
  }
  const part = transposed(windowed(x, plan), layout.toFront);
  const rows = transposed(reshaped(spread, layout.gathered), inverse(layout.toResult));
  const changed = transposed(coreOps().scatterNd(part, layout.indices, rows), inverse(layout.toFront));
  x.$assign(plan.whole ? changed : setWindow(x, plan, changed));
}

function setWindow(x: Tensor, plan: IndexPlan, part: Tensor): Tensor {
  return coreOps().setSlice(
    x,
    part,
    plan.windows.map((w) => w.begin),
    plan.windows.map((w) => w.step),
  );
}

/** Checks a mask without reading it. */
function planMask(x: Tensor, mask: Tensor): void {
  const fits = mask.ndim <= x.ndim && mask.shape.every((n, d) => n === x.shape[d]);
  if (!fits) planIndex(x.shape, [mask]);
}

/** The value broadcast to the shape that is written; more axes of size 1 in front are allowed. */
function spreadTo(value: Tensor, shape: Dims): Tensor {
  const extra = value.ndim - shape.length;
  const own = extra > 0 && value.shape.slice(0, extra).every((n) => n === 1) ? value.shape.slice(extra) : value.shape;
  const joined = broadcastShapes(own, shape);
  if (!joined || !sameShape(joined, shape)) {
    throw new ValueError(
      `A value of shape ${shapeText(value.shape)} cannot be written into a part of shape ${shapeText(shape)}.`,
    );
  }
  return broadcastTo(reshaped(value, own), shape);
}
