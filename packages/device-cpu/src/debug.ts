import { programText } from '@sporelet/compiler';
import type { DeviceObserver, KernelInfo, ProgramReport } from '@sporelet/ir';

/**
 * What SPORELET_DEBUG asks for: 1 says what was compiled, 2 adds the time of every kernel when the process ends, 3 adds
 * programs before and after optimisation and their places in memory, 4 adds them after each pass.
 */
export type DebugLevel = 0 | 1 | 2 | 3 | 4;

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

function summary({ name, passes, milliseconds, kernels, code, memory }: ProgramReport): string {
  const recorded = passes[0]?.program.steps.filter((s) => s.kernel.name).length ?? 0;
  const apart = memory.temps.reduce((n, b) => n + b, 0);
  return (
    `sporelet: compiled '${name}': ${recorded} operations to ${kernels.length} kernels in ${milliseconds.toFixed(1)} ms, ` +
    `${kib(code)} of code, ${kib(memory.bytes)} of intermediates (${kib(apart)} without sharing)`
  );
}

function places({ memory }: ProgramReport): string {
  const rows = memory.temps.map((bytes, i) => ({ bytes, at: memory.at[i]!, i })).filter((t) => t.bytes > 64);
  return rows.map(({ bytes, at, i }) => `  temporary ${i}: ${bytes} bytes at ${at}`).join('\n');
}

/** An observer that writes to standard error. */
export function debugObserver(level: DebugLevel, atExit: (body: () => void) => void): DeviceObserver {
  const sums = new Map<string, { info: KernelInfo; calls: number; time: number }>();
  if (level >= 2) {
    atExit(() => {
      const rows = [...sums.values()].sort((a, b) => b.time - a.time);
      for (const { info, calls, time } of rows)
        console.error(`sporelet: ${time.toFixed(2).padStart(10)} ms ${String(calls).padStart(8)} x ${info.name} ${info.path}`); // prettier-ignore
    });
  }
  return {
    program: (report) => {
      console.error(summary(report));
      const shown = level >= 4 ? report.passes : level === 3 ? [report.passes[0], report.passes.at(-1)] : [];
      for (const p of shown) if (p) console.error(`\n-- ${p.pass}\n${programText(p.program)}`);
      if (level >= 3) console.error(`\n-- places of intermediates\n${places(report)}\n`);
      if (level >= 4 && report.text) console.error(`-- generated code\n${report.text()}\n`);
    },
    ...(level >= 2
      ? {
          kernel: (info: KernelInfo, start: number, end: number) => {
            const key = `${info.name} ${info.path}`;
            const sum = sums.get(key) ?? { info, calls: 0, time: 0 };
            sums.set(key, sum);
            sum.calls++;
            sum.time += end - start;
          },
        }
      : {}),
  };
}
