import * as ms from 'sporelet';
import { Parameter, Tensor, ops } from 'sporelet';
import { print, seconds, uniform } from './harness.ts';

const N = 4_194_304;
ms.setThreads(1);
const x = new Tensor(uniform(N, -2, 2));
const y = new Tensor(uniform(N, 0.1, 2, 2));
const unary: readonly (readonly [string, () => Tensor])[] = [
  ['add', () => ops.add(x, y)],
  ['exp', () => ops.exp(x)],
  ['log', () => ops.log(y)],
  ['tanh', () => ops.tanh(x)],
  ['sigmoid', () => ops.sigmoid(x)],
  ['erf', () => ops.erf(x)],
  ['gelu', () => ops.gelu(x)],
  ['sum', () => ops.sum(x)],
];
for (const [name, call] of unary) {
  print(`elementwise-${name}-4m`, 'ms', seconds(() => call().dispose()).map((t) => t * 1000)); // prettier-ignore
}

const M = 10_000_000;
const op = new ops.ApplyProximalAdagrad();
const variable = new Parameter(new Tensor(uniform(M, -1, 1)), 'var');
const accum = new Parameter(new Tensor(uniform(M, 0.1, 1, 2)), 'accum');
const grad = new Tensor(uniform(M, -1, 1, 3));
for (const threads of [1, 2]) {
  ms.setThreads(threads);
  const times = seconds(() => void op(variable, accum, 0.01, 0.001, 0.001, grad));
  print(`proxadagrad-10m${threads > 1 ? '-2t' : ''}`, 'ms', times.map((t) => t * 1000)); // prettier-ignore
}
