import { ValueError, dtypeByName } from '@sporelet/ir';
import { crc32 } from './checkpoint-crc.ts';

// The schema (proto2), one Checkpoint message per value; concatenated messages merge into one:
//   Checkpoint  { repeated Value value = 1 }
//   Value       { required string tag = 1; oneof { TensorProto tensor = 2; MapTensorProto maptensor = 3 } }
//   TensorProto { repeated int64 dims = 1; required string tensor_type = 2; required bytes tensor_content = 3 }

/** A tensor of a checkpoint: its elements as little-endian bytes in row-major order. */
export interface CheckpointTensor {
  readonly name: string;
  /** MindSpore's name of the dtype, such as `Float32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** A string of a checkpoint. */
export interface CheckpointText {
  readonly name: string;
  readonly text: string;
}

export type CheckpointEntry = CheckpointTensor | CheckpointText;

/** The tensor_type of string entries. */
export const textType = 'str';
/** What stands before the 10 bytes of the check sum that may end a file. */
export const crcMark = /* @__PURE__ */ Uint8Array.from('crc_num', (c) => c.charCodeAt(0));
/** Bytes of mark and check sum. */
export const crcTrailerBytes = 17;
/** MindSpore splits larger contents over several values of the same name. */
const maxContent = 512 * 1024 * 1024;

/** Bytes of one element of a dtype named as in the file, or undefined for a name that no dtype has. */
export function itemsizeOf(dtype: string): number | undefined {
  const found = dtypeByName(dtype);
  return found?.name === dtype ? found.itemsize : undefined;
}

/** Elements of a shape; 1 for a scalar. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** `value` as a protobuf varint. */
function varint(value: number): number[] {
  const out: number[] = [];
  while (value > 127) {
    out.push((value % 128) + 128);
    value = Math.floor(value / 128);
  }
  out.push(value);
  return out;
}

/** A length-delimited protobuf field without its last `open` bytes, which follow in the stream. */
function field(number: number, bytes: Iterable<number>, open = 0): number[] {
  const body = [...bytes];
  return [number * 8 + 2, ...varint(body.length + open), ...body];
}

function utf32(text: string): Uint8Array {
  const points = Array.from(text, (c) => c.codePointAt(0)!);
  // numpy's shortest string has one character; trailing zeros are not part of it.
  const bytes = new Uint8Array(4 * Math.max(1, points.length));
  const view = new DataView(bytes.buffer);
  points.forEach((point, i) => view.setUint32(4 * i, point, true));
  return bytes;
}

function checkEntry(entry: CheckpointEntry, seen: Set<string>): void {
  const fail = (what: string): never => {
    throw new ValueError(`For 'saveCheckpoint', ${what}.`);
  };
  if (entry.name === '') fail('every entry must have a name, but got an empty one');
  if (seen.has(entry.name)) fail(`names must be unique, but '${entry.name}' is given twice`);
  seen.add(entry.name);
  if ('text' in entry) return;
  const itemsize = itemsizeOf(entry.dtype);
  if (itemsize === undefined) return fail(`the dtype of '${entry.name}' is unknown: ${entry.dtype}`);
  const bytes = elements(entry.shape) * itemsize;
  if (bytes !== entry.data.length) {
    fail(
      `'${entry.name}' of shape (${entry.shape.join(', ')}) and ${entry.dtype} must have ${bytes} bytes, but got ${entry.data.length}`,
    );
  }
}

/**
 * MindSpore's .ckpt file as a stream of chunks. Tensor contents are passed on as they are, not copied, so an iterable
 * that reads one tensor at a time keeps only that one in memory.
 * @param options.crc end the file with MindSpore's check sum (`crc_check=True`).
 * @param options.maxContent largest content of one value in bytes; longer ones are split. A multiple of 16.
 * @throws ValueError for an unknown dtype, a length that does not fit the shape, a name given twice.
 */
export function* encodeCheckpoint(
  entries: Iterable<CheckpointEntry>,
  options: { readonly crc?: boolean | undefined; readonly maxContent?: number | undefined } = {},
): Generator<Uint8Array<ArrayBufferLike>, void, undefined> {
  const limit = options.maxContent ?? maxContent;
  const encoder = new TextEncoder();
  const seen = new Set<string>();
  let crc = 0;
  for (const entry of entries) {
    checkEntry(entry, seen);
    const isText = 'text' in entry;
    const data = isText ? utf32(entry.text) : entry.data;
    const dims = isText ? [0] : entry.shape;
    const name = field(1, encoder.encode(entry.name));
    const description = [
      ...dims.flatMap((n) => [1 * 8, ...varint(n)]),
      ...field(2, encoder.encode(isText ? textType : entry.dtype)),
    ];
    for (let from = 0; from === 0 || from < data.length; from += limit) {
      const content = data.subarray(from, from + limit);
      const tensor = field(2, [...description, ...field(3, [], content.length)], content.length);
      const head = Uint8Array.from(field(1, [...name, ...tensor], content.length));
      if (options.crc) crc = crc32(content, crc32(head, crc));
      yield head;
      if (content.length > 0) yield content;
    }
  }
  if (options.crc) {
    const trailer = new Uint8Array(crcTrailerBytes);
    trailer.set(crcMark);
    new DataView(trailer.buffer).setUint32(crcTrailerBytes - 4, crc);
    yield trailer;
  }
}
