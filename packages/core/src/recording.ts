import type { Device } from '@sporelet/ir';
import { coreOps } from './core-ops.ts';
import { onDevice } from './devices.ts';
import { atLevel } from './dispatch.ts';
import type { GradValue } from './grad-trace.ts';
import { GradTrace } from './grad-trace.ts';
import { hooksOf } from './hooks.ts';
import { Parameter } from './parameter.ts';
import { Tensor } from './tensor.ts';
import { mapTensors, returned, tensorsIn } from './tensor-tree.ts';
import type { Value } from './value.ts';
import { concreteBelow } from './value.ts';

/** One run of a function with what its gradients need. */
export class Recording {
  /** What the function returned. */
  readonly result: unknown;
  /** The differentiated outputs, flat. */
  readonly outputs: readonly Value[];
  private readonly trace: GradTrace;
  private readonly recorded: readonly Value[];
  private readonly leaves: readonly GradValue[];

  constructor(trace: GradTrace, result: unknown, recorded: readonly Value[], leaves: readonly GradValue[]) {
    this.trace = trace;
    this.result = result;
    this.recorded = recorded;
    this.leaves = leaves;
    this.outputs = recorded.map((v) => (v.trace === trace ? trace.lower(v) : v));
  }

  /**
   * Gradients of everything differentiated, given those of the outputs (by default ones).
   * @param keep - another walk will follow
   */
  walk(gradients: readonly Value[] | null, keep: boolean): Value[] {
    const pairs = this.recorded.flatMap((value, i): (readonly [Value, Value])[] => {
      if (value.trace !== this.trace) return [];
      return [
        [value, gradients?.[i] ?? onDevice(this.device, () => coreOps().full(value.shape, 1, value.dtype)).$value],
      ];
    });
    try {
      return onDevice(this.device, () => this.trace.backward(pairs, this.leaves, keep));
    } finally {
      if (!keep) this.trace.releaseTape();
    }
  }

  /** Where what was differentiated is: gradients are made there, wherever new tensors are made. */
  private get device(): Device | undefined {
    const values = [...this.outputs, ...this.leaves];
    return values.map(concreteBelow).find((v) => v !== null)?.device;
  }

  /** Forgets what gradients need. */
  release(): void {
    this.trace.releaseTape();
  }
}

export type AnyFn = (...args: never[]) => unknown;

/**
 * Runs a function once, recording what depends on some of its arguments and on Parameters.
 * @param op - the name for errors
 * @param positions - arguments to differentiate; each a tensor or nested arrays of tensors
 * @param pick - what of the result is differentiated
 */
export function record(
  op: string,
  fn: AnyFn,
  args: readonly unknown[],
  positions: readonly number[],
  weights: readonly Parameter[],
  pick: (result: unknown) => unknown,
): Recording {
  return atLevel(
    (level) => new GradTrace(level),
    (trace) => {
      const leaves: GradValue[] = [];
      const leafOf = (t: Tensor): GradValue => {
        const value = t.$value;
        if (value.trace === trace) return value as GradValue;
        return trace.leaf(value, hooksOf(t));
      };
      const watch = (t: Tensor): Tensor => {
        const leaf = leafOf(t);
        leaves.push(leaf);
        if (!(t instanceof Parameter)) return new Tensor(leaf);
        t.$rebind(leaf);
        return t;
      };
      try {
        const inner = args.map((arg, i) => (positions.includes(i) ? mapTensors(arg, watch) : arg));
        weights.forEach(watch);
        const result = returned(op, fn(...(inner as never[])));
        const recorded = tensorsIn(pick(result)).map((t) => t.$value);
        return new Recording(trace, result, recorded, leaves);
      } catch (error) {
        trace.releaseTape();
        throw error;
      }
    },
  );
}

/** Lets go of what a finished level left in handles. */
export function settleAll(result: unknown): void {
  for (const t of tensorsIn(result)) void t.$value;
}
