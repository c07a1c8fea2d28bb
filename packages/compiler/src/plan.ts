import type { KernelInfo } from '@sporelet/ir';

/** An operand of a step: an input, an output or a temporary of the plan, by number. */
export interface Ref {
  readonly kind: 'in' | 'out' | 'temp';
  readonly index: number;
}

/** A text that tells operands apart. */
export const refKey = ({ kind, index }: Ref): string => `${kind}${index}`;

/** One kernel function called over a range of units. */
export interface Step {
  /** The export `k<fn>`. */
  readonly fn: number;
  /** The kernel it belongs to, by number. */
  readonly kernel: number;
  readonly args: readonly Ref[];
  /** Iterations of the parallel outer loop; -1 is the length given to the run. */
  readonly units: number;
  /** Chunks are multiples of this, except the last. */
  readonly grain: number;
  /** Rough scalar operations of one unit: decides about threads. */
  readonly cost: number;
}

/**
 * A compiled kernel or program but for its code: functions `(args, lo, hi)`, where `args` is the address of a block of
 * u32 words: the addresses of the step's operands in order, then the address of the constants.
 */
export interface PlanOutline {
  readonly name: string;
  /** The kernels that the steps belong to. */
  readonly kernels: readonly KernelInfo[];
  readonly consts: Uint8Array;
  /** Bytes of each temporary. */
  readonly temps: readonly number[];
  readonly steps: readonly Step[];
  /** Where each temporary lies in a block that they share, and the bytes of the block: those that never live together overlap. */
  readonly arena: {
    readonly at: readonly number[];
    readonly bytes: number;
    /** The least it could have. */ readonly live: number;
  };
  readonly checks: readonly Check[];
}

/** A plan as one WebAssembly module. */
export interface Plan extends PlanOutline {
  readonly code: Uint8Array;
}

/** Before step `before` runs, a non-zero word at the start of the temporary is an index out of range in kernel number `kernel`. */
export interface Check {
  readonly before: number;
  readonly temp: number;
  readonly kernel: number;
}
