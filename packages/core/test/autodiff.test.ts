import { describe, expect, test } from 'vitest';
import { RuntimeError, ValueError, float16, float32, float64, int32 } from '@sporelet/ir';
import { GradOperation, HookBackward, InsertGradientOf, Parameter, ParameterTuple, Tensor, Tuple, customGrad, getGrad, grad, jacfwd, jacrev, jvp, stopGradient, valueAndGrad, vjp } from '../src/index.ts'; // prettier-ignore
import { add, cast, concat, cos, exp, less, matmul, mul, noGradient, reshape, scaleShift, sin, sort, square, sub, sum, where } from './test-ops.ts'; // prettier-ignore

const x = new Tensor([1, 2]);
const y = new Tensor([3, 4]);
const w = new Parameter([2, 3], 'w');
const b = new Parameter([1, 1], 'b');
const f = (x: Tensor, y: Tensor): Tensor => add(mul(mul(x, y), w), b);
const f2 = (x: Tensor, y: Tensor): readonly [Tensor, Tensor] => [mul(mul(x, y), w), add(y, b)];
const list = (t: Tensor): number[] => [...t.asnumpy().toFloat64()];

/** The structure of a result: T for a tensor, parentheses for a Tuple. */
function shapeText(value: unknown): string {
  if (value instanceof Tensor) return value.ndim === 1 ? 'T' : `T${String(value.shape)}`;
  if (value instanceof Tuple) return `(${[...value].map(shapeText).join(' ')})`;
  return typeof value === 'function' ? 'fn' : String(value);
}
const dyn = (fn: unknown): ((...args: unknown[]) => (...args: unknown[]) => unknown) => fn as never;

// As MindSpore 2.10 answered for the same functions.
describe('structures', () => {
  test.each([
    [[f], 'T'],
    [[f, [0]], 'T'],
    [[f, [0, 1]], '(T T)'],
    [[f, null, w], 'T'],
    [[f, null, [w]], '(T)'],
    [[f, null, new ParameterTuple([w, b])], '(T T)'],
    [[f, 0, w], '(T T)'],
    [[f, 0, [w]], '(T (T))'],
    [[f, [0, 1], [w, b]], '((T T) (T T))'],
    [[f, 0, null, false, true], '(0 T)'],
    [[f, [0], null, false, true], '(0 T)'],
    [[f, [0, 1], null, false, true], '((0 T) (1 T))'],
    [[f, null, w, false, true], '(w T)'],
    [[f, null, [w], false, true], '((w T))'],
    [[f, 0, [w], false, true], '((0 T) ((w T)))'],
    [[f2, 0, null, true], '(T (T))'],
    [[f2, 0, null, true, true], '((0 T) (T))'],
    [[f2, null, [w], true], '((T) (T))'],
    [[f2], 'T'],
    [[f, { weights: w, gradPosition: null }], 'T'],
    [[f, 0, { weights: [w], returnIds: true }], '((0 T) ((w T)))'],
  ] as const)('grad %#', (args, text) => {
    expect(shapeText(dyn(grad)(...args)(x, y))).toBe(text);
  });
  test.each([
    [[f], '(T T)'],
    [[f2], '((T T) T)'],
    [[f2, 0, null, true], '((T T) T)'],
    [[f2, null, [w], true], '((T T) (T))'],
    [[f, [0, 1], w], '(T ((T T) T))'],
    [[f, 0, null, false, true], '(T (0 T))'],
  ] as const)('valueAndGrad %#', (args, text) => {
    expect(shapeText(dyn(valueAndGrad)(...args)(x, y))).toBe(text);
  });
  test.each([
    [{}, [], 'T'],
    [{ getAll: true }, [], '(T T)'],
    [{ getByList: true }, [[w, b]], '(T T)'],
    [{ getByList: true }, [[w]], '(T)'],
    [{ getByList: true }, [w], 'T'],
    [{ getAll: true, getByList: true }, [[w, b]], '((T T) (T T))'],
  ] as const)('GradOperation %#', (options, weights, text) => {
    const of = new GradOperation(options as never) as unknown as (...a: unknown[]) => (...a: unknown[]) => unknown;
    expect(shapeText(of(f, ...weights)(x, y))).toBe(text);
  });
  test('GradOperation: one input of all, sensitivities, the weights of a cell', () => {
    const all = new GradOperation(true)((x: Tensor) => mul(x, x))(x);
    expect(shapeText(all)).toBe('(T)');
    expect(list(new GradOperation({ sensParam: true })(f)(x, y, new Tensor([1, 10])))).toEqual([6, 120]);
    expect(list(new GradOperation({ sensParam: true })(f2)(x, y, [x, y]))).toEqual([6, 24]);
    const cell = Object.assign((x: Tensor) => mul(x, w), { trainableParams: () => [w] });
    expect(shapeText(new GradOperation({ getByList: true })(cell)(x))).toBe('(T)');
    expect(() => new GradOperation({ getByList: true })(f)).toThrow(ValueError);
    expect(() => new GradOperation({ getAll: 1 as never })).toThrow(TypeError);
    expect(new GradOperation()).toBeInstanceOf(GradOperation);
  });
  test('vjp', () => {
    const [, pull] = vjp(f, x, y);
    expect(shapeText(vjp(f, x, y))).toBe('(T fn)');
    expect(shapeText(pull(x))).toBe('(T T)');
    expect(shapeText(pull(x))).toBe('(T T)');
    expect(shapeText(vjp((x: Tensor) => mul(x, x), x)[1](x))).toBe('(T)');
    expect(shapeText(vjp(f2, x, y)[1](x, y))).toBe('(T T)');
    expect(shapeText(vjp(f, x, y, { weights: [w] })[1](x))).toBe('((T T) (T))');
    expect(shapeText(vjp(f, x, y, { weights: w })[1](x))).toBe('((T T) T)');
    expect(shapeText(vjp(f2, x, y, { hasAux: true }))).toBe('(T fn T)');
    expect(() => pull(x, y)).toThrow('1 gradients of outputs are needed, but got 2');
    expect(() => pull(new Tensor([1, 2, 3]))).toThrow('must have its shape (2,), but got (3,)');
  });
  test('jvp', () => {
    expect(shapeText(jvp(f, [x, y], [x, y]))).toBe('(T T)');
    expect(shapeText(jvp((x: Tensor) => mul(x, x), x, x))).toBe('(T T)');
    expect(shapeText(jvp(f2, [x, y], [x, y]))).toBe('((T T) (T T))');
    expect(shapeText(jvp(f2, [x, y], [x, y], true))).toBe('(T T T)');
    expect(list(jvp(f, [x, y], [x, y])[1])).toEqual([12, 48]);
    expect(() => jvp(f, [x, y], [x])).toThrow("'v' must have one direction per input, 2, but got 1");
    expect(() => jvp(f, [x, 1 as never], [x, x])).toThrow(TypeError);
  });
  const square22 = 'T(2, 2)';
  test.each([
    [[f], square22],
    [[f, [0]], square22],
    [[f, [0, 1]], `(${square22} ${square22})`],
    [[f2, 0], `(${square22} ${square22})`],
    [[f2, [0, 1]], `((${square22} ${square22}) (${square22} ${square22}))`],
    [[f2, 0, true], `(${square22} T)`],
  ] as const)('Jacobians %#', (args, text) => {
    const [reverse, forward] = [jacrev, jacfwd].map((j) => dyn(j)(...args)(x, y));
    expect([shapeText(reverse), shapeText(forward)]).toEqual([text, text]);
  });
  test('nested arguments and outputs', () => {
    const g = grad((xs: readonly Tensor[]) => [mul(xs[0]!, xs[1]!)])([x, y]);
    expect(shapeText(g)).toBe('(T T)');
    expect(list((g as unknown as readonly Tensor[])[0]!)).toEqual([3, 4]);
  });
  test('getGrad', () => {
    const all = grad(f, 0, [w], false, true)(x, y);
    expect(list(getGrad(all, 0))).toEqual([6, 12]);
    expect(list(getGrad(all, w))).toEqual([3, 8]);
    expect(list(getGrad(grad(f, null, w, false, true)(x, y), 'w'))).toEqual([3, 8]);
    expect(() => getGrad(all, 1)).toThrow(RuntimeError);
    expect(() => getGrad(all, b)).toThrow("there is no gradient for 'b'");
  });
});

describe('errors', () => {
  test('a function that returns nothing, or a Promise, is refused instead of having no gradient', () => {
    const x = new Tensor([1, 2]);
    const forgot = ((t: Tensor) => void t) as never;
    expect(() => grad(forgot)(x as never)).toThrow(/For 'grad', the function returned nothing/);
    expect(() => valueAndGrad(forgot)(x as never)).toThrow(/For 'valueAndGrad'.*returned nothing/);
    expect(() => vjp(forgot, x as never)).toThrow(/For 'vjp'.*returned nothing/);
    expect(() => grad((async (t: Tensor) => t) as never)(x as never)).toThrow(/For 'grad'.*must not be async/);
  });
  test.each([
    [[f, null, null], ValueError, "'gradPosition' and 'weights' cannot both be None"],
    [[f, [0, 0]], ValueError, 'duplicate positions'],
    [[f, -1], ValueError, 'must not be negative'],
    [[f, 'a'], TypeError, "must be an int or a tuple of ints, but got 'a'"],
    [[f, [0.5]], TypeError, 'must be ints, but got 0.5'],
    [[f, null, [x]], TypeError, "the 'weights' must be a Parameter or a list of Parameters, but got Tensor[Float32]"],
    [[f, 0, null, 1], TypeError, "the 'hasAux' must be a bool"],
    [[3], TypeError, "the 'fn' must be a function or a Cell, but got 3"],
    [[f, { gradPositions: 1 }], TypeError, "there is no argument 'gradPositions'; did you mean 'gradPosition'?"],
  ] as const)('%#', (args, error, text) => {
    expect(() => dyn(grad)(...args)).toThrow(error);
    expect(() => dyn(grad)(...args)).toThrow(text);
  });
  test('when called', () => {
    expect(() => grad(f, 5)(x, y)).toThrow(ValueError);
    expect(() => grad(f, 0, null, true)(x, y)).toThrow("'hasAux' needs a function of more than one output");
    expect(() => dyn(grad)((v: number) => v)(2)).toThrow('argument 0 must be a Tensor to have a gradient, but got 2');
    expect(() => grad((x: Tensor) => noGradient(x))(x)).toThrow("For 'NoGradient', there is no gradient");
  });
});

describe('values', () => {
  test('derivatives of sin to the third order', () => {
    const d1 = grad((x: Tensor) => sin(x));
    const d2 = grad(d1);
    const d3 = grad(d2);
    const at = new Tensor([0.3, 1.2], float64);
    [0.3, 1.2].forEach((v, i) => {
      expect(list(d1(at))[i]).toBeCloseTo(Math.cos(v), 14);
      expect(list(d2(at))[i]).toBeCloseTo(-Math.sin(v), 14);
      expect(list(d3(at))[i]).toBeCloseTo(-Math.cos(v), 14);
    });
  });
  test('a derivative inside a function that is differentiated', () => {
    // h(x) = x * (d/dy y^2 x at y = x) = 2 x^3.
    const h = (x: Tensor): Tensor => mul(x, grad((y: Tensor) => mul(mul(y, y), x))(x));
    expect(list(grad(h)(x))).toEqual([6, 24]);
  });
  test('broadcasting is undone, dtypes are those of the inputs', () => {
    const row = new Tensor([[1, 2, 3]], float16);
    const column = new Tensor([[1], [2]], float64);
    const [gr, gc] = grad((r: Tensor, c: Tensor) => mul(r, c), [0, 1])(row, column);
    expect([gr.tolist(), gr.dtype]).toEqual([[[3, 3, 3]], float16]);
    expect([gc.tolist(), gc.dtype]).toEqual([[[6], [6]], float64]);
    expect(grad((s: Tensor) => mul(s, new Tensor([1, 2, 3])))(new Tensor(2)).item()).toBe(6);
  });
  test('a tensor used often receives the sum', () => {
    expect(list(grad((x: Tensor) => add(add(x, x), mul(x, x)))(x))).toEqual([4, 6]);
  });
  test('what does not matter has zeros', () => {
    const [gx, gy] = grad((x: Tensor, _: Tensor) => x, [0, 1])(x, y);
    expect([list(gx), list(gy)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(list(grad((x: Tensor) => x, null, b)(x))).toEqual([0, 0]);
    expect(list(grad((x: Tensor) => cast(less(x, 2), float32))(x))).toEqual([0, 0]);
  });
  test('constants: integers, comparisons, stopGradient, numbers', () => {
    expect(list(grad((x: Tensor) => mul(stopGradient(x), x))(x))).toEqual([1, 2]);
    expect(list(grad((x: Tensor) => where(less(x, 1.5), mul(x, 3), x))(x))).toEqual([3, 1]);
    expect(list(grad((x: Tensor) => sum(mul(cast(x, int32), 2)))(x))).toEqual([0, 0]);
    expect(list(grad((x: Tensor) => stopGradient(x))(x))).toEqual([0, 0]);
    expect(stopGradient(w)).not.toBeInstanceOf(Parameter);
  });
  test('lists, several outputs, optional inputs, composites', () => {
    const g = grad((x: Tensor, y: Tensor) => mul(concat([x, y, x]), new Tensor([1, 2, 3, 4, 5, 6])), [0, 1])(x, y);
    expect(g.map(list)).toEqual([
      [6, 8],
      [3, 4],
    ]);
    expect(list(grad((x: Tensor) => mul(sort(x)[0], new Tensor([1, 10, 100])))(new Tensor([3, 1, 2])))).toEqual([
      100, 1, 10,
    ]);
    expect(list(grad((x: Tensor) => scaleShift(x, 3))(x))).toEqual([3, 3]);
    expect(list(grad((s: Tensor) => scaleShift(x, 3, s))(x))).toEqual([1, 1]);
    expect(list(grad((x: Tensor) => square(x))(x))).toEqual([2, 4]);
  });
  test('aux outputs do not contribute, and are constants', () => {
    const inner = (x: Tensor): readonly [Tensor, Tensor] => [mul(x, x), mul(x, 5)];
    const [g, [aux]] = grad(inner, 0, null, true)(x);
    expect([list(g), list(aux)]).toEqual([
      [2, 4],
      [5, 10],
    ]);
    const outer = (x: Tensor): Tensor => grad(inner, 0, null, true)(x)[1][0];
    expect(list(grad(outer)(x))).toEqual([0, 0]);
  });
  test('the gradient of weights behind a matmul, against differences', () => {
    const v = new Parameter(
      new Tensor(
        [
          [0.5, -1],
          [0.25, 2],
        ],
        float64,
      ),
      'v',
    );
    const data = new Tensor(
      [
        [1, 2],
        [-1, 0.5],
      ],
      float64,
    );
    const loss = (): Tensor => sum(sin(matmul(data, v)));
    const g = list(grad(loss, null, v)());
    const h = 1e-6;
    g.forEach((value, i) => {
      const at = (d: number): number => {
        const moved = list(v);
        moved[i]! += d;
        const old = v.value();
        v.setData(new Tensor(Float64Array.from(moved), { shape: [2, 2] }));
        const result = loss().item();
        v.setData(old);
        return result;
      };
      expect(value).toBeCloseTo((at(h) - at(-h)) / (2 * h), 8);
    });
  });
  test('Jacobians and Hessians', () => {
    const g = (x: Tensor): Tensor => mul(reshape(x, [2, 1]), sin(x));
    const [a, c] = [0.5, 2];
    const at = new Tensor([a, c], float64);
    const want = [
      [[Math.sin(a) + a * Math.cos(a), 0], [Math.sin(c), a * Math.cos(c)]],
      [[c * Math.cos(a), Math.sin(a)], [0, Math.sin(c) + c * Math.cos(c)]],
    ].flat(2); // prettier-ignore
    for (const j of [jacrev, jacfwd]) {
      expect(String(j(g)(at).shape)).toBe('(2, 2, 2)');
      list(j(g)(at)).forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 14));
    }
    const cubic = (x: Tensor): Tensor => sum(mul(mul(x, x), x));
    for (const h of [jacfwd(grad(cubic)), jacrev(jacfwd(cubic)), jacfwd(jacrev(cubic))]) {
      expect(h(x).tolist()).toEqual([
        [6, 0],
        [0, 12],
      ]);
    }
    expect(list(grad((x: Tensor) => jvp(cubic, x, y)[1])(x))).toEqual([18, 48]);
    expect(list(grad((x: Tensor) => vjp(cubic, x)[1](new Tensor(1))[0])(x))).toEqual([6, 12]);
  });
});

describe('gradients by hand', () => {
  const clipped = customGrad(
    (x: Tensor, k: number) => mul(x, k),
    (_x: Tensor, _k: number, _out: Tensor, dout: Tensor) => [mul(dout, 100), 0],
  );
  test('replace the derived ones', () => {
    expect(clipped(x, 3).tolist()).toEqual([3, 6]);
    expect(list(grad((x: Tensor) => clipped(mul(x, 2), 3))(x))).toEqual([200, 200]);
  });
  test('weights used inside receive none', () => {
    const g = customGrad(
      (x: Tensor) => mul(x, w),
      (_x: Tensor, _o: Tensor, d: Tensor) => d,
    );
    expect(list(grad((x: Tensor) => g(x), null, w)(x))).toEqual([0, 0]);
    expect(list(grad((x: Tensor) => g(x))(x))).toEqual([1, 1]);
  });
  test('are differentiated themselves', () => {
    const s = customGrad(
      (x: Tensor) => sin(x),
      (x: Tensor, _o: Tensor, d: Tensor) => [mul(d, cos(x))],
    );
    expect(list(grad(grad((x: Tensor) => s(x)))(x))[1]).toBeCloseTo(-Math.sin(2), 6);
  });
  test('several inputs and outputs', () => {
    const g = customGrad(
      (x: Tensor, y: Tensor) => [add(x, y), sub(x, y)] as const,
      (_x: Tensor, _y: Tensor, out: readonly Tensor[], [d0, d1]: readonly [Tensor, Tensor]) => [mul(d0, out[0]!), d1],
    );
    const [gx, gy] = grad((x: Tensor, y: Tensor) => g(x, y)[0], [0, 1])(x, y);
    expect([list(gx), list(gy)]).toEqual([
      [4, 6],
      [0, 0],
    ]);
  });
  test('are checked', () => {
    const short = customGrad(
      (x: Tensor, y: Tensor) => add(x, y),
      (_x: Tensor, _y: Tensor, _o: Tensor, d: Tensor) => [d],
    );
    expect(() => grad((x: Tensor) => short(x, y))(x)).toThrow(
      "'bprop' must return one gradient for each of 2 inputs, but got 1",
    );
    const wrong = customGrad(
      (x: Tensor) => exp(x),
      () => new Tensor([1, 2, 3]),
    );
    expect(() => grad((x: Tensor) => wrong(x))(x)).toThrow('must have its shape (2,), but got (3,)');
    expect(() => customGrad((x: Tensor) => x, 1 as never)).toThrow(TypeError);
  });
});

describe('hooks', () => {
  test('of a tensor see and replace its gradient', () => {
    const seen: unknown[] = [];
    const g = grad((x: Tensor) => {
      const y = mul(x, 2);
      y.registerHook((g) => void seen.push(g.tolist()));
      y.registerHook((g) => mul(g, 10));
      return add(mul(y, 3), y);
    })(x);
    expect(seen).toEqual([[4, 4]]);
    expect(list(g)).toEqual([80, 80]);
  });
  test('of a Parameter act in every walk until they are removed', () => {
    const p = new Parameter([1, 2], 'p');
    const handle = p.registerHook((g) => mul(g, -1));
    const gradient = grad((x: Tensor) => mul(x, p), null, p);
    expect(list(gradient(x))).toEqual([-1, -2]);
    handle.remove();
    expect(list(gradient(x))).toEqual([1, 2]);
    expect(() => p.registerHook(1 as never)).toThrow(TypeError);
  });
  test('HookBackward and InsertGradientOf', () => {
    const seen: string[] = [];
    const look = new HookBackward((gs) => void seen.push(shapeText(gs)));
    expect(list(grad((x: Tensor) => mul(look(x), 2))(x))).toEqual([2, 2]);
    expect(seen).toEqual(['(T)']);
    const change = new HookBackward(([g]) => mul(g, 5));
    expect(list(grad((x: Tensor) => mul(change(x), 2))(x))).toEqual([10, 10]);
    const insert = new InsertGradientOf((g) => mul(g, g));
    expect(list(grad((x: Tensor) => mul(insert(x), 3))(x))).toEqual([9, 9]);
    expect(insert(x).tolist()).toEqual([1, 2]);
    expect(insert).toBeInstanceOf(InsertGradientOf);
    expect(() => grad((x: Tensor) => new InsertGradientOf(() => 1 as never)(x))(x)).toThrow(TypeError);
  });
});

test('tensors kept from a finished transformation are ordinary tensors', () => {
  let kept = x;
  grad((x: Tensor) => (kept = mul(x, 2)))(x);
  expect(kept.tolist()).toEqual([2, 4]);
  expect(add(kept, 1).tolist()).toEqual([3, 5]);
});

test('types of results', () => {
  const a: Tensor = grad(f)(x, y);
  const c: readonly [Tensor, Tensor] = grad(f, [0, 1])(x, y);
  const [d, [e]] = grad(f, 0, [w])(x, y);
  const [[loss, logits], g] = valueAndGrad((x: Tensor) => [sum(x), x], null, [w], true)(x);
  const [, [aux]] = grad(f2, 0, null, true)(x, y);
  const [position, gradient]: readonly [0, Tensor] = grad(f, 0, null, false, true)(x, y);
  const named: readonly [Tensor, readonly Tensor[]] = grad(f, { weights: [w] })(x, y);
  const mixed: Tensor = grad(f, null, { weights: w })(x, y);
  const single: Tensor = valueAndGrad(f, null, w)(x, y)[1];
  expect(
    [a, c[0], d, e, loss, logits, g[0], aux, gradient, single, named[0], mixed].every((t) => t instanceof Tensor),
  ).toBe(true);
  expect(position).toBe(0);
  // @ts-expect-error: two arguments are expected
  expect(() => grad(f)(x)).toThrow();
});
