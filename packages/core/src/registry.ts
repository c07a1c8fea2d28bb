import { didYouMean, ValueError } from '@sporelet/ir';
import type { AnyOp } from './define-op.ts';
import { Tensor } from './tensor.ts';

const ops = new Map<string, AnyOp>();

/** Makes an op known by its class name. */
export function register(op: AnyOp): void {
  const { name } = op.def;
  if (ops.has(name)) throw new Error(`defineOp: there are two ops '${name}'`);
  ops.set(name, op);
}

/** Every declared op, by class name. */
export function registeredOps(): ReadonlyMap<string, AnyOp> {
  return ops;
}

/** The op of a class name. */
export function opByName(name: string): AnyOp {
  const op = ops.get(name);
  if (op) return op;
  throw new ValueError(`There is no op '${name}'${didYouMean(name, ops.keys()) || '.'}`);
}

/** A function whose first argument is the tensor it becomes a method of. */
export type MethodFn = (self: never, ...args: never[]) => unknown;

/**
 * Makes functions methods of Tensor: `x.add(y)` calls `table.add(x, y)`. A function is read from the table when its method
 * is first called: where it is an accessor, what it gives may be loaded then.
 */
export function installMethods(table: Readonly<Record<string, MethodFn>>): void {
  for (const name of Object.keys(table)) {
    let call: ((...args: unknown[]) => unknown) | undefined;
    // The common arities are written out: a rest array costs more than the call.
    const method = function (this: unknown, a?: unknown, b?: unknown, ...rest: unknown[]): unknown {
      const n = arguments.length;
      call ??= table[name] as unknown as (...args: unknown[]) => unknown;
      if (n === 1) return call(this, a);
      if (n === 0) return call(this);
      if (n === 2) return call(this, a, b);
      return call(this, a, b, ...rest);
    };
    Object.defineProperty(method, 'name', { value: name });
    Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
  }
}
