import type { Device } from '@sporelet/ir';
import { currentDevice, onDevice } from './devices.ts';
import { running } from './dispatch.ts';
import type { Graph } from './graph.ts';
import { trace } from './graph.ts';
import { signatureOf } from './jit-signature.ts';
import { Parameter } from './parameter.ts';
import { Tensor } from './tensor.ts';
import { tensorsIn } from './tensor-tree.ts';
import { describe } from './text.ts';
import { ConcreteValue } from './value.ts';

type AnyFn = (...args: never[]) => unknown;

/** Signatures kept for one function; the one compiled longest ago goes first. */
const MOST_PROGRAMS = 64;
/** Compiling so often is worth a word. */
const OFTEN = 8;

interface Compiled {
  readonly device: Device;
  readonly graph: Graph;
  readonly run: (given: readonly Tensor[]) => unknown;
}

/** A function as programs: one for each signature of its arguments, traced and compiled when it first occurs. */
export class Jit {
  private readonly fn: AnyFn;
  private readonly name: string;
  private readonly programs = new Map<string, Compiled[]>();
  private compiled = 0;
  private last: readonly string[] = [];

  constructor(fn: AnyFn, name: string) {
    this.fn = fn;
    this.name = name;
  }

  call(args: readonly unknown[]): unknown {
    // Inside another program or transformation the function is part of that.
    if (running.depth > 0 || running.graph !== null) return this.fn(...(args as never[]));
    const given: Tensor[] = [];
    for (const t of tensorsIn(args)) {
      if (!(t.$value instanceof ConcreteValue)) return this.fn(...(args as never[]));
      if (!(t instanceof Parameter)) given.push(t);
    }
    const signature = args.map(signatureOf);
    const device = given[0] ? given[0].$concrete().device : currentDevice();
    const key = `${device.name} ${signature.join(' ')}`;
    // A device that was lost and opened again has its old name.
    const known = this.programs.get(key)?.find((p) => p.device === device && p.graph.holds());
    return onDevice(device, () => (known ?? this.compile(key, signature, args, device)).run(given));
  }

  /** The graphs recorded so far. */
  graphs(): readonly Graph[] {
    return [...this.programs.values()].flat().map((p) => p.graph);
  }

  private compile(key: string, signature: readonly string[], args: readonly unknown[], device: Device): Compiled {
    const graph = trace(this.fn, ...args);
    const made: Compiled = { device, graph, run: graph.compile(device, this.name) };
    // A cell goes back and forth between training and evaluation: what was compiled for the other is kept.
    const others = this.programs.get(key)?.filter((p) => p.device === device && p.graph.fits()) ?? [];
    this.programs.delete(key);
    this.programs.set(key, [...others.slice(-7), made]);
    const [oldest] = this.programs.keys();
    if (this.programs.size > MOST_PROGRAMS) this.programs.delete(oldest!);
    this.compiled++;
    if (this.compiled >= OFTEN && (this.compiled & (this.compiled - 1)) === 0) this.warn(signature);
    this.last = signature;
    return made;
  }

  private warn(signature: readonly string[]): void {
    const { last, name, compiled } = this;
    const at = signature.findIndex((s, i) => s !== last[i]);
    const why =
      at >= 0
        ? `argument ${at} is ${signature[at]} after ${last[at] ?? 'nothing'}`
        : 'what it uses besides its arguments has changed (the training mode of a cell, the shape of a Parameter)';
    console.warn(
      `sporelet: '${name}' was compiled ${compiled} times; the last time because ${why}. Every new shape, dtype or plain ` +
        'value is compiled anew: pad to few shapes, or make numbers tensors with mutable().',
    );
  }
}

/** What jit asks of an object that is called but is more than a function: a Cell. */
export const jitSelf = Symbol('jit');

/**
 * Compiles a function or Cell: it is traced once for each dtype and shape of its tensors and each value of its other
 * arguments, and then run as one program. A Cell is returned as it is, and compiled from then on.
 *
 * Tensors from outside that the function uses become constants of the program; Parameters are read and updated by each
 * run. What reads elements (`item()`, `if` on a value) is refused while tracing.
 */
export function jit<F extends AnyFn>(fn: F): F {
  if (typeof fn !== 'function') throw new TypeError(`For 'jit', the 'fn' must be a function or a Cell, but got ${describe(fn)}.`); // prettier-ignore
  const own = (fn as { readonly [jitSelf]?: () => unknown })[jitSelf];
  if (own) return own.call(fn) as F;
  const compiled = new Jit(fn, fn.name || 'function');
  return ((...args: readonly unknown[]) => compiled.call(args)) as unknown as F;
}

/**
 * Marks a number as one that may change from call to call without compiling anew: it becomes a tensor of shape ().
 * Tensors and lists of tensors are so anyway.
 */
export function mutable(value: number | bigint | boolean): Tensor;
export function mutable<T extends Tensor | readonly Tensor[]>(value: T): T;
export function mutable(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return new Tensor(value);
  if (value instanceof Tensor || Array.isArray(value)) return value;
  throw new TypeError(`For 'mutable', the 'value' must be a number, a bool, a Tensor or a list of Tensors, but got ${describe(value)}.`); // prettier-ignore
}
