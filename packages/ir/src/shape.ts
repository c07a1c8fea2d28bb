import { ValueError } from './errors.ts';

export type Dims = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Dims): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Dims): number[] {
  const strides = new Array<number>(shape.length);
  let s = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = s;
    s *= shape[i]!;
  }
  return strides;
}

export function sameShape(a: Dims, b: Dims): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A shape as Python prints a tuple: `(2, 3)`, `(5,)`, `()`. */
export function shapeText(shape: Dims): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** The NumPy broadcast of shapes, or null when they do not fit. */
export function broadcastShapes(a: Dims, b: Dims): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    out[i] = x === 1 ? y : x;
  }
  return out;
}

/** An axis in [-rank, rank) as one in [0, rank); otherwise a ValueError in MindSpore's form. */
export function normalizeAxis(axis: number, rank: number, op: string, name = 'axis'): number {
  const limit = Math.max(rank, 1);
  if (!Number.isInteger(axis) || axis < -limit || axis >= limit) {
    throw new ValueError(`For '${op}', the '${name}' must be in range [${-limit}, ${limit}), but got ${axis}.`);
  }
  return axis < 0 ? axis + limit : axis;
}
