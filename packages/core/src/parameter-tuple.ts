import { ValueError } from '@sporelet/ir';
import type { Init } from './initializer-names.ts';
import { Parameter } from './parameter.ts';
import { describe } from './text.ts';
import { Tuple } from './tuple.ts';

/** A Tuple of Parameters with distinct names. */
export class ParameterTuple extends Tuple<Parameter> {
  /**
   * @throws TypeError for an element that is not a Parameter, ValueError for two Parameters of one name
   */
  constructor(parameters: Iterable<Parameter>) {
    super();
    if (typeof (parameters as Partial<Iterable<Parameter>> | undefined)?.[Symbol.iterator] !== 'function') {
      throw new TypeError(`For 'ParameterTuple', the input must be iterable, but got ${describe(parameters)}.`);
    }
    const byName = new Map<string, Parameter>();
    for (const p of parameters) {
      if (!(p instanceof Parameter)) {
        throw new TypeError(`For 'ParameterTuple', the elements must be Parameters, but got ${describe(p)}.`);
      }
      const other = byName.get(p.name);
      if (other && other !== p) {
        throw new ValueError(`For 'ParameterTuple', there are two Parameters named '${p.name}'.`);
      }
      byName.set(p.name, p);
      this.push(p);
    }
  }

  /**
   * Clones named `prefix.name`.
   * @param init - 'same' for the same elements, or what `initializer` takes
   */
  clone(prefix: string, init: Init = 'same'): ParameterTuple {
    if (typeof prefix !== 'string') {
      throw new TypeError(`For 'ParameterTuple.clone', the 'prefix' must be a str, but got ${describe(prefix)}.`);
    }
    return new ParameterTuple(
      this.map((p) => {
        const copy = p.clone(init);
        copy.name = `${prefix}.${p.name}`;
        return copy;
      }),
    );
  }
}
