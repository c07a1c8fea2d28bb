import type { Kernel, Program } from '@sporelet/ir';
import { emitAlone } from './compile.ts';
import { addProgram, optimised } from './compile-program.ts';
import type { ProgramNotes } from './compile-program.ts';
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
  emitAlone(b, kernel);
  return b.buildC();
}

/** Compiles a program to one plan of C functions; the passes are those of every target. */
export function compileProgramToC(program: Program, target: Target): ProgramNotes & { readonly plan: CPlan } {
  const b = new CPlanBuilder(program.name, target);
  const notes = addProgram(b, optimised(program), program);
  return { plan: b.buildC(), ...notes };
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

/** Joins plans to C texts. Equal step functions appear once, equal inner functions once in each text that calls them. */
export function printProgram(plans: readonly CPlan[]): CProgram {
  /** Functions by their texts, in which a call names its function's number here. */
  const numbers = new Map<string, number>();
  const functions: CFunction[] = [];
  const found = new Map<number, readonly [number, number]>();
  const pieces: CPiece[] = [];
  let piece = new Piece(functions);
  const close = (): void => {
    if (!piece.size) return;
    pieces.push(piece.build());
    piece = new Piece(functions);
  };
  const place = (n: number): readonly [number, number] => {
    let at = found.get(n);
    if (!at) {
      if (piece.size > PIECE) close();
      found.set(n, (at = [pieces.length, piece.export(n)]));
    }
    return at;
  };
  const steps = plans.map((plan) => {
    const own: number[] = [];
    for (const f of plan.functions) {
      const text = f.text.replace(CALL, (_, n: string) => `@${own[Number(n)]!}@`);
      const key = `${f.exported} ${text}`;
      let n = numbers.get(key);
      if (n === undefined) {
        n = functions.push({ ...f, text }) - 1;
        numbers.set(key, n);
      }
      own.push(n);
    }
    return plan.steps.map((step) => place(own[step.fn]!));
  });
  close();
  return { pieces, steps };
}

const CALL = /@(\d+)@/g;

class Piece {
  size = 0;
  private readonly functions: readonly CFunction[];
  private readonly names = new Map<number, string>();
  private readonly exported: string[] = [];
  private readonly out: string[] = [];
  private readonly registers = new Set([16]);

  constructor(functions: readonly CFunction[]) {
    this.functions = functions;
  }

  /** Adds a function and what it calls; returns its place among the addresses. */
  export(n: number): number {
    return this.exported.push(this.add(n)) - 1;
  }

  private add(n: number): string {
    let name = this.names.get(n);
    if (name === undefined) {
      const { text, register, exported } = this.functions[n]!;
      const resolved = text.replace(CALL, (_, callee: string) => this.add(Number(callee)));
      name = `f${this.names.size}`;
      this.names.set(n, name);
      this.registers.add(register);
      this.size += text.length;
      // Inner functions stay apart: each has registers of its own, and texts stay small for the compiler.
      this.out.push(`${exported ? '' : '__attribute__((noinline)) '}static void ${name}${resolved}`);
    }
    return name;
  }

  build(): CPiece {
    const registers = [...this.registers].sort((a, b) => a - b);
    const vectors = vectorPrelude(registers, this.out.join('\n'));
    const addresses = this.exported.map((name, i) => `out[${i}] = (u64)(uintptr_t)${name};`);
    const pointers = `void sp_pointers(u64 *out) {\n${addresses.join('\n')}\n}\n`;
    return { source: [C_PRELUDE, vectors, ...this.out, pointers].join('\n'), functions: this.exported.length };
  }
}
