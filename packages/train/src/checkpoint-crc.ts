let table: Int32Array | undefined;

/** Eight tables in one, so that eight bytes are folded in per step; signed, so that V8 keeps the values as integers. */
function crcTable(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    made[n] = c;
  }
  for (let i = 256; i < made.length; i++) {
    const c = made[i - 256]!;
    made[i] = (c >>> 8) ^ made[c & 255]!;
  }
  return made;
}

/** The CRC-32 of zlib and Python's binascii; `previous` is the result for the bytes before these. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  const t = (table ??= crcTable());
  let crc = ~previous;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t[1792 + (crc & 255)]! ^
      t[1536 + ((crc >>> 8) & 255)]! ^
      t[1280 + ((crc >>> 16) & 255)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = t[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
