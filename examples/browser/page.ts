import { renderChart } from 'sporelet/train';
import { toMnist } from './digit.ts';
import type { FromWorker, State, ToWorker } from './messages.ts';
import { Pad } from './pad.ts';

/** One epoch of 60,000 images, 64 at a time. */
const STEPS = 938;
const CHART_MILLISECONDS = 250;

const element = (id: string) => document.getElementById(id)!;
const button = (id: string) => element(id) as HTMLButtonElement;
const show = (id: string, text: string) => void (element(id).textContent = text);
const percent = (share: number, digits: number) => `${(share * 100).toFixed(digits)} %`;

// ?device=CPU does not try the GPU; ?steps=100 trains for so long.
const query = new URLSearchParams(document.location.search);
const steps = Math.max(1, Number(query.get('steps') ?? STEPS) || STEPS);

const worker = new Worker(new URL('worker.js', document.baseURI), { type: 'module' });
const tell = (message: ToWorker) => worker.postMessage(message);

const fail = (message: string) => {
  show('error', message);
  element('error').hidden = false;
};

function showDevice({ device, threads, noGpu }: Extract<FromWorker, { kind: 'device' }>): void {
  if (device === 'GPU') return show('device', 'Runs on the GPU (WebGPU).');
  const text = [`Runs on the CPU (WebAssembly) with ${threads} ${threads === 1 ? 'thread' : 'threads'}.`];
  if (!crossOriginIsolated) {
    text.push('Threads need a page that is cross-origin isolated (headers COOP and COEP); this one is not.');
  }
  if (noGpu !== null) text.push(`No GPU: ${noGpu}`);
  show('device', text.join(' '));
}

const losses: number[] = [];
const chart = element('chart');
let chartDue = false;

function drawChart(): void {
  chartDue = false;
  const width = chart.clientWidth;
  const size = { width, height: Math.round(Math.max(220, width * 0.38)) };
  const series = [{ name: 'training loss', y: losses }];
  chart.innerHTML = renderChart(series, { ...size, xLabel: 'step', yLabel: 'loss' });
}

function drawChartSoon(): void {
  if (chartDue) return;
  chartDue = true;
  setTimeout(drawChart, CHART_MILLISECONDS);
}
window.addEventListener('resize', drawChartSoon);

function showSteps(added: readonly number[], perSecond: number): void {
  losses.push(...added);
  show('step', String(losses.length));
  show('loss', losses.at(-1)!.toFixed(4));
  if (perSecond > 0) show('speed', perSecond.toFixed(1));
  drawChartSoon();
}

let state: State = 'idle';
const states: Readonly<Record<State, string>> = {
  loading: 'Loading MNIST (11 MB) …',
  training: 'Training …',
  testing: 'Recognising the 10,000 test images …',
  idle: '',
};

function showState(now: State): void {
  state = now;
  show('state', states[now]);
  button('train').textContent = now === 'training' ? 'Stop' : losses.length > 0 ? 'Train more' : 'Train';
  button('train').disabled = now === 'loading' || now === 'testing';
  // What was drawn meanwhile may be seen in another light.
  if (now === 'idle') recognise();
}

button('train').addEventListener('click', () =>
  tell(state === 'training' ? { kind: 'stop' } : { kind: 'train', steps }),
);

const rows = Array.from({ length: 10 }, (_, digit) => {
  const row = document.createElement('li');
  const [name, bar, share] = ['name', 'bar', 'share'].map((className) => {
    const part = document.createElement('span');
    part.className = className;
    row.append(part);
    return part;
  });
  name!.textContent = String(digit);
  element('probabilities').append(row);
  return { bar: bar!, share: share! };
});

/** The label of the test image that the pad shows. */
let label: number | undefined;

function showProbabilities(values: readonly number[]): void {
  const best = values.indexOf(Math.max(...values));
  const truth = label === undefined ? '' : `, the label says ${label}`;
  show('answer', `It looks like ${best}: ${percent(values[best]!, 1)}${truth}`);
  rows.forEach(({ bar, share }, digit) => {
    bar.style.setProperty('--share', String(values[digit]));
    share.textContent = percent(values[digit]!, 1);
  });
}

function recognise(): void {
  const pixels = toMnist(pad.ink());
  if (pixels) tell({ kind: 'recognise', pixels });
}

const pad = new Pad(element('pad') as HTMLCanvasElement, () => {
  label = undefined;
  recognise();
});

function clear(): void {
  pad.clear();
  label = undefined;
  show('answer', 'Draw with mouse, pen or finger.');
  for (const { bar, share } of rows) {
    bar.style.removeProperty('--share');
    share.textContent = '';
  }
}
button('clear').addEventListener('click', clear);
button('sample').addEventListener('click', () => tell({ kind: 'sample' }));

async function showSample(pixels: Uint8Array, itsLabel: number): Promise<void> {
  await pad.show(pixels);
  label = itsLabel;
  recognise();
}

worker.addEventListener('message', ({ data: message }: MessageEvent<FromWorker>) => {
  switch (message.kind) {
    case 'device':
      return showDevice(message);
    case 'printed':
      return void element('printed').append(`${message.text}\n`);
    case 'state':
      return showState(message.state);
    case 'steps':
      return showSteps(message.losses, message.perSecond);
    case 'accuracy':
      return show('accuracy', percent(message.accuracy, 2));
    case 'probabilities':
      return showProbabilities(message.values);
    case 'sample':
      return void showSample(message.pixels, message.label);
    case 'failed':
      return fail(message.message);
  }
});
worker.addEventListener('error', ({ message }) => fail(message || 'The worker could not be started.'));

drawChart();
tell({ kind: 'start', device: query.get('device') });
tell({ kind: 'train', steps });
