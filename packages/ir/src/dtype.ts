/** What kind of number a dtype holds. */
export type DTypeKind = 'bool' | 'int' | 'uint' | 'float' | 'bfloat' | 'complex';

/** A TypedArray that can hold the elements of some dtype. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

export interface TypedArrayConstructor {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** An element type. There is one object per dtype, so dtypes compare by identity. */
export class DType {
  /** A small dense integer, for tables. */
  readonly id: number;
  /** MindSpore's spelling, as `print(x.dtype)` shows it. */
  readonly name: string;
  readonly kind: DTypeKind;
  /** Bytes of one element. */
  readonly itemsize: number;
  /** How the elements lie in memory: float16 and bfloat16 as their bits in a Uint16Array, bool as 0/1 bytes. */
  readonly array: TypedArrayConstructor;

  constructor(id: number, name: string, kind: DTypeKind, itemsize: number, array: TypedArrayConstructor) {
    this.id = id;
    this.name = name;
    this.kind = kind;
    this.itemsize = itemsize;
    this.array = array;
  }

  /** Real floating point: float16, bfloat16, float32, float64. */
  get isFloat(): boolean {
    return this.kind === 'float' || this.kind === 'bfloat';
  }
  /** Signed or unsigned integer; bool is not one. */
  get isInt(): boolean {
    return this.kind === 'int' || this.kind === 'uint';
  }
  get isComplex(): boolean {
    return this.kind === 'complex';
  }
  toString(): string {
    return this.name;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `mindspore.${this.name.toLowerCase()}`;
  }
}

export const bool = /* @__PURE__ */ new DType(0, 'Bool', 'bool', 1, Uint8Array);
export const int8 = /* @__PURE__ */ new DType(1, 'Int8', 'int', 1, Int8Array);
export const int16 = /* @__PURE__ */ new DType(2, 'Int16', 'int', 2, Int16Array);
export const int32 = /* @__PURE__ */ new DType(3, 'Int32', 'int', 4, Int32Array);
export const int64 = /* @__PURE__ */ new DType(4, 'Int64', 'int', 8, BigInt64Array);
export const uint8 = /* @__PURE__ */ new DType(5, 'UInt8', 'uint', 1, Uint8Array);
export const uint16 = /* @__PURE__ */ new DType(6, 'UInt16', 'uint', 2, Uint16Array);
export const uint32 = /* @__PURE__ */ new DType(7, 'UInt32', 'uint', 4, Uint32Array);
export const uint64 = /* @__PURE__ */ new DType(8, 'UInt64', 'uint', 8, BigUint64Array);
export const float16 = /* @__PURE__ */ new DType(9, 'Float16', 'float', 2, Uint16Array);
export const bfloat16 = /* @__PURE__ */ new DType(10, 'BFloat16', 'bfloat', 2, Uint16Array);
export const float32 = /* @__PURE__ */ new DType(11, 'Float32', 'float', 4, Float32Array);
export const float64 = /* @__PURE__ */ new DType(12, 'Float64', 'float', 8, Float64Array);
export const complex64 = /* @__PURE__ */ new DType(13, 'Complex64', 'complex', 8, Float32Array);
export const complex128 = /* @__PURE__ */ new DType(14, 'Complex128', 'complex', 16, Float64Array);

/** Every dtype, by id. */
export const allDTypes: readonly DType[] = [
  bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, complex64, complex128,
]; // prettier-ignore

/** The dtypes that tensors can have. */
export const realDTypes: readonly DType[] = allDTypes.filter((d) => !d.isComplex);

const byName = new Map<string, DType>(allDTypes.map((d) => [d.name.toLowerCase(), d]));

/** The dtype of a name in any case (`float32`, `Float32`), or undefined. */
export function dtypeByName(name: string): DType | undefined {
  return byName.get(name.toLowerCase());
}
