import { describe, expect, test } from 'vitest';
import { decimalDigits } from '../src/print/decimal.ts';
import { formatE, formatG } from '../src/print/format-float.ts';
import { numpyStr } from '../src/print/numpy-str.ts';
import { tensorRepr } from '../src/print/tensor-repr.ts';
import type { ArrayView } from '../src/print/view.ts';
import golden from './data/print-golden.json' with { type: 'json' };

/** One text of another program for one array; NumPy has no bfloat16, so those have no `str`. */
interface GoldenCase {
  dtype: string;
  shape: number[];
  values?: string;
  str?: string;
  repr: string;
}

function viewOf({ dtype, shape, values }: GoldenCase): ArrayView {
  const words = values?.split(' ');
  const special: Record<string, number> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
  const get = (i: number): number | bigint | boolean => {
    const word = words === undefined ? String(i) : (words[i] ?? 'missing');
    if (dtype === 'Bool') return word === '1';
    return dtype.endsWith('nt64') ? BigInt(word) : (special[word] ?? Number(word));
  };
  return { dtype, shape, get };
}

const cases: GoldenCase[] = golden.cases;
const label = ({ dtype, shape, values = '0 1 ...' }: GoldenCase): string =>
  `${dtype} [${shape.join(', ')}] of ${values.length > 40 ? `${values.slice(0, 40)}...` : values}`;
const rows = cases.map((c) => [label(c), c] as const);
const iota = (shape: number[], dtype = 'Int32'): ArrayView => ({ shape, dtype, get: (i) => i });

describe("str as NumPy's", () => {
  test.each(rows.filter(([, c]) => c.str !== undefined))('%s', (_, c) => {
    expect(numpyStr(viewOf(c))).toBe(c.str);
  });
  test('bfloat16 as the float32 array of its values', () => {
    for (const [, c] of rows.filter(([, { dtype }]) => dtype === 'BFloat16'))
      expect(numpyStr(viewOf(c))).toBe(numpyStr(viewOf({ ...c, dtype: 'Float32' })));
    expect(numpyStr({ shape: [2], dtype: 'BFloat16', get: (i) => [0.10009765625, 2.5][i] ?? 0 })).toBe(
      '[0.10009766 2.5       ]',
    );
  });
});

describe("repr as MindSpore's", () => {
  test.each(rows)('%s', (_, c) => {
    expect(tensorRepr(viewOf(c))).toBe(c.repr);
  });
});

test('the summary starts above 1000 elements', () => {
  for (const print of [numpyStr, tensorRepr]) {
    expect(print(iota([1000]))).not.toContain('...');
    expect(print(iota([1001]))).toContain('...');
  }
});

test.each([
  ['numpyStr', numpyStr],
  ['tensorRepr', tensorRepr],
] as const)('%s of a large array reads only the elements it shows', (_, print) => {
  const read = new Set<number>();
  const side = 10_000;
  print({ shape: [side, side], dtype: 'Float32', get: (i) => (read.add(i), i) });
  const ends = [0, 1, 2, side - 3, side - 2, side - 1];
  expect([...read].sort((a, b) => a - b)).toEqual(ends.flatMap((row) => ends.map((column) => row * side + column)));
});

describe('C formats', () => {
  test.each([
    [0.1, ' 1.00000000e-01'],
    [-0, '-0.00000000e+00'],
    [1e100, '1.00000000e+100'],
    [-Infinity, '           -inf'],
    [NaN, '            nan'],
    // exactly halfway between two outputs: to the even digit, unlike toExponential
    [100000000.5, ' 1.00000000e+08'],
    [100000001.5, ' 1.00000002e+08'],
  ])('%%15.8e of %d', (x, text) => {
    expect(formatE(x, 15, 8)).toBe(text);
  });
  test('ties go to the even digit', () => {
    expect([1.5, 2.5, 3.5].map((x) => formatG(x, 1))).toEqual(['2', '2', '4']);
    expect([1.25, 1.75, -8.25, 99.5].map((x) => formatE(x, 0, 1))).toEqual([
      '1.2e+00',
      '1.8e+00',
      '-8.2e+00',
      '1.0e+02',
    ]);
    expect(formatE(2.5, 0, 0)).toBe('2e+00');
  });
  test.each([
    [0, '0'],
    [-0, '-0'],
    [100, '100'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [999999.5, '1e+06'],
    [123456.7, '123457'],
    [1234567, '1.23457e+06'],
    [-1.5e-7, '-1.5e-07'],
    [Infinity, 'inf'],
  ])('%%g of %d', (x, text) => {
    expect(formatG(x)).toBe(text);
  });
});

test('exact digits of the smallest double', () => {
  const { digits, exponent } = decimalDigits(5e-324, { count: 'total' });
  expect([digits.length, digits.slice(0, 12), digits.slice(-6), exponent]).toEqual([
    751,
    '494065645841',
    '265625',
    -324,
  ]);
});
