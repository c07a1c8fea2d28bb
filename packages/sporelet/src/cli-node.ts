#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const usage = `sporelet explain FILE [arguments...]
    Runs a program and tells on standard error what graph mode makes of it: every program as recorded and after each
    pass of the optimizer, the places of intermediates in memory, and the time of every kernel when it ends.
    A TypeScript file needs tsx next to it (npm install -D tsx), or a Node.js that strips types.

sporelet doctor
    Tells what this machine offers: Node.js, threads, vector instructions, the C compiler, and why anything is off.`;

/** What makes Node run a TypeScript file: tsx, when it is installed where the file is. */
function loaderFor(file: string): string[] {
  if (!/\.[cm]?tsx?$/.test(file)) return [];
  try {
    return ['--import', pathToFileURL(createRequire(file).resolve('tsx')).href];
  } catch {
    return [];
  }
}

function explain(name: string | undefined, rest: readonly string[]): number {
  const file = resolve(name ?? '');
  if (name === undefined || !existsSync(file)) {
    console.error(name === undefined ? usage : `sporelet explain: '${name}' does not exist.`);
    return 2;
  }
  const env = { ...process.env, SPORELET_DEBUG: '4' };
  return spawnSync(process.execPath, [...loaderFor(file), file, ...rest], { stdio: 'inherit', env }).status ?? 1;
}

async function doctor(): Promise<number> {
  const { currentDevice, getThreads, memoryStats, tierReport } = await import('./index.ts');
  const { target } = currentDevice() as unknown as { readonly target: { readonly relaxed: boolean } };
  const { setting, programs, eager, reason, compiler, cache } = tierReport();
  const gib = (memoryStats().limit / 2 ** 30).toFixed(1);
  const lines: readonly (readonly [string, string])[] = [
    ['Node.js', `${process.version} on ${process.platform} ${process.arch}`],
    ['threads', `${getThreads()} (SPORELET_THREADS, setThreads)`],
    ['memory', `at most ${gib} GiB for tensors`],
    ['WebAssembly', `SIMD${target.relaxed ? ', fused multiply-add (relaxed SIMD)' : '; no relaxed SIMD: Node.js 22 or newer has it'}`], // prettier-ignore
    ['programs run as', `${programs === 'native' ? 'native code' : 'WebAssembly'} (SPORELET_TIER=${setting})`],
    ['eager mode', eager === 'native' ? 'native code' : 'WebAssembly'],
    ['C compiler', compiler ?? 'not used'],
    ['code cache', cache ?? 'none'],
    ...(reason ? [['native code is off', reason] as const] : []),
    ...(await gpuLines()),
  ];
  for (const [name, value] of lines) console.log(`${name.padEnd(20)}${value}`);
  return 0;
}

/** The adapter with its limits and features, or why there is none. */
async function gpuLines(): Promise<readonly (readonly [string, string])[]> {
  try {
    const { openWebGpu } = await import('@sporelet/device-webgpu/host');
    const { report } = await openWebGpu();
    const { limits, features } = report;
    const name = [report.vendor, report.architecture, report.description].filter(Boolean).join(', ');
    return [
      ['GPU', `${name}${report.software ? ' (software: a processor imitates it)' : ''}`],
      ['GPU tensors', `at most ${(limits.tensorBytes / 2 ** 20).toFixed(0)} MiB each`],
      ['GPU kernels', `${limits.storageBuffers} buffers, ${limits.threads} threads, ${limits.sharedBytes} bytes of workgroup memory`],
      ['GPU float16', 'in memory; computed in float32 and rounded after each operation'],
      ['GPU profile', features.includes('timestamp-query') ? 'times of kernels' : 'no timestamp-query: no times of kernels'],
      ['GPU features', features.join(' ')],
    ];
  } catch (e) {
    return [['GPU', `none: ${e instanceof Error ? e.message : String(e)}`]];
  }
} // prettier-ignore

const [command, ...rest] = process.argv.slice(2);
if (command === 'explain') process.exitCode = explain(rest[0], rest.slice(1));
else if (command === 'doctor') process.exitCode = await doctor();
else {
  console.error(usage);
  process.exitCode = command === undefined || command === 'help' || command === '--help' ? 0 : 2;
}
