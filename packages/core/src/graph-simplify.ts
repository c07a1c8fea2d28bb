import { attrsKey } from './eager.ts';
import type { GraphParts } from './graph.ts';
import type { GraphNode, Ref } from './graph-trace.ts';
import type { Runnable } from './runnable.ts';

export const refKey = (ref: Ref): string => `${ref.kind} ${ref.index} ${ref.output}`;

/** Nodes that are computed, and for each value the one that it equals. */
export interface Simplified {
  /** Indices of the nodes that stay, in order. */
  readonly nodes: readonly number[];
  readonly equals: (ref: Ref) => Ref;
}

/** Nodes that compute the same from the same become one; nodes that nothing needs are dropped. */
export function simplify(graph: GraphParts): Simplified {
  const ids = new Map<Runnable, number>();
  const idOf = (op: Runnable): number => ids.get(op) ?? (ids.set(op, ids.size), ids.size - 1);
  const known = new Map<string, number>();
  const same = new Map<number, number>();
  const equals = (ref: Ref): Ref => (ref.kind === 'node' && same.has(ref.index) ? { ...ref, index: same.get(ref.index)! } : ref); // prettier-ignore
  graph.nodes.forEach((node, i) => {
    if (writes(node)) return;
    const key = `${idOf(node.op)} ${attrsKey(node.attrs)} ${node.inputs.map((r) => refKey(equals(r))).join()}`;
    const first = known.get(key);
    if (first === undefined) known.set(key, i);
    else same.set(i, first);
  });
  const needed = new Set<number>();
  const need = (ref: Ref): void => {
    const { kind, index } = equals(ref);
    if (kind === 'node') needed.add(index);
  };
  graph.outputs.forEach(need);
  graph.updates.forEach((u) => need(u.value));
  graph.nodes.forEach((node, i) => node.op.impure && needed.add(i));
  for (let i = graph.nodes.length - 1; i >= 0; i--) if (needed.has(i)) graph.nodes[i]!.inputs.forEach(need);
  return { nodes: [...needed].sort((a, b) => a - b), equals };
}

const writes = ({ op, inputs }: GraphNode): boolean => op.impure || op.inPlace(inputs.length).some((k) => k >= 0);
