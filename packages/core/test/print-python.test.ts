import { expect, test } from 'vitest';
import { pyRepr, pyStr } from '../src/print/python-repr.ts';

test.each([
  [true, 'True'],
  [null, 'None'],
  [undefined, 'None'],
  [3, '3'],
  [-0, '-0.0'],
  [2.5, '2.5'],
  [1e-5, '1e-05'],
  [0.0001, '0.0001'],
  [1234567890123456.8, '1234567890123456.8'],
  [2 ** 53, '9007199254740992.0'],
  [1e16, '1e+16'],
  [1e21, '1e+21'],
  [NaN, 'nan'],
  [-Infinity, '-inf'],
  [5n, '5'],
  [[], '[]'],
  [[1, [true, null], 'a'], "[1, [True, None], 'a']"],
  [{ a: 1, 'b c': [0.5] }, "{'a': 1, 'b c': [0.5]}"],
  [
    new Map<unknown, unknown>([
      ['x', 1],
      [2, {}],
    ]),
    "{'x': 1, 2: {}}",
  ],
  [new Set([1, 'a']), "{1, 'a'}"],
  [new Set(), 'set()'],
  [new TypeError("it's"), 'TypeError("it\'s")'],
  [Float32Array.of(0.1, 2), '[0.1 2. ]'],
  [BigInt64Array.of(-1n, 10n), '[-1 10]'],
  [new URL('https://example.org/'), 'https://example.org/'],
  [new (class Foo {})(), '<Foo object>'],
  [class Foo {}, "<class 'Foo'>"],
])('repr %#', (value, text) => {
  expect(pyRepr(value)).toBe(text);
});

test('strings are quoted and escaped as in Python', () => {
  const quoted: [string, string][] = [
    ['a', "'a'"],
    ["it's", `"it's"`],
    [`it's "x"`, `'it\\'s "x"'`],
    ['\\\n\r\t', `'\\\\\\n\\r\\t'`],
    ['\0\x7f\xa0', `'\\x00\\x7f\\xa0'`],
    ['\u2028\u200b\ud800', `'\\u2028\\u200b\\ud800'`],
    ['\u{e0001}', `'\\U000e0001'`],
    ['é中😀 ', `'é中😀 '`],
  ];
  for (const [value, text] of quoted) expect(pyRepr(value)).toBe(text);
});

test('tuples', () => {
  const isTuple = (v: readonly unknown[]): boolean => v.length !== 2;
  expect(pyRepr([[], [1], [1, 2], [1, 2, 3]], undefined, isTuple)).toBe('((), (1,), [1, 2], (1, 2, 3))');
});

test('a container within itself', () => {
  const list: unknown[] = [1];
  list.push(list, { list });
  expect(pyRepr(list)).toBe("[1, [...], {'list': [...]}]");
  const twice = [1];
  expect(pyRepr([twice, twice])).toBe('[[1], [1]]');
});

test('the hook is asked first, at every depth', () => {
  class Thing {}
  const hook = (v: unknown): string | undefined => (v instanceof Thing ? 'Thing()' : undefined);
  expect(pyRepr([new Thing(), { t: new Thing() }], hook)).toBe("[Thing(), {'t': Thing()}]");
  expect(pyStr(new Thing(), hook)).toBe('Thing()');
});

test('str leaves a string and a message bare', () => {
  expect(pyStr("it's\n")).toBe("it's\n");
  expect(pyStr(new RangeError('too far'))).toBe('too far');
  expect(pyStr(['a'])).toBe("['a']");
  expect(pyStr(0.1 + 0.2)).toBe('0.30000000000000004');
});
