// Every library on every workload, a process each, in interleaved passes: `npm run bench:peers`.
// Options: --passes N, --only WORKLOAD,…, --peers PEER,…, --table FILE.jsonl (only writes the report of a finished run).
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chartOf } from './chart.ts';
import { writePart } from './document.ts';
import { machineOf } from './machine.ts';
import type { Machine } from './machine.ts';
import type { Line } from './measure.ts';
import { installPeers } from './packages.ts';
import { plan } from './plan.ts';
import { reportOf } from './report.ts';
import { startup } from './startup.ts';
import { tableOf } from './table.ts';
import { workloads } from './workloads.ts';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    passes: { type: 'string', default: '2' },
    only: { type: 'string' },
    peers: { type: 'string' },
    table: { type: 'string' },
  },
});
const wanted = (list: string | undefined) => (name: string) => list === undefined || list.split(',').includes(name);
const passes = Number(options.passes);
const [wantedWorkload, wantedPeer] = [wanted(options.only), wanted(options.peers)];
const loads: number[] = [];

function run(peer: string, workload: string): Line {
  const { file: name, env } = plan[peer]!;
  const args = ['--import', 'tsx', file(name), workload];
  const child = spawnSync(process.execPath, args, {
    cwd: file('../..'),
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 180_000,
    maxBuffer: 1 << 24,
  });
  const [load] = loadavg() as [number];
  loads.push(load);
  const text = child.stdout?.trim().split('\n').at(-1) ?? '';
  if (text.startsWith('{')) return { ...(JSON.parse(text) as Line), peer, load: Number(load.toFixed(2)) };
  return { peer, workload, error: (child.error?.message ?? child.stderr ?? 'no output').slice(0, 400) };
}

/** Builds what is measured; what cannot be built is not measured. */
function prepare(): ReadonlySet<string> {
  const there = new Set(Object.keys(plan).filter(wantedPeer));
  const drop = (...peers: string[]) => peers.forEach((peer) => there.delete(peer));
  mkdirSync(file('../../.cache'), { recursive: true });
  const flags = ['-O3', '-march=native', '-ffast-math', '-fno-math-errno', '-w'];
  const cc = spawnSync('cc', [...flags, file('native.c'), '-o', file('../../.cache/bench-native'), '-lm', '-lpthread'], { stdio: ['ignore', 2, 2] }); // prettier-ignore
  if (cc.status !== 0) drop('c', 'c-2t');
  const libraries = [...there].filter((peer) => plan[peer]!.kind === 'script' || plan[peer]!.kind === 'native');
  if (libraries.length > 0 && !installPeers()) drop(...libraries);
  if (wantedWorkload('startup') && wantedPeer('sporelet')) {
    console.error('building the packages, for start-up ...');
    spawnSync(process.execPath, [file('../../scripts/build.mjs')], { stdio: ['ignore', 2, 2] });
  }
  // Asked once, so that a machine without the native tier has no empty rows.
  const native = ['sporelet-native', 'sporelet-native-2t'].filter((peer) => there.has(peer));
  if (native.length > 0 && run(native[0]!, 'matmul-128').error !== undefined) drop(...native);
  return there;
}

function measure(): string {
  const there = prepare();
  const folder = file('../../.cache/bench/');
  mkdirSync(folder, { recursive: true });
  const out = `${folder}${new Date().toISOString().slice(0, 16).replaceAll(':', '')}.jsonl`;
  const keep = (line: Line): void => {
    console.log(JSON.stringify(line));
    appendFileSync(out, `${JSON.stringify(line)}\n`);
  };
  for (let pass = 0; pass < passes; pass++) {
    // All libraries on one workload follow each other, so that what else the machine does hits them alike.
    for (const workload of Object.keys(workloads).filter(wantedWorkload)) {
      for (const peer of there) {
        const { workloads: often, once = [] } = plan[peer]!;
        if (often.includes(workload) || (pass === 0 && once.includes(workload))) keep(run(peer, workload));
      }
    }
    if (wantedWorkload('startup'))
      startup((peer) => peer === 'node' || wantedPeer(peer.replace('-cached', ''))).forEach(keep);
  }
  writeFileSync(out.replace(/jsonl$/, 'machine.json'), JSON.stringify(machineOf(loads)));
  return out;
}

const results = options.table ?? measure();
const lines = readFileSync(results, 'utf8').trim().split('\n').map((text) => JSON.parse(text) as Line); // prettier-ignore
const machineFile = results.replace(/jsonl$/, 'machine.json');
const machine = existsSync(machineFile) ? (JSON.parse(readFileSync(machineFile, 'utf8')) as Machine) : machineOf(loads);
const table = tableOf(lines);
// A run of some workloads must not replace the report of all.
const whole = options.only === undefined && options.peers === undefined;
const report = reportOf(table, machine);
if (whole) {
  writePart('peers', report);
  writeFileSync(file('../../docs/benchmarks.svg'), chartOf(table, `sporelet and other libraries, ${machine.processor}, ${machine.cores} cores`)); // prettier-ignore
}
console.error(report);
