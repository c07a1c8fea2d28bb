import type { Dispatch, Gathering, GpuFunction, GpuLimits } from './gpu-plan.ts';
import type { Ref } from './plan.ts';
import { refKey } from './plan.ts';
import { preludeFor } from './wgsl-prelude.ts';

/** How far back a dispatch looks for one to join. */
const WINDOW = 24;
/** Functions of one dispatch. */
const MOST = 16;

/** A buffer that a function names. */
interface Use {
  readonly operand: number;
  readonly ref: Ref;
  readonly key: string;
  readonly type: string;
  /** Elements; 0: any number. */
  readonly count: number;
  readonly writes: boolean;
}

/** One function of a plan, before it becomes a dispatch. */
export class Part {
  readonly f: GpuFunction;
  readonly kernel: number;
  readonly text: string;
  /** The operands that the text names. */
  readonly uses: readonly Use[];

  constructor(f: GpuFunction, kernel: number) {
    this.f = f;
    this.kernel = kernel;
    this.text = f.body.join('\n');
    const named = new Set(Array.from(this.text.matchAll(/\bp(\d+)\b/g), (m) => Number(m[1])));
    const written = new Set([...f.written].map((i) => refKey(f.operands[i]!.ref)));
    this.uses = [...named].sort((a, b) => a - b).map((operand) => {
      const { ref, type, count = 0 } = f.operands[operand]!;
      const key = refKey(ref);
      return { operand, ref, key, type, count, writes: written.has(key) };
    }); // prettier-ignore
  }
}

/** The buffers of several functions: one that is written is bound once, under one type. */
class Bindings {
  readonly all: { readonly ref: Ref; readonly key: string; readonly type: string; count: number; writes: boolean }[] = []; // prettier-ignore

  /** The number of a buffer among them. */
  add({ ref, key, type, count, writes }: Use): number {
    const at = this.all.findIndex((b) => b.key === key && (b.type === type || b.writes || writes));
    if (at < 0) return this.all.push({ ref, key, type, count, writes }) - 1;
    const known = this.all[at]!;
    known.writes ||= writes;
    // What one of them does not tell is left open.
    known.count = known.count && count ? Math.max(known.count, count) : 0;
    return at;
  }
}

/** The dispatch of one function, or of several side by side: each has workgroups of its own. */
export function assemble(parts: readonly Part[], kernel: number): Dispatch {
  const bindings = new Bindings();
  const bodies = parts.map((part) => {
    const numbers = new Map(part.uses.map((u) => [u.operand, bindings.add(u)]));
    return part.text.replaceAll(/\bp(\d+)\b/g, (_, i: string) => `p${numbers.get(Number(i))!}`);
  });
  const [first] = parts as [Part];
  const { threads, groups, flat = false } = first.f;
  const head = [...new Set(parts.flatMap((p) => p.f.head))];
  const body: string[] = [];
  if (parts.length === 1) body.push('  let number = i32(group.x + group.y * groups.x);', bodies[0]!);
  else {
    body.push('  let position = i32(group.x + group.y * groups.x);');
    let start = 0;
    parts.forEach((part, i) => {
      const end = start + part.f.groups;
      const last = i === parts.length - 1;
      body.push(
        `  ${i ? '} else ' : ''}${last ? '' : `if (position < ${end}) `}{`,
        `  let number = position - ${start};`,
        bodies[i]!,
      );
      start = end;
    });
    body.push('  }');
  }
  const declared = bindings.all.map(({ type, count, writes }, at) => `@group(0) @binding(${at}) var<storage, ${writes ? 'read_write' : 'read'}> p${at}: array<${type}${count ? `, ${count}` : ''}>;`); // prettier-ignore
  const prelude = preludeFor([...head, ...body].join('\n'));
  const code = [
    ...declared,
    ...head,
    ...(prelude ? [prelude] : []),
    `@compute @workgroup_size(${threads})`,
    'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) thread: u32) {',
    '  let lid = i32(thread);',
    ...body,
    '}',
    '',
  ].join('\n');
  const total = parts.length === 1 ? groups : parts.reduce((n, p) => n + p.f.groups, 0);
  return { kind: 'dispatch', kernel, code, bindings: bindings.all.map(({ ref, writes }) => ({ ref, writes })), groups: total, flat }; // prettier-ignore
}

interface Group {
  readonly parts: (Part | Gathering)[];
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

/** Sorts functions into dispatches: one joins an earlier dispatch when nothing since then has to come before it. */
export function joined(steps: readonly (Part | Gathering)[], limits: GpuLimits): readonly (readonly (Part | Gathering)[])[] {
  const groups: Group[] = [];
  for (const step of steps) {
    const [reads, writes] = touched(step);
    const conflicts = (g: Group): boolean =>
      [...writes].some((k) => g.reads.has(k) || g.writes.has(k)) || [...reads].some((k) => g.writes.has(k));
    let host: Group | null = null;
    for (let i = groups.length - 1; i >= Math.max(0, groups.length - WINDOW); i--) {
      if (conflicts(groups[i]!)) break;
      if (fits(groups[i]!, step, limits)) {
        host = groups[i]!;
        break;
      }
    }
    if (!host) groups.push((host = { parts: [], reads: new Set(), writes: new Set() }));
    host.parts.push(step);
    for (const k of reads) host.reads.add(k);
    for (const k of writes) host.writes.add(k);
  }
  return groups.map((g) => g.parts);
} // prettier-ignore

function touched(step: Part | Gathering): readonly [reads: ReadonlySet<string>, writes: ReadonlySet<string>] {
  if (!(step instanceof Part)) return [new Set(step.parts.map((p) => refKey(p.from))), new Set([refKey(step.to)])];
  const keys = (writes: boolean): Set<string> => new Set(step.uses.filter((u) => u.writes === writes).map((u) => u.key)); // prettier-ignore
  return [keys(false), keys(true)];
}

/** Whether a function can run beside others: as many threads, no workgroup memory, few enough buffers. */
function fits({ parts }: Group, step: Part | Gathering, limits: GpuLimits): boolean {
  if (!(step instanceof Part) || step.f.head.length || step.f.flat || parts.length >= MOST) return false;
  const bindings = new Bindings();
  for (const part of [...parts, step]) {
    if (!(part instanceof Part) || part.f.threads !== step.f.threads || part.f.head.length || part.f.flat) return false;
    part.uses.forEach((u) => bindings.add(u));
  }
  return bindings.all.length <= limits.storageBuffers;
}
