import type { ProgressOutput } from './progress.ts';

/** The process's standard output; where there is none (a browser), the console, line by line. */
export function terminal(): ProgressOutput {
  const stdout = (globalThis as { process?: { stdout?: ProgressOutput } }).process?.stdout;
  return stdout ?? { write: (text) => console.log(text.replace(/\n$/, '')) };
}
