import { beforeAll, describe, expect, it } from 'vitest';
import type { AnyOp } from '@sporelet/core';
import { Tensor, deviceByName, grad, registeredOps, trace, vmap } from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { bool, float16, float32, float64 } from '@sporelet/ir';
import * as ops from '@sporelet/ops';
import {
  callOp,
  drawInputs,
  generator,
  mayFuse,
  onDevice,
  operandsOf,
  registerDevices,
  tensorOf,
  valuesOf,
} from './harness.ts';
import type { Nd, Sample, SampleInput } from './samples/sample.ts';
import { nd } from './samples/sample.ts';
import { allSamples } from './samples/index.ts';

/** Relative tolerance against oracles; absolute: the same times the largest magnitude expected, at least 1. */
const RTOL: Readonly<Record<string, number>> = { Float64: 1e-12, Float32: 2e-6, Float16: 2e-3, BFloat16: 2e-2 };

function allowedDTypes(op: AnyOp): readonly DType[] | undefined {
  const { dtypes } = op.def.spec;
  return dtypes?.['T'];
}

export function dtypesOf(op: AnyOp, sample: Sample): readonly DType[] {
  if (sample.ins.every((i) => i.dtype)) return [float32];
  if (sample.dtypes) return sample.dtypes;
  const allowed = allowedDTypes(op);
  const wanted = [float32, float64, float16].filter((d) => !allowed || allowed.includes(d));
  return wanted.length ? wanted : allowed!.slice(0, 2);
}

const dtypeOf = (run: DType) => (input: SampleInput) => input.dtype ?? run;

function bytes(t: Tensor): string {
  const { data, dtype } = t.asnumpy();
  // NaN payloads are not part of the contract.
  return Array.from(data as ArrayLike<number | bigint>, (v) => {
    if (dtype === float16 && (Number(v) & 0x7fff) > 0x7c00) return 'nan';
    return Object.is(v, -0) ? '-0' : String(v);
  }).join();
}

function expectClose(got: Nd, want: Nd, rtol: number, what: string): void {
  expect(got.shape, what).toEqual([...want.shape]);
  const scale = Math.max(1, ...want.data.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)));
  got.data.forEach((x, i) => {
    const y = want.data[i]!;
    if (Object.is(x, y) || x === y || (Number.isNaN(x) && Number.isNaN(y))) return;
    const error = Math.abs(x - y);
    if (!(error <= rtol * Math.max(Math.abs(y), scale * 0.5))) {
      expect.fail(`${what}: element ${i} is ${x}, expected ${y} (tolerance ${rtol})`);
    }
  });
}

/**
 * The tests that follow from the declarations and their samples.
 * @param shard - which part of the ops, of `shards`: files run side by side
 */
export function generate(shard: number, shards: number): void {
  beforeAll(() => {
    registerDevices();
    ops.installOps();
  });
  if (shard === 0) declarations();
  Object.entries(allSamples).forEach(([name, samples], number) => {
    if (number % shards !== shard) return;
    describe(name, () => {
      const op = registeredOps().get(name);
      if (!op) return;
      samples.forEach((sample, k) => {
        const shapes = sample.ins.map((i) => `(${i.shape.join(', ')})`).join(' ');
        const label = `sample ${k} ${shapes} ${JSON.stringify(sample.attrs ?? {})}`;
        forward(op, sample, label);
        if (op.def.spec.grad && sample.grad !== false) derivatives(op, sample, label);
        if (sample.vmap !== false && !op.def.spec.body) mapped(op, sample, label);
        if (!op.def.spec.body) traced(op, sample, label);
      });
    });
  });
}

function declarations(): void {
  describe('every registered op', () => {
    it('has samples, and every sample an op', () => {
      const missing = [...registeredOps().keys()].filter((name) => !allSamples[name]?.length);
      expect(missing).toEqual([]);
      expect(Object.keys(allSamples).filter((name) => !registeredOps().has(name))).toEqual([]);
    });
    it('says what it does and whether it has a gradient', () => {
      for (const [name, op] of registeredOps()) {
        expect(op.def.spec.doc.length, name).toBeGreaterThan(3);
        const { grad: gradient, body } = op.def.spec;
        expect(gradient !== undefined || body !== undefined, `${name} declares no gradient`).toBe(true);
      }
    });
  });
}

function forward(op: AnyOp, sample: Sample, label: string): void {
  for (const dtype of dtypesOf(op, sample)) {
    it(`${label} ${dtype.name}: device, reference and oracle agree`, () => {
      const values = drawInputs(sample, dtypeOf(dtype));
      const operands = operandsOf(sample, values, dtypeOf(dtype));
      const outs = callOp(op, operands, sample);
      const { result: reference, fused } = mayFuse(() =>
        onDevice('REFERENCE', () => callOp(op, operandsOf(sample, values, dtypeOf(dtype)), sample)),
      );
      outs.forEach((out, k) => {
        expect([...out.shape], 'shape').toEqual([...reference[k]!.shape]);
        expect(out.dtype).toBe(reference[k]!.dtype);
        if (fused && out.dtype.isFloat) {
          expectClose(
            valuesOf(out),
            valuesOf(reference[k]!),
            sample.rtol?.[dtype.name] ?? RTOL[out.dtype.name]!,
            `output ${k}`,
          );
        } else expect(bytes(out), `output ${k} bit for bit`).toBe(bytes(reference[k]!));
      });
      let wanted: readonly Nd[] | null = null;
      if (sample.expect) {
        const result = sample.expect(...values);
        wanted = Array.isArray(result) ? (result as readonly Nd[]) : [result as Nd];
      } else if (sample.values) wanted = sample.values.map((data, k) => nd([...outs[k]!.shape], data));
      wanted?.forEach((want, k) => {
        const out = outs[k]!;
        const rtol = out.dtype.isFloat ? (sample.rtol?.[dtype.name] ?? RTOL[out.dtype.name]!) : 0;
        expectClose(valuesOf(out), want, rtol, `output ${k} against the oracle`);
      });
    });
  }
}

const listOf = (x: unknown): readonly Tensor[] => (x instanceof Tensor ? [x] : (x as readonly Tensor[]));

/** Flat positions of inputs that have a derivative. */
function differentiable(op: AnyOp, sample: Sample, run: DType): number[] {
  return sample.ins.flatMap((input, i) => {
    const dtype = input.dtype ?? run;
    return dtype.isFloat && !input.parameter && !input.scalar ? [i] : [];
  });
}

function derivatives(op: AnyOp, sample: Sample, label: string): void {
  const allowed = allowedDTypes(op);
  if (allowed && !allowed.includes(float64)) return;
  if (sample.ins.some((i) => i.dtype?.isFloat && i.dtype !== float64)) return;
  if (sample.dtypes && !sample.dtypes.includes(float64)) return;
  const positions = differentiable(op, sample, float64);
  if (!positions.length) return;
  it(`${label}: gradients in float64 equal finite differences`, () => {
    const run = problem(op, sample, positions);
    run.check(run.objective, 'first derivative');
    if (sample.second === false) return;
    // The gradient along a fixed direction is a function of its own; its gradient is the second derivative.
    run.check(run.directional, 'second derivative');
  });
}

type Objective = (...xs: Tensor[]) => Tensor;

function problem(op: AnyOp, sample: Sample, positions: readonly number[]) {
  const values = drawInputs(sample, dtypeOf(float64));
  const random = generator(99);
  const weights: Tensor[] = [];
  const total = (terms: readonly Tensor[]): Tensor => terms.reduce((a, b) => ops.add(a, b));
  const flatSum = (x: Tensor): Tensor => ops.sum(x);
  const objective: Objective = (...xs) => {
    const operands = operandsOf(sample, values, dtypeOf(float64));
    const flat: { list: unknown[]; at: number }[] = [];
    operands.forEach((o, i) => {
      if (Array.isArray(o)) (o as unknown[]).forEach((_, j) => flat.push({ list: o as unknown[], at: j }));
      else flat.push({ list: operands, at: i });
    });
    positions.forEach((p, k) => {
      const slot = flat[p]!;
      slot.list[slot.at] = xs[k]!;
    });
    const outs = callOp(op, operands, sample).filter((o) => o.dtype.isFloat);
    outs.forEach((o, k) => {
      const size = o.size;
      weights[k] ??= tensorOf(
        nd(
          [...o.shape],
          Array.from({ length: size }, () => random() * 2 - 1),
        ),
        o.dtype,
      );
    });
    return total(outs.map((o, k) => flatSum(ops.mul(o, weights[k]!))));
  };
  const all = positions.map((_, k) => k);
  const directions = positions.map((p) => {
    const v = values[p]!;
    return tensorOf(nd(v.shape, v.data.map(() => random() * 2 - 1)), float64); // prettier-ignore
  });
  const directional: Objective = (...xs) => {
    const gradients = listOf(grad(objective, all)(...xs));
    return total(gradients.map((g, k) => flatSum(ops.mul(g, directions[k]!))));
  };
  const check = (f: Objective, what: string): void => {
    const at = positions.map((p) => values[p]!);
    const tensors = at.map((v) => tensorOf(v, float64));
    const gradients = listOf(grad(f, all)(...tensors)).map(valuesOf);
    const eps = 1e-6;
    at.forEach((v, k) => {
      expect(gradients[k]!.shape, `${what} shape`).toEqual([...v.shape]);
      const step = Math.max(1, Math.floor(v.data.length / 12));
      for (let i = 0; i < v.data.length; i += step) {
        const moved = (delta: number): number => {
          const data = v.data.map((x, j) => (j === i ? x + delta : x));
          const xs = tensors.map((t, j) => (j === k ? tensorOf(nd(v.shape, data), float64) : t));
          return Number(f(...xs).item());
        };
        const numeric = (moved(eps) - moved(-eps)) / (2 * eps);
        const exact = gradients[k]!.data[i]!;
        if (Math.abs(numeric - exact) > 1e-5 + 1e-3 * Math.abs(numeric)) {
          expect.fail(`${what} by input ${positions[k]}, element ${i}: ${exact}, finite difference ${numeric}`);
        }
      }
    });
  };
  return { objective, directional, check };
}

/** A second example of the same shapes. */
function mapped(op: AnyOp, sample: Sample, label: string): void {
  const run = dtypesOf(op, sample)[0]!;
  if (sample.ins.some((i) => i.scalar || i.group !== undefined || i.parameter || i.dtype === bool)) return;
  if (!sample.ins.length) return;
  it(`${label}: vmap equals a loop`, () => {
    const examples = [1, 2, 3].map((seed) => drawInputs(sample, dtypeOf(run), seed));
    const call = (...xs: Tensor[]) => {
      const outs = callOp(op, xs, sample);
      return outs.length === 1 ? outs[0]! : outs;
    };
    for (const only of [null, 0]) {
      // Everything mapped; then the first input alone.
      const axes = sample.ins.map((_, i) => (only === null || i === only ? 0 : null));
      const inputs = sample.ins.map((input, i) => {
        const dtype = input.dtype ?? run;
        if (axes[i] === null) return tensorOf(examples[0]![i]!, dtype);
        const stacked = examples.flatMap((e) => [...e[i]!.data]);
        return tensorOf(nd([3, ...input.shape], stacked), dtype);
      });
      const together = listOf(vmap(call as (...xs: never[]) => unknown, axes as never)(...(inputs as never[])));
      const apart = examples.map((e) => listOf(call(...e.map((v, i) => tensorOf(axes[i] === null ? examples[0]![i]! : v, sample.ins[i]!.dtype ?? run))))); // prettier-ignore
      together.forEach((t, k) => {
        const got = valuesOf(t);
        expect(got.shape, 'shape').toEqual([3, ...apart[0]![k]!.shape]);
        const want = nd(got.shape, apart.flatMap((a) => [...valuesOf(a[k]!).data])); // prettier-ignore
        expectClose(got, want, t.dtype.isFloat ? (RTOL[t.dtype.name] ?? 0) : 0, `output ${k}`);
      });
    }
  });
}

function traced(op: AnyOp, sample: Sample, label: string): void {
  const run = dtypesOf(op, sample)[0]!;
  if (sample.ins.some((i) => i.scalar || i.group !== undefined || i.parameter) || !sample.ins.length) return;
  it(`${label}: the graph, replayed and compiled, gives the same bits`, () => {
    const values = drawInputs(sample, dtypeOf(run));
    const inputs = values.map((v, i) => tensorOf(v, sample.ins[i]!.dtype ?? run));
    const call = (...xs: Tensor[]) => callOp(op, xs, sample);
    const graph = trace(call, ...(inputs as never[]));
    const replayed = listOf(graph.run(inputs));
    const compiled = listOf(graph.compile(deviceByName('CPU'))(inputs));
    call(...inputs).forEach((t, k) => {
      expect(bytes(replayed[k]!)).toBe(bytes(t));
      expect(compiled[k]!.shape).toEqual(t.shape);
      expect(bytes(compiled[k]!)).toBe(bytes(t));
    });
  });
}
