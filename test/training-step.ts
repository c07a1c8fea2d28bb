import * as ms from 'sporelet';
import { Tensor, nn, tuple, valueAndGrad } from 'sporelet';

interface Classifier extends nn.Cell {
  (image: Tensor): Tensor;
}

/** A network with its training step on a batch of made-up images. */
export function trainingOf<N extends Classifier>(seed: number, make: () => N, batch: number, learningRate: number) {
  ms.setSeed(seed);
  const network = make();
  network.setTrain();
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.Momentum(network.trainableParams(), learningRate, 0.9);
  const forward = (image: Tensor, label: Tensor) => {
    const logits = network(image);
    return tuple(lossFn(logits, label), logits);
  };
  const gradFn = valueAndGrad(forward, null, optimizer.parameters, true);
  const step = (image: Tensor, label: Tensor): Tensor => {
    const [[loss], grads] = gradFn(image, label);
    optimizer(grads);
    return loss;
  };
  const pixels = Float32Array.from({ length: batch * 784 }, (_, i) => Math.sin(i * 0.37) * Math.cos(i * 0.011));
  const image = new Tensor(pixels, { shape: [batch, 1, 28, 28] });
  const label = new Tensor(Int32Array.from({ length: batch }, (_, i) => i % 10));
  return { network, step, image, label };
}
