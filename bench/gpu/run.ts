// LeNet and MLP training on sporelet's GPU and on jax-js's WebGPU in one headless Chromium: `npm run bench:gpu`.
// Options: --rounds N, --steps N (of each library in a round), --only WORKLOAD,…, --libraries LIBRARY,…,
// --table FILE.json (only writes the report of a finished run).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';
import { serveFolder } from '../../scripts/browser-example.ts';
import { launchChromium } from '../../test/chromium.ts';
import { writePart } from '../peers/document.ts';
import { machineOf } from '../peers/machine.ts';
import { installPeers, moduleOf } from '../peers/packages.ts';
import { reportOf } from './report.ts';
import type { GpuResults } from './report.ts';
import type { BenchPage, Library, MeasuredWorkload, Workload } from './measured.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const cache = file('../../.cache');
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    steps: { type: 'string', default: '5' },
    only: { type: 'string' },
    libraries: { type: 'string' },
    table: { type: 'string' },
  },
});
const [rounds, steps] = [Number(options.rounds), Number(options.steps)];

/** Chromium's WebGPU on the processor, with a clock that is not rounded. */
const ARGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-dawn-features=timestamp_quantization',
];

async function buildPage(): Promise<void> {
  const bundle = await rolldown({ input: file('page.ts'), platform: 'browser' });
  await bundle.write({ dir: `${cache}/bench-gpu`, format: 'esm', entryFileNames: 'page.js' });
  writeFileSync(`${cache}/bench-gpu/index.html`, '<!doctype html><script type="module" src="page.js"></script>');
}

declare const benchPage: BenchPage;

async function measure(): Promise<GpuResults> {
  const { server, url } = await serveFolder(cache);
  const browser = await launchChromium(ARGS);
  try {
    const page = await browser.newPage();
    page.on('console', (message) => console.error(message.text()));
    page.on('pageerror', (error) => console.error(String(error)));
    await page.goto(`${url}bench-gpu/`);
    const adapter = await page.evaluate(() => benchPage.adapter());
    const jaxUrl = url + moduleOf('@jax-js/jax').slice(cache.length + 1);
    const libraries = (options.libraries ?? 'sporelet,jaxjs').split(',') as Library[];
    const results: MeasuredWorkload[] = [];
    const loads: number[] = [];
    for (const workload of (options.only ?? 'lenet-train,mlp-train').split(',') as Workload[]) {
      const asked = { workload, rounds, steps, libraries, jaxUrl };
      const result = await page.evaluate((a) => benchPage.measure(a), asked);
      console.log(JSON.stringify(result));
      results.push(result);
      loads.push(loadavg()[0]!);
    }
    return { adapter, browser: browser.version(), machine: machineOf(loads), rounds, steps, results };
  } finally {
    await browser.close();
    server.close();
  }
}

/** Runs everything and keeps what came out. */
async function finished(): Promise<string> {
  mkdirSync(cache, { recursive: true });
  if (!installPeers()) throw new Error('jax-js cannot be installed');
  await buildPage();
  const results = await measure();
  const out = `${cache}/bench-gpu/results.json`;
  writeFileSync(out, JSON.stringify(results));
  return out;
}

const report = reportOf(JSON.parse(readFileSync(options.table ?? (await finished()), 'utf8')) as GpuResults);
// A run of some workloads must not replace the report of all.
if (options.only === undefined && options.libraries === undefined) writePart('gpu', report);
console.error(report);
