import type { Tensor } from 'sporelet';
import type { Model } from './model.ts';
import { table } from './table.ts';

/** Evaluates a graph, whose nodes are in an order in which they can run. */
export function run(model: Model, inputs: readonly Tensor[]): Tensor[] {
  const values = new Map<string, Tensor>(model.inputs.map(({ name }, i) => [name, inputs[i]!]));
  for (const node of model.nodes) {
    const mapping = table[node.op];
    if (!mapping) throw new RangeError(`no mapping for ${node.op}`);
    // Inputs left out are undefined, and only parameters that expect it get them.
    const operands = node.inputs.map((name) => values.get(name)) as Tensor[];
    const result = mapping(node, ...operands);
    const results = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
    node.outputs.forEach((name, i) => values.set(name, results[i]!));
  }
  return model.outputs.map(({ name }) => values.get(name)!);
}
