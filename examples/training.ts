import * as ms from 'sporelet';
import type { Tensor } from 'sporelet';
import { dataset, nn } from 'sporelet';
import type { LeNet5 } from './lenet.ts';

// What the demo and the browser example have in common: MNIST in batches, and LeNet's training step.

/** Mean and standard deviation of MNIST's pixels, from 0 to 1. */
export const [MEAN, DEVIATION] = [0.1307, 0.3081];

export type Batches = dataset.Dataset<'image' | 'label'>;

/** Images as normalized floats by channel, 64 at a time. */
export function batches(images: dataset.MnistDataset): Batches {
  const { Rescale, Normalize, HWC2CHW } = dataset.vision;
  return images
    .map([new Rescale(1 / 255, 0), new Normalize([MEAN], [DEVIATION]), new HWC2CHW()], 'image')
    .map(new dataset.transforms.TypeCast(ms.int32), 'label')
    .batch(64);
}

const hits = (logits: Tensor, label: Tensor) => logits.argmax(1).equal(label).astype(ms.float32).sum();

/** A step gives the loss and how many images of the batch were recognised before it. */
export function trainingStep(network: LeNet5) {
  const lossFn = new nn.CrossEntropyLoss();
  const optimizer = new nn.Momentum(network.trainableParams(), 0.02, 0.9);
  const forward = (image: Tensor, label: Tensor) => {
    const logits = network(image);
    return ms.tuple(lossFn(logits, label), logits);
  };
  const gradFn = ms.valueAndGrad(forward, null, optimizer.parameters, true);
  // Graph mode: forward, backward and optimizer are one program, compiled when the first batch comes.
  return ms.jit((image: Tensor, label: Tensor) => {
    const [[loss, logits], grads] = gradFn(image, label);
    optimizer(grads);
    return ms.tuple(loss, hits(logits, label));
  });
}

/** The share of a dataset's images that the network recognises. */
export async function evaluate(network: LeNet5, data: Batches): Promise<number> {
  ms.jit(network);
  network.setTrain(false);
  // The count stays on the device until all is done: a GPU is waited for once.
  let correct = ms.ops.zeros([], ms.float32);
  let total = 0;
  for await (const [image, label] of data) {
    correct = correct.add(hits(network(image), label));
    total += label.shape[0];
  }
  return Number((await correct.data()).data[0]) / total;
}
