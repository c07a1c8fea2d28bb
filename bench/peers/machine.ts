import { spawnSync } from 'node:child_process';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly compiler: string | null;
  /** Load averages seen during the run: least and greatest. */
  readonly load: readonly [number, number];
}

export function machineOf(loads: readonly number[]): Machine {
  const compiler = spawnSync('cc', ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0]?.replace(/\s*\(.*?\)/, '') ?? null; // prettier-ignore
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release().split('-')[0]} ${arch()}`,
    node: process.version,
    compiler,
    load: [Math.min(...loads), Math.max(...loads)],
  };
}

/** The machine in a line, and how busy it was. */
export function machineText({ processor, cores, memory, system, load }: Machine, also: readonly string[]): string {
  const busy = load[1] > cores ? ' The machine was shared with other work: medians suffer most, and ratios are worth more than figures.' : ''; // prettier-ignore
  return `${[processor, `${cores} cores`, memory, system, ...also].join(', ')}; load average ${load[0].toFixed(1)} to ${load[1].toFixed(1)}.${busy}`;
}
