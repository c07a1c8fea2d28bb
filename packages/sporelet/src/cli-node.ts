#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const usage = `sporelet explain FILE [arguments...]
    Runs a program and tells on standard error what graph mode makes of it: every program as recorded and after each
    pass of the optimizer, the places of intermediates in memory, and the time of every kernel when it ends.
    A TypeScript file needs tsx next to it (npm install -D tsx), or a Node.js that strips types.`;

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

const [command, ...rest] = process.argv.slice(2);
if (command === 'explain') process.exitCode = explain(rest[0], rest.slice(1));
else {
  console.error(usage);
  process.exitCode = command === undefined || command === 'help' || command === '--help' ? 0 : 2;
}
