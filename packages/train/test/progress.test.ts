import { describe, expect, test } from 'vitest';
import { ProgressBar, formatDuration, formatMetric, renderProgress, renderProgressLine } from '../src/progress.ts';

const state = {
  label: 'Epoch 1/2',
  step: 312,
  total: 938,
  loss: 0.12345,
  accuracy: 0.9621,
  samplesPerSecond: 45123.4,
  eta: 67,
};

test('numbers and durations', () => {
  expect([0, 0.12345, -12.345, 1234.5, 3.2e-5, 1e-12, 2.5e7, NaN, Infinity, -Infinity].map(formatMetric)).toEqual(
    ['0.0000', '0.1235', '-12.35', '1234.50', '3.20e-05', '1.00e-12', '2.50e+07', 'nan', 'inf', '-inf'],
  ); // prettier-ignore
  expect([0, 7.4, 59.6, 725, 3723, NaN, Infinity].map(formatDuration)).toEqual(
    ['0:00', '0:07', '1:00', '12:05', '1:02:03', '-:--', '-:--'],
  ); // prettier-ignore
});

describe('the line', () => {
  test('with room for everything', () => {
    expect(renderProgress(state, 120)).toBe(
      'Epoch 1/2  |██████████                    |  312/938   33%  loss 0.1235  acc 96.21%  45,123 samples/s  eta 1:07',
    );
  });

  test('with less and less room', () => {
    expect([90, 70, 60, 50, 40, 30, 20, 10, 5, 1, 0].map((width) => renderProgress(state, width)))
      .toMatchInlineSnapshot(`
      [
        "Epoch 1/2  |███      |  312/938   33%  loss 0.1235  acc 96.21%  45,123 samples/s  eta 1:07",
        "Epoch 1/2  |████▍        |  312/938  loss 0.1235  acc 96.21%  eta 1:07",
        "Epoch 1/2  |████▍        |  312/938  loss 0.1235  acc 96.21%",
        "Epoch 1/2  312/938  loss 0.1235  acc 96.21%",
        "Epoch 1/2  312/938  loss 0.1235",
        "Epoch 1/2  312/938",
        "Epoch 1/2  312/938",
        "312/938",
        "312/9",
        "3",
        "",
      ]
    `);
  });

  test('never is longer than the width, at any width', () => {
    for (let width = 0; width < 150; width++) {
      for (const s of [state, { step: 5 }, { ...state, label: 'x'.repeat(60) }, { step: 0, total: 0, loss: NaN }]) {
        expect([...renderProgress(s, width)].length).toBeLessThanOrEqual(width);
      }
    }
  });

  test('at the ends, beyond them, without a total, with NaN', () => {
    expect(renderProgress({ step: 0, total: 4 }, 24)).toBe('|           |  0/4    0%');
    expect(renderProgress({ step: 4, total: 4 }, 24)).toBe('|███████████|  4/4  100%');
    expect(renderProgress({ step: 9, total: 4 }, 24)).toContain('█|  9/4  225%');
    expect(renderProgress({ step: 9, loss: NaN, accuracy: NaN }, 40)).toBe('9  loss nan  acc nan');
    expect(renderProgress({ label: 'a\nb\x1b[2J', step: 1 }, 40)).toBe('a b [2J  1');
    expect(renderProgressLine(state)).toBe(
      'Epoch 1/2  312/938   33%  loss 0.1235  acc 96.21%  45,123 samples/s  eta 1:07',
    );
  });
});

describe('the bar', () => {
  const run = (isTTY: boolean) => {
    let time = 0;
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text), isTTY, columns: 61 };
    const bar = new ProgressBar(output, { label: 'train', total: 100, every: 2, now: () => time });
    for (let step = 1; step <= 100; step++) {
      time += 50;
      bar.update({ loss: 1 / step, samples: 64 });
    }
    bar.done({ accuracy: 0.5 });
    bar.done();
    return written;
  };

  test('draws one line over and over on a terminal', () => {
    const written = run(true);
    expect(written[0]!.startsWith('\rtrain ') && written[0]!.endsWith('\x1b[K')).toBe(true);
    expect(written[0]).toContain('  1/100  ');
    expect(written.slice(0, -1).every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true);
    expect(written.length).toBeLessThan(60);
    expect(written.at(-2)).toContain('acc 50.00%');
    expect(written.at(-1)).toBe('\n');
    for (const text of written)
      expect([...text.replace('\r', '').replace('\x1b[K', '')].length).toBeLessThanOrEqual(60);
  });

  test('writes a line every few seconds elsewhere', () => {
    expect(run(false)).toEqual([
      'train   40/100   40%  loss 0.0250  1,280 samples/s  eta 0:03\n',
      'train   80/100   80%  loss 0.0125  1,280 samples/s  eta 0:01\n',
      'train  100/100  100%  loss 0.0100  acc 50.00%  1,280 samples/s  0:05\n',
    ]);
  });
});
