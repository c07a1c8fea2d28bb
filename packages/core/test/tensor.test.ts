import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  RuntimeError,
  ValueError,
  bfloat16,
  bool,
  complex64,
  float16,
  float32,
  float64,
  int32,
  int64,
  int8,
  uint16,
  uint8,
} from '@sporelet/ir';
import { NdArray, Parameter, Tensor, Tuple, repr, shapeOf, str, tensor, tuple } from '../src/index.ts';
import { add, reshape } from './test-ops.ts';

describe('what a tensor is made of', () => {
  test('the Float16Array of newer engines', () => {
    // As the engine's own: the bits are those of the memory form.
    class Halves extends Uint16Array {
      override get [Symbol.toStringTag](): 'Uint16Array' {
        return 'Float16Array' as 'Uint16Array';
      }
    }
    const t = new Tensor(new Halves([0x3e00, 0xc000]));
    expect(t.dtype).toBe(float16);
    expect(t.tolist()).toEqual([1.5, -2]);
    expect(new Tensor(new Halves([0x3e00]), int32).tolist()).toEqual([1]);
  });
  test('complex tensors are refused by name', () => {
    expect(() => new Tensor([1, 2], complex64)).toThrow(/For 'Tensor', tensors of Complex64 are not supported yet/);
    expect(() => new Tensor(new Float32Array(2), complex64)).toThrow(/Complex64/);
  });
  test.each([
    [1, float32, []],
    [1.5, float32, []],
    [2n, int64, []],
    [true, bool, []],
    [[], float32, [0]],
    [[[], []], float32, [2, 0]],
    [[1, 2], float32, [2]],
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      float32,
      [2, 3],
    ],
    [[1n, 2n], int64, [2]],
    [[true, false], bool, [2]],
    [[true, 2], float32, [2]],
    [[new Tensor(1), new Tensor(2)], float32, [2]],
    [new Float64Array(2), float64, [2]],
    [new Uint8ClampedArray([300, 1]), uint8, [2]],
    [new Uint16Array(2), uint16, [2]],
    [new BigInt64Array(2), int64, [2]],
    [new Int8Array(2), int8, [2]],
  ] as const)('%#', (data, dtype, shape) => {
    const t = new Tensor(data);
    expect(t.dtype).toBe(dtype);
    expect([...t.shape]).toEqual(shape);
  });
  test('by position, with options, by name', () => {
    const want = [
      [1, 2],
      [3, 4],
    ];
    expect(new Tensor([1, 2, 3, 4], int32, [2, 2]).tolist()).toEqual(want);
    expect(new Tensor(Int32Array.from([1, 2, 3, 4]), { shape: [2, 2] }).tolist()).toEqual(want);
    expect(new Tensor({ inputData: want, dtype: int32 }).tolist()).toEqual(want);
    expect(new Tensor({ data: want, dtype: int32 }).dtype).toBe(int32);
    expect(tensor(want, { dtype: int64 }).tolist()).toEqual([
      [1n, 2n],
      [3n, 4n],
    ]);
    expect(new Tensor([7], { shape: 1 }).shape).toEqual([1]);
  });
  test('conversion: fractions are cut, integers wrap, anything but zero is true', () => {
    expect(new Tensor([1.9, -1.9, 300, -129], int8).tolist()).toEqual([1, -1, 44, 127]);
    expect(new Tensor([2 ** 40, -1.5], int64).tolist()).toEqual([1099511627776n, -1n]);
    expect(new Tensor([0, 0.5, NaN], bool).tolist()).toEqual([false, true, true]);
    expect(new Tensor([1n, -1n], uint8).tolist()).toEqual([1, 255]);
    expect(new Tensor([65504, 65520, 1e-8, 1 / 3], float16).tolist()).toEqual([65504, Infinity, 0, 0.333251953125]);
    expect(new Tensor([1.00390625, 3.39e38, 3.4e38], bfloat16).tolist()).toEqual([1, 255 * 2 ** 120, Infinity]);
    expect(new Tensor(Float64Array.from([0.1]), float32).tolist()).toEqual([Math.fround(0.1)]);
    expect(new Tensor([1n, 2], float32).tolist()).toEqual([1, 2]);
  });
  test('a Uint16Array is the bits of a half type when the dtype says so', () => {
    expect(new Tensor(Uint16Array.from([0x3c00, 0xfc00]), float16).tolist()).toEqual([1, -Infinity]);
    expect(new Tensor(Uint16Array.from([0x3f80]), bfloat16).tolist()).toEqual([1]);
    expect(new Tensor(Uint16Array.from([3]), float32).tolist()).toEqual([3]);
  });
  test('another tensor, with another dtype or shape; a copy of an NdArray', () => {
    const x = new Tensor([1.5, 2.5]);
    expect(new Tensor(x).tolist()).toEqual([1.5, 2.5]);
    expect(new Tensor(x, int32).tolist()).toEqual([1, 2]);
    expect(new Tensor(x, undefined, [2, 1]).tolist()).toEqual([[1.5], [2.5]]);
    const array = x.asnumpy();
    const copy = Tensor.fromNumpy(array);
    array.data[0] = 9;
    expect(copy.tolist()).toEqual([1.5, 2.5]);
    expect(new Tensor(new NdArray(Int32Array.from([1, 2]), [2], int32), float32).dtype).toBe(float32);
  });
  test.each([
    [[[1, 2], [3]], TypeError, 'ragged: 2 elements are expected at [1], but got 1'],
    [[1, [2]], TypeError, 'ragged: there is an array where a number is expected at [1]'],
    [[[1], 2], TypeError, 'ragged: 1 elements are expected at [1], but got 2'],
    [[1, 2n], TypeError, 'numbers and bigints cannot be mixed without a dtype: number at [0], bigint at [1]'],
    [[1, 'a'], TypeError, "the elements must be numbers, bigints or booleans, but got 'a' at [1]"],
    [[1, undefined], TypeError, 'but got undefined at [1]'],
    ['abc', TypeError, 'the data must be a Tensor, number'],
    [{ data: [1], dtype: 'float32' }, TypeError, "the 'dtype' must be a dtype, but got 'float32'"],
    [{ data: [1, 2], shape: [3] }, ValueError, '2 elements do not fill the shape (3,) of 3 elements'],
    [{ data: new Float32Array(2), shape: [3] }, ValueError, '2 elements do not fill'],
    [{ data: [1], shape: [-1] }, ValueError, "the 'shape' must not be negative"],
    [{ data: [1], shape: 'a' }, TypeError, "the 'shape' must be an int or a tuple of ints"],
    [{ date: [1] }, TypeError, "there is no argument 'date'; did you mean 'data'?"],
    [new DataView(new ArrayBuffer(4)), TypeError, 'the data must be'],
  ])('refused: %#', (data, error, text) => {
    expect(() => new Tensor(data as never)).toThrow(error);
    expect(() => new Tensor(data as never)).toThrow(text);
  });
});

describe('attributes', () => {
  test('mT exchanges the last two axes', () => {
    const t = new Tensor([[[1, 2, 3], [4, 5, 6]]]); // prettier-ignore
    expect(t.mT.tolist()).toEqual([[[1, 4], [2, 5], [3, 6]]]); // prettier-ignore
    expect(() => new Tensor([1, 2]).mT).toThrow(ValueError);
  });
  const x = new Tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    int32,
  );
  test('sizes', () => {
    expect([x.ndim, x.size, x.itemsize, x.nbytes, x.length]).toEqual([2, 6, 4, 24, 2]);
    expect(String(x.strides)).toBe('(12, 4)');
    expect(String(x.stride())).toBe('(3, 1)');
    expect(x.stride(-1)).toBe(1);
    expect(x.device).toBe('CPU');
    expect(() => new Tensor(1).length).toThrow(TypeError);
  });
  test('shape is a frozen Tuple', () => {
    expect(x.shape).toBeInstanceOf(Tuple);
    expect(`${String(x.shape)} ${String(new Tensor([1]).shape)} ${String(new Tensor(1).shape)}`).toBe('(2, 3) (1,) ()');
    const [rows, columns] = x.shape;
    expect(rows * columns).toBe(6);
    expect(() => (x.shape as number[]).push(1)).toThrow(TypeError);
  });
  test('item', () => {
    expect(new Tensor([[7]]).item()).toBe(7);
    expect(new Tensor(true).item()).toBe(1);
    expect(x.item(-1)).toBe(6);
    expect(new Tensor(2n ** 53n - 1n).item()).toBe(2 ** 53 - 1);
    expect(() => new Tensor(2n ** 53n).item()).toThrow(/beyond 2\^53.*x\.data\(\)/);
    expect(() => x.item()).toThrow("For 'item', the tensor must have one element, but got shape (2, 3).");
    expect(() => x.item(6)).toThrow(ValueError);
  });
  test('elements', async () => {
    const array = x.asnumpy();
    expect(array.data).toEqual(Int32Array.from([1, 2, 3, 4, 5, 6]));
    expect([array.get(1, -1), array.at(0), [...array][3]]).toEqual([6, 1, 4]);
    expect(() => array.get(2, 0)).toThrow('index 2 is out of range for axis 0 of size 2');
    expect((await x.data()).tolist()).toEqual(x.tolist());
    const half = new Tensor([1.5, -2], float16).asnumpy();
    expect([half.data, half.toFloat32(), half.tolist()]).toEqual([
      Uint16Array.from([0x3e00, 0xc000]),
      Float32Array.from([1.5, -2]),
      [1.5, -2],
    ]);
    array.data[0] = 100;
    expect(x.item(0)).toBe(1);
  });
});

describe('text', () => {
  const x = new Tensor([1, 2.5]);
  test('str, repr, inspect, JSON, templates', () => {
    expect(`${String(x)}|${str(x)}`).toBe('[1.  2.5]|[1.  2.5]');
    const text = 'Tensor(shape=[2], dtype=Float32, value= [ 1.00000000e+00,  2.50000000e+00])';
    expect(repr(x)).toBe(text);
    expect(inspect(x)).toBe(text);
    expect(JSON.stringify({ x })).toBe('{"x":[1,2.5]}');
    expect(repr(tuple(x, 1))).toBe(`(${text}, 1)`);
  });
  test('a tensor is no number', () => {
    const y = x as unknown as number;
    expect(() => y > 1).toThrow(/use x\.item\(\).*x\.add\(y\)/);
    expect(() => y + 1).toThrow(TypeError);
    expect(() => Number(y)).toThrow(TypeError);
  });
});

describe('memory', () => {
  test('a disposed tensor cannot be used; one that shares its elements stays', () => {
    const x = new Tensor([1, 2]);
    const y = reshape(x, [2, 1]);
    x.dispose();
    expect(() => x.shape).toThrow(RuntimeError);
    expect(y.tolist()).toEqual([[1], [2]]);
    {
      using z = new Tensor([1]);
      expect(add(z, 1).tolist()).toEqual([2]);
    }
    y.dispose();
    expect(() => add(y, 1)).toThrow('This tensor was disposed.');
    expect([String(y), inspect(y)]).toEqual(['Tensor(<disposed>)', 'Tensor(<disposed>)']);
  });
});

describe('Tuple', () => {
  test('prints in parentheses, is an array, derives plain arrays', () => {
    const t = tuple(1, [2, true], 'a');
    expect(String(t)).toBe("(1, [2, True], 'a')");
    expect(inspect(tuple(1))).toBe('(1,)');
    expect(Array.isArray(t)).toBe(true);
    expect(t.map((v) => v)).not.toBeInstanceOf(Tuple);
    expect(JSON.stringify(t)).toBe('[1,[2,true],"a"]');
    expect(shapeOf([3])).toHaveLength(1);
    expect(shapeOf(shapeOf([2, 3]))).toEqual([2, 3]);
  });
});

describe('Parameter', () => {
  test('names, flags and text', () => {
    const p = new Parameter([1, 2], ' w ', false);
    expect(p.name).toBe('w');
    expect(p.requiresGrad).toBe(false);
    expect(String(p)).toBe('Parameter (name=w, shape=(2,), dtype=Float32, requires_grad=False)');
    expect(repr([new Parameter(1)])).toBe('[Parameter (name=Parameter, shape=(), dtype=Float32, requires_grad=True)]');
    expect(new Parameter({ defaultInput: [1], name: 'b', requiresGrad: true }).name).toBe('b');
    expect(new Parameter(1n).dtype).toBe(int64);
    expect(p).toBeInstanceOf(Tensor);
    expect(String(p.value())).toBe('[1. 2.]');
    expect(String(add(p, 0))).toBe('[1. 2.]');
    expect(String(p.at(':1'))).toBe('[1.]');
  });
  test.each([
    [[true], ValueError, "the 'defaultInput' must not be a bool"],
    [['abc'], TypeError, 'the data must be a Tensor'],
    [[[1], 3], ValueError, "the 'name' must be a str or None, but got 3"],
    [[[1], 'a'.repeat(1025)], ValueError, '1025 letters'],
    [[[1], 'a', 1], TypeError, "the 'requiresGrad' must be a bool, but got 1"],
    [[], TypeError, "'defaultInput' is missing"],
  ])('refused: %#', (args, error, text) => {
    const make = (): Parameter => new (Parameter as unknown as new (...a: unknown[]) => Parameter)(...args);
    expect(make).toThrow(error);
    expect(make).toThrow(text);
  });
  test('setData', () => {
    const p = new Parameter([1, 2], 'p');
    expect(p.setData(new Tensor([3n, 4n]))).toBe(p);
    expect(p.dtype).toBe(float32);
    expect(p.tolist()).toEqual([3, 4]);
    const given = new Tensor([5, 6]);
    p.setData(given);
    p.setAt(0, 0);
    expect(given.tolist()).toEqual([5, 6]);
    expect(() => p.setData(new Tensor([1, 2, 3]))).toThrow(ValueError);
    expect(p.setData(new Tensor([1, 2, 3]), true).shape).toEqual([3]);
    expect(() => p.setData(new Tensor(Float64Array.from([1, 2, 3])))).toThrow(/cast it first/);
    expect(() => p.setData('a' as never)).toThrow(TypeError);
    const n = new Parameter(new Tensor([1], int32));
    expect(n.setData(7).tolist()).toEqual([7]);
    expect(() => n.setData(new Tensor([1.5]))).toThrow(TypeError);
    expect(() => n.setData(1.5)).toThrow(TypeError);
  });
  test('clones have elements and a life of their own', () => {
    const p = new Parameter([1, 2], 'p', false);
    const q = p.clone();
    expect([q.name, q.requiresGrad]).toEqual(['p', false]);
    p.setAt(0, 9);
    expect(q.tolist()).toEqual([1, 2]);
    expect(p.clone('zeros').tolist()).toEqual([0, 0]);
    expect(p.clone(3).tolist()).toEqual([3, 3]);
    expect(p.copy().tolist()).toEqual([9, 2]);
  });
});
