import * as ms from 'sporelet';
import { Tensor, nn, tuple, valueAndGrad } from 'sporelet';
import { LeNet5 } from '../examples/lenet.ts';
import { print, seconds, uniform } from './harness.ts';

// One step of training as examples/demo.ts does it: batch 64 of 1x28x28, eager.
for (const threads of [1, 2]) {
  ms.setThreads(threads);
  ms.setSeed(1);
  const network = new LeNet5();
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.Momentum(network.trainableParams(), 0.01, 0.9);
  const forward = (image: Tensor, label: Tensor) => {
    const logits = network(image);
    return tuple(lossFn(logits, label), logits);
  };
  const gradFn = valueAndGrad(forward, null, optimizer.parameters, true);
  const image = new Tensor(uniform(64 * 784, -1, 1), { shape: [64, 1, 28, 28] });
  const label = new Tensor(Int32Array.from({ length: 64 }, (_, i) => i % 10));
  const times = seconds(() => {
    const [, grads] = gradFn(image, label);
    optimizer(grads);
  });
  print(`lenet-train${threads > 1 ? '-2t' : ''}`, 'steps/s', times.map((t) => 1 / t)); // prettier-ignore
}
