import type { DType, Dims, TypedArray } from '@sporelet/ir';
import { bfloat16, bool, float16, float32, float64, int16, int32, int64, int8, sizeOf, shapeText, uint16, uint32, uint64, uint8, ValueError } from '@sporelet/ir'; // prettier-ignore
import { fromElement } from './element.ts';
import { toElement } from './scalars.ts';
import { describe } from './text.ts';

/** Elements in memory form with their dtype and shape. */
export interface ArrayData {
  readonly dtype: DType;
  readonly shape: Dims;
  readonly data: TypedArray;
}

type Leaf = number | bigint | boolean;

const ownTypes: readonly (readonly [new (length: number) => object, DType])[] = [
  [Float32Array, float32],
  [Float64Array, float64],
  [Int32Array, int32],
  [BigInt64Array, int64],
  [Uint8Array, uint8],
  [Uint8ClampedArray, uint8],
  [Int8Array, int8],
  [Int16Array, int16],
  [Uint16Array, uint16],
  [Uint32Array, uint32],
  [BigUint64Array, uint64],
];

export type AnyTypedArray = TypedArray | Uint8ClampedArray;

export function isTypedArray(data: unknown): data is AnyTypedArray {
  return ArrayBuffer.isView(data) && !(data instanceof DataView);
}

/** The dtype of a TypedArray's elements. */
function dtypeOf(data: AnyTypedArray): DType | undefined {
  // Newer engines have Float16Array; its bits are those of the memory form.
  if (data[Symbol.toStringTag] === ('Float16Array' as string)) return float16;
  return ownTypes.find(([type]) => data instanceof type)?.[1];
}

/** @throws TypeError for dtypes that tensors cannot have yet */
function checkDType(op: string, dtype: DType | undefined): void {
  if (dtype?.isComplex) throw new TypeError(`For '${op}', tensors of ${dtype.name} are not supported yet.`);
}

type Writable = { [i: number]: number | bigint };

/** Elements converted to another dtype: fractions are cut for integers, which wrap; anything but zero is true. */
export function convertData(from: ArrayData, dtype: DType): ArrayData {
  if (from.dtype === dtype) return from;
  const { data, shape } = from;
  if (from.dtype.isFloat && from.dtype.itemsize > 2 && dtype.isFloat && dtype.itemsize > 2) {
    return { dtype, shape, data: dtype === float32 ? Float32Array.from(data as Float64Array) : Float64Array.from(data as Float32Array) }; // prettier-ignore
  }
  const out = new dtype.array(data.length);
  const target = out as Writable;
  for (let i = 0; i < data.length; i++) target[i] = toElement(fromElement(data[i]!, from.dtype), dtype);
  return { dtype, shape, data: out };
}

/** A copy of a TypedArray's elements, with their own dtype; bits of a half type when `dtype` says so. */
function fromTypedArray(op: string, data: AnyTypedArray, dtype: DType | undefined, shape: Dims | undefined): ArrayData {
  const own = dtypeOf(data);
  if (!own) throw new TypeError(`For '${op}', a ${data.constructor.name} cannot be the data of a tensor.`);
  const dims = shape ?? [data.length];
  if (sizeOf(dims) !== data.length) {
    throw new ValueError(
      `For '${op}', ${data.length} elements do not fill the shape ${shapeText(dims)} of ${sizeOf(dims)} elements.`,
    );
  }
  const bits = data instanceof Uint16Array && (dtype === float16 || dtype === bfloat16);
  const view =
    data instanceof Uint8ClampedArray
      ? new Uint8Array(data)
      : own === float16
        ? new Uint16Array(data.slice().buffer)
        : data.slice();
  const raw: ArrayData = { dtype: bits ? dtype : own, shape: dims, data: view };
  return dtype ? convertData(raw, dtype) : raw;
}

/** Walks nested arrays once: the shape from the first elements, every other one checked against it. */
function flatten(
  op: string,
  data: readonly unknown[],
): { shape: number[]; leaves: Leaf[]; dtypes: Set<DType>; mixed: string } {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = (level as readonly unknown[])[0]) {
    shape.push(level.length);
    if (!level.length) break;
  }
  const leaves: Leaf[] = [];
  const dtypes = new Set<DType>();
  const path: number[] = [];
  const place = (): string => (path.length ? ` at [${path.join('][')}]` : '');
  const kinds = new Map<string, string>();
  const refuse = (what: string): never => {
    throw new TypeError(`For '${op}', the nested arrays are ragged: ${what}.`);
  };
  const leaf = (value: unknown): void => {
    if (Array.isArray(value)) refuse(`there is an array where a number is expected${place()}`);
    const known = typeof value === 'object' && value !== null ? scalarOf(value) : null;
    const item = known ? known.value : value;
    if (typeof item !== 'number' && typeof item !== 'bigint' && typeof item !== 'boolean') {
      throw new TypeError(
        `For '${op}', the elements must be numbers, bigints or booleans, but got ${describe(value)}${place()}.`,
      );
    }
    leaves.push(item);
    dtypes.add(known ? known.dtype : typeof item === 'number' ? float32 : typeof item === 'bigint' ? int64 : bool);
    if (!known && typeof item !== 'boolean' && !kinds.has(typeof item)) kinds.set(typeof item, place());
  };
  const walk = (level: unknown): void => {
    const depth = path.length;
    if (depth === shape.length) {
      leaf(level);
      return;
    }
    if (!Array.isArray(level) || level.length !== shape[depth]) {
      const got = Array.isArray(level) ? `${level.length}` : describe(level);
      return refuse(`${shape[depth]} elements are expected${place()}, but got ${got}`);
    }
    for (let i = 0; i < level.length; i++) {
      path[depth] = i;
      walk((level as readonly unknown[])[i]);
      path.length = depth;
    }
  };
  walk(data);
  const mixed = kinds.size > 1 ? [...kinds].map(([kind, at]) => kind + at).join(', ') : '';
  return { shape, leaves, dtypes, mixed };
}

/** A 0-d tensor inside a nested array. */
function scalarOf(value: object): { value: Leaf; dtype: DType } | null {
  const t = value as Partial<ArrayData> & { $scalar?: () => Leaf };
  return t.dtype && t.$scalar && t.shape?.length === 0 ? { value: t.$scalar(), dtype: t.dtype } : null;
}

/**
 * Elements from what a Tensor can be made of.
 * Numbers are Float32, bigints Int64, booleans Bool (among numbers they count as 0 and 1); TypedArrays keep their type.
 */
export function parseData(op: string, data: unknown, dtype: DType | undefined, shape: Dims | undefined): ArrayData {
  checkDType(op, dtype);
  if (isTypedArray(data)) return fromTypedArray(op, data, dtype, shape);
  let dims: readonly number[] = [];
  let leaves: readonly Leaf[];
  let own: DType;
  if (typeof data === 'number' || typeof data === 'bigint' || typeof data === 'boolean') {
    leaves = [data];
    own = typeof data === 'number' ? float32 : typeof data === 'bigint' ? int64 : bool;
  } else if (Array.isArray(data)) {
    const flat = flatten(op, data);
    if (flat.mixed && !dtype) {
      throw new TypeError(`For '${op}', numbers and bigints cannot be mixed without a dtype: ${flat.mixed}.`);
    }
    [dims, leaves] = [flat.shape, flat.leaves];
    own = commonOf(flat.dtypes);
  } else {
    throw new TypeError(
      `For '${op}', the data must be a Tensor, number, bigint, boolean, TypedArray or nested array of these, ` +
        `but got ${describe(data)}.`,
    );
  }
  if (shape) {
    if (sizeOf(shape) !== leaves.length) {
      throw new ValueError(
        `For '${op}', ${leaves.length} elements do not fill the shape ${shapeText(shape)} of ${sizeOf(shape)} elements.`,
      );
    }
    dims = shape;
  }
  const to = dtype ?? own;
  const out = new to.array(leaves.length);
  const target = out as Writable;
  for (let i = 0; i < leaves.length; i++) target[i] = toElement(leaves[i]!, to);
  return { dtype: to, shape: dims, data: out };
}

function commonOf(dtypes: ReadonlySet<DType>): DType {
  const all = [...dtypes];
  if (!all.length) return float32;
  return all.find((d) => d.isFloat) ?? all.find((d) => d.isInt) ?? bool;
}
