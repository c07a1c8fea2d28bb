import type { Attrs } from './attr.ts';
import { runEager } from './eager.ts';
import type { Runnable } from './runnable.ts';
import type { ConcreteValue, Trace, Value } from './value.ts';

/** The transformations being run. */
export const running: { depth: number; graph: Trace | null } = { depth: 0, graph: null };

/** Performs an operation: the highest level among the inputs interprets it; without one it runs now. */
export function dispatch(op: Runnable, inputs: readonly Value[], attrs: Attrs): Value[] {
  let top = running.graph;
  for (let i = 0; i < inputs.length; i++) {
    const trace = inputs[i]!.trace;
    if (trace !== null && (top === null || trace.level > top.level)) top = trace;
  }
  if (top !== null) return top.process(op, inputs, attrs);
  if (op.execute !== undefined) return op.execute(inputs, attrs);
  return runEager(op, inputs as readonly ConcreteValue[], attrs);
}

/** Runs `body` one level up and ends the level's trace afterwards. */
export function atLevel<T extends Trace, R>(make: (level: number) => T, body: (trace: T) => R): R {
  const trace = make(++running.depth);
  try {
    return body(trace);
  } finally {
    running.depth--;
    trace.end();
  }
}
