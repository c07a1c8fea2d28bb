import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Blocks } from '../src/blocks.ts';

/** Every block that is taken, as [start, end), after checking that none overlaps another or leaves the range. */
function checkLayout(blocks: Blocks, taken: readonly number[], from: number, end: number): void {
  const spans = taken.map((id) => [blocks.start[id]!, blocks.start[id]! + blocks.size[id]!] as const);
  spans.sort((a, b) => a[0] - b[0]);
  let last = from;
  for (const [start, stop] of spans) {
    expect(start).toBeGreaterThanOrEqual(last);
    last = stop;
  }
  expect(last).toBeLessThanOrEqual(end);
  expect(blocks.used).toBe(spans.reduce((sum, [start, stop]) => sum + stop - start, 0));
}

const size = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 3000 }),
  fc.constantFrom(1, 16, 64, 1024),
);
const action = fc.oneof(
  { weight: 5, arbitrary: size.map((units) => ({ take: units })) },
  { weight: 4, arbitrary: fc.nat().map((pick) => ({ give: pick })) },
  { weight: 1, arbitrary: size.map((units) => ({ extend: units })) },
);

describe('Blocks', () => {
  it('never gives out a unit twice, and merges everything again', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300 }), (actions) => {
        const blocks = new Blocks();
        const from = 1024;
        let end = from + 5000;
        blocks.extend(5000, from);
        const taken: number[] = [];
        for (const each of actions) {
          if ('take' in each) {
            const id = blocks.take(each.take);
            if (id >= 0) {
              expect(blocks.size[id]).toBe(each.take);
              taken.push(id);
            }
          } else if ('give' in each) {
            if (taken.length > 0) blocks.give(taken.splice(each.give % taken.length, 1)[0]!);
          } else {
            blocks.extend(each.extend);
            end += each.extend;
          }
          checkLayout(blocks, taken, from, end);
        }
        for (const id of taken) blocks.give(id);
        expect(blocks.used).toBe(0);
        expect(blocks.tail()).toBe(end - from);
        const all = blocks.take(end - from);
        expect(blocks.start[all]).toBe(from);
      }),
      { numRuns: 200 },
    );
  });

  it('finds room whenever one free block is large enough', () => {
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 60 }), fc.nat(), size, (sizes, pick, wish) => {
        const blocks = new Blocks();
        blocks.extend(sizes.reduce((sum, units) => sum + units, 0));
        const taken = sizes.map((units) => blocks.take(units));
        expect(taken.every((id) => id >= 0)).toBe(true);
        expect(blocks.take(1)).toBe(-1);
        const gap = pick % sizes.length;
        blocks.give(taken[gap]!);
        expect(blocks.take(wish) >= 0).toBe(wish <= sizes[gap]!);
      }),
      { numRuns: 300 },
    );
  });

  it('does not fragment for ever when sizes are mixed', () => {
    const blocks = new Blocks();
    let total = 0;
    const live: number[] = [];
    let seed = 7;
    const random = (n: number): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 1) % n;
    let mostUsed = 0;
    for (let i = 0; i < 60_000; i++) {
      if (live.length > 200 || (live.length > 0 && random(2) === 0))
        blocks.give(live.splice(random(live.length), 1)[0]!);
      else {
        const units = 1 + random([8, 100, 3000][random(3)]!);
        let id = blocks.take(units);
        if (id < 0) {
          total += units;
          blocks.extend(units);
          id = blocks.take(units);
        }
        live.push(id);
      }
      mostUsed = Math.max(mostUsed, blocks.used);
    }
    expect(total).toBeLessThan(1.6 * mostUsed);
    // Numbers of merged blocks are used again.
    expect(blocks.top).toBeLessThan(1000);
  });

  it('refuses to take the same block back twice', () => {
    const blocks = new Blocks();
    blocks.extend(100);
    const id = blocks.take(10);
    blocks.give(id);
    expect(() => blocks.give(id)).toThrow('is not taken');
  });
});
