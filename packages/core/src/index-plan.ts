import type { Dims } from '@sporelet/ir';
import { IndexError, ValueError, bool, int32, int64, shapeText } from '@sporelet/ir';
import { coreOps } from './core-ops.ts';
import type { Index } from './index-types.ts';
import { Slice } from './index-types.ts';
import { Tensor } from './tensor.ts';
import { describe } from './text.ts';

/** One axis of the source: where reading starts, how many elements, how far apart. */
export interface Window {
  readonly begin: number;
  readonly size: number;
  readonly step: number;
}

/** What becomes of an index item in the result. */
export type Item =
  | { readonly kind: 'axis'; readonly axis: number }
  | { readonly kind: 'new'; readonly size: 0 | 1 }
  | { readonly kind: 'drop'; readonly axis: number }
  | { readonly kind: 'gather'; readonly axis: number; readonly index: Tensor };

/** An index taken apart: first a window of every axis, then gathering along some, then axes put in and left out. */
export interface IndexPlan {
  readonly windows: readonly Window[];
  readonly items: readonly Item[];
  /** Whether the windows are the whole tensor. */
  readonly whole: boolean;
}

const slicePattern = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/;

function parseSlice(text: string): Slice {
  const m = slicePattern.exec(text);
  if (!m) throw new IndexError(`The index '${text}' is not a slice such as '1:3' or '::2', nor '...'.`);
  const part = (s: string | undefined): number | null => (s === undefined ? null : Number(s));
  return new Slice(part(m[1]), part(m[2]), part(m[3]) ?? 1);
}

/** Python's rules for slices: bounds count from the end when negative, and are clipped. */
export function windowOf({ start, stop, step }: Slice, n: number): Window {
  for (const v of [start, stop, step]) {
    if (v !== null && !Number.isInteger(v)) throw new TypeError(`The parts of a slice must be ints, but got ${v}.`);
  }
  if (step === 0) throw new ValueError('The step of a slice must not be 0.');
  const clip = (v: number): number => {
    const w = v < 0 ? v + n : v;
    return step > 0 ? Math.min(Math.max(w, 0), n) : Math.min(Math.max(w, -1), n - 1);
  };
  const begin = start === null ? (step > 0 ? 0 : n - 1) : clip(start);
  const end = stop === null ? (step > 0 ? n : -1) : clip(stop);
  return { begin, size: Math.max(0, Math.ceil((end - begin) / step)), step };
}

/** How many axes of the source an item takes. */
function axesTaken(item: Index): number {
  if (item === null || typeof item === 'boolean') return 0;
  if (item instanceof Tensor && item.dtype === bool) return item.ndim;
  return 1;
}

const isMask = (item: Index): boolean =>
  (item instanceof Tensor && item.dtype === bool) ||
  (Array.isArray(item) && item.length > 0 && typeof item[0] === 'boolean');

const isGathering = (item: Index): boolean => item instanceof Tensor || Array.isArray(item);

/** Checks an index against a shape and takes it apart. */
export function planIndex(shape: Dims, index: readonly Index[]): IndexPlan {
  const given = index.reduce<number>((n, item) => (item === '...' ? n : n + axesTaken(item)), 0);
  if (given > shape.length) {
    throw new IndexError(`There are too many indices, ${given}, for a tensor of shape ${shapeText(shape)}.`);
  }
  if (index.filter((item) => item === '...').length > 1) throw new IndexError("An index can have only one '...'.");
  const rest = shape.length - given;
  const full = new Slice(null, null);
  const expanded: Index[] = [];
  for (const item of index.includes('...') ? index : [...index, '...' as const]) {
    if (item === '...') for (let i = 0; i < rest; i++) expanded.push(full);
    else expanded.push(item);
  }
  // NumPy: next to index arrays a number is one too.
  const gathering = expanded.some(isGathering);
  const windows: Window[] = [];
  const items: Item[] = [];
  for (const item of expanded) {
    const axis = windows.length;
    const n = shape[axis]!;
    const whole: Window = { begin: 0, size: n, step: 1 };
    if (item === null || item === true) items.push({ kind: 'new', size: 1 });
    else if (item === false) items.push({ kind: 'new', size: 0 });
    else if (typeof item === 'number') {
      const i = checkPosition(item, n, axis);
      windows.push({ begin: i, size: 1, step: 1 });
      items.push(gathering ? { kind: 'gather', axis, index: indexTensor([0], []) } : { kind: 'drop', axis });
    } else if (typeof item === 'string' || item instanceof Slice) {
      windows.push(windowOf(item instanceof Slice ? item : parseSlice(item), n));
      items.push({ kind: 'axis', axis });
    } else if (isMask(item)) {
      const mask = item instanceof Tensor ? item : new Tensor(item);
      maskPositions(mask, shape, axis).forEach((at, d) => {
        windows.push({ begin: 0, size: shape[axis + d]!, step: 1 });
        items.push({ kind: 'gather', axis: axis + d, index: at });
      });
    } else {
      windows.push(whole);
      items.push({ kind: 'gather', axis, index: positions(item as Tensor | readonly number[], n, axis) });
    }
  }
  const whole = windows.every((w, d) => w.begin === 0 && w.step === 1 && w.size === shape[d]);
  return { windows, items, whole };
}

function checkPosition(i: number, n: number, axis: number): number {
  if (!Number.isInteger(i)) throw new IndexError(`The index must be an int, but got ${i}.`);
  if (i < -n || i >= n) {
    throw new IndexError(`The index ${i} is out of range for axis ${axis} of size ${n}: it must be in [${-n}, ${n}).`);
  }
  return i < 0 ? i + n : i;
}

function indexTensor(at: readonly number[], shape: Dims): Tensor {
  return new Tensor(Int32Array.from(at), { shape });
}

function positions(item: Tensor | readonly number[], n: number, axis: number): Tensor {
  if (!(item instanceof Tensor)) {
    // JavaScript callers get here with anything.
    const list: unknown = item;
    if (!Array.isArray(list)) {
      throw new IndexError(
        `The index must be an int, bool, None, slice text such as '1:3', '...', Tensor or list, but got ${describe(list)}.`,
      );
    }
    return indexTensor(
      item.map((i) => checkPosition(i, n, axis)),
      [item.length],
    );
  }
  if (item.dtype === int32 || item.dtype === int64) return item;
  if (!item.dtype.isInt) {
    throw new IndexError(`A tensor used as an index must be of ints or bools, but got ${describe(item)}.`);
  }
  return coreOps().cast(item, item.dtype.itemsize < 4 ? int32 : int64);
}

/** Where a mask is true, one index per axis of the mask. Reads the mask: its count decides the shape. */
function maskPositions(mask: Tensor, shape: Dims, axis: number): Tensor[] {
  mask.shape.forEach((n, d) => {
    if (n === shape[axis + d]) return;
    throw new IndexError(
      `The mask has shape ${shapeText(mask.shape)}, but the axes from ${axis} on have shape ` +
        `${shapeText(shape.slice(axis, axis + mask.ndim))}.`,
    );
  });
  const { data } = mask.asnumpy();
  const found = mask.shape.map((): number[] => []);
  for (let i = 0; i < data.length; i++) {
    if (!data[i]) continue;
    let flat = i;
    for (let d = mask.ndim - 1; d >= 0; d--) {
      const n = mask.shape[d]!;
      found[d]!.push(flat % n);
      flat = Math.floor(flat / n);
    }
  }
  return found.map((at) => indexTensor(at, [at.length]));
}
