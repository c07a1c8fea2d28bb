import type { DType, Expr } from '@sporelet/ir';
import { bool, int32 } from '@sporelet/ir';
import type { Moving, Stmt } from './place.ts';
import { moving } from './place.ts';
import { loadOp, storeOp } from './wasm-scalar.ts';
import { I32 } from './wasm-encoder.ts';
import { WasmValues } from './wasm-values.ts';
import { extractLane, loadLane, loadVector, storeVector } from './wasm-vector.ts';

/** Loads and stores of operands, scalar and in lanes. */
export abstract class WasmMemory extends WasmValues {
  protected address(input: number, stored: DType, offset: () => void): void {
    const { f } = this;
    offset();
    const shift = Math.log2(stored.itemsize);
    if (shift) f.i32(shift).op('i32.shl');
    f.get(this.pointers[input]!).op('i32.add');
  }

  protected readScalar(e: Expr, local: number): void {
    const { f } = this;
    const [offset, guard, fill] = e.args as [Expr, Expr?, Expr?];
    const load = () => {
      this.address(e.input, e.stored!, () => this.pushOffset(offset));
      f.mem(loadOp(e.stored!)).set(local);
    };
    if (!guard) {
      load();
      return;
    }
    this.pushScalar(guard);
    f.if(load, () => {
      this.pushScalar(fill!);
      f.set(local);
    });
  }

  /** An offset that was placed whole, or as base and step of the lane loop whose scalar rest is being printed. */
  protected pushOffset(offset: Expr): void {
    const value = this.lookup(offset);
    if (offset.kind === 'const' || offset.kind === 'axis' || (value && 'scalar' in value)) {
      this.pushScalar(offset);
      return;
    }
    for (const axis of this.free.of(offset)) {
      const s = moving(offset, axis);
      if (!s) continue;
      this.pushScalar(s.base);
      this.f.get(this.counter(axis));
      if (s.shift) this.f.i32(s.shift).op('i32.shr_u');
      if (s.step !== 1) this.f.i32(s.step).op('i32.mul');
      this.f.op('i32.add');
      return;
    }
    throw new Error('wasm: an offset was not placed');
  }

  protected readVector(e: Expr, locals: readonly number[]): void {
    const { f } = this;
    const [offset, guard, fill] = e.args as [Expr, Expr?, Expr?];
    const run = this.running!;
    const s = moving(offset, run.axis);
    const size = e.stored!.itemsize;
    const start = f.local(I32);
    const varies = this.varies(offset);
    if (!varies) this.address(e.input, e.stored!, () => this.pushScalar(offset));
    else if (s) this.address(e.input, e.stored!, () => this.pushOffset(offset));
    else f.i32(0);
    f.set(start);
    locals.forEach((v, u) => {
      const whole = () => f.get(start);
      const contiguous = () => {
        if (s!.shift || s!.step === 2) {
          const twice = s!.shift > 0;
          f.get(start)
            .loadPairs(twice, u * f.register * (twice ? 0.5 : 2))
            .set(v);
          return;
        }
        whole();
        loadVector(f, e.stored!, run.lanes, u * run.lanes * size);
        f.set(v);
      };
      const apart = () => {
        for (let l = 0; l < run.lanes; l++) this.readLane(e, s, start, v, u, l, varies);
      };
      const paired = run.lanes * 4 === f.register && size === 4 && (s?.shift === 1 || (s?.shift === 0 && s.step === 2));
      const direct = varies && s !== null && (paired || (s.step === 1 && s.shift === 0));
      if (!guard) {
        if (direct) contiguous();
        else {
          f.i32(0).op('i32x4.splat').set(v);
          apart();
        }
        return;
      }
      this.pushVector(fill!, u);
      f.set(v);
      if (!this.varies(guard)) {
        this.pushScalar(guard);
        f.if(direct ? contiguous : apart);
        return;
      }
      const each = () => {
        for (let l = 0; l < run.lanes; l++) {
          this.pushVector(guard, u);
          extractLane(f, bool, run.lanes, l);
          f.if(() => this.readLane(e, s, start, v, u, l, varies));
        }
      };
      if (!direct) {
        each();
        return;
      }
      this.pushVector(guard, u);
      f.op('i32x4.all_true');
      f.if(contiguous, each);
    });
  }

  protected readLane(e: Expr, s: Moving | null, start: number, v: number, u: number, l: number, varies: boolean): void {
    // prettier-ignore
    const { f } = this;
    const run = this.running!;
    const k = u * run.lanes + l;
    const load = () => {
      if (!varies || s) {
        const offset = (varies ? (k >> s!.shift) * s!.step : 0) * e.stored!.itemsize;
        f.get(start);
        if (offset < 0) f.i32(offset).op('i32.add');
        loadLane(f, e.dtype, e.stored!, run.lanes, v, l, Math.max(offset, 0));
        return;
      }
      this.address(e.input, e.stored!, () => {
        this.pushVector(e.args[0]!, u);
        extractLane(f, int32, run.lanes, l);
      });
      loadLane(f, e.dtype, e.stored!, run.lanes, v, l, 0);
    };
    if (run.end === null) {
      load();
      return;
    }
    // In the masked round a lane that does not exist must not touch memory.
    f.get(this.counter(run.axis)).i32(k).op('i32.add').get(run.end).op('i32.lt_s');
    f.if(load);
  }

  protected store(s: Extract<Stmt, { kind: 'store' }>): void {
    const { f } = this;
    if (!this.running) {
      this.address(s.output, s.stored, () => this.pushOffset(s.offset));
      this.pushScalar(s.value);
      f.mem(storeOp(s.stored));
      return;
    }
    const run = this.running;
    const start = f.local(I32);
    this.address(s.output, s.stored, () => this.pushOffset(s.offset));
    f.set(start);
    for (let u = 0; u < run.unroll; u++) {
      const at = u * run.lanes * s.stored.itemsize;
      storeVector(f, s.stored, run.lanes, at, start, () => this.pushVector(s.value, u));
    }
  }
}
