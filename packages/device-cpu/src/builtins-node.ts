import type * as ChildProcess from 'node:child_process';
import { createRequire } from 'node:module';
import type * as Os from 'node:os';
import type * as V8 from 'node:v8';
import type * as Vm from 'node:vm';
import type * as Threads from 'node:worker_threads';

// Most programs start no worker, compile no C and look for no garbage, and loading these takes milliseconds each.
const load = createRequire(import.meta.url);
export const childProcess = () => load('node:child_process') as typeof ChildProcess;
export const os = () => load('node:os') as typeof Os;
export const v8 = () => load('node:v8') as typeof V8;
export const vm = () => load('node:vm') as typeof Vm;
export const threads = () => load('node:worker_threads') as typeof Threads;
