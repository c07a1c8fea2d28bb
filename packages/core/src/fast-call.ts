import { sameShape } from '@sporelet/ir';
import type { Result } from './call.ts';
import { running } from './dispatch.ts';
import type { OpDef } from './op-def.ts';
import { scalarValue } from './scalars.ts';
import { Tensor } from './tensor.ts';
import { ConcreteValue } from './value.ts';

type General = (args: readonly unknown[]) => Result;

/** A signature of one input, or two of one group, without attributes, and one output: read from its text, as all ops are imported. */
const SIMPLE = /^\s*\w+!?:(\w+)(\s*,\s*\w+!?:\1)?\s*->\s*[\w=?]+\s*$/;

/**
 * The function form of an op. Element-wise ops of one or two inputs without attributes run at once when everything is
 * concrete, on one device, of one shape (or a scalar) and a kernel has been made before; all else takes the general way.
 */
export function fastCall(def: OpDef, general: General): (...args: unknown[]) => Result {
  const inputs = def.spec.each ? SIMPLE.exec(def.spec.sig) : null;
  if (inputs === null) return (...args) => general(args);
  return inputs[2] === undefined ? unary(def, general) : binary(def, general);
}

function unary(def: OpDef, general: General): (...args: unknown[]) => Result {
  const { fast } = def;
  return (x?: unknown, ...rest: unknown[]): Result => {
    if (rest.length === 0 && running.graph === null && x instanceof Tensor) {
      const a = x.$value;
      if (a instanceof ConcreteValue) {
        const id = a.dtype.id;
        const e = fast[((id << 4) | id) << 2];
        if (e !== undefined && e.device === a.device && a.size !== 0) {
          const out = e.device.allocate(a.size * e.itemsize);
          e.exe.run([a.storage], [out], a.size);
          return new Tensor(new ConcreteValue(e.dtype, a.shape, a.size, out, e.device));
        }
      }
    }
    return general([x, ...rest]);
  };
}

function binary(def: OpDef, general: General): (...args: unknown[]) => Result {
  const { fast } = def;
  return (x?: unknown, y?: unknown, ...rest: unknown[]): Result => {
    if (rest.length === 0 && running.graph === null && x instanceof Tensor) {
      const a = x.$value;
      if (a instanceof ConcreteValue) {
        let b: unknown;
        if (y instanceof Tensor) b = y.$value;
        // Other dtypes may be lifted by the number.
        else if (typeof y === 'number' && a.dtype.isFloat) b = scalarValue(y, a.dtype, a.device);
        if (b instanceof ConcreteValue) {
          const same = a.shape === b.shape || sameShape(a.shape, b.shape);
          const mask = same ? 0 : b.shape.length === 0 ? 2 : a.shape.length === 0 ? 1 : -1;
          const e = mask < 0 ? undefined : fast[(((a.dtype.id << 4) | b.dtype.id) << 2) | mask];
          if (e !== undefined && e.device === a.device && e.device === b.device) {
            const big = mask === 1 ? b : a;
            if (big.size !== 0) {
              const out = e.device.allocate(big.size * e.itemsize);
              e.exe.run([a.storage, b.storage], [out], big.size);
              return new Tensor(new ConcreteValue(e.dtype, big.shape, big.size, out, e.device));
            }
          }
        }
      }
    }
    return general([x, y, ...rest]);
  };
}
