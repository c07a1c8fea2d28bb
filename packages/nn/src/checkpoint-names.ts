import type { Parameter } from '@sporelet/core';
import { pathTo } from './naming.ts';

/** Saved names of parameters that are named by hand after others. */
const given = new WeakMap<Parameter, string>();

/**
 * The name under which checkpoints keep a parameter: its name, with the attributes of built-in cells as MindSpore calls
 * them (`bn1.moving_mean`). A user's own attribute names are never touched.
 */
export function checkpointName(parameter: Parameter): string {
  const own = given.get(parameter) ?? parameter.$ownName;
  const path = pathTo(parameter);
  if (!path) return own ?? parameter.name;
  const keys = path.links.map(({ cell, key }) => (key === parameter.$ownName ? own! : (cell.$savedKeys[key] ?? key)));
  return path.prefix + keys.join('.');
}

/** Clones are named after their originals: lets checkpoints keep them under names made of the saved ones. */
export function saveClonesAs(prefix: string, clones: readonly Parameter[], originals: readonly Parameter[]): void {
  clones.forEach((clone, i) => given.set(clone, `${prefix}.${checkpointName(originals[i]!)}`));
}
