import type { TensorSpec } from '@sporelet/ir';
import { ValueError, sameShape, shapeText } from '@sporelet/ir';
import { coreOps } from './core-ops.ts';
import { Parameter } from './parameter.ts';
import { Tensor } from './tensor.ts';
import { describe } from './text.ts';
import { Tuple, tupleOf } from './tuple.ts';

type Scalar = number | bigint | boolean;

export const isScalar = (v: unknown): v is Scalar =>
  typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean';

/** Whether a value nested in arrays holds a tensor. */
export function hasTensor(value: unknown): boolean {
  return value instanceof Tensor || (Array.isArray(value) && value.some(hasTensor));
}

/** The same nesting with each tensor and number replaced. */
export function mapLeaves(value: unknown, replace: (leaf: unknown) => unknown): unknown {
  if (!Array.isArray(value)) return replace(value);
  const items = value.map((item: unknown) => mapLeaves(item, replace));
  return value instanceof Tuple ? tupleOf(items) : items;
}

/** Fills the nesting of `like` with tensors in order. */
export function fillNest(like: unknown, tensors: readonly Tensor[]): unknown {
  let at = 0;
  return mapLeaves(like, (leaf) => (leaf instanceof Tensor ? tensors[at++] : leaf));
}

/** A tensor of its own: what is handed on does not follow a Parameter's later updates. */
const detached = (t: Tensor): Tensor => (t instanceof Parameter || t.$follows ? new Tensor(t.$share()) : t);

/** A result with its numbers as tensors and its Parameters as what they hold now. */
export function settledNest(value: unknown): unknown {
  return mapLeaves(value, (leaf) => (leaf instanceof Tensor ? detached(leaf) : isScalar(leaf) ? new Tensor(leaf) : leaf)); // prettier-ignore
}

/** What a loop starts with: tensors, nested in arrays; numbers become tensors. */
export function carryOf(op: string, name: string, value: unknown): unknown {
  return mapLeaves(value, (leaf) => {
    if (leaf instanceof Tensor) return detached(leaf);
    if (isScalar(leaf)) return new Tensor(leaf);
    if (leaf === null) return null;
    throw new TypeError(
      `For '${op}', the '${name}' must be a Tensor, a number or a list of such, but got ${describe(leaf)}.`,
    );
  });
}

const specText = ({ dtype, shape }: TensorSpec): string => `${dtype.name} of shape ${shapeText(shape)}`;

/** How a nested value is built, for errors. */
export function nestText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(nestText).join(', ')}]`;
  return value instanceof Tensor ? specText(value.$spec) : describe(value);
}

function agrees(a: unknown, b: unknown): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => agrees(item, b[i]));
  if (!(a instanceof Tensor)) return !Array.isArray(b) && Object.is(a, b);
  return b instanceof Tensor && a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** What a body gave back as the next carry, checked: it must be built as the one before; numbers take its dtype. */
export function nextCarry(op: string, fn: string, next: unknown, before: unknown): unknown {
  const fit = (value: unknown, like: unknown): unknown => {
    if (Array.isArray(value) && Array.isArray(like) && value.length === like.length) {
      const items = value.map((item: unknown, i) => fit(item, (like as readonly unknown[])[i]));
      return like instanceof Tuple ? tupleOf(items) : items;
    }
    if (isScalar(value) && like instanceof Tensor) return coreOps().full(like.shape, Number(value), like.dtype);
    return value instanceof Tensor ? detached(value) : value;
  };
  const fitted = fit(next, before);
  if (agrees(before, fitted)) return fitted;
  throw new ValueError(
    `For '${op}', the '${fn}' must give back what it was given, in structure, dtype and shape: it was given ` +
      `${nestText(before)}, but returned ${nestText(fitted)}.`,
  );
}

/** Checks that both branches give the same. */
export function checkBranches(op: string, a: unknown, b: unknown): void {
  if (agrees(a, b)) return;
  throw new ValueError(
    `For '${op}', 'trueFn' and 'falseFn' must return the same structure, dtypes and shapes, ` +
      `but got ${nestText(a)} and ${nestText(b)}.`,
  );
}

/** Checks that an argument is a function. */
export function checkFunction(op: string, name: string, fn: unknown): void {
  if (typeof fn === 'function') return;
  throw new TypeError(`For '${op}', the '${name}' must be a function, but got ${describe(fn)}.`);
}
