import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import * as ms from 'sporelet';
import type { Tensor } from 'sporelet';
import { currentDevice, jit, trace } from 'sporelet';
import type { ProgramReport } from '@sporelet/ir';
import { LeNet5 } from '../examples/lenet.ts';
import { trainingOf } from './training-step.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

afterEach(() => ms.setThreads(1));

it("the documentation's example prints the documentation's characters", () => {
  const printed = execFileSync(process.execPath, ['--import', 'tsx', 'examples/apply-proximal-adagrad.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(printed).toBe(`(Tensor(shape=[2, 2], dtype=Float32, value=
[[ 5.96388459e-01,  3.92964751e-01],
 [ 9.78178233e-02,  4.92815793e-01]]), Tensor(shape=[2, 2], dtype=Float32, value=
[[ 6.90000057e-01,  9.90000010e-01],
 [ 2.10000008e-01,  1.24000001e+00]]))
`);
});

/** A LeNet and its training step on fixed data. */
function training(seed: number, batch = 16) {
  const made = trainingOf(seed, () => new LeNet5(), batch, 0.05);
  const { network } = made;
  const weights = () => network.trainableParams().map((p) => [...p.asnumpy().data].join());
  return { ...made, weights };
}

it('two runs with one seed are bit-equal, another seed is another run', () => {
  const run = (seed: number) => {
    const t = training(seed);
    for (let i = 0; i < 3; i++) t.step(t.image, t.label);
    return t.weights();
  };
  const first = run(7);
  expect(run(7)).toEqual(first);
  expect(run(8)).not.toEqual(first);
});

it('results do not depend on the number of threads', () => {
  const run = (threads: number) => {
    ms.setThreads(threads);
    const t = training(3, 64);
    for (let i = 0; i < 2; i++) t.step(t.image, t.label);
    return t.weights();
  };
  expect(run(2)).toEqual(run(1));
});

it('the loss falls', () => {
  const t = training(1);
  const first = t.step(t.image, t.label).item();
  let last = first;
  for (let i = 0; i < 100; i++) last = t.step(t.image, t.label).item();
  expect(last).toBeLessThan(first * 0.7);
});

it('a whole training step is traced to a graph, which replays to the bits of eager mode', () => {
  const traced = training(5);
  const eager = training(5);
  const graph = trace(traced.step, traced.image, traced.label);
  const text = String(graph);
  for (const op of ['Conv2D', 'MaxPool', 'MatMul', 'Conv2DBackpropFilter', 'ApplyMomentum']) expect(text).toContain(op);
  // Tracing computes nothing: the weights are as they were.
  expect(traced.weights()).toEqual(eager.weights());
  for (let i = 0; i < 3; i++) {
    const loss = graph.run([traced.image, traced.label]) as Tensor;
    expect(loss.item()).toBe(eager.step(eager.image, eager.label).item());
    expect(traced.weights()).toEqual(eager.weights());
  }
});

it('a compiled training step gives the bits of eager mode, on any number of threads', () => {
  const run = (threads: number, compiled: boolean) => {
    ms.setThreads(threads);
    const t = training(5, 64);
    const step = compiled ? jit(t.step) : t.step;
    const losses = Array.from({ length: 3 }, () => step(t.image, t.label).item());
    return { losses, weights: t.weights() };
  };
  const eager = run(1, false);
  expect(run(1, true)).toEqual(eager);
  expect(run(2, true)).toEqual(eager);
});

it('the intermediates of a compiled step take little more than what lives at one time', () => {
  const device = currentDevice();
  const reports: ProgramReport[] = [];
  device.observer = { program: (report) => void reports.push(report) };
  try {
    const t = training(5, 64);
    jit(t.step)(t.image, t.label);
  } finally {
    device.observer = null;
  }
  const [report] = reports;
  const { live, memory, kernels } = report!;
  expect(reports).toHaveLength(1);
  expect(memory.bytes).toBeLessThanOrEqual(1.25 * live);
  expect(kernels.length).toBeLessThan(50);
});
