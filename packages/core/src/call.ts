import type { DType } from '@sporelet/ir';
import { int64 } from '@sporelet/ir';
import type { Attrs } from './attr.ts';
import { coreOps } from './core-ops.ts';
import { currentDevice } from './devices.ts';
import { dispatch } from './dispatch.ts';
import type { OpDef } from './op-def.ts';
import { Parameter } from './parameter.ts';
import { makeScalar, scalarValue } from './scalars.ts';
import type { InputSig } from './signature.ts';
import { commonDType, isIndexGroup, isScalarGroup, ownDType } from './signature.ts';
import { Tensor } from './tensor.ts';
import { describe } from './text.ts';
import { tupleOf } from './tuple.ts';
import type { Value } from './value.ts';
import { concreteBelow } from './value.ts';

type Scalar = number | bigint | boolean;
/** A Parameter updated in place, which keeps its dtype. */
type Fixed = { readonly name: string; readonly dtype: DType };
const isScalar = (v: unknown): v is Scalar => typeof v === 'number' || typeof v === 'bigint' || typeof v === 'boolean';

/** The result of an op: one tensor, or a Tuple. */
export type Result = Tensor | readonly Tensor[];

/**
 * Calls an op with one operand per declared input: checks, promotion, dispatch, rebinding of what was updated in place.
 * Nothing is changed before all checks have passed.
 */
export function invoke(def0: OpDef, operands: readonly unknown[], attrs: Attrs): Result {
  const def = present(def0, operands);
  const given = def === def0 ? operands : operands.filter((o) => o !== undefined && o !== null);
  const { inputs } = def;
  const flat: unknown[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    if (input.sequence) flat.push(...checkSequence(def, input, given[i]));
    else flat.push(checkOperand(def, input, i, given[i]));
  }
  promote(def, flat);
  if (def.spec.body) {
    def.check((flat as Tensor[]).map((t) => t.$spec));
    const out = def.spec.body(def.byName(flat), attrs);
    return Array.isArray(out) ? tupleOf(out as readonly Tensor[]) : out;
  }
  const values = new Array<Value>(flat.length);
  for (let i = 0; i < values.length; i++) values[i] = (flat[i] as Tensor).$value;
  return results(def, flat as Tensor[], dispatch(def, values, attrs));
}

function present(def: OpDef, operands: readonly unknown[]): OpDef {
  const { inputs } = def.sig;
  let absent: string[] | null = null;
  for (let i = 0; i < inputs.length; i++) {
    const operand = operands[i];
    if (operand !== undefined && operand !== null) continue;
    const { optional, name } = inputs[i]!;
    if (optional) (absent ??= []).push(name);
    else if (operand === undefined) throw new TypeError(`For '${def.name}', the argument '${name}' is missing.`);
  }
  return absent ? def.without(absent) : def;
}

function checkSequence(def: OpDef, input: InputSig, operand: unknown): readonly unknown[] {
  const list = Array.isArray(operand) ? (operand as readonly unknown[]) : null;
  if (!list?.length || !list.every((t) => t instanceof Tensor || isScalar(t))) {
    throw new TypeError(
      `For '${def.name}', the '${input.name}' must be a tuple or list of at least one Tensor, but got ${describe(operand)}.`,
    );
  }
  return list;
}

function checkOperand(def: OpDef, input: InputSig, position: number, operand: unknown): unknown {
  if (input.writable) {
    if (operand instanceof Parameter) return operand;
    throw new TypeError(
      `For '${def.name}', the input ${position + 1} '${input.name}' must be a Parameter, but got ${describe(operand)}.`,
    );
  }
  if (operand instanceof Tensor || (isScalar(operand) && !input.tensorOnly)) return operand;
  throw new TypeError(
    `For '${def.name}', the '${input.name}' must be a Tensor${input.tensorOnly ? '' : ' or a number'}, but got ${describe(operand)}.`,
  );
}

/** Turns scalars into tensors of the dtype their group has, and casts tensors where the kernel does not. */
function promote(def: OpDef, flat: unknown[]): void {
  const { groups, writable } = def.layout(flat.length);
  for (let g = 0; g < groups.length; g++) {
    const { name, at } = groups[g]!;
    if (isUniform(flat, at)) continue;
    const members = at.map((i) => flat[i]);
    const tensors = members.filter((t) => t instanceof Tensor);
    const fixed = at.flatMap((i): Fixed[] => {
      const input = writable[i];
      return input ? [{ name: input.name, dtype: (flat[i] as Tensor).dtype }] : [];
    });
    const common = groupType(def, name, tensors, members.filter(isScalar), fixed);
    const fused = def.spec.each !== undefined || def.spec.body !== undefined;
    for (const i of at) {
      const operand = flat[i];
      if (isScalar(operand)) flat[i] = scalarTensor(operand, common, tensors[0] ?? otherTensor(flat));
      else if (!fused && (operand as Tensor).dtype !== common) flat[i] = coreOps().cast(operand as Tensor, common);
    }
  }
}

/** Whether the operands at some places are tensors of one dtype. */
function isUniform(flat: readonly unknown[], at: readonly number[]): boolean {
  const first = flat[at[0]!];
  if (!(first instanceof Tensor)) return false;
  if (at.length === 1) return true;
  const { dtype } = first.$spec;
  for (let k = 1; k < at.length; k++) {
    const t = flat[at[k]!];
    if (!(t instanceof Tensor) || t.$spec.dtype !== dtype) return false;
  }
  return true;
}

function groupType(
  def: OpDef,
  group: string,
  tensors: readonly Tensor[],
  weak: readonly Scalar[],
  fixed: readonly Fixed[],
): DType {
  if (!tensors.length && isIndexGroup(group) && weak.every((w) => typeof w !== 'boolean')) return int64;
  if (!tensors.length && isScalarGroup(group) && weak.length === 1) return ownDType(weak[0]!);
  const dtypes = tensors.map((t) => t.dtype);
  return commonDType(def.name, dtypes, weak, fixed);
}

const otherTensor = (flat: readonly unknown[]): Tensor | undefined => flat.find((t) => t instanceof Tensor);

/** A 0-d tensor on the device of the tensor it meets. */
function scalarTensor(value: Scalar, dtype: DType, near: Tensor | undefined): Tensor {
  const device = (near && concreteBelow(near.$value)?.device) ?? currentDevice();
  return new Tensor(typeof value === 'number' ? scalarValue(value, dtype, device) : makeScalar(value, dtype, device));
}

/** Handles for the outputs; Parameters updated in place are bound to their new values. */
function results(def: OpDef, inputs: readonly Tensor[], outs: readonly Value[]): Result {
  if (!def.writes) return outs.length === 1 ? new Tensor(outs[0]!) : tupleOf(outs.map((v) => new Tensor(v)));
  const over = def.inPlace(inputs.length);
  const handles = outs.map((value, k) => {
    const target = inputs[over[k]!];
    if (!target) return new Tensor(value);
    target.$rebind(value);
    return Tensor.$following(target);
  });
  const given = def.spec.returns === undefined ? handles : handles.slice(0, def.spec.returns);
  return given.length === 1 ? given[0]! : tupleOf(given);
}
