import type { HookHandle, Parameter, Tensor } from '@sporelet/core';
import {
  Parameter as ParameterClass,
  Tensor as TensorClass,
  describe,
  isOptions,
  jitSelf,
  running,
} from '@sporelet/core';
import type { DType } from '@sporelet/ir';
import { AttributeError, KeyError, ValueError, bfloat16, float16, float32 } from '@sporelet/ir';
import { callCell, installPaths } from './cell-call.ts';
import type { BackwardHook, BackwardPreHook, ForwardHook, ForwardPreHook } from './cell-hooks.ts';
import { CellHooks, addHook } from './cell-hooks.ts';
import { cellRepr } from './cell-repr.ts';
import { CellState, attachState, attributeOf, isCell, setAttribute, stateOf } from './cell-state.ts';
import { enlist, withSettledNames } from './naming.ts';
import type { IncompatibleKeys, StateDict } from './state-dict.ts';
import { collectState, loadState } from './state-dict.ts';
import { cellsBelow, childrenOf, parametersBelow } from './walk.ts';

// never[] and unknown: every function is one.
type AnyFn = (...args: never[]) => unknown;

export interface CellOptions {
  /** Whether parameters below take this cell's attribute names into their names. Default true. */
  autoPrefix?: boolean | undefined;
  /** Attributes to set, as `addFlags` does. */
  flags?: Readonly<Record<string, unknown>> | undefined;
}

/** Where a hook goes among those that are there. */
export interface HookOptions {
  /** Whether it is called before those that are there. Default false. */
  prepend?: boolean | undefined;
}

/** A cell is called like a function: `net(x)` runs its `construct` and has its types. */
// eslint-disable-next-line @typescript-eslint/no-unused-vars -- the two declarations must have the same parameters
export interface Cell<F extends AnyFn = AnyFn> {
  (...args: Parameters<this['construct']>): ReturnType<this['construct']>;
}

/** A function object without Function's members, so that attributes may have any name. */
class Callable {
  constructor() {
    const self = ((...args: readonly unknown[]) => callCell(self as unknown as Cell, args)) as unknown as this;
    Object.setPrototypeOf(self, new.target.prototype);
    delete (self as { name?: unknown }).name;
    delete (self as { length?: unknown }).length;
    return self;
  }
}

/**
 * The base of networks and layers. A subclass writes `construct`; instances are called: `net(x)`.
 *
 * Parameters and cells are found by looking at the attributes whenever they are asked for, those in arrays included. A
 * cell is in inference mode until `setTrain()`. A method `bprop(...inputs, out, dout)` that returns one gradient per
 * input takes the place of the derived gradient.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the constructor returns a function that has the call signature
export abstract class Cell<F extends AnyFn = AnyFn> extends Callable {
  constructor(options: CellOptions | boolean = {}) {
    super();
    const { autoPrefix = true, flags } = isOptions(options)
      ? (options as CellOptions)
      : { autoPrefix: options as boolean };
    if (typeof autoPrefix !== 'boolean') {
      throw new TypeError(`For 'Cell', the 'autoPrefix' must be a bool, but got ${describe(autoPrefix)}.`);
    }
    attachState(this, new CellState(autoPrefix));
    enlist(this);
    installPaths();
    if (flags) this.addFlags(flags);
  }

  /** What a call computes. */
  abstract construct(...args: Parameters<F>): ReturnType<F>;

  /** The class's name. */
  get clsName(): string {
    return this.constructor.name;
  }
  /** Whether the cell is in training mode; set it with `setTrain`. */
  get training(): boolean {
    const state = stateOf(this);
    const { training } = state;
    // A program that was traced in one mode is not the other mode's.
    running.graph?.guard?.(() => state.training === training);
    return training;
  }
  set training(mode: boolean) {
    stateOf(this).training = mode;
  }
  get requiresGrad(): boolean {
    return stateOf(this).requiresGrad;
  }
  set requiresGrad(value: boolean) {
    stateOf(this).requiresGrad = value;
  }

  /** Sets training or inference mode here and in all cells below. */
  setTrain(mode = true): this {
    if (typeof mode !== 'boolean') {
      throw new TypeError(`For 'setTrain', the 'mode' must be a bool, but got ${describe(mode)}.`);
    }
    for (const [, cell] of this.cellsAndNames()) cell.training = mode;
    return this;
  }
  /** Compiles the cell's calls from now on, in whatever mode: what `jit(cell)` does. @internal */
  [jitSelf](): this {
    stateOf(this).jit = true;
    return this;
  }
  setGrad(requiresGrad = true): this {
    this.requiresGrad = requiresGrad;
    return this;
  }
  /**
   * Computes in another dtype, here and in all cells below: float inputs and trainable float parameters are cast before
   * each construct; the parameters themselves stay.
   * @throws ValueError for a dtype other than float16, float32 and bfloat16
   */
  toFloat(dtype: DType): this {
    if (dtype !== float16 && dtype !== float32 && dtype !== bfloat16) {
      throw new ValueError(
        `For 'toFloat', the 'dstType' must be float16, float32 or bfloat16, but got ${describe(dtype)}.`,
      );
    }
    for (const [, cell] of this.cellsAndNames()) stateOf(cell).precision = dtype;
    return this;
  }
  /** Sets attributes and remembers them as flags. */
  addFlags(flags: Readonly<Record<string, unknown>>): this {
    for (const name of Object.keys(flags)) setAttribute(this, name, flags[name]);
    stateOf(this).flags = { ...stateOf(this).flags, ...flags };
    return this;
  }
  addFlagsRecursive(flags: Readonly<Record<string, unknown>>): this {
    for (const [, cell] of this.cellsAndNames()) cell.addFlags(flags);
    return this;
  }
  getFlags(): Readonly<Record<string, unknown>> {
    return stateOf(this).flags ?? {};
  }

  /** The parameters with the paths of attributes that lead to them, each once; own ones before those of cells below. */
  parametersAndNames(namePrefix = '', expand = true): Generator<[path: string, parameter: Parameter], void> {
    return parametersBelow(this, namePrefix, expand);
  }
  *getParameters(expand = true): Generator<Parameter, void> {
    for (const [, p] of this.parametersAndNames('', expand)) yield p;
  }
  /** The parameters with `requiresGrad`. */
  trainableParams(recurse = true): Parameter[] {
    return [...this.getParameters(recurse)].filter((p) => p.requiresGrad);
  }
  untrainableParams(recurse = true): Parameter[] {
    return [...this.getParameters(recurse)].filter((p) => !p.requiresGrad);
  }
  /** The parameters by name. */
  parametersDict(recurse = true): Map<string, Parameter> {
    return withSettledNames(() => new Map([...this.getParameters(recurse)].map((p) => [p.name, p])));
  }
  /** @throws ValueError when two parameters have one name */
  checkNames(): void {
    const names = new Set<string>();
    withSettledNames(() => {
      for (const [path, p] of this.parametersAndNames()) {
        if (names.has(p.name)) {
          throw new ValueError(
            `The value of ${path} is ${p.toString()}, its name '${p.name}' already exists. ` +
              'Please set a unique name for the parameter.',
          );
        }
        names.add(p.name);
      }
    });
  }
  /** Puts a prefix before the names of all parameters below, as long as no other cell holds this one. */
  updateParametersName(prefix = ''): void {
    stateOf(this).prefix = prefix;
  }

  /** The cells held directly, each once. */
  cells(): IterableIterator<Cell> {
    return this.nameCells().values();
  }
  /** The cells held directly by attribute name, each once. */
  nameCells(): Map<string, Cell> {
    return childrenOf(this);
  }
  /** This cell, under the path '', and all below it, parents first, each once. */
  cellsAndNames(cells?: Set<Cell> | null, namePrefix = ''): Generator<[path: string, cell: Cell], void> {
    return cellsBelow(this, cells ?? new Set(), namePrefix);
  }
  /** The cell at a path such as `layers.0.conv`. */
  getSubCell(target: string): Cell {
    for (const [path, cell] of this.cellsAndNames()) if (path === target) return cell;
    throw new AttributeError(`The '${this.clsName}' object has no sub cell '${target}'.`);
  }
  /** Calls a function with every cell below, then with this one. */
  apply(fn: (cell: Cell) => void): this {
    for (const cell of this.cells()) cell.apply(fn);
    fn(this);
    return this;
  }

  /**
   * Adds a parameter as an attribute.
   * @throws KeyError for an empty name, one with a dot, or one that is taken
   */
  insertParamToCell(paramName: string, param: Parameter | null, checkNameContainDot = true): void {
    const op = 'insertParamToCell';
    if (!paramName) throw new KeyError(`For '${op}', the argument 'paramName' should not be None.`);
    if (checkNameContainDot && paramName.includes('.')) {
      throw new KeyError(`For '${op}', the argument 'paramName' should not contain '.'.`);
    }
    if (isTaken(this, paramName, (v) => v instanceof ParameterClass)) {
      throw new KeyError(`For '${op}', the ${paramName} parameter already exists in the network. Cannot insert another parameter with the same name.`); // prettier-ignore
    }
    if (param !== null && !(param instanceof ParameterClass)) {
      throw new TypeError(
        `For '${op}', the argument 'param' must be 'Parameter' if not None, but got ${describe(param)}.`,
      );
    }
    setAttribute(this, paramName, param);
  }
  /**
   * Adds a cell as an attribute.
   * @throws KeyError for an empty name, one with a dot, or one that is taken
   */
  insertChildToCell(childName: string, childCell: Cell | null): void {
    const op = 'insertChildToCell';
    if (typeof childName !== 'string') {
      throw new TypeError(
        `For '${op}', the type of parameter 'childName' must be str, but got ${describe(childName)}.`,
      );
    }
    if (!childName || childName.includes('.')) {
      throw new KeyError(`For '${op}', the parameter 'childName' can not be None and can not contain '.'.`);
    }
    if (isTaken(this, childName, isCell)) {
      throw new KeyError(`For '${op}', the ${childName} child cell already exists in the network. Cannot insert another child cell with the same name.`); // prettier-ignore
    }
    if (childCell !== null && !isCell(childCell)) {
      throw new TypeError(
        `For '${op}', the argument 'childCell' must be 'Cell' if not None, but got ${describe(childCell)}.`,
      );
    }
    setAttribute(this, childName, childCell);
  }

  /**
   * Keeps a tensor as an attribute that belongs to the state but is not trained.
   * @param persistent - whether `stateDict` has it
   */
  registerBuffer(name: string, tensor: Tensor | null, persistent = true): void {
    if (name === '' || name.includes('.')) throw new KeyError(`For 'registerBuffer', the name must not be empty nor contain '.', but got '${name}'.`); // prettier-ignore
    const isBuffer = (v: unknown): boolean => v instanceof TensorClass && !(v instanceof ParameterClass);
    if (isTaken(this, name, isBuffer)) throw new KeyError(`attribute '${name}' already exists`);
    if (tensor !== null && !(tensor instanceof TensorClass)) {
      throw new TypeError(
        `For 'registerBuffer', the buffer '${name}' must be a Tensor or None, but got ${describe(tensor)}.`,
      );
    }
    (stateOf(this).buffers ??= new Map()).set(name, persistent);
    setAttribute(this, name, tensor);
  }
  *namedBuffers(prefix = '', recurse = true): Generator<[path: string, buffer: Tensor], void> {
    const seen = new Set<Tensor>();
    for (const [path, cell] of recurse ? this.cellsAndNames(null, prefix) : ([[prefix, this]] as const)) {
      for (const name of stateOf(cell).buffers?.keys() ?? []) {
        const buffer = attributeOf(cell, name);
        if (!(buffer instanceof TensorClass) || seen.has(buffer)) continue;
        seen.add(buffer);
        yield [path ? `${path}.${name}` : name, buffer];
      }
    }
  }
  *buffers(recurse = true): Generator<Tensor, void> {
    for (const [, buffer] of this.namedBuffers('', recurse)) yield buffer;
  }
  /** Parameters and persistent buffers by path. */
  stateDict(): StateDict {
    return collectState(this);
  }
  /**
   * Sets parameters and buffers by path.
   * @param strict - whether missing and surplus names are errors
   * @throws RuntimeError that lists all that does not fit; nothing is changed then
   */
  loadStateDict(stateDict: StateDict | Readonly<Record<string, Tensor>>, strict = true): IncompatibleKeys {
    return loadState(this, stateDict, strict);
  }

  /** Calls `hook(cell, inputs)` before each construct; what it returns takes the place of the inputs. */
  registerForwardPreHook(hook: ForwardPreHook, { prepend = false }: HookOptions = {}): HookHandle {
    return addHook(hooksOf(this).forwardPre, hook, prepend);
  }
  /** Calls `hook(cell, inputs, output)` after each construct; what it returns takes the place of the output. */
  registerForwardHook(hook: ForwardHook, { prepend = false }: HookOptions = {}): HookHandle {
    return addHook(hooksOf(this).forward, hook, prepend);
  }
  /** Calls `hook(cell, gradOutput)` in the backward walk; what it returns takes the place of the output's gradient. */
  registerBackwardPreHook(hook: BackwardPreHook): HookHandle {
    return addHook(hooksOf(this).backwardPre, hook, false);
  }
  /** Calls `hook(cell, gradInput, gradOutput)` in the backward walk; what it returns takes gradInput's place. */
  registerBackwardHook(hook: BackwardHook): HookHandle {
    return addHook(hooksOf(this).backward, hook, false);
  }

  /** What checkpoints call attributes of built-in cells, where it is not the attribute's name. @internal */
  get $savedKeys(): Readonly<Record<string, string>> {
    return {};
  }

  /** What `print` shows between the brackets. */
  extendRepr(): string {
    return '';
  }
  override toString(): string {
    return cellRepr(this);
  }
  toJSON(): string {
    return this.toString();
  }
  /** @internal */
  $repr(): string {
    return this.toString();
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function hooksOf(cell: Cell): CellHooks {
  return (stateOf(cell).hooks ??= new CellHooks());
}

/** Whether an attribute holds something else than what may be put there; declared fields start as undefined or null. */
function isTaken(cell: Cell, name: string, mayBe: (value: unknown) => boolean): boolean {
  const value = attributeOf(cell, name);
  return value !== undefined && value !== null && !mayBe(value);
}
