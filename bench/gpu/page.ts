// Runs in the browser: trainings on sporelet's GPU and on jax-js's, step by step in turns.
import { counted } from './counts.ts';
import type { Counts } from './counts.ts';
import * as ms from 'sporelet';
import type { WebGpuDevice } from '@sporelet/device-webgpu';
import type { KernelInfo } from '@sporelet/ir';
import { trainings } from '../peers/jaxjs-training.ts';
import type { Jax } from '../peers/jaxjs-training.ts';
import { momentumSteps } from '../peers/networks.ts';
import type { Asked, BenchPage, KernelTime, Library, Measured, MeasuredWorkload, Workload } from './measured.ts';

/** Steps whose kernels are timed one by one. */
const PROFILED = 3;

type Step = () => Promise<number>;
interface Runner {
  readonly step: Step;
  /** Times of the dispatches of what is run. */
  profile(run: () => Promise<void>): Promise<readonly { readonly name: string; readonly ms: number }[]>;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function sporeletStep(workload: Workload): Step {
  const step = momentumSteps[workload]();
  return async () => Number((await step().data()).data[0]);
}

async function sporelet(workload: Workload): Promise<Runner> {
  await ms.setDevice('GPU');
  const device = ms.deviceByName('GPU') as WebGpuDevice;
  return {
    step: sporeletStep(workload),
    async profile(run) {
      const found: { name: string; ms: number }[] = [];
      const kernel = (info: KernelInfo, start: number, end: number) => void found.push({ name: ownName(info), ms: end - start }); // prettier-ignore
      device.observer = { kernel };
      await run();
      await pause(200);
      device.observer = null;
      return found;
    },
  };
}

const millions = (operations: number): string => `${Math.round(operations / 1e6)} M operations`;

function ownName({ name, path, operations }: KernelInfo): string {
  const cell = path.replace(/^TrainOneStepCell\.(network\.)?(_backbone\.)?/, '');
  return `${name.replaceAll(' | ', ', ')}${cell ? ` of ${cell}` : ''}${operations >= 1e6 ? `, ${millions(operations)}` : ''}`;
}

async function jaxjs(workload: Workload, url: string): Promise<Runner> {
  const jax = (await import(url)) as Jax;
  await jax.init('webgpu');
  jax.defaultDevice('webgpu');
  return {
    step: trainings(jax).momentumSteps[workload](),
    async profile(run) {
      performance.clearMeasures();
      jax.profiler.startTrace();
      await run();
      jax.profiler.stopTrace();
      await pause(200);
      return performance
        .getEntriesByType('measure')
        .flatMap((e) => nameOf(e as PerformanceMeasure).map((name) => ({ name, ms: e.duration })));
    },
  };
}

/** What a kernel of jax-js is: how many elements, each of how many terms. Entries that are not the GPU's have no name. */
function nameOf({ detail }: PerformanceMeasure): string[] {
  const { devtools } = detail as { devtools?: { track: string; properties: readonly (readonly [string, string])[] } };
  if (devtools?.track !== 'webgpu') return [];
  const properties = new Map(devtools.properties);
  const size = Number(properties.get('size'));
  const [operation, terms] = (properties.get('reduction') ?? '').split(':');
  const elements = `${size.toLocaleString('en')} elements`;
  if (!operation) return [elements];
  const sum = `${elements}, each ${operation} of ${Number(terms).toLocaleString('en')}`;
  return [operation === 'Add' && size * Number(terms) >= 5e5 ? `${sum}, ${millions(2 * size * Number(terms))}` : sum];
}

/** Kernels of a step by name, slowest first. */
function byName(found: readonly { readonly name: string; readonly ms: number }[], steps: number): KernelTime[] {
  const sums = new Map<string, { name: string; dispatches: number; ms: number }>();
  for (const { name, ms: time } of found) {
    const sum = sums.get(name) ?? { name, dispatches: 0, ms: 0 };
    sums.set(name, sum);
    sum.dispatches++;
    sum.ms += time / steps;
  }
  const all = [...sums.values()].map((sum) => ({ ...sum, dispatches: sum.dispatches / steps }));
  return all.sort((a, b) => b.ms - a.ms);
}

const difference = (a: Counts, b: Counts, steps: number): Counts => ({
  dispatches: (a.dispatches - b.dispatches) / steps,
  submits: (a.submits - b.submits) / steps,
  pipelines: (a.pipelines - b.pipelines) / steps,
});

/** A library under way. */
class Run {
  readonly times: number[] = [];
  readonly losses: number[] = [];
  private readonly library: Library;
  private readonly runner: Runner;
  private steps = 0;
  private first = 0;
  private perStep: Counts = counted();
  private pipelines = 0;

  constructor(library: Library, runner: Runner) {
    this.library = library;
    this.runner = runner;
  }

  private async timed(): Promise<number> {
    const start = performance.now();
    const loss = await this.runner.step();
    const time = performance.now() - start;
    this.steps++;
    if (this.steps <= 3 || this.steps === 10) this.losses.push(loss);
    return time;
  }

  /** The first step, and one more: what it compiles besides is not timed. */
  async compile(): Promise<void> {
    const before = counted();
    this.first = await this.timed();
    await this.timed();
    this.pipelines = counted().pipelines - before.pipelines;
  }

  async round(steps: number): Promise<void> {
    const before = counted();
    for (let i = 0; i < steps; i++) this.times.push(await this.timed());
    this.perStep = difference(counted(), before, steps);
  }

  async result(): Promise<Measured> {
    const found = await this.runner.profile(async () => {
      for (let i = 0; i < PROFILED; i++) await this.timed();
    });
    const { library, first, times, perStep, pipelines, losses } = this;
    return { library, first, times, perStep, pipelines, losses, kernels: byName(found, PROFILED) };
  }
}

async function onCpu(workload: Workload): Promise<{ losses: number[]; cpuMs: number }> {
  await ms.setDevice('CPU');
  const step = sporeletStep(workload);
  const losses: number[] = [];
  let cpuMs = Infinity;
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    losses.push(await step());
    cpuMs = Math.min(cpuMs, performance.now() - start);
  }
  return { losses: [...losses.slice(0, 3), losses[9]!], cpuMs };
}

async function measure({ workload, rounds, steps, libraries, jaxUrl }: Asked): Promise<MeasuredWorkload> {
  const cpu = await onCpu(workload);
  const runs: Run[] = [];
  for (const library of libraries) {
    const runner = library === 'sporelet' ? await sporelet(workload) : await jaxjs(workload, jaxUrl);
    const run = new Run(library, runner);
    await run.compile();
    runs.push(run);
  }
  for (let round = 0; round < rounds; round++) for (const run of runs) await run.round(steps);
  const measured: Measured[] = [];
  for (const run of runs) measured.push(await run.result());
  return { workload, ...cpu, measured };
}

async function adapter(): Promise<string> {
  const { info } = (await navigator.gpu.requestAdapter())!;
  return [info.vendor, info.architecture, info.description].filter(Boolean).join(', ');
}

(globalThis as { benchPage?: BenchPage }).benchPage = { measure, adapter };
