import type { PullOutput, TensorSpec } from '@sporelet/ir';
import type { GemmPlan } from './contract-gemm-plan.ts';
import { planGemm } from './contract-gemm-plan.ts';
import { planGrad } from './contract-grad-plan.ts';
import type { GradPlan } from './contract-grad-plan.ts';
import { planLanes } from './contract-lanes-plan.ts';
import type { LanesPlan } from './contract-lanes-plan.ts';
import { termsOf } from './contract-terms.ts';
import type { Terms } from './contract-terms.ts';
import { extentOf } from './contract-wasm.ts';

/** A sum of products that is worth tiles, and how it is computed. */
export interface Contraction extends Terms {
  readonly plan: GemmPlan | LanesPlan | GradPlan;
}

/** A recognised contraction, or null: a choice by shapes and dtypes only. */
export function recognizeContraction(output: PullOutput, inputs: readonly TensorSpec[]): Contraction | null {
  const t = termsOf(output, inputs);
  if (!t) return null;
  const own = (f: typeof t.x, g: typeof t.x): number => extentOf(t.axes.filter((a) => f.axes.has(a) && !g.axes.has(a)));
  const [m, n] = [own(t.x, t.y), own(t.y, t.x)];
  const k = extentOf(t.k);
  if (k < 4 || extentOf(t.axes) * k < 512) return null;
  const lanes = planLanes(t) ?? planGrad(t);
  if (lanes) return { ...t, plan: lanes };
  if (Math.min(m, n) < 4 || m * n * k < 512) return null;
  const plan = planGemm(t);
  return plan && { ...t, plan };
}
