import type { CProgram, PlanOutline, ProgramNotes, Target } from '@sporelet/compiler';
import { programKey } from '@sporelet/compiler';
import type { Program } from '@sporelet/ir';

/** What a program is run by, but for its machine code and what its kernels' errors say. */
export interface ProgramPlan extends ProgramNotes {
  readonly plan: PlanOutline;
  /** For each step the piece of the code that has its function, and the function's number in it. */
  readonly functions: CProgram['steps'][number];
  /** Characters of the C text it came from. */
  readonly code: number;
}

/** A text that is the same only for programs and targets of which the same plan and code are made. */
export const planQuestion = (program: Program, target: Target): string =>
  `${JSON.stringify(target)}\n${programKey(program)}`;

/** A plan as text; undefined for one that a text does not hold exactly. */
export function planText({ plan, functions, code, raisedBy, failsLate }: ProgramPlan): string | undefined {
  const { name, kernels, temps, steps, arena, checks } = plan;
  let exact = true;
  const outline = { name, kernels, temps, steps, arena, checks, consts: [...plan.consts] };
  const text = JSON.stringify({ plan: outline, functions, code, raisedBy, failsLate }, (_, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) exact = false;
    return value;
  });
  return exact ? text : undefined;
}

export function planOfText(text: string): ProgramPlan {
  const kept = JSON.parse(text) as ProgramPlan;
  return { ...kept, plan: { ...kept.plan, consts: Uint8Array.from(kept.plan.consts) } };
}
