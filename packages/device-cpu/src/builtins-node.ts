import type * as ChildProcess from 'node:child_process';
import type * as Crypto from 'node:crypto';
import type * as Fs from 'node:fs';
import { createRequire } from 'node:module';
import type * as Os from 'node:os';
import type * as Path from 'node:path';
import type * as Url from 'node:url';
import type * as V8 from 'node:v8';
import type * as Vm from 'node:vm';
import type * as Threads from 'node:worker_threads';

export const load = (name: string): unknown => createRequire(import.meta.url)(name);
/** Node 20.16 has a way that is half a millisecond shorter. */
const builtin = (name: string): unknown => process.getBuiltinModule?.(name) ?? load(name);

/** Node's modules, loaded at their first use: most programs need none, and an import of `fs` and `crypto` takes 15 ms. */
export const node = {
  get childProcess() {
    return builtin('node:child_process') as typeof ChildProcess;
  },
  get crypto() {
    return builtin('node:crypto') as typeof Crypto;
  },
  get fs() {
    return builtin('node:fs') as typeof Fs;
  },
  get os() {
    return builtin('node:os') as typeof Os;
  },
  get path() {
    return builtin('node:path') as typeof Path;
  },
  get threads() {
    return builtin('node:worker_threads') as typeof Threads;
  },
  get url() {
    return builtin('node:url') as typeof Url;
  },
  get v8() {
    return builtin('node:v8') as typeof V8;
  },
  get vm() {
    return builtin('node:vm') as typeof Vm;
  },
};
