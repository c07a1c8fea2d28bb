import type { DType, KernelInfo } from '@sporelet/ir';
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

const same = (a: Ref, b: Ref): boolean => a.kind === b.kind && a.index === b.index;

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

/** What a kernel's text is made of. */
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
  private readonly steps: GpuStep[] = [];
  private readonly kernels: KernelInfo[] = [];
  private readonly checks: Check[] = [];
  private readonly prelude: (text: string) => string;

  constructor(name: string, limits: GpuLimits, prelude: (text: string) => string) {
    this.name = name;
    this.limits = limits;
    this.prelude = prelude;
  }

  temp(bytes: number): Ref {
    this.temps.push(Math.max(4, bytes));
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

  /** Adds a dispatch: only operands that the body names are bound, and one buffer once. */
  dispatch(f: GpuFunction): void {
    const text = f.body.join('\n');
    const used = new Set(Array.from(text.matchAll(/\bp(\d+)\b/g), (m) => Number(m[1])));
    const bindings: { ref: Ref; writes: boolean; operand: number; type: string; count: number }[] = [];
    let body = text;
    for (const i of [...used].sort((a, b) => a - b)) {
      const { ref, type, count = 0 } = f.operands[i]!;
      const writes = f.written.has(i);
      const known = bindings.find((b) => same(b.ref, ref) && (b.type === type || b.writes || writes));
      if (!known) bindings.push({ ref, writes, operand: i, type, count });
      else {
        known.writes ||= writes;
        known.count = Math.max(known.count, count);
        body = body.replaceAll(new RegExp(`\\bp${i}\\b`, 'g'), `p${known.operand}`);
      }
    }
    const declared = bindings.map(({ operand, type, writes, count }, at) => `@group(0) @binding(${at}) var<storage, ${writes ? 'read_write' : 'read'}> p${operand}: array<${type}${count ? `, ${count}` : ''}>;`); // prettier-ignore
    const main = [
      `@compute @workgroup_size(${f.threads})`,
      'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) thread: u32) {',
      '  let lid = i32(thread);',
      body,
      '}',
      '',
    ];
    const prelude = this.prelude([...f.head, body].join('\n'));
    const code = [...declared, ...f.head, ...(prelude ? [prelude] : []), ...main].join('\n');
    this.steps.push({
      kind: 'dispatch',
      kernel: this.kernel,
      code,
      bindings: bindings.map(({ ref, writes }) => ({ ref, writes })),
      groups: f.groups,
      flat: f.flat ?? false,
    });
  }

  build(): GpuPlan {
    const { name, kernels, temps, steps, checks } = this;
    return { name, kernels, temps, steps, checks };
  }
}
