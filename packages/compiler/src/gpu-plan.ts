import type { DType, KernelInfo } from '@sporelet/ir';
import { Part, assemble, joined } from './gpu-join.ts';
import type { Check, Ref } from './plan.ts';
import { wgslStored } from './wgsl-text.ts';

/** What a GPU's limits allow a kernel. */
export interface GpuLimits {
  /** Storage buffers of one kernel. */
  readonly storageBuffers: number;
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Bytes of workgroup memory. */
  readonly sharedBytes: number;
  /** A processor imitates the GPU. */
  readonly software?: boolean;
  /** Comparisons up to which elements of a scatter look for their sources; beyond, sources write. */
  readonly search?: number;
  /** Threads that are enough for each to do its sources of a scatter in sequence. */
  readonly columns?: number;
}

/** The least that every WebGPU device offers. */
export const LEAST_LIMITS: GpuLimits = { storageBuffers: 8, threads: 256, sharedBytes: 16384 };

/** A storage buffer of a kernel. */
export interface Binding {
  readonly ref: Ref;
  readonly writes: boolean;
}

/** One dispatch. */
export interface Dispatch {
  readonly kind: 'dispatch';
  /** The kernel it belongs to, by number. */
  readonly kernel: number;
  /** A WGSL module with the entry point `main`. */
  readonly code: string;
  readonly bindings: readonly Binding[];
  /** Workgroups; for kernels of any length: elements of one workgroup. */
  readonly groups: number;
  readonly flat: boolean;
}

/** Copies whole buffers side by side into one: more operands than a kernel may have. */
export interface Gathering {
  readonly kind: 'copy';
  readonly kernel: number;
  readonly parts: readonly { readonly from: Ref; readonly at: number; readonly bytes: number }[];
  readonly to: Ref;
}

export type GpuStep = Dispatch | Gathering;

/** A compiled kernel or program: dispatches in order. */
export interface GpuPlan {
  readonly name: string;
  readonly kernels: readonly KernelInfo[];
  /** Bytes of each temporary. */
  readonly temps: readonly number[];
  readonly steps: readonly GpuStep[];
  /** Index checks: `before` is not used, a word that is not zero stays so until it is looked at. */
  readonly checks: readonly Check[];
}

/** Operands of a step. */
export function refsOf(step: GpuStep): readonly Ref[] {
  return step.kind === 'copy' ? [...step.parts.map((p) => p.from), step.to] : step.bindings.map((b) => b.ref);
}

/** A buffer as a kernel's text declares it. */
export interface GpuOperand {
  readonly ref: Ref;
  readonly type: string;
  /** Elements; absent in kernels of any length. A known length spares each access the reading of the buffer's. */
  readonly count?: number;
}

/** An operand that holds so many bytes of a dtype, or any number of them. */
export function boundOperand(ref: Ref, stored: DType, bytes: number | null): GpuOperand {
  const operand = { ref, type: wgslStored(stored) };
  return bytes === null ? operand : { ...operand, count: Math.max(1, Math.ceil(bytes / Math.max(4, stored.itemsize))) };
}

/** What a kernel's text is made of. `number` is the workgroup's number, `lid` the thread's. */
export interface GpuFunction {
  readonly threads: number;
  /** Declarations outside the function. */
  readonly head: readonly string[];
  readonly body: readonly string[];
  /** Operands by number: `pN` in the body. */
  readonly operands: readonly GpuOperand[];
  /** Numbers of the operands that are written. */
  readonly written: ReadonlySet<number>;
  readonly groups: number;
  readonly flat?: boolean;
}

/** Collects the steps and temporaries of a GPU plan. */
export class GpuBuilder {
  readonly name: string;
  readonly limits: GpuLimits;
  private readonly temps: number[] = [];
  private readonly steps: (Part | Gathering)[] = [];
  private readonly kernels: KernelInfo[] = [];
  private readonly checks: Check[] = [];

  constructor(name: string, limits: GpuLimits) {
    this.name = name;
    this.limits = limits;
  }

  temp(bytes: number): Ref {
    // An empty one is bound too, with room for the widest element.
    this.temps.push(Math.max(8, bytes));
    return { kind: 'temp', index: this.temps.length - 1 };
  }

  begin(kernel: KernelInfo): void {
    this.kernels.push(kernel);
  }

  get kernel(): number {
    return this.kernels.length - 1;
  }

  checked(temp: Ref): void {
    this.checks.push({ before: this.steps.length, temp: temp.index, kernel: this.kernel });
  }

  gather(parts: Gathering['parts'], to: Ref): void {
    this.steps.push({ kind: 'copy', kernel: this.kernel, parts, to });
  }

  dispatch(f: GpuFunction): void {
    this.steps.push(new Part(f, this.kernel));
  }

  /** @param join - whether dispatches that need not wait for one another become one */
  build(join = false): GpuPlan {
    const { name, temps, checks } = this;
    const kernels = [...this.kernels];
    const groups = join ? joined(this.steps, this.limits) : this.steps.map((s) => [s]);
    const steps = groups.map((group): GpuStep => {
      const [first] = group as [Part | Gathering];
      if (!(first instanceof Part)) return first;
      if (group.length === 1) return assemble([first], first.kernel);
      const parts = group as readonly Part[];
      const infos = parts.map((p) => this.kernels[p.kernel]!);
      const total = (of: (k: KernelInfo) => number): number => infos.reduce((n, k) => n + of(k), 0);
      const info = { name: [...new Set(infos.map((k) => k.name))].join(' + '), path: '', operations: total((k) => k.operations), bytes: total((k) => k.bytes) }; // prettier-ignore
      return assemble(parts, kernels.push(info) - 1);
    });
    return { name, kernels, temps, steps, checks };
  }
}
