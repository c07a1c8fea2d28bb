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

/** One C text, to be compiled on its own. */
export interface CPiece {
  readonly source: string;
  /** How many addresses its function `sp_pointers(uint64_t *)` writes. */
  readonly functions: number;
}

/** The C text of some plans. */
export interface CProgram {
  readonly pieces: readonly CPiece[];
  /** For each step of each plan: the piece that has its function, and the function's number in it. */
  readonly steps: readonly (readonly (readonly [piece: number, fn: number])[])[];
}

/** Characters of a piece, roughly: some hundred milliseconds of compiling. */
const PIECE = 60_000;

/** Joins plans to C texts, in each of which equal functions appear once. */
export function printProgram(plans: readonly CPlan[]): CProgram {
  const pieces: CPiece[] = [];
  const steps: (readonly [number, number])[][] = [];
  let piece = new Piece();
  const close = (): void => {
    if (!piece.size) return;
    pieces.push(piece.build());
    piece = new Piece();
  };
  for (const plan of plans) {
    const numbers = piece.add(plan);
    steps.push(numbers.map((n) => [pieces.length, n]));
    if (piece.size > PIECE) close();
  }
  close();
  return { pieces, steps };
}

class Piece {
  size = 0;
  private readonly known = new Map<string, string>();
  private readonly out: string[] = [];
  private readonly exported = new Map<string, number>();
  private readonly registers = new Set([16]);

  /** Adds a plan's functions; returns the number of each step's function. */
  add(plan: CPlan): number[] {
    const own: string[] = [];
    for (const { text, register, exported } of plan.functions) {
      const resolved = text.replace(/@(\d+)@/g, (_, n: string) => own[Number(n)]!);
      const key = `${exported ? 'k' : 'f'}${resolved}`;
      let name = this.known.get(key);
      if (name === undefined) {
        name = `${exported ? 'k' : 'f'}${this.known.size}`;
        this.known.set(key, name);
        this.registers.add(register);
        this.size += text.length;
        // Inner functions stay apart: each has registers of its own, and texts stay small for the compiler.
        this.out.push(`${exported ? '' : '__attribute__((noinline)) '}static void ${name}${resolved}`);
        if (exported) this.exported.set(name, this.exported.size);
      }
      own.push(name);
    }
    return plan.steps.map((step) => this.exported.get(own[step.fn]!)!);
  }

  build(): CPiece {
    const registers = [...this.registers].sort((a, b) => a - b);
    const vectors = vectorPrelude(registers, this.out.join('\n'));
    const addresses = [...this.exported].map(([name, i]) => `out[${i}] = (u64)(uintptr_t)${name};`);
    const pointers = `void sp_pointers(u64 *out) {\n${addresses.join('\n')}\n}\n`;
    return { source: [C_PRELUDE, vectors, ...this.out, pointers].join('\n'), functions: this.exported.size };
  }
}
