import type { Expr, Program, PullOutput } from '@sporelet/ir';
import { elementsOf, hasBounded, isContraction, pullsOf, readingOf } from './fuse-cost.ts';
import type { Node } from './fuse.ts';
import { MOST_NODES, inline } from './fuse.ts';

function hasReduction(outputs: readonly PullOutput[]): boolean {
  const seen = new Set<Expr>();
  const walk = (e: Expr): boolean => {
    if (seen.has(e)) return false;
    seen.add(e);
    return e.kind === 'reduce' || e.args.some(walk);
  };
  return outputs.some((o) => walk(o.value));
}

/**
 * Joins a contraction with the element-wise kernel that alone reads it: on a GPU what follows a sum is computed while it
 * is still in registers. (On the CPU a contraction has its own tiles, and results keep the bits of eager mode.)
 */
export function fuseEpilogues(program: Program): Program {
  const nodes: (Node | null)[] = program.steps.map((s) => ({ ...s }));
  const kept = new Set([...program.outputs, ...program.updates.map((u) => u.value)]);
  nodes.forEach((node, at) => {
    const outputs = node && pullsOf(node.kernel);
    if (!outputs || !isContraction(node.kernel) || hasBounded(node.kernel)) return;
    const [value] = node.outputs as [number];
    const readers = nodes.filter((n) => n?.inputs.includes(value));
    const [reader] = readers;
    if (kept.has(value) || readers.length !== 1 || !reader || !readsOnce(reader, value, elementsOf(outputs[0]!)))
      return;
    const joined = inline(reader, node, outputs[0]!, value, false);
    if (!joined) return;
    reader.kernel = joined.kernel;
    reader.inputs = joined.inputs;
    nodes[at] = null;
  });
  return { ...program, steps: nodes.filter((n) => n !== null) };
}

/** Whether a kernel reads each element of a value for one element of its own. */
function readsOnce({ kernel, inputs }: Node, value: number, size: number): boolean {
  const pulls = pullsOf(kernel);
  const places = inputs.flatMap((v, i) => (v === value ? [i] : []));
  if (!pulls || places.length !== 1 || hasReduction(pulls) || hasBounded(kernel)) return false;
  const reading = readingOf(pulls);
  return pulls.every((o) => elementsOf(o) === size) && reading.loads.get(places[0]!) === size && reading.nodes < MOST_NODES; // prettier-ignore
}
