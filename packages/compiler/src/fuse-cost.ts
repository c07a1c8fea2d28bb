import type { Axis, Kernel, PullOutput, Expr } from '@sporelet/ir';
import { FreeAxes, boundedIndices, sizeOf } from '@sporelet/ir';
import { contractionOrder, recognizeContraction } from './contract-recognize.ts';
import { lowerStored } from './group.ts';

/** Scalar operations that take as long as this many additions. */
const weights: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['div', 'rem', 'sqrt'].map((fn) => [fn, 6])),
  ...Object.fromEntries(
    [
      ...['exp', 'exp2', 'expm1', 'log', 'log2', 'log10', 'log1p', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'pow'],
      ...['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'sigmoid', 'erf', 'erfc', 'erfinv', 'lgamma', 'cbrt', 'atan2'],
    ].map((fn) => [fn, 24]),
  ),
}; // prettier-ignore

/** Sums of so few terms are written out, and may be evaluated anywhere. */
const SHORT = 4;

/** The pull outputs of a kernel, or null when it has others. */
export function pullsOf(kernel: Kernel): readonly PullOutput[] | null {
  const outputs = kernel.outputs.filter((o) => o.form === 'pull');
  return outputs.length === kernel.outputs.length && outputs.length > 0 ? outputs : null;
}

/** How often a kernel reads an operand, counted in elements, and where its expressions cost what they do. */
export interface Reading {
  /** Evaluations of each load, by operand: a load is repeated by every loop outside of its innermost axis. */
  readonly loads: ReadonlyMap<number, number>;
  /** Scalar operations of one output element; indices cost nothing. */
  readonly operations: number;
  readonly nodes: number;
  readonly reduces: boolean;
}

const extentsUpTo = (scope: readonly Axis[], free: ReadonlySet<Axis>): number => {
  let last = scope.length - 1;
  while (last >= 0 && !free.has(scope[last]!)) last--;
  return scope.slice(0, last + 1).reduce((n, a) => n * a.extent, 1);
};

export function readingOf(outputs: readonly PullOutput[]): Reading {
  const free = new FreeAxes();
  const loads = new Map<number, number>();
  const seen = new Set<Expr>();
  let operations = 0;
  let reduces = false;
  const walk = (e: Expr, scope: readonly Axis[]): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.kind === 'load') loads.set(e.input, (loads.get(e.input) ?? 0) + extentsUpTo(scope, free.of(e)));
    else if (e.kind === 'apply' && e.dtype.isFloat) operations += weights[e.fn] ?? 1;
    else if (e.kind === 'apply') operations += 0.5;
    const inner = e.kind === 'reduce' ? [...scope, ...e.axes] : scope;
    const terms = e.kind === 'reduce' ? e.axes.reduce((n, a) => n * a.extent, 1) : 1;
    if (e.kind === 'reduce' && (terms > SHORT || e.axes.some((a) => a.limit))) reduces = true;
    const before = operations;
    for (const a of e.args) walk(a, inner);
    operations += (operations - before) * (terms - 1) + (e.kind === 'reduce' ? terms : 0);
  };
  for (const o of outputs) walk(o.value, o.axes);
  return { loads, operations, nodes: seen.size, reduces };
}

/** Text that tells the orders in which the reductions of a kernel add up. Only kernels of one text may replace one another. */
export function orderOf(kernel: Kernel): string {
  const outputs = pullsOf(kernel);
  if (!outputs) return kernel.name;
  const parts: string[] = [];
  for (const o of outputs) {
    const contraction = outputs.length === 1 ? recognizeContraction(o, kernel.inputs) : null;
    if (contraction) {
      const { kBlock, period, group, lanes, axes } = contractionOrder(contraction);
      parts.push(
        `contraction ${kBlock}/${period}/${group} ${lanes?.count} ${lanes?.axis.extent} ${axes.map((a) => a.extent).join()}`,
      );
      continue;
    }
    const seen = new Set<Expr>();
    const walk = (e: Expr): void => {
      if (seen.has(e)) return;
      seen.add(e);
      if (e.kind === 'reduce') {
        const count = e.axes.reduce((n, a) => n * a.extent, 1);
        parts.push(`${e.fn} ${count} ${e.order!.partials === 16 ? e.axes.at(-1)!.extent : 1}`);
      }
      e.args.forEach(walk);
    };
    walk(lowerStored(o.value, kernel.inputs));
  }
  return parts.join('; ');
}

export function isContraction(kernel: Kernel): boolean {
  const [o] = kernel.outputs;
  if (kernel.outputs.length !== 1 || o?.form !== 'pull') return false;
  return recognizeContraction(o, kernel.inputs) !== null;
}

export const hasBounded = (kernel: Kernel): boolean => boundedIndices(kernel).length > 0;

export const elementsOf = (output: PullOutput): number => sizeOf(output.spec.shape);
