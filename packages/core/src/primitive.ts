import { bindArguments } from './args.ts';
import type { Attrs } from './attr.ts';
import { AttrReader } from './attr-reader.ts';
import { invoke } from './call.ts';
import { withPath } from './cell-path.ts';
import type { OpDef } from './op-def.ts';
import { leadingRequired, sortArguments } from './signature.ts';
import { repr } from './text.ts';

/** The class form of any op. */
export type AnyPrimitive = new (...args: never[]) => (...args: never[]) => unknown;

/** What instances of primitives have besides being callable. */
export interface PrimitiveMembers {
  readonly name: string;
  readonly def: OpDef;
  /** The attributes given to the constructor. */
  readonly attrs: Attrs;
  toString(): string;
}

/** Base of all primitives' instances, for `instanceof`. */
export class Primitive {
  readonly name: string;
  readonly def: OpDef;
  readonly attrs: Attrs;

  constructor(def: OpDef, attrs: Attrs) {
    this.name = def.name;
    this.def = def;
    this.attrs = attrs;
  }
  toString(): string {
    const shown = Object.entries(this.attrs).map(([name, value]) => `${name}=${repr(value)}`);
    return `Prim[${this.name}]<${shown.join(', ')}>`;
  }
  $repr(): string {
    return this.toString();
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** How arguments of the constructor and of calls become attributes and inputs. */
interface ClassForm {
  readonly ofClass: AttrReader;
  readonly ofCall: AttrReader;
  readonly required: number;
}

function classForm(def: OpDef): ClassForm {
  const { callAttrs, classAttrs } = def.sig;
  const table = def.spec.attrs ?? {};
  const own = Object.fromEntries(classAttrs.map((n) => [n, table[n]!]));
  return {
    ofClass: new AttrReader(def.name, own, classAttrs),
    ofCall: new AttrReader(def.name, table, [...callAttrs, ...classAttrs]),
    required: leadingRequired(def.sig),
  };
}

/** The class form of an op: constructor attributes first, then the inputs by calling the instance. */
export function primitiveClass(def: OpDef): AnyPrimitive {
  let form: ClassForm | undefined;
  const made = class extends Primitive {
    constructor(...args: readonly unknown[]) {
      const { ofClass, ofCall, required } = (form ??= classForm(def));
      const { callOrder, classAttrs } = def.sig;
      const given = bindArguments(def.name, classAttrs, 0, args);
      const attrs = ofClass.read(given);
      const fixed = classAttrs.map((name) => attrs[name]);
      const self = (...call: readonly unknown[]): unknown => {
        try {
          const values = bindArguments(def.name, callOrder, required, call);
          const [operands, given] = sortArguments(def.sig, values);
          return invoke(def, operands, ofCall.read([...given, ...fixed]));
        } catch (error) {
          throw withPath(error);
        }
      };
      super(def, attrs);
      Object.setPrototypeOf(self, new.target.prototype);
      delete (self as { length?: unknown }).length;
      Object.defineProperty(self, 'name', { value: def.name, configurable: true });
      return Object.assign(self, { def, attrs }) as unknown as Primitive;
    }
  };
  Object.defineProperty(made, 'name', { value: def.name });
  return made as unknown as AnyPrimitive;
}
