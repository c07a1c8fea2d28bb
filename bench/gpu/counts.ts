// Counts what is asked of the GPU, whichever library asks: imported before any of them.

export interface Counts {
  dispatches: number;
  submits: number;
  pipelines: number;
}

const counts: Counts = { dispatches: 0, submits: 0, pipelines: 0 };

/** What was asked for so far. */
export const counted = (): Counts => ({ ...counts });

function count<M extends string>(of: { readonly prototype: Record<M, unknown> }, method: M, what: keyof Counts): void {
  const plain = of.prototype[method] as (...args: unknown[]) => unknown;
  of.prototype[method] = function (this: unknown, ...args: unknown[]): unknown {
    counts[what]++;
    return plain.apply(this, args);
  };
}

count(GPUComputePassEncoder, 'dispatchWorkgroups', 'dispatches');
count(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', 'dispatches');
count(GPUQueue, 'submit', 'submits');
count(GPUDevice, 'createComputePipeline', 'pipelines');
count(GPUDevice, 'createComputePipelineAsync', 'pipelines');
