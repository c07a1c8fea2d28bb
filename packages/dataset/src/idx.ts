import type { DType, TypedArray } from '@sporelet/ir';
import { ValueError, float32, float64, int16, int32, int8, shapeText, sizeOf, uint8 } from '@sporelet/ir';
import type { ArrayData } from './array.ts';

type Reader = (view: DataView, at: number) => number;
interface IdxType {
  readonly dtype: DType;
  readonly itemsize: number;
  readonly array: new (length: number) => TypedArray;
  readonly read: Reader;
}

/** The element types of the IDX format by their code. Elements are big-endian. */
const types: Readonly<Record<number, IdxType>> = {
  0x08: { dtype: uint8, itemsize: 1, array: Uint8Array, read: (view, at) => view.getUint8(at) },
  0x09: { dtype: int8, itemsize: 1, array: Int8Array, read: (view, at) => view.getInt8(at) },
  0x0b: { dtype: int16, itemsize: 2, array: Int16Array, read: (view, at) => view.getInt16(at) },
  0x0c: { dtype: int32, itemsize: 4, array: Int32Array, read: (view, at) => view.getInt32(at) },
  0x0d: { dtype: float32, itemsize: 4, array: Float32Array, read: (view, at) => view.getFloat32(at) },
  0x0e: { dtype: float64, itemsize: 8, array: Float64Array, read: (view, at) => view.getFloat64(at) },
};

/** Whether bytes are gzip data. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Decodes an IDX file (the format of the MNIST files). 8-bit data is not copied.
 * @param file - what errors call it
 * @throws ValueError when it is no IDX file, or not as long as its header says
 */
export function parseIdx(bytes: Uint8Array, file: string): ArrayData {
  const fail = (what: string): never => {
    throw new ValueError(`The IDX file '${file}' cannot be read: ${what}.`);
  };
  const type = types[bytes[2] ?? 0];
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || !type) {
    const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return fail(`it starts with '${start}', which is no IDX magic number`);
  }
  const rank = bytes[3]!;
  const header = 4 + 4 * rank;
  if (bytes.length < header) fail(`its header should have ${header} bytes, but the file has ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const count = sizeOf(shape);
  const length = header + count * type.itemsize;
  if (bytes.length !== length) {
    fail(`with the shape ${shapeText(shape)} it should have ${length} bytes, but has ${bytes.length}`);
  }
  const body = bytes.subarray(header);
  if (type.dtype === uint8) return { data: body, shape, dtype: type.dtype };
  const data = new type.array(count) as Float64Array;
  for (let i = 0; i < count; i++) data[i] = type.read(view, header + i * type.itemsize);
  return { data, shape, dtype: type.dtype };
}

/** Unpacks gzip data with what every platform has. @throws ValueError when it is damaged. */
export async function gunzip(bytes: Uint8Array<ArrayBuffer>, file: string): Promise<Uint8Array> {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (error) {
    throw new ValueError(`The gzip file '${file}' is damaged: ${(error as Error).message}.`, { cause: error });
  }
}
