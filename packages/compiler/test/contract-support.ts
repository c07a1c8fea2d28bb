import type { Axis, DType, Expr, PullOutput, TensorSpec, TypedArray } from '@sporelet/ir';
import { axesFor, axisRef, f16ToNumber, float16, numberToF16, sizeOf, uint32, uint64 } from '@sporelet/ir';
import { contractionOrder, emitContraction, recognizeContraction } from '../src/contract.ts';
import type { Contraction } from '../src/contract.ts';
import type { Factor } from '../src/contract-terms.ts';
import { PlanBuilder } from '../src/plan-builder.ts';
import { V128, WasmWriter, encodeModule } from '../src/wasm-encoder.ts';

/** Whether this engine has relaxed SIMD. */
export const relaxed = (() => {
  const body = new WasmWriter(3);
  body.get(0).get(1).get(2).op('f32x4.relaxed_madd');
  const code = encodeModule([{ params: [V128, V128, V128], results: [V128], body }], { shared: false });
  return WebAssembly.validate(code as BufferSource);
})();

/** The kinds of target this engine can run. */
export const targets = relaxed ? [false, true] : [false];

export function pull(shape: readonly number[], dtype: DType, f: (...i: Expr[]) => Expr): PullOutput {
  const axes = axesFor(shape);
  return { form: 'pull', spec: { dtype, shape }, axes, value: f(...axes.map(axisRef)) };
}

/** A repeatable stream of numbers in [0, 1). */
export function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 2 ** 32;
  };
}

export interface Run {
  readonly contraction: Contraction;
  readonly out: TypedArray;
}

/**
 * Runs a contraction on a memory of its own, every step in chunks of `chunk` units, last chunk first. Throws when the
 * output is not recognised, or when bytes next to the output have changed.
 */
export function runContraction(
  output: PullOutput,
  specs: readonly TensorSpec[],
  data: readonly TypedArray[],
  options: { relaxed?: boolean; chunk?: number } = {},
): Run {
  const contraction = recognizeContraction(output, specs);
  if (!contraction) throw new Error('not recognised');
  const b = new PlanBuilder('test', { shared: false, relaxed: options.relaxed ?? false });
  const out = { ref: { kind: 'out' as const, index: 0 }, spec: output.spec };
  emitContraction(b, contraction, specs.map((spec, index) => ({ ref: { kind: 'in' as const, index }, spec })), out); // prettier-ignore
  const plan = b.build();
  let top = 1024;
  const place = (bytes: number): number => {
    const at = top;
    top += Math.ceil(bytes / 64) * 64 + 64;
    return at;
  };
  const outBytes = sizeOf(output.spec.shape) * output.spec.dtype.itemsize;
  const ins = data.map((d) => place(d.byteLength));
  const outAt = place(outBytes);
  const temps = plan.temps.map(place);
  const consts = place(plan.consts.length);
  const blocks = plan.steps.map((s) => place(4 * s.args.length + 4));
  const memory = new WebAssembly.Memory({ initial: Math.ceil(top / 65536) + 1, maximum: 65536 });
  const bytes = new Uint8Array(memory.buffer).fill(0x5a);
  data.forEach((d, i) => bytes.set(new Uint8Array(d.buffer, d.byteOffset, d.byteLength), ins[i]));
  bytes.set(plan.consts, consts);
  const words = new Uint32Array(memory.buffer);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(plan.code as BufferSource), { env: { memory } });
  plan.steps.forEach((s, i) => {
    const addresses = s.args.map((r) => (r.kind === 'in' ? ins[r.index]! : r.kind === 'out' ? outAt : temps[r.index]!));
    words.set([...addresses, consts], blocks[i]! / 4);
    const kernel = instance.exports[`k${s.fn}`] as (args: number, lo: number, hi: number) => void;
    const chunk = options.chunk ?? s.units;
    for (let lo = Math.floor((s.units - 1) / chunk) * chunk; lo >= 0; lo -= chunk) {
      kernel(blocks[i]!, lo, Math.min(lo + chunk, s.units));
    }
  });
  const around = [...bytes.subarray(outAt - 32, outAt), ...bytes.subarray(outAt + outBytes, outAt + outBytes + 32)];
  if (around.some((x) => x !== 0x5a)) throw new Error('wrote outside of the output');
  const { array } = output.spec.dtype;
  return { contraction, out: new array(memory.buffer, outAt, sizeOf(output.spec.shape)) };
}

/** Random elements of a spec: floats in [-0.5, 0.5), whole numbers in [-9, 9] (unsigned: wrapped). */
export function randomData(spec: TensorSpec, next: () => number): TypedArray {
  const { dtype } = spec;
  const data = new dtype.array(sizeOf(spec.shape));
  for (let i = 0; i < data.length; i++) {
    const whole = Math.floor(next() * 19) - 9;
    if (dtype.isFloat) data[i] = dtype === float16 ? numberToF16(next() - 0.5) : next() - 0.5;
    else data[i] = dtype.itemsize === 8 ? BigInt(whole) : whole;
  }
  return data;
}

/** Elements as numbers; unsigned ones as the signed numbers of the same bits. */
export function numbers(data: TypedArray, dtype: DType): number[] {
  const signed = dtype === uint32 ? new Int32Array(data.buffer, data.byteOffset, data.length) : dtype === uint64 ? new BigInt64Array(data.buffer, data.byteOffset, data.length) : data; // prettier-ignore
  return Array.from(signed as ArrayLike<number | bigint>, (v) =>
    dtype === float16 ? f16ToNumber(Number(v)) : Number(v),
  );
}

/** The greatest difference between elements. */
export function distance(data: readonly number[], expected: ArrayLike<number>): number {
  let worst = data.length === expected.length ? 0 : Infinity;
  data.forEach((v, i) => {
    const d = Math.abs(v - expected[i]!);
    if (!(d <= worst)) worst = d;
  });
  return worst;
}

/** The sums of a float32 contraction, with every product and sum rounded, in the order it says. */
export function inOrder(c: Contraction, data: readonly TypedArray[]): Float32Array {
  const order = contractionOrder(c);
  const at = new Map<Axis, number>();
  const read = (f: Factor): number => {
    let offset = 0;
    for (const [d, a] of f.index.entries()) {
      let i = a.base;
      for (const [axis, k] of a.terms) i += k * (at.get(axis) ?? 0);
      if (i < 0 || i >= f.spec.shape[d]!) return 0;
      offset = offset * f.spec.shape[d]! + i;
    }
    return Number(data[f.input]![offset]);
  };
  /** Goes through a row-major number of axes. */
  const place = (axes: readonly Axis[], number: number): void => {
    let rest = number;
    for (const axis of [...axes].reverse()) {
      at.set(axis, rest % axis.extent);
      rest = Math.floor(rest / axis.extent);
    }
  };
  const { axes, kBlock, period, group, lanes } = order;
  const others = lanes ? axes.slice(1) : axes;
  const inner = others.reduce((n, a) => n * a.extent, 1);
  const count = lanes?.count ?? 1;
  const steps = lanes ? Math.ceil(lanes.axis.extent / count) * inner : inner;
  const result = new Float32Array(c.axes.reduce((n, a) => n * a.extent, 1));
  return result.map((_, o) => {
    place(c.axes, o);
    const sumOf = (lane: number, first: number, end: number): number => {
      let total: number | null = null;
      let block = 0;
      for (let i = first; i < end; i++) {
        if (lanes) at.set(lanes.axis, Math.floor(i / inner) * count + lane);
        place(others, i % inner);
        const inside = !lanes || at.get(lanes.axis)! < lanes.axis.extent;
        if (inside) block = Math.fround(block + Math.fround(read(c.x) * read(c.y)));
        const next = (i - first + 1) % period;
        if (next === 0 || next % kBlock === 0 || i === end - 1) {
          total = total === null ? block : Math.fround(total + block);
          block = 0;
        }
      }
      return total!;
    };
    let result: number | null = null;
    for (let first = 0; first < steps; first += group) {
      const [a, b, d, e] = Array.from({ length: count }, (_, lane) =>
        sumOf(lane, first, Math.min(first + group, steps)),
      );
      const sum = lanes ? Math.fround(Math.fround(a! + d!) + Math.fround(b! + e!)) : a!;
      result = result === null ? sum : Math.fround(result + sum);
    }
    return result!;
  });
}
