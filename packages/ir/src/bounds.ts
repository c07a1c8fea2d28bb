import { uint32 } from './dtype.ts';
import { IndexError } from './errors.ts';
import { Expr, constant, where } from './expr.ts';
import type { Kernel } from './kernel.ts';

/** The `bounded` indices of a kernel, each with the axes around it. */
export function boundedIndices(kernel: Pick<Kernel, 'outputs'>): Expr[] {
  const found = new Set<Expr>();
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'apply' && e.fn === 'bounded') found.add(e);
    e.args.forEach(walk);
  };
  for (const o of kernel.outputs) {
    if (o.form === 'routine') continue;
    walk(o.value);
    if (o.form === 'push') o.index.forEach(walk);
  }
  return [...found];
}

/** A number in the dtype of an index. */
const lift = (v: number, { dtype }: Expr): Expr =>
  new Expr('const', dtype, [], { value: dtype.itemsize === 8 ? BigInt(v) : v });

/** True where a bounded index is outside [-extent, extent). */
function outsideOf(e: Expr): Expr {
  const [index, extent] = e.args as [Expr, Expr];
  const n = Number(extent.value);
  const high = index.ge(lift(n, index));
  return index.dtype.kind === 'int' ? high.or(index.lt(lift(-n, index))) : high;
}

/** Stands for index 0 of an axis without elements: 0 says that there is nothing wrong. */
const NOTHING = -(2 ** 31);
/** Indices of 64 bits beyond these are told as these. */
const [LOWEST, HIGHEST] = [NOTHING + 1, 2 ** 31 - 1];

/** 0 where a bounded index is inside its range, else the index itself, as the bits of an int32 (UInt32). */
export function offenceOf(e: Expr): Expr {
  const [index, extent] = e.args as [Expr, Expr];
  const wide = index.dtype.itemsize === 8;
  const above = wide && index.dtype.kind === 'int' ? index.max(lift(LOWEST, index)) : index;
  const near = wide ? above.min(lift(HIGHEST, index)) : index;
  const bits = near.cast(uint32);
  const none = constant(0, uint32);
  const told = Number(extent.value) === 0 ? where(bits.eq(none), constant(NOTHING >>> 0, uint32), bits) : bits;
  return where(outsideOf(e), told, none);
}

/** An index as the word that tells of it says, in words. */
function indexText(index: number, found: readonly Expr[]): string {
  const [first] = found.map(({ args }) => args[0]!.dtype);
  if (first?.itemsize === 8 && index >= HIGHEST) return `${HIGHEST} or above`;
  if (first?.itemsize === 8 && index <= LOWEST && index !== NOTHING) return `${LOWEST} or below`;
  return String(index === NOTHING && found.some(({ args }) => Number(args[1]!.value) === 0) ? 0 : index);
}

/**
 * The error for an index of a kernel that is out of range.
 * @param place - words on where that was
 */
export function outOfRange(kernel: Pick<Kernel, 'name' | 'outputs'>, index: number, place = ''): IndexError {
  const found = boundedIndices(kernel);
  const ranges = new Set(found.map(({ args: [i, n] }) => `[${i!.dtype.kind === 'int' ? -Number(n!.value) : 0}, ${Number(n!.value)})`)); // prettier-ignore
  const range = ranges.size === 1 ? ` ${[...ranges].join()}` : '';
  return new IndexError(`For '${kernel.name}', index ${indexText(index, found)} is out of range${range}${place}.`);
}
