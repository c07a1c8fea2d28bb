import type { TensorSpec } from '@sporelet/ir';
import { BatchTrace, BatchValue } from './batch-trace.ts';
import { atLevel } from './dispatch.ts';
import type { Body, Recorded } from './flow-body.ts';
import { recordBody } from './flow-body.ts';
import type { GradValue } from './grad-trace.ts';
import { GradTrace } from './grad-trace.ts';
import { Tensor } from './tensor.ts';
import type { Value } from './value.ts';

/** What the gradient of a body is taken for. */
export interface Wanted {
  /** Inputs whose gradients are given, in order. */
  readonly inputs: readonly number[];
  /** Outputs whose gradients are there, in order. */
  readonly outputs: readonly number[];
  /** Of `inputs`, those whose gradient is added to one that is there already: at the end of the inputs. */
  readonly added?: readonly number[];
}

/** Records a body's gradient: a function of its inputs, then gradients of outputs, then gradients to be added to. */
export function recordGradient(body: Body, { inputs, outputs, added = [] }: Wanted): Recorded {
  const n = body.inputs.length;
  const given = [...body.inputs, ...outputs.map((o) => body.outputs[o]!), ...added.map((i) => body.inputs[i]!)];
  return recordBody(given, (...tensors) => {
    const values = tensors.map((t) => t.$value);
    return atLevel(
      (level) => new GradTrace(level),
      (trace) => {
        const seen: Value[] = values.slice(0, n);
        const leaves = inputs.map((i): GradValue => (seen[i] = trace.leaf(values[i]!)));
        const results = body.perform(seen);
        const pairs = [
          ...added.map((i, k) => [seen[i]!, values[n + outputs.length + k]!] as const),
          ...outputs.map((o, k) => [results[o]!, values[n + k]!] as const),
        ];
        return trace.backward(pairs, leaves, false).map((v) => new Tensor(v));
      },
    );
  });
}

/** A body with a leading mapped axis on some inputs, and which of its outputs have one. */
export interface MappedBody {
  readonly recorded: Recorded;
  readonly mapped: readonly boolean[];
}

/**
 * Records a body lifted over a leading axis.
 * @param mask - the inputs that have it
 * @param all - outputs that have it in any case
 */
export function recordMapped(
  body: Body,
  mask: readonly boolean[],
  size: number,
  all: (output: number) => boolean,
): MappedBody {
  let mapped: boolean[] = [];
  const given = body.inputs.map(({ dtype, shape }, i): TensorSpec => ({ dtype, shape: mask[i] ? [size, ...shape] : shape })); // prettier-ignore
  const recorded = recordBody(given, (...tensors) =>
    atLevel(
      (level) => new BatchTrace(level, size),
      (trace) => {
        const outputs = body.perform(tensors.map((t, i) => (mask[i] ? new BatchValue(trace, t.$value) : t.$value)));
        mapped = outputs.map((v, k) => v.trace === trace || all(k));
        return outputs.map((v, k) => new Tensor(mapped[k] ? trace.physical(v) : v));
      },
    ),
  );
  return { recorded, mapped };
}
