import type { Axis } from '@sporelet/ir';
import { Expr, bool, combine, identityOf } from '@sporelet/ir';
import type { Lanes, Nest, Stmt } from './place.ts';
import { laneType, pushConst, scalarOp, valType } from './wasm-scalar.ts';
import type { FunctionWriter } from './wasm-encoder.ts';
import { I32, V128 } from './wasm-encoder.ts';
import { WasmMemory } from './wasm-memory.ts';
import type { LaneCount, VectorArg } from './wasm-vector.ts';
import { constantBytes, extractLane, splat, vectorOp } from './wasm-vector.ts';

const [ARGS, LO, HI] = [0, 1, 2];

/** Prints one loop nest as the body of a kernel function `(args, lo, hi)`. */
export class WasmPrinter extends WasmMemory {
  print(nest: Nest): FunctionWriter {
    const { f } = this;
    for (let i = 0; i < this.operandCount; i++) {
      const p = f.local(I32);
      f.get(ARGS)
        .mem('i32.load', 4 * i)
        .set(p);
      this.pointers.push(p);
    }
    this.loadConstants(nest);
    this.stmts(nest.entry);
    if (nest.unit === 'row') {
      const row = f.local(I32);
      f.get(LO).set(row);
      this.decode(nest.outer, row);
      this.while(row, HI, 1, () => {
        this.scoped(() => this.stmts(nest.row));
        this.next(nest.outer);
      });
    } else if (nest.outer.length === 0) this.scoped(() => this.stmts(nest.row, nest.unit === 'inner'));
    else {
      const row = f.local(I32);
      const end = f.local(I32);
      f.i32(0)
        .set(row)
        .i32(nest.outer.reduce((n, a) => n * a.extent, 1))
        .set(end);
      this.decode(nest.outer, row);
      this.while(row, end, 1, () => {
        this.scoped(() => this.stmts(nest.row, nest.unit === 'inner'));
        this.next(nest.outer);
      });
    }
    return f;
  }

  /** while (i < end) { body; i += step } with the test at the bottom, as V8 likes loops. */
  private while(i: number, end: number, step: number, body: () => void): void {
    const { f } = this;
    f.get(i).get(end).op('i32.lt_s');
    f.if(() =>
      f.loop(() => {
        body();
        f.get(i).i32(step).op('i32.add').tee(i).get(end).op('i32.lt_s').brIf(0);
      }),
    );
  }

  private decode(axes: readonly Axis[], row: number): void {
    const { f } = this;
    let rest = row;
    for (let d = axes.length - 1; d >= 0; d--) {
      const axis = axes[d]!;
      const c = this.counter(axis);
      if (d === 0) f.get(rest).set(c);
      else {
        const next = f.local(I32);
        f.get(rest).i32(axis.extent).op('i32.rem_u').set(c);
        f.get(rest).i32(axis.extent).op('i32.div_u').set(next);
        rest = next;
      }
    }
  }

  /** Moves the counters to the next row: divisions in every row would take as long as a step in lanes. */
  private next(axes: readonly Axis[]): void {
    const axis = axes.at(-1);
    if (!axis) return;
    const { f } = this;
    const c = this.counter(axis);
    f.get(c).i32(1).op('i32.add').set(c);
    if (axes.length === 1) return;
    f.get(c).i32(axis.extent).op('i32.eq');
    f.if(() => {
      f.i32(0).set(c);
      this.next(axes.slice(0, -1));
    });
  }

  /** Constants of vector loops are loaded once: V8 would otherwise build them anew in every iteration. */
  private loadConstants(nest: Nest): void {
    if (this.f.inlineConstants) return;
    const wanted = new Map<string, Expr>();
    const visit = (stmts: readonly Stmt[], axis: Axis | null): void => {
      for (const s of stmts) {
        if (s.kind === 'loop') visit(s.body, s.lanes?.axis ?? null);
        else if (s.kind === 'reduce') {
          const inner = s.lanes?.axis ?? axis;
          s.loops.forEach((l, d) => visit(l.body, d === s.loops.length - 1 ? inner : axis));
          const body = s.node.args[0]!;
          if (inner && body.kind === 'const') wanted.set(this.constantKey(body), body);
        } else if (axis) {
          const users = s.kind === 'let' ? s.node.args : [s.value];
          for (const a of users) if (a.kind === 'const') wanted.set(this.constantKey(a), a);
          if (s.kind === 'let' && s.node.kind === 'const') wanted.set(this.constantKey(s.node), s.node);
        }
      }
    };
    visit(nest.entry, null);
    visit(nest.row, null);
    if (!wanted.size) return;
    const { f } = this;
    const block = f.local(I32);
    f.get(ARGS)
      .mem('i32.load', 4 * this.operandCount)
      .set(block);
    for (const [key, e] of wanted) {
      const local = f.local(V128);
      f.get(block)
        .mem('v128.load', this.builder.constant(constantBytes(e.dtype, e.value)))
        .set(local);
      this.constants.set(key, local);
    }
  }

  private stmts(stmts: readonly Stmt[], whole = false): void {
    for (const s of stmts) {
      if (s.kind === 'let') this.define(s.node);
      else if (s.kind === 'reduce') this.reduce(s);
      else if (s.kind === 'store') this.store(s);
      else this.loop(s.axis, s.lanes, s.body, whole);
    }
  }

  private loop(axis: Axis, lanes: Lanes | null, body: readonly Stmt[], whole: boolean): void {
    const { f } = this;
    const i = this.counter(axis);
    const end = whole ? HI : f.local(I32);
    if (whole) f.get(LO).set(i);
    else f.i32(0).set(i).i32(axis.extent).set(end);
    if (lanes) {
      const stop = f.local(I32);
      this.splats.push(new Map());
      this.splatUniforms(body, axis);
      for (const unroll of lanes.unroll > 1 ? [lanes.unroll, 1] : [1]) {
        const step = lanes.lanes * unroll;
        if (!whole && axis.extent < step) continue;
        f.get(i).get(end).get(i).op('i32.sub').i32(-step).op('i32.and').op('i32.add').set(stop);
        this.while(i, stop, step, () =>
          this.within({ axis, lanes: lanes.lanes, unroll, end: null }, () => this.stmts(body)),
        );
      }
      const left = whole || axis.extent % lanes.lanes > 0;
      if (left && lanes.again) {
        f.i32(axis.extent - lanes.lanes).set(i);
        this.within({ axis, lanes: lanes.lanes, unroll: 1, end: null }, () => this.stmts(body));
      }
      this.splats.pop();
      if (!left || lanes.again) return;
    }
    this.while(i, end, 1, () => this.within(null, () => this.stmts(body)));
  }

  /** Registers for values that every lane shares, made before the loop starts. */
  private splatUniforms(body: readonly Stmt[], axis: Axis): void {
    const top = this.splats.at(-1)!;
    const visit = (stmts: readonly Stmt[]): void => {
      for (const s of stmts) {
        if (s.kind === 'loop') visit(s.body);
        else if (s.kind === 'reduce') s.loops.forEach((l) => visit(l.body));
        else {
          const users =
            s.kind === 'store'
              ? [s.value]
              : this.free.of(s.node).has(axis) && s.node.kind !== 'read'
                ? s.node.args
                : [];
          for (const a of users) {
            if (a.kind === 'const' || this.free.of(a).has(axis) || !this.known(a) || top.has(a)) continue;
            top.set(a, this.makeSplat(a));
          }
        }
      }
    };
    visit(body);
  }

  private define(e: Expr): void {
    if (e.kind === 'const') return;
    const { f } = this;
    if (!this.varies(e)) {
      if (e.kind === 'axis') return;
      const local = f.local(valType(e.dtype));
      if (e.kind === 'read') this.readScalar(e, local);
      else {
        scalarOp(f, e, e.args.map((a) => () => this.pushScalar(a))); // prettier-ignore
        f.set(local);
      }
      this.put(e, { scalar: local });
      return;
    }
    const run = this.running!;
    const locals = Array.from({ length: run.unroll }, () => f.local(V128, laneType(e.dtype)));
    if (e.kind === 'axis') locals.forEach((v, u) => this.indices(u, v));
    else if (e.kind === 'read') this.readVector(e, locals);
    else {
      locals.forEach((v, u) => {
        const args = e.args.map((a): VectorArg => {
          const uniform = !this.varies(a);
          return {
            dtype: a.dtype,
            push: () => this.pushVector(a, u),
            scalar: uniform ? () => this.pushScalar(a) : null,
          };
        });
        vectorOp(f, e, run.lanes, args);
        f.set(v);
      });
    }
    this.put(e, { vector: locals });
  }

  private reduce(s: Extract<Stmt, { kind: 'reduce' }>): void {
    const { f } = this;
    const { node, lanes } = s;
    const outside = this.running;
    const varying = !lanes && this.varies(node);
    const count = lanes ? lanes.unroll : varying ? outside!.unroll : 1;
    const type = lanes || varying ? V128 : valType(node.dtype);
    const acc = Array.from({ length: count }, () => f.local(type, laneType(node.dtype)));
    const identity = identityOf(node);
    const laneCount = lanes?.lanes ?? outside?.lanes ?? 4;
    for (const a of acc) {
      pushConst(f, identity.dtype, identity.value);
      if (type === V128) splat(f, node.dtype);
      f.set(a);
    }
    const accExpr = new Expr('const', node.dtype, []);
    const step = combine(node, accExpr, node.args[0]!);
    const accumulate = (): void => {
      acc.forEach((a, u) => {
        if (type === V128) {
          vectorOp(f, step, laneCount, [
            { dtype: node.dtype, push: () => f.get(a), scalar: null },
            { dtype: node.dtype, push: () => this.pushVector(node.args[0]!, u), scalar: null },
          ]);
        } else scalarOp(f, step, [() => f.get(a), () => this.pushScalar(node.args[0]!)]);
      });
      for (let u = acc.length - 1; u >= 0; u--) f.set(acc[u]!);
    };
    const walk = (d: number): void => {
      const { axis, body } = s.loops[d]!;
      const i = this.counter(axis);
      const end = f.local(I32);
      f.i32(0).set(i);
      if (axis.limit) this.pushScalar(axis.limit);
      else f.i32(axis.extent);
      f.set(end);
      const last = d === s.loops.length - 1;
      const inside = () => {
        this.stmts(body);
        if (last) accumulate();
        else walk(d + 1);
      };
      if (last && lanes) this.reduceLanes(s, axis, i, end, acc, accumulate);
      else this.while(i, end, 1, () => this.within(outside, inside));
    };
    walk(0);
    if (lanes) this.put(node, { scalar: this.fold(step, acc, laneCount) });
    else this.put(node, varying ? { vector: acc } : { scalar: acc[0]! });
  }

  private reduceLanes(
    s: Extract<Stmt, { kind: 'reduce' }>,
    axis: Axis,
    i: number,
    end: number,
    acc: readonly number[],
    accumulate: () => void,
  ): void {
    // prettier-ignore
    const { f } = this;
    const lanes = s.lanes!.lanes;
    const { body } = s.loops.at(-1)!;
    const unroll = acc.length;
    this.splats.push(new Map());
    this.splatUniforms(body, axis);
    const stop = f.local(I32);
    f.get(end).i32(-16).op('i32.and').set(stop);
    this.while(i, stop, 16, () =>
      this.within({ axis, lanes, unroll, end: null }, () => {
        this.stmts(body);
        accumulate();
      }),
    );
    if (axis.limit || axis.extent % 16 !== 0) {
      f.get(i).get(end).op('i32.lt_s');
      f.if(() =>
        this.within({ axis, lanes, unroll, end }, () => {
          this.stmts(body);
          const before = acc.map((a) => {
            const b = f.local(V128, laneType(s.node.dtype));
            f.get(a).set(b);
            return b;
          });
          accumulate();
          const limit = f.local(V128);
          f.get(end).op('i32x4.splat').set(limit);
          acc.forEach((a, u) => {
            const index = f.local(V128);
            this.indices(u, index);
            f.get(a).get(before[u]!).get(index).get(limit).op('i32x4.lt_s');
            if (lanes * 8 === f.register && (s.node.dtype.itemsize === 8 || s.node.dtype === bool))
              f.op('i64x2.extend_low_i32x4_s');
            f.op('v128.bitselect').set(a);
          });
        }),
      );
    }
    this.splats.pop();
  }

  /** Partial results folded 8, 4, 2, 1. */
  private fold(step: Expr, acc: readonly number[], lanes: LaneCount): number {
    const { f } = this;
    const d = step.dtype;
    for (let half = acc.length >> 1; half >= 1; half >>= 1) {
      for (let u = 0; u < half; u++) {
        const args = [acc[u]!, acc[u + half]!].map((a): VectorArg => ({
          dtype: d,
          push: () => f.get(a),
          scalar: null,
        }));
        vectorOp(f, step, lanes, args);
        f.set(acc[u]!);
      }
    }
    const parts = Array.from({ length: lanes }, (_, l) => {
      const local = f.local(valType(d));
      f.get(acc[0]!);
      extractLane(f, d, lanes, l);
      f.set(local);
      return local;
    });
    for (let half = lanes >> 1; half >= 1; half >>= 1) {
      for (let l = 0; l < half; l++) {
        scalarOp(f, step, [() => f.get(parts[l]!), () => f.get(parts[l + half]!)]);
        f.set(parts[l]!);
      }
    }
    return parts[0]!;
  }
}
