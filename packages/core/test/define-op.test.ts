import { afterEach, describe, expect, test } from 'vitest';
import { IndexError, RuntimeError, ValueError, float32, float64, int32 } from '@sporelet/ir';
import { Parameter, Tensor, Tuple, defineOp, attr, installMethods, opByName, registerDevice, registeredOps, repr, setPathResolver } from '../src/index.ts'; // prettier-ignore
import type { Expr } from '@sporelet/ir';
import type { Op, Operand } from '../src/index.ts';
import { InterpreterDevice } from './interpreter-device.ts';
import {
  add,
  applyStep,
  cast,
  concat,
  device,
  exp,
  gatherNd,
  less,
  mul,
  scaleShift,
  sort,
  square,
  sum,
} from './test-ops.ts';

const x = new Tensor([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('arguments', () => {
  test('attributes may stand between inputs', () => {
    const mixed: Op<(a: Tensor, times: number, b: Tensor, plus?: number) => Tensor, new (plus?: number) => (a: Tensor, times: number, b: Tensor) => Tensor> = defineOp({
      name: 'Mixed',
      sig: 'a:T, times, b:T ; plus -> T',
      doc: 'a · times + b + plus.',
      attrs: { times: attr.int(), plus: attr.int(0) },
      each: ({ a, b }, { times, plus }) => a.mul(times).add(b).add(plus),
      grad: null,
    }); // prettier-ignore
    const [a, b] = [new Tensor([1, 2]), new Tensor([10, 20])];
    expect(mixed(a, 3, b, 100).tolist()).toEqual([113, 126]);
    expect(new mixed.Primitive(100)(a, 3, b).tolist()).toEqual([113, 126]);
    const call = mixed as (...args: unknown[]) => Tensor;
    expect(call({ b, a, times: 3 }).tolist()).toEqual([13, 26]);
    expect(call(a, { times: 3, b }).tolist()).toEqual([13, 26]);
    expect(() => call()).toThrow("For 'Mixed', the argument 'a' is missing.");
    expect(() => call(a, 3)).toThrow("For 'Mixed', the argument 'b' is missing.");
    expect(() => call(a, b, 3)).toThrow("For 'Mixed', the 'times' must be an int, but got Tensor[Float32].");
  });
  test('by position, by name at the end, all by name', () => {
    expect(sum(x, [1], true).tolist()).toEqual([[6], [15]]);
    expect((sum as (...a: unknown[]) => Tensor)(x, { axes: [1], keepDims: true }).tolist()).toEqual([[6], [15]]);
    expect((sum as (...a: unknown[]) => Tensor)({ x, axes: [0] }).tolist()).toEqual([5, 7, 9]);
    expect(sum(x).item()).toBe(21);
  });
  const call = sum as (...a: unknown[]) => Tensor;
  test.each([
    [[x, { axis: 0 }], TypeError, "For 'ReduceSum', there is no argument 'axis'; did you mean 'axes'?"],
    [[x, [0], { axes: [1] }], TypeError, "'axes' is given twice: by position and by name"],
    [[x, { axes: [1] }, true], TypeError, 'nothing may come after the options object'],
    [[x, [0], true, 1], TypeError, 'at most 3 arguments, but got 4'],
    [[], TypeError, "the argument 'x' is missing"],
    [[{ axes: [1] }], TypeError, "the argument 'x' is missing"],
    [['a'], TypeError, "the 'x' must be a Tensor or a number, but got 'a'"],
    [[x, 'a'], TypeError, "the 'axes' must be a tuple of ints, but got 'a'"],
    [[x, [0], 1], TypeError, "the 'keepDims' must be a bool, but got 1"],
  ])('%#', (args, error, text) => {
    expect(() => call(...args)).toThrow(error);
    expect(() => call(...args)).toThrow(text);
  });
  test('an optional input may be left out', () => {
    const v = new Tensor([1, 2]);
    expect(scaleShift(v, 3).tolist()).toEqual([3, 6]);
    expect(scaleShift(v, 3, null).tolist()).toEqual([3, 6]);
    expect(scaleShift(v, 3, new Tensor([10, 20])).tolist()).toEqual([13, 26]);
  });
  test('lists of tensors', () => {
    expect(concat([x, x], 1).shape).toEqual([2, 6]);
    expect(() => concat([])).toThrow(TypeError);
    expect(() => concat(x as never)).toThrow("the 'xs' must be a tuple or list of at least one Tensor");
  });
});

describe('primitives', () => {
  test('attributes in the constructor, inputs in the call', () => {
    const Sum = sum.Primitive;
    const keep = new Sum(true);
    expect(keep(x, [1]).tolist()).toEqual([[6], [15]]);
    expect(new Sum({ keepDims: true })(x, [1]).tolist()).toEqual([[6], [15]]);
    expect(String(keep)).toBe('Prim[ReduceSum]<keepDims=True>');
    expect(keep).toBeInstanceOf(Sum);
    expect(repr([new add.Primitive()])).toBe('[Prim[Add]<>]');
    expect(() => new Sum({ keepdims: true } as never)).toThrow(
      "there is no argument 'keepdims'; did you mean 'keepDims'?",
    );
    expect(() => new Sum('a' as never)).toThrow(TypeError);
    expect(() => (keep as (...a: unknown[]) => unknown)(x, [1], true)).toThrow(TypeError);
  });
  test('names and the registry', () => {
    expect(sum.name).toBe('sum');
    expect(scaleShift.name).toBe('scaleShift');
    expect(opByName('Add')).toBe(add);
    expect(registeredOps().get('Add')).toBe(add);
    expect(() => opByName('Ad')).toThrow("There is no op 'Ad'; did you mean 'Add'?");
  });
});

describe('results', () => {
  test('several outputs are a Tuple', () => {
    const out = sort(new Tensor([3, 1, 2]));
    expect(out).toBeInstanceOf(Tuple);
    expect(out.map((t) => t.tolist())).toEqual([
      [1, 2, 3],
      [1, 2, 0],
    ]);
    expect(out[1].dtype).toBe(int32);
  });
  test('a composite', () => {
    expect(square(new Tensor([3])).tolist()).toEqual([9]);
    expect(square(3).item()).toBe(9);
  });
  test('0-d, empty and broadcast', () => {
    expect(add(new Tensor(1), new Tensor(2)).item()).toBe(3);
    expect(add(new Tensor([]), 1).shape).toEqual([0]);
    expect(add(new Tensor(new Float32Array(0), { shape: [0, 3] }), new Tensor([1, 2, 3])).shape).toEqual([0, 3]);
    expect(sum(new Tensor([])).item()).toBe(0);
    expect(add(new Tensor([[1]]), new Tensor([1, 2])).tolist()).toEqual([[2, 3]]);
    expect(add(new Tensor([[1]]), new Tensor([1])).shape).toEqual([1, 1]);
  });
  test('equal shapes of any size share one kernel', () => {
    exp(new Tensor([1]));
    const before = device.compiled.length;
    exp(
      new Tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    exp(new Tensor(new Float32Array(1000)));
    expect(device.compiled.length).toBe(before);
  });
});

describe('errors', () => {
  test('dtypes and shapes, in MindSpore’s form', () => {
    const p = new Parameter([1, 2]);
    expect(() => applyStep(p, p, 0.1, new Tensor([1, 2], float64))).toThrow(TypeError);
    expect(() => applyStep(new Parameter(new Tensor([1, 2], float64)), p, 0.1, new Tensor([1, 2]))).toThrow(TypeError);
    expect(() => applyStep(new Parameter(Int32Array.from([1])), new Parameter(Int32Array.from([1])), 0.1, new Tensor(Int32Array.from([1])))).toThrow(
      "For 'ApplyStep', the dtype of 'variable' must be one of Float16, Float32, but got Int32.",
    ); // prettier-ignore
    expect(() => applyStep(p, new Parameter([1]), 0.1, p)).toThrow(ValueError);
    expect(() => applyStep(p, p, new Tensor([1]), p)).toThrow(
      "For 'ApplyStep', the 'lr' must be a number or a tensor of shape (), but got shape (1,).",
    );
    expect(() => applyStep(p, p, new Tensor(Int32Array.from([1]), { shape: [] }), p)).toThrow(
      "the dtype of 'lr' must be one of Float16, BFloat16, Float32, Float64, but got Int32",
    );
    expect(() => applyStep(new Tensor([1, 2]) as never, p, 0.1, p)).toThrow(
      "For 'ApplyStep', the input 1 'variable' must be a Parameter, but got Tensor[Float32].",
    );
    expect(() => add(new Tensor([1, 2]), new Tensor([1, 2, 3]))).toThrow(
      /For 'Add', the shapes of 'x', 'y' must broadcast .* but got \(2,\) and \(3,\)/,
    );
    expect(() => gatherNd(new Tensor([1, 2]), [new Tensor([1])])).toThrow(
      "the dtype of 'indices' must be one of Int32, Int64, but got Float32",
    );
  });
  test('an index out of range names the op', () => {
    const at = new Tensor(Int32Array.from([5]));
    expect(() => gatherNd(new Tensor([1, 2]), [at])).toThrow(IndexError);
    expect(() => gatherNd(new Tensor([1, 2]), [at])).toThrow(
      "For 'GatherNd', index 5 is out of range [-2, 2) for inputs of shapes (2,), (1,).",
    );
  });
  test('devices do not mix', () => {
    const other = new InterpreterDevice('OTHER');
    registerDevice('OTHER', () => other);
    const there = new Tensor([1, 2], { device: 'OTHER' });
    expect(there.device).toBe('OTHER');
    expect(add(there, 1).device).toBe('OTHER');
    expect(add(there, there).tolist()).toEqual([2, 4]);
    expect(() => add(new Tensor([1, 2]), there)).toThrow(RuntimeError);
    expect(() => add(new Tensor([1, 2]), there)).toThrow(
      "must be on the same device, but got CPU and OTHER: move one with x.to('CPU')",
    );
    expect(add(new Tensor([1, 2]), there.to('CPU')).tolist()).toEqual([2, 4]);
  });
  describe('in a cell', () => {
    afterEach(() => setPathResolver(() => ''));
    test('the place is told, once', () => {
      setPathResolver(() => 'net.fc1');
      const call = (): Tensor => square('a' as never);
      expect(call).toThrow(/got 'a'\. \(in net\.fc1\)$/);
      expect(() => add(new Tensor([1, 2]), new Tensor([1, 2, 3]))).toThrow(/\(in net\.fc1\)$/);
    });
  });
});

describe('declarations are checked, at their first use', () => {
  const useOf = (spec: object) => new (defineOp(spec as never).Primitive as new () => unknown)();
  const rest = { doc: '', each: ({ x }: { x: never }) => x };
  test.each([
    ['x:T', {}, "there must be one '->'"],
    ['x:T -> U', {}, "the output 'U' is not understood"],
    ['x:T -> &y', {}, "there is no writable input 'y'"],
    ['x:T, a -> T', {}, "'a' is neither an input nor an attribute"],
    ['x:T -> T', { attrs: { a: attr.int(1) } }, "the attribute 'a' is not in the signature"],
    ['x:T -> T', { routine: () => {} }, 'there must be one kernel form, but got each, routine'],
    ['x:T ; y:T -> T', {}, "the input 'y' comes after ';'"],
  ])('%s', (sig, more, text) => {
    expect(() => useOf({ name: `Bad ${text}`, sig, ...rest, ...more })).toThrow(text);
  });
  test('two of one name', () => {
    expect(() => defineOp({ name: 'Add', sig: 'x:T -> T', ...rest } as never)).toThrow("there are two ops 'Add'");
  });
});

test('methods are installed from functions', () => {
  installMethods({
    plusTwice: (x: Tensor, y: Operand) => add(add(x, y), y),
    pick: (x: Tensor, ...at: number[]) => x.at(...at),
  });
  const methods = x as Tensor & { plusTwice(y: number): Tensor; pick(...at: number[]): Tensor };
  expect(methods.plusTwice(1).at(0).tolist()).toEqual([3, 4, 5]);
  expect(methods.pick(1, 2).item()).toBe(6);
});

test('types: names come from the signature', () => {
  const op: Op<(x: Tensor) => Tensor> = defineOp({
    name: 'Typed',
    sig: 'x:T, k ; s -> T',
    doc: '',
    attrs: { k: attr.int(2), s: attr.oneOf(['a', 'b'], 'a') },
    each: ({ x }, { k, s }) => (s === 'a' ? x.mul(k) : x),
    grad: null,
  });
  expect(op(new Tensor([3])).tolist()).toEqual([6]);
  const wrong: Parameters<typeof defineOp<'x:T -> T', () => Tensor, unknown>>[0] = {
    name: '',
    sig: 'x:T -> T',
    doc: '',
    // @ts-expect-error: there is no input y
    each: ({ y }) => [y as Expr],
  };
  expect(wrong.name).toBe('');
  expect(cast(less(mul(x, 1), 3), float32).tolist()).toEqual([
    [1, 1, 0],
    [0, 0, 0],
  ]);
});
