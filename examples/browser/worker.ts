// Everything that computes: the page stays free to draw.
import * as ms from 'sporelet';
import { Tensor, dataset, ops } from 'sporelet';
import { LeNet5 } from '../lenet.ts';
import { DEVIATION, MEAN, batches, evaluate, trainingStep } from '../training.ts';
import type { FromWorker, State, ToWorker } from './messages.ts';

const POST_MILLISECONDS = 100;

const post = (message: FromWorker): void => postMessage(message);
const state = (now: State): void => post({ kind: 'state', state: now });

// What is printed belongs on the page.
console.log = (...values: unknown[]) => post({ kind: 'printed', text: values.join(' ') });

/** The GPU where there is one, else the CPU; tells the page why. */
async function chooseDevice(wanted: string | null): Promise<void> {
  let noGpu: string | null = null;
  if (wanted === null) {
    try {
      await ms.setDevice('GPU');
    } catch (error) {
      noGpu = (error as Error).message;
    }
  } else {
    await ms.setDevice(wanted);
  }
  const device = ms.getContext('deviceTarget');
  post({ kind: 'device', device, threads: device === 'CPU' ? ms.getThreads() : 1, noGpu });
}

/** Made once the device is chosen: parameters are on it. */
function makeModel() {
  ms.setSeed(1);
  dataset.config.setSeed(1);
  const network = new LeNet5();
  // URLs beside the page; each file is fetched once, when first needed.
  const test = new dataset.MnistDataset('mnist', 'test', { shuffle: true });
  return {
    network,
    step: trainingStep(network),
    trainData: batches(new dataset.MnistDataset('mnist', 'train', { shuffle: true })),
    testData: batches(test),
    test,
    samples: test.createTupleIterator({ outputNumpy: true }),
  };
}
type Model = ReturnType<typeof makeModel>;

let stopped = false;

async function train({ network, step, trainData, testData }: Model, steps: number): Promise<void> {
  stopped = false;
  state('loading');
  await trainData.open();
  state('training');
  let losses: number[] = [];
  let done = 0;
  let [started, posted] = [0, 0];
  const report = async (loss: Tensor): Promise<void> => {
    losses.push(Number((await loss.data()).data[0]));
    const now = performance.now();
    // The first step compiles; the clock starts after it.
    if (done++ === 0) started = now;
    if (now - posted < POST_MILLISECONDS && done < steps) return;
    posted = now;
    post({ kind: 'steps', losses, perSecond: done > 1 ? ((done - 1) * 1000) / (now - started) : 0 });
    losses = [];
  };
  // A step's loss is waited for when the next step is under way, so that a GPU is never idle.
  let before = Promise.resolve();
  let begun = 0;
  while (begun < steps && !stopped) {
    for await (const [image, label] of trainData) {
      // A drawing may have been recognised meanwhile.
      network.setTrain(true);
      const [loss] = step(image, label);
      await before;
      before = report(loss);
      if (++begun === steps || stopped) break;
    }
  }
  await before;
  state('testing');
  await testData.open();
  post({ kind: 'accuracy', accuracy: await evaluate(network, testData) });
  state('idle');
}

async function recognise({ network }: Model, pixels: Float32Array): Promise<void> {
  const image = new Tensor(pixels, { shape: [1, 1, 28, 28] }).sub(MEAN).div(DEVIATION);
  network.setTrain(false);
  const { data } = await ops.softmax(network(image), -1).data();
  post({ kind: 'probabilities', values: Array.from(data, Number) });
}

async function sample({ test, samples }: Model): Promise<void> {
  await test.open();
  const row = samples.next();
  const [image, label] = row.done ? samples.next().value : row.value;
  post({ kind: 'sample', pixels: Uint8Array.from(image.data, Number), label: Number(label.data[0]) });
}

let model: Promise<Model> | undefined;

async function start(device: string | null): Promise<Model> {
  await chooseDevice(device);
  await import('../apply-proximal-adagrad.ts');
  return makeModel();
}

async function answer(message: ToWorker): Promise<void> {
  if (message.kind === 'start') model = start(message.device);
  const made = await model!;
  if (message.kind === 'train') await train(made, message.steps);
  if (message.kind === 'stop') stopped = true;
  if (message.kind === 'recognise') await recognise(made, message.pixels);
  if (message.kind === 'sample') await sample(made);
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  answer(data).catch((error: unknown) => post({ kind: 'failed', message: String(error) }));
});
