import type { Device, Kernel, TensorSpec } from '@sporelet/ir';
import type { Attrs } from './attr.ts';
import type { BatchTrace } from './batch-trace.ts';
import type { Entry, OpCache } from './eager.ts';
import type { Value } from './value.ts';

/** What the backward walk asks of an operation. */
export interface BackwardRequest {
  /** Gradients of the outputs; null = none has arrived. */
  readonly gradients: readonly (Value | null)[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attrs: Attrs;
  /** Whether input i needs its gradient. */
  readonly need: readonly boolean[];
}

/**
 * An operation as interpreters see it: flat lists of values in and out. Ops, ops lifted over a mapped axis and functions
 * with a gradient of their own are all such.
 */
export abstract class Runnable {
  abstract readonly name: string;
  /** False when the outputs are constant for every derivative. */
  abstract readonly differentiable: boolean;
  /** Compiled kernels, by device and specs. */
  cache: OpCache | null = null;
  private lifts: Map<string, Runnable> | null = null;

  /** Checks the inputs and tells the outputs. */
  abstract infer(inputs: readonly TensorSpec[], attrs: Attrs): readonly TensorSpec[];
  /**
   * The kernel, or null when the output is input 0 with another shape.
   * @param generic - whether it may take its length as an argument of the run
   */
  abstract kernel(
    inputs: readonly TensorSpec[],
    attrs: Attrs,
    outputs: readonly TensorSpec[],
    generic: boolean,
  ): Kernel | null;
  /** Gradients of the inputs, each with its input's shape and dtype; null where there is none. */
  abstract backward(request: BackwardRequest): (Value | null)[];
  /** For each output the number of the input it overwrites, or -1. */
  abstract inPlace(inputs: number): readonly number[];
  /** The operation with a leading mapped axis on the inputs whose mask letter is '1', and on every output. */
  protected abstract lift(mask: string): Runnable;

  /** What tells length-generic kernels apart, or null when these inputs need a kernel of their shapes. */
  flatKey(_inputs: readonly TensorSpec[], _attrs: Attrs, _outputs: readonly TensorSpec[]): string | null {
    return null;
  }
  /** Told when an entry with a length-generic kernel has been made. */
  onFlat(_entry: Entry, _device: Device): void {}

  /** Runs by itself instead of through a kernel. */
  execute?(inputs: readonly Value[], attrs: Attrs): Value[];
  /** Whether a graph keeps it as one node although it runs by itself. */
  readonly opaque: boolean = false;
  /** Whether a run changes something besides its outputs: it is run even if nobody reads them, and never merged. */
  readonly impure: boolean = false;
  /** Becomes a node of a body's graph that still knows its own gradient. */
  recordInBody?(inputs: readonly Value[]): Value[];
  /** Performs itself on mapped values, where a lifted kernel is no way. */
  onMapped?(trace: BatchTrace, inputs: readonly Value[]): Value[];

  lifted(mask: string): Runnable {
    this.lifts ??= new Map();
    let op = this.lifts.get(mask);
    if (!op) this.lifts.set(mask, (op = this.lift(mask)));
    return op;
  }
}
