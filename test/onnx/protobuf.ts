/** The fields of one protobuf message, by number; every occurrence in order, numbers as bigint, the rest as bytes. */
export type Message = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

/** A reader of the protobuf wire format: varints, 32- and 64-bit words and length-delimited fields. */
export function readMessage(bytes: Uint8Array): Message {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError(`protobuf: ${length} bytes at ${at} of ${bytes.length}`);
    return bytes.subarray(at, (at += length));
  };
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = take(1)[0]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const field = key >>> 3;
    const wire = key & 7;
    const list = fields.get(field) ?? [];
    fields.set(field, list);
    if (wire === 0) list.push(varint());
    else if (wire === 1) list.push(take(8));
    else if (wire === 2) list.push(take(Number(varint())));
    else if (wire === 5) list.push(take(4));
    else throw new RangeError(`protobuf: wire type ${wire} at ${at}`);
  }
  return fields;
}

const bytesIn = (m: Message, field: number): Uint8Array[] =>
  (m.get(field) ?? []).map((v) => {
    if (v instanceof Uint8Array) return v;
    throw new RangeError(`protobuf: field ${field} is a number`);
  });

/** The messages of a repeated field. */
export const messages = (m: Message, field: number): Message[] => bytesIn(m, field).map(readMessage);

/** The texts of a repeated field. */
export const texts = (m: Message, field: number): string[] => bytesIn(m, field).map((b) => new TextDecoder().decode(b));

/** The last text of a field, by default the empty one. */
export const text = (m: Message, field: number): string => texts(m, field).at(-1) ?? '';

/** The bytes of a field that holds them once, if it is there. */
export const blob = (m: Message, field: number): Uint8Array | undefined => bytesIn(m, field).at(-1);

/** The signed 64-bit integers of a repeated field, packed or not. */
export function integers(m: Message, field: number): bigint[] {
  return (m.get(field) ?? []).flatMap((v) => {
    if (typeof v === 'bigint') return BigInt.asIntN(64, v);
    const inner = [];
    for (let at = 0, value = 0n, shift = 0n; at < v.length; at++) {
      value |= BigInt(v[at]! & 0x7f) << shift;
      shift += 7n;
      if (v[at]! < 0x80) {
        inner.push(BigInt.asIntN(64, value));
        value = shift = 0n;
      }
    }
    return inner;
  });
}

/** The last integer of a field, by default zero. */
export const integer = (m: Message, field: number): number => Number(integers(m, field).at(-1) ?? 0n);

/** The floats (of 4 or 8 bytes) of a repeated field, packed or not. */
export function floats(m: Message, field: number, size: 4 | 8 = 4): number[] {
  return bytesIn(m, field).flatMap((b) => {
    const view = new DataView(b.buffer, b.byteOffset, b.length);
    return Array.from({ length: b.length / size }, (_, i) =>
      size === 4 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
    );
  });
}
