import { describe, expect, test } from 'vitest';
import type { DType } from '@sporelet/ir';
import { allDTypes, bool, float32, int64, realDTypes } from '@sporelet/ir';
import { Parameter, Tensor } from '../src/index.ts';
import { commonDType } from '../src/signature.ts';
import { add, applyStep, concat, less } from './test-ops.ts';

// MindSpore's table, row by row; u16, u32 and u64 go with themselves and Bool only.
const order = ['Bool', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'Float16', 'BFloat16', 'Float32', 'Float64', 'Complex64', 'Complex128']; // prettier-ignore
const rows = [
  'bool i8 i16 i32 i64 u8 f16 bf16 f32 f64 c64 c128',
  'i8 i8 i16 i32 i64 i16 f16 bf16 f32 f64 c64 c128',
  'i16 i16 i16 i32 i64 i16 f16 bf16 f32 f64 c64 c128',
  'i32 i32 i32 i32 i64 i32 f16 bf16 f32 f64 c64 c128',
  'i64 i64 i64 i64 i64 i64 f16 bf16 f32 f64 c64 c128',
  'u8 i16 i16 i32 i64 u8 f16 bf16 f32 f64 c64 c128',
  'f16 f16 f16 f16 f16 f16 f16 f32 f32 f64 c64 c128',
  'bf16 bf16 bf16 bf16 bf16 bf16 f32 bf16 f32 f64 c64 c128',
  'f32 f32 f32 f32 f32 f32 f32 f32 f32 f64 c64 c128',
  'f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 c128 c128',
  'c64 c64 c64 c64 c64 c64 c64 c64 c64 c128 c64 c128',
  'c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128 c128',
].map((row) => row.split(' '));
const long: Readonly<Record<string, string>> = {
  bool: 'Bool', i8: 'Int8', i16: 'Int16', i32: 'Int32', i64: 'Int64', u8: 'UInt8', f16: 'Float16', bf16: 'BFloat16',
  f32: 'Float32', f64: 'Float64', c64: 'Complex64', c128: 'Complex128',
}; // prettier-ignore

function expected(a: DType, b: DType): string | null {
  const [i, j] = [order.indexOf(a.name), order.indexOf(b.name)];
  if (i >= 0 && j >= 0) return long[rows[i]![j]!]!;
  if (a === b || b === bool) return a.name;
  return a === bool ? b.name : null;
}

test.each(allDTypes.map((d) => [d.name, d] as const))('%s with every other dtype', (_, a) => {
  for (const b of allDTypes) {
    const want = expected(a, b);
    if (want) expect([b.name, commonDType('Add', [a, b], []).name]).toEqual([b.name, want]);
    else
      expect(() => commonDType('Add', [a, b], [])).toThrow(
        /Type implicit conversion between \w+ and \w+ is not supported/,
      );
  }
});

test('an op gives what the table says, for all pairs of real dtypes', () => {
  for (const a of realDTypes) {
    for (const b of realDTypes) {
      const want = expected(a, b);
      const run = (): Tensor => add(new Tensor([1, 2], a), new Tensor([1, 0], b));
      if (!want) expect(run).toThrow(TypeError);
      else {
        const sum = run();
        expect([a.name, b.name, sum.dtype.name]).toEqual([a.name, b.name, want]);
        expect([...sum.asnumpy()].map(Number)).toEqual(want === 'Bool' ? [1, 1] : [2, a === bool ? 1 : 2]);
      }
    }
  }
});

describe('numbers next to a tensor', () => {
  const unsigned = ['UInt16', 'UInt32', 'UInt64'];
  test.each(realDTypes.map((d) => [d.name, d] as const))('%s', (name, d) => {
    const x = new Tensor([1, 0], d);
    expect(add(x, true).dtype.name).toBe(name);
    if (unsigned.includes(name)) {
      expect(() => add(x, 1)).toThrow(`Tensor[${name}] and Int64`);
      expect(() => add(x, 1.5)).toThrow(`Tensor[${name}] and Float32`);
      return;
    }
    expect(add(x, 1).dtype.name).toBe(d === bool ? 'Int64' : name);
    expect(add(2n, x).dtype.name).toBe(d === bool ? 'Int64' : name);
    expect(add(x, 1.5).dtype.name).toBe(d.isFloat ? name : 'Float32');
    expect(Number(add(x, 1.5).asnumpy().at(1))).toBe(1.5);
    expect(add(x, Infinity).dtype.isFloat).toBe(true);
  });
  test('numbers alone: Float32, bigints Int64, booleans Bool', () => {
    expect(add(1, 2).dtype).toBe(float32);
    expect(add(1n, 2n).dtype).toBe(int64);
    expect(add(1n, 2).dtype).toBe(float32);
    expect(less(true, false).dtype).toBe(bool);
  });
  test('a number too large wraps, and -0 is not 0', () => {
    expect(add(new Tensor(Int8Array.from([1])), 127).tolist()).toEqual([-128]);
    expect(Object.is(add(new Tensor([-0]), -0).tolist()[0 as never], -0)).toBe(true);
    expect(Object.is(add(new Tensor([-0]), 0).tolist()[0 as never], 0)).toBe(true);
  });
});

describe('Parameters updated in place are not converted', () => {
  const p = (name: string, d = 'float32'): Parameter => new Parameter(new Tensor([1, 2], dtypes[d]), name);
  const dtypes = Object.fromEntries(allDTypes.map((d) => [d.name.toLowerCase(), d]));
  test('a lower gradient is lifted', () => {
    const [w] = applyStep(p('w'), p('a'), 0.5, new Tensor([2, 4], dtypes['float16']));
    expect(w.tolist()).toEqual([0, 0]);
    expect(w.dtype).toBe(float32);
  });
  test.each([
    ['float16', 'float16', 'float32'],
    ['float32', 'float16', 'float32'],
    ['float32', 'float32', 'float64'],
  ])('%s and %s with a gradient of %s is refused, and changes nothing', (a, b, g) => {
    const [w, accum] = [p('w', a), p('a', b)];
    expect(() => applyStep(w, accum, 0.5, new Tensor([2, 4], dtypes[g]))).toThrow(
      /For 'ApplyStep', Data type conversion of 'Parameter' is not supported, so the argument '(variable|accum)'/,
    );
    expect([w.tolist(), accum.tolist()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });
  test('between the half types the Parameter wins', () => {
    const [w] = applyStep(p('w', 'float16'), p('a', 'float16'), 0.5, new Tensor([2, 4], dtypes['bfloat16']));
    expect(w.dtype.name).toBe('Float16');
    expect(w.tolist()).toEqual([0, 0]);
  });
});

test('a list of tensors is one group', () => {
  const joined = concat([new Tensor(Int32Array.from([1])), new Tensor([2.5]), new Tensor([true])]);
  expect(joined.dtype).toBe(float32);
  expect(joined.tolist()).toEqual([1, 2.5, 1]);
});
