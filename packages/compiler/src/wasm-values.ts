import type { Axis } from '@sporelet/ir';
import type { Expr } from '@sporelet/ir';
import { FreeAxes } from '@sporelet/ir';
import type { PlanBuilder } from './plan-builder.ts';
import { laneType, pushConst } from './wasm-scalar.ts';
import type { FunctionWriter } from './wasm-encoder.ts';
import { I32, V128 } from './wasm-encoder.ts';
import type { LaneCount } from './wasm-vector.ts';
import { splat } from './wasm-vector.ts';

/** Where a value lives: one scalar local, or one register local per unrolled copy. */
export type Value = { readonly scalar: number } | { readonly vector: readonly number[] };

/** The lanes in force while a loop body is printed. */
export interface Running {
  readonly axis: Axis;
  readonly lanes: LaneCount;
  readonly unroll: number;
  /** Set in the last, masked round of a reduction: lanes at or beyond this count do not exist. */
  readonly end: number | null;
}

/** Where values live while a loop nest is printed: scalar locals, registers, splats, constants, loop counters. */
export abstract class WasmValues {
  protected readonly f: FunctionWriter;
  protected readonly builder: PlanBuilder;
  protected readonly free = new FreeAxes();
  protected readonly pointers: number[] = [];
  protected readonly constants = new Map<string, number>();
  protected readonly counters = new Map<Axis, number>();
  protected scopes = [new Map<Expr, Value>()];
  protected splats = [new Map<Expr, number>()];
  protected running: Running | null = null;
  protected readonly operandCount: number;

  constructor(builder: PlanBuilder, operandCount: number, register: number) {
    this.builder = builder;
    this.f = builder.writer(register);
    this.operandCount = operandCount;
  }

  protected counter(axis: Axis): number {
    let c = this.counters.get(axis);
    if (c === undefined) {
      c = this.f.local(I32);
      this.counters.set(axis, c);
    }
    return c;
  }

  protected scoped(body: () => void): void {
    this.scopes.push(new Map());
    this.splats.push(new Map());
    body();
    this.scopes.pop();
    this.splats.pop();
  }

  protected within(running: Running | null, body: () => void): void {
    const before = this.running;
    this.running = running;
    this.scoped(body);
    this.running = before;
  }

  protected constantKey(e: Expr): string {
    return `${e.dtype.id}:${Object.is(e.value, -0) ? '-0' : String(e.value)}`;
  }

  protected known(e: Expr): boolean {
    return e.kind === 'axis' ? this.counters.has(e.axes[0]!) : this.scopes.some((s) => s.has(e));
  }

  protected makeSplat(e: Expr): number {
    const v = this.f.local(V128, laneType(e.dtype));
    this.pushScalar(e);
    splat(this.f, e.dtype);
    this.f.set(v);
    return v;
  }

  protected varies(e: Expr): boolean {
    return this.running !== null && this.free.of(e).has(this.running.axis);
  }

  protected lookup(e: Expr): Value | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const v = this.scopes[i]!.get(e);
      if (v) return v;
    }
    return undefined;
  }

  protected pushScalar(e: Expr): void {
    if (e.kind === 'const') {
      pushConst(this.f, e.dtype, e.value);
      return;
    }
    if (e.kind === 'axis') {
      this.f.get(this.counter(e.axes[0]!));
      return;
    }
    const v = this.lookup(e);
    if (!v || !('scalar' in v)) throw new Error(`wasm: no scalar for ${e.kind} ${e.fn}`);
    this.f.get(v.scalar);
  }

  /** Pushes the register of copy `u`. */
  protected pushVector(e: Expr, u: number): void {
    const { f } = this;
    const v = e.kind === 'const' ? undefined : this.lookup(e);
    if (v && 'vector' in v) {
      f.get(v.vector[u]!);
      return;
    }
    const constantLocal = e.kind === 'const' ? this.constants.get(this.constantKey(e)) : undefined;
    if (constantLocal !== undefined) {
      f.get(constantLocal);
      return;
    }
    for (let i = this.splats.length - 1; i >= 0; i--) {
      const s = this.splats[i]!.get(e);
      if (s !== undefined) {
        f.get(s);
        return;
      }
    }
    const s = this.makeSplat(e);
    this.splats.at(-1)!.set(e, s);
    f.get(s);
  }

  protected put(e: Expr, v: Value): void {
    this.scopes.at(-1)!.set(e, v);
  }

  /** The loop variable in lanes: counter + [u * lanes, ...]. */
  protected indices(u: number, into: number): void {
    const { f } = this;
    const run = this.running!;
    f.get(this.counter(run.axis)).op('i32x4.splat');
    f.i32(u * run.lanes).op('i32x4.splat');
    for (let l = 1; l < run.lanes; l++) f.i32(u * run.lanes + l).lane('i32x4.replace_lane', l);
    f.op('i32x4.add').set(into);
  }
}
