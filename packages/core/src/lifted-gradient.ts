import { BatchTrace, BatchValue } from './batch-trace.ts';
import { coreOps } from './core-ops.ts';
import { atLevel } from './dispatch.ts';
import type { BackwardRequest, Runnable } from './runnable.ts';
import { Tensor } from './tensor.ts';
import type { Value } from './value.ts';

/**
 * Gradients of an operation lifted over a leading axis: those of one example, mapped; what an unmapped input receives is
 * summed over the examples.
 */
export function liftedGradients(base: Runnable, mask: string, request: BackwardRequest): (Value | null)[] {
  const size = request.outputs[0]!.shape[0];
  return atLevel(
    (level) => new BatchTrace(level, size),
    (trace) => {
      const map = (v: Value): Value => new BatchValue(trace, v);
      const gradients = base.backward({
        ...request,
        gradients: request.gradients.map((g) => g && map(g)),
        inputs: request.inputs.map((v, i) => (mask[i] === '1' ? map(v) : v)),
        outputs: request.outputs.map(map),
      });
      return gradients.map((g, i) => {
        if (g === null) return null;
        const all = new Tensor(trace.physical(g));
        return mask[i] === '1' ? all.$value : coreOps().sum(all, [0], false).$value;
      });
    },
  );
}
