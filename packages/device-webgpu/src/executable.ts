import type { GpuPlan, GpuStep } from '@sporelet/compiler';
import { refsOf } from '@sporelet/compiler';
import type { Executable, OutOfRange, Storage } from '@sporelet/ir';
import { RuntimeError } from '@sporelet/ir';
import type { Block } from './buffer-pool.ts';
import type { Flag, GpuQueue } from './queue.ts';
import type { GpuStorage } from './storage.ts';
import { COPY_DST, COPY_SRC, STORAGE } from './usage.ts';

/** Bind groups kept for one dispatch. */
const GROUPS = 16;

/** Bytes to bind: whole words; for an empty operand what its widest element takes. */
const words = (bytes: number): number => (bytes ? Math.ceil(bytes / 4) * 4 : 8);

/** Gives each temporary one of few buffers: those never needed at the same step share one. */
function slotsOf(plan: GpuPlan): { readonly slot: readonly number[]; readonly bytes: readonly number[] } {
  const last = new Map<number, number>();
  plan.steps.forEach((step, s) => {
    for (const ref of refsOf(step)) if (ref.kind === 'temp') last.set(ref.index, s);
  });
  const flags = new Set(plan.checks.map((c) => c.temp));
  const slot = plan.temps.map(() => -1);
  const bytes: number[] = [];
  const free: number[] = [];
  plan.steps.forEach((step, s) => {
    const temps = [...new Set(refsOf(step).flatMap((r) => (r.kind === 'temp' && !flags.has(r.index) ? [r.index] : [])))]; // prettier-ignore
    for (const t of temps) {
      if (slot[t]! >= 0) continue;
      const need = plan.temps[t]!;
      const fitting = free.filter((f) => bytes[f]! >= need).sort((a, b) => bytes[a]! - bytes[b]!);
      let taken = fitting[0];
      if (taken === undefined) taken = bytes.push(need) - 1;
      else free.splice(free.indexOf(taken), 1);
      slot[t] = taken;
    }
    for (const t of temps) if (last.get(t) === s) free.push(slot[t]!);
  });
  return { slot, bytes };
}

interface Prepared {
  readonly step: GpuStep;
  readonly pipeline: GPUComputePipeline | null;
  readonly groups: Map<string, GPUBindGroup>;
}

/** A plan ready to run: pipelines, and which buffer each temporary gets. */
export class GpuExecutable implements Executable {
  private readonly queue: GpuQueue;
  private readonly plan: GpuPlan;
  private readonly steps: readonly Prepared[];
  /** Which buffer each temporary gets, and the bytes of the buffers. */
  readonly slots: ReturnType<typeof slotsOf>;
  private readonly flags = new Map<number, Flag>();
  /** For each output the input it overwrites, or -1. */
  private readonly over: readonly number[];

  constructor(
    plan: GpuPlan,
    queue: GpuQueue,
    pipelineOf: (code: string) => GPUComputePipeline,
    over: readonly number[],
    errors: readonly (OutOfRange | undefined)[],
  ) {
    this.plan = plan;
    this.queue = queue;
    this.over = over;
    this.steps = plan.steps.map((step) => ({
      step,
      pipeline: step.kind === 'dispatch' ? pipelineOf(step.code) : null,
      groups: new Map(),
    }));
    this.slots = slotsOf(plan);
    for (const { temp, kernel } of plan.checks) {
      // A buffer of its own, zero at first.
      const buffer = queue.device.createBuffer({ size: plan.temps[temp]!, usage: STORAGE | COPY_SRC | COPY_DST });
      const block: Block = { id: -1 - temp, buffer, size: plan.temps[temp]!, batch: 0 };
      const error =
        errors[kernel] ?? ((index) => new RuntimeError(`index ${index} is out of range in kernel '${plan.name}'`));
      this.flags.set(temp, { block, error });
    }
  }

  run(inputs: readonly Storage[], outputs: readonly Storage[], n: number): void {
    const { queue } = this;
    queue.check();
    const ins = inputs.map((s) => (s as GpuStorage).block);
    const outs = outputs.map((s) => {
      (s as GpuStorage).host = null;
      return (s as GpuStorage).block;
    });
    const sizes = { in: inputs.map((s) => s.bytes), out: outputs.map((s) => s.bytes) };
    const slots = this.slots.bytes.map((bytes) => queue.pool.take(bytes, true));
    queue.run(() => this.runNow(ins, outs, sizes, slots, n));
    // Whoever takes them next comes later in the queue.
    for (let i = slots.length - 1; i >= 0; i--) queue.pool.give(slots[i]!, true);
  }

  private runNow(
    ins: readonly Block[],
    outs: readonly Block[],
    sizes: { readonly in: readonly number[]; readonly out: readonly number[] },
    slots: readonly Block[],
    n: number,
  ): void {
    const { queue, plan } = this;
    this.over.forEach((i, k) => {
      if (i >= 0 && ins[i] !== outs[k]) queue.copy(ins[i]!, outs[k]!, sizes.out[k]!);
    });
    const blockOf = ({ kind, index }: { kind: 'in' | 'out' | 'temp'; index: number }): Block =>
      kind === 'in' ? ins[index]! : kind === 'out' ? outs[index]! : (this.flags.get(index)?.block ?? slots[this.slots.slot[index]!]!); // prettier-ignore
    const bytesOf = ({ kind, index }: { kind: 'in' | 'out' | 'temp'; index: number }): number =>
      words(kind === 'temp' ? plan.temps[index]! : sizes[kind][index]!);
    for (const { step, pipeline, groups } of this.steps) {
      if (step.kind === 'copy') {
        const to = blockOf(step.to);
        for (const { from, at, bytes } of step.parts) queue.copy(blockOf(from), to, bytes, at);
        continue;
      }
      const blocks = step.bindings.map((b) => blockOf(b.ref));
      let key = '';
      for (let i = 0; i < blocks.length; i++) key += `${blocks[i]!.id}:${bytesOf(step.bindings[i]!.ref)},`;
      let group = groups.get(key);
      if (!group) {
        if (groups.size >= GROUPS) groups.clear();
        group = queue.device.createBindGroup({
          layout: pipeline!.getBindGroupLayout(0),
          entries: blocks.map(({ buffer }, binding) => ({
            binding,
            resource: { buffer, size: bytesOf(step.bindings[binding]!.ref) },
          })),
        });
        groups.set(key, group);
      }
      const count = step.flat ? Math.ceil(n / step.groups) : step.groups;
      if (count > 0) queue.dispatch(pipeline!, group, count, blocks, plan.kernels[step.kernel]!);
    }
    for (const flag of this.flags.values()) queue.watch(flag);
  }
}
