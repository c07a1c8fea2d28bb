import type { Kernel } from '@sporelet/ir';
import { emitKernel } from './compile.ts';
import { C_PRELUDE, vectorPrelude } from './c-prelude.ts';
import { CWriter } from './c-writer.ts';
import { PlanBuilder } from './plan-builder.ts';
import type { Target } from './plan-builder.ts';
import type { PlanOutline } from './plan.ts';
import type { FunctionWriter, ValType } from './wasm-encoder.ts';

/** One function of a plan: its text after the name, in which `@n@` stands for the name of the plan's function n. */
export interface CFunction {
  readonly text: string;
  /** Bytes of its registers. */
  readonly register: number;
  /** Steps may call it. */
  readonly exported: boolean;
}

/** A kernel compiled to C functions `(heap, args, lo, hi)`; calls go to functions before the caller. */
export interface CPlan extends PlanOutline {
  readonly functions: readonly CFunction[];
}

class CPlanBuilder extends PlanBuilder {
  protected override newWriter(params: readonly ValType[], register: number): FunctionWriter {
    return new CWriter(params, register, (fn) => this.functions[fn]!.params);
  }

  buildC(): CPlan {
    const functions = this.functions.map(({ body, exportAs }): CFunction => {
      if (!(body instanceof CWriter)) throw new Error(`${this.name}: not written as C`);
      return { text: body.text(), register: body.register, exported: exportAs !== undefined };
    });
    return { ...this.outline(), functions };
  }
}

/** Compiles a kernel (not a routine) to C for a machine; the target's `shared` does not matter. */
export function compileToC(kernel: Kernel, target: Target): CPlan {
  const b = new CPlanBuilder(kernel.name, target);
  emitKernel(b, kernel);
  return b.buildC();
}

/** The C text of some plans. */
export interface CProgram {
  /** Pieces that can be compiled apart; each is complete. */
  readonly source: string;
  /** Names of the functions of each plan's steps. */
  readonly steps: readonly (readonly string[])[];
  /** Exported names, in the order in which `sp_pointers(uint64_t *)` writes their addresses. */
  readonly names: readonly string[];
}

/** Joins plans to one C text, in which equal functions appear once. */
export function printProgram(plans: readonly CPlan[]): CProgram {
  const known = new Map<string, string>();
  const out: string[] = [];
  const names: string[] = [];
  const registers = new Set([16]);
  const steps = plans.map((plan) => {
    const own: string[] = [];
    for (const { text, register, exported } of plan.functions) {
      const resolved = text.replace(/@(\d+)@/g, (_, n: string) => own[Number(n)]!);
      const key = `${exported ? 'k' : 'f'}${resolved}`;
      let name = known.get(key);
      if (name === undefined) {
        name = `${exported ? 'k' : 'f'}${known.size}`;
        known.set(key, name);
        registers.add(register);
        // Inner functions stay apart: each has registers of its own, and texts stay small for the compiler.
        out.push(`${exported ? '' : '__attribute__((noinline)) '}static void ${name}${resolved}`);
        if (exported) names.push(name);
      }
      own.push(name);
    }
    return plan.steps.map((step) => own[step.fn]!);
  });
  const vectors = [...registers].sort((a, b) => a - b).map(vectorPrelude);
  const pointers = names.map((name, i) => `out[${i}] = (u64)(uintptr_t)${name};`);
  const source = [C_PRELUDE, ...vectors, ...out, `void sp_pointers(u64 *out) {\n${pointers.join('\n')}\n}\n`].join(
    '\n',
  );
  return { source, steps, names };
}
