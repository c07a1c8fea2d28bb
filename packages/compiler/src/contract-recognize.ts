import type { Axis, PullOutput, TensorSpec } from '@sporelet/ir';
import type { GemmPlan } from './contract-gemm-plan.ts';
import { planGemm } from './contract-gemm-plan.ts';
import { GRAD_LANES, planGrad } from './contract-grad-plan.ts';
import type { GradPlan } from './contract-grad-plan.ts';
import { planLanes } from './contract-lanes-plan.ts';
import type { LanesPlan } from './contract-lanes-plan.ts';
import { termsOf } from './contract-terms.ts';
import type { Factor, Terms } from './contract-terms.ts';
import { extentOf } from './contract-wasm.ts';

/** A sum of products that is worth tiles, and how it is computed. */
export interface Contraction extends Terms {
  readonly plan: GemmPlan | LanesPlan | GradPlan;
}

/** Multiply-adds of a matrix product below which packing and tiles do not pay. */
const LEAST_MADDS = 512;
const LEAST_SIDE = 4;
const LEAST_COLUMNS = 16;
/** Lanes computed per lane that exists. */
const [HARDLY_ANY, FEW, MANY] = [1.15, 1.42, 2.7] as const;

/**
 * Recognises `sum over k of x * y`, where the factors are loads at affine indices, perhaps cast, perhaps zero outside
 * of their operand. Null when it is something else or too small: a choice by shapes and dtypes only.
 */
export function recognizeContraction(output: PullOutput, inputs: readonly TensorSpec[]): Contraction | null {
  const t = termsOf(output, inputs);
  if (!t) return null;
  const k = extentOf(t.k);
  if (k < LEAST_SIDE || extentOf(t.axes) * k < LEAST_MADDS) return null;
  const own = (f: Factor, g: Factor): number => extentOf(t.axes.filter((a) => f.axes.has(a) && !g.axes.has(a)));
  const [m, n] = [own(t.x, t.y), own(t.y, t.x)];
  const matrices = Math.min(m, n) >= LEAST_SIDE && m * n * k >= LEAST_MADDS;
  const plan =
    planGrad(t, HARDLY_ANY) ??
    planLanes(t, FEW) ??
    planGrad(t, FEW) ??
    (matrices ? planGemm(t) : (planLanes(t, MANY) ?? planThin(t)));
  return plan && { ...t, plan };
}

/** Few rows times a matrix that is read where it is, row after row; otherwise vectors would walk down its columns. */
function planThin(t: Terms): GemmPlan | null {
  const plan = planGemm(t);
  const walks = plan && plan.k.length === 1 && extentOf(plan.b.core) >= LEAST_COLUMNS;
  return walks && !plan.b.packed && plan.outer.length === 0 ? plan : null;
}

/**
 * The order in which a contraction adds up; it comes from the shapes only. The summed elements are numbered row-major
 * over `axes`. Every `group` of them (the last one may be shorter) is summed as follows, and the groups' sums are added
 * up in sequence. Elements `[i, i + kBlock)` of every `period` elements are a block (the last one of a period may be
 * shorter); a block's products are added in sequence to 0, and the blocks' sums are added up in sequence. Each product
 * is rounded before it is added, unless multiply-add is fused. With `lanes`, the axis given there is the outermost of
 * `axes` and advances in steps of `count`: a group has `count` such sums, sum l for the elements whose index in that axis
 * is l modulo `count`, and its own is (0 + 2) + (1 + 3). Products with a zero that stands for an element outside of its
 * operand may be left out.
 */
export interface ContractionOrder {
  readonly axes: readonly Axis[];
  readonly kBlock: number;
  readonly period: number;
  /** Infinity: all of them. */
  readonly group: number;
  readonly lanes: { readonly axis: Axis; readonly count: number } | null;
}

export function contractionOrder(c: Contraction): ContractionOrder {
  const { plan } = c;
  const inner = plan.k.slice(plan.level + 1).reduce((n, a) => n * a.extent, 1);
  const blocks = { kBlock: plan.kc * inner, period: plan.k[plan.level]!.extent * inner, group: Infinity };
  if (plan.kind === 'lanes') return { ...blocks, axes: plan.order, lanes: null };
  const axes = c.k.filter((a) => a.extent > 1);
  if (plan.kind === 'gemm') return { ...blocks, axes, lanes: null };
  const { lane, groups } = plan;
  const rest = axes.filter((a) => a !== lane);
  const group = groups > 1 ? plan.blocks.extent * extentOf(rest) : Infinity;
  return { ...blocks, group, axes: [lane, ...rest], lanes: { axis: lane, count: GRAD_LANES } };
}
