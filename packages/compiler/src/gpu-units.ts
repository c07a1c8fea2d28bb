import type { Axis, TensorSpec } from '@sporelet/ir';
import { sizeOf } from '@sporelet/ir';
import type { Operand } from './emit-pull.ts';
import type { GpuBuilder, GpuOperand } from './gpu-plan.ts';
import { boundOperand } from './gpu-plan.ts';
import type { Nest, StoreSpec } from './place.ts';
import { Placer } from './place.ts';
import type { Spelling } from './wgsl-nest.ts';
import { WgslPrinter } from './wgsl-nest.ts';

const THREADS = 64;

export const bytesOf = ({ dtype, shape }: TensorSpec): number => sizeOf(shape) * dtype.itemsize;

export const operandsOf = (operands: readonly Operand[]): GpuOperand[] =>
  operands.map(({ ref, spec }) => boundOperand(ref, spec.dtype, bytesOf(spec)));

/** What each thread does for its unit: a store, of which other units know nothing. */
export interface UnitStore {
  readonly axes: readonly Axis[];
  /** `element`: a unit is an element of the axes; `row`: of all but the last, over which a thread loops. */
  readonly by: Extract<Nest['unit'], 'row'> | 'element';
  readonly store: StoreSpec;
  readonly spelling?: Spelling;
}

/** Adds a dispatch in which every thread has a unit of its own. The last operand is what is stored. */
export function emitUnits(b: GpuBuilder, operands: readonly GpuOperand[], u: UnitStore): void {
  const counted = u.by === 'row' ? u.axes.slice(0, -1) : u.axes;
  const units = counted.reduce((n, a) => n * a.extent, 1);
  const printer = new WgslPrinter(u.spelling);
  printer.line(`let unit = number * ${THREADS} + lid;`);
  printer.line(`if (unit >= ${units}) { return; }`);
  printer.unit(new Placer(0).nest(u.axes, [u.store], u.by, false), 'unit');
  b.dispatch({
    threads: THREADS,
    head: [],
    body: printer.take(),
    operands,
    written: new Set([operands.length - 1]),
    groups: Math.ceil(units / THREADS),
  });
}
