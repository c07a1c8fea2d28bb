import { ValueError } from '@sporelet/ir';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../src/checkpoint-crc.ts';
import type { CheckpointEntry } from '../src/checkpoint-format.ts';
import { encodeCheckpoint } from '../src/checkpoint-format.ts';
import type { ByteSource, CheckpointReadOptions } from '../src/checkpoint-reader.ts';
import { decodeCheckpoint, readCheckpoint } from '../src/checkpoint-reader.ts';

const schema = protobuf.parse(
  `
  syntax = "proto2";
  message Checkpoint {
    message Value { required string tag = 1; oneof value { TensorProto tensor = 2; MapTensorProto maptensor = 3; } }
    repeated Value value = 1;
  }
  message TensorProto { repeated int64 dims = 1 [packed = false]; required string tensor_type = 2; required bytes tensor_content = 3; }
  message PackedTensorProto { repeated int64 dims = 1 [packed = true]; required string tensor_type = 2; required bytes tensor_content = 3; }
  message MapTensorProto { repeated TensorProto tensor = 1; }`,
  { keepCase: true },
).root;
const Checkpoint = schema.lookupType('Checkpoint');

const bytesOf = (values: Float32Array | Int32Array) => new Uint8Array(values.buffer);
const join = (chunks: Iterable<Uint8Array>) => new Uint8Array(Buffer.concat([...chunks]));
function decode(bytes: Uint8Array, options: CheckpointReadOptions = {}): CheckpointEntry[] {
  const out: CheckpointEntry[] = [];
  decodeCheckpoint(bytes, (entry) => out.push(entry), options);
  return out;
}

const entries: CheckpointEntry[] = [
  { name: 'conv1.weight', dtype: 'Float32', shape: [2, 1, 3], data: bytesOf(Float32Array.of(1, -2, 3.5, NaN, 0, -0)) },
  { name: 'step', dtype: 'Int32', shape: [], data: bytesOf(Int32Array.of(7)) },
  { name: 'empty', dtype: 'Float32', shape: [0, 3], data: new Uint8Array(0) },
  { name: 'none', dtype: 'Float16', shape: [0], data: new Uint8Array(0) },
  { name: 'größe', dtype: 'Bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
  { name: 'note', text: 'grüße 🙂' },
  { name: 'nothing', text: '' },
  { name: 'wide', dtype: 'UInt8', shape: [300], data: Uint8Array.from({ length: 300 }, (_, i) => i) },
];

/** A file that real MindSpore 2.10.0 wrote: save_checkpoint(list, append_dict=..., crc_check=True). */
const madeByMindSpore = Buffer.from(
  `ClMKDGNvbnYxLndlaWdodBJDCAMIAQgCCAISB0Zsb2F0MzIaMAAAAL8AAMC+AACAvgAAAL4AAAAAAAAAPgAAgD4AAMA+AAAAPwAAID8AAEA/AABgPwoZ
  CgZzY2FsYXISDxIHRmxvYXQzMhoEAAAgQAokCgVpbnQ2NBIbCAISBUludDY0GhD//////////wEAAAAAACAAChkKBGhhbGYSEQgCEgdGbG9hdDE2GgQA
  PgDAChwKBmJmbG9hdBISCAISCEJGbG9hdDE2GgTAPwDAChQKBGJvb2wSDAgCEgRCb29sGgIBAAoWCgV1aW50OBINCAISBVVJbnQ4GgIB/wohCgZkb3Vi
  bGUSFwgBCAESB0Zsb2F0NjQaCFVVVVVVVdU/ChoKBWVwb2NoEhESBUludDY0GggDAAAAAAAAAAoVCgJschIPEgdGbG9hdDMyGgQAAAA/ChEKBGZsYWcS
  CRIEQm9vbBoBAQotCgRub3RlEiUIABIDc3RyGhxnAAAAcgAAAPwAAADfAAAAZQAAACAAAABC9gEAY3JjX251bQAAAAAAAO7NYEY=`,
  'base64',
);

describe('against other implementations', () => {
  test('crc32 is that of zlib', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new TextEncoder().encode('6789'), crc32(new TextEncoder().encode('12345')))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });

  test('reads what MindSpore wrote', () => {
    const read = decode(madeByMindSpore, { crc: true });
    const typed = read.map((e) =>
      'text' in e ? [e.name, 'str', e.text] : [e.name, e.dtype, e.shape, Buffer.from(e.data).toString('hex')],
    );
    expect(typed).toEqual([
      [
        'conv1.weight',
        'Float32',
        [3, 1, 2, 2],
        Buffer.from(Float32Array.from({ length: 12 }, (_, i) => i / 8 - 0.5).buffer).toString('hex'),
      ],
      ['scalar', 'Float32', [], '00002040'],
      ['int64', 'Int64', [2], 'ffffffffffffffff0100000000002000'],
      ['half', 'Float16', [2], '003e00c0'],
      ['bfloat', 'BFloat16', [2], 'c03f00c0'],
      ['bool', 'Bool', [2], '0100'],
      ['uint8', 'UInt8', [2], '01ff'],
      ['double', 'Float64', [1, 1], '555555555555d53f'],
      ['epoch', 'Int64', [], '0300000000000000'],
      ['lr', 'Float32', [], '0000003f'],
      ['flag', 'Bool', [], '01'],
      ['note', 'str', 'grüße 🙂'],
    ]);
  });

  test('writes the same bytes as MindSpore', () => {
    const again = join(encodeCheckpoint(decode(madeByMindSpore), { crc: true }));
    expect(Buffer.from(again).equals(madeByMindSpore)).toBe(true);
  });

  test('protobufjs reads what we write', () => {
    const message = Checkpoint.toObject(Checkpoint.decode(join(encodeCheckpoint(entries))), {
      longs: Number,
      arrays: true,
    });
    const values = message['value'] as {
      tag: string;
      tensor: { dims: number[]; tensor_type: string; tensor_content: Uint8Array };
    }[];
    expect(values.map((v) => [v.tag, v.tensor.tensor_type, v.tensor.dims])).toEqual([
      ['conv1.weight', 'Float32', [2, 1, 3]],
      ['step', 'Int32', []],
      ['empty', 'Float32', [0, 3]],
      ['none', 'Float16', [0]],
      ['größe', 'Bool', [3]],
      ['note', 'str', [0]],
      ['nothing', 'str', [0]],
      ['wide', 'UInt8', [300]],
    ]);
    expect(
      Buffer.from(values[7]!.tensor.tensor_content).equals(Buffer.from((entries[7] as { data: Uint8Array }).data)),
    ).toBe(true);
    expect(Buffer.from(values[5]!.tensor.tensor_content).readUInt32LE(24)).toBe('🙂'.codePointAt(0));
  });

  test('reads what protobufjs writes, packed dimensions and any order of fields too', () => {
    const tensor = { dims: [2, 300], tensor_type: 'UInt8', tensor_content: new Uint8Array(600).fill(9) };
    const plain = Checkpoint.encode({ value: [{ tag: 'x', tensor }] }).finish();
    const expected = [{ name: 'x', dtype: 'UInt8', shape: [2, 300], data: tensor.tensor_content }];
    expect(decode(plain)).toEqual(expected);
    const packed = schema.lookupType('PackedTensorProto').encode(tensor).finish();
    const value = protobuf.Writer.create().uint32(18).bytes(packed).uint32(10).string('x').finish();
    expect(decode(protobuf.Writer.create().uint32(10).bytes(value).finish())).toEqual(expected);
  });
});

describe('round trips', () => {
  test('all kinds of entries, with and without check sum', () => {
    for (const crc of [false, true]) expect(decode(join(encodeCheckpoint(entries, { crc })))).toEqual(entries);
    expect(decodeCheckpoint(join(encodeCheckpoint(entries)), () => {})).toBe('absent');
    expect(decodeCheckpoint(join(encodeCheckpoint(entries, { crc: true })), () => {})).toBe('ok');
    expect(decodeCheckpoint(join(encodeCheckpoint(entries, { crc: true })), () => {}, { crc: false })).toBe(
      'unchecked',
    );
  });

  test('contents above the limit are split, and joined again', () => {
    const bytes = join(encodeCheckpoint(entries, { maxContent: 128, crc: true }));
    const message = Checkpoint.toObject(Checkpoint.decode(bytes.subarray(0, -17)), { longs: Number });
    const parts = (
      message['value'] as { tag: string; tensor: { dims: number[]; tensor_content: Uint8Array } }[]
    ).filter((v) => v.tag === 'wide');
    expect(parts.map((p) => [p.tensor.dims, p.tensor.tensor_content.length])).toEqual([
      [[300], 128],
      [[300], 128],
      [[300], 44],
    ]);
    expect(decode(bytes)).toEqual(entries);
  });

  test('tensor contents are passed on, not copied', () => {
    const chunks = [...encodeCheckpoint(entries)];
    expect(chunks.some((chunk) => chunk.buffer === (entries[7] as { data: Uint8Array }).data.buffer)).toBe(true);
  });

  test('entries that are not chosen are not read', async () => {
    const big = { name: 'big', dtype: 'UInt8', shape: [1 << 20], data: new Uint8Array(1 << 20) };
    const bytes = join(encodeCheckpoint([entries[0]!, big, entries[1]!]));
    let read = 0;
    const source: ByteSource = {
      name: 'x.ckpt',
      size: bytes.length,
      read: async (offset, into) => {
        into.set(bytes.subarray(offset, offset + into.length));
        read += into.length;
      },
    };
    const names: string[] = [];
    await readCheckpoint(source, (e) => names.push(e.name), { choose: (name) => name !== 'big' });
    expect(names).toEqual(['conv1.weight', 'step']);
    expect(read).toBeLessThan(200_000);
  });
});

describe('errors', () => {
  const good = join(encodeCheckpoint(entries.slice(0, 2)));
  const file = (value: object[]) => Checkpoint.encode({ value }).finish();
  const tensor = (over: object = {}) => ({
    dims: [2],
    tensor_type: 'UInt8',
    tensor_content: Uint8Array.of(1, 2),
    ...over,
  });
  const cases: [string, Uint8Array, RegExp][] = [
    ['empty', new Uint8Array(0), /the file '<bytes>' is empty/],
    [
      'no checkpoint',
      new TextEncoder().encode('<!doctype html>'),
      /damaged at byte 0: this is no MindSpore checkpoint/,
    ],
    [
      'cut in a content',
      good.subarray(0, 40),
      /damaged at byte 1: the value should have \d+ bytes, but only 38 are left/,
    ],
    ['cut in a varint', Uint8Array.of(10, 200), /damaged at byte 1: it ends inside the length of the value/],
    [
      'endless varint',
      Uint8Array.of(10, ...new Uint8Array(11).fill(255)),
      /damaged at byte 1: the length of the value is no number/,
    ],
    [
      'huge length',
      Uint8Array.of(10, 255, 255, 255, 255, 255, 255, 127, 1),
      /damaged at byte 1: the value should have 562949953421311 bytes, but only 1 are left/,
    ],
    [
      'huge dimensions',
      file([{ tag: 'x', tensor: tensor({ dims: [2 ** 31, 2 ** 31] }) }]),
      /'x' of shape \(2147483648, 2147483648\) needs \d+ bytes, but only 2 are left/,
    ],
    ['negative dimension', file([{ tag: 'x', tensor: tensor({ dims: [-2] }) }]), /a dimension of 'x' is out of range/],
    [
      'too short',
      file([
        { tag: 'x', tensor: tensor({ dims: [3] }) },
        { tag: 'y', tensor: tensor() },
      ]),
      /'x' of shape \(3\) needs 3 bytes, but has 2/,
    ],
    ['too long', file([{ tag: 'x', tensor: tensor({ dims: [1] }) }]), /'x' of shape \(1\) needs 1 bytes, but has 2/],
    [
      'unknown dtype',
      file([{ tag: 'x', tensor: tensor({ tensor_type: 'Int4' }) }]),
      /'x' has the unknown dtype 'Int4'/,
    ],
    ['map parameter', file([{ tag: 'x', maptensor: { tensor: [tensor()] } }]), /'x' is a map parameter/],
    [
      'twice',
      file([
        { tag: 'x', tensor: tensor() },
        { tag: 'y', tensor: tensor() },
        { tag: 'x', tensor: tensor() },
      ]),
      /'x' comes twice/,
    ],
    [
      'parts differ',
      file([
        { tag: 'x', tensor: tensor({ dims: [4] }) },
        { tag: 'x', tensor: tensor({ dims: [2, 2] }) },
      ]),
      /a part of 'x' has another dtype or shape/,
    ],
    [
      'string',
      file([{ tag: 's', tensor: tensor({ tensor_type: 'str', dims: [0] }) }]),
      /the string 's' has 2 bytes, no multiple of 4/,
    ],
    [
      'check sum',
      join([good, new TextEncoder().encode('crc_num'), new Uint8Array(10)]),
      new RegExp(`damaged at byte ${good.length}: the check sum does not fit`),
    ],
    [
      'cut check sum',
      join([good, new TextEncoder().encode('crc_num'), new Uint8Array(3)]),
      new RegExp(`damaged at byte ${good.length}: a value or the end was expected`),
    ],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(ValueError);
    expect(() => decode(bytes)).toThrow(message);
  });

  test.each([
    [
      [{ name: 'x', dtype: 'Float32', shape: [2], data: new Uint8Array(4) }],
      "'x' of shape (2) and Float32 must have 8 bytes, but got 4",
    ],
    [[{ name: 'x', dtype: 'float32', shape: [1], data: new Uint8Array(4) }], "the dtype of 'x' is unknown: float32"],
    [[entries[1]!, entries[1]!], "'step' is given twice"],
    [[{ name: '', text: 'a' }], 'must have a name'],
  ])('what cannot be written: %#', (bad: CheckpointEntry[], message) => {
    expect(() => [...encodeCheckpoint(bad)]).toThrow(message);
    expect(() => [...encodeCheckpoint(bad)]).toThrow(ValueError);
  });
});

describe('damage never passes silently', () => {
  const bytes = join(encodeCheckpoint(entries, { crc: true }));
  const plain = bytes.subarray(0, -17);
  /** What a decode gives: the entries, or the error, which must be a ValueError. */
  const attempt = (input: Uint8Array): CheckpointEntry[] | ValueError => {
    try {
      return decode(input);
    } catch (error) {
      if (error instanceof ValueError) return error;
      throw error;
    }
  };

  test('every truncation is an error, or ends exactly between two entries', () => {
    const ends = new Set(entries.map((_, i) => join(encodeCheckpoint(entries.slice(0, i + 1))).length));
    for (let n = 0; n < bytes.length; n++) {
      const result = attempt(bytes.subarray(0, n));
      if (ends.has(n)) expect(result).toEqual(entries.slice(0, [...ends].indexOf(n) + 1));
      else expect(result, `${n} bytes`).toBeInstanceOf(ValueError);
    }
  });

  test('every changed byte is found by the check sum', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes);
        changed[at]! ^= flip;
        expect(attempt(changed)).toBeInstanceOf(ValueError);
      }),
      { numRuns: 2000 },
    );
  });

  test('without a check sum: an error, or entries as long as their shapes say', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(plain.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(plain.length),
        fc.uint8Array({ maxLength: 20 }),
        (changes, cut, insert) => {
          const changed = Uint8Array.from(plain);
          for (const [at, value] of changes) changed[at] = value;
          const variants = [
            changed,
            changed.subarray(0, cut),
            join([changed.subarray(0, cut), insert, changed.subarray(cut)]),
          ];
          for (const variant of variants) {
            const result = attempt(variant);
            if (result instanceof ValueError) continue;
            for (const entry of result) {
              if ('text' in entry) continue;
              expect(() => [...encodeCheckpoint([entry])]).not.toThrow();
            }
          }
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, framed) => {
        const input = framed ? Uint8Array.of(10, noise.length, ...noise.subarray(0, 127)) : noise;
        attempt(input);
      }),
      { numRuns: 3000 },
    );
  });
});
