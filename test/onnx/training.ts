import type { Tensor } from 'sporelet';
import { Parameter, ops } from 'sporelet';
import type { Node } from './model.ts';
import { scalar } from './values.ts';

/** A tensor as state that an optimizer updates. */
const state = (x: Tensor): Parameter => new Parameter(x);

/** ONNX's training nodes take all variables, then all gradients, then each kind of state. */
function perVariable(lists: readonly Tensor[], kinds: number, step: (...own: Tensor[]) => readonly Tensor[]): Tensor[] {
  const count = lists.length / kinds;
  const results = Array.from({ length: count }, (_, k) => step(...lists.filter((_, i) => i % count === k)));
  return results[0]!.flatMap((_, out) => results.map((r) => r[out]!));
}

/** The gradient with the penalty of the variable's size. */
const regularized = (node: Node, x: Tensor, g: Tensor): Tensor =>
  ops.add(g, ops.mul(x, node.number('norm_coefficient', 0)));

export function adam(node: Node, rate: Tensor, step: Tensor, ...lists: Tensor[]): Tensor[] {
  const [alpha, beta, epsilon] = [node.number('alpha', 0.9), node.number('beta', 0.999), node.number('epsilon', 1e-6)];
  // Step 0 has no bias correction.
  const [power1, power2] = [alpha, beta].map((b) => (scalar(step) > 0 ? b ** scalar(step) : 0)) as [number, number];
  return perVariable(lists, 4, (x, g, m, v) => {
    const [w, mean, square] = [state(x), state(m), state(v)];
    const gradient = regularized(node, x, g);
    ops.adam(w, mean, square, power1, power2, scalar(rate), alpha, beta, epsilon, gradient);
    return [ops.mul(w, 1 - node.number('norm_coefficient_post', 0)), mean, square];
  });
}

export function momentum(node: Node, rate: Tensor, step: Tensor, ...lists: Tensor[]): Tensor[] {
  const gradientScale = scalar(step) > 0 ? node.number('beta') : 1;
  const useNesterov = node.text('mode') === 'nesterov';
  const run = new ops.ApplyMomentum({ useNesterov, gradientScale });
  return perVariable(lists, 3, (x, g, v) => {
    const [w, accumulation] = [state(x), state(v)];
    run(w, accumulation, scalar(rate), regularized(node, x, g), node.number('alpha'));
    return [w, accumulation];
  });
}
