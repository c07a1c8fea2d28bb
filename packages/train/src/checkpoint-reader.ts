import { ValueError } from '@sporelet/ir';
import { crc32 } from './checkpoint-crc.ts';
import type { CheckpointEntry } from './checkpoint-format.ts';
import { crcMark, crcTrailerBytes, elements, itemsizeOf, textType } from './checkpoint-format.ts';

/** Bytes that can be read piece by piece: a file, a Blob, an array. */
export interface ByteSource {
  /** What error messages call it. */
  readonly name: string;
  readonly size: number;
  /** Fills `into` with the bytes from `offset` on; there are as many. */
  read(offset: number, into: Uint8Array): void | Promise<void>;
}

export interface CheckpointReadOptions {
  /** Entries to read by name; the others are passed over without reading their content. Default all. */
  readonly choose?: ((name: string) => boolean) | undefined;
  /** Whether to compare the check sum. Default: where the file has one. */
  readonly crc?: boolean | undefined;
}

/** What became of the check sum. */
export type CheckpointCrc = 'ok' | 'absent' | 'unchecked';

type Visit = (entry: CheckpointEntry) => void;
interface Request {
  readonly offset: number;
  readonly into: Uint8Array<ArrayBuffer>;
}
type Steps<T> = Generator<Request, T, void>;

const windowBytes = 64 * 1024;
/** Longest name or type name: far above any real one, and it fits the window. */
const maxName = 16 * 1024;
const maxRank = 64;

/** The bytes around the place where headers are being read. */
class Cursor {
  pos = 0;
  private readonly file: string;
  private readonly size: number;
  private window = new Uint8Array(0);
  private start = 0;

  constructor(file: string, size: number) {
    this.file = file;
    this.size = size;
  }

  fail(what: string, at = this.pos): never {
    throw new ValueError(`For 'loadCheckpoint', the file '${this.file}' is damaged at byte ${at}: ${what}.`);
  }

  /** Brings `count` bytes from `pos` on into the window; the caller has checked that the file has them. */
  *need(count: number): Steps<void> {
    if (this.pos >= this.start && this.pos + count <= this.start + this.window.length) return;
    const into = new Uint8Array(Math.min(windowBytes, this.size - this.pos));
    yield { offset: this.pos, into };
    this.window = into;
    this.start = this.pos;
  }

  /** The next bytes without moving on. */
  peek(count: number): Uint8Array {
    return this.window.subarray(this.pos - this.start, this.pos - this.start + count);
  }

  /** A varint inside the part that ends at `end`. */
  *varint(end: number, what: string): Steps<number> {
    const at = this.pos;
    const most = Math.min(10, end - at);
    yield* this.need(most);
    const bytes = this.peek(most);
    let value = 0;
    for (let i = 0, scale = 1; i < bytes.length; i++, scale *= 128) {
      value += (bytes[i]! & 127) * scale;
      if (bytes[i]! >= 128) continue;
      if (!Number.isSafeInteger(value)) this.fail(`${what} is out of range`, at);
      this.pos = at + i + 1;
      return value;
    }
    return this.fail(most === 10 ? `${what} is no number` : `it ends inside ${what}`, at);
  }

  /** The length of a field, which must end by `end`. */
  *length(end: number, what: string): Steps<number> {
    const at = this.pos;
    const length = yield* this.varint(end, `the length of ${what}`);
    if (length > end - this.pos)
      this.fail(`${what} should have ${length} bytes, but only ${end - this.pos} are left`, at);
    return length;
  }

  /** A short UTF-8 string field. */
  *text(end: number, what: string): Steps<string> {
    const at = this.pos;
    const length = yield* this.length(end, what);
    if (length === 0 || length > maxName) this.fail(`${what} has ${length} bytes`, at);
    yield* this.need(length);
    const bytes = this.peek(length);
    this.pos += length;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return this.fail(`${what} is not UTF-8`, at);
    }
  }
}

/** A value as its header describes it; the content stays in the file. */
interface ValueHeader {
  readonly at: number;
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly content: { readonly offset: number; readonly length: number };
}

function* readTensorHeader(c: Cursor, end: number, of: string): Steps<Omit<ValueHeader, 'at' | 'name'>> {
  const at = c.pos;
  const dims: number[] = [];
  let type: string | undefined;
  let content: ValueHeader['content'] | undefined;
  while (c.pos < end) {
    const fieldAt = c.pos;
    const tag = yield* c.varint(end, 'a field');
    if (tag === 8) dims.push(yield* c.varint(end, `a dimension of ${of}`));
    else if (tag === 10) {
      const length = yield* c.length(end, `the dimensions of ${of}`);
      const stop = c.pos + length;
      while (c.pos < stop) dims.push(yield* c.varint(stop, `a dimension of ${of}`));
    } else if (tag === 18 && type === undefined) type = yield* c.text(end, `the dtype of ${of}`);
    else if (tag === 26 && content === undefined) {
      const length = yield* c.length(end, `the content of ${of}`);
      content = { offset: c.pos, length };
      c.pos += length;
    } else c.fail(`field ${Math.floor(tag / 8)} of ${of} is unknown or given twice`, fieldAt);
    if (dims.length > maxRank) c.fail(`${of} has more than ${maxRank} dimensions`, fieldAt);
  }
  if (type === undefined) return c.fail(`${of} has no dtype`, at);
  if (content === undefined) return c.fail(`${of} has no content`, at);
  return { type, dims, content };
}

function* readValueHeader(c: Cursor, fileEnd: number): Steps<ValueHeader> {
  const at = c.pos;
  const tag = yield* c.varint(fileEnd, 'a value');
  if (tag !== 10)
    c.fail(at === 0 ? 'this is no MindSpore checkpoint, or an encrypted one' : 'a value or the end was expected', at);
  const length = yield* c.length(fileEnd, 'the value');
  const end = c.pos + length;
  let name: string | undefined;
  let tensor: Omit<ValueHeader, 'at' | 'name'> | undefined;
  while (c.pos < end) {
    const fieldAt = c.pos;
    const of = name === undefined ? 'the tensor' : `'${name}'`;
    const field = yield* c.varint(end, 'a field');
    if (field === 10 && name === undefined) name = yield* c.text(end, 'the name of a value');
    else if (field === 18 && tensor === undefined) {
      const size = yield* c.length(end, of);
      tensor = yield* readTensorHeader(c, c.pos + size, of);
    } else if (field === 26) c.fail(`${of} is a map parameter (hash table), which is not supported`, fieldAt);
    else c.fail(`field ${Math.floor(field / 8)} of a value is unknown or given twice`, fieldAt);
  }
  if (name === undefined) return c.fail('a value has no name', at);
  if (tensor === undefined) return c.fail(`'${name}' has no tensor`, at);
  return { at, name, ...tensor };
}

const sameDims = (a: readonly number[], b: readonly number[]) => a.length === b.length && a.every((n, i) => n === b[i]);

/** How many bytes the parts of a value must have together; null for a string. Nothing is allocated before this. */
function expectedBytes(c: Cursor, value: ValueHeader, fileEnd: number): number | null {
  if (value.type === textType) return null;
  const itemsize = itemsizeOf(value.type);
  if (itemsize === undefined) return c.fail(`'${value.name}' has the unknown dtype '${value.type}'`, value.at);
  const { dims, content } = value;
  // MindSpore writes some scalars with the dimensions [0].
  const bytes =
    dims.length === 1 && dims[0] === 0 && content.length === itemsize ? itemsize : elements(dims) * itemsize;
  const left = fileEnd - content.offset;
  if (bytes > left) {
    c.fail(`'${value.name}' of shape (${dims.join(', ')}) needs ${bytes} bytes, but only ${left} are left`, value.at);
  }
  return bytes;
}

function decodeText(c: Cursor, value: ValueHeader, bytes: Uint8Array<ArrayBuffer>): string {
  if (bytes.length % 4 !== 0)
    c.fail(`the string '${value.name}' has ${bytes.length} bytes, no multiple of 4`, value.at);
  const view = new DataView(bytes.buffer);
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 4) {
    const point = view.getUint32(i, true);
    if (point > 0x10ffff) c.fail(`the string '${value.name}' has the impossible character ${point}`, value.at);
    parts.push(String.fromCodePoint(point));
  }
  return parts.join('').replace(/\0+$/, '');
}

/** The whole reading as a coroutine: it asks for bytes and is resumed when they are there. */
function* steps(file: string, size: number, visit: Visit, options: CheckpointReadOptions): Steps<CheckpointCrc> {
  if (size === 0) throw new ValueError(`For 'loadCheckpoint', the file '${file}' is empty.`);
  const c = new Cursor(file, size);
  let end = size;
  let crc: CheckpointCrc = 'absent';
  if (size >= crcTrailerBytes) {
    const trailer = new Uint8Array(crcTrailerBytes);
    yield { offset: size - crcTrailerBytes, into: trailer };
    if (crcMark.every((byte, i) => trailer[i] === byte)) {
      end = size - crcTrailerBytes;
      crc = 'unchecked';
      if (options.crc !== false) {
        yield* verify(c, end, trailer);
        crc = 'ok';
      }
    }
  }
  const seen = new Set<string>();
  let next: ValueHeader | undefined;
  while (next || c.pos < end) {
    const value: ValueHeader = next ?? (yield* readValueHeader(c, end));
    next = undefined;
    if (seen.has(value.name)) c.fail(`'${value.name}' comes twice`, value.at);
    seen.add(value.name);
    const chosen = options.choose?.(value.name) ?? true;
    const expected = expectedBytes(c, value, end);
    const parts = [value.content];
    let have = value.content.length;
    // A large tensor continues in the next values of the same name; a string's length is known by the next name only.
    while (c.pos < end && (expected === null || have < expected)) {
      const part: ValueHeader = yield* readValueHeader(c, end);
      if (part.name !== value.name) {
        next = part;
        break;
      }
      if (part.type !== value.type || !sameDims(part.dims, value.dims)) {
        c.fail(`a part of '${value.name}' has another dtype or shape than the first`, part.at);
      }
      parts.push(part.content);
      have += part.content.length;
    }
    if (expected !== null && have !== expected) {
      c.fail(`'${value.name}' of shape (${value.dims.join(', ')}) needs ${expected} bytes, but has ${have}`, value.at);
    }
    if (!chosen) continue;
    const data = new Uint8Array(have);
    let filled = 0;
    for (const { offset, length } of parts) {
      if (length > 0) yield { offset, into: data.subarray(filled, filled + length) };
      filled += length;
    }
    if (expected === null) visit({ name: value.name, text: decodeText(c, value, data) });
    else {
      const scalar = value.dims.length === 1 && value.dims[0] === 0 && have > 0;
      visit({ name: value.name, dtype: value.type, shape: scalar ? [] : value.dims, data });
    }
  }
  return crc;
}

function* verify(c: Cursor, end: number, trailer: Uint8Array): Steps<void> {
  const chunk = new Uint8Array(Math.min(end, 1 << 20));
  let crc = 0;
  for (let offset = 0; offset < end; offset += chunk.length) {
    const into = chunk.subarray(0, Math.min(chunk.length, end - offset));
    yield { offset, into };
    crc = crc32(into, crc);
  }
  const stored = trailer.subarray(crcMark.length).reduce((value, byte) => value * 256 + byte, 0);
  if (stored !== crc) c.fail('the check sum does not fit the content', end);
}

/**
 * Reads a .ckpt file, handing every entry to `visit` as soon as it is complete: at no time is more in memory than the
 * entry being read (and what `visit` keeps). Every length is checked against the file before memory is taken for it.
 * @throws ValueError naming the file, the byte and what is wrong there.
 */
export async function readCheckpoint(
  source: ByteSource,
  visit: Visit,
  options: CheckpointReadOptions = {},
): Promise<CheckpointCrc> {
  const run = steps(source.name, source.size, visit, options);
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
    await source.read(step.value.offset, step.value.into);
  }
}

/** {@link readCheckpoint} for a file that is in memory. */
export function decodeCheckpoint(
  bytes: Uint8Array,
  visit: Visit,
  options: CheckpointReadOptions & { readonly name?: string | undefined } = {},
): CheckpointCrc {
  const run = steps(options.name ?? '<bytes>', bytes.length, visit, options);
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
    const { offset, into } = step.value;
    into.set(bytes.subarray(offset, offset + into.length));
  }
}
