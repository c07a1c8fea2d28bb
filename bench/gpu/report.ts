import type { Machine } from '../peers/machine.ts';
import { machineText } from '../peers/machine.ts';
import { median } from '../peers/measure.ts';
import { short } from '../peers/table.ts';
import { passes } from '../peers/workloads.ts';
import { gpuLimits } from './limits.ts';
import type { Library, Measured, MeasuredWorkload } from './measured.ts';

export interface GpuResults {
  readonly adapter: string;
  readonly browser: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly steps: number;
  readonly results: readonly MeasuredWorkload[];
}

/** Kernels that the profile lists. */
const LISTED = 8;

const titles: Readonly<Record<Library, string>> = { sporelet: 'sporelet, GPU', jaxjs: 'jax-js, WebGPU' };
const best = ({ times }: Measured): number => Math.min(...times);
const losses = (values: readonly number[]): string => values.map((x) => x.toFixed(5)).join(' ');

function row(workload: string, m: Measured): string {
  const { perStep, pipelines, first, times } = m;
  return `| ${workload} | ${titles[m.library]} | ${[short(perStep.dispatches), short(perStep.submits), pipelines, short(first), `${short(best(m))} / ${short(median(times))}`, losses(m.losses)].join(' | ')} |`;
}

function rows({ workload, losses: own, cpuMs, measured }: MeasuredWorkload): string[] {
  const cpu = `| ${workload} | sporelet, CPU, WASM, 1 thread | | | | | ${short(cpuMs)} (best) | ${losses(own)} |`;
  return [...measured.filter((m) => passes(workload, m.losses)).map((m) => row(workload, m)), cpu];
}

/** Ratios of the first library to the second; above 1 the first does better. */
function ratios({ workload, measured }: MeasuredWorkload): string[] {
  const [own, other] = ['sporelet', 'jaxjs'].map((library) => measured.find((m) => m.library === library && passes(workload, m.losses))); // prettier-ignore
  if (!own || !other) return [];
  const figures = [
    other.perStep.dispatches / own.perStep.dispatches,
    other.perStep.submits / own.perStep.submits,
    other.first / own.first,
    best(other) / best(own),
    median(other.times) / median(own.times),
  ];
  return [`| ${workload} | ${figures.map(short).join(' | ')} |`];
}

function profile({ workload, measured }: MeasuredWorkload): string[] {
  return measured.flatMap(({ library, kernels }) => {
    const total = kernels.reduce((sum, k) => sum + k.ms, 0);
    if (total === 0) return [];
    return [
      `${workload}, ${titles[library]} (${short(total)} ms in all):`,
      '',
      '| kernel | dispatches | ms | share |',
      '|---|---|---|---|',
      ...kernels.slice(0, LISTED).map(({ name, dispatches, ms }) => `| ${name} | ${short(dispatches)} | ${short(ms)} | ${Math.round((100 * ms) / total)} % |`), // prettier-ignore
      '',
    ];
  });
}

/** The part of docs/benchmarks.md about the GPU. */
export function reportOf({ adapter, browser, machine, rounds, steps, results }: GpuResults): string {
  const wrong = results.flatMap(
    ({ workload, measured }) =>
    measured.filter((m) => !passes(workload, m.losses)).map((m) => `- ${workload}, ${titles[m.library]}: computed ${losses(m.losses)}.`), // prettier-ignore
  );
  const lines = [
    '## WebGPU on a software adapter',
    '',
    'Written by `npm run bench:gpu`: the training steps of the table above (same batches, weights and inputs) in one browser, sporelet and jax-js in turns. The adapter is a processor that imitates a GPU, so only the relation of the two means anything: a real GPU has other strengths.',
    '',
    machineText(machine, [`Chromium ${browser}`, `adapter: ${adapter}. ${rounds} rounds of ${steps} steps each`]),
    '',
    'Dispatches and submissions are those of one step, counted by the same wrapper around the browser’s methods. Times are milliseconds of a step from the call to the loss on the host; the first step compiles. Losses: after steps 1, 2, 3 and 10.',
    '',
    '| workload | | dispatches | submissions | pipelines | first step | best / median | losses |',
    '|---|---|---|---|---|---|---|---|',
    ...results.flatMap(rows),
    '',
    'How many times as many, or as long, jax-js needs:',
    '',
    '| workload | dispatches | submissions | first step | best | median |',
    '|---|---|---|---|---|---|',
    ...results.flatMap(ratios),
    '',
    '### Where the time goes',
    '',
    'By the adapter’s own clock, slowest kernels first.',
    '',
    ...results.flatMap(profile),
    ...(wrong.length ? ['Left out:', '', ...wrong, ''] : []),
    ...gpuLimits.map((text) => `- ${text}`),
    '',
  ];
  return lines.join('\n');
}
