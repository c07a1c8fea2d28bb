import type { Check, Plan, Step } from './plan.ts';

const aligned = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** What is asked of a step: its operands. */
type Reading = Pick<Step, 'args'>;

interface Life {
  readonly temp: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** The steps between which each temporary is needed. */
function livesOf(temps: readonly number[], steps: readonly Reading[], checks: readonly Check[]): Life[] {
  const first = temps.map(() => -1);
  const last = temps.map(() => -1);
  steps.forEach((step, i) => {
    for (const { kind, index } of step.args) {
      if (kind !== 'temp') continue;
      if (first[index]! < 0) first[index] = i;
      last[index] = i;
    }
  });
  for (const { before, temp } of checks) last[temp] = Math.max(last[temp]!, before);
  return temps.map((bytes, temp) => ({ temp, bytes: aligned(bytes), first: first[temp]!, last: last[temp]! }));
}

/**
 * Places temporaries in one block, so that those needed at the same step do not overlap: the largest first, each in the
 * tightest gap between those placed before that live at the same time.
 */
export function arenaOf(temps: readonly number[], steps: readonly Reading[], checks: readonly Check[]): Plan['arena'] {
  const at = temps.map(() => 0);
  const placed: Life[] = [];
  let end = 0;
  const lives = livesOf(temps, steps, checks).filter((l) => l.first >= 0);
  for (const life of lives.sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const near = placed.filter((p) => p.first <= life.last && p.last >= life.first).sort((a, b) => at[a.temp]! - at[b.temp]!); // prettier-ignore
    let [best, tightest] = [-1, Infinity];
    let top = 0;
    for (const p of near) {
      const gap = at[p.temp]! - top;
      if (gap >= life.bytes && gap < tightest) [best, tightest] = [top, gap];
      top = Math.max(top, at[p.temp]! + p.bytes);
    }
    at[life.temp] = best >= 0 ? best : top;
    end = Math.max(end, at[life.temp]! + life.bytes);
    placed.push(life);
  }
  const alive = steps.map((_, s) => lives.reduce((n, l) => (l.first <= s && s <= l.last ? n + l.bytes : n), 0));
  return { at, bytes: end, live: Math.max(0, ...alive) };
}
