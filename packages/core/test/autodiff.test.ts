import { expect, test } from 'vitest';
import { grad, jacfwd, jacrev, jvp, valueAndGrad, vjp, vmap, Tensor } from '../src/index.ts';
import { add, mul, sin, sum, matmul } from './test-ops.ts';
const list = (t: Tensor) => t.asnumpy().toFloat64();
test('derivatives of sin to the third order', () => {
  const x = new Tensor([0.3, 1.2]);
  const d1 = grad((x: Tensor) => sin(x));
  const d2 = grad(d1);
  const d3 = grad(d2);
  [0.3, 1.2].forEach((v, i) => {
    expect(list(d1(x))[i]).toBeCloseTo(Math.cos(v), 6);
    expect(list(d2(x))[i]).toBeCloseTo(-Math.sin(v), 6);
    expect(list(d3(x))[i]).toBeCloseTo(-Math.cos(v), 6);
  });
});
test('quick others', () => {
  const x = new Tensor([1, 2, 3]);
  const f = (x: Tensor) => mul(mul(x, x), x);
  console.log(String(jacrev(f)(x)), String(jacfwd(f)(x)));
  console.log(String(jvp(f, x, x)[1]), String(vjp(f, x)[1](x)[0]));
  console.log(String(vmap(grad(f))(x)), String(vmap((a: Tensor, b: Tensor) => sum(mul(a, b)), [0, null])(new Tensor([[1, 2], [3, 4]]), new Tensor([1, 10]))));
  console.log(String(grad((x: Tensor, w: Tensor) => sum(vmap((r: Tensor) => mul(r, w))(x)), 1)(new Tensor([[1, 2], [3, 4]]), new Tensor([1, 10]))));
  console.log(String(valueAndGrad((x: Tensor) => [sum(x), x])(x)));
  console.log(String(jacfwd(grad(f))(x)), String(jacrev(jacfwd((x: Tensor) => sum(f(x))))(x)));
});
