import * as ms from 'sporelet';
import { Tensor, ops } from 'sporelet';
import { print, seconds, uniform } from './harness.ts';

ms.setThreads(1);
const tensor = (...shape: number[]) => new Tensor(uniform(shape.reduce((a, b) => a * b, 1), -1, 1, shape.length), { shape }); // prettier-ignore

// The five convolutions of a LeNet step: batch 64, 1x32x32 -> 6x28x28, 6x14x14 -> 16x10x10.
const [x1, w1, g1] = [tensor(64, 1, 32, 32), tensor(6, 1, 5, 5), tensor(64, 6, 28, 28)];
const [x2, w2, g2] = [tensor(64, 6, 14, 14), tensor(16, 6, 5, 5), tensor(64, 16, 10, 10)];
const conv1 = new ops.Conv2D(6, 5);
const conv2 = new ops.Conv2D(16, 5);
const weight1 = new ops.Conv2DBackpropFilter(6, 5);
const weight2 = new ops.Conv2DBackpropFilter(16, 5);
const input2 = new ops.Conv2DBackpropInput(16, 5);
const cases: readonly (readonly [string, () => Tensor])[] = [
  ['conv1-forward', () => conv1(x1, w1)],
  ['conv1-weight', () => weight1(g1, x1, w1.shape)],
  ['conv2-forward', () => conv2(x2, w2)],
  ['conv2-weight', () => weight2(g2, x2, w2.shape)],
  ['conv2-input', () => input2(g2, w2, x2.shape)],
];
const sums = new Array<number>(8).fill(0);
for (const [name, call] of cases) {
  const times = seconds(() => call().dispose()).map((t) => t * 1000);
  times.forEach((t, i) => (sums[i]! += t));
  print(name, 'ms', times);
}
print('conv-five', 'ms', sums, 'the sum of the above');
